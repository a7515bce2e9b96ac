"""Restore: giving back a spend to the lots it came from, with their old dates."""

from __future__ import annotations

import pytest

from loyalcore.errors import IllegalTransition, InsufficientPoints, NotFound
from tests.unit.domain.ledger._shop import Figures, Shop


def spent() -> Shop:
    """Open a shop in which 25 points were spent on an order: 10 that lapse on day 10, 15 of 20 that never do."""
    shop = Shop()
    shop.award(10, expiry="10D")
    shop.award(20)
    shop.spend(25, order_id="o-1")
    return shop


def test_a_restore_gives_back_the_lots_and_their_dates() -> None:
    """All 25 come back, and the 10 still lapse on day 10."""
    shop = spent()
    assert shop.do("restore", order_id="o-1").points == 25
    assert shop.figures() == Figures(30)
    assert shop.figures(at="2026-01-11") == Figures(20, expired=10)


@pytest.mark.parametrize(("points", "draws"), [(5, [(2, 5)]), (15, [(2, 15)]), (18, [(2, 15), (1, 3)])])
def test_a_partial_restore_fills_the_last_lot_first(points: int, draws: list[tuple[int, int]]) -> None:
    """Of 10 from lot 1 and 15 from lot 2, lot 2 gets its points back first."""
    shop = spent()
    entry = shop.do("restore", points, order_id="o-1").entries[0]
    assert [tuple(draw) for draw in entry.draws] == draws
    assert shop.figures() == Figures(5 + points, spent=25 - points)


def test_restores_go_on_where_the_last_one_ended() -> None:
    """12, then 8, then the rest: 12 and 3 to lot 2, then 5 and 5 to lot 1."""
    shop = spent()
    drawn = [shop.do("restore", points, order_id="o-1").entries[0].draws for points in (12, 8, None)]
    assert [[tuple(draw) for draw in each] for each in drawn] == [[(2, 12)], [(2, 3), (1, 5)], [(1, 5)]]
    assert shop.figures() == Figures(30)


@pytest.mark.parametrize("points", [26, 10**15])
def test_more_than_was_spent_cannot_be_restored(points: int) -> None:
    """26 of 25 are refused, and nothing is written."""
    shop = spent()
    with pytest.raises(InsufficientPoints) as caught:
        shop.do("restore", points, order_id="o-1")
    assert (caught.value.requested, caught.value.available) == (points, 25)
    assert shop.figures() == Figures(5, spent=25)


def test_nothing_is_restored_twice() -> None:
    """When all is given back, a further restore is refused, with a number or without."""
    shop = spent()
    shop.do("restore", order_id="o-1")
    for points in (None, 1):
        with pytest.raises(InsufficientPoints) as caught:
            shop.do("restore", points, order_id="o-1")
        assert caught.value.available == 0


def test_what_lapsed_meanwhile_comes_back_expired() -> None:
    """Points of a lot that ended on day 10 are expired at once when they come back on day 15."""
    shop = spent()
    shop.at("2026-01-16")
    receipt = shop.do("restore", order_id="o-1")
    assert [entry.kind.value for entry in receipt.entries] == ["restore"]
    assert shop.figures() == Figures(20, expired=10)
    assert shop.kinds()[-2:] == ["restore", "expire"]


def test_a_lot_that_was_emptied_opens_again() -> None:
    """A lot that was spent to the last point, long ago, takes its points back."""
    shop = spent()
    shop.spend(5)
    shop.at("2026-01-05")
    shop.do("restore", 25, order_id="o-1")
    assert shop.figures() == Figures(25, spent=5)
    shop.spend(25)
    assert shop.figures() == Figures(0, spent=30)


def test_a_capture_is_restored_like_a_spend() -> None:
    """What a hold captured can be given back, and no more than was captured."""
    shop = Shop()
    shop.award(30)
    shop.do("hold", 20, key="h", order_id="o-1")
    capture = shop.do("capture", "h", points=12).entries[0]
    with pytest.raises(InsufficientPoints):
        shop.do("restore", 13, entry_id=capture.id)
    shop.do("restore", order_id="o-1")
    assert shop.figures() == Figures(30)


def test_the_spends_of_an_order_are_restored_last_first() -> None:
    """Of spends of 10 and 5 on one order, 8 restored give back the 5 and 3 of the 10."""
    shop = Shop()
    shop.award(30)
    first, second = shop.spend(10, order_id="o-1"), shop.spend(5, order_id="o-1")
    receipt = shop.do("restore", 8, order_id="o-1")
    assert [(entry.corrects, entry.points) for entry in receipt.entries] == [(second.id, 5), (first.id, 3)]
    assert receipt.points == 8
    shop.do("restore", order_id="o-1")
    assert shop.figures() == Figures(30)


def test_a_restore_needs_a_spend() -> None:
    """Deductions, adjustments and awards are not given back, and what is not there is not found."""
    shop = Shop()
    award = shop.award(30, order_id="o-1")
    deducted = shop.do("deduct", 5).entries[0]
    for entry in (award, deducted):
        with pytest.raises(IllegalTransition, match=f"of kind {entry.kind.value}"):
            shop.do("restore", entry_id=entry.id)
    with pytest.raises(NotFound, match="spend of order"):
        shop.do("restore", order_id="o-1")
    with pytest.raises(NotFound, match="entry"):
        shop.do("restore", entry_id="holder-1:beans:99:")


def test_a_spend_and_return_in_the_same_lots_is_neutral() -> None:
    """Spending, restoring and spending again draws on the same lots."""
    shop = spent()
    shop.do("restore", order_id="o-1")
    assert [tuple(draw) for draw in shop.spend(25).draws] == [(1, 10), (2, 15)]
