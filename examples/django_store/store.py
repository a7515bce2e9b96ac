"""A loyalcore store on the Django ORM: every kind of record in a table of the shop's own database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby
from typing import Any, Self

from django.db import Error, connections, transaction

from examples.django_store import models, queries
from examples.django_store.standalone import reopen
from loyalcore.domain.customers import Customer, CustomerRow, Membership
from loyalcore.domain.decision import ChangeSet, EntriesRef, HolderRef, Put, Ref, Remove
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.errors import (
    CapabilityMissing,
    InvalidInput,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    StoreError,
    StoreUnavailable,
)
from loyalcore.query import All, Listing
from loyalcore.store import (
    ALL_OF,
    KIND_OF,
    KINDS,
    from_columns,
    list_columns,
    name_columns,
    names,
    narrowing,
    to_columns,
)

MODELS: dict[type[Any], Any] = {kind: getattr(models, kind.__name__) for kind in KINDS}
LOCKED = {ref for ref, kind in KIND_OF.items() if hasattr(MODELS[kind], "version")} - {HolderRef, *ALL_OF}
"""The refs of customers, memberships, the heads of ledgers, and all else that has a version (P6)."""
PARTS: dict[str, tuple[type[Any], str, tuple[str, ...]]] = {
    "lots": (Lot, "version", ("lot",)),
    "holds": (PointsHold, "held", ("seq", "hold_id")),
    "debts": (Debt, "deficit", ("seq", "entry_id")),
}
"""What a ledger carries: of which kind, the figure that is 0 where there is none, and in which order (P5)."""
LISTS: dict[type[Any], tuple[type[Any], str]] = {
    CustomerRow: (Membership, "customer"),
    Entry: (Entry, ""),
    Order: (Order, ""),
    Referral: (Referral, ""),
    ReferralCode: (ReferralCode, ""),
}
"""Each kind of row of which there are lists: the kind of record that it is of, and by which field another is joined."""


def columns_of(kind: type[Any]) -> list[str]:
    """Give the columns that a record of a kind is made of, and its primary key."""
    return [field.name for field in MODELS[kind]._meta.concrete_fields if not field.name.endswith("_fold")]


class DjangoStore:
    """A store in the database of a Django project; `using` is its alias in `DATABASES`."""

    abilities = frozenset({"durable", "pages", "processes", "threads", "within"})

    def __init__(self, using: str = "default") -> None:
        self.using = using

    def unit(self, *, readonly: bool = False) -> DjangoUnit:
        """Open a unit of work."""
        return DjangoUnit(self.using, readonly=readonly)

    def within(self, connection: Any) -> LentStore:
        """Work inside the open `atomic` block of a connection, such as `django.db.connection`."""
        if getattr(connection, "alias", None) != self.using or not connection.in_atomic_block:
            raise InvalidInput(f"must be Django's connection {self.using!r} inside atomic()", path="connection")
        return LentStore(self.using)

    def __reduce__(self) -> tuple[Any, ...]:
        return reopen, (self.using, connections.settings[self.using])


class LentStore:
    """The store for as long as an `atomic` block of the shop's lasts: its units are savepoints of that block."""

    abilities = frozenset({"pages"})

    def __init__(self, using: str) -> None:
        self.using = using

    def unit(self, *, readonly: bool = False) -> DjangoUnit:
        """Open a unit of work."""
        return DjangoUnit(self.using, readonly=readonly, is_lent=True)


def reading(alias: str) -> str:
    """Give an alias for a unit that only reads, of the same database and not in use in this thread.

    So records can be streamed while others are read and booked; and on SQLite the unit needs no write lock.
    """
    databases, source = connections.settings, connections.settings[alias]
    while (alias := f"{alias} reading") in databases and connections[alias].in_atomic_block:
        pass
    options = {name: value for name, value in source["OPTIONS"].items() if name != "transaction_mode"}
    databases.setdefault(alias, {**source, "OPTIONS": options, "ATOMIC_REQUESTS": False})
    return alias


