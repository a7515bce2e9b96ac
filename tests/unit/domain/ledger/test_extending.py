"""Extend: a new expiry by hand for active and pending points, reported lot by lot."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loyalcore.domain.ledger import ExpiryModel, PointsPolicy
from loyalcore.domain.programs import Program
from loyalcore.errors import InvalidInput, NotFound
from loyalcore.services import Loyalty
from loyalcore.values.calendar import parse_expiry
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def changes(shop: Shop, **fields: Any) -> list[tuple[Any, ...]]:
    """Extend, and give (lot, before, after, last valid day)."""
    return [tuple(change) for change in shop.do("extend", **fields).entries[0].changes]


@pytest.mark.parametrize(
    ("fields", "after", "on"),
    [
        ({"by": "1M"}, "2026-02-11", None),
        ({"expiry": "1M"}, "2026-02-01", None),
        ({"expires_at": instant("2026-03-01")}, "2026-03-01", None),
        ({"expires_on": date(2026, 3, 1)}, "2026-03-02T00:00:00Z", date(2026, 3, 1)),
        ({"expiry": "end_of_month(0M)"}, "2026-02-01T00:00:00Z", date(2026, 1, 31)),
    ],
)
def test_a_new_expiry_is_reported(fields: dict[str, Any], after: str, on: date | None) -> None:
    """A lot that ends on day 10 is moved by a span from there, or to what is said; before and after are reported."""
    shop = Shop(expiry="10D")
    shop.award(10)
    assert changes(shop, **fields) == [(1, instant("2026-01-11"), instant(after), on)]
    assert shop.figures(at=after) == Figures(0, expired=10)


def test_points_may_be_made_unlimited() -> None:
    """`unlimited` takes the end away."""
    shop = Shop(expiry="10D")
    shop.award(10)
    assert changes(shop, expiry="unlimited") == [(1, instant("2026-01-11"), None, None)]
    assert shop.figures(at="2030-01-01") == Figures(10)


def test_an_end_may_be_set_earlier() -> None:
    """By hand an expiry can be moved back, as long as it is still to come."""
    shop = Shop(expiry="10D")
    shop.award(10)
    changes(shop, expires_at=instant("2026-01-02"))
    assert shop.figures(at="2026-01-02") == Figures(0, expired=10)


def test_a_span_leaves_points_without_an_end_alone() -> None:
    """What never lapses is not reported, nor is a date that stays the same."""
    shop = Shop()
    shop.award(10)
    assert changes(shop, by="1M") == []
    shop.award(5, expiry="10D")
    assert changes(shop, expires_at=instant("2026-01-11"))[:1] == [(1, None, instant("2026-01-11"), None)]
    assert changes(shop, expires_at=instant("2026-01-11")) == []


def test_active_and_pending_points_are_touched_but_no_closed_ones() -> None:
    """Lots that are spent or have lapsed are not reported."""
    shop = Shop(expiry="10D")
    shop.award(10)
    shop.spend(10)
    shop.award(5, expiry="1D")
    shop.award(7, activation="5D")
    shop.award(8)
    shop.at("2026-01-03")
    assert [change[0] for change in changes(shop, by="1M")] == [3, 4]


def test_an_extension_may_name_entries() -> None:
    """Only the points of the entries named are touched, each once, and those with none left are passed over."""
    shop = Shop(expiry="10D")
    gone = shop.award(1)
    shop.spend(1)
    first, second = shop.award(10), shop.award(10)
    assert [change[0] for change in changes(shop, by="1M", entry_ids=(second.id, gone.id, second.id))] == [3]
    assert shop.figures(at="2026-01-11") == Figures(10, spent=1, expired=10)
    with pytest.raises(NotFound):
        shop.do("extend", by="1M", entry_ids=(first.id, "holder-1:beans:99:"))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"expires_at": instant("2026-01-01")}, "expires_at"),
        ({"expires_on": date(2025, 12, 31)}, "expires_on"),
        ({"expiry": "on(2025-12-31)"}, "expiry"),
    ],
)
@pytest.mark.parametrize("has_points", [True, False])
def test_an_end_that_is_not_to_come_is_refused(fields: dict[str, Any], path: str, has_points: bool) -> None:
    """An expiry not after now is refused by its name, with points or without."""
    shop = Shop(expiry="10D")
    if has_points:
        shop.award(10)
    with pytest.raises(InvalidInput) as caught:
        shop.do("extend", **fields)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"expires_at": instant("2026-01-06")}, "expires_at"),
        ({"expires_on": date(2026, 1, 5)}, "expires_on"),
        ({"expiry": "5D"}, "expiry"),
    ],
)
def test_an_end_not_after_the_start_is_refused(fields: dict[str, Any], path: str) -> None:
    """Points that start on day 5 cannot end on day 5, and nothing is written."""
    shop = Shop()
    shop.award(10, activation="5D")
    with pytest.raises(InvalidInput) as caught:
        shop.do("extend", **fields)
    assert caught.value.path == path
    assert shop.kinds() == ["award"]


def test_a_date_set_by_hand_outlives_the_activation() -> None:
    """Points that wait for an action keep the end that was set for them when they are activated."""
    shop = Shop(activation="on_action", expiry="30D")
    entry = shop.award(10)
    shop.do("extend", expires_at=instant("2026-12-01"))
    shop.do("activate", entry_ids=(entry.id,))
    assert [change.at for change in shop.points.schedule("ada")] == [instant("2026-12-01")]


def test_what_ended_while_it_was_held_is_not_revived() -> None:
    """A lot whose time is over but for held points is passed over, and does not stand in the way of others."""
    shop = Shop(expiry="10D", hold_for="1Y")
    shop.award(10)
    shop.do("hold", 10, key="h")
    shop.at("2026-03-01")
    shop.award(5)
    assert [change[0] for change in changes(shop, by="1M")] == [2]
    assert [change[0] for change in changes(shop, expiry="unlimited")] == [2]
    shop.do("release", "h")
    assert shop.figures() == Figures(5, expired=10)


def test_a_held_lot_may_be_extended_in_time() -> None:
    """Points held when the extension comes, before their end, come back with the new date."""
    shop = Shop(expiry="10D", hold_for="20D")
    shop.award(10)
    shop.do("hold", 10, key="h")
    assert [change[0] for change in changes(shop, by="1M")] == [1]
    shop.at("2026-01-15")
    shop.do("release", "h")
    assert shop.figures() == Figures(10)


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"by": "5D"}, "2026-01-16"),
        ({"expires_at": instant("2026-01-21")}, "2026-01-21"),
        ({"expiry": "1M"}, "2026-02-01"),
    ],
)
def test_the_account_may_be_extended_under_inactivity(fields: dict[str, Any], gone: str) -> None:
    """Under `inactivity` the date of the whole account moves."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")
    shop.award(10)
    shop.do("extend", **fields)
    assert shop.points.balance("ada", at=instant(gone).replace(hour=11)).active == 10
    assert shop.figures(at=gone) == Figures(0, expired=10)


