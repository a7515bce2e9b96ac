"""What an order earns: each rule on its own, multipliers, one rounding, caps, and why."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from loyalcore.domain import earning
from loyalcore.domain.customers import Customer, CustomerRow, Membership, PointFigures, Standing
from loyalcore.domain.earning import EarningRule, Purchase, Quote, Steps, Why, price_in_points, redeemable, value_of
from loyalcore.domain.ledger import PointsPolicy
from loyalcore.domain.orders import Cart, CartFields, Discount, Item, ItemFields, OrderPolicy, Payment
from loyalcore.domain.programs import Program, Registry
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.fields import CustomerFields
from loyalcore.values.clock import NEVER
from loyalcore.values.periods import Period
from loyalcore.values.points import POINTS_MAX, Rounding

AT = datetime(2026, 3, 15, 12, tzinfo=UTC)
TEA = ItemFields.category == "tea"
CART = Cart(items=[Item("1", unit_price=60, quantity=2, category="tea"), Item("2", unit_price=30, sku="mug")])


def program(*rules: EarningRule, rounding: Rounding = Rounding.FLOOR, **others: Any) -> Program:
    """Make a program of some rules."""
    return Program(
        "beans", currency="EUR", timezone="UTC", points=PointsPolicy(rounding=rounding), earning=rules, **others
    )


def row(tier: str | None = None, **fields: Any) -> CustomerRow:
    """Make a customer with a membership."""
    customer = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=AT)
    member = Membership(environment="live", holder_id="h1", program_id="beans", standing=Standing(tier=tier))
    of_member = {name: fields.pop(name) for name in ("points", "caps") if name in fields}
    return CustomerRow(attrs.evolve(customer, **fields), attrs.evolve(member, **of_member), AT)


def quoted(*rules: EarningRule, cart: Cart = CART, customer: CustomerRow | None = None, **others: Any) -> Quote:
    """Quote a cart."""
    return program(*rules, **others).quote(cart, customer, at=AT)


def whys(quote: Quote) -> dict[str, str]:
    """Give why each rule granted what it did."""
    return {step.rule: step.why.value for step in quote.trace}


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(earning) == sorted(earning.__all__)


# Amounts --------------------------------------------------------------------------------------------------------------

BASE = EarningRule("base", points=1, per=100)


@pytest.mark.parametrize(
    ("rules", "total", "rounding", "points"),
    [
        ((BASE, EarningRule("extra", points=1, per=200)), "1999", "floor", 28),
        ((BASE, EarningRule("x", multiplier="1.5")), "1999", "floor", 28),
        ((BASE, EarningRule("x", multiplier="1.5")), "1999", "half_up", 29),
        ((BASE, EarningRule("x", multiplier="1.5")), "1999", "ceil", 29),
        ((BASE, EarningRule("x", multiplier=2), EarningRule("y", multiplier="1.5")), "1000", "floor", 30),
        ((EarningRule("p", points=1, per=1, steps=Steps.PROPORTIONAL),), "2.50", "floor", 2),
        ((EarningRule("p", points=1, per=1, steps=Steps.PROPORTIONAL),), "2.50", "half_up", 3),
        ((EarningRule("p", points=1, per=1, steps=Steps.PROPORTIONAL),), "2.50", "ceil", 3),
        ((EarningRule("fixed", points=7),), "0", "floor", 7),
        ((BASE,), "0", "floor", 0),
    ],
)
def test_amounts(rules: tuple[EarningRule, ...], total: str, rounding: str, points: int) -> None:
    """Whole steps or proportional money, each rule on its own, then multipliers, then one rounding."""
    found = quoted(*rules, cart=Cart.of_total(total), rounding=Rounding(rounding))
    assert found.points == points


def test_the_parts_add_up_to_the_rounded_sum() -> None:
    """Two rules of half a point each are one point together, of the second."""
    half = [EarningRule(name, points=1, per=2, steps=Steps.PROPORTIONAL) for name in "ab"]
    found = quoted(*half, cart=Cart.of_total(1))
    assert [(award.rule, award.points) for award in found.awards] == [("b", 1)]
    assert whys(found) == {"a": "too_little", "b": "granted"}


def test_a_rule_about_items_counts_these_alone() -> None:
    """Its basis are the items after their own discounts; a discount on the order does not touch it."""
    items = [Item("1", unit_price=100, sku="a", discounts=[Discount(percent=10)]), Item("2", unit_price=50, sku="b")]
    cart = Cart(items=items, discounts=[Discount(percent=50)], payments=[Payment(kind="gift_card", amount=9)])
    rules = (EarningRule("one", points=1, per=1, items=ItemFields.sku == "a"), EarningRule("all", points=1, per=1))
    found = quoted(*rules, cart=cart)
    assert {award.rule: award.points for award in found.awards} == {"one": 90, "all": 70}
    assert {award.rule: dict(award.weights) for award in found.awards}["one"] == {"1": Decimal(90)}


def test_fixed_points_about_items_are_by_the_piece() -> None:
    """Points without money are granted once for each piece where the rule is about items."""
    found = quoted(EarningRule("tea", points=5, items=TEA))
    assert found.points == 10


def test_a_multiplier_about_items_multiplies_their_share() -> None:
    """Twice for tea of 120 and once for the mug of 30 are 270; the weights follow."""
    found = quoted(EarningRule("base", points=1, per=1), EarningRule("tea", multiplier=2, items=TEA))
    assert found.points == 270
    assert dict(found.awards[0].weights) == {"1": Decimal(240), "2": Decimal(30)}
    free = Cart(items=[Item("1", unit_price=0, quantity=3, category="tea"), Item("2", unit_price=0)])
    rules = (EarningRule("fixed", points=4), EarningRule("tea", multiplier=2, items=TEA))
    assert quoted(*rules, cart=free).points == 7


def test_a_multiplier_leaves_alone_what_it_is_not_about() -> None:
    """Points of the mug are not multiplied by what is about tea, and fractions of both are rounded together."""
    rules = (
        EarningRule("a", points=1, per=4, steps=Steps.PROPORTIONAL, items=ItemFields.sku == "mug"),
        EarningRule("b", points=1, per=8, steps=Steps.PROPORTIONAL),
        EarningRule("tea", multiplier="1.5", items=TEA),
        EarningRule("all", multiplier="3"),
    )
    found = quoted(*rules)
    factors = {step.rule: step.factor for step in found.trace}
    assert factors == {"a": Decimal(3), "all": Decimal(3), "b": Decimal("4.2"), "tea": Decimal("1.5")}
    # 7.5 and 18.75, each three times, the second 1.4 times as well: 22.5 and 78.75 are 101 together.
    assert {award.rule: award.points for award in found.awards} == {"a": 22, "b": 79}
    assert {award.rule: award.weights for award in found.awards} == {
        "a": {"2": Decimal(30)},
        "b": {"1": Decimal(180), "2": Decimal(30)},
    }


def test_points_by_tier() -> None:
    """The tier held says how many; one that is not named earns nothing."""
    tiers = TierSet(measure=Measure.ORDERS, levels=(Level("Silver", 1), Level("Gold", 5)))
    rule = EarningRule("tiered", by_tier={"": 1, "Gold": 3}, per=1)
    points = {tier: quoted(rule, customer=row(tier), tiers=tiers).points for tier in (None, "Silver", "Gold")}
    assert points == {None: 150, "Silver": 0, "Gold": 450}
    assert quoted(rule, tiers=tiers).points == 150
    with pytest.raises(InvalidDocument, match="did you mean Gold"):
        program(EarningRule("tiered", by_tier={"Glod": 1}), tiers=tiers)
    with pytest.raises(InvalidDocument, match="is no tier"):
        program(EarningRule("tiered", by_tier={"Gold": 1}))


# Who has a say --------------------------------------------------------------------------------------------------------


def test_why_rules_have_no_say() -> None:
    """A rule outside of its window, or whose order, customer or items do not fit, says which it was."""
    day = timedelta(days=1)
    rules = (
        EarningRule("ended", points=1, ends_at=AT),
        EarningRule("begins", points=1, starts_at=AT + day),
        EarningRule("runs", points=1, starts_at=AT, ends_at=AT + day),
        EarningRule("where", points=1, where=CartFields.net > 1000),
        EarningRule("who", points=1, who=CustomerFields.tags.has("vip")),
        EarningRule("items", points=1, items=ItemFields.category == "coffee"),
    )
    found = quoted(*rules, customer=row())
    expected = {"ended": "not_running", "begins": "not_running", "runs": "granted"}
    assert whys(found) == {**expected, "where": "where", "who": "who", "items": "items"}
    assert [step.rule for step in found.trace if step.has_fired] == ["runs"]
    assert whys(quoted(rules[4]))["who"] == "who"
    assert whys(quoted(rules[4], customer=row(tags=("VIP",))))["who"] == "granted"


def test_of_those_that_do_not_stack_the_first_counts() -> None:
    """The highest priority of them wins, ties by id, beside all that stack; one that does not fit is passed over."""
    rules = (
        EarningRule("z", points=1, stacks=False, priority=1),
        EarningRule("b", points=10, stacks=False, priority=2),
        EarningRule("a", points=100, stacks=False, priority=2, where=CartFields.net > 1000),
        EarningRule("c", points=1000, stacks=False, priority=2),
        EarningRule("d", points=10_000),
    )
    found = quoted(*rules)
    assert {award.rule: award.points for award in found.awards} == {"b": 10, "d": 10_000}
    assert whys(found) == {"a": "where", "b": "granted", "c": "not_first", "z": "not_first", "d": "granted"}


def test_who_takes_no_part_is_quoted_nothing() -> None:
    """An excluded customer earns nothing by any rule."""
    found = quoted(EarningRule("base", points=1, per=1), customer=row(is_excluded=True))
    assert (found.points, whys(found)) == (0, {"base": "barred"})
    assert not found.trace[0].has_fired


def test_caps() -> None:
    """A rule grants at most its caps, less what it has granted to the customer in the present period."""
    until = (datetime(2026, 4, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    rules = (
        EarningRule("order", points=1, per=1, max_per_order=100),
        EarningRule("ever", points=1, per=1, max_per_customer=60),
        EarningRule("month", points=1, per=1, max_per_period=30, period=Period("monthly")),
        EarningRule("full", points=1, per=1, max_per_customer=5),
    )
    caps = (("ever", NEVER, 50), ("month", until - 1, 30), ("month", until, 10), ("full", NEVER, 9))
    found = quoted(*rules, customer=row(caps=caps))
    assert {step.rule: (step.why, step.points) for step in found.trace} == {
        "ever": (Why.CAPPED, 10),
        "full": (Why.CAPPED, 0),
        "month": (Why.CAPPED, 20),
        "order": (Why.CAPPED, 100),
    }
    assert quoted(*rules).points == 100 + 60 + 30 + 5
    assert (rules[0].has_cap, rules[0].cap, rules[1].cap, rules[2].cap) == (False, None, 60, 30)


def test_ledgers_are_rounded_apart() -> None:
    """Each ledger has a sum of its own; a rule says on which terms its points are."""
    half = EarningRule("a", points=1, per=2, steps=Steps.PROPORTIONAL)
    other = attrs.evolve(half, id="b", ledger="stars", activation="1D", expiry="7D")
    found = quoted(half, other, cart=Cart.of_total(1), rounding=Rounding.CEIL)
    assert [(award.ledger, award.points, award.activation, award.expiry) for award in found.awards] == [
        ("", 1, None, None),
        ("stars", 1, "1D", "7D"),
    ]


def test_too_many_points_are_refused() -> None:
    """No rule grants more than one award can hold."""
    with pytest.raises(LimitExceeded) as caught:
        quoted(EarningRule("base", points=POINTS_MAX, per=1), cart=Cart.of_total(2))
    assert caught.value.path == "earning[base]"


def test_too_much_of_a_fraction_is_refused() -> None:
    """What is no whole number may not be beyond every award either; a cap lets through what it allows."""
    rule = EarningRule("share", points=POINTS_MAX, per="0.000000007", steps=Steps.PROPORTIONAL)
    with pytest.raises(LimitExceeded) as caught:
        quoted(rule, cart=Cart.of_total(10**14))
    assert caught.value.path == "earning[share]"
    whole = EarningRule("whole", points=POINTS_MAX, per="0.000000001", max_per_order=5)
    assert quoted(whole, cart=Cart.of_total(10**14)).points == 5


# The basis ------------------------------------------------------------------------------------------------------------


def test_what_the_basis_is_made_of() -> None:
    """Tax and shipping count where the program says so, redeemed points lower it unless it says so, never below 0."""
    cart = Cart(items=[Item("1", unit_price=10, tax=1, shipping=2)], tax=4, shipping=8, redeem=300)
    customer = row(points=PointFigures(active=500))
    worth: dict[str, Any] = {"point_value": "0.01"}
    rule = EarningRule("base", points=1, per=1)

    def basis(**settings: Any) -> Decimal:
        return quoted(rule, cart=cart, customer=customer, orders=OrderPolicy(**worth, **settings)).basis

    assert basis() == 7
    assert basis(earns_on_redeemed=True) == 10
    assert basis(earns_on_tax=True, earns_on_shipping=True) == 22
    purchase = Purchase(
        cart=cart, customer=None, at=AT, zone=program().zone, policy=OrderPolicy(point_value=1), redeemed=99
    )
    assert (purchase.basis, purchase.tier) == (Decimal(0), "")


# The host's own rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [5, Decimal("5.5"), Fraction(11, 2)])
def test_a_function_of_the_host_grants(answer: Any) -> None:
    """A function gives an exact number of points, which is rounded with the others."""
    rules = program(EarningRule("own", function="own"))
    registry = Registry(earning={"own": lambda purchase: answer})
    registry.check(rules)
    assert rules.quote(CART, at=AT, functions=registry.earning).points == 5


@pytest.mark.parametrize("answer", [-1, True, 1.5, None, "5", Decimal("NaN"), Fraction(-1, 2)])
def test_a_function_that_gives_no_points_is_refused(answer: Any) -> None:
    """What is no exact number of 0 or more is the function's fault, by its name."""
    rules = program(EarningRule("own", function="own"))
    with pytest.raises(InvalidInput) as caught:
        rules.quote(CART, at=AT, functions={"own": lambda purchase: answer})
    assert caught.value.path == "own"


