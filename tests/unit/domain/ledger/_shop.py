"""A small shop to state facts of the ledger in: one program, customers `ada` and `bob`, a clock that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.ledger import Balance, PointsPolicy
from loyalcore.domain.programs import Program, Registry
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_duration, parse_expiry, parse_start
from loyalcore.values.clock import parse_instant

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.flows import Receipt
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.tiers import TierSet
    from loyalcore.services.points import Points

START = "2026-01-01T12:00:00Z"
"""Where the clock of a shop stands first: day 0 of the tests, noon."""


class Figures(NamedTuple):
    """A balance in the order in which the tests write it."""

    active: int
    pending: int = 0
    held: int = 0
    spent: int = 0
    expired: int = 0
    reversed: int = 0
    deficit: int = 0


class Shop:
    """A host over one store; keys are counted, so that each call is a new command."""

    def __init__(
        self,
        *,
        registry: Registry | None = None,
        tiers: TierSet | None = None,
        store: Any = None,
        timezone: str = "UTC",
        **policy: Any,
    ) -> None:
        program = Program(
            "beans", version=7, currency="EUR", timezone=timezone, points=PointsPolicy(**_rules(policy)), tiers=tiers
        )
        self.store = MemoryStore() if store is None else store
        self.clock = FixedClock(START)
        self.loyalty = Loyalty(
            self.store, [program], clock=self.clock, ids=CountedIds(), registry=registry, actor="till"
        )
        self.count = 0
        for customer_id in ("ada", "bob"):
            self.loyalty.customers.register(customer_id)

    @property
    def points(self) -> Points:
        return self.loyalty.points

    def key(self) -> str:
        self.count += 1
        return f"k-{self.count}"

    def do(self, name: str, *args: Any, who: str = "ada", **fields: Any) -> Receipt:
        """Run a method of `points` with a new key."""
        fields.setdefault("key", self.key())
        if name in {"award", "deduct", "adjust", "transfer", "extend", "activity"}:
            fields.setdefault("reason", "test")
        receipt: Receipt = getattr(self.points, name)(who, *args, **fields)
        return receipt

    def award(self, points: int, **fields: Any) -> Entry:
        return self.do("award", points, **fields).entries[0]

    def spend(self, points: int, **fields: Any) -> Entry:
        return self.do("spend", points, **fields).entries[0]

    def at(self, text: str) -> None:
        """Put the clock to a day (noon) or to an instant."""
        self.clock.put(instant(text))

    def figures(self, customer_id: str = "ada", *, at: str | None = None, ledger: str = "") -> Figures:
        """Give a balance once the law of conservation and the recomputation have been seen to hold."""
        when = None if at is None else instant(at)
        shown = self.points.balance(customer_id, at=when, ledger=ledger)
        assert_law(shown)
        checked = self.points.verify(customer_id, ledger=ledger)
        assert checked.is_ok, checked.difference
        return Figures(*(getattr(shown, name) for name in Figures._fields))

    def kinds(self, customer_id: str = "ada", *, ledger: str = "") -> list[str]:
        return [entry.kind.value for entry in self.points.entries(customer_id, ledger=ledger)]


def assert_law(shown: Balance) -> None:
    """Every point that came in is somewhere, and nobody owes points while holding free ones."""
    there = shown.active + shown.pending + shown.held + shown.spent + shown.expired + shown.reversed - shown.deficit
    assert shown.awarded == there
    assert not (shown.deficit and shown.active)
    assert min(shown.active, shown.pending, shown.held, shown.spent, shown.expired, shown.reversed, shown.deficit) >= 0


def instant(text: str) -> datetime:
    """Read `2026-01-31` as noon of that day in UTC, or an ISO instant."""
    return parse_instant(text if "T" in text else f"{text}T12:00:00Z", "at")


def _rules(policy: dict[str, Any]) -> dict[str, Any]:
    parsers = {
        "activation": parse_start,
        "expiry": parse_expiry,
        "inactivity": parse_duration,
        "hold_for": parse_duration,
    }
    return {name: parsers[name](value, name) if name in parsers else value for name, value in policy.items()}
