"""A table made from a noun with fields of every type, and a list of its rows."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Numeric, String, Table, Text, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateIndex, CreateTable

from loyalcore.adapters.sqlalchemy._columns import key_text
from loyalcore.adapters.sqlalchemy._lister import Lister
from loyalcore.query import fold
from loyalcore.values.clock import to_micros
from tests.unit.query._people import FIELDS, Person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Dialect, Link, Row
    from loyalcore.query import Field, Listing

_TYPES: dict[str, Any] = {
    "id": key_text(),
    "text": Text(),
    "whole": BigInteger(),
    "amount": Numeric().with_variant(String(31), "sqlite"),
    "flag": Boolean(),
    "instant": BigInteger(),
    "day": key_text(10),
    "texts": Text(),
    "attributes": Text(),
}
_BINARY: Any = JSONB(none_as_null=True).with_variant(Text(), "sqlite")
_FOLDED: dict[str, Any] = {"text": key_text(1_000), "texts": _BINARY, "attributes": _BINARY}
_OTHERS = "environment", "program_id", "holder_id"


def table(*indexes: tuple[str, ...]) -> Table:
    """Make the table, with an index over environment, program and each of these columns."""
    columns: list[Column[Any]] = [Column(name, key_text(), nullable=False) for name in _OTHERS]
    for field in FIELDS:
        if field.kind != "choice":
            columns.append(Column(field.column, _TYPES[field.kind], nullable=not field.is_required))
        if field.kind in _FOLDED:
            columns.append(Column(f"{field.column}_fold", _FOLDED[field.kind]))
    columns.append(Column("next_change_at", BigInteger))
    made = Table("person", MetaData(), *columns)
    Index("person_name", "environment", "program_id", "id", _table=made, unique=True)
    for names in indexes:
        Index(f"person_{names[0]}", *_OTHERS[:2], *names, _table=made)
    return made


class Crowd:
    """People in a table, and the list of them.

    Args:
        dialect: The database, in which there is no such table.
        indexes: The columns of indexes.
    """

    def __init__(self, dialect: Dialect, *indexes: tuple[str, ...]) -> None:
        self.dialect = dialect
        self.link: Link = dialect.connect()
        self.table = made = table(*indexes)
        self._insert = str(insert(made).compile(dialect=dialect.compiler))
        self._programs = itertools.count()
        steps: list[Any] = [CreateTable(made), *map(CreateIndex, made.indexes)]
        for step in steps:
            self.link.cursor.execute(str(step.compile(dialect=dialect.compiler)))
        columns = {column.name: (column,) for column in made.columns if column.name not in _OTHERS}
        scope = {name: (made.c[name],) for name in _OTHERS}
        self.lister = Lister(dialect, [made], [made.c.id], columns=columns, scope=scope, due=made.c.next_change_at)

    def close(self) -> None:
        """Drop the table."""
        self.link.cursor.execute("DROP TABLE person")
        self.link.close()

    def add(self, people: Iterable[Any]) -> str:
        """Add people in a new program, and return its name."""
        program = f"p-{next(self._programs)}"
        others = ("live", program, "h-1")
        rows = [(*others, *self._row(person)) for person in people]
        self.link.cursor.executemany(self._insert, rows)
        return program

    def _row(self, person: Any) -> Row:
        found: list[Any] = []
        for field in FIELDS:
            if field.kind != "choice":
                found += self._cells(field, field.get(person))
        due = getattr(person, "next_change_at", None)
        return (*found, due and to_micros(due))

    def _cells(self, field: Field, value: Any) -> tuple[Any, ...]:
        folded: Any = None
        match field.kind:
            case "instant":
                return (value and to_micros(value),)
            case "day":
                return (value and value.isoformat(),)
            case "amount":
                return (None if value is None else self.dialect.wording.amount(value),)
            case "text":
                return value, None if value is None else fold(value)
            case "texts":
                folded = sorted(map(fold, value))
            case "attributes":
                folded = {key: fold(text) for key, text in value.items()}
            case _:
                return (value,)
        return None, json.dumps(folded) if folded else None

    def ask(self, asked: Ask) -> list[Row]:
        """Run one query."""
        (rows,) = self.dialect.ask(self.link, [asked])
        return rows

    def page(self, listing: Listing, at: datetime) -> list[str]:
        """Give the ids of the rows of a listing."""
        return [id for (id,) in self.lister.page(self.ask, listing, at)]

    def count(self, listing: Listing, at: datetime) -> int:
        """Give how many rows a listing asks for."""
        ((number,),) = self.ask(self.lister.count(listing, at))
        return int(number)


__all__ = ["Crowd", "Person", "table"]
