"""A fixed date counts from nothing: it ends waiting points too."""

from __future__ import annotations

from datetime import date

from tests.unit.domain.ledger._shop import Figures, Shop


def test_points_that_wait_for_an_activate_lapse_on_a_fixed_date() -> None:
    """`on(2026-01-10)` ends points that nobody activated, as `expires_on` and `expires_at` do."""
    shop = Shop()
    entry = shop.award(10, activation="on_action", expiry="on(2026-01-10)")
    assert (entry.lots[0].expires_on, entry.lots[0].expiry) == (date(2026, 1, 10), None)
    assert shop.figures(at="2026-01-10T23:59:59.999999Z") == Figures(0, pending=10)
    assert shop.figures(at="2026-01-11T00:00:00Z") == Figures(0, expired=10)


def test_a_fixed_date_stays_through_the_activation() -> None:
    """Activated on day 4, points with a fixed date still end on it."""
    shop = Shop()
    entry = shop.award(10, activation="on_action", expiry="on(2026-01-10)")
    shop.at("2026-01-05")
    assert shop.do("activate", entry_ids=(entry.id,)).entries[0].changes == ()
    assert shop.figures(at="2026-01-10T23:59:59.999999Z") == Figures(10)
    assert shop.figures(at="2026-01-11T00:00:00Z") == Figures(0, expired=10)
