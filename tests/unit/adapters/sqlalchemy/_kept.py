"""Rows of any noun, in a table that is made from it."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table, Text, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from loyalcore.adapters.sqlalchemy._columns import key_text
from loyalcore.adapters.sqlalchemy._lister import Lister
from loyalcore.query import fold
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Dialect, Link, Row
    from loyalcore.query import Field, Listing, Noun

_BINARY: Any = JSONB().with_variant(Text(), "sqlite")
_TYPES: dict[str, tuple[Any, ...]] = {
    "id": (key_text(1_000),),
    "text": (Text(), key_text(3_000)),
    "whole": (BigInteger(),),
    "amount": (key_text(31),),
    "flag": (Boolean(),),
    "instant": (BigInteger(),),
    "day": (key_text(10),),
    "texts": (Text(), _BINARY),
    "attributes": (Text(), _BINARY),
}
"""The type of the column of a field, and of the folded one beside it."""
_SCOPE = "environment", "program_id", "holder_id", "ledger"


def table_of(noun: Noun, *indexes: Sequence[str]) -> Table:
    """Make the table of a noun, with an index over each of these lists of columns that it has."""
    columns: list[Column[Any]] = [Column("number", BigInteger)]
    for field in noun.fields:
        if field.column is not None:
            for end, kind in zip(("", "_fold"), _TYPES.get(field.kind, ()), strict=False):
                columns.append(Column(f"{field.column}{end}", kind, nullable=not field.is_required))
    made = Table(f"kept_{noun.name}", MetaData(), *columns)
    for names in indexes:
        if set(names) <= set(made.c.keys()):
            Index(f"kept_{'_'.join(names)}", *(made.c[name] for name in names))
    return made


class Kept:
    """Rows in a table, and the list of them: what the suite of compilers asks of a back end.

    Args:
        dialect: The database.
        indexes: The columns of indexes.
    """

    def __init__(self, dialect: Dialect, *indexes: Sequence[str]) -> None:
        self.dialect = dialect
        self.link: Link = dialect.connect()
        self._indexes = indexes
        self._noun: Noun | None = None
        self.table = Table("nothing", MetaData())
        self._rows: list[Any] = []

    def close(self) -> None:
        """Drop the table and let the connection go."""
        if self._noun is not None:
            self.run(DropTable(self.table))
        self.link.close()

    def run(self, statement: Any) -> None:
        """Run a statement without values."""
        self.link.cursor.execute(str(statement.compile(dialect=self.dialect.idiom.compiler)))

    def use(self, noun: Noun) -> None:
        """Have the table of a noun."""
        if self._noun is noun:
            return
        if self._noun is not None:
            self.run(DropTable(self.table))
        self._noun, self.table = noun, table_of(noun, *self._indexes)
        self.run(CreateTable(self.table))
        for index in self.table.indexes:
            self.run(CreateIndex(index))
        columns = {column.name: (column,) for column in self.table.columns}
        scope = {name: columns[name] for name in _SCOPE if name in columns}
        due = self.table.columns.get("next_change_at")
        self.lister = Lister(
            self.dialect.idiom, [self.table], [self.table.c.number], columns=columns, scope=scope, due=due
        )

    def keep(self, noun: Noun, rows: Sequence[Any]) -> None:
        """Keep these rows of a noun and no others."""
        self.use(noun)
        self.run(self.table.delete())
        self._rows = list(rows)
        cells = [(number, *self._cells(noun, row)) for number, row in enumerate(rows)]
        self.link.cursor.executemany(str(insert(self.table).compile(dialect=self.dialect.idiom.compiler)), cells)

    def _cells(self, noun: Noun, row: Any) -> Row:
        stored = [field for field in noun.fields if field.column is not None and field.kind in _TYPES]
        return tuple(cell for field in stored for cell in self._cell(field, attrgetter(str(field.column))(row)))

    def _cell(self, field: Field, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (str, int)) and not value and field.kind != "amount":
            return (None,) * len(_TYPES[field.kind])
        match field.kind:
            case "instant":
                return (to_micros(value),)
            case "day":
                return (value.isoformat(),)
            case "amount":
                return (None if value is None else self.dialect.idiom.wording.amount(value),)
            case "text":
                return value, fold(value)
            case "texts":
                return json.dumps(sorted(value)), json.dumps(sorted(map(fold, value)))
            case "attributes":
                return json.dumps(value), json.dumps({key: fold(text) for key, text in value.items()})
        return (value,)

    def ask(self, asked: Ask) -> list[Row]:
        """Run one query."""
        (rows,) = self.dialect.ask(self.link, [asked])
        return rows

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Answer a listing."""
        return [self._rows[number] for (number,) in self.lister.page(self.ask, listing, at)]

    def count(self, listing: Listing, at: datetime) -> int:
        """Count the rows of a listing."""
        ((number,),) = self.ask(self.lister.count(listing, at))
        return int(number)
