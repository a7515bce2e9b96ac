"""Awards and adjustments up: when points start, when they lapse, and what makes them active."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loyalcore.domain.ledger import ExpiryAnchor, Shortfall
from loyalcore.errors import IllegalTransition, InvalidInput, NotFound
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def test_an_award_is_active_at_once() -> None:
    """Without a start, points can be spent as soon as they are awarded."""
    shop = Shop()
    entry = shop.award(120)
    assert shop.figures() == Figures(120)
    assert shop.points.balance("ada").earned == 120
    assert (entry.actor, entry.program_version, entry.id) == ("till", 7, "holder-1:beans:1:")
    assert [(lot.lot, lot.points, lot.is_earned, lot.expires_at) for lot in entry.lots] == [(1, 120, True, None)]


@pytest.mark.parametrize(
    "start",
    [{"activation": "14D"}, {"active_from": instant("2026-01-15")}, {"activation": "on(2026-01-15)"}],
    ids=["relative", "instant", "day"],
)
def test_points_wait_for_their_start(start: dict[str, Any]) -> None:
    """Points are pending, and not earned, until the very instant of their start."""
    shop = Shop()
    shop.award(120, **start)
    assert shop.figures() == Figures(0, pending=120)
    shop.at("2026-01-14T23:59:59Z")
    assert shop.figures() == Figures(0, pending=120)
    assert shop.points.balance("ada").earned == 0
    shop.at("2026-01-15")
    assert shop.figures() == Figures(120)
    assert shop.points.balance("ada").earned == 120


def test_a_start_in_the_past_is_active_at_once() -> None:
    """Points whose start has passed are active."""
    shop = Shop()
    shop.award(120, active_from=instant("2025-06-01"))
    assert shop.figures() == Figures(120)


@pytest.mark.parametrize(
    ("expiry", "gone"),
    [
        ({"expiry": "10D"}, "2026-01-11T12:00:00Z"),
        ({"expires_at": instant("2026-01-11")}, "2026-01-11T12:00:00Z"),
        ({"expires_on": date(2026, 1, 11)}, "2026-01-11T23:00:00Z"),
        ({"expiry": "end_of_month(0M)"}, "2026-01-31T23:00:00Z"),
    ],
)
def test_points_are_gone_at_their_expiry(expiry: dict[str, Any], gone: str) -> None:
    """Points lapse at their expiry, a date's being the midnight in Berlin with which it ends."""
    shop = Shop(timezone="Europe/Berlin")
    shop.award(120, **expiry)
    end = instant(gone)
    assert shop.points.balance("ada", at=end.replace(hour=end.hour - 1, minute=59, second=59)).active == 120
    assert shop.figures(at=gone) == Figures(0, expired=120)


def test_a_last_valid_day_is_kept_as_a_day() -> None:
    """A date expiry keeps its last valid day beside its instant."""
    shop = Shop(timezone="Europe/Berlin")
    lot = shop.award(5, expires_on=date(2026, 1, 11)).lots[0]
    assert (lot.expires_on, lot.expires_at) == (date(2026, 1, 11), instant("2026-01-11T23:00:00Z"))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"activation": "10D", "expiry": "10D"}, "expiry"),
        ({"activation": "10D", "expires_at": instant("2026-01-11")}, "expires_at"),
        ({"activation": "10D", "expires_on": date(2026, 1, 10)}, "expires_on"),
        ({"activation": "on_action", "expires_at": instant("2026-01-01")}, "expires_at"),
        ({"expires_on": date(2025, 12, 31)}, "expires_on"),
    ],
)
def test_an_expiry_not_after_the_start_is_refused(fields: dict[str, Any], path: str) -> None:
    """An expiry at or before the start is refused by its name, and nothing is written."""
    shop = Shop()
    with pytest.raises(InvalidInput) as caught:
        shop.award(5, **fields)
    assert caught.value.path == path
    assert shop.points.entries("ada") == ()


@pytest.mark.parametrize(
    ("anchor", "gone"),
    [
        (ExpiryAnchor.AWARDED, "2026-01-31"),
        (ExpiryAnchor.ACTIVATED, "2026-02-05"),
        (ExpiryAnchor.ORDER_CLOSED, "2026-01-26"),
    ],
)
def test_an_expiry_counts_from_its_anchor(anchor: ExpiryAnchor, gone: str) -> None:
    """30 days count from the award (day 0), its activation (day 5) or the closing of the order (day -5)."""
    shop = Shop(expiry="30D", activation="5D", expiry_anchor=anchor)
    lot = shop.award(5, occurred_at=instant("2025-12-27")).lots[0]
    assert lot.expires_at == instant(gone)


def test_an_order_without_a_closing_counts_from_the_award() -> None:
    """Under the anchor `order_closed`, an award that names no instant counts from now."""
    shop = Shop(expiry="30D", expiry_anchor=ExpiryAnchor.ORDER_CLOSED)
    assert shop.award(5).lots[0].expires_at == instant("2026-01-31")


