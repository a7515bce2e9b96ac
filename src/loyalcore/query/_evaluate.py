"""Evaluation in memory: the reference that every compiler must agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from loyalcore.errors import InvalidInput
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
from loyalcore.query._sorting import getter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query._condition import Condition
    from loyalcore.query._field import Field


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
    return test_of(resolve(query.where if isinstance(query, Query) else query, now, zone))


def test_of(node: Condition) -> Callable[[Any], bool]:
    """Return what tells for a record whether it meets a resolved condition: each node is made a function once."""
    match node:
        case Every():
            return lambda _: True
        case And(parts):
            return _all_of([test_of(part) for part in parts])
        case Or(parts):
            are_unmet = _all_of([test_of(~part) for part in parts])
            return lambda record: not are_unmet(record)
        case Not(part):
            is_met = test_of(part)
            return lambda record: not is_met(record)
    clause = cast("Clause", node)
    if clause.field.meaning(clause) is not None:
        raise InvalidInput("must be resolved first", path="where")
    if isinstance(clause, Compare) and clause.op is Op.EQ and clause.field.kind == "text":
        return _is_text(clause.field.get, clause.value)
    get = getter(cast("Field", clause.field))
    if isinstance(clause, Missing):
        return lambda record: is_empty(get(record))
    if isinstance(clause, Compare):
        return _comparison(clause.op, get, clause.value)
    is_true = _truth(clause)
    return lambda record: (value := get(record)) is not None and is_true(value)


def _is_text(get: Callable[[Any], Any], other: str) -> Callable[[Any], bool]:
    """What is already as it is compared needs no folding."""
    return lambda record: (text := get(record)) is not None and (text == other or fold(text) == other)


def _comparison(op: Op, get: Callable[[Any], Any], other: Any) -> Callable[[Any], bool]:
    """Written out for each sign, because a call more for each record would cost as much again."""
    match op:
        case Op.EQ:
            return lambda record: bool(get(record) == other)
        case Op.LT:
            return lambda record: (value := get(record)) is not None and value < other
        case Op.LE:
            return lambda record: (value := get(record)) is not None and value <= other
        case Op.GT:
            return lambda record: (value := get(record)) is not None and value > other
    return lambda record: (value := get(record)) is not None and value >= other


def _all_of(tests: list[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    def are_met(record: Any) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would cost as much again
            if not test(record):
                return False
        return True

    return are_met


def is_settled(row: Any, at: datetime) -> bool:
    """Return whether time has not changed a row since it was written."""
    return row.next_change_at is None or bool(row.next_change_at > at)


def is_empty(value: Any) -> bool:
    """Return whether a field has no value: None, or a set or table without a member. An empty text is a value."""
    return value is None or (not isinstance(value, str) and hasattr(value, "__len__") and len(value) == 0)


def _truth(node: Clause) -> Callable[[Any], bool]:
    """What tells whether a value that is there makes a clause true."""
    match node:
        case Between(_, low, high):
            return lambda value: bool(low <= value <= high)
        case In(_, values):
            among = frozenset(values)
            return lambda value: value in among
        case AnyOf(_, values):
            sought = frozenset(values)
            # What is there already folded is found without folding.
            return lambda value: not (sought.isdisjoint(value) and sought.isdisjoint(map(fold, value)))
        case Match(_, How.CONTAINS, text):
            return lambda value: text in value
        case Match(_, _, text):
            return lambda value: bool(value.startswith(text))
    spans = cast("Spans", node).spans
    return lambda value: any(start <= value < end for start, end in spans)
