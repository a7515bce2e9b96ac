"""The laws of earning: what is quoted is what is awarded, and both are what the rules say, read one by one."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Customer, CustomerRow, Membership, Standing
from loyalcore.domain.earning import EarningRule, Purchase, Quote, Steps, Why
from loyalcore.domain.ledger import PointsPolicy
from loyalcore.domain.orders import (
    Cart,
    CartFields,
    Discount,
    Item,
    ItemFields,
    Order,
    OrderAward,
    OrderPolicy,
    OrderReturn,
    OrderState,
    RollbackBasis,
    Weight,
    due,
    share_of,
)
from loyalcore.domain.programs import Program, Registry
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.fields import CustomerFields
from loyalcore.query import Condition, days_ago, matches
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.clock import to_micros
from loyalcore.values.periods import Period
from loyalcore.values.points import Rounding
from tests.property._examples import share

AT: Final = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
FUNCTIONS: Final = {"a_third": lambda purchase: Fraction(len(purchase.items), 3)}
REGISTRY: Final = Registry(earning=FUNCTIONS)
LINES: Final = ("1", "2", "3")

# Programs, carts, customers -------------------------------------------------------------------------------------------

MOMENT: Final = timedelta(microseconds=1)
FREE: Final[tuple[None, ...]] = (None,) * 4
wheres: st.SearchStrategy[Condition | None] = st.sampled_from(
    [*FREE, CartFields.net >= 40, CartFields.coupons.has("spring"), ~(CartFields.products > 3)]
)
whos: st.SearchStrategy[Condition | None] = st.sampled_from(
    [*FREE, CustomerFields.tags.has("VIP"), CustomerFields.registered_at >= days_ago(30), CustomerFields.tier != "gold"]
)
abouts: st.SearchStrategy[Condition | None] = st.sampled_from(
    [*FREE, ItemFields.category == "TEA", ItemFields.net > 10, ItemFields.category.is_missing()]
)
windows: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        *[{}] * 6,
        {"starts_at": AT},
        {"starts_at": AT + MOMENT},
        {"ends_at": AT},
        {"ends_at": AT + MOMENT},
        {"starts_at": AT - MOMENT, "ends_at": AT + MOMENT},
    ]
)
moneys = st.sampled_from(["1", "1.50", "7", "0.01"])
steps = st.sampled_from(Steps)
few, mosts = st.integers(1, 9), st.integers(1, 30)
ways: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"points": few, "per": moneys, "steps": steps}),
    st.fixed_dictionaries({"points": few}),
    st.fixed_dictionaries({"by_tier": st.fixed_dictionaries({"": few, "Gold": few}), "per": moneys}),
    st.just({"function": "a_third"}),
)
caps: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"max_per_order": mosts}),
    st.fixed_dictionaries({"max_per_customer": mosts}),
    st.fixed_dictionaries({"max_per_period": mosts, "period": st.sampled_from(Period)}),
)
granting = st.builds(
    lambda way, cap, ledger: {**way, **cap, "ledger": ledger}, ways, caps, st.sampled_from(["", "", "stars"])
)
multiplying = st.fixed_dictionaries({"multiplier": st.sampled_from(["2", "1.5", "0.333333333", "1"])})


kinds: st.SearchStrategy[dict[str, Any]] = st.sampled_from([granting, granting, multiplying]).flatmap(lambda kind: kind)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[EarningRule, ...]:
    """Draw two to five rules."""
    return tuple(
        [
            EarningRule(
                name,
                **draw(kinds),
                **draw(windows),
                where=draw(wheres),
                who=draw(whos),
                items=draw(abouts),
                priority=draw(st.sampled_from([0, 0, 1])),
                stacks=draw(st.sampled_from([True, True, False])),
            )
            for name in draw(st.lists(st.sampled_from("abcde"), min_size=2, max_size=5, unique=True))
        ]
    )


def program_of(rules: tuple[EarningRule, ...], rounding: Rounding) -> Program:
    """Make a program of some rules."""
    return Program(
        "beans",
        currency="EUR",
        timezone="Europe/Berlin",
        points=PointsPolicy(rounding=rounding),
        orders=OrderPolicy(point_value="0.05", earns_on_tax=True),
        earning=rules,
        tiers=TierSet(measure=Measure.MONEY_SPENT, levels=(Level("Silver", 30), Level("Gold", 90))),
    )


programs = st.builds(program_of, rule_sets(), st.sampled_from(Rounding))
lines = st.builds(
    lambda cents, quantity, category, percent: {
        "unit_price": Decimal(cents) / 100,
        "quantity": quantity,
        "category": category,
        "discounts": [Discount(percent=percent)],
        "tax": cents % 7,
    },
    st.sampled_from([1999, 3333, 5000, 999, 99, 1, 0]),
    st.integers(1, 4),
    st.sampled_from(["tea", "mug", None]),
    st.sampled_from([0, 0, 10, 33]),
)
carts = st.builds(
    lambda found, percent, coupons, redeem: Cart(
        items=[Item(LINES[number], **each) for number, each in enumerate(found)],
        discounts=[Discount(percent=percent)],
        coupons=coupons,
        redeem=redeem,
    ),
    st.lists(lines, min_size=2, max_size=3),
    st.sampled_from([0, 0, 50]),
    st.sampled_from([(), ("SPRING",)]),
    st.sampled_from([0, 0, 40]),
)
rows = st.builds(
    lambda tags, tier, days, counted: CustomerRow(
        Customer(
            environment="live",
            customer_id="ada",
            holder_id="h1",
            registered_at=AT - timedelta(days=days),
            tags=tags,
        ),
        Membership(
            environment="live", holder_id="h1", program_id="beans", standing=Standing(tier=tier), caps=tuple(counted)
        ),
        AT,
    ),
    st.sampled_from([(), ("vip",)]),
    st.sampled_from([None, "Gold", "Silver"]),
    st.integers(28, 32),
    st.lists(st.tuples(st.sampled_from("abcde"), st.just(to_micros(AT)), st.integers(0, 9)), max_size=2),
)

known: st.SearchStrategy[CustomerRow | None] = st.sampled_from([rows] * 4 + [st.none()]).flatmap(lambda each: each)

# What the rules say, read one by one ----------------------------------------------------------------------------------


def rounded(value: Fraction, mode: Rounding) -> int:
    """Round by the definition of each mode."""
    if mode is Rounding.FLOOR:
        return math.floor(value)
    return math.ceil(value) if mode is Rounding.CEIL else math.floor(value + Fraction(1, 2))


def has_a_say(rule: EarningRule, cart: Cart, row: CustomerRow | None, zone: Any) -> bool:
    """Tell whether a rule runs and its conditions are met."""
    runs = (rule.starts_at is None or rule.starts_at <= AT) and (rule.ends_at is None or rule.ends_at > AT)
    where = rule.where is None or matches(rule.where, cart, AT, zone)
    who = rule.who is None or (row is not None and matches(rule.who, row, AT, zone))
    return runs and where and who and bool(lines_of(rule, cart, zone))


def lines_of(rule: EarningRule, cart: Cart, zone: Any) -> dict[str, Fraction]:
    """Give what the lines that a rule is about cost."""
    about = [each for each in cart.amounts.rows if rule.items is None or matches(rule.items, each, AT, zone)]
    return {each.item.line_id: Fraction(each.net) for each in about}


def granted(rule: EarningRule, purchase: Purchase, zone: Any) -> tuple[Fraction, dict[str, Fraction]]:
    """Give the exact points of a rule before multipliers, and the weights of its lines."""
    cart, weights = purchase.cart, lines_of(rule, purchase.cart, zone)
    pieces = {item.line_id: Fraction(item.quantity) for item in cart.items if item.line_id in weights}
    if rule.function is not None:
        return FUNCTIONS[rule.function](purchase), weights
    points = rule.points if rule.by_tier is None else rule.by_tier.get(purchase.tier, 0)
    assert points is not None
    if rule.per is None:
        count = Fraction(1) if rule.items is None else sum(pieces.values(), Fraction(0))
        return count * points, weights if rule.items is None else pieces
    money = Fraction(purchase.basis) if rule.items is None else sum(weights.values(), Fraction(0))
    count = money / Fraction(rule.per)
    return Fraction(math.floor(count) if rule.steps is Steps.WHOLE_STEPS else count) * points, weights


def factor_of(weights: dict[str, Fraction], multipliers: list[EarningRule], cart: Cart, zone: Any) -> Fraction:
    """Give by how much multipliers multiply what comes from some lines."""
    if not any(weights.values()):
        weights = {item.line_id: Fraction(item.quantity) for item in cart.items if item.line_id in weights}
    raised = dict(weights)
    for rule in multipliers:
        for line in lines_of(rule, cart, zone):
            if line in raised:
                raised[line] *= Fraction(rule.multiplier or 1)
    return sum(raised.values(), Fraction(0)) / sum(weights.values(), Fraction(0))


def read_one_by_one(program: Program, purchase: Purchase) -> dict[str, int]:
    """Work out what each rule grants, as slowly and plainly as the rules are written."""
    cart, row, zone = purchase.cart, purchase.customer, program.zone
    said: list[EarningRule] = []
    for rule in sorted(program.earning, key=lambda each: (-each.priority, each.id)):
        is_first = rule.stacks or all(each.stacks for each in said)
        if has_a_say(rule, cart, row, zone) and is_first:
            said.append(rule)
    multipliers = [rule for rule in said if rule.multiplier is not None]
    points = dict.fromkeys([rule.id for rule in program.earning], 0)
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for rule in said:
        if rule.multiplier is not None:
            continue
        exact, weights = granted(rule, purchase, zone)
        before = rounded(sums[rule.ledger], program.points.rounding)
        sums[rule.ledger] += exact * factor_of(weights, multipliers, cart, zone)
        won = rounded(sums[rule.ledger], program.points.rounding) - before
        limits = [most for most in (rule.max_per_order, rule.max_per_customer, rule.max_per_period) if most is not None]
        points[rule.id] = min([won, *limits])
    return points


def quote(program: Program, cart: Cart, row: CustomerRow | None) -> Quote:
    """Quote at the instant of all orders here."""
    return program.quote(cart, row, at=AT, functions=FUNCTIONS)


# The laws -------------------------------------------------------------------------------------------------------------


@given(program=programs, cart=carts, row=known)
def test_a_quote_is_what_the_rules_say(program: Program, cart: Cart, row: CustomerRow | None) -> None:
    """Each rule grants what it says when it is read by itself; the trace names each rule once, in order."""
    found = quote(program, cart, row)
    purchase = Purchase(cart, row, AT, program.zone, program.orders, found.redemption.points)
    assert {step.rule: step.points for step in found.trace} == read_one_by_one(program, purchase)
    assert [step.rule for step in found.trace] == [plan.rule.id for plan in program.rules]
    assert [award.rule for award in found.awards] == [step.rule for step in found.trace if step.points]
    assert all(step.has_fired for step in found.trace if step.points)
    for (rule, *_), step in zip(program.rules, found.trace, strict=True):
        is_outside = (rule.starts_at is not None and rule.starts_at > AT) or (
            rule.ends_at is not None and rule.ends_at <= AT
        )
        assert (step.why is Why.NOT_RUNNING) is is_outside


@share(2)
@given(program=programs, cart=carts, row=known, data=st.data())
def test_the_order_of_rules_makes_no_difference(
    program: Program, cart: Cart, row: CustomerRow | None, data: st.DataObject
) -> None:
    """Rules that are written in another order grant the same, step by step."""
    other = attrs.evolve(program, earning=tuple(data.draw(st.permutations(program.earning))))
    assert quote(other, cart, row) == quote(program, cart, row)


@share(2)
@given(rules=rule_sets(), cart=carts, row=known)
def test_of_those_that_do_not_stack_the_first_wins(
    rules: tuple[EarningRule, ...], cart: Cart, row: CustomerRow | None
) -> None:
    """Of the rules that do not stack only the first whose conditions are met has a say, beside all that do stack."""
    program = program_of(rules, Rounding.FLOOR)
    why = {step.rule: step.why for step in quote(program, cart, row).trace}
    met = [plan.rule for plan in program.rules if has_a_say(plan.rule, cart, row, program.zone)]
    alone = [rule.id for rule in met if not rule.stacks]
    assert {name for name, each in why.items() if each is Why.NOT_FIRST} == set(alone[1:])
    silent = {Why.NOT_RUNNING, Why.WHERE, Why.WHO, Why.ITEMS, Why.NOT_FIRST}
    assert {name for name, each in why.items() if each not in silent} == {rule.id for rule in met} - set(alone[1:])


@share(2)
@given(rules=rule_sets(), cart=carts, row=known)
def test_the_modes_of_rounding_are_in_order(
    rules: tuple[EarningRule, ...], cart: Cart, row: CustomerRow | None
) -> None:
    """Without caps, down is at most half up, half up at most up, and down and up are within one point of a ledger."""
    no_caps: dict[str, Any] = {"max_per_order": None, "max_per_customer": None, "max_per_period": None, "period": None}
    free = tuple([attrs.evolve(each, **no_caps) for each in rules])
    by_mode = []
    for mode in (Rounding.FLOOR, Rounding.HALF_UP, Rounding.CEIL):
        sums: dict[str, int] = {"": 0, "stars": 0}
        for award in quote(program_of(free, mode), cart, row).awards:
            sums[award.ledger] += award.points
        by_mode.append(sums)
    down, half_up, up = by_mode
    for ledger in ("", "stars"):
        assert down[ledger] <= half_up[ledger] <= up[ledger] <= down[ledger] + 1


@share(2)
@given(program=programs, cart=carts, row=known)
def test_lines_stand_for_the_whole_award(program: Program, cart: Cart, row: CustomerRow | None) -> None:
    """The shares of its lines are the whole of an award, and when every line has gone back, so has every point."""
    found = quote(program, cart, row)
    awards = tuple(
        [
            OrderAward(
                rule=award.rule,
                ledger=award.ledger,
                entry_id=award.rule,
                points=award.points,
                weights=tuple(map(Weight._make, award.weights.items())),
            )
            for award in found.awards
        ]
    )
    order = Order(
        environment="live",
        order_id="o-1",
        holder_id="h1",
        customer_id="ada",
        program_id="beans",
        state=OrderState.PARTIALLY_RETURNED,
        cart=cart,
        created_at=AT,
        updated_at=AT,
        awards=awards,
    )
    backs = [
        OrderReturn(return_id=item.line_id, at=AT, items=((item.line_id, item.quantity),), reversed=0)
        for item in cart.items
    ]
    for award in found.awards:
        assert all(weight >= 0 for weight in award.weights.values())
        assert sum(share_of(attrs.evolve(order, returns=(each,)), award.weights) for each in backs) == 1
    by_ledger: dict[str, int] = defaultdict(int)
    for award in found.awards:
        by_ledger[award.ledger] += award.points
    assert due(attrs.evolve(order, returns=tuple(backs)), RollbackBasis.RECORDED) == by_ledger


class Shop:
    """A customer who buys again and again."""

    def __init__(self, program: Program) -> None:
        self.clock = FixedClock(AT)
        self.shop = Loyalty(
            MemoryStore(), [program], clock=self.clock, ids=CountedIds(), actor="till", registry=REGISTRY
        )
        self.shop.customers.register("ada")
        self.shop.customers.tag("ada", add=["vip"], key="tag")

    def buy(self, number: int, cart: Cart) -> Order:
        """Close an order that was quoted before."""
        quoted = self.shop.orders.quote("ada", cart)
        order = self.shop.orders.close("ada", f"o-{number}", cart, key=f"k-{number}").order
        assert order is not None
        booked = [(award.rule, award.ledger, award.points, dict(award.weights)) for award in order.awards]
        assert booked == [(award.rule, award.ledger, award.points, award.weights) for award in quoted.awards]
        assert order.redeemed == quoted.redemption.points
        return order


@share(4)
@given(program=programs, bought=st.lists(st.tuples(carts, st.integers(0, 40)), min_size=1, max_size=4))
def test_what_is_quoted_is_awarded_within_its_caps(program: Program, bought: list[tuple[Cart, int]]) -> None:
    """Each order of a series is awarded what was quoted, and no cap per order, customer or period is ever passed."""
    shop = Shop(program)
    rules = {rule.id: rule for rule in program.earning}
    counted: dict[tuple[str, int], int] = defaultdict(int)
    for number, (cart, hours) in enumerate(bought):
        for award in shop.buy(number, cart).awards:
            rule = rules[award.rule]
            assert award.points <= (rule.max_per_order or award.points)
            until = rule.capped_until(to_micros(shop.clock.now()), program.zone)
            counted[award.rule, until] += award.points
            assert counted[award.rule, until] <= (rule.cap or counted[award.rule, until])
        shop.clock.move(hours=hours)
