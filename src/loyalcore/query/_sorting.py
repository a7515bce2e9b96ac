"""Where a record stands in the order of a query: its keys, and the rank by which records compare."""

from __future__ import annotations

from functools import total_ordering
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.query._fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    return tuple([getter(order.field)(record) for order in query.orders()])


def getter(field: Field) -> Callable[[Any], Any]:
    """Return what gives the key of a record in an order by a field."""
    if field.kind != "text":
        return field.get
    get = field.get
    if field.is_required:
        return lambda record: fold(get(record))
    return lambda record: None if (value := get(record)) is None else fold(value)


@total_ordering
@attrs.frozen(order=False)
class _Mirrored:
    """A key that stands the other way round."""

    key: Any

    def __lt__(self, other: _Mirrored) -> bool:
        return bool(other.key < self.key)


class Ranking:
    """What gives each record a rank: ranks compare as their records stand, falling where `is_falling`."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.is_falling = orders[-1].is_descending
        self._marks = [_mark(order, self.is_falling) for order in orders]
        self._parts = list(zip(self._marks, (getter(order.field) for order in orders), strict=True))

    def rank(self, record: Any) -> tuple[Any, ...]:
        """Return the rank of a record."""
        return tuple([mark(get(record)) for mark, get in self._parts])

    def rank_of(self, keys: Keys) -> tuple[Any, ...]:
        """Return the rank of the record that has these keys."""
        return tuple([mark(key) for mark, key in zip(self._marks, keys, strict=True)])


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
