"""From a seed to a script: who does what, when, on which host, and what goes wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from loyalcore.testing.simulation._friends import Friends, make_referrals
from loyalcore.testing.simulation._malformed import make_malformed
from loyalcore.testing.simulation._programs import make_program
from loyalcore.testing.simulation._script import Act, Fault, Mishap, Script, Way
from loyalcore.testing.simulation._wishes import Wishes, written
from loyalcore.values.clock import parse_instant

ACTS = 250
"""How many acts a script has when nobody says."""

NAMES = ("ada", "bob", "cem", "dee", "eve")
STARTS = ("2024-02-27T22:30:00Z", "2024-03-30T12:00:00Z", "2023-12-30T18:00:00Z", "2024-10-26T00:00:00Z")
WAITS = (*(0,) * 45, 1, *(3_600,) * 4, 43_200, 43_200, 86_400, 86_400, 172_800, 864_000)
MARKS = (3_600, 86_400, 129_600, 172_800, 259_200, 345_600, 432_000, 864_000)
"""In seconds: how long after a command something may happen to what it did."""
ASKED = (-720, -72, -24, -24, -5, -1, -1, 0, 1, 24, 120, 9_600)
"""In hours from now: when a balance is asked for."""
JUMPS = (-259_200, -43_200, -1, 1, 3_600, 86_400)
SECOND = 1_000_000
REFERRING = 0.35
"""How many of the programs have referrals."""
OF_FRIENDS = 0.3
"""How many of the commands are about them there, beside the codes in carts."""
CALLS = (1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 7)
"""Where in an act something goes wrong: a commit is mostly the fourth to the sixth store call."""


class _Author:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a run has to be the same again, not hard to guess
        random = self.random
        self.hosts = random.randint(2, 5)
        self.customers: list[str] = list(NAMES[: random.randint(2, len(NAMES))])
        self.program = make_program(random)
        self.wishes = Wishes(random, self.customers, self.program["points"]["activation"])
        # Apart from all other chance: a script without referrals is the same as it was before there were any.
        chance = Random(f"referrals {seed}")  # noqa: S311 - as above
        self.friends: Friends | None = None
        if chance.random() < REFERRING:
            self.program["referrals"] = make_referrals(chance)
            self.friends = Friends(chance, self.customers)
        self._chance = chance
        self.acts: list[Act] = []
        self._number = 1
        self._tick = 0
        self._now = parse_instant(random.choice(STARTS), "at")
        self._skews = [timedelta(seconds=random.choice([0, 0, 0, -2, 5, -3_600])) for _host in range(self.hosts)]
        self._marks: list[datetime] = []

    def write(self, count: int) -> None:
        """Write so many acts: everybody is registered, then anything may happen."""
        for customer in self.customers:
            self._add({"command": "customers.register", "customer_id": customer}, Way.COMMAND, faults=())
        if self.friends is not None:
            for customer in self.customers:
                self._add(self.friends.join(customer, ""), Way.COMMAND, faults=())
        self._tick += 8 * len(self.customers)
        while len(self.acts) < count:
            self._let_time_pass()
            self._write_one()

    def _write_one(self) -> None:
        random, chance = self.random, self.random.random()
        if chance < 0.04:
            self._add(make_malformed(random, random.choice(self.customers)), Way.MALFORMED, faults=())
        elif chance < 0.09:
            self._add(self._question(), Way.QUESTION, faults=self._faults())
        elif chance < 0.12:
            self._add({"command": "points.sweep"}, Way.SWEEP, faults=self._faults())
        elif chance < 0.18 and self.acts:
            self._repeat(random.choice(self.acts[-40:]))
        else:
            do = self._wish()
            act = self._add(do, Way.COMMAND, faults=self._faults())
            failed = any(fault.kind in {Mishap.DOWN, Mishap.UNSENT, Mishap.LOST} for fault in act.faults)
            if random.random() < (0.7 if failed else 0.1):
                self._repeat(act)
            elif random.random() < 0.03:
                self._add(do, Way.PREVIEW, faults=self._faults())

    def _wish(self) -> dict[str, Any]:
        if self.friends is None:
            return self.wishes.make(self._number, self._now)
        if self._chance.random() < OF_FRIENDS:
            return self.friends.make(self.wishes.customer(), f"k-{self._number}")
        return self.friends.bring(self.wishes.make(self._number, self._now))

    def _repeat(self, act: Act) -> None:
        """Deliver a command once more, to any host; now and then its key comes with another payload."""
        random = self.random
        if act.way is not Way.COMMAND:
            return
        do = dict(act.do)
        if random.random() < 0.08 and "reason" in do and "key" in do:
            do["reason"] = "otherwise"
        self._add(do, Way.COMMAND, faults=self._faults())

    def _question(self) -> dict[str, Any]:
        random = self.random
        do: dict[str, Any] = {
            "command": random.choice(["points.balance", "points.balance", "points.verify", "points.schedule"]),
            "customer_id": random.choice(self.customers),
        }
        if random.random() < 0.1:
            do["ledger"] = "gift"
        if do["command"] == "points.balance" and random.random() < 0.7:
            do["at"] = written(self._now + timedelta(hours=random.choice(ASKED)))
        return do

    def _add(self, do: dict[str, Any], way: Way, *, faults: tuple[Fault, ...]) -> Act:
        random = self.random
        host = random.randrange(self.hosts)
        act = Act(
            number=self._number,
            host=host,
            tick=self._tick,
            at=written(self._now + self._skews[host]),
            way=way,
            do=do,
            faults=faults,
        )
        self._number += 1
        self._tick += random.randrange(5)
        self.acts.append(act)
        if random.random() < 0.5:
            self._marks.append(self._now + timedelta(seconds=random.choice(MARKS)))
        return act

    def _let_time_pass(self) -> None:
        """Let time pass, often to where something ends, a microsecond to each side of it; or let a clock jump."""
        random = self.random
        coming = [mark for mark in self._marks[-30:] if mark > self._now]
        if coming and random.random() < 0.12:
            self._now = min(coming) + timedelta(microseconds=random.choice([-1, 0, 1]))
        else:
            self._now += timedelta(seconds=random.choice(WAITS))
        if random.random() < 0.01:
            host = random.randrange(self.hosts)
            self._skews[host] = timedelta(seconds=random.choice([0, *JUMPS]))

    def _faults(self) -> tuple[Fault, ...]:
        random = self.random
        found = []
        while random.random() < 0.28:
            kind = random.choice([*Mishap, Mishap.DELAY, Mishap.STALE, Mishap.UNSENT, Mishap.LOST])
            amount = {
                Mishap.DELAY: random.randint(2, 40),
                Mishap.STALE: random.randint(1, 6),
                Mishap.CLOCK: random.choice(JUMPS) * SECOND,
            }.get(kind, 0)
            call = random.choice([2, 2, 3]) if kind is Mishap.STALE else random.choice(CALLS)
            found.append(Fault(call, kind, amount))
        return tuple(found)


def make_script(seed: int, *, acts: int = ACTS) -> Script:
    """Make the script of a seed.

    Args:
        seed: The same seed gives the same script.
        acts: How many acts it has.

    Example:
        >>> script = make_script(7, acts=30)
        >>> script == make_script(7, acts=30), len(script.acts)
        (True, 30)
    """
    author = _Author(seed)
    author.write(acts)
    return Script(seed=seed, program=author.program, hosts=author.hosts, acts=tuple(author.acts[:acts]))
