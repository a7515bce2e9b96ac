"""A loyalcore store on plain sqlite3: one class for every kind of record, one table, each record a row of JSON."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile
from typing import Any, Self

from loyalcore.domain.decision import ChangeSet, EntriesRef, Ref
from loyalcore.domain.ledger import Debt, Ledger, Lot, PointsHold
from loyalcore.errors import OutcomeUnknown, ReadOnlyStore, StaleVersion, StoreUnavailable
from loyalcore.query import All
from loyalcore.store import ALL_OF, KIND_OF, from_columns, name_columns, names, narrowing, to_columns
from loyalcore.values.clock import to_micros

FOUND_BY = ("holder_id", "referrer_holder_id", "referee_holder_id", "order_id", "corrects")
COLUMNS = ("kind", "name", "version", "is_open", "due_at", *FOUND_BY, "body")
SCHEMA = f"""
    CREATE TABLE IF NOT EXISTS record (
        kind TEXT, name TEXT, version INTEGER, is_open INTEGER, due_at INTEGER, {" TEXT, ".join(FOUND_BY)} TEXT,
        body TEXT, PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS record_open ON record (kind, name) WHERE is_open;
    CREATE INDEX IF NOT EXISTS record_due ON record (due_at) WHERE due_at IS NOT NULL"""
INDEX = "CREATE INDEX IF NOT EXISTS record_{0} ON record ({0}, name) WHERE {0} IS NOT NULL"
SELECT = "SELECT body FROM record WHERE kind = ? AND name >= ? AND name < ?"
INSERT = f"INSERT INTO record ({', '.join(COLUMNS)}) VALUES (:{', :'.join(COLUMNS)})"  # noqa: S608 - names of the table
REPLACE = INSERT.replace("INSERT", "INSERT OR REPLACE", 1)
CHANGE = f"UPDATE record SET {', '.join(f'{name} = :{name}' for name in COLUMNS[2:])}"  # noqa: S608 - the same ones
UPDATE = f"{CHANGE} WHERE kind = :kind AND name = :name AND version = :expected"
REMOVE = "DELETE FROM record WHERE kind = :kind AND name = :name AND version = :expected"
WIPE = "DELETE FROM record WHERE kind = ? AND name >= ? AND name < ?"

# Names. The columns of a name are joined so that names sort as their columns do (P12): no text of the library holds the
# separator, every character that it may hold comes after it, and numbers are written with all their digits.
END, AFTER_END = "\x1f", "\x20"


def name_of(columns: Mapping[str, Any]) -> str:
    """Write the columns of a name, or the first ones of them, as one text."""
    return "".join((f"{part:019d}" if isinstance(part, int) else part) + END for part in columns.values())


def within(name: str) -> tuple[str, str]:
    """Give the bounds between which a name lies, and all names that begin with it."""
    return name, name[:-1] + AFTER_END


def row_of(record: Any, expected: int | None = None) -> dict[str, Any]:
    """Give a record as a row: what it is looked up by, and the whole of it as JSON."""
    kind, columns = type(record), to_columns(record)
    row = {name: getattr(record, name, None) for name in COLUMNS}
    due_at = getattr(record, "next_change_at", None)
    row |= {"kind": kind.__name__, "name": name_of({name: columns[name] for name in names(kind)})}
    return row | {
        "due_at": due_at and to_micros(due_at),
        "expected": expected,
        "body": json.dumps(columns, default=str),
    }


class PlainStore:
    """A store in one SQLite file, made where there is none; threads and processes share it, and it can be pickled."""

    abilities = frozenset({"durable", "processes", "threads"})

    def __init__(self, path: str) -> None:
        self._path: str | None = os.path.abspath(path)
        with self.unit(readonly=True) as unit:
            unit.execute("COMMIT")
            unit.execute("PRAGMA journal_mode = WAL")  # the file keeps it
        with self.unit() as unit:
            for statement in (*SCHEMA.split(";"), *map(INDEX.format, FOUND_BY)):
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


@contextmanager
def translated(what: str = "") -> Iterator[None]:
    """Make what SQLite raises an error of the library (P14)."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StaleVersion(what) from error  # the name is taken (P8, P9)
    except sqlite3.Error as error:
        is_readonly = getattr(error, "sqlite_errorname", "").startswith("SQLITE_READONLY")
        raise (ReadOnlyStore if is_readonly else StoreUnavailable)(str(error)) from error


class PlainUnit:
    """One transaction on a connection of its own; one that may write has the write lock from its beginning (P6)."""

    def __init__(self, path: str, *, readonly: bool) -> None:
        self._path, self._readonly = path, readonly

    def __enter__(self) -> Self:
        with translated():
            self.connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            self.execute("BEGIN" if self._readonly else "BEGIN IMMEDIATE")
        except BaseException:
            self.connection.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()  # what was not committed is gone (P3)

    def commit(self) -> None:
        """Make everything applied visible and durable (P2)."""
        try:
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise OutcomeUnknown(str(error)) from error

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref (P4)."""
        return {ref: self._find(ref) for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Write a change set, or refuse it whole (P8 to P11, P17 to P19)."""
        if self._readonly:
            raise ReadOnlyStore("this unit is read-only")
        self.execute("SAVEPOINT applying")
        try:
            for remove in changes.removes:
                kind, name = KIND_OF[type(remove.ref)].__name__, name_of(name_columns(remove.ref))
                self._write_one(REMOVE, {"kind": kind, "name": name, "expected": remove.expected})
            for wipe in changes.wipes:
                holder = {"environment": wipe.environment, "holder_id": wipe.holder_id}
                self.execute(WIPE, (wipe.kind.__name__, *within(name_of(holder))))
            for put in changes.puts:
                self._write_one(INSERT if put.expected is None else UPDATE, row_of(put.record, put.expected))
            for statement, records in ((REPLACE, changes.parts), (INSERT, changes.inserts)):
                for record in records:
                    self.execute(statement, row_of(record))
        except BaseException:
            self.execute("ROLLBACK TO applying")
            raise

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give the records of a query in the order of their names (P12, P13)."""
        fixed = narrowing(query)
        left = takewhile(fixed.__contains__, names(query.kind))
        bounds = within(name_of({name: fixed[name] for name in left}))
        is_due = "" if query.due_by is None else f" AND due_at <= {to_micros(query.due_by)}"
        records = self._read(query.kind, f"{SELECT}{is_due} ORDER BY name", bounds)
        return (each for each in records if fixed.items() <= to_columns(each).items())

    def _write_one(self, statement: str, row: dict[str, Any]) -> None:
        if self.execute(statement, row).rowcount != 1:
            raise StaleVersion(row["kind"])

    def _find(self, ref: Ref) -> Any:
        kind, columns = KIND_OF[type(ref)], name_columns(ref)
        by_others = {name: columns.pop(name) for name in tuple(columns) if name not in names(kind)}
        asked = " AND ".join([SELECT, *(f"{name} = ?" for name in by_others)])
        found = tuple(self._read(kind, f"{asked} ORDER BY name", (*within(name_of(columns)), *by_others.values())))
        return found if isinstance(ref, EntriesRef) or type(ref) in ALL_OF else next(iter(found), None)

    def _read(self, kind: type[Any], statement: str, values: tuple[Any, ...]) -> Iterator[Any]:
        rows = self.execute(statement, (kind.__name__, *values))
        while row := self._next(rows):
            columns = json.loads(row[0])
            yield from_columns(kind, columns, **(self._open_parts(columns) if kind is Ledger else {}))

    def _open_parts(self, head: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
        """Give the open lots, holds and debts of a ledger, in the order of P5."""
        bounds = within(name_of({name: head[name] for name in names(Ledger)}))
        named = f"{SELECT} AND is_open ORDER BY name"
        kinds: dict[str, type[Any]] = {"lots": Lot, "holds": PointsHold, "debts": Debt}
        parts = {name: self._read(kind, named, bounds) for name, kind in kinds.items()}
        return {name: tuple(sorted(each, key=lambda part: getattr(part, "seq", 0))) for name, each in parts.items()}

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """Run a statement."""
        with translated(values["kind"] if isinstance(values, dict) else ""):
            return self.connection.execute(statement, values)

    @staticmethod
    def _next(rows: sqlite3.Cursor) -> Any:
        with translated():
            return rows.fetchone()
