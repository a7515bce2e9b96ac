"""Applying: the rows of a change set, table by table, each table in one call of the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy._rows import ROW_OF
from loyalcore.adapters.sqlalchemy._statements import NAME_OF, TABLE_OF
from loyalcore.errors import CapabilityMissing, StaleVersion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Cursor

    from loyalcore.adapters.sqlalchemy._dialects import Link, SqliteDialect
    from loyalcore.adapters.sqlalchemy._rows import Row
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.domain.decision import ChangeSet

Rows = dict[type[Any], list["Row"]]

_NAMES = {kind: len(table.primary_key.columns) for kind, table in TABLE_OF.items()}
"""How many columns of each table are its name."""


def write(dialect: SqliteDialect, link: Link, statements: Statements, changes: ChangeSet) -> None:
    """Write a change set; after an error the caller undoes what was written of it.

    Raises:
        CapabilityMissing: A record is of a kind that this store does not keep.
        StaleVersion: A version is not the expected one, or a name is taken.
        StoreError: The database refused for another reason.
    """
    made: Rows = {}
    changed: Rows = {}
    for put in changes.puts:
        kind: type[Any] = type(put.record)
        row = _row(put.record)
        if put.expected is None:
            made.setdefault(kind, []).append(row)
        else:
            names = _NAMES[kind]
            changed.setdefault(kind, []).append((*row[names:], *row[:names], put.expected))
    cursor = link.cursor
    kind = object
    try:
        for kind, rows in made.items():
            _run(cursor, statements.insert[kind], rows)
        for kind, rows in changed.items():
            _run(cursor, statements.update[kind], rows)
            if cursor.rowcount != len(rows):
                raise StaleVersion(NAME_OF[kind])
        for kind, rows in _by_kind(changes.parts).items():
            _run(cursor, statements.upsert[kind], rows)
        for kind, rows in _by_kind(changes.inserts).items():
            _run(cursor, statements.insert[kind], rows)
    except dialect.Error as error:
        raise dialect.blame(error, NAME_OF[kind]) from error


def _run(cursor: Cursor, statement: str, rows: list[Row]) -> None:
    if len(rows) == 1:
        cursor.execute(statement, rows[0])
    else:
        cursor.executemany(statement, rows)


def _by_kind(records: Iterable[Any]) -> Rows:
    rows: Rows = {}
    for record in records:
        rows.setdefault(type(record), []).append(_row(record))
    return rows


def _row(record: Any) -> Row:
    make = ROW_OF.get(type(record))
    if make is None:
        raise CapabilityMissing(type(record).__name__)
    return make(record)
