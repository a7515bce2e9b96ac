"""What time does: boundaries in their order, balances at any instant, the schedule, and the sweep."""

from __future__ import annotations

from datetime import date

import pytest

from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import ExpiryModel, Shortfall
from loyalcore.errors import NotFound
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def busy() -> Shop:
    """Open a shop in which, on day 10, points expire, a hold on other points lapses and more points activate."""
    shop = Shop()
    shop.award(20)
    shop.do("hold", 5, lapses_at=instant("2026-01-11"))
    shop.award(10, expiry="10D")
    shop.award(7, activation="10D")
    return shop


def test_at_one_instant_expiry_comes_first_then_holds_then_activation() -> None:
    """The sweep writes expire, release and activate in this order, each at the boundary."""
    shop = busy()
    shop.at("2026-01-20")
    assert shop.points.sweep() == 1
    written = shop.points.entries("ada")[4:]
    assert [(entry.kind.value, entry.points) for entry in written] == [("expire", 10), ("release", 5), ("activate", 7)]
    assert {entry.effective_at for entry in written} == {instant("2026-01-11")}
    assert {entry.recorded_at for entry in written} == {instant("2026-01-20")}
    assert {entry.actor for entry in written} == {"time"}


@pytest.mark.parametrize("at", ["2026-01-01", "2026-01-10", "2026-01-11", "2026-01-12", "2030-01-01"])
def test_a_sweep_changes_no_balance(at: str) -> None:
    """The figures are the same whether a sweep ran never, late or twice."""
    shop = busy()
    before = shop.figures(at=at)
    shop.at("2026-01-20")
    shop.points.sweep()
    assert shop.points.sweep() == 0
    assert shop.figures(at=at) == before


def test_a_sweep_with_nothing_due_writes_nothing() -> None:
    """Before the first boundary there is nothing to write."""
    shop = busy()
    assert shop.points.sweep() == 0
    assert shop.points.sweep("ada") == 0
    assert len(shop.points.entries("ada")) == 4


def test_a_sweep_may_be_narrowed() -> None:
    """A sweep of one customer leaves the others' ledgers to the next one."""
    shop = Shop()
    for who in ("ada", "bob"):
        shop.award(5, expiry="1D", who=who)
    shop.at("2026-01-10")
    assert shop.points.sweep("bob") == 1
    assert (shop.kinds("ada"), shop.kinds("bob")) == (["award"], ["award", "expire"])
    assert shop.points.sweep(program="beans") == 1
    with pytest.raises(NotFound):
        shop.points.sweep(program="tea")
    with pytest.raises(NotFound):
        shop.points.sweep("eve")


def test_a_lot_and_its_hold_that_end_together() -> None:
    """A lot ends at the instant at which a hold on it lapses: first the free points expire, then the freed ones."""
    shop = Shop()
    shop.award(10, expiry="10D")
    shop.do("hold", 4, lapses_at=instant("2026-01-11"))
    shop.at("2026-01-11")
    shop.points.sweep()
    assert [(entry.kind.value, entry.points) for entry in shop.points.entries("ada")[2:]] == [
        ("expire", 6),
        ("release", 4),
        ("expire", 4),
    ]


