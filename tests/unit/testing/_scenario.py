"""Small scenarios for tests: a program, a few steps, and what a run or a document tells."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.errors import InvalidDocument
from loyalcore.testing.scenarios import Scenario, run

BEANS: dict[str, Any] = {
    "id": "beans",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "earning": [{"id": "base", "points": 1, "per": 10}],
    "tiers": {"measure": "money_spent", "levels": [{"name": "Silver", "at": "10.50"}, {"name": "Gold", "at": 500}]},
}
ADA: dict[str, Any] = {"do": "customers.register", "with": {"customer_id": "ada"}}
AWARD: dict[str, Any] = {
    "at": "2026-01-01T12:00:00Z",
    "do": "points.award",
    "with": {"customer_id": "ada", "points": 50, "reason": "welcome", "key": "w-1"},
}
ASK: dict[str, Any] = {"ask": "points.balance", "with": {"customer_id": "ada"}}


def document(*steps: Any, **changes: Any) -> dict[str, Any]:
    """Make a document of steps."""
    return {"scenario": 1, "title": "A try", "program": BEANS, "steps": list(steps), **changes}


def told(*steps: Any, **changes: Any) -> list[str]:
    """Run steps, and list what the first that differs says."""
    mismatch = run(Scenario.from_document(document(*steps, **changes)))
    return [] if mismatch is None else str(mismatch).split("\n")


def faults(values: Any) -> list[tuple[str, str]]:
    """List the faults of a document."""
    with pytest.raises(InvalidDocument) as caught:
        Scenario.from_document(values)
    return [(fault.path, fault.message) for fault in caught.value.faults]
