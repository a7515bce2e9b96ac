"""Merge: one customer ends, another goes on with what he had."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.ledger import ExpiryModel, JoinPolicy, ReturnPolicy, Settlement, Shortfall
from loyalcore.domain.tiers import Downgrade, Level, Measure, TierSet
from loyalcore.errors import AlreadyResolved, IdempotencyConflict, IllegalTransition, InvalidInput, NotFound
from loyalcore.values.calendar import parse_duration
from tests.unit.domain.ledger._shop import Figures, Shop, instant

IN_DEBT: dict[str, Any] = {"shortfall": Shortfall.ALLOW_NEGATIVE, "return_policy": ReturnPolicy.UNLIMITED}


def merge(shop: Shop, customer_id: str = "ada", into: str = "bob") -> None:
    """Merge, and see that the one who ends has nothing left."""
    shop.loyalty.customers.merge(customer_id, into=into)


def test_lots_move_with_their_dates() -> None:
    """Active, pending and dated points arrive as they were, and lapse when they would have."""
    shop = Shop()
    shop.award(10, expiry="10D")
    shop.award(20, activation="5D")
    shop.award(1, who="bob")
    merge(shop)
    assert shop.figures("bob") == Figures(11, pending=20)
    assert shop.figures("bob", at="2026-01-06") == Figures(31)
    assert shop.figures("bob", at="2026-01-11") == Figures(21, expired=10)


def test_totals_move() -> None:
    """What was spent, expired, reversed and earned goes to the survivor's totals."""
    shop = Shop()
    shop.award(10, expiry="1D")
    entry = shop.award(30)
    shop.at("2026-01-05")
    shop.spend(5)
    shop.do("reverse", 7, entry_id=entry.id)
    shop.award(100, who="bob")
    merge(shop)
    assert shop.figures("bob") == Figures(118, spent=5, expired=10, reversed=7)
    assert shop.points.balance("bob").earned == 133


def test_both_sides_say_what_moved() -> None:
    """Each side has a merge entry that names the other; the one who ends has minus, the survivor plus."""
    shop = Shop()
    shop.award(10)
    receipt = shop.loyalty.customers.merge("ada", into="bob", reason="same person")
    out, into = receipt.entries
    assert (out.points, into.points, receipt.points) == (-10, 10, 10)
    assert (out.counterpart, into.counterpart) == (into.id, out.id)
    assert {out.reason, into.reason} == {"same person"}
    assert receipt.customer is not None
    assert (receipt.customer.customer_id, receipt.customer.absorbed) == ("bob", ("holder-1",))


def test_the_second_merge_changes_nothing() -> None:
    """Merging again is answered with the survivor, and writes nothing."""
    shop = Shop()
    shop.award(10)
    merge(shop)
    again = shop.loyalty.customers.merge("ada", into="bob")
    assert (again.replayed, again.entries) == (True, ())
    assert shop.kinds("bob") == ["merge"]


def test_both_ids_lead_to_the_survivor() -> None:
    """After the merge the old id shows and moves the survivor's points."""
    shop = Shop()
    shop.award(10)
    merge(shop)
    assert shop.figures("ada") == shop.figures("bob") == Figures(10)
    shop.spend(4, who="ada")
    assert shop.figures("bob") == Figures(6, spent=4)
    assert shop.loyalty.customers.get("ada").merged_into == "bob"


def test_merges_form_a_chain() -> None:
    """Ada into Bob, Bob into Cleo: all three ids lead to Cleo, and a merge of Ada into Cleo is done already."""
    shop = Shop()
    shop.loyalty.customers.register("cleo")
    shop.award(10)
    shop.award(5, who="bob")
    merge(shop)
    merge(shop, "bob", "cleo")
    assert shop.figures("ada") == Figures(15)
    assert shop.loyalty.customers.get("cleo").absorbed == ("holder-2", "holder-1")
    assert shop.loyalty.customers.merge("ada", into="cleo").replayed


def test_what_cannot_be_merged() -> None:
    """Oneself, the unknown, the survivor into the one who ended, and who was merged elsewhere, in this order."""
    shop = Shop()
    shop.loyalty.customers.register("cleo")
    with pytest.raises(InvalidInput):
        merge(shop, "ada", "ada")
    for customer_id, into in (("eve", "ada"), ("ada", "eve")):
        with pytest.raises(NotFound) as caught:
            merge(shop, customer_id, into)
        assert caught.value.name == "eve"
    merge(shop)
    with pytest.raises(IllegalTransition, match="survivor"):
        merge(shop, "bob", "ada")
    with pytest.raises(IllegalTransition, match="somebody else"):
        merge(shop, "ada", "cleo")


