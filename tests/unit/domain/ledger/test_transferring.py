"""Transfer: active points move to another customer or ledger and keep their dates."""

from __future__ import annotations

import pytest

from loyalcore.domain.ledger import ExpiryModel, Shortfall
from loyalcore.errors import IllegalTransition, InsufficientPoints, InvalidInput, NotFound
from tests.unit.domain.ledger._shop import Figures, Shop, instant


def test_points_keep_their_dates() -> None:
    """Lots that lapse on day 10 and never move as two lots with the same dates."""
    shop = Shop()
    shop.award(10)
    shop.award(5, expiry="10D")
    out, into = shop.do("transfer", 12, to="bob").entries
    assert [tuple(draw) for draw in out.draws] == [(2, 5), (1, 7)]
    assert [(lot.lot, lot.points, lot.expires_at) for lot in into.lots] == [(1, 5, instant("2026-01-11")), (2, 7, None)]
    assert (out.counterpart, into.counterpart) == (into.id, out.id)
    assert shop.figures() == Figures(3, spent=12)
    assert shop.figures("bob", at="2026-01-11") == Figures(7, expired=5)


def test_a_transfer_earns_nothing() -> None:
    """Points from somebody else count as come in, not as earned."""
    shop = Shop()
    shop.award(10)
    receipt = shop.do("transfer", 4, to="bob")
    assert receipt.points == 4
    shown = shop.points.balance("bob")
    assert (shown.awarded, shown.earned) == (4, 0)


@pytest.mark.parametrize("shortfall", list(Shortfall))
def test_more_than_is_active_is_refused(shortfall: Shortfall) -> None:
    """11 of 10 are refused whatever the shortfall policy, and neither side is written."""
    shop = Shop(shortfall=shortfall)
    shop.award(10)
    shop.award(10, activation="1D")
    with pytest.raises(InsufficientPoints) as caught:
        shop.do("transfer", 11, to="bob")
    assert (caught.value.requested, caught.value.available) == (11, 10)
    assert shop.kinds("bob") == []


def test_points_move_between_a_customers_own_ledgers() -> None:
    """A transfer to oneself needs another ledger, which is created."""
    shop = Shop()
    shop.award(10)
    shop.do("transfer", 4, to="ada", to_ledger="gifts")
    assert shop.figures() == Figures(6, spent=4)
    assert shop.figures(ledger="gifts") == Figures(4)
    assert shop.loyalty.customers.membership("ada").ledgers == ("", "gifts")
    shop.do("transfer", 4, to="ada", ledger="gifts")
    assert shop.figures() == Figures(10, spent=4)


def test_a_transfer_to_the_same_ledger_is_refused() -> None:
    """The same customer and ledger is no transfer, by the same name or by that of a merged one."""
    shop = Shop()
    shop.award(10)
    with pytest.raises(InvalidInput, match="another customer or another ledger"):
        shop.do("transfer", 4, to="ada")
    shop.loyalty.customers.merge("bob", into="ada")
    with pytest.raises(IllegalTransition, match="the same ledger"):
        shop.do("transfer", 4, to="bob")


def test_nothing_comes_from_an_unknown_subledger() -> None:
    """A subledger that was never awarded to is not found; an unknown customer neither."""
    shop = Shop()
    with pytest.raises(NotFound, match="ledger"):
        shop.do("transfer", 4, to="bob", ledger="gifts")
    with pytest.raises(NotFound, match="customer"):
        shop.do("transfer", 4, to="eve")
    with pytest.raises(NotFound, match="customer"):
        shop.do("transfer", 4, to="bob", who="eve")
    with pytest.raises(InsufficientPoints):
        shop.do("transfer", 4, to="bob")


def test_a_note_stands_at_the_entry_that_gives() -> None:
    """A transfer may carry a note, and its key answers again with both entries."""
    shop = Shop()
    shop.award(10)
    first = shop.do("transfer", 4, to="bob", key="t", note="happy birthday")
    again = shop.do("transfer", 4, to="bob", key="t", note="happy birthday")
    assert again.replayed
    assert again.entries == first.entries
    assert shop.figures("bob") == Figures(4)


def test_held_and_pending_points_do_not_move() -> None:
    """Only free active points move."""
    shop = Shop()
    shop.award(10, activation="1D")
    shop.award(10)
    shop.do("hold", 6)
    shop.do("transfer", 4, to="bob")
    with pytest.raises(InsufficientPoints):
        shop.do("transfer", 1, to="bob")


def test_a_lot_keeps_its_first_origin() -> None:
    """A lot that moves twice still names where it came from first."""
    shop = Shop()
    shop.award(10)
    shop.do("transfer", 4, to="bob")
    (lot,) = shop.do("transfer", 3, to="ada", to_ledger="gifts", who="bob").entries[1].lots
    assert lot.origin == "holder-1:beans:lot 1:"


def test_a_receiver_under_inactivity_keeps_its_date() -> None:
    """Under `inactivity` points that come in do not put off the date of the account that takes them."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")
    shop.award(10, who="bob")
    shop.at("2026-01-06")
    shop.award(10)
    shop.do("transfer", 4, to="bob")
    assert shop.figures("bob", at="2026-01-11") == Figures(0, expired=14)
