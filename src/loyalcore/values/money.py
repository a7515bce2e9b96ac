"""Money: an exact amount and the currency that it is in."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "EXACT",
    "FRACTION_DIGITS_MAX",
    "INTEGER_DIGITS_MAX",
    "Money",
    "check_amount",
    "check_currency",
    "exact_sum",
    "shortest",
]


def __dir__() -> list[str]:
    return __all__


INTEGER_DIGITS_MAX: Final = 15
"""The most digits of an amount before its decimal point."""
FRACTION_DIGITS_MAX: Final = 9
"""The most digits of an amount after its decimal point."""
EXACT: Final = Context(prec=150)
"""Wide enough for every sum, product and share of amounts: the host's own decimal context makes no difference."""

_AMOUNT = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def check_amount(value: object, path: str) -> Decimal:
    """Return an exact amount of money; the sign is for the caller to judge.

    Args:
        value: A text such as `-12.50` (ASCII digits and one point), an `int`, or a finite `Decimal`.
        path: Where it stands, for the message.

    Returns:
        The amount, written in fixed point with its decimal places kept; zero has no sign.

    Raises:
        InvalidInput: It is a float, a bool or another type, not finite, or a text of another form (an exponent, an
            underscore, a blank, a plus sign, digits of another script).
        LimitExceeded: It has more than 15 digits before the point or more than 9 after it.

    Source:
        HOUSE.md 6 (no float, no silent coercion); the digits are a house decision.

    Example:
        >>> check_amount("12.50", "total")
        Decimal('12.50')
        >>> check_amount(12, "total")
        Decimal('12')
    """
    if isinstance(value, str):
        amount = _from_text(value, path)
    elif isinstance(value, Decimal):
        amount = _from_decimal(value, path)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**INTEGER_DIGITS_MAX:
            raise LimitExceeded("has too many digits before the point", path=path, limit=INTEGER_DIGITS_MAX)
        amount = Decimal(int(value))
    else:
        raise InvalidInput(f"must be a text, an int or a Decimal, not {type(value).__name__}", path=path)
    return amount if amount else amount.copy_abs()


def _from_text(text: str, path: str) -> Decimal:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InvalidInput("must be an amount such as 12.50: digits and at most one point", path=path)
    _check_digits(len(match[1]), len(match[2] or ""), path)
    return Decimal(match[0])


def _from_decimal(value: Decimal, path: str) -> Decimal:
    if not value.is_finite():
        raise InvalidInput("must be a finite number", path=path)
    exponent = value.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    _check_digits(value.adjusted() + 1 if value else 1, places, path)
    # Without the arithmetic of decimal, whose context (precision, traps) is the host's.
    return Decimal(int(value)) if places == 0 else Decimal(f"{value:f}")


def _check_digits(before: int, after: int, path: str) -> None:
    if before > INTEGER_DIGITS_MAX:
        raise LimitExceeded("has too many digits before the point", path=path, limit=INTEGER_DIGITS_MAX)
    if after > FRACTION_DIGITS_MAX:
        raise LimitExceeded("has too many digits after the point", path=path, limit=FRACTION_DIGITS_MAX)


def check_currency(value: object, path: str) -> str:
    """Return the code of a currency.

    Args:
        value: Three upper-case ASCII letters, as ISO 4217 has them; whether ISO lists the code is not asked.
        path: Where it stands, for the message.

    Returns:
        The code.

    Raises:
        InvalidInput: It is anything else.

    Source:
        HOUSE.md 3 (`Decimal` money with ISO currency).

    Example:
        >>> check_currency("EUR", "currency")
        'EUR'
    """
    if not isinstance(value, str) or _CURRENCY.fullmatch(value) is None:
        raise InvalidInput("must be the three upper-case letters of a currency, such as EUR", path=path)
    return value if type(value) is str else str.__str__(value)


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum of amounts.

    Args:
        amounts: Any amounts; of none the sum is 0.

    Source:
        HOUSE.md 6 (no float, no silent coercion).

    Example:
        >>> exact_sum([Decimal("0.10"), Decimal("0.20")])
        Decimal('0.30')
    """
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def shortest(amount: Decimal) -> Decimal:
    """Return an amount without the zeros that it ends with, so that equal figures are written alike.

    Args:
        amount: Any amount.

    Source:
        House decision.

    Example:
        >>> shortest(Decimal("12.50")), shortest(Decimal("100.00"))
        (Decimal('12.5'), Decimal('100'))
    """
    text = f"{amount:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else amount


def _amount(value: Decimal | int | str) -> Decimal:
    return check_amount(value, "amount")


def _currency(value: str) -> str:
    return check_currency(value, "currency")


@attrs.frozen
class Money:
    """An amount in a currency; two of equal amount are equal however many decimal places were written.

    Args:
        amount: What `check_amount` takes.
        currency: What `check_currency` takes.

    Raises:
        InvalidInput: The amount or the currency is none.
        LimitExceeded: The amount has too many digits.

    Source:
        HOUSE.md 3 (`Decimal` money with ISO currency).

    Example:
        >>> Money("12.50", "EUR")
        Money(amount=Decimal('12.50'), currency='EUR')
        >>> str(Money(12, "EUR"))
        '12 EUR'
    """

    amount: Decimal = attrs.field(converter=_amount)
    currency: str = attrs.field(converter=_currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
