"""Points owed: what makes them, and how every inflow that becomes spendable pays them first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalcore.domain.ledger import ReturnPolicy, Settlement, Shortfall
from tests.unit.domain.ledger._shop import Figures, Shop

IN_DEBT: dict[str, Any] = {"shortfall": Shortfall.ALLOW_NEGATIVE, "return_policy": ReturnPolicy.UNLIMITED}


def by_spend(shop: Shop) -> None:
    """Owe 30 by a spend."""
    shop.spend(30)


def by_deduct(shop: Shop) -> None:
    """Owe 30 by a deduction."""
    shop.do("deduct", 30)


def by_adjust(shop: Shop) -> None:
    """Owe 30 by an adjustment down."""
    shop.do("adjust", -30)


def by_reversal(shop: Shop) -> None:
    """Owe 30 by taking back what was spent."""
    entry = shop.award(30, order_id="o-1")
    shop.spend(30)
    shop.do("reverse", entry_id=entry.id)


@pytest.mark.parametrize("make", [by_spend, by_deduct, by_adjust, by_reversal])
def test_the_next_points_pay_what_is_owed(make: Callable[[Shop], None]) -> None:
    """Whatever made a debt of 30, an award of 40 pays it and leaves 10, and the payment is written in the entry."""
    shop = Shop(**IN_DEBT)
    make(shop)
    assert (shop.figures().active, shop.figures().deficit) == (0, 30)
    debt = shop.points.entries("ada")[-1]
    assert debt.owed == 30
    paying = shop.award(40)
    assert paying.settled == (Settlement(debt.id, paying.lots[0].lot, 30),)
    assert (shop.figures().active, shop.figures().deficit) == (10, 0)


def test_an_award_pays_when_it_becomes_active() -> None:
    """Pending points pay nothing until their start."""
    shop = Shop(**IN_DEBT)
    shop.award(40, activation="2D")
    shop.spend(30)
    assert shop.figures() == Figures(0, pending=40, spent=30, deficit=30)
    assert shop.figures(at="2026-01-03") == Figures(10, spent=30)


def test_an_activation_by_hand_pays() -> None:
    """Points that are activated pay what is owed."""
    shop = Shop(**IN_DEBT)
    entry = shop.award(40, activation="on_action")
    shop.spend(30)
    shop.do("activate", entry_ids=(entry.id,))
    assert shop.figures() == Figures(10, spent=30)


def test_an_adjustment_up_pays() -> None:
    """Points added by hand pay what is owed."""
    shop = Shop(**IN_DEBT)
    shop.spend(30)
    shop.do("adjust", 40)
    assert shop.figures() == Figures(10, spent=30)


def test_a_transfer_in_pays_the_receivers_debt() -> None:
    """Points from somebody else pay the receiver's debt first."""
    shop = Shop(**IN_DEBT)
    shop.spend(30)
    shop.award(50, who="bob")
    shop.do("transfer", 45, who="bob", to="ada")
    assert shop.figures() == Figures(15, spent=30)
    assert shop.figures("bob") == Figures(5, spent=45)


@pytest.mark.parametrize("way", ["release", "lapse", "capture"])
def test_points_that_come_free_of_a_hold_pay(way: str) -> None:
    """Held points released, lapsed or left over by a capture pay what is owed meanwhile."""
    shop = Shop(**IN_DEBT)
    shop.award(10)
    shop.do("hold", 10, key="h")
    shop.spend(6)
    assert shop.figures() == Figures(0, held=10, spent=6, deficit=6)
    if way == "release":
        shop.do("release", "h")
        assert shop.figures() == Figures(4, spent=6)
    elif way == "lapse":
        assert shop.figures(at="2026-01-02") == Figures(4, spent=6)
    else:
        shop.do("capture", "h", points=3)
        assert shop.figures() == Figures(1, spent=9)


def test_a_restore_pays_the_debts_of_others() -> None:
    """Points that come back to their lot pay what another spend owes."""
    shop = Shop(**IN_DEBT)
    shop.award(20)
    first = shop.spend(20)
    shop.spend(15)
    shop.do("restore", entry_id=first.id)
    assert shop.figures() == Figures(5, spent=15)


def test_the_oldest_debt_is_paid_first() -> None:
    """Of two debts the older one is paid first, in full, before the younger gets anything."""
    shop = Shop(**IN_DEBT)
    first, second = shop.spend(10), shop.spend(20)
    paying = shop.award(15)
    assert paying.settled == (Settlement(first.id, 1, 10), Settlement(second.id, 1, 5))
    assert shop.figures() == Figures(0, spent=30, deficit=15)


def test_a_debt_is_paid_in_parts() -> None:
    """A debt of 30 is paid by 10, 10 and 10 of the next awards."""
    shop = Shop(**IN_DEBT)
    shop.spend(30)
    for left in (20, 10, 0):
        shop.award(10)
        assert shop.figures() == Figures(0, spent=30, deficit=left)


