"""How each database words what a query asks, where they differ: exact texts, sets, attributes, lists of values.

What it is given to compare with is always a mark, which the value is bound to; a list of values has one mark too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import BigInteger, Boolean, Text, any_, cast, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from loyalcore.store import sortable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from sqlalchemy import BindParameter, ColumnElement
    from sqlalchemy.engine import Dialect as Compiler

    Mark = Callable[[], BindParameter[Any]]
    Span = tuple[int, int]


class Wording(Protocol):
    """The words of one database."""

    def exact(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Let a text be compared and sorted by code points."""
        ...

    def has_value(self, column: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
        """Ask that there is a value, so that an index in the order of the values is entered where they begin."""
        ...

    def key(self, mark: BindParameter[Any]) -> ColumnElement[Any]:
        """Give one key of the place that a page begins behind."""
        ...

    def contains(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask that a text holds another one."""
        ...

    def attribute(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[Any]:
        """Give one value of a JSON object, whose name is written by `name`."""
        ...

    def is_among(self, column: ColumnElement[Any], kind: str, mark: Mark) -> ColumnElement[bool]:
        """Ask that a value is one of those that are written by `listed`."""
        ...

    def holds_any(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask that a JSON array holds one of the texts that are written by `listed`."""
        ...

    def is_within_any(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask that a number is within one of the spans that are written by `spans`."""
        ...

    def amount(self, value: Decimal) -> Any:
        """Write an amount."""
        ...

    def name(self, key: str) -> str:
        """Write the name of an attribute."""
        ...

    def listed(self, values: Sequence[Any]) -> Any:
        """Write values as one."""
        ...

    def spans(self, spans: Sequence[Span]) -> tuple[Any, ...]:
        """Write half-open spans of microseconds, as one value or more."""
        ...


_ONE: Final[ColumnElement[Any]] = literal_column("1")


class SqliteWording:
    """The words of SQLite, whose lists are JSON; its texts compare by code points unless a column says otherwise."""

    _LEAST: Final[dict[str, ColumnElement[Any]]] = {
        "whole": literal_column(str(-(2**63))),
        "instant": literal_column(str(-(2**63))),
        "flag": literal_column("0"),
    }

    def exact(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Leave a column as it is, unless it says that it compares in another way."""
        collation = getattr(column.type, "collation", None)
        return column if collation in {None, "C", "BINARY"} else column.collate("BINARY")

    def has_value(self, column: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
        """Ask for at least the least value: SQLite enters no index by IS NOT NULL."""
        return column >= self._LEAST.get(kind, literal_column("''"))

    def key(self, mark: BindParameter[Any]) -> ColumnElement[Any]:
        """Give the mark itself."""
        return mark

    def contains(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask for the place of a text; LIKE would ignore the case of ASCII."""
        return func.instr(column, mark()) > literal_column("0")

    def attribute(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[Any]:
        """Give what a path leads to."""
        return func.json_extract(column, mark(), type_=Text())

    def is_among(self, column: ColumnElement[Any], kind: str, mark: Mark) -> ColumnElement[bool]:
        """Ask for the members of an array."""
        given = func.json_each(mark()).table_valued("value")
        return column.in_(select(given.c.value))

    def holds_any(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask for the members of two arrays."""
        member = func.json_each(column).table_valued("value")
        return exists(select(_ONE).select_from(member).where(self.is_among(member.c.value, "text", mark)))

    def is_within_any(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask for the members of an array of pairs."""
        span = func.json_each(mark()).table_valued("value")
        low, high = (func.json_extract(span.c.value, literal_column(f"'$[{end}]'")) for end in (0, 1))
        return exists(select(_ONE).select_from(span).where(column >= low, column < high))

    def amount(self, value: Decimal) -> Any:
        """Write an amount as a text that sorts as it does."""
        return sortable(value)

    def name(self, key: str) -> str:
        """Write a path; no name holds a quotation mark or a backslash."""
        return f'$."{key}"'

    def listed(self, values: Sequence[Any]) -> Any:
        """Write an array."""
        return json.dumps(values, ensure_ascii=False)

    def spans(self, spans: Sequence[Span]) -> tuple[Any, ...]:
        """Write an array of pairs."""
        return (json.dumps(spans),)


class PostgresWording:
    """The words of PostgreSQL, whose lists are arrays.

    Args:
        compiler: What writes its statements: it knows how a column compares.
    """

    _TYPES: Final[dict[str, Any]] = {
        "whole": BigInteger(),
        "instant": BigInteger(),
        "flag": Boolean(),
    }

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def exact(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Say that code points count, where the column does not say it itself."""
        shown = column.type.dialect_impl(self._compiler)
        return column if getattr(shown, "collation", None) == "C" else column.collate("C")

    def has_value(self, column: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
        """Ask that there is one."""
        return column.is_not(None)

    def key(self, mark: BindParameter[Any]) -> ColumnElement[Any]:
        """Hide the key from the planner: where it sees how far a list is left, it plans every page anew."""
        return select(mark).scalar_subquery()

    def contains(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask for the place of a text."""
        return func.strpos(column, mark()) > literal_column("0")

    def attribute(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[Any]:
        """Give the text under a key."""
        return self._binary(column).op("->>", return_type=Text())(cast(mark(), Text))

    def is_among(self, column: ColumnElement[Any], kind: str, mark: Mark) -> ColumnElement[bool]:
        """Ask for the members of an array."""
        return column == any_(cast(mark(), ARRAY(self._TYPES.get(kind, Text()))))

    def holds_any(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask for the members of an array, by the operator that an index over the sets knows."""
        return self._binary(column).bool_op("?|")(cast(mark(), ARRAY(Text)))

    def is_within_any(self, column: ColumnElement[Any], mark: Mark) -> ColumnElement[bool]:
        """Ask for the pairs of two arrays."""
        ends = [cast(mark(), ARRAY(BigInteger)) for _ in range(2)]
        span = func.unnest(*ends).table_valued("low", "high").render_derived()
        return exists(select(_ONE).select_from(span).where(column >= span.c.low, column < span.c.high))

    def amount(self, value: Decimal) -> Any:
        """Write an amount as a text that sorts as it does."""
        return sortable(value)

    def name(self, key: str) -> str:
        """Leave the name as it is."""
        return key

    def listed(self, values: Sequence[Any]) -> Any:
        """Write an array."""
        return list(values)

    def spans(self, spans: Sequence[Span]) -> tuple[Any, ...]:
        """Write an array of beginnings and one of ends."""
        return [low for low, _ in spans], [high for _, high in spans]

    @staticmethod
    def _binary(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column if isinstance(column.type, JSONB) else cast(column, JSONB)
