"""Orders through the facade: what is bought, earned, returned and listed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import CustomerPolicy, Erase
from loyalcore.domain.earning import EarningRule, Why
from loyalcore.domain.ledger import ExpiryAnchor, ExpiryModel, PointsPolicy
from loyalcore.domain.orders import (
    CancelOrder,
    Cart,
    CloseOrder,
    OrderPolicy,
    ReturnItems,
    left_of,
)
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.errors import (
    FactConflict,
    IdempotencyConflict,
    IllegalTransition,
    Ineligible,
    InvalidDocument,
    InvalidInput,
    NotFound,
    OrderTaken,
    ReturnTaken,
    ReturnTooLarge,
)
from loyalcore.fields import CustomerFields
from loyalcore.services import Loyalty
from loyalcore.testing._play import dump
from loyalcore.values.calendar import parse_duration, parse_expiry
from loyalcore.values.periods import Period
from tests.unit.services._till import BEANS, CART, active, opened, with_orders, with_points

if TYPE_CHECKING:
    from loyalcore.store import Store


# Screens --------------------------------------------------------------------------------------------------------------


def test_the_figures_of_screens(store: Store) -> None:
    """WIZ and TAL show orders, products, money spent, discounts, and orders with and without one."""
    shop, _ = opened(store)
    shop.orders.close("ada", "o-1", {**CART, "discounts": [{"percent": "10"}]}, key="k-1")
    shop.orders.close("ada", "o-2", {"total": "7.50"}, key="k-2")
    shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", key="k-3")
    (row,) = shop.customers.page("orders:2 revenue:43.5 sort:-revenue").items
    path = "orders.count:2 orders.revenue:43.5 orders.products:>0 orders.discounts:4 sort:-orders.revenue"
    assert shop.customers.page(path).items == (row,)
    figures = row.membership.orders
    assert (figures.count, figures.products, figures.discounted, figures.undiscounted) == (2, 4, 1, 1)
    assert (figures.revenue, figures.discounts) == (Decimal("43.5"), Decimal(4))
    assert [each.customer.customer_id for each in shop.customers.page(CustomerFields.orders == 0).items] == ["bob"]


def test_the_orders_of_tal(store: Store) -> None:
    """TAL lists orders with state, coupons, referral code and what was returned; pieces are returned from there."""
    shop, _ = opened(store)
    cart = {**CART, "coupons": ["SPRING"], "referral_code": "BOB-7"}
    shop.orders.close("ada", "o-1", cart, key="k-1")
    shop.orders.open("ada", "o-2", {"total": 5}, key="k-2")
    shop.orders.close("bob", "o-3", {"total": 5}, key="k-3")
    shop.orders.return_items("o-1", {"1": 2}, return_id="r-1", key="k-4")
    found = shop.orders.page("sort:order_id", customer_id="ada", size=1)
    (order,) = found.items
    assert (order.order_id, order.customer_id, order.state.value) == ("o-1", "ada", "partially_returned")
    assert (order.cart.coupons, order.cart.referral_code) == (("SPRING",), "BOB-7")
    assert (order.returned, left_of(order)) == ({"1": 2}, {"1": 1, "2": 1})
    following = shop.orders.page("sort:order_id", customer_id="ada", size=1, cursor=found.next)
    assert [each.order_id for each in following.items] == ["o-2"]
    assert [each.order_id for each in shop.orders.stream("coupon:spring OR state:open")] == ["o-1", "o-2"]
    assert (shop.orders.count(), shop.orders.count("returned:>0")) == (3, 1)


def test_orders_of_whom_was_merged_are_the_survivors(store: Store) -> None:
    """After a merge the orders and figures of both are the survivor's, and what is returned comes from the survivor."""
    shop, _ = opened(store)
    shop.orders.close("ada", "o-1", CART, key="k-1")
    shop.orders.close("bob", "o-2", {"total": 5}, key="k-1")
    shop.customers.merge("ada", into="bob")
    assert [order.order_id for order in shop.orders.page(customer_id="bob").items] == ["o-1", "o-2"]
    assert shop.customers.membership("bob").orders.count == 2
    shop.orders.return_items("o-1", {"2": 1}, return_id="r-1", key="k-3")
    assert (active(shop, "bob"), shop.customers.membership("bob").orders.revenue) == (35, Decimal(35))
    shop.orders.cancel("o-1", key="k-4")
    figures = shop.customers.membership("bob").orders
    assert (active(shop, "bob"), figures.count, figures.revenue) == (5, 1, Decimal(5))
    assert figures.first_at == figures.last_at
    assert shop.points.verify("bob").difference is None


