"""A list: the rows of a noun that a query asks for, page by page, as they stand at the instant of asking.

Rows that time has not changed since they were written come from the store in their order. The few that it has changed
are worked out here and put in between. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import attrs

from loyalcore.domain.segments import Segment
from loyalcore.errors import CapabilityMissing, InvalidInput
from loyalcore.query import (
    Condition,
    Every,
    Listing,
    Page,
    Position,
    Query,
    check_size,
    counted,
    fields_of,
    from_document,
    keys_of,
    nearest,
    page_of,
    parse,
    read_cursor,
    resolve,
    scope_of,
    to_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.execution import Executor
    from loyalcore.query import Noun
    from loyalcore.store import Lists, Unit

R = TypeVar("R")

Asked = Query | Condition | Mapping[str, Any] | str | None
"""A query in any of its forms; None asks for everything."""

CHUNK = 500
"""How many rows a stream asks for at a time."""
KEPT_MAX: Final = 256
"""How many search strings are kept as the queries that they are read as."""
KEPT_LENGTH_MAX: Final = 1_000
"""How long a search string may be that is kept."""

_parsed = lru_cache(KEPT_MAX)(parse)


def read_query(asked: Asked, noun: Noun) -> Query:
    """Give a query of a noun, however it was said.

    Args:
        asked: A query, a condition, the JSON form of a query, a search string, or None for everything.
        noun: Whose fields it names; what stands for conditions in it, such as `lifecycle`, is as this noun has it.

    Raises:
        InvalidInput: It is none of these, or is about another noun.
        LimitExceeded: It is too long, too deep, or has too many clauses.
    """
    if asked is None:
        return Query(noun)
    if isinstance(asked, str):
        return _parsed(str.__str__(asked), noun) if len(asked) <= KEPT_LENGTH_MAX else parse(asked, noun)
    if isinstance(asked, Mapping):
        return from_document(asked, noun)
    if isinstance(asked, Condition):
        asked = Query(noun, asked)
    if not isinstance(asked, Query):
        hint = ": list it by segments.page" if isinstance(asked, Segment) else ""
        raise InvalidInput(f"must be a query, not {type(asked).__name__}{hint}", path="query")
    if asked.noun is noun:
        return asked
    if asked.noun.kind is not noun.kind:
        raise InvalidInput(f"is about the noun {asked.noun.name}, not {noun.name}", path="query")
    mine = {field.name: field for field in noun.fields}
    wider = noun.extended([field for field in asked.noun.fields if field.name not in mine])
    return from_document(to_document(asked), wider)


class Moving(Generic[R]):
    """What time does to the rows of a list; this one knows rows that time does not change."""

    def due(self, unit: Unit, at: datetime) -> Sequence[R]:
        """Give every row that time has changed since it was written, as it stands at an instant.

        Raises:
            SweepDue: There are too many.
        """
        return ()

    def shown(self, unit: Unit, rows: Sequence[R], at: datetime) -> Sequence[R]:
        """Give rows that a store has found as they stand at an instant, in their order."""
        return rows


@attrs.frozen
class List(Generic[R]):
    """The rows of a noun within a scope.

    Args:
        executor: Where the records are.
        zone: The zone in which days begin and end.
        scope: Whose rows are meant, as a listing has it.
        moving: What time does to them.
    """

    executor: Executor
    zone: ZoneInfo
    scope: Mapping[str, str]
    moving: Moving[R]

    def page(self, query: Query, size: int, cursor: str | None) -> Page[R]:
        """Give one page.

        Raises:
            InvalidInput: The size or the cursor is none.
            LimitExceeded: The size is more than 500, or `SweepDue`.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
        """
        size = check_size(size)
        scope = scope_of(**self.scope)
        position = None if cursor is None else read_cursor(query, cursor, scope=scope)
        return page_of(query, self.behind(query, position, size + 1), size, position, scope=scope)

    def behind(self, query: Query, position: Position | None, count: int) -> Sequence[R]:
        """Give at most so many rows from a place on, the nearest first.

        Raises:
            LimitExceeded: `SweepDue`.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
        """
        with self._unit() as unit:
            return next(self._chunks(unit, query, position, count, self.executor.now()))

    def stream(self, query: Query) -> Iterator[R]:
        """Give every row in order, from one view where the store has one.

        Raises:
            LimitExceeded: `SweepDue`.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
        """
        with self._unit() as unit:
            for rows in self._chunks(unit, query, None, CHUNK, self.executor.now()):
                yield from rows

    def count(self, query: Query) -> int:
        """Give the number of rows.

        Raises:
            LimitExceeded: `SweepDue`.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
        """
        at = self.executor.now()
        listing = self._listing(query, None, 1, at)
        with self._unit() as unit:
            found = _lists(unit).count(listing, at)
            if not listing.is_settled:
                return found
            return found + counted(attrs.evolve(listing, is_settled=False), self.moving.due(unit, at), at)

    def _chunks(
        self, unit: Unit, query: Query, position: Position | None, count: int, at: datetime
    ) -> Iterator[Sequence[R]]:
        listing = self._listing(query, position, count, at)
        due = self.moving.due(unit, at) if listing.is_settled else ()
        while True:
            found: Sequence[R] = _lists(unit).page(listing, at)
            if listing.is_settled:
                rows = self._merged(listing, found, due, at)
            else:
                rows = self.moving.shown(unit, found, at)
            yield rows
            if len(rows) < count:
                return
            listing = attrs.evolve(listing, position=Position(keys_of(query, rows[-1])))

    def _merged(self, listing: Listing, found: Sequence[R], due: Sequence[R], at: datetime) -> Sequence[R]:
        """Put the rows that are due in between; what the store has found meets the condition already."""
        if not due:
            return found
        among = attrs.evolve(listing, is_settled=False)
        late = nearest(among, due, at)
        if not late:
            return found
        everything = attrs.evolve(among, query=attrs.evolve(listing.query, where=Every()))
        return nearest(everything, [*found, *late], at)

    def _listing(self, query: Query, position: Position | None, count: int, at: datetime) -> Listing:
        where = resolve(query.where, at, self.zone)
        query = query if where is query.where else attrs.evolve(query, where=where)
        fields = (*fields_of(where), *(order.field for order in query.orders()))
        is_settled = any(field.moves for field in fields)
        return Listing(query, **self.scope, position=position, count=count, is_settled=is_settled)

    def _unit(self) -> Unit:
        return self.executor.store.unit(readonly=True)


def _lists(unit: Unit) -> Lists:
    """Give a unit that has lists; that a store declares `pages` says that it has all of them."""
    if not hasattr(unit, "page"):
        raise CapabilityMissing("pages")
    return cast("Lists", unit)
