"""Resolving: days become spans of instants, texts become folded and names their conditions: the rest compares plainly.

This is the first step of every evaluation, in memory or compiled.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import attrs

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import (
    And,
    AnyOf,
    Between,
    Clause,
    Compare,
    Condition,
    Every,
    In,
    Match,
    Missing,
    Not,
    Op,
    Or,
    Spans,
    any_of,
    every_of,
)
from loyalcore.query._days import Relative
from loyalcore.query._fold import fold
from loyalcore.values.clock import check_instant, from_micros, to_micros
from loyalcore.values.zones import day_of, local_day, midnight, too_far

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from loyalcore.query._condition import About

_TICK = timedelta(microseconds=1)


def resolve(condition: Condition, now: datetime, zone: ZoneInfo) -> Condition:
    """Return the condition with every day and text as it is compared.

    Args:
        condition: Any condition.
        now: The instant of asking, aware: it says which day is today.
        zone: The program's zone, in which days begin and end.

    Returns:
        A tree of the same shape in which a text is folded, a value of a `day` is a date, a clause about an `instant` is
        a `Compare` with an aware instant in UTC or a `Spans`, and in the place of a clause about a `choice` stands the
        condition that is meant. A compiler has these forms to write, and no zone to know.

    Raises:
        InvalidInput: `now` is no aware instant.
        LimitExceeded: A day is outside of the years that there are.

    Source:
        DOMAIN.md 3.8 (whole days in the program's zone).

    Example:
        >>> from datetime import UTC
        >>> from zoneinfo import ZoneInfo
        >>> from loyalcore.query import YESTERDAY, Day
        >>> born_on = Day("born_on", lambda record: record.born_on)
        >>> resolve(born_on < YESTERDAY, datetime(2024, 3, 1, tzinfo=UTC), ZoneInfo("UTC"))
        Compare(born_on, '<', datetime.date(2024, 2, 29))
    """
    at = to_micros(check_instant(now, "now"))
    return _Resolver(local_day(at, zone), zone).resolve(condition)


@attrs.frozen
class _Resolver:
    today: date
    zone: ZoneInfo

    def resolve(self, node: Condition) -> Condition:
        match node:
            case And(parts):
                return every_of(self.resolve(part) for part in parts)
            case Or(parts):
                return any_of(self.resolve(part) for part in parts)
            case Not(part):
                return ~self.resolve(part)
            case Every():
                return node
            case Clause(field):
                meaning = field.meaning(node)
                return self._clause(node) if meaning is None else self.resolve(meaning)
        raise InvalidInput("is no condition of this language", path="where")

    def _clause(self, node: Clause) -> Condition:
        match node:
            case Compare(field) | Between(field) | In(field) if field.kind == "instant":
                return self._instants(node)
            case Missing() | Spans():
                return node
            case Compare(field, op, value):
                return Compare(field, op, self._plain(field, value))
            case Between(field, low, high):
                return Between(field, self._plain(field, low), self._plain(field, high))
            case In(field, values):
                return In(field, tuple(self._plain(field, value) for value in values))
            case AnyOf(field, values):
                return AnyOf(field, tuple(fold(value) for value in values))
        part = cast("Match", node)
        return Match(part.field, part.how, self._plain(part.field, part.text))

    def _plain(self, field: About, value: Any) -> Any:
        if isinstance(value, Relative):
            return value.day(self.today)
        return fold(value) if field.kind == "text" else value

    def _instants(self, node: Compare | Between | In) -> Condition:
        field = node.field
        if isinstance(node, In):
            return Spans(field, tuple(self._span(field, value) for value in node.values))
        if isinstance(node, Between):
            return Spans(field, ((self._span(field, node.low)[0], self._span(field, node.high)[1]),))
        start, end = self._span(field, node.value)
        if node.op is Op.EQ:
            return Spans(field, ((start, end),))
        # What is after a day is not before its end; what is up to a day is before its end.
        is_whole = node.op in {Op.GT, Op.LE}
        return Compare(field, Op.LT if node.op in {Op.LT, Op.LE} else Op.GE, end if is_whole else start)

    def _span(self, field: About, value: Any) -> tuple[datetime, datetime]:
        if isinstance(value, datetime):
            return value, value + _TICK
        number = day_of(cast("date", self._plain(field, value)))
        try:
            return from_micros(midnight(number, self.zone)), from_micros(midnight(number + 1, self.zone))
        except InvalidInput:
            raise too_far() from None
