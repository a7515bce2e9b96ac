"""Statements over many rows at once, for a database that takes arrays: each parameter is a whole column.

SQLite has none of them: there a prepared statement per row costs about what a row of one large statement does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Integer

from loyalcore.adapters.sqlalchemy._tables import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, Table

    from loyalcore.adapters.sqlalchemy._dialects import Row

GIVEN = "given"


def columns_of(rows: Sequence[Row]) -> Row:
    """Give the columns of rows, as these statements take them."""
    return tuple(map(list, zip(*rows, strict=True)))


def load_many(kind: type[Any], names: int, where: str = "") -> str:
    """Give the query of the whole rows whose first columns are given.

    Args:
        kind: The class of the records.
        names: How many columns are given.
        where: A further condition.
    """
    table = TABLE_OF[kind]
    given = list(table.columns)[:names]
    condition = f"WHERE {where}" if where else ""
    joined = f"FROM {_given(given)} JOIN {table.name} ON {_same(table, given)}"
    return " ".join(["SELECT", _of(table, table.columns), joined, condition]).rstrip()


def lock_many(kind: type[Any]) -> str:
    """Give the query that locks the rows of given names, in the order of the names."""
    table = TABLE_OF[kind]
    name = list(table.primary_key.columns)
    joined = f"FROM {_given(name)} JOIN {table.name} ON {_same(table, name)}"
    return " ".join(["SELECT 1", joined, "ORDER BY", _of(table, name), "FOR NO KEY UPDATE OF", table.name])


def insert_many(kind: type[Any]) -> str:
    """Give the statement that makes rows."""
    table = TABLE_OF[kind]
    return " ".join(["INSERT INTO", table.name, f"({_quoted(table.columns)})", "SELECT * FROM", _given(table.columns)])


def upsert_many(kind: type[Any]) -> str:
    """Give the statement that writes rows over those of the same names, or makes them."""
    table = TABLE_OF[kind]
    name = list(table.primary_key.columns)
    others = [f'"{column.name}" = excluded."{column.name}"' for column in table.columns if column not in name]
    return f"{insert_many(kind)} ON CONFLICT ({_quoted(name)}) DO UPDATE SET {', '.join(others)}"


def update_many(kind: type[Any]) -> str:
    """Give the statement that changes rows: the columns are the row without its name, the name, the version before."""
    table = TABLE_OF[kind]
    name = list(table.primary_key.columns)
    others = [column for column in table.columns if column not in name]
    changed = ", ".join(f'"{column.name}" = {GIVEN}."{column.name}"' for column in others)
    given = _given([*others, *name], "old_version")
    found = f'{_same(table, name)} AND {table.name}."version" = {GIVEN}."old_version"'
    return " ".join(["UPDATE", table.name, "SET", changed, "FROM", given, "WHERE", found])


def _given(columns: Iterable[Column[Any]], *numbers: str) -> str:
    named = [*((column.name, _type(column)) for column in columns), *((name, "bigint") for name in numbers)]
    arrays = ", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(named, 1))
    names = ", ".join(f'"{name}"' for name, _ in named)
    return f"unnest({arrays}) AS {GIVEN} ({names})"


def _type(column: Column[Any]) -> str:
    if isinstance(column.type, Boolean):
        return "boolean"
    return "bigint" if isinstance(column.type, BigInteger | Integer) else "text"


def _same(table: Table, columns: Iterable[Column[Any]]) -> str:
    return " AND ".join(f'{table.name}."{column.name}" = {GIVEN}."{column.name}"' for column in columns)


def _of(table: Table, columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f'{table.name}."{column.name}"' for column in columns)


def _quoted(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)