@contextmanager
def translated(what: str = "record") -> Iterator[None]:
    """Make what the database raises an error of the library (P14)."""
    try:
        yield
    except Error as error:
        cause = error.__cause__
        code = str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "")
        if code in {"23505", "SQLITE_CONSTRAINT_UNIQUE", "40001", "40P01"}:
            raise StaleVersion(what) from error  # a name is taken (P8, P9), or others were faster
        if code == "25006" or code.startswith("SQLITE_READONLY"):
            raise ReadOnlyStore("the database can be read but not written") from error
        kind = StoreError if code.startswith(("22", "23", "SQLITE_CONSTRAINT")) else StoreUnavailable
        raise kind(f"{type(error).__name__}: {code}") from error


class DjangoUnit:
    """One `atomic` block.

    On PostgreSQL it either sees one state, and is refused where others have changed it, or it locks what it loads and
    sees what they have committed by then. On SQLite one that may write has the write lock from its beginning.
    """

    def __init__(self, alias: str, *, readonly: bool, is_lent: bool = False) -> None:
        self._alias, self._readonly, self._is_lent = alias, readonly, is_lent
        self._is_open = False

    def __enter__(self) -> Self:
        if self._readonly and not self._is_lent:
            self._alias = reading(self._alias)
        self._connection = connections[self._alias]
        if self._connection.in_atomic_block and not self._is_lent:
            raise InvalidInput("is inside atomic(): book with loyalty.within(connection)", path=self._alias)
        self._was_connected = self._connection.connection is not None
        self._atomic = transaction.atomic(using=self._alias)
        with translated():
            self._atomic.__enter__()
        self._is_open = True
        self._is_fresh = self._connection.vendor == "postgresql" and not self._is_lent
        return self

    def __exit__(self, *error: object) -> None:
        if self._is_open:
            self._is_open = False
            with suppress(Error):  # a connection that is lost has undone it already
                transaction.set_rollback(True, using=self._alias)
                self._atomic.__exit__(None, None, None)
        if not self._was_connected:  # outside of a request nobody else would close it
            self._connection.close()

    def commit(self) -> None:
        """Make everything applied visible and durable (P2); within a block of the shop's, as that is committed."""
        if not self._is_open or self._connection.needs_rollback:
            raise StoreUnavailable("the unit has ended, or something in it has failed")
        self._is_open = False
        try:
            self._atomic.__exit__(None, None, None)
        except Error as error:
            raise OutcomeUnknown("the database failed while it committed") from error

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref (P4); what can be locked goes first, in one order (P6)."""
        lock = lock or self._is_lent
        ordered = sorted(refs, key=lambda ref: (type(ref) not in LOCKED, type(ref).__name__, repr(ref)))
        with translated():
            if not lock:
                self._see_one_state()
            return {ref: self._find(ref, lock) for ref in ordered}

    def apply(self, changes: ChangeSet) -> None:
        """Write a change set, or refuse it whole (P8 to P11, P17 to P19)."""
        if self._readonly:
            raise ReadOnlyStore("this unit is read-only")
        try:
            for remove in changes.removes:
                self._remove(remove)
            for wipe in changes.wipes:
                with translated(wipe.kind.__name__.lower()):
                    self._rows(wipe.kind).filter(environment=wipe.environment, holder_id=wipe.holder_id).delete()
            for put in changes.puts:
                self._put(put)
            self._write(changes.parts, is_over=True)
            self._write(changes.inserts, is_over=False)
        except BaseException:
            if self._is_open:
                transaction.set_rollback(True, using=self._alias)  # whoever commits it nevertheless is refused
            raise

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give the records of a query in the order of their names (P12, P13)."""
        with translated():
            self._see_one_state()
            rows = self._rows(query.kind).filter(**narrowing(query)).order_by(*names(query.kind))
            if query.due_by is not None:
                rows = rows.filter(next_change_at__lte=query.due_by)
            is_still = self._readonly and not self._is_lent
            for row in rows.values().iterator() if is_still else list(rows.values()):
                yield self._record(query.kind, row)

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows of a listing from its place on, the nearest first (P20)."""
        with translated():
            rows, joined = self._listed(listing)
            found = queries.nearest(rows, listing, at, joined)
            if not joined:
                return [self._record(listing.query.noun.kind, row) for row in found.values()]
            read = found.values(*columns_of(Membership), *(f"{joined}__{name}" for name in columns_of(Customer)))
            return [self._customer_row(row, f"{joined}__", at) for row in read]

    def count(self, listing: Listing, at: datetime) -> int:
        """Give the number of rows of a listing (P20)."""
        with translated():
            rows, joined = self._listed(listing)
            return int(queries.met(rows, listing, at, joined).count())

    def _listed(self, listing: Listing) -> tuple[Any, str]:
        """Give the rows that there is a list of; a membership without a customer has ended."""
        if listing.query.noun.kind not in LISTS:
            raise CapabilityMissing(f"pages of {listing.query.noun.name}")
        kind, joined = LISTS[listing.query.noun.kind]
        self._see_one_state()
        rows = self._rows(kind)
        return (rows.filter(customer_id__isnull=False) if joined else rows), joined

    def _customer_row(self, row: Mapping[str, Any], of_customer: str, at: datetime) -> CustomerRow:
        customer = {
            name.removeprefix(of_customer): value for name, value in row.items() if name.startswith(of_customer)
        }
        return CustomerRow(self._record(Customer, customer), self._record(Membership, row), at)

    def _remove(self, remove: Remove) -> None:
        kind = KIND_OF[type(remove.ref)]
        with translated(kind.__name__.lower()):
            gone, _ = self._rows(kind).filter(**name_columns(remove.ref), version=remove.expected).delete()
        if gone != 1:
            raise StaleVersion(kind.__name__.lower())

    def _put(self, put: Put) -> None:
        kind, columns = type(put.record), {**to_columns(put.record), **list_columns(put.record)}
        with translated(kind.__name__.lower()):
            if put.expected is None:
                self._rows(kind).create(**columns)
                return
            name = {name: columns.pop(name) for name in names(kind)}
            if self._rows(kind).filter(**name, version=put.expected).update(**columns) != 1:
                raise StaleVersion(kind.__name__.lower())

    def _write(self, records: Iterable[Any], *, is_over: bool) -> None:
        for kind, group in groupby(sorted(records, key=lambda record: type(record).__name__), key=type):
            written = [to_columns(record) for record in group]
            over: dict[str, Any] = {"update_conflicts": True, "unique_fields": names(kind)} if is_over else {}
            if is_over:
                over["update_fields"] = [name for name in written[0] if name not in names(kind)]
            with translated(kind.__name__.lower()):
                self._rows(kind).bulk_create([MODELS[kind](**columns) for columns in written], **over)

    def _see_one_state(self) -> None:
        if self._is_fresh:
            self._is_fresh = False
            with self._connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def _find(self, ref: Ref, lock: bool) -> Any:
        kind = KIND_OF[type(ref)]
        rows = self._rows(kind).filter(**name_columns(ref))
        if isinstance(ref, EntriesRef) or type(ref) in ALL_OF:
            return tuple(self._record(kind, row) for row in rows.order_by(*names(kind)).values())
        if lock and type(ref) in LOCKED:
            rows = rows.select_for_update()  # which SQLite does not have, nor need
        return next((self._record(kind, row) for row in rows.values()), None)

    def _record(self, kind: type[Any], row: Mapping[str, Any]) -> Any:
        return from_columns(kind, row, **(self._parts(row) if kind is Ledger else {}))

    def _parts(self, head: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
        """Give the open lots, holds and debts of a ledger; none are asked for where there are none."""
        name = {column: head[column] for column in names(Ledger)}
        parts: dict[str, tuple[Any, ...]] = {}
        for field, (kind, figure, order) in PARTS.items():
            rows = self._rows(kind).filter(MODELS[kind].is_open, **name).order_by(*order) if head[figure] else None
            parts[field] = tuple(self._record(kind, row) for row in rows.values()) if rows is not None else ()
        return parts

    def _rows(self, kind: type[Any]) -> Any:
        if not self._is_open:
            raise StoreUnavailable("the unit has not begun or has ended")
        self._is_fresh = False
        return MODELS[kind].objects.using(self._alias)