@pytest.mark.parametrize("answer", [10**40, Decimal("1e400"), Decimal("1e-2000"), Fraction(10**40, 3), POINTS_MAX + 1])
def test_a_function_that_gives_too_much_is_refused(answer: Any) -> None:
    """A number beyond every award is the rule's fault, whatever it is made of."""
    with pytest.raises(LimitExceeded) as caught:
        program(EarningRule("own", function="own")).quote(CART, at=AT, functions={"own": lambda purchase: answer})
    assert caught.value.path == "earning[own]"


def test_a_function_sees_the_lines_after_their_discounts() -> None:
    """The purchase has the lines with what each costs, and the money by which the whole order earns."""
    seen: list[Any] = []
    cart = Cart(items=[Item("1", unit_price=60, discounts=[Discount(percent=50)])], discounts=[Discount(amount=5)])

    def own(purchase: Purchase) -> int:
        seen.append(purchase)
        return len(purchase.items)

    assert program(EarningRule("own", function="own")).quote(cart, at=AT, functions={"own": own}).points == 1
    assert (seen[0].items, seen[0].basis) == (((cart.items[0], Decimal(30)),), Decimal(25))


def test_a_function_that_was_not_given_is_refused() -> None:
    """A rule whose function is not handed over, or cannot be called, is named by its path."""
    rules = program(EarningRule("own", function="own"))
    for functions in (None, {}, {"own": 5}):
        with pytest.raises(InvalidInput, match="not among the functions") as caught:
            rules.quote(CART, at=AT, functions=functions)  # type: ignore[arg-type]
        assert caught.value.path == "earning[own].function"