def test_a_customer_without_points_can_be_merged() -> None:
    """Who never had points leaves no entry."""
    shop = Shop()
    receipt = shop.loyalty.customers.merge("ada", into="bob")
    assert receipt.entries == ()
    assert shop.loyalty.customers.get("ada").merged_into == "bob"


def test_subledgers_are_merged_one_by_one() -> None:
    """Each ledger goes to the one of the same name, which is created where it is not there."""
    shop = Shop()
    shop.award(10)
    shop.award(5, ledger="gifts")
    shop.award(1, who="bob")
    merge(shop)
    assert shop.figures("bob") == Figures(11)
    assert shop.figures("bob", ledger="gifts") == Figures(5)
    assert shop.loyalty.customers.membership("bob").ledgers == ("", "gifts")


def test_holds_move_and_can_be_resolved() -> None:
    """An open hold keeps its name and can be captured from the survivor; a resolved one stays behind."""
    shop = Shop()
    shop.award(10)
    shop.do("hold", 4, key="h-1")
    shop.do("hold", 3, key="h-2")
    shop.do("release", "h-2")
    merge(shop)
    assert shop.figures("bob") == Figures(6, held=4)
    with pytest.raises(NotFound):
        shop.do("capture", "h-2", who="bob")
    shop.do("capture", "h-1", points=3, who="bob")
    assert shop.figures("bob") == Figures(7, spent=3)


def test_a_hold_that_moved_is_still_for_its_order() -> None:
    """A hold carried through two merges is captured for the order it was made for, which can then be restored."""
    shop = Shop()
    shop.loyalty.customers.register("eve")
    shop.award(10)
    shop.do("hold", 5, order_id="o-1", key="h-1")
    merge(shop)
    merge(shop, "bob", "eve")
    shop.loyalty.points.capture("eve", "h-1", key="c-1")
    assert shop.figures("eve") == Figures(5, spent=5)
    shop.loyalty.points.restore("eve", order_id="o-1", key="t-1")
    assert shop.figures("eve") == Figures(10)


def test_a_hold_that_moved_lapses_at_its_time() -> None:
    """The survivor's hold lapses when the old one would have."""
    shop = Shop()
    shop.award(10)
    shop.do("hold", 4, hold_for="2D")
    merge(shop)
    assert shop.figures("bob", at="2026-01-03") == Figures(10)


@pytest.mark.parametrize("is_open", [True, False])
def test_a_hold_of_a_name_that_is_taken_gets_its_own(is_open: bool) -> None:
    """Where the survivor has, or had, a hold of the same name, the one that comes is named after its old holder."""
    shop = Shop()
    shop.award(10)
    shop.award(10, who="bob")
    shop.do("hold", 4, key="h")
    shop.do("hold", 3, key="h", who="bob")
    if not is_open:
        shop.do("capture", "h", who="bob")
    merge(shop)
    if is_open:
        shop.do("release", "h", who="bob")
    else:
        with pytest.raises(AlreadyResolved):
            shop.do("capture", "h", who="bob")
    shop.do("capture", "h@holder-1", who="bob")
    assert shop.figures("bob") == (Figures(16, spent=4) if is_open else Figures(13, spent=7))


def test_keys_of_both_are_asked() -> None:
    """A key of the one who ended answers under the survivor, and conflicts with another payload."""
    shop = Shop()
    first = shop.do("award", 10, key="k")
    merge(shop)
    again = shop.do("award", 10, key="k", who="bob")
    assert again.replayed
    assert again.entries == first.entries
    with pytest.raises(IdempotencyConflict):
        shop.do("award", 11, key="k", who="bob")


def test_facts_of_both_are_asked() -> None:
    """A fact that the one who ended was paid for is not paid again to the survivor."""
    shop = Shop()
    shop.do("award", 10, rule="base", order_id="o-1")
    merge(shop)
    assert shop.do("award", 10, rule="base", order_id="o-1", who="bob").replayed
    assert shop.figures("bob") == Figures(10)


def test_what_is_owed_moves() -> None:
    """A debt moves with its entry's name and is paid by the next points."""
    shop = Shop(**IN_DEBT)
    spend = shop.spend(10)
    merge(shop)
    assert shop.figures("bob") == Figures(0, spent=10, deficit=10)
    assert shop.award(15, who="bob").settled == (Settlement(spend.id, 1, 10),)
    assert shop.figures("bob") == Figures(5, spent=10)


def test_the_survivors_points_pay_what_comes_owed() -> None:
    """Who has 15 and gets a debt of 10 has 5."""
    shop = Shop(**IN_DEBT)
    shop.spend(10)
    shop.award(15, who="bob")
    merge(shop)
    assert shop.figures("bob") == Figures(5, spent=10)


