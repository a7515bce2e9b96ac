"""Money and its checks."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal, localcontext

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import money
from loyalcore.values.money import Money, check_amount, check_currency, exact_sum


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.50", "12.50"),
        ("-12.50", "-12.50"),
        ("0", "0"),
        ("-0.00", "0.00"),
        ("007", "7"),
        ("999999999999999.999999999", "999999999999999.999999999"),
        (12, "12"),
        (0, "0"),
        (-(10**15) + 1, "-999999999999999"),
        (Decimal("12.50"), "12.50"),
        (Decimal("-0"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E+30"), "0"),
        (Decimal("1E-7"), "0.0000001"),
    ],
)
def test_an_exact_amount_is_taken(value: object, text: str) -> None:
    """A text, an int and a Decimal give the amount in fixed point, its decimal places kept, without a negative zero."""
    found = check_amount(value, "total")
    assert (type(found), f"{found:f}") == (Decimal, text)
    assert found.as_tuple().exponent == Decimal(text).as_tuple().exponent


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "1e3",
        "1E+3",
        "1_000",
        "1,000",
        "1.",
        ".5",
        "--1",
        "0x10",
        "NaN",
        "Infinity",
        "١٢",
        "½",
    ],
)
def test_any_other_text_is_refused(value: str) -> None:
    """Exponents, underscores, blanks, signs, grouping and digits of other scripts are refused, not guessed."""
    with pytest.raises(InvalidInput, match=r"^total: "):
        check_amount(value, "total")


@pytest.mark.parametrize("value", [1.0, True, False, None, [], b"1", complex(1)])
def test_no_other_type_is_an_amount(value: object) -> None:
    """Floats and bools are no amounts, nor is None."""
    with pytest.raises(InvalidInput, match="must be a text, an int or a Decimal"):
        check_amount(value, "total")


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_an_amount_is_finite(value: str) -> None:
    """A Decimal that is no number is refused."""
    with pytest.raises(InvalidInput, match="finite"):
        check_amount(Decimal(value), "total")


@pytest.mark.parametrize(
    "value",
    [
        "1000000000000000",
        "0.0000000001",
        pytest.param("9" * 1_000_000, id="a megabyte"),
        10**15,
        pytest.param(10**10_000, id="a number of 10,000 digits"),
        Decimal("1E+15"),
        Decimal("1E+999999"),
        Decimal("0.0000000001"),
        Decimal("1E-999999"),
    ],
)
def test_too_many_digits_exceed_the_limit(value: object) -> None:
    """An amount has at most 15 digits before the point and 9 after it, however it is given."""
    with pytest.raises(LimitExceeded) as caught:
        check_amount(value, "total")
    assert caught.value.limit in {9, 15}


def test_the_context_of_decimal_makes_no_difference() -> None:
    """A host that computes with two digits loses none of an amount."""
    with localcontext(prec=2):
        for value in ("123456.789", Decimal("123456.789")):
            assert str(check_amount(value, "total")) == "123456.789"
        assert str(check_amount(-123456, "total")) == "-123456"


def test_a_sum_is_exact() -> None:
    """The largest and the smallest amount are added without a digit lost; of no amounts the sum is 0."""
    most, least = Decimal("999999999999999.999999999"), Decimal("0.000000001")
    with localcontext(prec=2):
        assert str(exact_sum([most, least])) == "1000000000000000.000000000"
        assert str(exact_sum([])) == "0"


def test_a_currency_is_three_letters() -> None:
    """EUR is a currency."""
    assert check_currency("EUR", "currency") == "EUR"


@pytest.mark.parametrize("value", ["", "eur", "EU", "EURO", "EUR\n", "E R", "ÉUR", "123", None, 5])
def test_anything_else_is_no_currency(value: object) -> None:
    """Another case, another length and another alphabet are refused."""
    with pytest.raises(InvalidInput, match=r"^currency: "):
        check_currency(value, "currency")


def test_a_subclass_of_str_becomes_a_plain_currency() -> None:
    """A text of another type is kept as a plain `str`."""
    assert type(check_currency(type("Code", (str,), {})("EUR"), "currency")) is str


def test_money_compares_by_amount_and_currency() -> None:
    """10.0 EUR is 10.00 EUR, with one hash, and not 10 USD."""
    assert Money("10.0", "EUR") == Money(Decimal("10.00"), "EUR")
    assert hash(Money("10.0", "EUR")) == hash(Money(10, "EUR"))
    assert Money(10, "EUR") != Money(10, "USD")


def test_money_checks_what_it_is_made_of() -> None:
    """Money cannot be made of a float or of an unknown currency."""
    with pytest.raises(InvalidInput, match=r"^amount: "):
        Money(1.5, "EUR")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"^currency: "):
        Money(1, "euro")


def test_money_reads_as_people_write_it() -> None:
    """The text of money is its amount with its places, then the currency."""
    assert str(Money("12.50", "EUR")) == "12.50 EUR"


def test_money_is_frozen_and_travels() -> None:
    """Money cannot be changed; copied and pickled it is the same."""
    ten = Money(10, "EUR")
    with pytest.raises(AttributeError):
        ten.amount = Decimal(11)  # type: ignore[misc]
    assert copy.deepcopy(ten) == pickle.loads(pickle.dumps(ten)) == ten  # noqa: S301 - our own bytes


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(money) == sorted(money.__all__)
