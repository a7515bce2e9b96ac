"""Pages by key: each begins behind the last record of the one before, whatever was added or taken away meanwhile."""

from __future__ import annotations

from functools import cmp_to_key, partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._cursor import Position, read_cursor, write_cursor
from loyalcore.query._evaluate import matcher
from loyalcore.query._sorting import compare_keys, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query._noun import Query
    from loyalcore.query._sorting import Keys

R = TypeVar("R")

SIZE_MAX: Final = 500
SIZE: Final = 50


@attrs.frozen
class Page(Generic[R]):
    """Some records of a list, in its order.

    Args:
        items: The records.
        next: The cursor of the records behind them; None where there are none.
        previous: The cursor of the records before them; None where there are none.

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
    return [record for _, record in _select(query, records, now, zone)]


def _select(query: Query, records: Iterable[R], now: datetime, zone: ZoneInfo) -> list[tuple[Keys, R]]:
    is_met = matcher(query, now, zone)
    found = [(keys_of(query, record), record) for record in records if is_met(record)]
    standing = cmp_to_key(partial(compare_keys, query))
    return sorted(found, key=lambda row: standing(row[0]))


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
    rows = _select(query, records, now, zone)
    start, end = _window(query, [keys for keys, _ in rows], position, size)
    shown = rows[start:end]

    def mark(row: int, *, is_backward: bool) -> str:
        if shown:
            return write_cursor(query, Position(shown[row][0], is_backward), secret)
        # Nothing is left on this side, so the way back begins at the place itself.
        here = cast("Position", position)
        return write_cursor(query, Position(here.keys, is_backward, not here.is_inclusive), secret)

    return Page(
        tuple(record for _, record in shown),
        next=mark(-1, is_backward=False) if end < len(rows) else None,
        previous=mark(0, is_backward=True) if start > 0 else None,
    )


def _window(query: Query, rows: list[Keys], position: Position | None, size: int) -> tuple[int, int]:
    """The first row of a page, and the one behind its last."""
    if position is None:
        return 0, min(size, len(rows))
    is_at_left = position.is_backward is position.is_inclusive
    place = sum(compare_keys(query, keys, position.keys) < is_at_left for keys in rows)
    return (max(0, place - size), place) if position.is_backward else (place, min(place + size, len(rows)))
