"""The columns that lists ask for beside those of a record: texts folded, and what is nested made columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import CUSTOMERS, Customer, CustomerRow, Membership
from loyalcore.domain.ledger import ENTRIES, Entry
from loyalcore.domain.orders import ORDERS, Order
from loyalcore.domain.referrals import CODES, REFERRALS, Referral, ReferralCode
from loyalcore.query import column_of, value_of
from loyalcore.store._columns import to_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loyalcore.domain.decision import Record
    from loyalcore.query import Field

# A row of lists with one record of it only: a field of the other one has no value there to be asked for.
_ROWS: Final[Mapping[type[Any], tuple[tuple[Field, ...], Callable[[Any], Any]]]] = {
    Customer: (CUSTOMERS.fields, lambda record: CustomerRow(record, None, None)),  # type: ignore[arg-type]
    Membership: (CUSTOMERS.fields, lambda record: CustomerRow(None, record, None)),  # type: ignore[arg-type]
    Entry: (ENTRIES.fields, lambda record: record),
    Order: (ORDERS.fields, lambda record: record),
    Referral: (REFERRALS.fields, lambda record: record),
    ReferralCode: (CODES.fields, lambda record: record),
}
_ASKED: Final[dict[type[Any], tuple[Field, ...]]] = {}


def list_columns(record: Record) -> dict[str, Any]:
    """Give what lists ask of a record that `to_columns` does not give: a store with pages keeps these columns too.

    Args:
        record: A record of one of the kinds that a store keeps.

    Returns:
        The columns by their names. A text is folded, in a column named like `email_fold`; a set is a list of folded
        texts, a table has its values folded, and both are None where they are empty. None of them is read again. A
        record of a kind that no list has, has none.

    Source: House decision.

    Example:
        >>> from loyalcore.domain.customers import Standing
        >>> standing = Standing(tier="Gold")
        >>> member = Membership(environment="live", holder_id="h1", program_id="beans", standing=standing)
        >>> listed = list_columns(member)
        >>> listed["tier_fold"], listed["points_active"]
        ('gold', 0)
    """
    kind = type(record)
    if kind not in _ROWS:
        return {}
    fields, row_of = _ROWS[kind]
    row = row_of(record)
    if kind not in _ASKED:
        known = to_columns(record)
        stored = (field for field in fields if field.column is not None and _is_of(field, row))
        _ASKED[kind] = tuple(field for field in stored if column_of(field) not in known)
    return {column_of(field): value_of(field, row) for field in _ASKED[kind]}


def _is_of(field: Field, row: Any) -> bool:
    try:
        field.get(row)
    except AttributeError:
        return False
    return True
