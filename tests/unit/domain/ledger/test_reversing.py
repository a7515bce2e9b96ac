"""Reverse: taking back awards, as far as the return policy reaches."""

from __future__ import annotations

import pytest

from loyalcore.domain.ledger import ReturnPolicy
from loyalcore.errors import IllegalTransition, NotFound
from tests.unit.domain.ledger._shop import Figures, Shop

ONLY_PENDING, WITHIN, UNLIMITED = ReturnPolicy.ONLY_PENDING, ReturnPolicy.WITHIN_BALANCE, ReturnPolicy.UNLIMITED


@pytest.mark.parametrize(
    ("policy", "rolled", "active", "deficit", "waived"),
    [(ONLY_PENDING, 30, 20, 0, 30), (WITHIN, 50, 0, 0, 10), (UNLIMITED, 60, 0, 10, 0)],
)
def test_the_published_table(policy: ReturnPolicy, rolled: int, active: int, deficit: int, waived: int) -> None:
    """From pending 30 and active 20, taking back 60 gives 30/20/0, 50/0/0 and 60/0/deficit 10."""
    shop = Shop(return_policy=policy)
    shop.award(30, order_id="o-1", activation="14D")
    shop.award(30, order_id="o-1")
    shop.spend(10)
    receipt = shop.do("reverse", 60, order_id="o-1")
    assert receipt.points == rolled
    assert shop.figures() == Figures(active, spent=10, reversed=rolled, deficit=deficit)
    assert sum(entry.waived for entry in receipt.entries) == waived


def test_pending_points_are_taken_first() -> None:
    """Taking back 35 of pending 30 and active 30 takes the 30 and 5, whichever was awarded first."""
    shop = Shop()
    shop.award(30, order_id="o-1")
    shop.award(30, order_id="o-1", activation="14D")
    shop.do("reverse", 35, order_id="o-1")
    assert shop.figures() == Figures(25, reversed=35)


def test_the_awards_own_lot_is_taken_before_others() -> None:
    """An award's own unspent points go before older points of the ledger."""
    shop = Shop()
    shop.award(10, expiry="5D")
    entry = shop.award(30)
    taken = shop.do("reverse", entry_id=entry.id).entries[0]
    assert [tuple(draw) for draw in taken.draws] == [(2, 30)]


def test_what_is_missing_comes_from_the_general_order() -> None:
    """Of an award of 30 with 12 left, 12 come from its own lot and 18 from the next to be spent."""
    shop = Shop()
    first = shop.award(30, expiry="5D")
    shop.spend(18)
    shop.award(10, expiry="30D")
    shop.award(10, expiry="10D")
    taken = shop.do("reverse", entry_id=first.id).entries[0]
    assert [tuple(draw) for draw in taken.draws] == [(1, 12), (3, 10), (2, 8)]
    assert shop.figures() == Figures(2, spent=18, reversed=30)


def test_pending_points_of_others_are_not_touched() -> None:
    """The general order takes active points only."""
    shop = Shop()
    entry = shop.award(30)
    shop.spend(30)
    shop.award(10, activation="14D")
    taken = shop.do("reverse", entry_id=entry.id).entries[0]
    assert (taken.points, taken.waived) == (0, 30)
    assert shop.figures() == Figures(0, pending=10, spent=30)


def test_an_award_is_taken_back_at_most_once() -> None:
    """A second reversal of the whole finds nothing left and writes no entry."""
    shop = Shop()
    entry = shop.award(30)
    assert shop.do("reverse", entry_id=entry.id).points == 30
    again = shop.do("reverse", entry_id=entry.id)
    assert (again.points, again.entries) == (0, ())
    assert shop.figures() == Figures(0, reversed=30)


def test_a_reversal_is_cut_to_what_is_left_of_the_award() -> None:
    """Of an award of 30, 20 then 20 takes 20 then 10, and leaves other points alone."""
    shop = Shop()
    entry = shop.award(30)
    shop.award(100)
    assert shop.do("reverse", 20, entry_id=entry.id).points == 20
    assert shop.do("reverse", 20, entry_id=entry.id).points == 10
    assert shop.figures() == Figures(100, reversed=30)


