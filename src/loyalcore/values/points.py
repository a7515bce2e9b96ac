"""Points: integers in the smallest unit of the program, and the one rounding function.

`scale` is only for showing: 1234 points at scale 2 read 12.34. Nothing here or elsewhere is a float.
"""

from __future__ import annotations

import math
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from loyalcore.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["POINTS_MAX", "SCALE_MAX", "Rounding", "check_points", "round_points", "show_points"]


def __dir__() -> list[str]:
    return __all__


POINTS_MAX: Final = 10**15
"""The most points of one amount."""
SCALE_MAX: Final = 4
"""The most decimal places at which points are shown."""

# A value with more integer digits than this is no number of points; it is refused before it costs anything.
_DIGITS_MAX = 30
# A Decimal with more decimal places than this is refused too: as a fraction it could fill the memory.
_PLACES_MAX = 1000


class Rounding(StrEnum):
    """How a fraction of a point becomes an integer.

    Source:
        DOMAIN.md 3.2 (`floor` is the default of a program).
    """

    FLOOR = "floor"
    """Down to the next integer, for negative values too: 28.9 is 28, -28.1 is -29."""
    HALF_UP = "half_up"
    """To the nearest integer, a tie away from zero: 28.5 is 29, -28.5 is -29."""
    CEIL = "ceil"
    """Up to the next integer, for negative values too: 28.1 is 29, -28.9 is -28."""


def _half_up(value: Fraction) -> int:
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return size if value >= 0 else -size


_MODES: Final[dict[str, Callable[[Fraction], int]]] = {
    Rounding.FLOOR: math.floor,
    Rounding.HALF_UP: _half_up,
    Rounding.CEIL: math.ceil,
}


def round_points(value: Decimal | Fraction | int, mode: Rounding) -> int:
    """Round a computed value to whole points; every figure of the library goes through here.

    The context of `decimal` (precision, traps) makes no difference.

    Args:
        value: An exact number: no float.
        mode: One of `Rounding`.

    Returns:
        Points in the smallest unit; whether so many are allowed is for `check_points` to say.

    Raises:
        InvalidInput: The value is no exact, finite number, or the mode is unknown.
        LimitExceeded: The value has more than 30 integer digits, or more than 1,000 decimal places.

    Source:
        DOMAIN.md 3.2; ties of negative values are a house decision (as `decimal.ROUND_HALF_UP`), so that taking back
        is the mirror of giving.

    Example:
        >>> round_points(Decimal("28.5"), Rounding.HALF_UP)
        29
        >>> round_points(Fraction(-57, 2), Rounding.FLOOR)
        -29
    """
    rounding = _MODES.get(mode) if isinstance(mode, str) else None
    if rounding is None:
        raise InvalidInput(f"must be one of {', '.join(Rounding)}", path="mode")
    return rounding(_exact(value))


def _exact(value: object) -> Fraction:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidInput("must be a finite number", path="value")
        if not value:
            return Fraction(0)
        if value.adjusted() >= _DIGITS_MAX:
            raise LimitExceeded("has too many integer digits", path="value", limit=_DIGITS_MAX)
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_PLACES_MAX:
            raise LimitExceeded("has too many decimal places", path="value", limit=_PLACES_MAX)
        return Fraction(value)
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise InvalidInput(
            f"must be an exact number (int, Decimal or Fraction), not {type(value).__name__}", path="value"
        )
    if abs(value) >= 10**_DIGITS_MAX:
        raise LimitExceeded("has too many integer digits", path="value", limit=_DIGITS_MAX)
    return Fraction(value)


def check_points(value: object, path: str, *, minimum: int = 1) -> int:
    """Return a number of points that a host passed in.

    Args:
        value: An `int` in the smallest unit of the program.
        path: Where it stands, for the message.
        minimum: The fewest points: 1 where something must move, 0 where nothing may, negative where signed.

    Returns:
        The points.

    Raises:
        InvalidInput: It is no `int` (`True`, floats, texts and None are none), or fewer than `minimum`.
        LimitExceeded: It is more than `POINTS_MAX`.

    Source:
        DOMAIN.md 3.2, 3.9; HOUSE.md 3 and 6 (0 is a value, None is absence, bool is no number).

    Example:
        >>> check_points(250, "points")
        250
    """
    if type(value) is not int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInput(f"must be an int number of points, not {type(value).__name__}", path=path)
        value = int(value)
    if value < minimum:
        raise InvalidInput(f"must be at least {minimum}", path=path)
    if value > POINTS_MAX:
        raise LimitExceeded("is too many points", path=path, limit=POINTS_MAX)
    return value


def show_points(points: int, scale: int) -> str:
    """Write points as people read them.

    Args:
        points: Points in the smallest unit.
        scale: Decimal places, 0 to 4.

    Returns:
        The text, with a point before the decimal places and no grouping.

    Raises:
        InvalidInput: The scale is no `int` of 0 to 4, or the points are no `int`.

    Source:
        DOMAIN.md 3.2 (`scale` is only for showing).

    Example:
        >>> show_points(1234, 2)
        '12.34'
        >>> show_points(-5, 2)
        '-0.05'
    """
    if type(scale) is not int or not 0 <= scale <= SCALE_MAX:
        raise InvalidInput(f"must be an int of 0 to {SCALE_MAX}", path="scale")
    if isinstance(points, bool) or not isinstance(points, int):
        raise InvalidInput(f"must be an int number of points, not {type(points).__name__}", path="points")
    if scale == 0:
        return str(points)
    whole, part = divmod(abs(points), 10**scale)
    return f"{'-' if points < 0 else ''}{whole}.{part:0{scale}d}"
