"""The three expiry models: lot by lot, the whole account after inactivity, rolled forward by activity."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.ledger import EntryKind as Kind
from loyalcore.domain.ledger import ExpiryModel, Shortfall
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def inactive(**policy: Any) -> Shop:
    """Open a shop whose accounts lapse after 10 days of inactivity."""
    return Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D", **policy)


def rolling(**policy: Any) -> Shop:
    """Open a shop in which an activity moves lots 10 days ahead."""
    return Shop(expiry_model=ExpiryModel.ROLLING, **{"expiry": "10D", **policy})


def test_lots_lapse_each_at_its_own_date() -> None:
    """Under `per_lot` an activity changes no date."""
    shop = Shop(expiry="10D")
    shop.award(10)
    shop.at("2026-01-06")
    shop.award(5)
    shop.do("activity")
    assert shop.figures(at="2026-01-11") == Figures(5, expired=10)
    assert shop.figures(at="2026-01-16") == Figures(0, expired=15)


def test_the_whole_account_lapses_after_inactivity() -> None:
    """10 days after the last activity every point is gone, the pending ones too; a second before, none is."""
    shop = inactive()
    shop.award(10)
    shop.award(7, activation="30D")
    shop.at("2026-01-06")
    shop.spend(4)
    assert shop.figures(at="2026-01-16T11:59:59Z") == Figures(6, pending=7, spent=4)
    assert shop.figures(at="2026-01-16") == Figures(0, spent=4, expired=13)


@pytest.mark.parametrize(
    ("method", "args", "counts"),
    [
        ("award", (1,), True),
        ("spend", (1,), True),
        ("deduct", (1,), True),
        ("adjust", (1,), True),
        ("adjust", (-1,), True),
        ("activity", (), True),
        ("hold", (1,), False),
        ("transfer", (1,), False),
    ],
)
def test_some_entries_count_as_activity(method: str, args: tuple[int, ...], counts: bool) -> None:
    """By default awards, spends, what is done by hand and activities move the account's date; holds do not."""
    shop = inactive()
    shop.award(10)
    shop.at("2026-01-06")
    fields = {"to": "bob"} if method == "transfer" else {}
    shop.do(method, *args, **fields)
    expired_then = shop.points.balance("ada", at=instant("2026-01-11")).expired
    assert (expired_then == 0) is counts


def test_a_capture_counts_as_activity() -> None:
    """Paying with held points is an activity."""
    shop = inactive(hold_for="30D")
    shop.award(10)
    shop.do("hold", 4, key="h")
    shop.at("2026-01-06")
    shop.do("capture", "h")
    assert shop.figures(at="2026-01-11") == Figures(6, spent=4)
    assert shop.figures(at="2026-01-16") == Figures(0, spent=4, expired=6)


def test_the_program_says_what_counts_as_activity() -> None:
    """Where only spends count, an award and a visit leave the date as it is, and a spend moves it."""
    shop = inactive(activities=frozenset({Kind.SPEND}))
    shop.award(10)
    shop.at("2026-01-06")
    shop.award(5)
    shop.do("activity")
    assert shop.figures(at="2026-01-11") == Figures(0, expired=15)
    shop.at("2026-01-09")
    shop.spend(1)
    assert shop.figures(at="2026-01-18T12:00:00Z") == Figures(14, spent=1)
    assert shop.figures(at="2026-01-19") == Figures(0, spent=1, expired=14)


def test_points_of_no_activity_start_the_account_again() -> None:
    """Where only spends count, an award after the lapse lives for its own 10 days."""
    shop = inactive(activities=frozenset({Kind.SPEND}))
    shop.award(10)
    shop.at("2026-02-01")
    shop.award(5)
    assert shop.figures() == Figures(5, expired=10)
    assert shop.figures(at="2026-02-11") == Figures(0, expired=15)


def test_points_transferred_in_start_an_account() -> None:
    """An account whose first points are a transfer lapses 10 days after it."""
    shop = inactive()
    shop.award(10)
    shop.do("transfer", 6, to="bob")
    assert shop.figures("bob", at="2026-01-11") == Figures(0, expired=6)


def test_an_account_that_lapsed_begins_anew() -> None:
    """Points awarded after the lapse live on; those of before stay expired."""
    shop = inactive()
    shop.award(10)
    shop.at("2026-02-01")
    shop.award(5)
    assert shop.figures() == Figures(5, expired=10)
    assert shop.figures(at="2026-02-11") == Figures(0, expired=15)


