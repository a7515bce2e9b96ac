"""Who takes part: whom the program lets earn and spend, and what may be done for everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Customer, CustomerPolicy, Deactivate, Reactivate, check_takes_part
from loyalcore.domain.ledger import Adjust, Award, Deduct, Spend
from loyalcore.domain.programs import Program
from loyalcore.errors import IdempotencyConflict, Ineligible, NotFound
from loyalcore.services import Loyalty
from tests.unit.domain.ledger._shop import Figures, Shop

if TYPE_CHECKING:
    from collections.abc import Callable

ROW = Customer(environment="live", customer_id="ada", holder_id="h", registered_at=datetime(2026, 1, 1, tzinfo=UTC))
AWAY: dict[str, dict[str, Any]] = {
    "excluded": {"is_excluded": True},
    "deactivated": {"deactivated_at": ROW.registered_at},
    "guest": {"is_guest": True},
}
NO_GUESTS = CustomerPolicy(has_guests=False)
MOVES: dict[str, tuple[str, Callable[[Shop], Any]]] = {
    "award": ("earn", lambda shop: shop.award(5)),
    "award to a new subledger": ("earn", lambda shop: shop.award(5, ledger="gift")),
    "spend": ("spend", lambda shop: shop.spend(5)),
    "spend too much": ("spend", lambda shop: shop.spend(5_000)),
    "spend from no subledger": ("spend", lambda shop: shop.spend(5, ledger="nowhere")),
    "hold": ("spend", lambda shop: shop.do("hold", 5)),
    "transfer away": ("spend", lambda shop: shop.do("transfer", 5, to="bob")),
    "transfer to a subledger": ("spend", lambda shop: shop.do("transfer", 5, to="ada", to_ledger="gift")),
    "receive a transfer": ("earn", lambda shop: shop.do("transfer", 5, who="bob", to="ada")),
}
"""What only those may do who take part, and as what it is refused."""


def told(shop: Shop) -> dict[str, Any]:
    """Book something of everything for ada, and give what names it."""
    award = shop.award(100, order_id="o-1")
    shop.award(50, who="bob")
    spend = shop.spend(10, order_id="o-2")
    pending = shop.award(20, activation="on_action", expiry="1Y")
    for key in ("h-1", "h-2"):
        shop.do("hold", 5, key=key)
    return {"award": award.id, "spend": spend.id, "pending": pending.id}


def leave(shop: Shop, status: str) -> None:
    """Make ada one who does not take part; the program has no place for guests."""
    if status == "deactivated":
        shop.loyalty.customers.deactivate("ada", key="leave")
    elif status == "excluded":
        shop.loyalty.customers.update("ada", is_excluded=True, key="leave")
    else:
        shop.loyalty.customers.update("ada", is_guest=True, key="leave")


@pytest.fixture(params=AWAY)
def status(request: pytest.FixtureRequest) -> str:
    """Give each reason why a customer does not take part."""
    return str(request.param)


@pytest.fixture
def shop() -> Shop:
    """Open a shop without a place for guests."""
    made = Shop()
    program = attrs.evolve(made.loyalty.programs[0], customers=NO_GUESTS)
    made.loyalty = Loyalty(made.store, [program], clock=made.clock, actor="till")
    return made


@pytest.mark.parametrize("name", AWAY)
@pytest.mark.parametrize("has_guests", [True, False])
@pytest.mark.parametrize("move", ["earn", "spend"])
def test_who_takes_part(name: str, move: str, *, has_guests: bool) -> None:
    """Excluded and deactivated customers never do, guests where the program has a place for them, all others always."""
    policy = CustomerPolicy(has_guests=has_guests)
    check_takes_part(ROW, policy, move)
    row = attrs.evolve(ROW, **AWAY[name])
    if name == "guest" and has_guests:
        check_takes_part(row, policy, move)
        return
    with pytest.raises(Ineligible) as caught:
        check_takes_part(row, policy, move)
    assert (caught.value.code, caught.value.details) == ("ineligible", {"status": name, "move": move})
    assert "ada" not in str(caught.value)


def test_the_gravest_reason_is_told() -> None:
    """Of several reasons exclusion comes first, then deactivation."""
    row = attrs.evolve(ROW, is_guest=True, deactivated_at=ROW.registered_at)
    for each, told_as in ((attrs.evolve(row, is_excluded=True), "excluded"), (row, "deactivated")):
        with pytest.raises(Ineligible) as caught:
            check_takes_part(each, NO_GUESTS, "earn")
        assert caught.value.status == told_as


@pytest.mark.parametrize("name", MOVES)
def test_earning_and_spending_are_refused(shop: Shop, status: str, name: str) -> None:
    """Nothing is booked, whatever else would be wrong, and the same key may be used when the customer is back."""
    told(shop)
    leave(shop, status)
    before = [(shop.figures(who), shop.kinds(who)) for who in ("ada", "bob")]
    move, act = MOVES[name]
    with pytest.raises(Ineligible) as caught:
        act(shop)
    assert (caught.value.status, caught.value.move) == (status, move)
    assert [(shop.figures(who), shop.kinds(who)) for who in ("ada", "bob")] == before
    assert shop.loyalty.customers.membership("ada").ledgers == ("",)


def test_what_is_done_by_hand_is_allowed(shop: Shop, status: str) -> None:
    """A person may adjust, deduct, extend, activate and record; points that were moved before may be settled."""
    names = told(shop)
    leave(shop, status)
    shop.do("adjust", 7)
    shop.do("adjust", -2)
    shop.do("deduct", 3)
    shop.do("extend", expiry="2Y")
    shop.do("activity")
    shop.do("activate", entry_ids=(names["pending"],))
    shop.do("capture", "h-1")
    shop.do("release", "h-2")
    shop.do("restore", entry_id=names["spend"])
    shop.do("reverse", 9, entry_id=names["award"])
    assert shop.figures() == Figures(100 + 7 - 2 - 3 + 20 - 5 - 9, spent=2 + 3 + 5, reversed=9)


def test_who_left_may_join_and_be_merged(shop: Shop, status: str) -> None:
    """Joining is no earning; and a merge is the host's to decide."""
    shop.award(5)
    leave(shop, status)
    assert shop.loyalty.customers.join("ada").membership is not None
    shop.loyalty.customers.merge("ada", into="bob")
    assert shop.figures("bob") == Figures(5)