def test_a_function_must_be_in_the_registry() -> None:
    """A rule whose function the host does not have is refused before anything runs."""
    with pytest.raises(InvalidInput, match="did you mean own") as caught:
        Registry(earning={"own": lambda purchase: 1}).check(program(EarningRule("x", function="onw")))
    assert caught.value.path == "earning[x].function"


# Redeeming ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "requested", "balance", "points"),
    [
        ({}, 0, 500, 0),
        ({}, 300, 500, 300),
        ({}, 700, 500, 500),
        ({}, 50_000, 60_000, 15_000),
        ({"redeem_cap": 50}, 50_000, 60_000, 7_500),
        ({"redeem_step": 100}, 299, 500, 200),
        ({"redeem_min": 200}, 199, 500, 0),
        ({"redeem_step": 100}, 99, 500, 0),
    ],
)
def test_redeeming(settings: dict[str, Any], requested: int, balance: int, points: int) -> None:
    """As many as asked for, at most the balance and the cap, down to a whole step, none below the least."""
    policy = OrderPolicy(point_value="0.01", **settings)
    found = redeemable(CART, balance, policy, requested)
    assert found == (points, Decimal(points) / 100)


def test_a_price_in_points_rounds_up() -> None:
    """The next whole point pays; without a worth of points there is no price."""
    assert [price_in_points(each, OrderPolicy(point_value="0.10")) for each in ("9.99", "10", 0)] == [100, 100, 0]
    with pytest.raises(InvalidInput, match="0 or more"):
        price_in_points("-1", OrderPolicy(point_value=1))
    with pytest.raises(InvalidInput, match="point_value"):
        price_in_points(1, OrderPolicy())
    with pytest.raises(InvalidInput, match="point_value"):
        redeemable(CART, 5, OrderPolicy(), 5)
    assert value_of(5, OrderPolicy()) == 0


