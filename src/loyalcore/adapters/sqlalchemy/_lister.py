"""Lists: the statements of pages and counts over the rows of one noun, compiled once for each shape."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Column, and_, func, literal_column, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import True_

from loyalcore.adapters.sqlalchemy._compile import Compiler, Marks
from loyalcore.adapters.sqlalchemy._paging import WITHOUT, Pager, Part, parts_of, sorting_of
from loyalcore.adapters.sqlalchemy._shape import Shaper, Values, equal_in, given_in
from loyalcore.errors import CapabilityMissing
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Index, Select, Table

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Idiom, Row
    from loyalcore.adapters.sqlalchemy._shape import Shape
    from loyalcore.query import Listing

SHAPES_MAX: Final = 512
"""How many statements a list keeps."""

Columns = tuple[Column[Any], ...]
"""A column, and those of other tables that have the same value in every row: each table has indexes of its own."""


class _Asked(NamedTuple):
    """The shape of a statement: a page's with its part, a count's without."""

    scope: tuple[str, ...]
    is_settled: bool
    where: Shape
    part: Part | None
    most: int


class Lister:
    """The pages and counts of one list.

    Args:
        idiom: How its statements are written.
        tables: The table of the rows; or two that are joined.
        selected: What a row has.
        on: How the two are joined: each row of the first that names one of the second has it.
        columns: The columns by the names that the fields have for them. Sets and tables are NULL where they are empty.
        scope: By the names that a listing has for them: `environment`, `program_id`, `holder_id`, `ledger`.
        due: Of each row, the instant at which time will change it, if it will.
    """

    def __init__(
        self,
        idiom: Idiom,
        tables: Sequence[Table],
        selected: Sequence[ColumnElement[Any]],
        *,
        on: ColumnElement[bool] | None = None,
        columns: Mapping[str, Columns],
        scope: Mapping[str, Columns],
        due: Column[Any] | None = None,
    ) -> None:
        self._idiom = idiom
        self._tables = tuple(tables)
        self._on = on
        self._names = _names(self._tables[0], on)
        self._selected = selected
        self._columns = columns
        self._scope = scope
        self._due = due
        fixed = {id(column): name for name, twins in scope.items() for column in twins}
        self._fixed = {name: fixed[id(twins[0])] for name, twins in columns.items() if id(twins[0]) in fixed}
        self._statement: Callable[[_Asked], tuple[str, tuple[int, ...]]] = lru_cache(SHAPES_MAX)(self._compiled)

    def page(self, ask: Callable[[Ask], list[Row]], listing: Listing, at: datetime) -> list[Row]:
        """Give the rows of a listing.

        Args:
            ask: Runs a query.
            listing: What is asked.
            at: The instant of asking.

        Returns:
            At most `count` rows from the place on, the nearest first.

        Raises:
            CapabilityMissing: A field has no column, or the rows have no instant of their next change.
        """
        rows: list[Row] = []
        for statement, values in self.asks(listing, at):
            rows += ask((statement, values))
            if len(rows) >= listing.count:
                return rows[: listing.count]
        return rows

    def asks(self, listing: Listing, at: datetime) -> Iterator[Ask]:
        """Give the queries that answer a listing, to be run until there are enough rows.

        Raises:
            CapabilityMissing: A field has no column, or the rows have no instant of their next change.
        """
        scope, values, where = self._taken(listing, at)
        fixed = {name: getattr(listing, of) for name, of in self._fixed.items() if of in scope}
        sorting = sorting_of(listing, self._columns, fixed)
        for part, keys in parts_of(sorting, values):
            asked = _Asked(scope, listing.is_settled, where, part, listing.count)
            yield self._bound(asked, [*values.all, *keys])

    def count(self, listing: Listing, at: datetime) -> Ask:
        """Give the query of how many rows a listing asks for, wherever its place is.

        Raises:
            CapabilityMissing: A field has no column, or the rows have no instant of their next change.
        """
        scope, values, where = self._taken(listing, at)
        return self._bound(_Asked(scope, listing.is_settled, where, None, 0), values.all)

    def _taken(self, listing: Listing, at: datetime) -> tuple[tuple[str, ...], Values, Shape]:
        """Take a listing apart: whose rows it means, the values so far, the shape of its condition."""
        told = {name: getattr(listing, name) for name in self._scope}
        scope = tuple(name for name, value in told.items() if value is not None)
        values = Values(self._idiom.wording)
        values.all.extend(told[name] for name in scope)
        if listing.is_settled:
            if self._due is None:
                raise CapabilityMissing("the next change of these rows")
            values.all.append(to_micros(at))
        return scope, values, Shaper(self._columns, values).shape(listing.query.where)

    def _bound(self, asked: _Asked, values: list[Any]) -> Ask:
        statement, order = self._statement(asked)
        return statement, tuple([values[index] for index in order])

    # Compiling

    def _compiled(self, asked: _Asked) -> tuple[str, tuple[int, ...]]:
        """Give the statement of a shape, and which value goes to which of its parameters."""
        mark = Marks()
        found = self._counted(asked, mark) if asked.part is None else self._paged(asked, asked.part, mark)
        compiled = found.compile(dialect=self._idiom.compiler)
        return str(compiled), tuple([mark.names.index(name) for name in compiled.positiontup or ()])

    def _paged(self, asked: _Asked, part: Part, mark: Marks) -> Select[Any]:
        """Give the statement of a page."""
        wording, first = self._idiom.wording, self._sorted_by(part)
        compiler = Compiler(self._chosen(first), wording, mark)
        found = self._from(asked, part, first)
        for name in asked.scope:
            one = mark()
            found = found.where(*[column == one for column in self._scope[name]])
        if asked.is_settled and self._due is not None:
            found = found.where(self._due.is_(None) | (self._due > mark()))
        where = compiler.condition(asked.where)
        if not isinstance(where, True_):
            found = found.where(where)
        pager = Pager(compiler, wording, mark)
        found = found.where(*pager.limits(part)).order_by(*pager.order_by(part))
        # The number itself: PostgreSQL plans a prepared statement for as many rows as it can see.
        return found.limit(literal_column(str(asked.most))).offset(literal_column("0"))

    def _counted(self, asked: _Asked, mark: Marks) -> Select[Any]:
        """Give the statement of a count: of all rows, less those that are due, for an index can tell either number."""
        first = self._tables[0]
        chosen = self._chosen(first)
        conditions = [_in_first(self._scope[name], first) == mark() for name in asked.scope]
        due = self._due <= mark() if asked.is_settled and self._due is not None else None
        conditions.append(Compiler(chosen, self._idiom.wording, mark).condition(asked.where))
        is_joined = any(column.table in self._tables[1:] for column in _columns_in(and_(*conditions)))
        if not is_joined:
            # Who names somebody in the second table has a row there: nobody needs to look.
            conditions += [column.is_not(None) for column in self._names]
        source = first.join(self._tables[1], self._on) if is_joined else first
        found = select(func.count()).select_from(source).where(*conditions)
        if due is None:
            return found
        late = found.where(due)
        for index in first.indexes:
            if list(index.columns)[-1] is self._due:
                late = self._idiom.by_index(late, first, str(index.name), is_joined=is_joined)
        return select(found.scalar_subquery() - late.scalar_subquery())

    def _sorted_by(self, part: Part) -> Table:
        """Give the table by which a list is sorted first."""
        found: Table = self._columns[part.first.place.column][0].table
        return found

    def _chosen(self, first: Table) -> dict[str, ColumnElement[Any]]:
        """Give one column for each name: of those that are the same, the one in the table that is read first."""
        return {name: _in_first(twins, first) for name, twins in self._columns.items()}

    def _from(self, asked: _Asked, part: Part, first: Table) -> Select[Any]:
        """Give what is read: the table that is sorted by first, in that order where it has an index of it."""
        found: Select[Any] = select(*self._selected)
        others = [table for table in self._tables if table is not first]
        found = found.select_from(first if not others else first.join(others[0], self._on))
        index = self._index(asked, part, first)
        if index is None:
            return found
        return self._idiom.by_index(found, first, str(index.name), is_joined=bool(others))

    def _index(self, asked: _Asked, part: Part, first: Table) -> Index | None:
        """Give the index of a table that is in the order of a part, unless its rows are to be found by their values."""
        given = {place.column for place in given_in(asked.where)}
        equal = {place.column for place in equal_in(asked.where)}
        if not given:
            return self._in_order(asked, part, first, equal)
        return self._of_holders(asked, given, first) or (self._in_order(asked, part, first, equal) if equal else None)

    def _in_order(self, asked: _Asked, part: Part, first: Table, equal: set[str]) -> Index | None:
        """Give the index of a table that is in the order of a part, behind all columns that have one value."""
        orders = (part.first, *part.orders) if part.name == WITHOUT else part.orders
        if len({order.is_falling for order in part.orders}) > 1:
            return None
        chosen = self._chosen(first)
        scope = {column for name in asked.scope for column in self._scope[name]}
        same = {chosen[name] for name in equal}
        sought = [chosen[order.place.column] for order in orders]
        for index in first.indexes:
            columns = list(index.columns)
            begin = len(columns) - len(sought)
            is_narrow = not same or not same.isdisjoint(columns[:begin])
            is_ordered = columns[begin:] == sought and (scope | same).issuperset(columns[:begin])
            if is_narrow and is_ordered and not index.dialect_kwargs:
                return index
        return None

    def _of_holders(self, asked: _Asked, names: set[str], first: Table) -> Index | None:
        """Give the index of a table in which the rows of holders stand together, if such are named: they are few."""
        chosen = self._chosen(first)
        scope = {column for name in asked.scope for column in self._scope[name]}
        holders = {chosen[name] for name in names if name.endswith("holder_id")}
        for index in first.indexes if holders else ():
            columns = list(index.columns)[:2]
            if columns[0] in scope and columns[-1] in holders and not index.dialect_kwargs:
                return index
        return None


def _in_first(twins: Columns, first: Table) -> Column[Any]:
    """Give the one of columns of the same value that is in a table, if one is."""
    return next((column for column in twins if column.table is first), twins[0])


def _names(table: Table, on: ColumnElement[bool] | None) -> list[Column[Any]]:
    """Give the columns of a table that may name nothing in the one that it is joined with."""
    found = () if on is None else _columns_in(on)
    return [column for column in found if column.table is table and column.nullable]


def _columns_in(condition: ColumnElement[bool]) -> Iterator[Column[Any]]:
    """Give the columns that a condition is about, within subqueries too."""
    return (each for each in visitors.iterate(condition) if isinstance(each, Column))
