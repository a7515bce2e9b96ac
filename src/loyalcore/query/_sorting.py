"""Where a record stands in the order of a query: its keys, and how two of them compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.query._fold import fold

if TYPE_CHECKING:
    from loyalcore.query._noun import Query

Keys = tuple[Any, ...]
"""One value for each of `Query.orders()`: None where it is missing, a text folded, but the id as it is."""


def keys_of(query: Query, record: Any) -> Keys:
    """Return where a record stands.

    Args:
        query: The query, whose orders are meant.
        record: What the fields take their values out of.

    Returns:
        One value for each of `Query.orders()`: None where there is none, a text folded, but the id as it is.

    Source:
        DOMAIN.md 3.8.
    """
    keys = []
    for order in query.orders():
        value = order.field.get(record)
        is_id = order.field.name == query.noun.id.name
        keys.append(fold(value) if isinstance(value, str) and not is_id else value)
    return tuple(keys)


def compare_keys(query: Query, left: Keys, right: Keys) -> int:
    """Return -1, 0 or 1 where one stands before, at or behind the other."""
    for order, mine, other in zip(query.orders(), left, right, strict=True):
        if mine == other:
            continue
        if mine is None or other is None:
            return -1 if (mine is None) == order.is_missing_first else 1
        return -1 if (mine < other) != order.is_descending else 1
    return 0
