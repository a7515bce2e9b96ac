"""Which entries a customer is told of."""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from loyalcore.domain.decision import Detail, Notice, NoticeKind, NoticeRef
from loyalcore.domain.ledger._entry import EntryKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger._entry import Entry


BALANCE_MARK: Final = NoticeKind(
    "balance_mark",
    "The active points of the main ledger have reached a mark of the program on their way up.",
    {"ledger": Detail.TEXT, "mark": Detail.NUMBER, "points": Detail.NUMBER},
)


class PointsNotice(StrEnum):
    """What a customer can be told about points."""

    ADDED = "points_added"
    DEDUCTED = "points_deducted"
    ADJUSTED = "points_adjusted"
    ACTIVATED = "points_activated"


_OF_ENTRY = {
    EntryKind.AWARD: PointsNotice.ADDED,
    EntryKind.DEDUCT: PointsNotice.DEDUCTED,
    EntryKind.ADJUST: PointsNotice.ADJUSTED,
    EntryKind.ACTIVATE: PointsNotice.ACTIVATED,
}
_MEANINGS = {
    PointsNotice.ADDED: "Points were awarded.",
    PointsNotice.DEDUCTED: "Points were deducted by hand.",
    PointsNotice.ADJUSTED: "The balance was adjusted by hand, up or down: the points are signed.",
    PointsNotice.ACTIVATED: "Points became spendable.",
}
_KIND_OF = {
    kind: NoticeKind(
        kind.value,
        meaning,
        {"entry_id": Detail.TEXT, "ledger": Detail.TEXT, "points": Detail.NUMBER, "reason": Detail.TEXT},
        optional=frozenset({"reason"}),
    )
    for kind, meaning in _MEANINGS.items()
}

BOOKING_KINDS: Final[tuple[NoticeKind, ...]] = (*_KIND_OF.values(), BALANCE_MARK)
"""The kinds of notice about what was booked."""


def notices_of(entries: Iterable[Entry], wanted: Collection[PointsNotice]) -> list[Notice]:
    """Give the notices of entries, as far as a program wants them.

    Args:
        entries: What was written.
        wanted: The kinds of notice that the program sends.

    Source: DOMAIN 3.11 (notices: points added, deducted, adjusted, activated).
    """
    notices = []
    for entry in entries:
        kind = _OF_ENTRY.get(entry.kind)
        if kind in wanted and kind is not None:
            ref = entry.ledger
            notices.append(
                _KIND_OF[kind].notice(
                    NoticeRef(ref.environment, ref.holder_id, entry.id),
                    ref.program_id,
                    entry.recorded_at,
                    entry_id=entry.id,
                    ledger=ref.ledger,
                    points=entry.points,
                    reason=entry.reason,
                )
            )
    return notices


def mark_notice(before: int, after: int, marks: Sequence[int], ref: LedgerRef, at: datetime, mark: str) -> list[Notice]:
    """Give the notice of the highest mark that a balance has reached on its way up, if it has reached one.

    Args:
        before: The active points before.
        after: The active points after.
        marks: The balances that are told of, rising.
        ref: The ledger.
        at: When it is written, UTC.
        mark: What tells this change of the holder's from all others, the same when it is decided again.

    Source: DOMAIN 3.5 (marks 50 and 100; 0, 50, 99, 100, 0, 100 gives 50, none, 100, none, 100), 3.11.
    """
    reached = bisect_right(marks, after)
    if not reached or marks[reached - 1] <= before:
        return []
    name = NoticeRef(ref.environment, ref.holder_id, f"{BALANCE_MARK.name}:{ref.program_id}:{mark}")
    return [BALANCE_MARK.notice(name, ref.program_id, at, ledger=ref.ledger, mark=marks[reached - 1], points=after)]
