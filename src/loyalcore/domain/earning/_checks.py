"""What the parts of an earning rule accept: each check returns the value, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import CUSTOMERS, Customer, CustomerRow, Membership
from loyalcore.domain.orders import CARTS, ITEMS
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import Condition, Noun, Query
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[Any, str], Any]

NOUNS: Final[Mapping[str, Noun]] = {"cart": CARTS, "customer": CUSTOMERS, "item": ITEMS}
"""What each condition of a rule is about."""

MULTIPLIER_MAX: Final = 1_000
PRIORITY_MAX: Final = 1_000_000
_TIERS_MAX: Final = 100


def maybe(check: Check) -> Check:
    """Give the check of a value that may be None."""
    return lambda value, path: None if value is None else check(value, path)


def check_flag(value: object, path: str) -> bool:
    """Return a setting that is on or off."""
    if not isinstance(value, bool):
        raise InvalidInput(f"must be true or false, not {type(value).__name__}", path=path)
    return value


def check_kind(kind: type[Enum]) -> Check:
    """Give the check of a member of an enumeration."""

    def check(value: object, path: str) -> Any:
        if not isinstance(value, kind):
            raise InvalidInput(f"must be a {kind.__name__}, not {type(value).__name__}", path=path)
        return value

    return check


def check_priority(value: object, path: str) -> int:
    """Return a priority, -1,000,000 to 1,000,000."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be a whole number, not {type(value).__name__}", path=path)
    if abs(value) > PRIORITY_MAX:
        raise LimitExceeded("is too far from 0", path=path, limit=PRIORITY_MAX)
    return value


def check_multiplier(value: object, path: str) -> Decimal:
    """Return a factor, more than 0 and at most 1,000."""
    factor = check_amount(value, path)
    if factor <= 0:
        raise InvalidInput("must be more than 0", path=path)
    if factor > MULTIPLIER_MAX:
        raise LimitExceeded("is too much", path=path, limit=MULTIPLIER_MAX)
    return factor


def check_tiers(value: object, path: str) -> dict[str, int]:
    """Return points by tier, 0 or more each, some of them more than 0."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"must be a table of tiers and points, not {type(value).__name__}", path=path)
    if len(value) > _TIERS_MAX:
        raise LimitExceeded("names too many tiers", path=path, limit=_TIERS_MAX)
    table = {
        check_text(tier, path, length_min=0): check_points(points, f"{path}.{tier}", minimum=0)
        for tier, points in value.items()
    }
    if not any(table.values()):
        raise InvalidInput("must grant something to at least one tier", path=path)
    return table


def check_ledger(value: object, path: str) -> str:
    """Return the id of a ledger, the empty text for the main one."""
    return check_text(value, path, length_min=0)


def check_row(value: object, path: str) -> CustomerRow:
    """Return a customer with the membership."""
    if not isinstance(value, CustomerRow):
        raise InvalidInput(f"must be a CustomerRow, not {type(value).__name__}", path=path)
    if not isinstance(value.customer, Customer):
        raise InvalidInput(f"must be a Customer, not {type(value.customer).__name__}", path=f"{path}.customer")
    if not isinstance(value.membership, Membership):
        raise InvalidInput(f"must be a Membership, not {type(value.membership).__name__}", path=f"{path}.membership")
    return value


def check_functions(value: object, path: str) -> Mapping[str, Any]:
    """Return functions of the host's by name; whether one that a rule names is there, the rule finds out."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"must be a table of functions by name, not {type(value).__name__}", path=path)
    return value


def check_condition(noun: str) -> Check:
    """Give the check of a condition over one noun."""

    def check(value: object, path: str) -> Condition:
        if not isinstance(value, Condition):
            raise InvalidInput(
                f"must be a condition over the fields of a {noun}, not {type(value).__name__}", path=path
            )
        try:
            return Query(NOUNS[noun], value).where
        except InvalidInput as error:
            raise InvalidInput(error.message.removeprefix(f"{error.path}: "), path=path) from None

    return check
