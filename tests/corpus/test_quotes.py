"""Every parameter of a program's quote with every nasty value, and every field of the cart that it is given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import attrs
import pytest

from loyalcore.domain.customers import Customer, CustomerRow, Membership, PointFigures
from loyalcore.domain.earning import EarningRule, Quote, Steps
from loyalcore.domain.orders import Cart, CartFields, Discount, Item, ItemFields, OrderPolicy, Payment
from loyalcore.domain.programs import Program
from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.fields import CustomerFields
from loyalcore.query import Relative, days_ago
from loyalcore.values.periods import Period
from tests.corpus._calls import tried
from tests.corpus._values import NASTY, Hostile, HostileInt

AT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
PROGRAM: Final = Program(
    "beans",
    currency="EUR",
    timezone="Europe/Berlin",
    orders=OrderPolicy(point_value="0.01", earns_on_tax=True, earns_on_shipping=True),
    earning=(
        EarningRule("base", points=1, per="1.50", max_per_period=50, period=Period("monthly")),
        EarningRule("share", points=1, per=7, steps=Steps.PROPORTIONAL, where=CartFields.coupons.has("tea")),
        EarningRule("tea", multiplier="1.5", items=ItemFields.category == "tea"),
        EarningRule("mugs", points=2, items=~(ItemFields.attributes["color"] == "red"), stacks=False),
        EarningRule("new", points=5, who=CustomerFields.registered_at >= days_ago(30), starts_at=AT),
        EarningRule("own", function="own", who=~CustomerFields.tags.has("vip")),
    ),
)
CUSTOMER: Final = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=AT)
MEMBER: Final = Membership(
    environment="live", holder_id="h1", program_id="beans", points=PointFigures(active=500, awarded=500)
)
LINE: Final = {"line_id": "1", "unit_price": "9.90", "quantity": 2, "category": "tea"}
CART: Final[dict[str, Any]] = {"items": [LINE], "redeem": 5}
GOOD: Final[dict[str, Any]] = {
    "cart": CART,
    "customer": CustomerRow(CUSTOMER, MEMBER, AT),
    "at": AT,
    "functions": {"own": lambda purchase: 1},
    "redeemed": 5,
}
DOCUMENTED: Final = (InvalidDocument, InvalidInput, LimitExceeded, type(None))
# Where a value stands in a cart, and the tables in which it does.
PLACES: Final[dict[str, tuple[str, type[Any]]]] = {
    "cart": ("", Cart),
    "item": ("items", Item),
    "discount": ("discounts", Discount),
    "payment": ("payments", Payment),
}
REST: Final[dict[str, dict[str, Any]]] = {
    "cart": CART,
    "item": LINE,
    "discount": {},
    "payment": {"kind": "card", "amount": "1"},
}


def quote(**given: Any) -> Quote:
    """Quote, with some arguments in the place of good ones."""
    return PROGRAM.quote(**{**GOOD, **given})


def wrong_with(parameter: str, values: dict[str, Any]) -> list[str]:
    """Name the values of a parameter that are neither taken nor refused by a documented error."""
    faults = []
    for label, value in values.items():
        refusal, wrong = tried(lambda value=value: quote(**{parameter: value}), parameter, value)  # type: ignore[misc]
        if not wrong and not isinstance(refusal, DOCUMENTED):
            wrong = f"raised {type(refusal).__name__}, which is not in its list"
        if wrong:
            faults.append(f"{label}: {wrong}")
    return faults


def test_good_arguments_are_good() -> None:
    """The arguments that are spoiled one by one are taken as they stand."""
    assert quote().points > 0


@pytest.mark.parametrize("parameter", GOOD)
def test_a_nasty_argument_is_taken_or_refused(parameter: str) -> None:
    """A quote, or an error of its documented list, soon and in few words."""
    assert wrong_with(parameter, NASTY) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_nasty_part_of_a_cart_is_taken_or_refused(place: str) -> None:
    """Each field of a cart, its items, discounts and payments may be anything, in its document and as values."""
    name, kind = PLACES[place]
    faults = []
    for field in attrs.fields(kind):
        if not field.init:
            continue
        for label, value in NASTY.items():
            part = {**REST[place], field.name: value}
            cart = {**CART, name: [part]} if name else part
            faults += wrong_with("cart", {f"{place}.{field.name}={label}": cart})
    assert faults == []


def test_rows_whose_parts_are_something_else_are_refused() -> None:
    """A row is as good as its customer and its membership."""
    for label, value in NASTY.items():
        for row in (CustomerRow(value, MEMBER, AT), CustomerRow(CUSTOMER, value, AT)):
            with pytest.raises(InvalidInput) as caught:
                quote(customer=row)
            assert caught.value.path.startswith("customer."), label


@pytest.mark.parametrize("label", NASTY)
def test_a_nasty_answer_of_a_function_is_taken_or_refused(label: str) -> None:
    """What the host's own rule gives is exact points, or refused by the name of the rule."""
    assert wrong_with("functions", {label: {"own": lambda purchase: NASTY[label]}}) == []


@pytest.mark.parametrize("value", [None, 5, "own", Hostile()], ids=["none", "int", "str", "hostile"])
def test_a_function_that_is_none_is_refused(value: Any) -> None:
    """A rule whose function is missing or cannot be called is named."""
    for functions in ({"own": value}, {}, None):
        with pytest.raises(InvalidInput) as caught:
            quote(functions=functions)
        assert caught.value.path == "earning[own].function"


def test_which_arguments_are_refused_by_which_path() -> None:
    """Faults of the cart come first, then its currency, the customer, the instant, the functions and the points."""
    spoiled: dict[str, Any] = {
        "cart": {"items": []},
        "customer": "ada",
        "at": datetime(2026, 1, 1),
        "functions": [],
        "redeemed": -1,
    }
    paths = []
    for name in (*spoiled, ""):
        try:
            quote(**spoiled)
        except InvalidDocument as error:
            paths.append(error.faults[0].path)
        except (InvalidInput, LimitExceeded) as error:
            paths.append(error.path)
        spoiled.pop(name, None)
        if name == "cart":
            spoiled["cart"] = {**CART, "currency": "USD"}
            with pytest.raises(InvalidInput) as caught:
                quote(**spoiled)
            assert caught.value.path == "cart.currency"
            del spoiled["cart"]
    assert paths == ["cart.items", "customer", "at", "functions", "redeemed"]


def test_a_day_beyond_the_calendar_is_refused() -> None:
    """A condition that counts further back than days go is refused when it is asked, and not before."""
    rule = EarningRule("old", points=1, who=CustomerFields.registered_at >= Relative(-9_000, "y"))
    with pytest.raises(LimitExceeded):
        attrs.evolve(PROGRAM, earning=(rule,)).quote(CART, GOOD["customer"], at=AT)


def test_plain_numbers_come_of_unplain_ones() -> None:
    """A number that does not want to be shown is shown in the answer as the number that it is."""
    found = quote(functions={"own": lambda purchase: HostileInt(7)}, redeemed=HostileInt(5))
    assert "Redemption(points=5, " in repr(found)
    assert sum(award.points for award in found.awards if award.rule == "own") == 10