def test_each_boundary_pays_what_is_owed() -> None:
    """A debt of 12 is paid by 5 points that lapse from a hold and 7 that activate at the same instant."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.award(5)
    shop.do("hold", 5, lapses_at=instant("2026-01-11"))
    shop.award(8, activation="10D")
    shop.spend(12)
    assert shop.figures() == Figures(0, pending=8, held=5, spent=12, deficit=12)
    assert shop.figures(at="2026-01-11") == Figures(1, spent=12)


def test_a_balance_in_the_past_is_what_was_recorded_by_then() -> None:
    """Day by day: nothing, 100 awarded, 30 spent on day 5, the rest expired on day 10, though written on day 20."""
    shop = Shop(expiry="10D")
    shop.award(100)
    shop.at("2026-01-06")
    shop.spend(30)
    shop.at("2026-01-21")
    shop.points.sweep()
    assert shop.figures(at="2025-12-31") == Figures(0)
    assert shop.figures(at="2026-01-01") == Figures(100)
    assert shop.figures(at="2026-01-06T11:59:59Z") == Figures(100)
    assert shop.figures(at="2026-01-06") == Figures(70, spent=30)
    assert shop.figures(at="2026-01-12") == Figures(0, spent=30, expired=70)
    assert shop.figures(at="2030-01-01") == Figures(0, spent=30, expired=70)


def test_a_clock_that_goes_back_mints_nothing() -> None:
    """On day 20 the points have expired; a clock put back to day 5 finds them expired still."""
    shop = Shop(expiry="10D")
    shop.award(100)
    shop.at("2026-01-21")
    shop.do("activity")
    shop.at("2026-01-06")
    assert shop.figures() == Figures(0, expired=100)
    entry = shop.award(5)
    assert entry.recorded_at == instant("2026-01-21")
    assert entry.lots[0].expires_at == instant("2026-01-31")
    assert shop.figures() == Figures(5, expired=100)
    assert [change.at for change in shop.points.schedule("ada")] == [instant("2026-01-31")]


def test_a_balance_says_of_when_and_of_what_it_is() -> None:
    """A balance names its instant, program and ledger."""
    shop = Shop()
    shown = shop.points.balance("ada", ledger="gifts")
    assert (shown.at, shown.program_id, shown.ledger) == (instant("2026-01-01"), "beans", "gifts")


def test_the_schedule_lists_what_time_will_do() -> None:
    """What activates, lapses and expires, when, with the last valid day of a date expiry."""
    shop = Shop()
    shop.award(20, activation="5D")
    shop.award(10, expires_on=date(2026, 1, 20))
    shop.award(4, expires_on=date(2026, 1, 20))
    shop.do("hold", 3, lapses_at=instant("2026-01-08"))
    listed = [
        (change.at, change.kind.value, change.points, change.expires_on) for change in shop.points.schedule("ada")
    ]
    assert listed == [
        (instant("2026-01-06"), "activate", 20, None),
        (instant("2026-01-08"), "release", 3, None),
        (instant("2026-01-21T00:00:00Z"), "expire", 14, date(2026, 1, 20)),
    ]


def test_lots_that_end_together_by_instant_and_by_day_show_no_day() -> None:
    """Where one of the lots that expire at an instant ends by a day and another by the instant, no day is shown."""
    shop = Shop()
    shop.award(10, expires_on=date(2026, 1, 20))
    shop.award(4, expires_at=instant("2026-01-21T00:00:00Z"))
    (change,) = shop.points.schedule("ada")
    assert (change.points, change.expires_on) == (14, None)


def test_the_schedule_of_an_idle_ledger_is_empty() -> None:
    """Points that never change, and ledgers that were never booked on, have no schedule."""
    shop = Shop()
    assert shop.points.schedule("ada") == ()
    shop.award(10)
    assert shop.points.schedule("ada") == ()


def test_the_schedule_begins_now() -> None:
    """What has happened by now is not listed again, and an empty account's lapse is no change."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="30D")
    shop.award(10, activation="5D")
    shop.at("2026-01-06")
    assert [change.kind.value for change in shop.points.schedule("ada")] == ["expire"]
    shop.spend(10)
    assert shop.points.schedule("ada") == ()


def test_the_next_change_is_kept_beside_the_figures() -> None:
    """The stored head names the next boundary: activation, lapse of a hold, expiry, lapse of the account, or none."""
    ref = LedgerRef("live", "holder-1", "beans")

    def head(shop: Shop) -> object:
        with shop.store.unit() as unit:
            return unit.load([ref])[ref].next_change_at

    shop = Shop()
    shop.award(10)
    assert head(shop) is None
    shop.award(1, expiry="30D")
    assert head(shop) == instant("2026-01-31")
    shop.do("hold", 2, lapses_at=instant("2026-01-20"))
    assert head(shop) == instant("2026-01-20")
    shop.award(1, activation="5D")
    assert head(shop) == instant("2026-01-06")
    idle = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="30D")
    idle.award(10, activation="60D")
    assert head(idle) == instant("2026-01-31")


def test_pending_points_may_expire_before_they_are_activated() -> None:
    """Points that wait for an action lapse at a fixed end though nobody activated them."""
    shop = Shop()
    shop.award(10, activation="on_action", expires_at=instant("2026-02-01"))
    assert shop.figures(at="2026-02-01") == Figures(0, expired=10)