# Rules as values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({}, ["points"]),
        ({"points": 1, "multiplier": 2}, ["multiplier"]),
        ({"points": 1, "by_tier": {"": 1}, "function": "f"}, ["by_tier", "function"]),
        ({"function": "f", "per": 1}, ["per"]),
        ({"multiplier": 2, "max_per_order": 5, "expiry": "1Y", "ledger": "x"}, ["max_per_order", "expiry", "ledger"]),
        ({"points": 1, "max_per_period": 5}, ["period"]),
        ({"points": 1, "period": Period("monthly")}, ["max_per_period"]),
        (
            {"points": 1, "max_per_period": 5, "period": Period("monthly"), "max_per_customer": 9},
            ["max_per_customer"],
        ),
        ({"points": 1, "starts_at": AT, "ends_at": AT}, ["ends_at"]),
        ({"points": 1, "starts_at": datetime(2026, 1, 1)}, ["starts_at"]),
        ({"multiplier": 0}, ["multiplier"]),
        ({"multiplier": -2}, ["multiplier"]),
        ({"multiplier": 1001}, ["multiplier"]),
        ({"multiplier": 1.5}, ["multiplier"]),
        ({"by_tier": {}}, ["by_tier"]),
        ({"by_tier": {"Gold": 0}}, ["by_tier"]),
        ({"by_tier": {"Gold": -1}}, ["by_tier.Gold"]),
        ({"by_tier": [1]}, ["by_tier"]),
        ({"by_tier": {f"t-{number}": 1 for number in range(101)}}, ["by_tier"]),
        ({"function": "No-Name"}, ["function"]),
        ({"points": 1, "priority": 1.5}, ["priority"]),
        ({"points": 1, "priority": True}, ["priority"]),
        ({"points": 1, "priority": 10**7}, ["priority"]),
        ({"points": 1, "stacks": 1}, ["stacks"]),
        ({"points": 1, "steps": "whole_steps"}, ["steps"]),
        ({"points": 1, "where": "net:>5"}, ["where"]),
        ({"points": 1, "where": CustomerFields.tier == "Gold"}, ["where"]),
        ({"points": 1, "who": CartFields.net > 5}, ["who"]),
        ({"points": 1, "expiry": "5d"}, ["expiry"]),
        ({"points": 1, "activation": "now"}, ["activation"]),
        ({"points": 1, "ledger": "x" * 256}, ["ledger"]),
    ],
)
def test_a_rule_that_cannot_be_is_refused(fields: dict[str, Any], paths: list[str]) -> None:
    """What contradicts itself or is out of range is named by its path, all of it at once."""
    with pytest.raises(InvalidDocument) as caught:
        EarningRule("x", **fields)
    assert [fault.path for fault in caught.value.faults] == paths