def test_restoring_the_spend_forgives_what_it_still_owes() -> None:
    """A spend of 50 with 20 there owes 30; restoring it brings back 20 and forgives 30."""
    shop = Shop(**IN_DEBT)
    shop.award(20)
    spend = shop.spend(50)
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(20)


def test_restoring_the_spend_gives_back_to_the_lot_that_paid() -> None:
    """Lot 2 paid 10 of the 30 owed: of 50 restored, 20 are forgiven, 10 go back to lot 2 and 20 to lot 1."""
    shop = Shop(**IN_DEBT)
    shop.award(20)
    spend = shop.spend(50)
    shop.award(10, expiry="30D")
    restored = shop.do("restore", entry_id=spend.id).entries[0]
    assert restored.settled == (Settlement(spend.id, 0, 20), Settlement(spend.id, 2, -10))
    assert [tuple(draw) for draw in restored.draws] == [(1, 20)]
    assert shop.figures() == Figures(30)
    assert shop.figures(at="2026-02-01") == Figures(20, expired=10)


def test_a_restore_in_parts_comes_to_the_whole() -> None:
    """25 then 25 of that spend: 20 forgiven and 5 to lot 2, then 5 to lot 2 and 20 to lot 1."""
    shop = Shop(**IN_DEBT)
    shop.award(20)
    spend = shop.spend(50)
    shop.award(10)
    first = shop.do("restore", 25, entry_id=spend.id).entries[0]
    assert first.settled == (Settlement(spend.id, 0, 20), Settlement(spend.id, 2, -5))
    assert shop.figures() == Figures(5, spent=25)
    second = shop.do("restore", 25, entry_id=spend.id).entries[0]
    assert (second.settled, [tuple(draw) for draw in second.draws]) == ((Settlement(spend.id, 2, -5),), [(1, 20)])
    assert shop.figures() == Figures(30)


def test_a_lot_that_paid_twice_gets_its_last_payment_back_first() -> None:
    """Two debts paid by one lot: restoring the older spend gives back its 10, which pay the younger debt."""
    shop = Shop(**IN_DEBT)
    first, _second = shop.spend(10), shop.spend(20)
    shop.award(15)
    shop.do("restore", entry_id=first.id)
    assert shop.figures() == Figures(0, spent=20, deficit=5)


def test_points_repaid_to_a_lapsed_lot_expire_at_once() -> None:
    """A lot that paid a debt and has lapsed since gets its points back expired."""
    shop = Shop(**IN_DEBT)
    spend = shop.spend(10)
    shop.award(10, expiry="5D")
    shop.at("2026-02-01")
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(0, expired=10)


def test_a_debt_paid_by_time_is_given_back_to_its_payer() -> None:
    """Points that became active unseen paid the debt; the restore finds them."""
    shop = Shop(**IN_DEBT)
    shop.award(30, activation="1D")
    spend = shop.spend(30)
    shop.at("2026-01-03")
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(30)


def test_a_debt_paid_long_ago_is_given_back_to_its_payer() -> None:
    """A debt that is settled in full is found again when its spend is restored in two goes."""
    shop = Shop(**IN_DEBT)
    spend = shop.spend(30)
    shop.award(10)
    shop.award(25)
    shop.spend(5)
    assert shop.figures() == Figures(0, spent=35)
    shop.do("restore", 12, entry_id=spend.id)
    assert shop.figures() == Figures(12, spent=23)
    shop.do("restore", entry_id=spend.id)
    assert shop.figures() == Figures(30, spent=5)


def test_one_lot_may_pay_a_debt_in_two_payments() -> None:
    """A lot pays 6 when it is released and 4 when the rest is; a restore of 10 gives it back both."""
    shop = Shop(**IN_DEBT)
    shop.award(10)
    shop.do("hold", 6, key="h-1")
    shop.do("hold", 4, key="h-2")
    spend = shop.spend(10)
    shop.do("release", "h-1")
    shop.do("release", "h-2")
    assert shop.figures() == Figures(0, spent=10)
    shop.do("restore", 7, entry_id=spend.id)
    assert shop.figures() == Figures(7, spent=3)
    shop.do("restore", 3, entry_id=spend.id)
    assert shop.figures() == Figures(10)


def test_points_that_do_not_reach_a_debt_leave_it_as_it_is() -> None:
    """Of debts of 10 and 20, an award of 5 pays 5 of the older; a transfer of lots of 10 and 3 pays the rest and 8."""
    shop = Shop(**IN_DEBT)
    first, second = shop.spend(10), shop.spend(20)
    assert shop.award(5).settled == (Settlement(first.id, 1, 5),)
    shop.award(10, who="bob")
    shop.award(3, who="bob")
    paying = shop.do("transfer", 13, who="bob", to="ada").entries[1]
    assert paying.settled == (Settlement(first.id, 2, 5), Settlement(second.id, 2, 5), Settlement(second.id, 3, 3))
    assert shop.figures() == Figures(0, spent=30, deficit=12)
