"""Wishes: what somebody may want of the library, written as commands in their JSON form."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from loyalcore.testing.simulation._programs import ENDS, LEVELS, STARTS
from loyalcore.testing.simulation._purchases import Purchases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

LEDGERS = (*[""] * 12, "gift")
ORDERS = (None, None, "o-1", "o-2", "o-3")
KNOWN = 6
"""Out of how many of the latest awards, spends and holds one is named."""


class Known(NamedTuple):
    """A command of the script that a later one can name."""

    key: str
    customer_id: str
    ledger: str


class Wishes:
    """Makes commands; it remembers what it made, so that later ones can name earlier ones.

    Args:
        random: Where chance comes from.
        customers: The ids of the customers.
        activation: When points become active where nothing else is said.
    """

    def __init__(self, random: Random, customers: list[str], activation: str) -> None:
        self._random = random
        self._customers = customers
        self._activation = activation
        self._awards: list[Known] = []
        self._spends: list[Known] = []
        self._holds: list[Known] = []
        self._waiting: list[Known] = []
        self._purchases = Purchases(random, customers)

    def make(self, number: int, now: datetime) -> dict[str, Any]:
        """Make a command.

        Args:
            number: The number of the act; the key is made from it.
            now: About what time it is.
        """
        random = self._random
        make = random.choice(_MAKERS)
        customer = self.customer()
        base: dict[str, Any] = {"customer_id": customer, "key": f"k-{number}"}
        ledger = random.choice(LEDGERS)
        if ledger:
            base["ledger"] = ledger
        if random.random() < 0.04:
            base["note"] = "a word"
        if random.random() < 0.04:
            base["occurred_at"] = written(now - timedelta(hours=random.randrange(100)))
        return make(self, base, now)

    def customer(self) -> str:
        """Choose a customer; the first one is everybody's favourite."""
        random = self._random
        return self._customers[0] if random.random() < 0.65 else random.choice(self._customers)

    def _remember(self, where: list[Known], do: dict[str, Any]) -> dict[str, Any]:
        where.append(Known(do["key"], do["customer_id"], do.get("ledger", "")))
        return do

    def _pick(self, where: list[Known], base: dict[str, Any]) -> Known | None:
        """Choose what to name; mostly that of its own customer and ledger."""
        if not where:
            return None
        known = self._random.choice(where[-KNOWN:])
        if where is self._holds or where is self._waiting:
            where.remove(known)  # it is resolved, or was never there
        if self._random.random() < 0.95:
            base["customer_id"] = known.customer_id
            base.pop("ledger", None)
            if known.ledger:
                base["ledger"] = known.ledger
        return known

    # One method for each command ----------------------------------------------------------------------------------

    def award(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Grant points."""
        random = self._random
        do = {"command": "points.award", **base, "points": random.randint(4, 30), "reason": "because"}
        order = random.choice(ORDERS)
        if order:
            do["order_id"] = order
        if random.random() < 0.25:
            do.update(rule="base", source_id=f"f-{random.randint(1, 4)}")
            del do["reason"]
        chance = random.random()
        if chance < 0.2:
            do["activation"] = random.choice([*STARTS, "on_action", "3D"])
        elif chance < 0.25:
            do["active_from"] = written(now + timedelta(hours=random.randint(-5, 60)))
        chance = random.random()
        if chance < 0.25:
            do["expiry"] = random.choice(ENDS)
        elif chance < 0.3:
            do["expires_at"] = written(now + timedelta(hours=random.randint(1, 90)))
        if "active_from" in do or do.get("activation", self._activation) != "immediate":
            self._remember(self._waiting, do)
        return self._remember(self._awards, do)

    def spend(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Spend points."""
        do = {"command": "points.spend", **base, "points": self._random.randint(1, 10)}
        order = self._random.choice(ORDERS)
        if order:
            do["order_id"] = order
        return self._remember(self._spends, do)

    def deduct(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Take points by hand."""
        return {"command": "points.deduct", **base, "points": self._random.randint(1, 9), "reason": "because"}

    def adjust(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Adjust by hand, up or down."""
        points = self._random.randint(1, 9) * self._random.choice([-1, 1])
        return {"command": "points.adjust", **base, "points": points, "reason": "because"}

    def hold(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Reserve points."""
        random = self._random
        do = {"command": "points.hold", **base, "points": random.randint(1, 5)}
        order = random.choice(ORDERS)
        if order:
            do["order_id"] = order
        chance = random.random()
        if chance < 0.3:
            do["hold_for"] = random.choice(["1h", "2D", "6D", "20D"])
        elif chance < 0.35:
            do["lapses_at"] = written(now + timedelta(hours=random.randint(1, 90)))
        return self._remember(self._holds, do)

    def capture(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Take what was reserved."""
        known = self._pick(self._holds, base)
        if known is None:
            return self.hold(base, now)
        do = {"command": "points.capture", **base, "hold_id": known.key}
        if self._random.random() < 0.5:
            do["points"] = self._random.randint(1, 3)
        return self._remember(self._spends, do)

    def release(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Let go what was reserved."""
        known = self._pick(self._holds, base)
        return self.hold(base, now) if known is None else {"command": "points.release", **base, "hold_id": known.key}

    def reverse(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Take back an award."""
        return self._correcting("points.reverse", self._awards, base) or self.award(base, now)

    def restore(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Give back a spend."""
        return self._correcting("points.restore", self._spends, base) or self.spend(base, now)

    def _correcting(self, command: str, where: list[Known], base: dict[str, Any]) -> dict[str, Any] | None:
        random = self._random
        known = self._pick(where, base)
        if known is None:
            return None
        do = {"command": command, **base}
        if random.random() < 0.2:
            do["order_id"] = random.choice(ORDERS[2:])
        else:
            do["entry_id"] = f"@{known.key}"
        if random.random() < 0.5:
            do["points"] = random.randint(1, 12)
        return do

    def activate(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Make pending points active."""
        known = self._pick(self._waiting, base)
        if known is None:
            return self.award(base, now)
        if self._random.random() < 0.2:
            return {"command": "points.activate", **base, "order_id": self._random.choice(ORDERS[2:])}
        return {"command": "points.activate", **base, "entry_ids": [f"@{known.key}"]}

    def extend(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Move the expiry of points."""
        random = self._random
        do = {"command": "points.extend", **base, "reason": "because"}
        if random.random() < 0.5:
            known = self._pick(self._awards, base)
            do = {**do, **base} | ({} if known is None else {"entry_ids": [f"@{known.key}"]})
        return do | random.choice([{"by": "1D"}, {"by": "2D"}, {"expiry": "unlimited"}, {"expiry": "4D"}])

    def transfer(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Move points to another customer or ledger."""
        random = self._random
        do = {"command": "points.transfer", **base, "points": random.randint(1, 9), "reason": "because"}
        do["to"] = random.choice(self._customers)
        if random.random() < 0.2 or do["to"] == do["customer_id"]:
            do["to_ledger"] = "" if base.get("ledger") else "gift"
        return do

    def activity(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Record that something happened."""
        return {"command": "points.activity", **base, "reason": "visit"}

    def purchase(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Buy something, or let it be."""
        kept = ("customer_id", "key", "occurred_at")
        return self._purchases.make({name: base[name] for name in kept if name in base})

    def tier(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Set a tier by hand, or clear it."""
        random = self._random
        do = {name: base[name] for name in ("customer_id", "key", "ledger") if name in base} | {"reason": "because"}
        if random.random() < 0.4:
            return {"command": "tiers.clear", **do}
        do = {"command": "tiers.set", **do, "tier": random.choice([None, *LEVELS])}
        if random.random() < 0.5:
            do["expires_at"] = written(now + timedelta(hours=random.randint(-5, 300)))
        return do

    def sweep(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Sweep one ledger."""
        return {"command": "points.sweep", "holder_id": f"@{base['customer_id']}", "ledger": base.get("ledger", "")}

    def join(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Join the program."""
        return {"command": "customers.join", "customer_id": base["customer_id"]}

    def register(self, base: dict[str, Any], _now: datetime) -> dict[str, Any]:
        """Register somebody who may be registered."""
        return {"command": "customers.register", "customer_id": base["customer_id"]}

    def merge(self, base: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Merge two customers, rarely: nobody comes back from it."""
        if self._random.random() < 0.3:
            return self.award(base, now)
        into = self._random.choice([each for each in self._customers if each != base["customer_id"]])
        return {"command": "customers.merge", "customer_id": base["customer_id"], "into": into}


def written(at: datetime) -> str:
    """Write an instant as commands have it."""
    return at.replace(tzinfo=None).isoformat() + "Z"


_MAKERS: tuple[Callable[[Wishes, dict[str, Any], datetime], dict[str, Any]], ...] = (
    *(Wishes.award,) * 20,
    *(Wishes.spend,) * 14,
    *(Wishes.hold,) * 9,
    *(Wishes.purchase,) * 22,
    *(Wishes.capture, Wishes.release, Wishes.reverse, Wishes.restore, Wishes.activate) * 5,
    *(Wishes.deduct, Wishes.adjust, Wishes.extend, Wishes.transfer, Wishes.sweep) * 3,
    *(Wishes.activity, Wishes.join, Wishes.register, Wishes.tier) * 2,
    Wishes.merge,
)
