"""Which table keeps which kind of record, and how much of a row its ref tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy import _schema
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import Counter, Fact, KeyRecord, Note, Notice
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

TABLE_OF: dict[type[Any], Table] = {
    Customer: _schema.CUSTOMER,
    Membership: _schema.MEMBERSHIP,
    Ledger: _schema.LEDGER,
    Lot: _schema.LOT,
    PointsHold: _schema.HOLD,
    Debt: _schema.DEBT,
    Entry: _schema.ENTRY,
    KeyRecord: _schema.KEY,
    Fact: _schema.FACT,
    Note: _schema.NOTE,
    Notice: _schema.NOTICE,
    Segment: _schema.SEGMENT,
    Order: _schema.ORDER,
    ReferralCode: _schema.CODE,
    Referral: _schema.REFERRAL,
    Counter: _schema.COUNTER,
}
"""Where each kind of record is kept."""

NAME_OF: dict[type[Any], str] = {
    Customer: "customer",
    Membership: "membership",
    Ledger: "ledger",
    Lot: "lot",
    PointsHold: "hold",
    Debt: "debt",
    Entry: "entry",
    KeyRecord: "key",
    Fact: "fact",
    Note: "note",
    Notice: "notice",
    Segment: "segment",
    Order: "order",
    ReferralCode: "referral code",
    Referral: "referral",
    Counter: "counter",
}
"""What errors call each kind of record."""

PREFIX: dict[type[Any], int] = {
    **dict.fromkeys((Customer, Segment, Order, ReferralCode, Referral), 2),
    **dict.fromkeys((Membership, KeyRecord, Notice, Counter), 3),
    Fact: 9,
}
"""How many columns of a row its ref tells; of all others, the four that name the ledger."""

OF_LEDGER = 4

HOLDER = ("environment", "holder_id")
"""The columns that name a holder, in every table that has one."""


def prefix(kind: type[Any]) -> int:
    """Give how many columns of a row of a kind its ref tells, so that a load does not read them."""
    return PREFIX.get(kind, OF_LEDGER)


def read_columns(table: Table) -> list[Column[Any]]:
    """Give the columns of a table that make its record: all but the folded ones, which are there to be compared."""
    return [column for column in table.columns if not column.name.endswith("_fold")]
