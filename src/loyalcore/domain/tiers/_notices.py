"""Which changes of a tier a customer is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loyalcore.domain.decision import Detail, Notice, NoticeKind, NoticeRef
from loyalcore.domain.tiers._model import TierNotice

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Standing
    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.tiers._model import TierSet

_MEANINGS = {
    TierNotice.UP: "The tier is higher than before.",
    TierNotice.DOWN: "The tier is lower than before, or is gone.",
    TierNotice.ENDING: "The tier will be lost when it ends, unless it is earned again.",
}
_KIND_OF = {
    kind: NoticeKind(
        kind.value,
        meaning,
        {"ledger": Detail.TEXT, "tier": Detail.TEXT}
        | ({"expires_at": Detail.INSTANT} if kind is TierNotice.ENDING else {"before": Detail.TEXT}),
        optional=frozenset({"tier", "before", "expires_at"}),
    )
    for kind, meaning in _MEANINGS.items()
}

TIER_KINDS: Final[tuple[NoticeKind, ...]] = tuple(_KIND_OF.values())
"""Every kind of notice about tiers."""


def tier_notices(
    before: Standing, after: Standing, tiers: TierSet, ref: LedgerRef, at: datetime, mark: str
) -> list[Notice]:
    """Give the notices of a standing that has changed, as far as a tier set wants them.

    Args:
        before: The standing as it was.
        after: The standing as it is.
        tiers: The tier set.
        ref: The ledger whose tiers they are.
        at: When the change is written, UTC.
        mark: What tells this change of the holder's from all others, the same when it is decided again.

    Source: DOMAIN 3.11 (tier up, down, coming down).
    """
    found: list[TierNotice] = []
    was, is_now = tiers.rank_of(before.tier), tiers.rank_of(after.tier)
    if was != is_now:
        found.append(TierNotice.UP if is_now > was else TierNotice.DOWN)
    is_told = before.is_warned and before.since == after.since
    if after.is_warned and not is_told and after.by_hand is None:
        found.append(TierNotice.ENDING)
    return [_notice(kind, before, after, ref, at, mark) for kind in found if kind in tiers.notices]


def _notice(kind: TierNotice, before: Standing, after: Standing, ref: LedgerRef, at: datetime, mark: str) -> Notice:
    name = f"{kind.value}:{ref.program_id}:{ref.ledger}:{mark}"
    details: dict[str, str | int | None] = {"ledger": ref.ledger, "tier": after.tier}
    if kind is TierNotice.ENDING:
        details["expires_at"] = None if after.expires_at is None else after.expires_at.isoformat()
    else:
        details["before"] = before.tier
    return _KIND_OF[kind].notice(NoticeRef(ref.environment, ref.holder_id, name), ref.program_id, at, **details)