def test_time_goes_on(shop: Shop, status: str) -> None:
    """Points of who does not take part lapse, and are swept."""
    shop.award(5, expiry="1D")
    leave(shop, status)
    shop.at("2026-02-01")
    assert shop.points.sweep() == 1
    assert shop.figures() == Figures(0, expired=5)


def test_a_redelivery_is_still_answered(shop: Shop, status: str) -> None:
    """What was done before is told again, and another payload is a conflict, not a refusal."""
    acts: list[Callable[[], Any]] = [
        lambda: shop.do("award", 100, key="a-1"),
        lambda: shop.do("award", 5, key="a-2", rule="base", source_id="f-1"),
        lambda: shop.do("spend", 10, key="s-1"),
        lambda: shop.do("hold", 10, key="h-1"),
        lambda: shop.do("transfer", 10, to="bob", key="t-1"),
    ]
    first = [act().entries for act in acts]
    leave(shop, status)
    again = [act() for act in acts]
    assert [(receipt.entries, receipt.replayed) for receipt in again] == [(entries, True) for entries in first]
    assert shop.do("award", 5, key="a-3", rule="base", source_id="f-1").replayed
    with pytest.raises(IdempotencyConflict):
        shop.do("spend", 11, key="s-1")


def test_a_batch_refuses_as_the_command_alone(shop: Shop, status: str) -> None:
    """In a batch of points awards and spends are refused one by one; deductions, adjustments and replays go through."""
    shop.award(100, key="a-1")
    leave(shop, status)
    posted = shop.loyalty.points.post_many(
        [
            Award("ada", 100, reason="test", key="a-1"),
            Award("ada", 5, reason="test", key="b-1"),
            Award("bob", 5, reason="test", key="b-1"),
            Spend("ada", 5, key="b-2"),
            Deduct("ada", 5, reason="test", key="b-3"),
            Adjust("ada", 6, reason="test", key="b-4"),
        ]
    )
    assert (posted.done, posted.replayed, posted.refused) == (3, 1, 2)
    assert [(type(outcome.error), getattr(outcome.error, "details", None)) for outcome in posted.refusals] == [
        (Ineligible, {"status": status, "move": "earn"}),
        (Ineligible, {"status": status, "move": "spend"}),
    ]
    assert (shop.figures(), shop.figures("bob")) == (Figures(101, spent=5), Figures(5))


def test_a_series_refuses_from_then_on(shop: Shop) -> None:
    """In a unit of commands of every kind the profile counts as the commands before have left it."""
    shop.award(100)
    outcomes = shop.loyalty.run_many(
        [
            Spend("ada", 1, key="s-1"),
            Deactivate("ada", key="d-1"),
            Spend("ada", 2, key="s-2"),
            Reactivate("ada", key="r-1"),
            Spend("ada", 4, key="s-3"),
        ]
    )
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [Ineligible]
    assert shop.figures() == Figures(95, spent=5)


def test_who_is_back_takes_part_again(shop: Shop, status: str) -> None:
    """A refused key is not used up."""
    leave(shop, status)
    with pytest.raises(Ineligible):
        shop.award(5, key="k")
    if status == "deactivated":
        shop.loyalty.customers.reactivate("ada", key="back")
    else:
        shop.loyalty.customers.update("ada", is_guest=False, is_excluded=False, key="back")
    assert not shop.do("award", 5, key="k").replayed
    assert shop.figures() == Figures(5)


def test_an_exclusion_survives_a_merge() -> None:
    """Who was excluded does not come back under another id."""
    shop = Shop()
    shop.award(5)
    leave(shop, "excluded")
    shop.loyalty.customers.merge("ada", into="bob")
    with pytest.raises(Ineligible):
        shop.spend(5, who="bob")


def test_guests_take_part_unless_the_program_says_no() -> None:
    """The default of a program has a place for guests."""
    shop = Shop()
    leave(shop, "guest")
    shop.award(5)
    assert shop.figures() == Figures(5)


def test_each_program_has_its_own_guests() -> None:
    """A guest earns where one program lets him, and not in the other."""
    first = Shop()
    beans, tea = first.loyalty.programs[0], Program("tea", currency="EUR", timezone="UTC", customers=NO_GUESTS)
    loyalty = Loyalty(first.store, [beans, tea], clock=first.clock, actor="till")
    loyalty.customers.update("ada", is_guest=True, key="u")
    loyalty.points.award("ada", 5, reason="test", program="beans", key="a-1")
    with pytest.raises(Ineligible):
        loyalty.points.award("ada", 5, reason="test", program="tea", key="a-2")


def test_nobody_is_not_found_first(shop: Shop) -> None:
    """Who is not there is not found; whether he takes part is not asked."""
    with pytest.raises(NotFound):
        shop.award(5, who="eve")
