"""A condition that is asked again and again, such as that of an earning rule: what tests it is made once and kept.

It is the test of the in-memory evaluation itself, so that there is one meaning. Only days make it depend on when it is
asked: `today` moves, and a day begins where the zone says. Then it is made once for each day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from loyalcore.query._condition import Between, Clause, Compare, Condition, In, Not, _Group
from loyalcore.query._days import Relative
from loyalcore.query._evaluate import test_of
from loyalcore.query._resolve import resolve
from loyalcore.values.clock import EPOCH, check_instant, to_micros
from loyalcore.values.zones import local_day

if TYPE_CHECKING:
    from collections.abc import Iterator

Test = Callable[[Any], bool]
_ANYWHERE: Final = ZoneInfo("UTC")


class Compiled:
    """A condition, and what tests it.

    Args:
        condition: Any condition.

    It may be asked by several threads at once: what one keeps for a day is replaced as a whole, and two that make it
    at the same time make the same. It is pickled and copied as its condition.

    Source:
        DOMAIN.md 3.8; PERFORMANCE.md (an earning rule at most three times an if-chain).

    Example:
        >>> from datetime import UTC
        >>> from loyalcore.query import YESTERDAY, Instant
        >>> since_yesterday = Compiled(Instant("joined_at", lambda record: record) >= YESTERDAY)
        >>> since_yesterday.test(datetime(2024, 3, 2, tzinfo=UTC), ZoneInfo("UTC"))(datetime(2024, 3, 1, tzinfo=UTC))
        True
    """

    __slots__ = ("_always", "_of_day", "condition")

    def __init__(self, condition: Condition) -> None:
        self.condition: Condition = condition
        self._always: Test | None = None if names_day(condition) else test_of(resolve(condition, EPOCH, _ANYWHERE))
        self._of_day: tuple[date, ZoneInfo, Test] | None = None

    def __reduce__(self) -> tuple[type[Compiled], tuple[Condition]]:
        return Compiled, (self.condition,)

    def test(self, now: datetime, zone: ZoneInfo) -> Test:
        """Return what tells for each record whether it meets the condition.

        Args:
            now: The instant of asking, aware.
            zone: The program's zone.

        Raises:
            InvalidInput: A day is named, and `now` is no aware instant.
            LimitExceeded: A day is outside of the years that there are.

        Source:
            DOMAIN.md 3.8.
        """
        if self._always is not None:
            return self._always
        today = local_day(to_micros(check_instant(now, "now")), zone)
        kept = self._of_day
        if kept is None or kept[0] != today or kept[1] is not zone:
            kept = self._of_day = (today, zone, test_of(resolve(self.condition, now, zone)))
        return kept[2]


def names_day(condition: Condition) -> bool:
    """Return whether the day and the zone of asking make a difference to a condition."""
    if isinstance(condition, Clause):
        meaning = condition.field.meaning(condition)
        if meaning is not None:
            return names_day(meaning)
        is_instant = condition.field.kind == "instant"
        return any(
            isinstance(value, Relative) or (is_instant and not isinstance(value, datetime))
            for value in _values(condition)
        )
    if isinstance(condition, Not):
        return names_day(condition.part)
    return isinstance(condition, _Group) and any(names_day(part) for part in condition.parts)


def _values(clause: Clause) -> Iterator[Any]:
    match clause:
        case Compare(_, _, value):
            yield value
        case Between(_, low, high):
            yield from (low, high)
        case In(_, values):
            yield from values