def test_what_was_waived_stays_waived() -> None:
    """Points that a policy let go are not taken later, when there are points again."""
    shop = Shop()
    entry = shop.award(30)
    shop.spend(30)
    first = shop.do("reverse", entry_id=entry.id).entries[0]
    assert (first.points, first.waived) == (0, 30)
    shop.award(50)
    assert shop.do("reverse", entry_id=entry.id).entries == ()
    assert shop.figures() == Figures(50, spent=30)


def test_a_partial_reversal_waives_only_its_part() -> None:
    """Asking for 10 of a spent award waives 10; the other 20 can still be taken."""
    shop = Shop()
    entry = shop.award(30)
    shop.spend(30)
    assert shop.do("reverse", 10, entry_id=entry.id).entries[0].waived == 10
    shop.award(50)
    assert shop.do("reverse", entry_id=entry.id).points == 20
    assert shop.figures() == Figures(30, spent=30, reversed=20)


def test_lapsed_points_cannot_be_taken_back_again() -> None:
    """An award that has lapsed is waived under `within_balance` and owed under `unlimited`."""
    for policy, answer in ((WITHIN, Figures(0, expired=30)), (UNLIMITED, Figures(0, 0, 0, 0, 30, 30, 30))):
        shop = Shop(return_policy=policy)
        entry = shop.award(30, expiry="5D")
        shop.at("2026-02-01")
        shop.do("reverse", entry_id=entry.id)
        assert shop.figures() == answer


def test_an_order_with_several_awards_is_taken_back_in_their_order() -> None:
    """Taking 15 of two active awards of 10 takes all of the first and 5 of the second."""
    shop = Shop()
    first, second = shop.award(10, order_id="o-1", rule="base"), shop.award(10, order_id="o-1", rule="bonus")
    entries = shop.do("reverse", 15, order_id="o-1").entries
    assert [(entry.corrects, entry.points, entry.rule) for entry in entries] == [
        (first.id, 10, "base"),
        (second.id, 5, "bonus"),
    ]
    assert {entry.order_id for entry in entries} == {"o-1"}
    assert shop.do("reverse", order_id="o-1").points == 5


def test_earned_points_are_net_of_reversals() -> None:
    """Taking back active points lowers what was earned; pending ones never counted."""
    shop = Shop(return_policy=UNLIMITED)
    shop.award(30, order_id="o-1")
    shop.award(10, order_id="o-1", activation="14D")
    assert shop.points.balance("ada").earned == 30
    shop.spend(25)
    shop.do("reverse", order_id="o-1")
    assert shop.points.balance("ada").earned == 0
    assert shop.figures() == Figures(0, spent=25, reversed=40, deficit=25)


def test_a_reversal_needs_an_award() -> None:
    """What is no award cannot be reversed, and what is not there is not found."""
    shop = Shop()
    shop.award(30)
    spend = shop.spend(5, order_id="o-2")
    with pytest.raises(IllegalTransition, match="of kind spend"):
        shop.do("reverse", entry_id=spend.id)
    for order_id in ("o-2", "o-3"):
        with pytest.raises(NotFound, match="award of order"):
            shop.do("reverse", order_id=order_id)
    for entry_id in (
        "holder-1:beans:9:",
        "holder-2:beans:1:",
        "holder-1:other:1:",
        "holder-1:beans:01:",
        "holder-1:beans:-1:",
        "holder-1:beans:1:gifts",
        f"holder-1:beans:{'9' * 900}:",
        "x",
    ):
        with pytest.raises(NotFound, match="entry"):
            shop.do("reverse", entry_id=entry_id)


def test_a_reversal_at_the_door_of_a_spent_balance_makes_the_debt_it_says() -> None:
    """Buy, spend, return under `unlimited`: 30 earned and 30 spent leave 30 owed, and the next 30 pay it."""
    shop = Shop(return_policy=UNLIMITED)
    entry = shop.award(30)
    shop.spend(30)
    taken = shop.do("reverse", entry_id=entry.id).entries[0]
    assert (taken.owed, taken.waived, taken.points) == (30, 0, 30)
    shop.award(30)
    assert shop.figures() == Figures(0, spent=30, reversed=30)
