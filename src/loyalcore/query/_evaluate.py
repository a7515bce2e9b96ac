"""Evaluation in memory: the reference that every compiler must agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from loyalcore.query._condition import (
    And,
    AnyOf,
    Between,
    Clause,
    Compare,
    Every,
    How,
    In,
    Match,
    Missing,
    Not,
    Op,
    Or,
    Spans,
)
from loyalcore.query._fold import fold
from loyalcore.query._noun import Query
from loyalcore.query._resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query._condition import Condition

_COMPARISONS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: lambda left, right: bool(left == right),
    Op.LT: lambda left, right: bool(left < right),
    Op.LE: lambda left, right: bool(left <= right),
    Op.GT: lambda left, right: bool(left > right),
    Op.GE: lambda left, right: bool(left >= right),
}


def matches(query: Query | Condition, record: Any, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether a record meets a condition.

    Args:
        query: A condition, or a query, whose condition is meant.
        record: What the fields take their values out of.
        now: The instant of asking, aware.
        zone: The program's zone.

    Raises:
        InvalidInput: `now` is no aware instant.
        LimitExceeded: A day is outside of the years that there are.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> from datetime import UTC, datetime
        >>> from zoneinfo import ZoneInfo
        >>> from loyalcore.query import Text
        >>> tier = Text("tier", lambda record: record["tier"])
        >>> matches(tier != "gold", {"tier": None}, datetime(2024, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
        True
    """
    return matcher(query, now, zone)(record)


def matcher(query: Query | Condition, now: datetime, zone: ZoneInfo) -> Callable[[Any], bool]:
    """Return what tells for each record whether it meets a condition: `matches` for many records.

    Args:
        query: A condition, or a query, whose condition is meant.
        now: The instant of asking, aware.
        zone: The program's zone.

    Raises:
        InvalidInput: `now` is no aware instant.
        LimitExceeded: A day is outside of the years that there are.

    Source:
        DOMAIN.md 3.8.
    """
    resolved = resolve(query.where if isinstance(query, Query) else query, now, zone)
    return lambda record: _is_met(resolved, record)


def _is_met(node: Condition, record: Any) -> bool:
    match node:
        case Every():
            return True
        case And(parts):
            return all(_is_met(part, record) for part in parts)
        case Or(parts):
            return any(_is_met(part, record) for part in parts)
        case Not(part):
            return not _is_met(part, record)
        case Missing(field):
            return is_empty(field.get(record))
    value = cast("Clause", node).field.get(record)
    return not is_empty(value) and _is_true(node, fold(value) if isinstance(value, str) else value)


def is_empty(value: Any) -> bool:
    """Return whether a field has no value: None, or a set or table without a member. An empty text is a value."""
    return value is None or (not isinstance(value, str) and hasattr(value, "__len__") and len(value) == 0)


def _is_true(node: Condition, value: Any) -> bool:
    match node:
        case Compare(_, op, other):
            return _COMPARISONS[op](value, other)
        case Between(_, low, high):
            return bool(low <= value <= high)
        case In(_, values):
            return value in values
        case AnyOf(_, values):
            return not {fold(each) for each in value}.isdisjoint(values)
        case Match(_, how, text):
            return text in value if how is How.CONTAINS else bool(value.startswith(text))
    return any(start <= value < end for start, end in cast("Spans", node).spans)
