"""Loading: what is asked for each kind of ref, all at once, and the records that the answers make."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy import _orders, _people, _referrals, _rows
from loyalcore.adapters.sqlalchemy._bulk import columns_of
from loyalcore.adapters.sqlalchemy._statements import VERSIONED
from loyalcore.adapters.sqlalchemy._tables import OF_LEDGER, prefix
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import (
    CounterRef,
    CustomerRef,
    DebtRef,
    EntriesRef,
    FactRef,
    HolderRef,
    HoldRef,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    NoteRef,
    NoticeRef,
    OrderRef,
    OrdersRef,
    ReferralCodeRef,
    ReferralCodesRef,
    ReferralRef,
    ReferralsRef,
    SegmentRef,
)
from loyalcore.domain.ledger import Debt, Lot, PointsHold
from loyalcore.errors import CapabilityMissing
from loyalcore.store import KIND_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Dialect, Link, Row
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.domain.decision import Ref


MANY = 50
"""From how many refs on they are asked for kind by kind, where the database takes arrays."""
_LOT_NUMBER = itemgetter(OF_LEDGER)


def load(dialect: Dialect, link: Link, statements: Statements, refs: Iterable[Ref], lock: bool) -> dict[Ref, Any]:
    """Give the record of every ref, None where there is none.

    What is locked is locked first, in one total order; everything is read after that.

    Raises:
        CapabilityMissing: A ref is of a kind that this store does not keep.
    """
    wanted = list(refs)
    if dialect.takes_arrays and len(wanted) > MANY:
        return _load_many(dialect, link, statements, wanted, lock)
    return _load_each(dialect, link, statements, wanted, lock)


def _load_each(
    dialect: Dialect, link: Link, statements: Statements, wanted: Sequence[Ref], lock: bool
) -> dict[Ref, Any]:
    """Give the records of refs, each by a query of its own, all asked at once."""
    asks: list[Ask] = _locks(statements, wanted) if lock else []
    begins = len(asks)
    load, open_lots = statements.load, statements.open[Lot]
    for ref in wanted:
        of = ref.__class__
        if of in _READ:
            name = _NAMES[of](ref)
            asks.append((load[KIND_OF[of]], name))
            if of is LedgerRef:
                asks.append((open_lots, name))
        else:
            asks.append(_ask_of_others(statements, ref))
    if not asks:
        return {}
    answers = iter(dialect.ask(link, asks)[begins:])
    found: dict[Ref, Any] = {}
    heads: dict[LedgerRef, tuple[Row, list[Row]]] = {}
    for ref in wanted:
        rows = next(answers)
        of = ref.__class__
        if of in _DRESS:
            found[ref] = _DRESS[of](ref, rows[0]) if rows else None
        elif isinstance(ref, LedgerRef):
            lots = next(answers)
            if rows:
                heads[ref] = rows[0], lots
            found[ref] = None
        elif isinstance(ref, EntriesRef):
            found[ref] = tuple([_rows.entry(ref.ledger, row) for row in rows])
        else:
            found[ref] = tuple([_WHOLE[of](row) for row in rows])
    if heads:
        found.update(_ledgers(dialect, link, statements, heads))
    return found


def _ask_of_others(statements: Statements, ref: Ref) -> Ask:
    """Give the query of a ref that is not the name of one record: entries, whose a holder is, all of a kind of one.

    Raises:
        CapabilityMissing: It is of a kind that this store does not keep.
    """
    if isinstance(ref, EntriesRef):
        return statements.entries[ref.by], (*_name(ref.ledger), ref.value)
    if isinstance(ref, HolderRef):
        return statements.holder, _NAMES[HolderRef](ref)
    if isinstance(ref, OrdersRef | ReferralsRef | ReferralCodesRef):
        return statements.all_of[KIND_OF[type(ref)], _column_of(ref)], (ref.environment, ref.holder_id)
    raise CapabilityMissing(type(ref).__name__)


def _load_many(dialect: Dialect, link: Link, statements: Statements, refs: Sequence[Ref], lock: bool) -> dict[Ref, Any]:
    """Give the records of many refs, kind by kind, each kind by one query."""
    many = statements.many
    by_kind: dict[type[Any], dict[Row, Ref]] = {}
    rest: list[Ref] = []
    for ref in refs:
        if isinstance(ref, EntriesRef) and ref.by == "seq":
            by_kind.setdefault(EntriesRef, {})[*_name(ref.ledger), int(ref.value)] = ref
        elif type(ref) in _NAMES:
            by_kind.setdefault(type(ref), {})[_NAMES[type(ref)](ref)] = ref
        else:
            rest.append(ref)
    if lock:
        locked = sorted((VERSIONED.index(KIND_OF[of]), of) for of in by_kind if of in _LOCKED)
        dialect.ask(link, [(many.lock[VERSIONED[rank]], columns_of(list(by_kind[of]))) for rank, of in locked])
    found = _load_each(dialect, link, statements, rest, False)
    asks: list[Ask] = []
    for of, names in by_kind.items():
        query = many.holder if of is HolderRef else many.load[KIND_OF[of]]
        asks.append((query, columns_of(list(names))))
        if of is LedgerRef:
            asks.append((many.open[Lot], asks[-1][1]))
    answers = iter(dialect.ask(link, asks))
    for of, names in by_kind.items():
        rows = next(answers)
        if of is LedgerRef:
            found.update(_ledgers_of(dialect, link, statements, names, rows, next(answers)))
            continue
        missing = () if of is EntriesRef else None
        found.update(dict.fromkeys(names.values(), missing))
        if of is HolderRef:
            owners = [_whole_customer(row) for row in rows]
            found.update({HolderRef(owner.environment, owner.holder_id): owner for owner in owners})
            continue
        told, named = prefix(KIND_OF[of]), len(next(iter(names)))
        for row in rows:
            ref = names[row[:named]]
            if isinstance(ref, EntriesRef):
                found[ref] = (_rows.entry(ref.ledger, row[told:]),)
            else:
                found[ref] = _DRESS[of](ref, row[told:])
    return found


def _ledgers_of(
    dialect: Dialect, link: Link, statements: Statements, names: dict[Row, Any], rows: list[Row], lots: list[Row]
) -> dict[Ref, Any]:
    heads: dict[LedgerRef, tuple[Row, list[Row]]] = {names[row[:OF_LEDGER]]: (row[OF_LEDGER:], []) for row in rows}
    for row in sorted(lots, key=_LOT_NUMBER):
        heads[names[row[:OF_LEDGER]]][1].append(row[OF_LEDGER:])
    found: dict[Ref, Any] = dict.fromkeys(names.values())
    found.update(_ledgers(dialect, link, statements, heads))
    return found


def _locks(statements: Statements, refs: Iterable[Ref]) -> list[Ask]:
    """Give what locks the refs that can be locked, in the order in which they are written."""
    if not statements.lock:
        return []
    named = sorted(
        (VERSIONED.index(KIND_OF[type(ref)]), _NAMES[type(ref)](ref)) for ref in refs if type(ref) in _LOCKED
    )
    return [(statements.lock[VERSIONED[rank]], name) for rank, name in named]


def _ledgers(
    dialect: Dialect, link: Link, statements: Statements, heads: dict[LedgerRef, tuple[Row, list[Row]]]
) -> dict[Ref, Any]:
    """Dress ledgers, with the holds and debts of the few that have some."""
    asks: list[Ask] = []
    for ref, (head, _lots) in heads.items():
        if head[_rows.LEDGER_HELD]:
            asks.append((statements.open[PointsHold], _name(ref)))
        if head[_rows.LEDGER_DEFICIT]:
            asks.append((statements.open[Debt], _name(ref)))
    answers = iter(dialect.ask(link, asks) if asks else ())
    found: dict[Ref, Any] = {}
    for ref, (head, lots) in heads.items():
        holds = tuple([_rows.hold(ref, row) for row in next(answers)]) if head[_rows.LEDGER_HELD] else ()
        debts = tuple([_rows.debt(ref, row) for row in next(answers)]) if head[_rows.LEDGER_DEFICIT] else ()
        found[ref] = _rows.ledger(ref, head, tuple([_rows.lot(ref, row) for row in lots]), holds, debts)
    return found


def _name(ref: LedgerRef) -> tuple[str, str, str, str]:
    return (ref.environment, ref.holder_id, ref.program_id, ref.ledger)


def _whole_customer(row: Row) -> Customer:
    told = prefix(Customer)
    return _people.customer(CustomerRef(*row[:told]), row[told:])


def _column_of(ref: OrdersRef | ReferralsRef | ReferralCodesRef) -> str:
    """Give the column in which all that are asked for have their holder."""
    return f"{ref.side}_holder_id" if isinstance(ref, ReferralsRef) else "holder_id"


def _fact_name(ref: FactRef) -> Row:
    name = (ref.environment, ref.holder_id, ref.program_id, ref.rule, ref.source_type, ref.source_id)
    return (*name, ref.line, ref.side, ref.cycle)


_NAMES: dict[type[Any], Callable[[Any], Row]] = {
    CustomerRef: lambda ref: (ref.environment, ref.customer_id),
    HolderRef: lambda ref: (ref.environment, ref.holder_id),
    MembershipRef: lambda ref: (ref.environment, ref.holder_id, ref.program_id),
    LedgerRef: _name,
    LotRef: lambda ref: (*_name(ref.ledger), ref.lot),
    HoldRef: lambda ref: (*_name(ref.ledger), ref.hold_id),
    DebtRef: lambda ref: (*_name(ref.ledger), ref.entry_id),
    KeyRef: lambda ref: (ref.environment, ref.holder_id, ref.key),
    FactRef: _fact_name,
    NoteRef: lambda ref: (*_name(ref.ledger), ref.seq),
    NoticeRef: lambda ref: (ref.environment, ref.holder_id, ref.notice_id),
    SegmentRef: lambda ref: (ref.environment, ref.segment_id),
    OrderRef: lambda ref: (ref.environment, ref.order_id),
    ReferralRef: lambda ref: (ref.environment, ref.referral_id),
    ReferralCodeRef: lambda ref: (ref.environment, ref.code),
    CounterRef: lambda ref: (ref.environment, ref.program_id, ref.counter_id),
}
"""The values of a ref, in the order of the columns of its table's name, or of those that a holder is found by."""