def test_a_merge_moves_the_tier_by_the_orders_of_both() -> None:
    """Two customers without points who have bought enough together reach the tier."""
    tiers = TierSet(measure=Measure.ORDERS, levels=(Level("Twice", 2),))
    shop, _ = opened(MemoryStore(), attrs.evolve(BEANS, earning=(), tiers=tiers))
    for who in ("ada", "bob"):
        shop.customers.join(who)
        shop.orders.close(who, f"o-{who}", {"total": 5}, key="k-1")
    shop.customers.merge("ada", into="bob")
    assert shop.customers.membership("bob").tier == "Twice"


# Closing --------------------------------------------------------------------------------------------------------------


def test_what_is_quoted_is_awarded(store: Store) -> None:
    """The quote of an open order is what closing it awards; so is that of a cart."""
    shop, _ = opened(store)
    shop.points.award("ada", 100, reason="gift", key="a-1")
    shop.orders.open("ada", "o-1", {**CART, "redeem": 70}, key="k-1")
    quoted = shop.orders.quote("ada", order_id="o-1")
    assert quoted == shop.orders.quote("ada", {**CART, "redeem": 70}, program="beans")
    assert (quoted.points, quoted.redemption.points, quoted.redemption.value) == (43, 70, Decimal("7.0"))
    closed = shop.orders.close("ada", "o-1", key="k-2")
    assert closed.order is not None
    assert [(award.rule, award.points) for award in closed.order.awards] == [("base", 43)]
    assert (closed.order.redeemed, active(shop)) == (70, 73)


def test_an_order_earns_by_the_tier_held_before_it() -> None:
    """The order that reaches a tier earns by the one before; the next one by the new one."""
    tiers = TierSet(measure=Measure.MONEY_SPENT, levels=(Level("Base", 0), Level("Gold", 50)))
    rule = EarningRule("tiered", by_tier={"Base": 1, "Gold": 3}, per=1)
    shop, _ = opened(MemoryStore(), attrs.evolve(BEANS, earning=(rule,), tiers=tiers))
    shop.customers.join("ada")
    assert shop.orders.close("ada", "o-1", CART, key="k-1").points == 50
    assert shop.orders.close("ada", "o-2", CART, key="k-2").points == 150
    assert shop.customers.membership("ada").tier == "Gold"


def test_a_cap_is_given_back_with_the_points(store: Store) -> None:
    """What a rule granted counts for its cap until it is taken back; a new month counts anew."""
    rule = EarningRule("base", points=1, per=1, max_per_period=60, period=Period("monthly"))
    shop, clock = opened(store, attrs.evolve(BEANS, earning=(rule,)))
    assert [shop.orders.close("ada", f"o-{n}", CART, key=f"k-{n}").points for n in (1, 2, 3)] == [50, 10, 0]
    shop.orders.cancel("o-1", key="k-4")
    assert shop.orders.close("ada", "o-4", CART, key="k-5").points == 50
    clock.move(days=1)
    assert shop.orders.close("ada", "o-5", CART, key="k-6").points == 50


def test_a_rule_grants_in_its_own_ledger_and_on_its_own_terms() -> None:
    """A rule may name the ledger, the start and the end of its points."""
    rule = EarningRule("stars", points=2, per=10, ledger="stars", activation="1D", expiry="7D")
    shop, _ = opened(MemoryStore(), attrs.evolve(BEANS, earning=(*BEANS.earning, rule)))
    shop.orders.close("ada", "o-1", CART, key="k-1")
    assert (shop.points.balance("ada").active, shop.points.balance("ada", ledger="stars").pending) == (50, 10)
    shop.orders.return_items("o-1", {"2": 1}, return_id="r-1", key="k-2")
    assert (shop.points.balance("ada").active, shop.points.balance("ada", ledger="stars").pending) == (30, 6)


