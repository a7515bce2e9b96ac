"""Loading: for each kind of ref, the statements that bring its record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy import _rows
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import (
    CustomerRef,
    DebtRef,
    EntriesRef,
    Fact,
    FactRef,
    HoldRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    Note,
    NoteRef,
)
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.errors import CapabilityMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loyalcore.adapters.sqlalchemy._dialects import Link
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.domain.decision import Ref

    Execute = Callable[[str, tuple[Any, ...]], Any]


def load(link: Link, statements: Statements, refs: Iterable[Ref]) -> dict[Ref, Any]:
    """Give the record of every ref, None where there is none.

    Raises:
        CapabilityMissing: A ref is of a kind that this store does not keep.
    """
    execute = link.cursor.execute
    found: dict[Ref, Any] = {}
    for ref in refs:
        loader = _LOADERS.get(type(ref))
        if loader is None:
            raise CapabilityMissing(type(ref).__name__)
        found[ref] = loader(execute, statements, ref)
    return found


def _customer(execute: Execute, statements: Statements, ref: CustomerRef) -> Customer | None:
    row = execute(statements.load[Customer], (ref.environment, ref.customer_id)).fetchone()
    return None if row is None else _rows.customer(ref, row)


def _membership(execute: Execute, statements: Statements, ref: MembershipRef) -> Membership | None:
    row = execute(statements.load[Membership], (ref.environment, ref.holder_id, ref.program_id)).fetchone()
    return None if row is None else _rows.membership(ref, row)


def _ledger(execute: Execute, statements: Statements, ref: LedgerRef) -> Ledger | None:
    name = _name(ref)
    head = execute(statements.load[Ledger], name).fetchone()
    if head is None:
        return None
    lots = [_rows.lot(ref, row) for row in execute(statements.open[Lot], name)]
    holds: tuple[PointsHold, ...] = ()
    debts: tuple[Debt, ...] = ()
    if head[_rows.LEDGER_HELD]:
        holds = tuple([_rows.hold(ref, row) for row in execute(statements.open[PointsHold], name)])
    if head[_rows.LEDGER_DEFICIT]:
        debts = tuple([_rows.debt(ref, row) for row in execute(statements.open[Debt], name)])
    return _rows.ledger(ref, head, tuple(lots), holds, debts)


def _name(ref: LedgerRef) -> tuple[str, str, str, str]:
    return (ref.environment, ref.holder_id, ref.program_id, ref.ledger)


def _lot(execute: Execute, statements: Statements, ref: LotRef) -> Lot | None:
    row = execute(statements.load[Lot], (*_name(ref.ledger), ref.lot)).fetchone()
    return None if row is None else _rows.lot(ref.ledger, row)


def _hold(execute: Execute, statements: Statements, ref: HoldRef) -> PointsHold | None:
    row = execute(statements.load[PointsHold], (*_name(ref.ledger), ref.hold_id)).fetchone()
    return None if row is None else _rows.hold(ref.ledger, row)


def _debt(execute: Execute, statements: Statements, ref: DebtRef) -> Debt | None:
    row = execute(statements.load[Debt], (*_name(ref.ledger), ref.entry_id)).fetchone()
    return None if row is None else _rows.debt(ref.ledger, row)


def _entries(execute: Execute, statements: Statements, ref: EntriesRef) -> tuple[Entry, ...]:
    rows = execute(statements.entries[ref.by], (*_name(ref.ledger), ref.value))
    return tuple([_rows.entry(ref.ledger, row) for row in rows])


def _key(execute: Execute, statements: Statements, ref: KeyRef) -> KeyRecord | None:
    row = execute(statements.load[KeyRecord], (ref.environment, ref.holder_id, ref.key)).fetchone()
    return None if row is None else _rows.key(ref, row)


def _fact(execute: Execute, statements: Statements, ref: FactRef) -> Fact | None:
    name = (ref.environment, ref.holder_id, ref.program_id, ref.rule, ref.source_type, ref.source_id)
    row = execute(statements.load[Fact], (*name, ref.line, ref.side, ref.cycle)).fetchone()
    return None if row is None else _rows.fact(ref, row)


def _note(execute: Execute, statements: Statements, ref: NoteRef) -> Note | None:
    row = execute(statements.load[Note], (*_name(ref.ledger), ref.seq)).fetchone()
    return None if row is None else _rows.note(ref.ledger, row)


_LOADERS: dict[type[Any], Callable[[Execute, Statements, Any], Any]] = {
    CustomerRef: _customer,
    MembershipRef: _membership,
    LedgerRef: _ledger,
    LotRef: _lot,
    HoldRef: _hold,
    DebtRef: _debt,
    EntriesRef: _entries,
    KeyRef: _key,
    FactRef: _fact,
    NoteRef: _note,
}
