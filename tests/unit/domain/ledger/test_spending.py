"""Taking points: from which lots, and what happens when there are too few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from loyalcore.domain.ledger import ReturnPolicy, Shortfall
from loyalcore.domain.programs import Registry
from loyalcore.errors import InsufficientPoints
from tests.unit.domain.ledger._shop import Figures, Shop, instant

NEGATIVE = Shortfall.ALLOW_NEGATIVE


def drawn(shop: Shop, points: int) -> list[tuple[int, int]]:
    """Spend, and give the draws as plain pairs."""
    return [(lot, taken) for lot, taken in shop.spend(points).draws]


@pytest.mark.parametrize(
    ("order", "draws"),
    [
        ("soonest_expiry", [(2, 10), (1, 10), (3, 5)]),
        ("oldest_first", [(1, 10), (2, 10), (3, 5)]),
        ("newest_first", [(3, 10), (2, 10), (1, 5)]),
    ],
)
def test_lots_are_spent_in_the_programs_order(order: str, draws: list[tuple[int, int]]) -> None:
    """Of lots that lapse in 30 days, in 10 days and never, 25 points come in the order of the program."""
    shop = Shop(consumption=order)
    for expiry in ("30D", "10D", "unlimited"):
        shop.award(10, expiry=expiry)
    assert drawn(shop, 25) == draws
    assert shop.figures() == Figures(5, spent=25)


def test_lots_of_one_expiry_are_spent_by_their_start_then_by_their_number() -> None:
    """Ties of the soonest expiry go to the earlier start, then to the earlier award."""
    shop = Shop()
    end = instant("2026-02-01")
    shop.award(1, active_from=instant("2025-12-02"), expires_at=end)
    shop.award(1, active_from=instant("2025-12-01"), expires_at=end)
    shop.award(1, active_from=instant("2025-12-02"), expires_at=end)
    assert drawn(shop, 3) == [(2, 1), (1, 1), (3, 1)]


def test_a_host_may_bring_its_own_order() -> None:
    """A function of the registry gives the key of each lot; equal keys go by the lot's number."""
    shop = Shop(
        consumption="largest_first", registry=Registry(consumption={"largest_first": lambda lot: -int(lot.free)})
    )
    for points in (5, 9, 9):
        shop.award(points)
    assert drawn(shop, 20) == [(2, 9), (3, 9), (1, 2)]


def test_only_active_and_free_points_are_spent() -> None:
    """Pending, held and lapsed points cannot be spent."""
    shop = Shop()
    shop.award(10, activation="1D")
    shop.award(10)
    shop.do("hold", 4)
    with pytest.raises(InsufficientPoints) as caught:
        shop.spend(7)
    assert (caught.value.requested, caught.value.available, caught.value.at) == (7, 6, instant("2026-01-01"))
    assert drawn(shop, 6) == [(2, 6)]


@pytest.mark.parametrize(("method", "points"), [("spend", 21), ("deduct", 21), ("adjust", -21)])
@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        ({}, None),
        ({"shortfall": Shortfall.CLAMP}, Figures(0, spent=20)),
        ({"shortfall": NEGATIVE}, Figures(0, spent=21, deficit=1)),
        ({"shortfall": NEGATIVE, "overdraft_max": 0}, None),
        ({"shortfall": NEGATIVE, "overdraft_max": 1}, Figures(0, spent=21, deficit=1)),
    ],
)
def test_too_few_points_are_the_programs_to_judge(
    method: str, points: int, policy: dict[str, Any], answer: Figures | None
) -> None:
    """Of 20 points 21 are refused, cut to 20, or leave a debt of 1, whichever way they are taken."""
    shop = Shop(**policy)
    shop.award(20)
    if answer is None:
        with pytest.raises(InsufficientPoints):
            shop.do(method, points)
        assert shop.figures() == Figures(20)
    else:
        receipt = shop.do(method, points)
        assert shop.figures() == answer
        assert receipt.points == answer.spent


@pytest.mark.parametrize(("points", "deficit"), [(49, 29), (50, 30), (51, None)])
def test_the_overdraft_is_limited(points: int, deficit: int | None) -> None:
    """With 20 active and at most 30 owed, 50 is the most that can be spent."""
    shop = Shop(shortfall=NEGATIVE, overdraft_max=30)
    shop.award(20)
    if deficit is None:
        with pytest.raises(InsufficientPoints) as caught:
            shop.spend(points)
        assert caught.value.available == 50
    else:
        shop.spend(points)
        assert shop.figures() == Figures(0, spent=points, deficit=deficit)


@pytest.mark.parametrize(("points", "is_taken"), [(9, True), (10, True), (11, False)])
def test_the_overdraft_counts_what_is_owed_already(points: int, is_taken: bool) -> None:
    """With 20 of 30 owed, 10 more may be owed."""
    shop = Shop(shortfall=NEGATIVE, overdraft_max=30)
    shop.spend(20)
    if is_taken:
        shop.spend(points)
        assert shop.figures() == Figures(0, spent=20 + points, deficit=20 + points)
    else:
        with pytest.raises(InsufficientPoints):
            shop.spend(points)


def test_an_overdraft_beyond_its_limit_leaves_no_room() -> None:
    """Where a reversal has made more debt than the limit, nothing more can be owed."""
    shop = Shop(shortfall=NEGATIVE, overdraft_max=5, return_policy=ReturnPolicy.UNLIMITED)
    entry = shop.award(20)
    shop.spend(20)
    shop.do("reverse", entry_id=entry.id)
    assert shop.figures() == Figures(0, spent=20, reversed=20, deficit=20)
    with pytest.raises(InsufficientPoints) as caught:
        shop.spend(1)
    assert caught.value.available == 0


def test_a_clamped_spend_of_nothing_is_an_entry_of_nothing() -> None:
    """Under `clamp` a spend from an empty ledger takes 0 points."""
    shop = Shop(shortfall=Shortfall.CLAMP)
    assert shop.do("spend", 5).points == 0
    assert shop.figures() == Figures(0)


def test_an_entry_that_was_written_down_shows_how_a_debit_was_signed() -> None:
    """Spends and deductions carry positive points, an adjustment down a negative number."""
    shop = Shop()
    shop.award(20)
    assert [shop.spend(1).points, shop.do("deduct", 2).entries[0].points] == [1, 2]
    assert shop.do("adjust", -3).entries[0].points == -3
    assert shop.figures() == Figures(14, spent=6)


def test_a_spend_at_the_instant_of_expiry_comes_too_late() -> None:
    """At `expires_at` the points are gone, a microsecond before they are there."""
    shop = Shop()
    shop.award(20, expiry="10D")
    end = instant("2026-01-11")
    shop.clock.put(end - timedelta(microseconds=1))
    shop.spend(1)
    shop.clock.put(end)
    with pytest.raises(InsufficientPoints):
        shop.spend(1)
    assert shop.figures() == Figures(0, spent=1, expired=19)


def test_the_program_may_have_subledgers() -> None:
    """Points of one ledger cannot be spent from another."""
    shop = Shop()
    shop.award(20, ledger="gifts")
    with pytest.raises(InsufficientPoints):
        shop.spend(1)
    shop.do("spend", 5, ledger="gifts")
    assert shop.figures(ledger="gifts") == Figures(15, spent=5)
    assert shop.figures() == Figures(0)
