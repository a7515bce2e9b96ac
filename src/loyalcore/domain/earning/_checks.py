"""What the parts of an earning rule accept: each check returns the value, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import CUSTOMERS, Customer, CustomerRow, Membership
from loyalcore.domain.orders import CARTS, ITEMS
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import Noun
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
