"""Amounts as texts that sort as the amounts do: the same on every database, also on one without exact decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from loyalcore.errors import LimitExceeded
from loyalcore.values.money import FRACTION_DIGITS_MAX

WHOLE_DIGITS_MAX: Final = 21
"""The most digits before the point: room for the sum of a million of the largest amounts."""
_DIGITS: Final = WHOLE_DIGITS_MAX + FRACTION_DIGITS_MAX
_ZERO: Final = 10**_DIGITS
SORTABLE_LENGTH: Final = _DIGITS + 1
"""How long each text is."""


def sortable(amount: Decimal) -> str:
    """Give an amount as a text.

    Args:
        amount: A finite amount.

    Returns:
        The billionths of the amount plus a constant, as a number of 31 digits: texts of equal amounts are equal, and
        others compare as their amounts do.

    Raises:
        LimitExceeded: It has more than 21 digits before the point, or more than 9 after it.

    Example:
        >>> sortable(Decimal("-0.5")) < sortable(Decimal("0")) < sortable(Decimal("9.99")) < sortable(Decimal("10"))
        True
    """
    # Without the arithmetic of decimal, whose context (precision, traps) is the host's.
    whole, _, fraction = f"{amount.copy_abs():f}".partition(".")
    fraction = fraction.rstrip("0")
    if len(whole) > WHOLE_DIGITS_MAX:
        raise LimitExceeded("has too many digits before the point", path="amount", limit=WHOLE_DIGITS_MAX)
    if len(fraction) > FRACTION_DIGITS_MAX:
        raise LimitExceeded("has too many digits after the point", path="amount", limit=FRACTION_DIGITS_MAX)
    billionths = int(whole + fraction.ljust(FRACTION_DIGITS_MAX, "0"))
    return f"{_ZERO + (-billionths if amount.is_signed() else billionths):0{SORTABLE_LENGTH}d}"


def read_sortable(text: str) -> Decimal:
    """Give the amount of such a text, without the zeros that it may have ended with.

    Example:
        >>> read_sortable(sortable(Decimal("-12.50")))
        Decimal('-12.5')
    """
    billionths = int(text) - _ZERO
    whole, fraction = divmod(abs(billionths), 10**FRACTION_DIGITS_MAX)
    shown = f"{whole}.{fraction:0{FRACTION_DIGITS_MAX}d}".rstrip("0").rstrip(".")
    return Decimal(f"-{shown}" if billionths < 0 else shown)
