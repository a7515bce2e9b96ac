"""A shop with tiers, and a clock that is put."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.programs import Program
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock

START = "2026-01-01T12:00:00Z"
LEVELS = [{"name": "Silver", "at": 100}, {"name": "Gold", "at": 500}, {"name": "Platinum", "at": 1000}]
TOLD = ["tier_up", "tier_down", "tier_ending"]


def program(tiers: dict[str, Any] | None = None, **tables: Any) -> Program:
    """Make a program of points earned."""
    own = {"measure": "points_earned", "levels": LEVELS, **({} if tiers is None else tiers)}
    return Program.from_document({"id": "beans", "currency": "EUR", "timezone": "UTC", "tiers": own, **tables})


class Shop(Loyalty):
    """The facade on a store of its own, with a clock that is put."""

    def __init__(self, *programs: Program, store: MemoryStore | None = None, **fields: Any) -> None:
        self.kept = MemoryStore() if store is None else store
        self.time = FixedClock(START)
        super().__init__(self.kept, programs, clock=self.time, ids=CountedIds(), actor="ann", **fields)
        self.customers.register("ada")
        self.number = 0

    def earn(self, points: int, **fields: Any) -> None:
        """Award points."""
        self.number += 1
        self.points.award("ada", points, reason="test", key=f"k-{self.number}", **fields)

    def tell(self) -> list[tuple[str, Any]]:
        """Give the kinds of the notices that wait, and what each is about."""
        found = sorted(self.outbox.waiting(), key=lambda notice: (notice.at, notice.ref.notice_id))
        return [(notice.kind, notice.details.get("tier", notice.details.get("mark"))) for notice in found]

    def tier(self) -> str | None:
        """Give the tier of ada."""
        return self.customers.membership("ada").tier


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
