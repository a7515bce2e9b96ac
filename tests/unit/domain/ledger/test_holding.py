"""Holds: reserved while a payment is open, resolved at most once."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.ledger import ExpiryModel, HoldState, ReturnPolicy, Shortfall
from loyalcore.errors import AlreadyResolved, InsufficientPoints, InvalidInput, NotFound
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def held(points: int = 20, **policy: Any) -> Shop:
    """Open a shop in which 20 of 50 points are held."""
    shop = Shop(**policy)
    shop.award(50)
    shop.do("hold", points, key="h", order_id="o-1")
    return shop


def test_a_hold_reserves_points() -> None:
    """Held points are there but cannot be spent; the hold is named by its key."""
    shop = Shop()
    shop.award(50)
    hold = shop.do("hold", 20, key="h", order_id="o-1").hold
    assert (hold.id, hold.points, hold.state, hold.is_open) == ("h", 20, HoldState.OPEN, True)
    assert hold.lapses_at == instant("2026-01-02")
    assert shop.figures() == Figures(30, held=20)


@pytest.mark.parametrize(
    ("fields", "lapses"),
    [
        ({}, "2026-01-02"),
        ({"hold_for": "30m"}, "2026-01-01T12:30:00Z"),
        ({"lapses_at": instant("2026-01-05")}, "2026-01-05"),
    ],
)
def test_a_hold_lasts_as_long_as_it_is_told(fields: dict[str, Any], lapses: str) -> None:
    """A hold lasts for the program's 24 hours, for its own span, or until an instant."""
    shop = Shop()
    shop.award(50)
    assert shop.do("hold", 20, **fields).hold.lapses_at == instant(lapses)
    assert shop.figures(at=lapses) == Figures(50)


