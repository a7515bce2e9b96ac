"""What the parts of a cart accept: each check returns the value, or says what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.attributes import check_changes, merged_attributes
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from loyalcore.values.checks import Check

ITEMS_MAX: Final = 1_000
QUANTITY_MAX: Final = 1_000_000
DISCOUNTS_MAX: Final = 20
PAYMENTS_MAX: Final = 50
CODES_MAX: Final = 50
NOTHING: Final = Decimal(0)
"""No money: what is not said costs this."""
_PERCENT_DIGITS_MAX: Final = 4


def check_money(value: object, path: str) -> Decimal:
    """Return an amount of money, 0 or more."""
    amount = check_amount(value, path)
    if amount < 0:
        raise InvalidInput("must be 0 or more", path=path)
    return amount


def check_percent(value: object, path: str) -> Decimal:
    """Return a percentage, 0 to 100, with at most 4 decimal places."""
    percent = check_money(value, path)
    if percent > 100:
        raise InvalidInput("must be at most 100", path=path)
    if -int(percent.as_tuple().exponent) > _PERCENT_DIGITS_MAX:
        raise LimitExceeded("has too many digits after the point", path=path, limit=_PERCENT_DIGITS_MAX)
    return percent


def check_quantity(value: object, path: str) -> int:
    """Return a number of pieces, 1 to 1,000,000."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be an int number of pieces, not {type(value).__name__}", path=path)
    quantity = check_points(value, path)
    if quantity > QUANTITY_MAX:
        raise LimitExceeded("is too many pieces", path=path, limit=QUANTITY_MAX)
    return quantity


def check_attributes(value: object, path: str) -> dict[str, str]:
    """Return attributes in the order of their names."""
    if type(value) is dict and not value:
        return {}
    return merged_attributes({}, check_changes(value, path))


def check_list(value: object, path: str, limit: int, least: int = 0) -> tuple[Any, ...]:
    """Return a list as a tuple, of no more and no fewer than may be."""
    if not isinstance(value, tuple | list):
        raise InvalidInput(f"must be a list, not {type(value).__name__}", path=path)
    if len(value) > limit:
        raise LimitExceeded("holds too many", path=path, limit=limit)
    if len(value) < least:
        raise InvalidInput("must hold at least one", path=path)
    return tuple(value)


def known(kind: type[Any], limit: int, least: int = 0) -> Check:
    """Give the check of a list of values of one class."""

    def check(value: object, path: str) -> tuple[Any, ...]:
        found = check_list(value, path, limit, least)
        faults = [
            Fault(f"{path}[{index}]", f"must be a {kind.__name__}, not {type(each).__name__}")
            for index, each in enumerate(found)
            if not isinstance(each, kind)
        ]
        if faults:
            raise InvalidDocument(faults)
        return found

    return check


def check_texts(limit: int) -> Check:
    """Give the check of a list of texts, each kept once."""

    def check(value: object, path: str) -> tuple[str, ...]:
        found = check_list(value, path, limit)
        return tuple(dict.fromkeys(check_text(each, f"{path}[{index}]") for index, each in enumerate(found)))

    return check
