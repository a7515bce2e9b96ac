"""Pages by key: each begins behind the last record of the one before, whatever was added or taken away meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._condition import Every
from loyalcore.query._cursor import Position, read_cursor, write_cursor
from loyalcore.query._evaluate import is_settled, test_of
from loyalcore.query._nearest import nearest_of, sorted_by, ways_of
from loyalcore.query._resolve import resolve
from loyalcore.query._sorting import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query._condition import Condition
    from loyalcore.query._listing import Listing
    from loyalcore.query._noun import Query

R = TypeVar("R")

SIZE_MAX: Final = 500
SIZE: Final = 50


@attrs.frozen
class Page(Generic[R]):
    """Some records of a list, in its order.

    Args:
        items: The records.
        next: The cursor of the records behind them; None where there are none.
        previous: The cursor of the records before them; None on the first page.

    The page behind a cursor is empty where all that was there is gone.

    Source:
        DOMAIN.md 3.8.
    """

    items: tuple[R, ...]
    next: str | None
    previous: str | None


def check_size(size: object) -> int:
    """Return the size of a page, 1 to 500.

    Raises:
        InvalidInput: It is no whole number, or less than 1.
        LimitExceeded: It is more than 500.

    Source:
        DOMAIN.md 3.9.
    """
    if isinstance(size, bool) or not isinstance(size, int):
        raise InvalidInput(f"must be a whole number, not {type(size).__name__}", path="size")
    if size < 1:
        raise InvalidInput("must be at least 1", path="size")
    if size > SIZE_MAX:
        raise LimitExceeded("is too large a page", path="size", limit=SIZE_MAX)
    return int(size)


def select(query: Query, records: Iterable[R], now: datetime, zone: ZoneInfo) -> list[R]:
    """Return all records that a query asks for, in its order.

    Args:
        query: The query.
        records: Any records of its noun; ids differ.
        now: The instant of asking, aware.
        zone: The program's zone.

    Raises:
        InvalidInput: `now` is no aware instant.
        LimitExceeded: A day is outside of the years that there are.

    Source:
        DOMAIN.md 3.8 (the in-memory evaluation is the reference).
    """
    return sorted_by(_filtered(resolve(query.where, now, zone), records), ways_of(query))


def nearest(listing: Listing, records: Iterable[R], at: datetime) -> list[R]:
    """Return the rows of a listing out of records that are within its scope: what every store must answer.

    Args:
        listing: The listing, whose condition is resolved; whose rows it means is not looked at.
        records: Any records of its noun; ids differ. With `is_settled` each has a `next_change_at`.
        at: The instant of asking, aware.

    Returns:
        At most `count` rows from the place on, the nearest first: those of a backward place stand the other way round.

    Source:
        DOMAIN.md 3.8 (the in-memory evaluation is the reference).
    """
    return nearest_of(listing.query, _met(listing, records, at), listing.position, listing.count)


def counted(listing: Listing, records: Iterable[Any], at: datetime) -> int:
    """Return how many of the records that are within the scope of a listing it asks for, wherever its place is.

    Args:
        listing: The listing, whose condition is resolved.
        records: Any records of its noun. With `is_settled` each has a `next_change_at`.
        at: The instant of asking, aware.

    Source:
        DOMAIN.md 3.8 (totals on request).
    """
    return len(_met(listing, records, at))


def _met(listing: Listing, records: Iterable[R], at: datetime) -> Sequence[R]:
    found = _filtered(listing.query.where, records)
    return [row for row in found if is_settled(row, at)] if listing.is_settled else found


def _filtered(where: Condition, records: Iterable[R]) -> Sequence[R]:
    """The records that meet a resolved condition; a list of which all are asked for is not copied."""
    if not isinstance(where, Every):
        return list(filter(test_of(where), records))
    return records if isinstance(records, list | tuple) else list(records)


def page(
    query: Query,
    records: Iterable[R],
    now: datetime,
    zone: ZoneInfo,
    *,
    size: int = SIZE,
    cursor: str | None = None,
    secret: bytes = b"",
) -> Page[R]:
    """Return one page of the records that a query asks for.

    Args:
        query: The query.
        records: Any records of its noun; ids differ.
        now: The instant of asking, aware.
        zone: The program's zone.
        size: The most records of the page, 1 to 500.
        cursor: `next` or `previous` of another page; None for the first page.
        secret: Seals the cursors, at most 64 bytes.

    Returns:
        The page. A record that was there throughout, with the same sort values, comes exactly once from the first page
        to the last.

    Raises:
        InvalidInput: The size is no whole number or less than 1; the cursor is of another query or damaged; `now` is no
            aware instant.
        LimitExceeded: The size is more than 500; a day is outside of the years that there are.

    Source:
        DOMAIN.md 3.8.
    """
    size = check_size(size)
    position = None if cursor is None else read_cursor(query, cursor, secret)
    rows = nearest_of(query, _filtered(resolve(query.where, now, zone), records), position, size + 1)
    return page_of(query, rows, size, position, secret)


def page_of(
    query: Query,
    rows: Sequence[R],
    size: int,
    position: Position | None = None,
    secret: bytes = b"",
    scope: str = "",
) -> Page[R]:
    """Return the page that was fetched with one row more than it shows.

    Args:
        query: The query as it was asked, with its days: its cursors are bound to it.
        rows: At most `size + 1` rows from the place on, the nearest first, as a store answers a listing.
        size: The most records of the page, 1 to 500.
        position: The place that was read from the cursor; None for the first page.
        secret: Seals the cursors, at most 64 bytes.
        scope: Whose records are paged, such as `Listing.scope`.

    Returns:
        The page. On the way forward there is a next one where a row was left over, and a previous one wherever a cursor
        was given; on the way back it is the other way round.

    Raises:
        InvalidInput: The size is no whole number or less than 1; the secret or the scope is of another type.
        LimitExceeded: The size is more than 500.

    Source:
        DOMAIN.md 3.8. That nothing is looked up behind the place is a house decision: it spares a question, and a page
        that turns out empty leads back.
    """
    size = check_size(size)
    is_backward = position is not None and position.is_backward
    shown = rows[:size][::-1] if is_backward else rows[:size]

    def mark(row: int, *, is_backward: bool) -> str:
        if shown:
            return write_cursor(query, Position(keys_of(query, shown[row]), is_backward), secret, scope)
        # Nothing is left on this side, so the way back begins at the place itself.
        here = cast("Position", position)
        return write_cursor(query, Position(here.keys, is_backward, not here.is_inclusive), secret, scope)

    is_more = len(rows) > size
    has_next = is_more or is_backward
    has_previous = is_more if is_backward else position is not None
    return Page(
        tuple(shown),
        next=mark(-1, is_backward=False) if has_next else None,
        previous=mark(0, is_backward=True) if has_previous else None,
    )