@pytest.mark.parametrize("points", [50, 51])
def test_more_than_is_active_cannot_be_held(points: int) -> None:
    """All active points can be held, not one more, whatever the shortfall policy says."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.award(50)
    if points == 50:
        assert shop.do("hold", 50).points == 50
    else:
        with pytest.raises(InsufficientPoints) as caught:
            shop.do("hold", 51)
        assert (caught.value.requested, caught.value.available) == (51, 50)


def test_a_hold_that_lapses_at_once_is_refused() -> None:
    """A hold lapses after now; that comes before the question whether there are enough points."""
    shop = Shop()
    with pytest.raises(InvalidInput) as caught:
        shop.do("hold", 5, lapses_at=instant("2026-01-01"))
    assert caught.value.path == "lapses_at"


def test_a_capture_spends_what_is_held() -> None:
    """A capture without a number takes the whole hold, and knows the order that was held for."""
    shop = held()
    entry = shop.do("capture", "h").entries[0]
    assert shop.figures() == Figures(30, spent=20)
    assert (entry.order_id, entry.corrects, entry.points) == ("o-1", "holder-1:beans:2:", 20)


def test_a_capture_may_name_its_own_order() -> None:
    """The order of the capture wins over that of the hold."""
    assert held().do("capture", "h", order_id="o-2").entries[0].order_id == "o-2"


def test_a_partial_capture_releases_the_rest() -> None:
    """15 of 20 captured leaves 5 free; the receipt shows the capture first and counts its points."""
    shop = held()
    receipt = shop.do("capture", "h", points=15)
    assert [(entry.kind.value, entry.points) for entry in receipt.entries] == [("capture", 15), ("release", 5)]
    assert receipt.points == 15
    assert shop.figures() == Figures(35, spent=15)


def test_a_partial_capture_uses_the_lots_in_their_order() -> None:
    """Of a hold on 4 and 6 points, 5 captured take all of the first lot and 1 of the second."""
    shop = Shop()
    shop.award(4)
    shop.award(6)
    shop.do("hold", 10, key="h")
    capture, release = shop.do("capture", "h", points=5).entries
    assert [tuple(draw) for draw in capture.draws] == [(1, 4), (2, 1)]
    assert [tuple(draw) for draw in release.draws] == [(2, 5)]
    assert shop.figures() == Figures(5, spent=5)


def test_a_partial_capture_of_the_first_lot_only_releases_the_others_whole() -> None:
    """Of a hold on 4 and 6 points, 3 captured leave 1 and 6."""
    shop = Shop()
    shop.award(4)
    shop.award(6)
    shop.do("hold", 10, key="h")
    capture, release = shop.do("capture", "h", points=3).entries
    assert [tuple(draw) for draw in capture.draws] == [(1, 3)]
    assert [tuple(draw) for draw in release.draws] == [(1, 1), (2, 6)]


def test_more_than_held_cannot_be_captured() -> None:
    """21 of 20 are refused, and the hold stays open."""
    shop = held()
    with pytest.raises(InsufficientPoints) as caught:
        shop.do("capture", "h", points=21)
    assert (caught.value.requested, caught.value.available) == (21, 20)
    shop.do("capture", "h", points=20)


@pytest.mark.parametrize(
    ("first", "state"), [("capture", "captured"), ("part", "captured"), ("release", "released"), ("time", "lapsed")]
)
@pytest.mark.parametrize("then", ["capture", "release"])
def test_a_hold_is_resolved_at_most_once(first: str, state: str, then: str) -> None:
    """What was captured, released or has lapsed can be neither captured nor released."""
    shop = held()
    if first == "time":
        shop.at("2026-01-02")
    elif first == "part":
        shop.do("capture", "h", points=1)
    else:
        shop.do(first, "h")
    before = shop.figures()
    with pytest.raises(AlreadyResolved) as caught:
        shop.do(then, "h")
    assert caught.value.state == state
    assert shop.figures() == before


def test_an_unknown_hold_is_not_found() -> None:
    """A hold that never was is not found, on a ledger that is there or not."""
    with pytest.raises(NotFound, match="hold"):
        held().do("capture", "x")
    with pytest.raises(NotFound, match="hold"):
        Shop().do("release", "x")


def test_a_lapsed_hold_frees_its_points() -> None:
    """At `lapses_at` the points are free again, written by time with its reason."""
    shop = held()
    assert shop.figures(at="2026-01-02T11:59:59Z") == Figures(30, held=20)
    shop.at("2026-01-02")
    assert shop.figures() == Figures(50)
    shop.points.sweep()
    entry = shop.points.entries("ada")[-1]
    assert (entry.kind.value, entry.actor, entry.reason, entry.effective_at) == (
        "release",
        "time",
        "lapsed",
        instant("2026-01-02"),
    )
    assert entry.hold_id == "h"
    assert shop.figures() == Figures(50)


def test_held_points_do_not_expire() -> None:
    """Points whose lot ends while they are held stay held, and the capture is good."""
    shop = Shop(expiry="10D", hold_for="30D")
    shop.award(50)
    shop.do("hold", 20, key="h")
    assert shop.figures(at="2026-01-15") == Figures(0, held=20, expired=30)
    shop.at("2026-01-15")
    shop.do("capture", "h")
    assert shop.figures() == Figures(0, spent=20, expired=30)


@pytest.mark.parametrize("way", ["release", "capture", "time"])
def test_held_points_released_late_expire_at_once(way: str) -> None:
    """Points that come back after the end of their lot are expired in the same breath."""
    shop = Shop(expiry="10D", hold_for="20D")
    shop.award(50)
    shop.do("hold", 20, key="h")
    shop.at("2026-01-15")
    if way == "time":
        assert shop.figures(at="2026-01-21") == Figures(0, expired=50)
    elif way == "release":
        shop.do("release", "h")
        assert shop.figures() == Figures(0, expired=50)
    else:
        shop.do("capture", "h", points=5)
        assert shop.figures() == Figures(0, spent=5, expired=45)


def test_points_released_late_pay_no_debt() -> None:
    """Points whose time is over expire and leave what is owed as it is."""
    shop = Shop(expiry="10D", hold_for="20D", shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.award(20)
    shop.do("hold", 20, key="h")
    shop.spend(5)
    assert shop.figures(at="2026-01-21") == Figures(0, spent=5, expired=20, deficit=5)
    shop.at("2026-01-15")
    shop.do("release", "h")
    assert shop.figures() == Figures(0, spent=5, expired=20, deficit=5)


def test_points_held_through_the_lapse_of_the_whole_account_expire_when_they_come_back() -> None:
    """Under `inactivity`, points held when the account lapses stay held and expire on release."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D", hold_for="30D")
    shop.award(50)
    shop.do("hold", 20, key="h")
    assert shop.figures(at="2026-01-11") == Figures(0, held=20, expired=30)
    shop.at("2026-01-15")
    shop.do("release", "h")
    assert shop.figures() == Figures(0, expired=50)


def test_a_reversal_does_not_touch_held_points() -> None:
    """Of 50 awarded, 20 of them held, 30 can be taken back."""
    shop = held(return_policy=ReturnPolicy.WITHIN_BALANCE)
    shop.do("reverse", entry_id="holder-1:beans:1:")
    assert shop.figures() == Figures(0, held=20, reversed=30)
    shop.do("capture", "h")
    assert shop.figures() == Figures(0, spent=20, reversed=30)


def test_two_holds_lapse_each_at_its_time() -> None:
    """A hold that lapses leaves the other one alone."""
    shop = Shop()
    shop.award(50)
    shop.do("hold", 20, hold_for="1h")
    shop.do("hold", 10, hold_for="2h")
    assert shop.figures(at="2026-01-01T13:00:00Z") == Figures(40, held=10)
    assert shop.figures(at="2026-01-01T14:00:00Z") == Figures(50)