def test_points_that_come_pay_what_the_survivor_owes() -> None:
    """Who owes 10 and gets 15, 4 of them held and 5 pending, has 0, and owes 4."""
    shop = Shop(**IN_DEBT)
    shop.spend(10, who="bob")
    shop.award(10)
    shop.do("hold", 4)
    shop.award(5, activation="30D")
    merge(shop)
    assert shop.figures("bob") == Figures(0, pending=5, held=4, spent=10, deficit=4)


def test_two_debts_are_both_owed() -> None:
    """Who owes 10 and gets a debt of 5 owes 15."""
    shop = Shop(**IN_DEBT)
    shop.spend(10, who="bob")
    shop.spend(5)
    merge(shop)
    assert shop.figures("bob") == Figures(0, spent=15, deficit=15)


def test_an_old_award_can_be_taken_back_after_the_merge() -> None:
    """By its entry or by its order, from its own lot first, and no more than is left of it."""
    shop = Shop()
    entry = shop.award(10, order_id="o-1", expiry="1Y")
    shop.do("reverse", 2, entry_id=entry.id)
    shop.award(10, who="bob")
    merge(shop)
    taken = shop.do("reverse", 3, entry_id=entry.id, who="bob").entries[0]
    assert [tuple(draw) for draw in taken.draws] == [(2, 3)]
    assert shop.do("reverse", order_id="o-1", who="ada").points == 5
    assert shop.do("reverse", order_id="o-1", who="bob").points == 0
    assert shop.figures("bob") == Figures(10, reversed=10)


def test_an_old_award_that_was_spent_is_taken_from_the_general_order() -> None:
    """An award whose lot did not live to see the merge is taken from other points."""
    shop = Shop()
    entry = shop.award(10)
    shop.spend(10)
    shop.award(4, who="bob")
    merge(shop)
    taken = shop.do("reverse", entry_id=entry.id, who="bob").entries[0]
    assert (taken.points, taken.waived) == (4, 6)


def test_an_old_pending_award_can_be_activated_after_the_merge() -> None:
    """Points that wait for an action are found by their old entry."""
    shop = Shop()
    entry = shop.award(10, activation="on_action", expiry="30D")
    merge(shop)
    shop.do("activate", entry_ids=(entry.id,), who="bob")
    assert shop.figures("bob", at="2026-01-31") == Figures(0, expired=10)
    assert shop.points.balance("bob").earned == 10


def test_an_old_award_can_be_extended_after_the_merge() -> None:
    """Points are found by their old entry when their end is moved."""
    shop = Shop(expiry="10D")
    entry = shop.award(10)
    shop.award(10, who="bob")
    merge(shop)
    shop.do("extend", by="1M", entry_ids=(entry.id,), who="bob")
    assert shop.figures("bob", at="2026-01-11") == Figures(10, expired=10)


@pytest.mark.parametrize("is_open", [True, False])
def test_an_old_spend_can_be_given_back_after_the_merge(is_open: bool) -> None:
    """Its points come back with their old dates, to the lot that moved or to one made in its likeness."""
    shop = Shop()
    shop.award(10, expiry="30D")
    spend = shop.spend(4 if is_open else 10)
    merge(shop)
    shop.do("restore", 3, entry_id=spend.id, who="bob")
    shop.do("restore", entry_id=spend.id, who="bob")
    assert shop.figures("bob") == Figures(10)
    assert shop.figures("bob", at="2026-01-31") == Figures(0, expired=10)


def test_an_old_spend_of_lapsed_points_comes_back_expired() -> None:
    """Points spent before the merge whose lot has ended are expired when they come back."""
    shop = Shop()
    shop.award(10, expiry="10D")
    spend = shop.spend(10)
    merge(shop)
    shop.at("2026-02-01")
    shop.do("restore", entry_id=spend.id, who="bob")
    assert shop.figures("bob") == Figures(0, expired=10)


def test_an_old_overdraft_is_forgiven_and_repaid_across_the_merge() -> None:
    """Of 50 spent with 10 there, 8 were paid before, 12 after the merge: restored, 20 are forgiven and 30 come back."""
    shop = Shop(**IN_DEBT)
    shop.award(10)
    spend = shop.spend(50)
    shop.award(8)
    merge(shop)
    shop.award(12, who="bob")
    assert shop.figures("bob") == Figures(0, spent=50, deficit=20)
    shop.do("restore", entry_id=spend.id, who="bob")
    assert shop.figures("bob") == Figures(30)


