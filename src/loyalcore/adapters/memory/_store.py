"""The memory store: every promise of the protocol in the fewest words; thread-safe.

A unit reads what is committed, and what it has applied itself, which it lays on a shelf of its own above the store's.
At `commit` it checks every version and every new ref again under one lock before it makes anything visible. A unit
that locks holds the store until it ends.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import Customer, CustomerRow, Membership
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    EntriesRef,
    HolderRef,
    LedgerRef,
    Notice,
    OrdersRef,
    ReferralCodesRef,
    ReferralsRef,
    Wipe,
)
from loyalcore.domain.ledger import Entry, Ledger, with_parts
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.errors import CapabilityMissing, ReadOnlyStore, StaleVersion, StoreUnavailable
from loyalcore.query import All, check_stored, counted, nearest
from loyalcore.store import ALL_OF, KIND_OF, KINDS_OF_ROW, name_columns, narrowing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.domain.decision import Ref
    from loyalcore.query import Listing


class _Shelf:
    """Records of every kind; those that it does not hold are looked up on the shelf below.

    What was taken away is None on a shelf above another, so that it hides what is below.
    """

    def __init__(self, below: _Shelf | None = None) -> None:
        self._below = below
        self._records: dict[Ref, Any] = {}
        self._parts: dict[LedgerRef, dict[Ref, Any]] = {}
        self._entries: dict[LedgerRef, list[Entry]] = {}
        self._named: dict[EntriesRef, list[Entry]] = {}
        self._holders: dict[HolderRef, CustomerRef] = {}
        self._groups: dict[Ref, set[Ref]] = {}

    def above(self) -> _Shelf:
        """Lay an empty shelf above this one."""
        return type(self)(self)

    def find(self, ref: Ref) -> Any:
        """Give the record of a ref."""
        if isinstance(ref, EntriesRef):
            return self._find_entries(ref)
        if isinstance(ref, HolderRef):
            return self._find_holder(ref)
        if type(ref) in ALL_OF:
            return self._find_all_of(ref)
        found = self._record(ref)
        return with_parts(found, self._open_parts(found.ref)) if isinstance(found, Ledger) else found

    def _record(self, ref: Ref) -> Any:
        found = self._records.get(ref)
        if found is None and self._below is not None and ref not in self._records:
            return self._below._record(ref)
        return found

    def _find_all_of(self, ref: Ref) -> tuple[Any, ...]:
        """Give all that a holder has; a name that was in the group once may be gone, or another's by now."""
        named = (self._record(name) for name in self._names_in(ref))
        return tuple(sorted((each for each in named if each and ref in _groups_of(each)), key=_name_of))

    def _names_in(self, ref: Ref) -> set[Ref]:
        own = self._groups.get(ref, set())
        return own if self._below is None else own | self._below._names_in(ref)

    def _find_holder(self, ref: HolderRef) -> Customer | None:
        named = self._customer_of(ref)
        found: Customer | None = None if named is None else self._record(named)
        return found if found is not None and found.holder_id == ref.holder_id else None

    def _customer_of(self, ref: HolderRef) -> CustomerRef | None:
        named = self._holders.get(ref)
        return self._below._customer_of(ref) if named is None and self._below is not None else named

    def _entries_of(self, ledger: LedgerRef) -> list[Entry]:
        own = self._entries.get(ledger, [])
        return own if self._below is None else [*self._below._entries_of(ledger), *own]

    def _find_entries(self, ref: EntriesRef) -> tuple[Entry, ...]:
        if ref.by == "seq":
            return tuple(self._entries_of(ref.ledger)[int(ref.value) - 1 : int(ref.value)])
        below = () if self._below is None else self._below._find_entries(ref)
        return (*below, *self._named.get(ref, ()))

    def _open_parts(self, ledger: LedgerRef) -> list[Any]:
        parts = {} if self._below is None else {part.ref: part for part in self._below._open_parts(ledger)}
        parts.update(self._parts.get(ledger, {}))
        return list(parts.values())

    def check(self, changes: ChangeSet) -> None:
        """Refuse what cannot be written.

        Raises:
            StaleVersion: A version is not the expected one, or a ref is taken.
        """
        for remove in changes.removes:
            if self._version(remove.ref) != remove.expected:
                raise StaleVersion(KIND_OF[type(remove.ref)].__name__.lower())
        removed = {remove.ref for remove in changes.removes}
        for put in changes.puts:
            if (None if put.ref in removed else self._version(put.ref)) != put.expected:
                raise StaleVersion(type(put.record).__name__.lower())
        for record in changes.inserts:
            if isinstance(record, Entry):
                if record.seq <= len(self._entries_of(record.ledger)):
                    raise StaleVersion("entry")
            elif self._record(record.ref) is not None and Wipe.of(record.ref) not in changes.wipes:
                raise StaleVersion(type(record).__name__.lower())

    def _version(self, ref: Ref) -> int | None:
        found = self._record(ref)
        return None if found is None else found.version

    def write(self, changes: ChangeSet) -> None:
        """Write what was checked."""
        self._take_away(changes)
        for put in changes.puts:
            record: Any = put.record
            if isinstance(record, Ledger):
                record = with_parts(record, ())
            elif isinstance(record, Customer):
                self._holders[HolderRef(record.environment, record.holder_id)] = record.ref
            for group in _groups_of(record):
                self._groups.setdefault(group, set()).add(record.ref)
            self._records[put.ref] = record
        for part in changes.parts:
            self._records[part.ref] = part
            parts = self._parts.setdefault(part.ledger, {})
            if part.is_open or self._below is not None:
                parts[part.ref] = part
            else:
                parts.pop(part.ref, None)
        for insert in changes.inserts:
            if isinstance(insert, Entry):
                self._append(insert)
            else:
                self._records[insert.ref] = insert

    def _take_away(self, changes: ChangeSet) -> None:
        gone: list[Ref] = [remove.ref for remove in changes.removes]
        if changes.wipes:
            gone += [ref for ref in self._all_refs() if Wipe.of(ref) in changes.wipes]
        for ref in gone:
            if self._below is not None:
                self._records[ref] = None
                continue
            record = self._records.pop(ref, None)
            if isinstance(record, Customer):
                self._holders.pop(HolderRef(record.environment, record.holder_id), None)
            for group in _groups_of(record):
                self._groups[group].discard(ref)

    def _all_refs(self) -> set[Ref]:
        own = set(self._records)
        return own if self._below is None else own | self._below._all_refs()

    def _append(self, entry: Entry) -> None:
        ledger = entry.ledger
        self._entries.setdefault(ledger, []).append(entry)
        if entry.order_id is not None:
            self._named.setdefault(EntriesRef(ledger, "order_id", entry.order_id), []).append(entry)
        if entry.corrects is not None:
            self._named.setdefault(EntriesRef(ledger, "corrects", entry.corrects), []).append(entry)

    def matching(self, query: All) -> list[Any]:
        """Give what a query matches, in the order of the names."""
        found = [self.find(ref) for ref in self._refs(query.kind)] if query.kind is not Entry else self._all_entries()
        return sorted((record for record in found if _is_within(record, query)), key=_name_of)

    def listed(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows that a listing means, whatever it asks of them.

        Raises:
            CapabilityMissing: There is no list of such rows, or a field has no column.
        """
        check_stored(listing.query)
        if listing.query.noun.kind is CustomerRow:
            return self._members(listing, at)
        if listing.query.noun.kind is Entry:
            query = _meant(Entry, listing)
            return [entry for entry in self._all_entries() if _is_within(entry, query)]
        kind = listing.query.noun.kind
        if kind in KINDS_OF_ROW:
            meant = _meant(kind, listing)
            return [record for record in map(self._record, self._refs(kind)) if _is_within(record, meant)]
        raise CapabilityMissing(f"pages of {listing.query.noun.name}")

    def _members(self, listing: Listing, at: datetime) -> list[CustomerRow]:
        query = _meant(Membership, listing)
        members = (self._record(ref) for ref in self._refs(Membership))
        return [
            CustomerRow(self._record(CustomerRef(each.environment, each.customer_id)), each, at)
            for each in members
            if each.customer_id is not None and _is_within(each, query)
        ]

    def _refs(self, kind: type[Any]) -> set[Ref]:
        own = {ref for ref, record in self._records.items() if isinstance(record, kind)}
        return own if self._below is None else own | (self._below._refs(kind) - self._records.keys())

    def _all_entries(self) -> list[Entry]:
        own = [entry for entries in self._entries.values() for entry in entries]
        return own if self._below is None else [*self._below._all_entries(), *own]


class MemoryStore:
    """A store in memory, shared by the threads of one process.

    Example:
        >>> sorted(MemoryStore().abilities)
        ['pages', 'threads']
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._shelf = _Shelf()
        self._is_closed = False

    @property
    def abilities(self) -> frozenset[str]:
        """Threads of one process, and pages."""
        return frozenset({"pages", "threads"})

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
            shelf = self._own_shelf()
            return {ref: shelf.find(ref) for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Keep a change set until the commit, if it could be written now.

        Raises:
            ReadOnlyStore: The unit is read-only.
            StaleVersion: Something has changed since it was read, or a ref is taken.
        """
        if self._readonly:
            raise ReadOnlyStore("this unit is read-only")
        with self._store._lock:
            self._own_shelf().check(changes)
        self._applied.append(changes)

    def commit(self) -> None:
        """Check again and make everything visible at once.

        Raises:
            StaleVersion: Another unit was faster.
        """
        with self._store._lock:
            shelf = self._store._shelf
            if len(self._applied) == 1:
                shelf.check(self._applied[0])
            else:
                self._rehearse(shelf.above())
            for changes in self._applied:
                shelf.write(changes)
        self._applied = []

    def _rehearse(self, shelf: _Shelf) -> None:
        for changes in self._applied:
            shelf.check(changes)
            shelf.write(changes)

    def _own_shelf(self) -> _Shelf:
        """Give the store's shelf as it would be after what this unit has applied."""
        shelf = self._store._shelf
        if self._applied:
            shelf = shelf.above()
            for changes in self._applied:
                shelf.write(changes)
        return shelf

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give what a query matches, as it stands when the stream begins."""
        with self._store._lock:
            found = self._own_shelf().matching(query)
        yield from found

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows of a listing from its place on, the nearest first."""
        return nearest(listing, self._listed(listing, at), at)

    def count(self, listing: Listing, at: datetime) -> int:
        """Give the number of rows of a listing."""
        return counted(listing, self._listed(listing, at), at)

    def _listed(self, listing: Listing, at: datetime) -> list[Any]:
        with self._store._lock:
            return self._own_shelf().listed(listing, at)


def _groups_of(record: Any) -> tuple[Ref, ...]:
    """Give the refs of all that a holder has, those that lead to a record."""
    if isinstance(record, Order):
        return (OrdersRef(record.environment, record.holder_id),)
    if isinstance(record, ReferralCode):
        return (ReferralCodesRef(record.environment, record.holder_id),)
    if isinstance(record, Referral):
        referrer = ReferralsRef(record.environment, record.referrer_holder_id, "referrer")
        referee = record.referee_holder_id
        return (referrer,) if referee is None else (referrer, ReferralsRef(record.environment, referee, "referee"))
    return ()


def _meant(kind: type[Any], listing: Listing) -> All:
    """Give the records of a kind that a listing means."""
    return All(
        kind,
        listing.environment,
        holder_id=listing.holder_id,
        program_id=listing.program_id,
        ledger=listing.ledger,
    )


def _is_within(record: Any, query: All) -> bool:
    name = name_columns(record.ref)
    fixed = narrowing(query)
    if any(name.get(column, getattr(record, column, None)) != value for column, value in fixed.items()):
        return False
    if query.due_by is not None and isinstance(record, Ledger | Membership | Notice):
        return record.next_change_at is not None and record.next_change_at <= query.due_by
    return True


def _name_of(record: Any) -> tuple[Any, ...]:
    return tuple(name_columns(record.ref).values())
