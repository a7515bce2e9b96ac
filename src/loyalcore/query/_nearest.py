"""The records nearest to a place in the order of a query, out of a list that is in no order.

A page is a small part of a list, so the list is not sorted: a heap finds how far the page reaches in the first order
alone, and only what is within reach is looked at again. Records that are tied there are told apart by the next order.
"""

from __future__ import annotations

from heapq import nlargest, nsmallest
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from loyalcore.query._sorting import getter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loyalcore.query._cursor import Position
    from loyalcore.query._noun import Query
    from loyalcore.query._sorting import Keys

R = TypeVar("R")


@attrs.frozen
class Way:
    """One order as it is walked: the way back turns each of them round."""

    get: Callable[[Any], Any]
    is_descending: bool
    is_missing_first: bool
    is_required: bool


Ways = tuple[Way, ...]


def ways_of(query: Query, *, is_backward: bool = False) -> Ways:
    """Return how the orders of a query are walked."""
    return tuple(
        Way(
            getter(order.field),
            is_descending=order.is_descending is not is_backward,
            is_missing_first=order.is_missing_first is not is_backward,
            is_required=order.field.is_required,
        )
        for order in query.orders()
    )


def nearest_of(query: Query, records: Sequence[R], position: Position | None, count: int) -> list[R]:
    """Return the first so many records from a place on; of a backward place, from it back."""
    if position is None:
        return _first(records, ways_of(query), count)
    ways = ways_of(query, is_backward=position.is_backward)
    return _behind(records, ways, position.keys, count, is_inclusive=position.is_inclusive)


def sorted_by(records: Sequence[R], ways: Ways) -> list[R]:
    """Return all records in order: sorted by the last way first, for sorting keeps what is tied as it was."""
    rows = list(records)
    for way in reversed(ways):
        missing, present, _ = _parted(rows, way)
        ordered = sorted(present, key=way.get, reverse=way.is_descending)
        rows = [*missing, *ordered] if way.is_missing_first else [*ordered, *missing]
    return rows


def _parted(rows: Sequence[R], way: Way) -> tuple[Sequence[R], Sequence[R], list[Any]]:
    """What has no value in an order, what has one, and these values."""
    keys = list(map(way.get, rows))
    if way.is_required or None not in keys:
        return [], rows, keys
    missing = [row for key, row in zip(keys, rows, strict=True) if key is None]
    present = [row for key, row in zip(keys, rows, strict=True) if key is not None]
    return missing, present, [key for key in keys if key is not None]


def _first(rows: Sequence[R], ways: Ways, count: int) -> list[R]:
    if not ways or not count:
        return list(rows[:count])
    way, rest = ways[0], ways[1:]
    missing, present, keys = _parted(rows, way)
    if way.is_missing_first:
        found = _first(missing, rest, count)
        return found + _first_present(present, keys, ways, count - len(found))
    found = _first_present(present, keys, ways, count)
    return found + _first(missing, rest, count - len(found))


def _first_present(rows: Sequence[R], keys: list[Any], ways: Ways, count: int) -> list[R]:
    """The same of rows that have a value in the first order."""
    if count == 0 or len(rows) <= count:
        return sorted_by(rows, ways)[:count]
    way, rest = ways[0], ways[1:]
    if way.is_descending:
        edge = nlargest(count, keys)[-1]
        reached = [(key, row) for key, row in zip(keys, rows, strict=True) if key >= edge]
    else:
        edge = nsmallest(count, keys)[-1]
        reached = [(key, row) for key, row in zip(keys, rows, strict=True) if key <= edge]
    better = [row for key, row in reached if key != edge]
    tied = [row for key, row in reached if key == edge]
    return sorted_by(better, ways) + _first(tied, rest, count - len(better))


def _behind(rows: Sequence[R], ways: Ways, place: Keys, count: int, *, is_inclusive: bool) -> list[R]:
    """The first rows behind a place; where all orders are tied, the row at the place itself if it is included."""
    if not ways:
        return list(rows[:count]) if is_inclusive else []
    way, rest = ways[0], ways[1:]
    if place[0] is not None:
        found = _behind_present(rows, ways, place, count, is_inclusive=is_inclusive)
        if way.is_required or way.is_missing_first or len(found) == count:
            return found
        return found + _first([row for row in rows if way.get(row) is None], rest, count - len(found))
    missing, present, keys = _parted(rows, way)
    found = _behind(missing, rest, place[1:], count, is_inclusive=is_inclusive)
    return found + _first_present(present, keys, ways, count - len(found)) if way.is_missing_first else found


def _behind_present(rows: Sequence[R], ways: Ways, place: Keys, count: int, *, is_inclusive: bool) -> list[R]:
    """The same of rows that have a value in the first order, where the place has one."""
    way, rest, edge = ways[0], ways[1:], place[0]
    _, present, keys = _parted(rows, way)
    reached = _reached(present, keys, edge, count, is_descending=way.is_descending)
    tied = [row for key, row in reached if key == edge]
    found = _behind(tied, rest, place[1:], count, is_inclusive=is_inclusive)
    if len(found) == count:
        return found
    behind = [(key, row) for key, row in reached if key != edge]
    return found + _first_present([row for _, row in behind], [key for key, _ in behind], ways, count - len(found))


def _reached(rows: Sequence[R], keys: list[Any], edge: Any, count: int, *, is_descending: bool) -> list[tuple[Any, R]]:
    """The rows that a page may hold, with their keys: all that are tied with its place, and enough behind that."""
    if is_descending:
        end = (nlargest(count, [key for key in keys if key < edge]) or [edge])[-1]
        return [(key, row) for key, row in zip(keys, rows, strict=True) if end <= key <= edge]
    end = (nsmallest(count, [key for key in keys if key > edge]) or [edge])[-1]
    return [(key, row) for key, row in zip(keys, rows, strict=True) if edge <= key <= end]