def test_a_restore_after_the_lapse_comes_back_expired() -> None:
    """What was spent before the account lapsed is expired when it is given back after, and wakes nothing."""
    shop = inactive()
    shop.award(10)
    spend = shop.spend(10)
    shop.at("2026-02-01")
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(0, expired=10)


def test_a_sweep_of_an_empty_account_writes_its_lapse() -> None:
    """An account without points lapses too, so that a restore after it is expired."""
    shop = inactive()
    shop.award(10)
    spend = shop.spend(10)
    shop.at("2026-02-01")
    assert shop.points.sweep() == 1
    assert shop.points.sweep() == 0
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(0, expired=10)


def test_the_relative_expiry_is_the_span_of_inactivity_where_none_is_said() -> None:
    """Under `inactivity` a program that only says `expiry` means that span."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, expiry="10D")
    shop.award(10)
    assert shop.figures(at="2026-01-11") == Figures(0, expired=10)


def test_points_may_have_a_date_of_their_own_under_inactivity() -> None:
    """An award that names its expiry lapses then, though the account lives."""
    shop = inactive()
    shop.award(10, expiry="3D")
    shop.award(5)
    assert shop.figures(at="2026-01-04") == Figures(5, expired=10)


def test_an_activity_rolls_lots_forward() -> None:
    """10 days after the last activity a lot is gone; the entry says from when to when it moved."""
    shop = rolling()
    shop.award(10)
    shop.at("2026-01-06")
    entry = shop.spend(4)
    assert [(change.lot, change.before, change.after) for change in entry.changes] == [
        (1, instant("2026-01-11"), instant("2026-01-16")),
    ]
    assert shop.figures(at="2026-01-15T23:59:59Z") == Figures(6, spent=4)
    assert shop.figures(at="2026-01-16") == Figures(0, spent=4, expired=6)


def test_an_activity_never_moves_a_date_back() -> None:
    """With a span of 5 days, a lot of 30 days keeps its date on day 2 and gets day 33 on day 28."""
    shop = rolling(expiry="30D", inactivity="5D")
    shop.award(10)
    shop.at("2026-01-03")
    assert shop.do("activity").entries[0].changes == ()
    shop.at("2026-01-29")
    assert shop.do("activity").entries[0].changes[0].after == instant("2026-02-03")


def test_points_without_an_end_are_not_rolled() -> None:
    """A lot that never lapses keeps that under `rolling`."""
    shop = rolling()
    shop.award(10, expiry="unlimited")
    shop.do("activity")
    assert shop.figures(at="2030-01-01") == Figures(10)


def test_pending_points_are_rolled_too() -> None:
    """An activity moves the end of points whose start has not come."""
    shop = rolling()
    shop.award(10, activation="8D")
    shop.at("2026-01-05")
    shop.do("activity")
    assert shop.figures(at="2026-01-14") == Figures(10)
    assert shop.figures(at="2026-01-15") == Figures(0, expired=10)


def test_an_activity_does_not_wake_what_has_lapsed() -> None:
    """A lot that ended while it was held stays ended: an activity before the release changes nothing."""
    shop = rolling(hold_for="30D")
    shop.award(10)
    shop.do("hold", 10, key="h")
    shop.at("2026-01-13")
    assert shop.do("activity").entries[0].changes == ()
    shop.do("release", "h")
    assert shop.figures() == Figures(0, expired=10)


def test_what_does_not_count_rolls_nothing() -> None:
    """Under `rolling` only the program's activities move dates."""
    shop = rolling(activities=frozenset({Kind.SPEND}))
    shop.award(10)
    shop.at("2026-01-06")
    assert shop.do("activity").entries[0].changes == ()
    shop.do("hold", 1)
    assert shop.figures(at="2026-01-11") == Figures(0, expired=10)


def test_a_spend_that_empties_a_lot_rolls_it_for_its_restore() -> None:
    """The spend of day 5 rolled the lot it emptied to day 15: restored on day 12, the points are good until then."""
    shop = rolling()
    shop.award(10)
    shop.at("2026-01-06")
    spend = shop.spend(10)
    shop.at("2026-01-13")
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(10)
    assert shop.figures(at="2026-01-16") == Figures(0, expired=10)


def test_an_overdraft_is_paid_before_the_account_lapses() -> None:
    """Points that paid a debt are spent, not expired, when the account lapses."""
    shop = inactive(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.spend(4)
    shop.award(10)
    assert shop.figures(at="2026-01-11") == Figures(0, spent=4, expired=6)
