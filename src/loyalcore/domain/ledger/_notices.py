"""Which entries a customer is told of."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from loyalcore.domain.decision import Notice, NoticeRef
from loyalcore.domain.ledger._entry import EntryKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from loyalcore.domain.ledger._entry import Entry


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
                Notice(
                    ref=NoticeRef(ref.environment, ref.holder_id, entry.id),
                    kind=kind.value,
                    program_id=ref.program_id,
                    at=entry.recorded_at,
                    details={
                        "entry_id": entry.id,
                        "ledger": ref.ledger,
                        "points": entry.points,
                        "reason": entry.reason,
                    },
                )
            )
    return notices