@pytest.mark.parametrize("model", [ExpiryModel.INACTIVITY, ExpiryModel.ROLLING])
def test_an_order_that_earns_nothing_is_an_activity(model: ExpiryModel) -> None:
    """Where points live by activity, an order without points is one; where they do not, no entry is written."""
    policy: dict[str, Any] = {"expiry_model": model, "inactivity": parse_duration("10D", "x")}
    for settings, kinds in ((policy, ["activity"]), ({}, [])):
        shop, _ = opened(MemoryStore(), attrs.evolve(with_points(**settings), earning=()))
        assert [entry.kind.value for entry in shop.orders.close("ada", "o-1", CART, key="k-1").entries] == kinds


def test_who_takes_no_part_earns_nothing_and_redeems_nothing(store: Store) -> None:
    """The order of somebody excluded is closed and counted, without points; redeeming is refused."""
    shop, _ = opened(store, attrs.evolve(BEANS, customers=CustomerPolicy(has_guests=False)))
    shop.points.award("ada", 100, reason="gift", key="a-1")
    shop.customers.update("ada", is_guest=True, key="u-1")
    assert shop.orders.quote("ada", CART).points == 0
    assert shop.orders.close("ada", "o-1", CART, key="k-1").entries == ()
    assert shop.customers.membership("ada").orders.count == 1
    with pytest.raises(Ineligible):
        shop.orders.close("ada", "o-2", {**CART, "redeem": 10}, key="k-2")


def test_a_fact_that_was_paid_by_hand_stands_for_the_award(store: Store) -> None:
    """A rule that was awarded by hand for the order is not awarded again; with other points it is a conflict."""
    shop, _ = opened(store)
    paid = shop.points.award("ada", 50, rule="base", order_id="o-1", key="a-1")
    closed = shop.orders.close("ada", "o-1", CART, key="k-1")
    assert closed.order is not None
    assert (closed.entries, [award.entry_id for award in closed.order.awards]) == ((), [paid.entries[0].id])
    shop.orders.return_items("o-1", return_id="r-1", key="k-2")
    assert active(shop) == 0
    shop.points.award("ada", 9, rule="base", order_id="o-2", key="a-2")
    before = dump(store)
    with pytest.raises(FactConflict):
        shop.orders.close("ada", "o-2", CART, key="k-3")
    assert dump(store) == before


def test_nothing_is_redeemed_where_there_is_too_little() -> None:
    """Below the least that may be redeemed nothing is spent; without a worth of points it is refused."""
    shop, _ = opened(MemoryStore(), with_orders(redeem_min=10))
    assert shop.orders.close("ada", "o-1", {**CART, "redeem": 10}, key="k-1").order.redeemed == 0  # type: ignore[union-attr]
    shop, _ = opened(MemoryStore(), attrs.evolve(BEANS, orders=OrderPolicy()))
    with pytest.raises(InvalidInput, match="point_value"):
        shop.orders.close("ada", "o-1", {**CART, "redeem": 10}, key="k-1")


# What is refused ------------------------------------------------------------------------------------------------------


def test_what_cannot_be_returned(store: Store) -> None:
    """More than was bought, an unknown line, nothing left, an id used otherwise: refused, and nothing is written."""
    shop, _ = opened(store)
    shop.orders.open("ada", "o-0", CART, key="k-0")
    shop.orders.close("ada", "o-1", CART, key="k-1")
    shop.orders.return_items("o-1", {"1": 2}, return_id="r-1", key="k-2")
    before = dump(store)
    refusals: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (ReturnTooLarge, "o-1", {"items": {"1": 2}, "return_id": "r-2"}),
        (InvalidInput, "o-1", {"items": {"9": 1}, "return_id": "r-2"}),
        (InvalidInput, "o-1", {"items": {}, "return_id": "r-2"}),
        (InvalidInput, "o-1", {"items": {"1": 0}, "return_id": "r-2"}),
        (InvalidInput, "o-1", {"items": [("1", 1), ("1", 1)], "return_id": "r-2"}),
        (InvalidInput, "o-1", {"items": ["1"], "return_id": "r-2"}),
        (ReturnTaken, "o-1", {"items": {"1": 1}, "return_id": "r-1"}),
        (ReturnTaken, "o-1", {"items": {"1": 2}, "return_id": "r-1", "refund": 1}),
        (IllegalTransition, "o-0", {"return_id": "r-1"}),
        (NotFound, "o-9", {"return_id": "r-1"}),
    ]
    for number, (kind, order_id, fields) in enumerate(refusals):
        with pytest.raises(kind):
            shop.orders.return_items(order_id, key=f"x-{number}", **fields)
    with pytest.raises(IdempotencyConflict) as caught:
        shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", key="k-2")
    assert caught.value.fields == ("items",)
    again = shop.orders.return_items("o-1", {"1": 2}, return_id="r-1", key="k-3")
    assert (again.replayed, again.entries) == (True, ())
    assert dump(store) == before
    shop.orders.return_items("o-1", return_id="r-3", key="k-4")
    with pytest.raises(ReturnTooLarge) as full:
        shop.orders.return_items("o-1", return_id="r-4", key="k-5")
    assert full.value.line_id is None


