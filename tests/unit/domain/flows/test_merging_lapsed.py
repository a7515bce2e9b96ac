"""Merge and transfer where time stands differently on the two sides: what has lapsed on one stays lapsed."""

from __future__ import annotations

import pytest

from loyalcore.domain.ledger import Entry, ExpiryModel, HoldState, Shortfall, fold, touched
from loyalcore.query import All
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def idle() -> Shop:
    """A program whose accounts lapse after ten days without activity."""
    return Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")


@pytest.mark.parametrize("is_active_again", [False, True])
def test_held_points_of_a_lapsed_account_lapse_with_the_survivor(is_active_again: bool) -> None:
    """Ada's account lapsed on day 10 around 4 held points; released by Bob, whose account lives, they expire."""
    shop = idle()
    shop.award(10)
    hold = shop.do("hold", 4, hold_for="60D").hold
    assert hold is not None
    shop.at("2026-01-21")
    if is_active_again:
        shop.award(2)
    shop.award(1, who="bob")
    shop.loyalty.customers.merge("ada", into="bob")
    shop.do("release", hold.id, who="bob")
    assert shop.figures("bob") == Figures(3 if is_active_again else 1, expired=10)


@pytest.mark.parametrize("is_swept", [False, True])
@pytest.mark.parametrize("way", ["captured", "lapsed"])
def test_a_hold_that_was_resolved_before_the_merge_keeps_its_state(way: str, is_swept: bool) -> None:
    """A merge releases the holds that are open: one that was captured, or lapsed, stays so where it stood."""
    shop = Shop()
    shop.award(10)
    hold = shop.do("hold", 4, hold_for="1D").hold
    ref = hold.ref
    if way == "captured":
        shop.do("capture", hold.id)
    shop.at("2026-01-21")
    if is_swept:
        shop.points.sweep("ada")
    shop.loyalty.customers.merge("ada", into="bob")
    with shop.store.unit(readonly=True) as unit:
        stored = unit.load([ref])[ref]
        entries = list(unit.stream(All(Entry, "live", holder_id=ref.ledger.holder_id), instant("2026-01-21")))
    (recomputed,) = (part for part in touched(fold(entries), ref.ledger) if part.ref == ref)
    assert stored.state is HoldState(way)
    assert recomputed == stored


@pytest.mark.parametrize("spent", [6, 10])
def test_a_restore_after_a_merge_does_not_revive_a_lapsed_account(spent: int) -> None:
    """What Ada spent before her account lapsed comes back to Bob expired, as it would have come back to her."""
    shop = idle()
    shop.award(10)
    spend = shop.spend(spent)
    shop.at("2026-01-21")
    shop.award(1, who="bob")
    shop.loyalty.customers.merge("ada", into="bob")
    shop.do("restore", entry_id=spend.id, who="bob")
    assert shop.figures("bob") == Figures(1, expired=10)


def test_points_that_activated_between_the_clocks_of_two_sides_are_earned() -> None:
    """Bob's ledger stands on day 60, the clock on day 1: Ada's points of day 10 are active with him, and earned."""
    shop = Shop()
    shop.at("2026-03-01")
    shop.award(10, who="bob")
    shop.at("2026-01-02")
    shop.award(20, activation="10D")
    shop.loyalty.customers.merge("ada", into="bob")
    assert shop.figures("bob") == Figures(30)
    assert shop.points.balance("bob").earned == 30


