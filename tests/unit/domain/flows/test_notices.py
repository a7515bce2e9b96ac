from __future__ import annotations

from typing import Any

import pytest

from loyalcore import Loyalty, PointsNotice, PointsPolicy, Program
from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import InvalidDocument, InvalidInput, NotFound
from loyalcore.testing import FixedClock

EVERY = frozenset(PointsNotice)


def shop(*notices: PointsNotice, clock: FixedClock | None = None) -> Loyalty:
    """Open a shop whose program sends some notices, with a customer `ada`."""
    beans = Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(notices=frozenset(notices)))
    loyalty = Loyalty(MemoryStore(), [beans], actor="till", clock=clock)
    loyalty.customers.register("ada")
    return loyalty


def test_a_program_sends_none_unless_it_says_so() -> None:
    """Without a setting nothing waits in the outbox, and receipts carry nothing to tell."""
    loyalty = shop()
    assert loyalty.points.award("ada", 5, reason="gift", key="k-1").notices == ()
    assert loyalty.outbox.waiting() == ()


def test_each_kind_is_of_its_entry() -> None:
    """Awards, deductions, adjustments and activations are told of, spends are not."""
    loyalty = shop(*EVERY)
    points = loyalty.points
    receipts = [
        points.award("ada", 50, reason="gift", activation="on_action", key="k-1"),
        points.activate("ada", entry_ids=(points.entries("ada")[0].id,), key="k-2"),
        points.deduct("ada", 3, reason="mistake", key="k-3"),
        points.adjust("ada", -2, reason="mistake", key="k-4"),
        points.spend("ada", 5, key="k-5"),
    ]
    told = [[(notice.kind, notice.details["points"]) for notice in receipt.notices] for receipt in receipts]
    assert told == [
        [("points_added", 50)],
        [("points_activated", 50)],
        [("points_deducted", 3)],
        [("points_adjusted", -2)],
        [],
    ]
    kept = {notice.ref: notice for notice in loyalty.outbox.waiting()}
    assert list(kept.values()) == sorted(
        (notice for receipt in receipts for notice in receipt.notices), key=lambda notice: notice.ref.notice_id
    )


def test_a_notice_is_kept_once() -> None:
    """A repetition tells nothing again, and a refused command nothing at all."""
    loyalty = shop(*EVERY)
    first = loyalty.points.award("ada", 5, reason="gift", key="k-1")
    assert loyalty.points.award("ada", 5, reason="gift", key="k-1").notices == ()
    with pytest.raises(InvalidInput):
        loyalty.points.deduct("ada", 0, reason="mistake", key="k-2")
    assert loyalty.outbox.waiting() == first.notices


def test_what_time_activates_is_told_by_the_sweep() -> None:
    """Points that time has activated are told of when that is written down."""
    clock = FixedClock("2026-01-01T12:00:00Z")
    loyalty = shop(PointsNotice.ACTIVATED, clock=clock)
    loyalty.points.award("ada", 5, reason="gift", activation="1D", key="k-1")
    clock.move(days=2)
    assert loyalty.outbox.waiting() == ()
    loyalty.points.sweep()
    assert [notice.kind for notice in loyalty.outbox.waiting()] == ["points_activated"]


@pytest.mark.parametrize("value", ["points_added", ["points_added", "nonsense"], [1], None, {"points_added": 1}])
def test_notices_that_do_not_exist(value: Any) -> None:
    """A document that asks for something else is refused by its path."""
    document = {"id": "beans", "currency": "EUR", "timezone": "UTC", "points": {"notices": value}}
    with pytest.raises(InvalidDocument) as caught:
        Program.from_document(document)
    assert [fault.path for fault in caught.value.faults] == ["points.notices"]


def test_notices_in_python_are_a_set_of_their_kind() -> None:
    """In Python the setting is a frozenset of its enum."""
    values: list[Any] = [frozenset({"points_added"}), ["points_added"], None]
    for value in values:
        with pytest.raises(InvalidInput, match=r"points\.notices"):
            Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(notices=value))


def test_a_program_that_does_not_run_has_no_outbox() -> None:
    """Asking for the notices of a program that does not run here is refused."""
    with pytest.raises(NotFound):
        shop().outbox.waiting(program="nuts")