def test_what_cannot_be_closed(store: Store) -> None:
    """An order of somebody else, of another program or currency, without a cart, closed already: refused."""
    shop, _ = opened(store)
    shop.orders.close("ada", "o-1", CART, key="k-1")
    before = dump(store)
    with pytest.raises(OrderTaken):
        shop.orders.close("bob", "o-1", CART, key="x-1")
    with pytest.raises(IllegalTransition, match="what can be done with it is return_items, cancel, reopen"):
        shop.orders.close("ada", "o-1", CART, key="x-2")
    with pytest.raises(IllegalTransition):
        shop.orders.open("ada", "o-1", CART, key="x-3")
    with pytest.raises(IllegalTransition):
        shop.orders.update("o-1", CART, key="x-4")
    with pytest.raises(InvalidInput, match="currency"):
        shop.orders.close("ada", "o-2", {**CART, "currency": "USD"}, key="x-5")
    with pytest.raises(InvalidInput, match="cart"):
        shop.orders.close("ada", "o-2", key="x-6")
    with pytest.raises(InvalidDocument):
        shop.orders.close("ada", "o-2", {"items": []}, key="x-7")
    with pytest.raises(InvalidInput, match="must be a table"):
        shop.orders.open("ada", "o-2", None, key="x-8")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        shop.orders.close("nobody", "o-2", CART, key="x-9")
    assert dump(store) == before
    two = Loyalty(store, [BEANS, attrs.evolve(BEANS, id="tea")], actor="till")
    with pytest.raises(OrderTaken):
        two.orders.close("ada", "o-1", CART, key="x-10", program="tea")
    with pytest.raises(OrderTaken):
        two.orders.quote("ada", order_id="o-1", program="tea")


def test_what_cannot_be_quoted(store: Store) -> None:
    """A quote is of a cart or of an open order, in the program's currency."""
    shop, _ = opened(store)
    shop.orders.close("ada", "o-1", CART, key="k-1")
    with pytest.raises(InvalidInput):
        shop.orders.quote("ada")
    with pytest.raises(InvalidInput):
        shop.orders.quote("ada", CART, order_id="o-1")
    with pytest.raises(IllegalTransition):
        shop.orders.quote("ada", order_id="o-1")
    shop.orders.open("ada", "o-2", CART, key="k-2")
    for order_id in ("o-1", "o-2"):
        with pytest.raises(OrderTaken, match="another customer"):
            shop.orders.quote("bob", order_id=order_id)
    with pytest.raises(InvalidInput, match="currency"):
        shop.orders.quote("ada", {**CART, "currency": "USD"})
    with pytest.raises(NotFound):
        shop.orders.get("o-9")


def test_a_key_is_answered_by_the_order_of_now(store: Store) -> None:
    """A key that comes again is answered with its entries and the order as it is by then; nothing is written."""
    shop, _ = opened(store)
    closed = shop.orders.close("ada", "o-1", CART, key="k-1")
    shop.orders.cancel("o-1", key="k-2")
    before = dump(store)
    again = shop.orders.close("ada", "o-1", CART, key="k-1")
    assert (again.replayed, again.entries) == (True, closed.entries)
    assert again.order == shop.orders.get("o-1")
    with pytest.raises(IdempotencyConflict) as caught:
        shop.orders.close("ada", "o-1", {"total": 1}, key="k-1")
    assert caught.value.fields == ("cart",)
    assert dump(store) == before


