"""Points, their rounding and how they are shown."""

from __future__ import annotations

from decimal import Decimal, localcontext
from enum import IntEnum
from fractions import Fraction

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import points
from loyalcore.values.points import POINTS_MAX, Rounding, check_points, round_points, show_points


class Gift(IntEnum):
    small = 5


@pytest.mark.parametrize(
    ("value", "floor", "half_up", "ceil"),
    [
        ("0", 0, 0, 0),
        ("28", 28, 28, 28),
        ("28.1", 28, 28, 29),
        ("28.499999999999999999999", 28, 28, 29),
        ("28.5", 28, 29, 29),
        ("29.5", 29, 30, 30),
        ("28.9", 28, 29, 29),
        ("0.5", 0, 1, 1),
        ("-0.5", -1, -1, 0),
        ("-28.1", -29, -28, -28),
        ("-28.5", -29, -29, -28),
        ("-28.9", -29, -29, -28),
        ("1E+3", 1000, 1000, 1000),
        ("1E-9", 0, 0, 1),
        ("-0.0", 0, 0, 0),
        ("0E+999999", 0, 0, 0),
    ],
)
def test_each_mode_rounds_as_the_table_says(value: str, floor: int, half_up: int, ceil: int) -> None:
    """Floor goes down, ceil goes up, half_up to the nearest with a tie away from zero; a Fraction does the same."""
    for number in (Decimal(value), Fraction(value)) if "999999" not in value else (Decimal(value),):
        assert round_points(number, Rounding.FLOOR) == floor
        assert round_points(number, Rounding.HALF_UP) == half_up
        assert round_points(number, Rounding.CEIL) == ceil


@pytest.mark.parametrize("mode", list(Rounding))
def test_a_whole_number_stays(mode: Rounding) -> None:
    """An `int` is the same in every mode."""
    assert [round_points(each, mode) for each in (-7, 0, 7, 10**29)] == [-7, 0, 7, 10**29]


def test_thirds_are_rounded_exactly() -> None:
    """A value that no decimal holds is rounded from the fraction itself."""
    assert round_points(Fraction(2, 3), Rounding.FLOOR) == 0
    assert round_points(Fraction(2, 3), Rounding.HALF_UP) == 1
    assert round_points(Fraction(10**20 + 1, 2), Rounding.HALF_UP) == 5 * 10**19 + 1


def test_the_context_of_decimal_makes_no_difference() -> None:
    """A host that computes with two digits gets the same points."""
    with localcontext(prec=2, rounding="ROUND_DOWN"):
        assert round_points(Decimal("123456.5"), Rounding.HALF_UP) == 123457


@pytest.mark.parametrize("mode", ["floor", "half_up", "ceil"])
def test_a_mode_may_come_as_its_text(mode: str) -> None:
    """The text of a mode is the mode, as programs write it."""
    assert round_points(5, mode) == 5  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["", "FLOOR", "half_even", None, 1, []])
def test_an_unknown_mode_is_refused(mode: object) -> None:
    """No mode is guessed; the message names those that there are."""
    with pytest.raises(InvalidInput, match="floor, half_up, ceil"):
        round_points(5, mode)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.0, True, "1", None, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
def test_only_an_exact_number_is_rounded(value: object) -> None:
    """No float, no bool, no text, nothing that is not finite."""
    with pytest.raises(InvalidInput, match=r"^value: "):
        round_points(value, Rounding.FLOOR)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [Decimal("1E+30"), Decimal("1E+999999"), Decimal("-1E+999999"), Decimal("1E-1001"), 10**30, Fraction(10**31, 3)],
)
def test_a_monstrous_number_is_refused_at_once(value: Decimal | Fraction | int) -> None:
    """A number of more than 30 digits or 1,000 decimal places exceeds a limit before it costs memory."""
    with pytest.raises(LimitExceeded):
        round_points(value, Rounding.FLOOR)


@pytest.mark.parametrize("value", [1, 2, POINTS_MAX])
def test_points_are_1_to_a_million_milliards(value: int) -> None:
    """An amount is 1 to 10^15 points."""
    assert check_points(value, "points") == value


@pytest.mark.parametrize("value", [0, -1, -(10**30)])
def test_zero_and_less_move_nothing(value: int) -> None:
    """0 and negative points are refused where something must move; 0 is not taken for "all"."""
    with pytest.raises(InvalidInput, match=r"^points: must be at least 1$"):
        check_points(value, "points")


def test_the_minimum_is_the_callers() -> None:
    """An activity takes 0, an adjustment takes negative points."""
    assert check_points(0, "points", minimum=0) == 0
    assert check_points(-POINTS_MAX, "points", minimum=-POINTS_MAX) == -POINTS_MAX
    with pytest.raises(InvalidInput):
        check_points(-POINTS_MAX - 1, "points", minimum=-POINTS_MAX)


@pytest.mark.parametrize("value", [POINTS_MAX + 1, pytest.param(10**10_000, id="a number of 10,000 digits")])
def test_too_many_points_exceed_the_limit(value: int) -> None:
    """More than 10^15 points exceed a limit that the error names."""
    with pytest.raises(LimitExceeded) as caught:
        check_points(value, "points")
    assert caught.value.limit == POINTS_MAX


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, Decimal(1), Fraction(1)])
def test_only_an_int_is_points(value: object) -> None:
    """`True` is no number, `1.0` no point, and None not zero."""
    with pytest.raises(InvalidInput, match="must be an int"):
        check_points(value, "points")


def test_a_subclass_of_int_becomes_a_plain_int() -> None:
    """An enum's number is stored as a plain `int`."""
    assert type(check_points(Gift.small, "points")) is int


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (1234, 0, "1234"),
        (1234, 2, "12.34"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (0, 2, "0.00"),
        (-1234, 4, "-0.1234"),
        (POINTS_MAX, 1, "100000000000000.0"),
    ],
)
def test_points_are_shown_at_their_scale(value: int, scale: int, text: str) -> None:
    """The scale sets the decimal places, and only that."""
    assert show_points(value, scale) == text


@pytest.mark.parametrize("scale", [-1, 5, True, 1.0, None])
def test_a_scale_is_0_to_4(scale: object) -> None:
    """Any other scale is refused."""
    with pytest.raises(InvalidInput, match=r"^scale: "):
        show_points(1, scale)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [True, 1.5, None])
def test_only_points_are_shown(value: object) -> None:
    """What is shown is an `int`."""
    with pytest.raises(InvalidInput, match=r"^points: "):
        show_points(value, 2)  # type: ignore[arg-type]


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(points) == sorted(points.__all__)
