"""A merge between two loads of another command: nothing is booked on who has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore, MemoryUnit
from loyalcore.domain.customers import Membership
from loyalcore.domain.decision import CustomerRef, MembershipRef
from loyalcore.domain.ledger import Award, JoinPolicy, Shortfall, Spend
from tests.unit.domain.ledger._shop import Figures, Shop

if TYPE_CHECKING:
    from collections.abc import Callable


class Interrupted(MemoryStore):
    """A memory store in which something happens once, right after Ada's row was loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.between: Callable[[], object] | None = None

    def unit(self, *, readonly: bool = False) -> MemoryUnit:
        """Open a unit that is interrupted."""
        return _InterruptedUnit(self, readonly=readonly)


class _InterruptedUnit(MemoryUnit):
    _store: Interrupted

    def load(self, refs: Any, lock: bool = False) -> dict[Any, Any]:
        found = super().load(refs, lock)
        act = self._store.between
        if act is not None and CustomerRef("live", "ada") in refs:
            self._store.between = None
            act()
        return found


def interrupted(**policy: Any) -> tuple[Shop, Callable[[], None]]:
    """Give a shop in which Ada has 10 points, and what merges her into Bob during the next command."""
    store = Interrupted()
    shop = Shop(store=store, **policy)
    shop.award(10)

    def merge_meanwhile() -> None:
        store.between = lambda: shop.loyalty.customers.merge("ada", into="bob")

    return shop, merge_meanwhile


@pytest.mark.parametrize("ledger", ["", "gift"])
def test_an_award_goes_to_the_survivor(ledger: str) -> None:
    """An award that read Ada before her merge and her membership after it is booked on Bob's ledger."""
    shop, merge_meanwhile = interrupted()
    merge_meanwhile()
    entry = shop.award(7, ledger=ledger)
    assert entry.ledger.holder_id == "holder-2"
    assert shop.figures("bob") == Figures(10 if ledger else 17)


def test_a_spend_finds_the_points_where_they_went() -> None:
    """A spend is not refused because the points have just moved to the survivor."""
    shop, merge_meanwhile = interrupted()
    merge_meanwhile()
    assert shop.spend(4).ledger.holder_id == "holder-2"
    assert shop.figures("bob") == Figures(6, spent=4)


def test_a_preview_shows_what_would_be_done_for_the_survivor() -> None:
    """A preview during the merge shows a spend of Bob's."""
    shop, merge_meanwhile = interrupted()
    merge_meanwhile()
    shown = shop.loyalty.preview(Spend("ada", 4, key="p"))
    assert shown.entries[0].ledger.holder_id == "holder-2"


def test_a_restore_makes_nothing_on_who_has_ended() -> None:
    """What Ada spent comes back to Bob; her own ledger stays as the merge has left it."""
    shop, merge_meanwhile = interrupted(shortfall=Shortfall.ALLOW_NEGATIVE)
    spent = shop.spend(6)
    merge_meanwhile()
    assert shop.do("restore", entry_id=spent.id).entries[0].ledger.holder_id == "holder-2"
    assert shop.figures("bob") == Figures(10)


def test_joining_makes_nobody_a_member_who_has_ended() -> None:
    """Ada joins during her merge: Bob is the member."""
    shop, merge_meanwhile = interrupted(join_policy=JoinPolicy.NOT_JOIN)
    merge_meanwhile()
    joined = shop.loyalty.customers.join("ada").membership
    assert joined is not None
    assert joined.holder_id == "holder-2"


def test_a_transfer_arrives_with_the_survivor() -> None:
    """Points sent to Ada during her merge arrive with Bob."""
    shop, merge_meanwhile = interrupted()
    shop.loyalty.customers.register("cem")
    shop.award(5, who="cem")
    merge_meanwhile()
    shop.do("transfer", 5, who="cem", to="ada")
    assert shop.figures("bob") == Figures(15)


def test_who_has_ended_has_an_empty_membership() -> None:
    """A merge leaves a membership that stands for nobody: known since never, in no ledger."""
    shop, _merge = interrupted()
    shop.loyalty.customers.merge("ada", into="bob")
    ref = MembershipRef("live", "holder-1", "beans")
    with shop.store.unit(readonly=True) as unit:
        found: Membership = unit.load([ref])[ref]
    assert found == Membership(environment="live", holder_id="holder-1", program_id="beans", version=3)
    assert found.has_ended
    assert not shop.loyalty.customers.membership("bob").has_ended


def test_a_batch_goes_to_the_survivor() -> None:
    """Postings that read Ada before her merge are all decided again: none of them is told of it."""
    shop, merge_meanwhile = interrupted()
    merge_meanwhile()
    posted = shop.loyalty.points.post_many(
        [Award("ada", 7, reason="a", key="b-1"), Spend("ada", 18, key="b-2"), Spend("ada", 17, key="b-3")]
    )
    assert (posted.done, [outcome.error.code for outcome in posted.refusals if outcome.error]) == (
        2,
        ["insufficient_points"],
    )
    assert shop.figures("bob") == Figures(0, spent=17)