def test_what_was_compiled_is_no_part_of_a_program() -> None:
    """Programs are equal, shown and written by what their rules say; a copy asks its own conditions."""
    rule = EarningRule("a", points=1, where=CartFields.net >= 100, starts_at=AT)
    rules = program(rule)
    rules.quote(CART, at=AT)
    same = program(EarningRule("a", points=1, where=CartFields.net >= 100, starts_at=AT))
    assert (rules, repr(rules), rules.to_document()) == (same, repr(same), same.to_document())
    assert "Compiled" not in repr(rules)
    dear = attrs.evolve(rules, earning=(attrs.evolve(rule, where=CartFields.net >= 1000),))
    assert [each.quote(CART, at=AT).points for each in (rules, dear, copy.deepcopy(rules))] == [1, 0, 1]
    plain = program(BASE, EarningRule("x", multiplier=2), EarningRule("own", function="own"))
    assert pickle.loads(pickle.dumps(plain)) == plain  # noqa: S301 - our own bytes


def test_a_rule_in_a_document_comes_back() -> None:
    """A document of every kind of rule is read and written alike; conditions are search strings or JSON."""
    where = {"version": 1, "noun": "cart", "where": {"field": "net", "op": ">=", "value": "100"}}
    document = {
        "id": "beans",
        "currency": "EUR",
        "timezone": "UTC",
        "orders": {"point_value": "0.01", "restore_grace": "7D", "rollback_basis": "refund_amount"},
        "tiers": {"measure": "orders", "levels": [{"name": "Gold", "at": 1}]},
        "earning": [
            {"id": "a", "points": 5, "where": where, "starts_at": "2026-01-01T00:00:00Z", "ends_at": AT},
            {"id": "b", "multiplier": "1.5", "items": "category:tea", "who": "tag:vip tier:Gold", "priority": 3},
            {"id": "c", "by_tier": {"Gold": 2, "": 1}, "per": "1.50", "steps": "proportional", "stacks": False},
            {"id": "d", "function": "own", "max_per_period": 9, "period": "monthly", "ledger": "stars"},
            {"id": "e", "points": 1, "per": 1, "activation": "1D", "expiry": "unlimited", "max_per_order": 7},
        ],
    }
    read = Program.from_document(document)
    assert Program.from_document(read.to_document()) == read
    assert read.to_document() == Program.from_document(read.to_document()).to_document()
    assert [rule.is_plain for rule in read.earning] == [False] * 5