_READ = frozenset(_NAMES) - {HolderRef}
"""The refs that are names of records, each read by its own table's name."""

_LOCKED = frozenset(ref for ref, kind in KIND_OF.items() if kind in VERSIONED and ref in _NAMES) - {HolderRef}
"""The refs that are locked; whose a holder is, and which orders there are, is only read."""

_DRESS: dict[type[Any], Callable[[Any, Row], Any]] = {
    CustomerRef: _people.customer,
    HolderRef: lambda ref, row: _whole_customer(row),
    MembershipRef: _people.membership,
    LotRef: lambda ref, row: _rows.lot(ref.ledger, row),
    HoldRef: lambda ref, row: _rows.hold(ref.ledger, row),
    DebtRef: lambda ref, row: _rows.debt(ref.ledger, row),
    KeyRef: _rows.key,
    FactRef: _rows.fact,
    NoteRef: lambda ref, row: _rows.note(ref.ledger, row),
    NoticeRef: _rows.notice,
    SegmentRef: _rows.segment,
    OrderRef: _orders.order,
    ReferralRef: _referrals.referral,
    ReferralCodeRef: _referrals.code,
    CounterRef: _referrals.counter,
}
"""How a row, with the ref that names it, becomes a record."""

_WHOLE: dict[type[Any], Callable[[Row], Any]] = {
    OrdersRef: _orders.whole_order,
    ReferralsRef: _referrals.whole_referral,
    ReferralCodesRef: _referrals.whole_code,
}
"""How a whole row of all that a holder has becomes a record."""
