"""Reading and writing many rows at once, for PostgreSQL: names are asked for by whole columns, rows are sent by COPY.

SQLite has none of it: there a prepared statement per row costs about what a row of one large statement does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BigInteger, Integer

from loyalcore.adapters.sqlalchemy._tables import HOLDER, TABLE_OF, read_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, Table

    from loyalcore.adapters.sqlalchemy._dialects import Row

GIVEN = "given"


def columns_of(rows: Sequence[Row]) -> Row:
    """Give the columns of rows, as these queries take them."""
    return tuple(map(list, zip(*rows, strict=True)))


def load_many(kind: type[Any], given: Sequence[Column[Any]], where: str = "") -> str:
    """Give the query of the whole rows some of whose columns are given.

    Args:
        kind: The class of the records.
        given: The columns of its table.
        where: A further condition.
    """
    table = TABLE_OF[kind]
    condition = f"WHERE {where}" if where else ""
    joined = f"FROM {_given(given)} JOIN {table.name} ON {_same(table, given)}"
    return " ".join(["SELECT", _of(table, read_columns(table)), joined, condition]).rstrip()


def lock_many(kind: type[Any]) -> str:
    """Give the query that locks the rows of given names, in the order of the names."""
    table = TABLE_OF[kind]
    name = list(table.primary_key.columns)
    joined = f"FROM {_given(name)} JOIN {table.name} ON {_same(table, name)}"
    return " ".join(["SELECT 1", joined, "ORDER BY", _of(table, name), "FOR NO KEY UPDATE OF", table.name])


def remove_many(kind: type[Any], *, is_exact: bool) -> str:
    """Give the statement that takes rows away: by their names and versions, or all of the given holders."""
    table = TABLE_OF[kind]
    given = [*table.primary_key.columns, table.c.version] if is_exact else [table.c[name] for name in HOLDER]
    return " ".join(["DELETE FROM", table.name, "USING", _given(given), "WHERE", _same(table, given)])


def copy_into(kind: type[Any]) -> str:
    """Give the statement that makes the rows that are sent after it."""
    table = TABLE_OF[kind]
    return f"COPY {table.name} ({_quoted(table.columns)}) FROM STDIN"


class Staged(NamedTuple):
    """Rows that are sent to a table of the transaction's own, and written from there by one statement.

    Args:
        make: What makes that table.
        copy: What the rows are sent after.
        write: What writes them.
    """

    make: str
    copy: str
    write: str


def upsert_from(kind: type[Any], staged: str) -> Staged:
    """Write rows over those of the same names, or make them."""
    table = TABLE_OF[kind]
    name = list(table.primary_key.columns)
    others = [f'"{column.name}" = excluded."{column.name}"' for column in table.columns if column not in name]
    columns = _quoted(table.columns)
    write = ["INSERT INTO", table.name, f"({columns})", "SELECT * FROM", staged]
    write += [f"ON CONFLICT ({_quoted(name)}) DO UPDATE SET", ", ".join(others)]
    return _staged(table, columns, staged, " ".join(write))


def update_from(kind: type[Any], staged: str) -> Staged:
    """Change rows: what is sent is each row without its name, the name, and the version before."""
    table = TABLE_OF[kind]
    name = list(table.primary_key.columns)
    others = [column for column in table.columns if column not in name]
    changed = ", ".join(f'"{column.name}" = {GIVEN}."{column.name}"' for column in others)
    found = f'{_same(table, name)} AND {table.name}."version" = {GIVEN}."old_version"'
    columns = f'{_quoted([*others, *name])}, "version" AS "old_version"'
    write = ["UPDATE", table.name, "SET", changed, "FROM", staged, "AS", GIVEN, "WHERE", found]
    return _staged(table, columns, staged, " ".join(write))


def _staged(table: Table, columns: str, staged: str, write: str) -> Staged:
    make = ["CREATE TEMPORARY TABLE", staged, "ON COMMIT DROP AS SELECT", columns, "FROM", table.name, "WITH NO DATA"]
    return Staged(" ".join(make), f"COPY {staged} FROM STDIN", write)


def _given(columns: Iterable[Column[Any]]) -> str:
    named = [(column.name, _type(column)) for column in columns]
    arrays = ", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(named, 1))
    names = ", ".join(f'"{name}"' for name, _ in named)
    return f"unnest({arrays}) AS {GIVEN} ({names})"


def _type(column: Column[Any]) -> str:
    return "bigint" if isinstance(column.type, BigInteger | Integer) else "text"


def _same(table: Table, columns: Iterable[Column[Any]]) -> str:
    return " AND ".join(f'{table.name}."{column.name}" = {GIVEN}."{column.name}"' for column in columns)


def _of(table: Table, columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f'{table.name}."{column.name}"' for column in columns)


def _quoted(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)
