"""Shrinking: from a script that fails to a short one that fails in the same way."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.errors import LoyaltyError
from loyalcore.testing.simulation._baton import Turns
from loyalcore.testing.simulation._run import replay_script
from loyalcore.testing.simulation._script import Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.store import Store
    from loyalcore.testing.simulation._run import Outcome
    from loyalcore.testing.simulation._script import Act, Script

TRIES_MAX = 3_000
"""How many runs shrinking may take."""
APART = 100
"""Ticks between two acts that do not meet."""
_KEPT = frozenset({"command", "customer_id", "key", "reason", "points"})


def shrink(
    script: Script, make_store: Callable[[], Store], turns: Turns = Turns.CALLS, *, tries_max: int = TRIES_MAX
) -> Script:
    """Take out of a script whatever it fails without.

    Args:
        script: A script that breaks a law.
        make_store: Makes a new store for each run.
        turns: How long a host keeps the store.
        tries_max: The most runs.

    Returns:
        A script that breaks the same law; the one given where it breaks none.
    """
    return _Shrinker(script, make_store, turns, tries_max).shrink()


class _Shrinker:
    def __init__(self, script: Script, make_store: Callable[[], Store], turns: Turns, tries_max: int) -> None:
        self._best = script
        self._make_store = make_store
        self._turns = turns
        self._left = tries_max
        self._law: str | None = None

    def shrink(self) -> Script:
        """Go round until nothing more can be taken out."""
        outcome = replay_script(self._best, self._make_store(), self._turns)
        if outcome.violation is None:
            return self._best
        self._law = outcome.violation.law
        # What fails with the acts one after the other, or without mishaps, shrinks further and faster.
        self._try_acts(self._one_by_one(outcome, outcome.violation.act))
        self._try_acts([attrs.evolve(act, faults=()) for act in self._best.acts])
        size = -1
        while size != (size := len(self._best.text())) and self._left:
            self._as_played()
            self._take_out_acts()
            self._take_out_faults()
            # Each candidate is made from the best script of its moment.
            for candidate in chain(self._simpler_programs(), self._simpler_acts()):
                self._try(candidate)
            self._try(self._on_fewer_hosts())
        return self._best

    def _try(self, script: Script) -> bool:
        """Keep a script if it breaks the same law."""
        if self._left <= 0 or script == self._best:
            return False
        self._left -= 1
        try:
            violation = replay_script(script, self._make_store(), self._turns).violation
        except LoyaltyError:  # the program has come to be none
            return False
        if violation is None or violation.law != self._law:
            return False
        self._best = script
        return True

    def _try_acts(self, acts: list[Act]) -> bool:
        return self._try(self._best.with_acts(acts))

    def _one_by_one(self, outcome: Outcome, last: int | None) -> list[Act]:
        """Give the acts in the order in which they ended, none beginning before the one before it has ended."""
        ended = [number for number, _answer in outcome.answers]
        order = [self._act(number) for number in dict.fromkeys([*ended, last]) if number]
        return [attrs.evolve(act, tick=index * APART) for index, act in enumerate(order)]

    def _as_played(self) -> None:
        """Let each act begin when it did, so that it still does when what kept its host busy is taken out."""
        began = replay_script(self._best, self._make_store(), self._turns).began
        acts = [act for act in self._best.acts if act.number in began]
        self._try_acts([attrs.evolve(act, tick=began[act.number]) for act in acts])

    def _take_out_acts(self) -> None:
        """Take out halves, quarters, and so on to single acts, as long as the failure stays."""
        size = max(len(self._best.acts) // 2, 1)
        while True:
            start = 0
            while start < len(self._best.acts):
                acts = list(self._best.acts)
                if not self._try_acts(acts[:start] + acts[start + size :]):
                    start += size
            if size == 1:
                return
            size = max(size // 2, 1)

    def _take_out_faults(self) -> None:
        for number in [act.number for act in self._best.acts if act.faults]:
            self._change(number, lambda act: attrs.evolve(act, faults=()))
            for index in reversed(range(len(self._act(number).faults))):
                self._change(number, lambda act, at=index: attrs.evolve(act, faults=_without(act.faults, at)))

    def _act(self, number: int) -> Act:
        return next(act for act in self._best.acts if act.number == number)

    def _change(self, number: int, change: Callable[..., Act]) -> None:
        self._try_acts([change(act) if act.number == number else act for act in self._best.acts])

    def _simpler_programs(self) -> Iterator[Script]:
        """Leave out settings one by one."""
        for part in ("tiers", "ledger_tiers", "earning", "orders", "points"):
            if part in self._best.program:
                yield self._with_program(_left_out(self._best.program, part))
        for name in dict(self._best.program.get("points", {})):
            points = _left_out(self._best.program.get("points", {}), name)
            yield self._with_program({**self._best.program, "points": points})
        yield self._with_program({**self._best.program, "timezone": "UTC"})

    def _with_program(self, program: dict[str, Any]) -> Script:
        return attrs.evolve(self._best, program=program)

    def _simpler_acts(self) -> Iterator[Script]:
        """Leave out fields of commands one by one, and let acts come at one time."""
        numbers = [act.number for act in self._best.acts]
        for number in numbers:
            if self._act(number).way is Way.COMMAND:
                for name in sorted(self._act(number).do.keys() - _KEPT):
                    act = self._act(number)
                    yield self._with_act(attrs.evolve(act, do=_left_out(act.do, name)))
        for earlier, later in pairwise(numbers):
            yield self._with_act(attrs.evolve(self._act(later), at=self._act(earlier).at))

    def _with_act(self, changed: Act) -> Script:
        return self._best.with_acts(changed if act.number == changed.number else act for act in self._best.acts)

    def _on_fewer_hosts(self) -> Script:
        used = sorted({act.host % self._best.hosts for act in self._best.acts})
        acts = tuple(attrs.evolve(act, host=used.index(act.host % self._best.hosts)) for act in self._best.acts)
        return attrs.evolve(self._best, hosts=max(len(used), 1), acts=acts)


def _without(values: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return values[:index] + values[index + 1 :]


def _left_out(values: Any, name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
