"""The memory store: every promise of the protocol in the fewest words; thread-safe.

A unit reads what is committed, keeps what it applies to itself, and at `commit` checks every version and every new
ref again under one lock before it makes anything visible. A unit that locks holds the store until it ends.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import ChangeSet, EntriesRef, LedgerRef
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.errors import ReadOnlyStore, StaleVersion, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.domain.decision import Ref
    from loyalcore.query import All


class MemoryStore:
    """A store in memory, shared by the threads of one process.

    Example:
        >>> sorted(MemoryStore().abilities)
        ['threads']
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._records: dict[Ref, Any] = {}
        self._parts: dict[LedgerRef, dict[Ref, Any]] = {}
        self._entries: dict[LedgerRef, list[Entry]] = {}
        self._by_order: dict[tuple[LedgerRef, str], list[Entry]] = {}
        self._by_corrected: dict[tuple[LedgerRef, str], list[Entry]] = {}
        self._is_closed = False

    @property
    def abilities(self) -> frozenset[str]:
        """Threads of one process."""
        return frozenset({"threads"})

    def unit(self, *, readonly: bool = False) -> MemoryUnit:
        """Open a unit of work.

        Raises:
            StoreUnavailable: The store is closed.
        """
        if self._is_closed:
            raise StoreUnavailable("the memory store is closed")
        return MemoryUnit(self, readonly=readonly)

    def close(self) -> None:
        """Close the store; units opened afterwards are refused."""
        self._is_closed = True

    def _find(self, ref: Ref) -> Any:
        if isinstance(ref, EntriesRef):
            return self._find_entries(ref)
        found = self._records.get(ref)
        if isinstance(found, Ledger):
            return self._with_open_parts(found)
        return found

    def _find_entries(self, ref: EntriesRef) -> tuple[Entry, ...]:
        if ref.by == "order_id":
            return tuple(self._by_order.get((ref.ledger, str(ref.value)), ()))
        if ref.by == "corrects":
            return tuple(self._by_corrected.get((ref.ledger, str(ref.value)), ()))
        entries = self._entries.get(ref.ledger, [])
        return tuple(entries[int(ref.value) - 1 : int(ref.value)])

    def _with_open_parts(self, head: Ledger) -> Ledger:
        parts = [part for part in self._parts.get(head.ref, {}).values() if part.is_open]
        return attrs.evolve(
            head,
            lots=tuple(sorted((part for part in parts if isinstance(part, Lot)), key=lambda lot: lot.lot)),
            holds=tuple(
                sorted((part for part in parts if isinstance(part, PointsHold)), key=lambda hold: (hold.seq, hold.id)),
            ),
            debts=tuple(
                sorted((part for part in parts if isinstance(part, Debt)), key=lambda debt: (debt.seq, debt.entry_id)),
            ),
        )

    def _check(self, changes: ChangeSet) -> None:
        for put in changes.puts:
            found = self._records.get(put.ref)
            if (None if found is None else found.version) != put.expected:
                raise StaleVersion(type(put.record).__name__.lower())
        for record in changes.inserts:
            if isinstance(record, Entry):
                if record.seq <= len(self._entries.get(record.ledger, ())):
                    raise StaleVersion("entry")
            elif record.ref in self._records:
                raise StaleVersion(type(record).__name__.lower())

    def _write(self, changes: ChangeSet) -> None:
        for put in changes.puts:
            head = put.record
            self._records[put.ref] = attrs.evolve(head, lots=(), holds=(), debts=()) if isinstance(head, Ledger) else head
        for part in changes.parts:
            self._records[part.ref] = part
            open_parts = self._parts.setdefault(part.ledger, {})
            if part.is_open:
                open_parts[part.ref] = part
            else:
                open_parts.pop(part.ref, None)
        for record in changes.inserts:
            if isinstance(record, Entry):
                self._entries.setdefault(record.ledger, []).append(record)
                if record.order_id is not None:
                    self._by_order.setdefault((record.ledger, record.order_id), []).append(record)
                if record.corrects is not None:
                    self._by_corrected.setdefault((record.ledger, record.corrects), []).append(record)
            else:
                self._records[record.ref] = record

    def _matching(self, query: All) -> list[Any]:
        if query.kind is Entry:
            found = [entry for entries in self._entries.values() for entry in entries]
        else:
            found = [self._find(ref) for ref, record in self._records.items() if isinstance(record, query.kind)]
        return sorted((record for record in found if _is_within(record, query)), key=_name_of)


class MemoryUnit:
    """A unit of work over a memory store."""

    def __init__(self, store: MemoryStore, *, readonly: bool) -> None:
        self._store = store
        self._readonly = readonly
        self._applied: list[ChangeSet] = []
        self._locks = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._applied = []
        while self._locks:
            self._locks -= 1
            self._store._lock.release()

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Give the record of every ref; with a lock, nobody else writes until this unit ends."""
        if lock:
            self._store._lock.acquire()
            self._locks += 1
        with self._store._lock:
            return {ref: self._store._find(ref) for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Keep a change set until the commit, if it could be written now.

        Raises:
            ReadOnlyStore: The unit is read-only.
            StaleVersion: Something has changed since it was read, or a ref is taken.
        """
        if self._readonly:
            raise ReadOnlyStore("this unit is read-only")
        with self._store._lock:
            self._store._check(changes)
        self._applied.append(changes)

    def commit(self) -> None:
        """Check again and make everything visible at once.

        Raises:
            StaleVersion: Another unit was faster.
        """
        with self._store._lock:
            for changes in self._applied:
                self._store._check(changes)
            for changes in self._applied:
                self._store._write(changes)
        self._applied = []

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give what a query matches, as it stands when the stream begins."""
        with self._store._lock:
            found = self._store._matching(query)
        yield from found


def _is_within(record: Any, query: All) -> bool:
    name = _name_of(record)
    if name[0] != query.environment:
        return False
    wanted = (query.holder_id, query.program_id, query.ledger)
    if any(value is not None and value != mine for value, mine in zip(wanted, name[1:], strict=False)):
        return False
    if query.due_by is not None:
        return record.next_change_at is not None and record.next_change_at <= query.due_by
    return True


def _name_of(record: Any) -> tuple[Any, ...]:
    return _flat(record.ref)


def _flat(ref: Any) -> tuple[Any, ...]:
    values = attrs.astuple(ref, recurse=False)
    if isinstance(values[0], LedgerRef):
        return (*attrs.astuple(values[0]), *values[1:])
    return values