@pytest.mark.parametrize("by", ["entry", "order"])
def test_points_that_wait_for_an_action_are_activated(by: str) -> None:
    """Points `on_action` stay pending until an activate names their entry or their order; then their expiry starts."""
    shop = Shop(activation="on_action", expiry="30D")
    entry = shop.award(40, order_id="o-1")
    shop.at("2026-03-01")
    assert shop.figures() == Figures(0, pending=40)
    named: dict[str, Any] = {"entry_ids": (entry.id,)} if by == "entry" else {"order_id": "o-1"}
    receipt = shop.do("activate", **named)
    assert receipt.points == 40
    assert shop.figures() == Figures(40)
    assert shop.points.balance("ada").earned == 40
    assert receipt.entries[0].changes[0].after == instant("2026-03-31")
    assert shop.figures(at="2026-03-31") == Figures(0, expired=40)


def test_unlimited_points_stay_so_when_they_are_activated() -> None:
    """An activation changes no date of points that never lapse."""
    shop = Shop(activation="on_action")
    entry = shop.award(40)
    assert shop.do("activate", entry_ids=(entry.id,)).entries[0].changes == ()


def test_an_entry_named_twice_is_activated_once() -> None:
    """Naming an entry twice makes its points active once."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    entry = shop.award(20, activation="on_action")
    shop.spend(30)
    assert shop.do("activate", entry_ids=(entry.id, entry.id)).points == 20
    assert shop.figures() == Figures(0, spent=30, deficit=10)
    assert shop.points.balance("ada").earned == 20


def test_an_early_activation_starts_the_expiry_early() -> None:
    """Points whose expiry counts from activation, due in 10 days and activated after 4, lapse 30 days after that."""
    shop = Shop(activation="10D", expiry="30D", expiry_anchor=ExpiryAnchor.ACTIVATED)
    entry = shop.award(20)
    shop.at("2026-01-05")
    shop.do("activate", entry_ids=(entry.id,))
    assert [change.at for change in shop.points.schedule("ada")] == [instant("2026-02-04")]


def test_a_fixed_day_counts_while_points_wait() -> None:
    """Points good until a fixed day lapse after it though nobody activated them, and lapse then though somebody did."""
    shop = Shop(activation="on_action", expiry="on(2026-01-10)")
    entry = shop.award(20)
    assert shop.figures(at="2026-01-10") == Figures(0, pending=20)
    assert shop.figures(at="2026-01-11T00:00:00Z") == Figures(0, expired=20)
    shop.at("2026-01-05")
    shop.do("activate", entry_ids=(entry.id,))
    assert shop.figures(at="2026-01-11T00:00:00Z") == Figures(0, expired=20)


def test_an_expiry_that_is_over_refuses_the_activation() -> None:
    """Points that end with the start of the day on which they are activated cannot be activated."""
    shop = Shop(activation="on_action", expiry="start_of_day(0D)")
    entry = shop.award(20)
    with pytest.raises(InvalidInput, match="over before they start"):
        shop.do("activate", entry_ids=(entry.id,))


def test_an_activation_needs_something_pending() -> None:
    """What is active, spent, of another kind or not there cannot be activated."""
    shop = Shop()
    active, spent = shop.award(20), shop.spend(20)
    with pytest.raises(IllegalTransition, match="not pending"):
        shop.do("activate", entry_ids=(active.id,))
    with pytest.raises(IllegalTransition, match="of kind spend"):
        shop.do("activate", entry_ids=(spent.id,))
    with pytest.raises(NotFound, match="award of order"):
        shop.do("activate", order_id="o-9")
    shop.award(5)
    with pytest.raises(IllegalTransition, match="not pending"):
        shop.do("activate", entry_ids=(shop.points.entries("ada")[-1].id,))


def test_an_adjustment_up_is_active_at_once_and_earns_nothing() -> None:
    """Points added by hand are active under every program, and count as no earning."""
    shop = Shop(activation="on_action", expiry="30D")
    entry = shop.do("adjust", 15).entries[0]
    assert shop.figures() == Figures(15)
    assert shop.points.balance("ada").earned == 0
    assert entry.lots[0].expires_at == instant("2026-01-31")


def test_points_whose_time_is_over_expire_at_once() -> None:
    """An award whose whole time lies in the past pays no debt and is expired right away."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.spend(10)
    shop.award(20, active_from=instant("2025-01-01"), expires_at=instant("2025-06-01"))
    assert shop.figures() == Figures(0, spent=10, expired=20, deficit=10)
    assert shop.kinds() == ["spend", "award", "expire"]


def test_an_award_keeps_what_the_host_said() -> None:
    """Order, rule, reason, instant and actor stand in the entry; the rule stands in for a reason."""
    shop = Shop()
    entry = shop.do(
        "award", 5, order_id="o-1", rule="base", reason="", occurred_at=instant("2025-12-31"), note="call back"
    ).entries[0]
    assert (entry.order_id, entry.rule, entry.reason) == ("o-1", "base", "base")
    assert entry.occurred_at == instant("2025-12-31")
