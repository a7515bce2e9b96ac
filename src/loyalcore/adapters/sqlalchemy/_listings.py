"""Which lists a store has: of each kind of row, the tables that it stands in, and how it is dressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_

from loyalcore.adapters.sqlalchemy import _orders, _people, _referrals, _rows
from loyalcore.adapters.sqlalchemy._lister import Lister
from loyalcore.adapters.sqlalchemy._schema import CODE, CUSTOMER, ENTRY, MEMBERSHIP, ORDER, REFERRAL
from loyalcore.adapters.sqlalchemy._tables import OF_LEDGER, read_columns
from loyalcore.domain.customers import CustomerRow
from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import Entry
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.errors import CapabilityMissing
from loyalcore.query import check_stored
from loyalcore.values.drafts import draft_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Column, Table

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Idiom, Row
    from loyalcore.query import Listing

_OF_MEMBER = len(read_columns(MEMBERSHIP))
"""How many columns of a row are a membership's."""
_JOINED = and_(
    CUSTOMER.c.environment == MEMBERSHIP.c.environment,
    CUSTOMER.c.customer_id == MEMBERSHIP.c.customer_id,
)
"""A membership and the customer whom it stands for, found from either side by an index of the other."""


class Listings:
    """The lists of a store, compiled for its kind of database."""

    def __init__(self, idiom: Idiom) -> None:
        self._lists: dict[type[Any], tuple[Lister, Callable[[Row, datetime], Any]]] = {
            CustomerRow: (_of(idiom, MEMBERSHIP, CUSTOMER), _customer_row),
            Entry: (_of(idiom, ENTRY), _entry),
            Order: (_of(idiom, ORDER), _order),
            Referral: (_of(idiom, REFERRAL), _referral),
            ReferralCode: (_of(idiom, CODE), _code),
        }

    def page(self, ask: Callable[[Ask], list[Row]], listing: Listing, at: datetime) -> list[Any]:
        """Give the rows of a listing from its place on, the nearest first.

        Raises:
            CapabilityMissing: There is no list of such rows, or no column of a field.
        """
        lister, dress = self._list(listing)
        return [dress(row, at) for row in lister.page(ask, listing, at)]

    def count(self, ask: Callable[[Ask], list[Row]], listing: Listing, at: datetime) -> int:
        """Give the number of rows of a listing.

        Raises:
            CapabilityMissing: There is no list of such rows, or no column of a field.
        """
        lister, _ = self._list(listing)
        ((found,),) = ask(lister.count(listing, at))
        return int(found)

    def _list(self, listing: Listing) -> tuple[Lister, Callable[[Row, datetime], Any]]:
        check_stored(listing.query)
        noun = listing.query.noun
        found = self._lists.get(noun.kind)
        if found is None:
            raise CapabilityMissing(f"pages of {noun.name}")
        return found


def _of(idiom: Idiom, first: Table, *others: Table) -> Lister:
    """Make the list of rows that stand in one table, or of memberships with their customers."""
    tables = (first, *others)
    columns: dict[str, tuple[Column[Any], ...]] = {}
    for each in tables:
        for column in each.columns:
            columns[column.name] = (*columns.get(column.name, ()), column)
    return Lister(
        idiom,
        tables,
        [column for each in tables for column in read_columns(each)],
        on=_JOINED if others else None,
        columns=columns,
        scope={name: columns[name] for name in ("environment", "program_id", "holder_id", "ledger") if name in columns},
        due=first.columns.get("next_change_at"),
    )


def _customer_row(row: Row, at: datetime) -> CustomerRow:
    made: Any = _RowDraft()
    made.customer = _people.whole_customer(row[_OF_MEMBER:])
    made.membership = _people.whole_membership(row[:_OF_MEMBER])
    made.at = at
    made.__class__ = CustomerRow
    record: CustomerRow = made
    return record


_RowDraft = draft_of(CustomerRow)


def _entry(row: Row, at: datetime) -> Entry:
    return _rows.entry(LedgerRef(*row[:OF_LEDGER]), row[OF_LEDGER:])


def _order(row: Row, at: datetime) -> Order:
    return _orders.whole_order(row)


def _referral(row: Row, at: datetime) -> Referral:
    return _referrals.whole_referral(row)


def _code(row: Row, at: datetime) -> ReferralCode:
    return _referrals.whole_code(row)
