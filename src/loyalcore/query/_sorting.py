"""Where a record stands in the order of a query: its keys, and the rank by which records compare."""

from __future__ import annotations

from functools import total_ordering
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.query._fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.query._field import Field, Order
    from loyalcore.query._noun import Query

Keys = tuple[Any, ...]
"""One value for each of `Query.orders()`: None where it is missing, a text folded, an id as it is."""


def keys_of(query: Query, record: Any) -> Keys:
    """Return where a record stands.

    Args:
        query: The query, whose orders are meant.
        record: What the fields take their values out of.

    Returns:
        One value for each of `Query.orders()`: None where there is none, a text folded, an id as it is.

    Source:
        DOMAIN.md 3.8.
    """
    return tuple(_getter(order.field)(record) for order in query.orders())


@total_ordering
@attrs.frozen(order=False)
class _Mirrored:
    """A key that stands the other way round."""

    key: Any

    def __lt__(self, other: _Mirrored) -> bool:
        return bool(other.key < self.key)


def ranker(query: Query) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the rank of a record: ranks compare as their records stand, falling where `is_falling`."""
    getters = [_getter(order.field) for order in query.orders()]
    parts = list(zip(getters, _marks(query), strict=True))
    return lambda record: tuple([mark(get(record)) for get, mark in parts])


def rank_of(query: Query, keys: Keys) -> tuple[Any, ...]:
    """Return the rank of the record that has these keys."""
    return tuple(mark(key) for mark, key in zip(_marks(query), keys, strict=True))


def is_falling(query: Query) -> bool:
    """Return whether the largest rank comes first: the direction of the last order."""
    return query.orders()[-1].is_descending


def _getter(field: Field) -> Callable[[Any], Any]:
    if field.kind != "text":
        return field.get
    get = field.get
    if field.is_required:
        return lambda record: fold(get(record))
    return lambda record: None if (value := get(record)) is None else fold(value)


def _marks(query: Query) -> list[Callable[[Any], Any]]:
    """What turns each key into a part of a rank."""
    falling = is_falling(query)
    return [_mark(order, falling) for order in query.orders()]


def _mark(order: Order, falling: bool) -> Callable[[Any], Any]:
    is_mirrored = order.is_descending is not falling
    if order.field.is_required:
        return _Mirrored if is_mirrored else _same
    # Missing values stand at the end that is asked for, whichever way the ranks are read.
    is_high = order.is_missing_first is falling
    missing, low = (is_high, None), not is_high
    if is_mirrored:
        return lambda key: missing if key is None else (low, _Mirrored(key))
    return lambda key: missing if key is None else (low, key)


def _same(key: Any) -> Any:
    return key