@pytest.mark.parametrize("way", ["transfer", "merge"])
def test_points_that_lapsed_between_the_clocks_of_two_sides_pay_nothing(way: str) -> None:
    """Bob's ledger stands on day 60 and owes 30: 50 points that lapse on day 31 expire there and pay none of it."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.at("2026-03-01")
    shop.spend(30, who="bob")
    shop.at("2026-01-02")
    shop.award(50, expires_at=instant("2026-02-01"))
    if way == "transfer":
        shop.do("transfer", 50, to="bob")
    else:
        shop.loyalty.customers.merge("ada", into="bob")
    assert shop.figures("bob") == Figures(0, spent=30, expired=50, deficit=30)


def test_a_restore_gives_back_to_the_lot_that_moved_although_it_ran_empty() -> None:
    """Bob's hand cut short what Ada brought along, and it lapsed: what she had spent of it comes back lapsed too."""
    shop = Shop()
    shop.award(10, expiry="60D")
    spend = shop.spend(6)
    shop.loyalty.customers.merge("ada", into="bob")
    shop.do("extend", expires_at=instant("2026-01-11"), who="bob")
    shop.at("2026-01-21")
    entry = shop.do("restore", entry_id=spend.id, who="bob").entries[0]
    assert ([tuple(draw) for draw in entry.draws], entry.lots) == ([(1, 6)], ())
    assert shop.figures("bob") == Figures(0, expired=10)


def test_a_lapse_after_the_merge_ends_what_moved() -> None:
    """The survivor's account lapsed after the merge, around what Ada brought along: a restore does not revive it."""
    shop = idle()
    shop.award(10)
    spend = shop.spend(6)
    shop.loyalty.customers.merge("ada", into="bob")
    shop.at("2026-01-21")
    shop.award(1, who="bob")
    shop.do("restore", entry_id=spend.id, who="bob")
    assert shop.figures("bob") == Figures(1, expired=10)


def test_a_lot_is_followed_through_two_merges() -> None:
    """From Ada to Bob to Cleo: the lot that Ada spent from is Cleo's, with the date that Bob gave it."""
    shop = Shop()
    shop.loyalty.customers.register("cleo")
    shop.award(10, expiry="60D")
    spend = shop.spend(6)
    shop.loyalty.customers.merge("ada", into="bob")
    shop.do("extend", expires_at=instant("2026-01-11"), who="bob")
    shop.loyalty.customers.merge("bob", into="cleo")
    shop.spend(4, who="cleo")
    shop.do("restore", entry_id=spend.id, who="cleo")
    assert shop.figures("cleo", at="2026-01-10") == Figures(6, spent=4)
    assert shop.figures("cleo", at="2026-01-11") == Figures(0, spent=4, expired=6)


def test_a_lot_that_came_by_transfer_is_found_after_a_merge() -> None:
    """Ada spent from points that Bob had sent her; after the merge they come back to the same lot, still open."""
    shop = Shop()
    shop.loyalty.customers.register("cleo")
    shop.award(10, who="bob")
    shop.do("transfer", 10, to="ada", who="bob")
    spend = shop.spend(6)
    shop.loyalty.customers.merge("ada", into="cleo")
    entry = shop.do("restore", entry_id=spend.id, who="cleo").entries[0]
    assert ([tuple(draw) for draw in entry.draws], entry.lots) == ([(1, 6)], ())
    assert shop.figures("cleo") == Figures(10)


def test_points_that_become_active_on_the_way_pay_what_was_owed() -> None:
    """Ada owes 5 and waits for 9; on Bob's later ledger the 9 are active when they arrive, and pay beside his 1."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.at("2026-03-01")
    shop.award(1, who="bob")
    shop.at("2026-01-02")
    shop.spend(5)
    shop.award(9, activation="10D")
    shop.loyalty.customers.merge("ada", into="bob")
    assert shop.figures("bob") == Figures(5, spent=5)


def test_points_on_the_way_pay_what_both_owed() -> None:
    """Ada owes 5 and waits for 9, Bob owes 2: the 9 are active with him, and pay his debt and hers."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.at("2026-03-01")
    shop.spend(2, who="bob")
    shop.at("2026-01-02")
    shop.spend(5)
    shop.award(9, activation="10D")
    shop.loyalty.customers.merge("ada", into="bob")
    assert shop.figures("bob") == Figures(2, spent=7)