def test_a_last_valid_day_is_extended_to_a_last_valid_day() -> None:
    """A date expiry stays one: valid through 30 January and a month more is valid through 28 February."""
    shop = Shop()
    shop.award(10, expires_on=date(2026, 1, 30))
    (change,) = shop.do("extend", by="1M").entries[0].changes
    assert (change.after, change.expires_on) == (instant("2026-03-01").replace(hour=0), date(2026, 2, 28))


def test_an_extended_account_still_lives_by_its_activity() -> None:
    """Under `inactivity` a date by hand is the account's alone: the next activity moves it on for all points."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")
    shop.award(10)
    shop.do("extend", expires_at=instant("2026-01-21"))
    shop.at("2026-01-20")
    shop.do("activity")
    assert shop.figures(at="2026-01-21") == Figures(10)
    assert shop.figures(at="2026-01-30") == Figures(0, expired=10)


def test_an_account_without_a_date_gets_none_by_a_span() -> None:
    """Under `inactivity` a span moves nothing where there is no date yet."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")
    assert shop.do("extend", by="5D").entries[0].account_expires_at is None


def test_a_change_of_program_does_not_touch_lots() -> None:
    """Points granted under version 7 keep their end when version 8 says another."""
    shop = Shop(expiry="10D")
    shop.award(10)
    policy = PointsPolicy(expiry=parse_expiry("99D", "expiry"))
    later = Program("beans", version=8, currency="EUR", timezone="UTC", points=policy)
    newer = Loyalty(shop.store, [later], clock=shop.clock, actor="till")
    assert newer.points.balance("ada", at=instant("2026-01-11")).expired == 10
    newer.points.award("ada", 1, reason="more", key="new")
    assert [story.granted_by.program_version for story in newer.points.explain("ada")] == [7, 8]
