"""Reading record by record: rows in batches from a cursor of their own, dressed as they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy import _orders, _people, _referrals, _rows
from loyalcore.adapters.sqlalchemy._statements import INDEX_OF_DUE, narrowings
from loyalcore.adapters.sqlalchemy._tables import OF_LEDGER, TABLE_OF, prefix
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import (
    Counter,
    CounterRef,
    CustomerRef,
    Fact,
    FactRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    MembershipRef,
    Note,
    Notice,
    NoticeRef,
    OrderRef,
    ReferralCodeRef,
    ReferralRef,
    SegmentRef,
)
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment
from loyalcore.errors import CapabilityMissing, StoreUnavailable
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.adapters.sqlalchemy._dialects import Dialect, Link, Row
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.query import All

BATCH = 500
"""How many rows are fetched at a time."""

DRESS: dict[type[Any], tuple[type[Any], Callable[[Any, Row], Any]]] = {
    Customer: (CustomerRef, _people.customer),
    Membership: (MembershipRef, _people.membership),
    Lot: (LedgerRef, _rows.lot),
    PointsHold: (LedgerRef, _rows.hold),
    Debt: (LedgerRef, _rows.debt),
    Entry: (LedgerRef, _rows.entry),
    KeyRecord: (KeyRef, _rows.key),
    Fact: (FactRef, _rows.fact),
    Note: (LedgerRef, _rows.note),
    Notice: (NoticeRef, _rows.notice),
    Segment: (SegmentRef, _rows.segment),
    Order: (OrderRef, _orders.order),
    ReferralCode: (ReferralCodeRef, _referrals.code),
    Referral: (ReferralRef, _referrals.referral),
    Counter: (CounterRef, _referrals.counter),
}
"""Which ref the first columns of a row make, and how the rest becomes a record."""


class Scan:
    """The rows of one statement, in order, whatever else runs on its connection meanwhile."""

    def __init__(self, dialect: Dialect, link: Link, statement: str, values: tuple[Any, ...]) -> None:
        self._dialect = dialect
        self._rest: list[Row] = []
        self._is_over = False
        self._cursor: Any = dialect.scan(link, statement, values)

    def __iter__(self) -> Iterator[Row]:
        while batch := self._batch():
            yield from batch

    def _batch(self) -> list[Row]:
        if self._rest:
            rest, self._rest = self._rest, []
            return rest
        if self._cursor is None:
            if self._is_over:
                return []
            raise StoreUnavailable("the unit of this stream has ended")
        try:
            batch: list[Row] = self._cursor.fetchmany(BATCH)
        except self._dialect.Error as error:
            raise self._dialect.blame(error, "stream") from error
        if not batch:
            self._finish()
        return batch

    def _finish(self) -> None:
        self._is_over = True
        self._cursor.close()
        self._cursor = None

    @property
    def is_open(self) -> bool:
        """Whether it still reads from the database."""
        return self._cursor is not None

    def drain(self) -> None:
        """Read what is left, so that it stays as it is whatever is written from now on."""
        if self._cursor is not None:
            self._rest = self._cursor.fetchall()
            self._finish()

    def close(self) -> None:
        """End it: the unit does."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None


def open_scans(dialect: Dialect, link: Link, statements: Statements, query: All) -> tuple[list[Scan], Iterator[Any]]:
    """Open the cursors of a query, now, and give them with the records that will be read from them."""
    kind = query.kind
    if kind not in TABLE_OF:
        raise CapabilityMissing(getattr(kind, "__name__", str(kind)))
    if query.due_by is not None and query.holder_id is None and kind in INDEX_OF_DUE:
        ((soonest,),) = dialect.ask(link, [(statements.soonest[kind], (query.environment,))])[0] or ((None,),)
        if soonest is None or soonest > to_micros(query.due_by):
            return [], iter(())

    def scan(of: type[Any], *, is_part: bool) -> Scan:
        values: tuple[Any, ...] = tuple(value for _, value in narrowings(of, query))
        if query.due_by is not None and (is_part or of in INDEX_OF_DUE):
            values = (*values, to_micros(query.due_by))
        return Scan(dialect, link, statements.stream(of, query, is_part=is_part), values)

    if kind is not Ledger:
        rows = scan(kind, is_part=False)
        return [rows], _records(kind, rows)
    heads = scan(Ledger, is_part=False)
    lots, holds, debts = (scan(of, is_part=True) for of in (Lot, PointsHold, Debt))
    return [heads, lots, holds, debts], _ledgers(heads, lots, holds, debts)


def _records(kind: type[Any], rows: Scan) -> Iterator[Any]:
    make, dress = DRESS[kind]
    told = prefix(kind)
    name: Row = ()
    ref: Any = None
    for row in rows:
        if row[:told] != name:
            name = row[:told]
            ref = make(*name)
        yield dress(ref, row[told:])


def _ledgers(heads: Scan, lots: Scan, holds: Scan, debts: Scan) -> Iterator[Ledger]:
    open_lots, open_holds, open_debts = _Parts(lots, _rows.lot), _Parts(holds, _rows.hold), _Parts(debts, _rows.debt)
    for row in heads:
        name = row[:OF_LEDGER]
        ref = LedgerRef(*name)
        yield _rows.ledger(
            ref, row[OF_LEDGER:], open_lots.of(name, ref), open_holds.of(name, ref), open_debts.of(name, ref)
        )


class _Parts:
    """The open parts of ledger after ledger, read beside the heads in the same order."""

    def __init__(self, rows: Scan, dress: Callable[[LedgerRef, Row], Any]) -> None:
        self._rows = iter(rows)
        self._dress = dress
        self._next = next(self._rows, None)

    def of(self, name: Row, ref: LedgerRef) -> tuple[Any, ...]:
        """Give the parts of a ledger; those of names before it have no head and are passed over."""
        found = []
        row = self._next
        while row is not None and row[:OF_LEDGER] <= name:
            if row[:OF_LEDGER] == name:
                found.append(self._dress(ref, row[OF_LEDGER:]))
            row = next(self._rows, None)
        self._next = row
        return tuple(found)