def test_twenty_faults_are_twenty() -> None:
    """A document with twenty faults names all twenty by their paths."""
    document = {
        "id": "Beans",
        "version": 0,
        "currency": "eur",
        "timezone": "Mars",
        "points": {"scale": 9, "rounding": "up", "hold_for": "x"},
        "orders": {"point_value": 0, "redeem_step": 0, "redeem_cap": 101, "rollback_basis": "x", "grace": 1},
        "earning": [
            {"id": "a", "points": 0},
            {"id": "b", "points": 1, "where": "nett:>5", "who": "sort:name", "items": 7},
            {"id": "c", "points": 1, "where": {"noun": "cart"}, "items": "category:tea sort:sku"},
            {"id": "d", "multiplier": 2, "max_per_order": 1},
            {"id": "e", "points": None},
        ],
    }
    with pytest.raises(InvalidDocument) as caught:
        Program.from_document(document)
    paths = [fault.path for fault in caught.value.faults]
    assert len(paths) == len(set(paths)) == 20
    assert {"orders.redeem_cap", "earning[1].where", "earning[2].items", "earning[3].max_per_order"} <= set(paths)


def test_other_settings_are_refused() -> None:
    """The policy of orders is one, and so is the cart, with the program's money; an instant is aware."""
    with pytest.raises(InvalidDocument, match="OrderPolicy"):
        program(orders=5)
    with pytest.raises(InvalidInput, match="currency"):
        program().quote({"total": 5, "currency": "USD"}, at=AT)
    with pytest.raises(InvalidInput):
        program().quote({"total": 5}, at=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"customer": "ada"}, "customer"),
        ({"customer": CustomerRow("ada", None, AT)}, "customer.customer"),  # type: ignore[arg-type]
        ({"customer": CustomerRow(row().customer, None, AT)}, "customer.membership"),  # type: ignore[arg-type]
        ({"functions": [("own", len)]}, "functions"),
        ({"redeemed": -1}, "redeemed"),
        ({"redeemed": True}, "redeemed"),
        ({"at": None}, "at"),
        ({"cart": {"total": "5", "currency": "USD"}}, "cart.currency"),
    ],
)
def test_an_argument_of_another_kind_is_refused(given: dict[str, Any], path: str) -> None:
    """Each argument of a quote is refused by its own path."""
    with pytest.raises(InvalidInput) as caught:
        program().quote(**{"cart": CART, "at": AT, **given})
    assert caught.value.path == path


def test_what_is_redeemed_can_be_said() -> None:
    """Points that are said to pay for the order do, whatever the cart asks for; nobody redeems who takes no part."""
    rules = program(BASE, orders=OrderPolicy(point_value="0.50"))
    assert rules.quote(CART, at=AT, redeemed=100).redemption == (100, Decimal(50))
    assert rules.quote(CART, at=AT, redeemed=0).basis == 150
    assert rules.quote(CART, row(is_excluded=True), at=AT, redeemed=100).redemption == (0, Decimal(0))