def test_a_redelivery_is_answered_in_the_order_of_the_first_answer(store: Store) -> None:
    """Where rules grant in two ledgers by turns, the entries of the key come rule by rule, as they did first."""
    turns = tuple(EarningRule(f"r-{number}", points=1, ledger="x" * (number % 2)) for number in range(4))
    program = attrs.evolve(BEANS, earning=turns)
    shop, _ = opened(store, program)
    first = shop.orders.close("ada", "o-1", CART, key="k-1")
    assert [entry.ledger.ledger for entry in first.entries] == ["", "x", "", "x"]
    assert shop.orders.close("ada", "o-1", CART, key="k-1").entries == first.entries


def test_orders_in_one_batch_follow_each_other(store: Store) -> None:
    """Commands about orders in one unit see what those before them did, the last order among it."""
    shop, _ = opened(store)
    cart = Cart.of_total(10)
    outcomes = shop.run_many(
        [
            CloseOrder("ada", "o-1", cart, key="k-1"),
            CloseOrder("ada", "o-2", cart, key="k-2"),
            ReturnItems("o-1", return_id="r-1", key="k-3"),
            CancelOrder("o-1", key="k-4"),
            CancelOrder("o-2", key="k-5"),
            CloseOrder("bob", "o-3", cart, key="k-1"),
            Erase("bob"),
        ],
        atomic=True,
    )
    assert [outcome.error for outcome in outcomes] == [None] * 7
    figures = shop.customers.membership("ada").orders
    assert (figures.count, figures.first_at, active(shop)) == (0, None, 0)
    assert [order.order_id for order in shop.orders.stream()] == ["o-1", "o-2"]


def test_a_program_that_began_later_lists_its_customer() -> None:
    """An order in a program of which the customer has no membership yet makes one."""
    store = MemoryStore()
    opened(store)
    tea = Program("tea", currency="EUR", timezone="UTC", points=PointsPolicy(expiry=parse_expiry("1Y", "x")))
    shop = Loyalty(store, [BEANS, tea], actor="till")
    assert shop.orders.quote("ada", CART, program="tea").points == 0
    shop.orders.open("ada", "o-1", CART, key="k-1", program="tea")
    assert shop.customers.get("ada").programs == ("beans", "tea")
    assert shop.orders.count(program="tea") == 1


@pytest.mark.parametrize(
    ("points", "rule"),
    [
        ({"expiry": parse_expiry("on(2026-01-01)", "expiry")}, {}),
        ({}, {"expiry": "on(2026-01-01)"}),
        ({}, {"expiry": "on(2026-01-01)", "activation": "on_action"}),
        ({}, {"expiry": "1D", "activation": "2D"}),
    ],
)
def test_a_rule_whose_points_would_be_over_grants_none(
    store: Store, points: dict[str, Any], rule: dict[str, Any]
) -> None:
    """The order closes, the other rules grant what they grant, and the quote says the same."""
    rules = (EarningRule("past", points=5, **rule), EarningRule("base", points=1, per=1, expiry="1M"))
    shop, _ = opened(store, attrs.evolve(with_points(**points), earning=rules))
    quoted = shop.orders.quote("ada", CART)
    assert (quoted.points, [(each.rule, each.why, each.points) for each in quoted.trace]) == (
        50,
        [("base", Why.GRANTED, 50), ("past", Why.OVER, 0)],
    )
    assert [entry.rule for entry in shop.orders.close("ada", "o-1", CART, key="k-1").entries] == ["base"]
    shop.orders.cancel("o-1", key="k-2")
    assert active(shop) == 0


def test_an_order_that_is_told_of_late_closes(store: Store) -> None:
    """Where an expiry counts from the order, one that was closed long ago earns nothing, and counts."""
    settings: dict[str, Any] = {
        "expiry": parse_expiry("30D", "expiry"),
        "expiry_anchor": ExpiryAnchor.ORDER_CLOSED,
    }
    shop, clock = opened(store, with_points(**settings))
    shop.orders.close("ada", "o-1", CART, key="k-1", occurred_at=clock.now() - timedelta(days=60))
    assert (active(shop), shop.customers.membership("ada").orders.count) == (0, 1)
    shop.orders.close("ada", "o-2", CART, key="k-2", occurred_at=clock.now() - timedelta(days=20))
    assert active(shop) == 50