@pytest.mark.parametrize("parts", [(50,), (15, 20, 15), (25, 25), (31, 10, 9)])
def test_an_old_overdraft_is_repaid_along_a_chain_of_merges(parts: tuple[int, ...]) -> None:
    """Of 50 spent, 10 were there, 8 were paid by Ada, 12 by Bob and 5 by Cleo; 15 are owed: all 35 paid come back."""
    shop = Shop(**IN_DEBT)
    shop.loyalty.customers.register("cleo")
    shop.award(10)
    spend = shop.spend(50)
    shop.award(8)
    merge(shop)
    shop.award(12, who="bob")
    merge(shop, "bob", "cleo")
    shop.award(5, who="cleo")
    assert shop.figures("cleo") == Figures(0, spent=50, deficit=15)
    back = 0
    for points in parts:
        shop.do("restore", points, entry_id=spend.id, who="cleo")
        back += points
        assert shop.figures("cleo") == Figures(max(back - 15, 0), spent=50 - back, deficit=max(15 - back, 0))


def test_a_debt_paid_in_full_after_the_merge_is_repaid() -> None:
    """A debt that came with a merge and was paid since is found when its spend is restored."""
    shop = Shop(**IN_DEBT)
    spend = shop.spend(50)
    merge(shop)
    shop.award(50, who="bob", expiry="10D")
    shop.do("restore", entry_id=spend.id, who="bob")
    assert shop.figures("bob") == Figures(50)
    assert shop.figures("bob", at="2026-01-11") == Figures(0, expired=50)


def test_an_account_under_inactivity_keeps_the_later_date() -> None:
    """Of two accounts that lapse on day 10 and day 15 the merged one lapses on day 15."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")
    shop.award(10)
    shop.at("2026-01-06")
    shop.award(5, who="bob")
    merge(shop)
    assert shop.figures("bob", at="2026-01-15") == Figures(15)
    assert shop.figures("bob", at="2026-01-16") == Figures(0, expired=15)


def test_the_earlier_join_date_is_kept() -> None:
    """The survivor has been a member since either was."""
    shop = Shop(join_policy=JoinPolicy.NOT_JOIN)
    shop.award(1)
    shop.loyalty.customers.join("ada")
    shop.at("2026-01-06")
    shop.loyalty.customers.join("bob")
    merge(shop)
    assert shop.loyalty.customers.membership("bob").joined_at == instant("2026-01-01")


def gold() -> TierSet:
    """Make tiers that last for 10 days and end one step down."""
    return TierSet(
        measure=Measure.POINTS_EARNED,
        levels=(Level("Silver", 10), Level("Gold", 100)),
        downgrade=Downgrade.ONE_DOWN,
        expires_in=parse_duration("10D", "expires_in"),
    )


def test_the_higher_tier_is_kept() -> None:
    """A silver survivor of a gold member is gold, and keeps the date of that tier."""
    shop = Shop(tiers=gold())
    shop.award(100)
    shop.at("2026-01-03")
    shop.award(10, who="bob")
    merge(shop)
    standing = shop.loyalty.customers.membership("bob").standing
    assert (standing.tier, standing.expires_at) == ("Gold", instant("2026-01-11"))


def test_both_earnings_count_for_the_next_tier() -> None:
    """Two silver members of 60 points each make a gold one."""
    shop = Shop(tiers=gold())
    shop.award(60)
    shop.award(60, who="bob")
    merge(shop)
    assert shop.loyalty.customers.membership("bob").standing.tier == "Gold"


def test_a_tier_that_has_ended_by_then_is_not_inherited() -> None:
    """A gold that ran out on day 10 is judged before the merge on day 20, not after it."""
    shop = Shop(
        tiers=TierSet(
            measure=Measure.ACTIVE_BALANCE,
            levels=(Level("Silver", 10), Level("Gold", 100)),
            downgrade=Downgrade.BALANCE_BASED,
            expires_in=parse_duration("10D", "expires_in"),
        )
    )
    shop.award(100)
    shop.spend(100)
    shop.award(10, who="bob")
    shop.at("2026-01-21")
    merge(shop)
    assert shop.loyalty.customers.membership("bob").standing.tier == "Silver"


def test_only_the_ledgers_that_knew_a_debt_are_asked_for_its_payments() -> None:
    """Cleo took in Bob, who never knew Ada's debt, and then Ada: what Ada had paid comes back to Cleo."""
    shop = Shop(**IN_DEBT)
    shop.loyalty.customers.register("cleo")
    merge(shop, "bob", "cleo")
    spend = shop.spend(30)
    shop.award(12)
    merge(shop, "ada", "cleo")
    shop.do("restore", entry_id=spend.id, who="cleo")
    assert shop.figures("cleo") == Figures(12)
