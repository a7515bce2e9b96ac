"""A loyalcore store on plain sqlite3: one class for every kind of record, one table, each record a row of JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

import attrs

from loyalcore.domain import customers, decision, ledger
from loyalcore.domain.decision import ChangeSet, EntriesRef, Ref
from loyalcore.errors import ReadOnlyStore, StaleVersion, StoreUnavailable
from loyalcore.query import All
from loyalcore.values.clock import to_micros

SCHEMA = """
    CREATE TABLE IF NOT EXISTS record (
        kind TEXT, name TEXT, version INTEGER, is_open INTEGER, due_at INTEGER,
        order_id TEXT, corrects TEXT, body TEXT, PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS record_open ON record (kind, name) WHERE is_open;
    CREATE INDEX IF NOT EXISTS record_due ON record (due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS record_order ON record (order_id, name) WHERE order_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS record_corrects ON record (corrects, name) WHERE corrects IS NOT NULL;
"""
SELECT = "SELECT body FROM record WHERE kind = ? AND name >= ? AND name < ?"
INSERT = "INSERT INTO record VALUES (:kind, :name, :version, :is_open, :due_at, :order_id, :corrects, :body)"
REPLACE = INSERT.replace("INSERT", "INSERT OR REPLACE", 1)
CHANGE = "UPDATE record SET version = :version, due_at = :due_at, body = :body"
UPDATE = f"{CHANGE} WHERE kind = :kind AND name = :name AND version = :expected"

# Names. The parts of a ref are joined so that names sort as their parts do (P12): no text of the library holds the
# separator, every character that it may hold comes after it, and numbers are written with all their digits.
END, AFTER_END = "\x1f", "\x20"
KIND = {"HoldRef": "PointsHold", "EntriesRef": "Entry", "KeyRef": "KeyRecord"}  # the others are named alike


def name_of(*parts: Any) -> str:
    """Write parts of a name, whole refs among them, as one text."""
    flat = [name_of(*attrs.astuple(part, recurse=False)) if attrs.has(type(part)) else part for part in parts]
    return "".join((f"{part:019d}" if isinstance(part, int) else part.removesuffix(END)) + END for part in flat)


def within(name: str) -> tuple[str, str]:
    """Give the bounds between which a name lies, and all names that begin with it."""
    return name, name[:-1] + AFTER_END


# Bodies. A value that JSON has no word for becomes a list that begins with the name of its type.
TYPES: dict[str, Any] = {"dict": dict, "tuple": lambda *parts: parts, "Decimal": Decimal}
TYPES |= {"datetime": datetime.fromisoformat, "date": date.fromisoformat}
TYPES |= {name: getattr(module, name) for module in (customers, decision, ledger) for name in module.__all__}


def pack(value: Any) -> Any:
    """Give a value of a record as JSON can write it."""
    kind = type(value)
    if kind in {str, int, bool, type(None)}:
        return value
    if attrs.has(kind):
        return [kind.__name__, {field.name: pack(getattr(value, field.name)) for field in attrs.fields(kind)}]
    if isinstance(value, tuple):
        return [kind.__name__, *map(pack, value)]
    if isinstance(value, date):
        return [kind.__name__, value.isoformat()]
    return ["dict", dict(value)] if hasattr(value, "keys") else [kind.__name__, str(value)]


def unpack(value: Any) -> Any:
    """Give back what `pack` wrote."""
    if isinstance(value, dict):
        return {name: unpack(each) for name, each in value.items()}
    if not isinstance(value, list):
        return value
    name, parts = value[0], [unpack(part) for part in value[1:]]
    kind = TYPES[name]
    return kind(**parts[0]) if isinstance(kind, type) and attrs.has(kind) else kind(*parts)


def row_of(record: Any, expected: int | None = None) -> dict[str, Any]:
    """Give a record as a row; a ledger without its open parts, which are rows of their own."""
    if isinstance(record, ledger.Ledger):
        record = attrs.evolve(record, lots=(), holds=(), debts=())
    due_at = getattr(record, "next_change_at", None)
    row = {name: getattr(record, name, None) for name in ("version", "is_open", "order_id", "corrects")}
    row |= {"kind": type(record).__name__, "name": name_of(record.ref), "expected": expected}
    return row | {"due_at": due_at and to_micros(due_at), "body": json.dumps(pack(record), separators=(",", ":"))}


class PlainStore:
    """A store in one SQLite file, made where there is none; threads and processes may share it."""

    abilities = frozenset({"durable", "processes", "threads"})

    def __init__(self, path: str) -> None:
        self._path: str | None = path
        with self.unit() as unit:
            for statement in SCHEMA.split(";"):
                unit.execute(statement)
            unit.commit()

    def unit(self, *, readonly: bool = False) -> PlainUnit:
        """Open a unit of work."""
        if self._path is None:
            raise StoreUnavailable("the store is closed")
        return PlainUnit(self._path, readonly=readonly)

    def close(self) -> None:
        """Close the store: units asked for afterwards are refused."""
        self._path = None


class PlainUnit:
    """One transaction on a connection of its own; one that may write has the write lock from its beginning (P6)."""

    def __init__(self, path: str, *, readonly: bool) -> None:
        self._path, self._readonly = path, readonly

    def __enter__(self) -> Self:
        try:
            self.connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreUnavailable(str(error)) from error
        try:
            self.execute("PRAGMA journal_mode = WAL")
            self.execute("BEGIN" if self._readonly else "BEGIN IMMEDIATE")
        except BaseException:
            self.connection.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()  # what was not committed is gone (P3)

    def commit(self) -> None:
        """Make everything applied visible and durable (P2)."""
        self.execute("COMMIT")

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref (P4)."""
        return {ref: self._find(ref) for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Write a change set, or refuse it whole (P8 to P11)."""
        if self._readonly:
            raise ReadOnlyStore("this unit is read-only")
        self.execute("SAVEPOINT applying")
        try:
            for put in changes.puts:
                row = row_of(put.record, put.expected)
                if self.execute(INSERT if put.expected is None else UPDATE, row).rowcount != 1:
                    raise StaleVersion(row["kind"])
            for statement, records in ((REPLACE, changes.parts), (INSERT, changes.inserts)):
                for record in records:
                    self.execute(statement, row_of(record))
        except BaseException:
            self.connection.execute("ROLLBACK TO applying")
            raise

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give the records of a query in the order of their names (P12, P13)."""
        parts = (query.environment, query.holder_id, query.program_id, query.ledger)
        bounds = within(name_of(*(part for part in parts if part is not None)))
        is_due = "" if query.due_by is None else f" AND due_at <= {to_micros(query.due_by)}"
        return self._read(f"{SELECT}{is_due} ORDER BY name", (query.kind.__name__, *bounds))

    def _find(self, ref: Ref) -> Any:
        if isinstance(ref, EntriesRef) and ref.by != "seq":
            by_column = f"{SELECT} AND {ref.by} = ? ORDER BY name"
            return tuple(self._read(by_column, ("Entry", *within(name_of(ref.ledger)), ref.value)))
        named = type(ref).__name__
        found = tuple(self._read(SELECT, (KIND.get(named, named.removesuffix("Ref")), *within(name_of(ref)))))
        return found if isinstance(ref, EntriesRef) else next(iter(found), None)

    def _read(self, statement: str, values: tuple[Any, ...]) -> Iterator[Any]:
        for (body,) in self.execute(statement, values):
            record = unpack(json.loads(body))
            yield self._with_open_parts(record) if isinstance(record, ledger.Ledger) else record

    def _with_open_parts(self, head: ledger.Ledger) -> ledger.Ledger:
        """Give a ledger with its open lots, holds and debts, in the order of P5."""
        bounds = within(name_of(head.ref))
        named = f"{SELECT} AND is_open ORDER BY name"
        parts = (self._read(named, (kind, *bounds)) for kind in ("Lot", "PointsHold", "Debt"))
        lots, holds, debts = (tuple(sorted(each, key=lambda part: getattr(part, "seq", 0))) for each in parts)
        return attrs.evolve(head, lots=lots, holds=holds, debts=debts)

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """Run a statement; what goes wrong with it becomes an error of the library (P14)."""
        try:
            return self.connection.execute(statement, values)
        except sqlite3.IntegrityError as error:
            raise StaleVersion(str(values["kind"])) from error  # the name is taken (P8, P9)
        except sqlite3.Error as error:
            is_readonly = getattr(error, "sqlite_errorname", "").startswith("SQLITE_READONLY")
            raise (ReadOnlyStore if is_readonly else StoreUnavailable)(str(error)) from error
