"""The report: where a member stands, what is missing to the next tier, and what becomes of this one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.tiers._amount import minus
from loyalcore.domain.tiers._hand import beneath
from loyalcore.domain.tiers._model import Measure
from loyalcore.domain.tiers._walk import Walk

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.customers import Standing
    from loyalcore.domain.tiers._model import TierSet


@attrs.frozen(kw_only=True)
class TierReport:
    """Where a member stands in the tiers of a program or of one of its ledgers, at an instant.

    Args:
        ledger: The ledger whose tiers they are, `""` for the main one.
        at: The instant, UTC.
        current: The tier held, None for none.
        since: When it was reached, renewed or set, UTC.
        is_by_hand: Whether a person has set it.
        next: The next higher tier; the lowest where none is held, None at the top.
        value: What the measure is now, within its window: points, orders or money.
        to_next: How much is missing to the next tier; None at the top.
        expires_at: When the tier held ends unless it is qualified for again, UTC; None where it does not end.
        to_stay: How much has to be added before that, counting what will have lapsed by then; None where it does not
            end, or was set by hand.
        projected: The tier held from that instant on, if nothing else happens; the current one where it does not end.

    Source: DOMAIN 3.5 (report).
    """

    ledger: str
    at: datetime
    current: str | None
    since: datetime | None
    is_by_hand: bool
    next: str | None
    value: int | Decimal
    to_next: int | Decimal | None
    expires_at: datetime | None
    to_stay: int | Decimal | None
    projected: str | None


def value_of(standing: Standing, tiers: TierSet, zone: ZoneInfo, whole: int | Decimal) -> int | Decimal:
    """Return the measure of a standing now, within its window.

    Args:
        standing: Where the member stands.
        tiers: The tier set.
        zone: The program's zone.
        whole: The measure since the beginning.
    """
    return Walk(attrs.evolve(beneath(standing), measured=whole), tiers, zone, None).value


def value_at_end(standing: Standing, tiers: TierSet, zone: ZoneInfo, whole: int | Decimal) -> int | Decimal:
    """Return what of the measure still counts when the tier ends.

    Args:
        standing: The standing just before that end.
        tiers: The tier set.
        zone: The program's zone.
        whole: The measure since the beginning, just before that end.
    """
    return Walk(attrs.evolve(beneath(standing), measured=whole), tiers, zone, None).value_at_end


def report(
    standing: Standing,
    tiers: TierSet,
    *,
    ledger: str,
    at: datetime,
    value: int | Decimal,
    kept: int | Decimal | None,
    projected: str | None,
) -> TierReport:
    """Say where a member stands.

    Args:
        standing: The standing at the instant.
        tiers: The tier set.
        ledger: The ledger whose tiers they are.
        at: The instant, UTC.
        value: What the measure is then.
        kept: What of it still counts when the tier ends; None where it does not end.
        projected: The tier held from that end on.

    Source: DOMAIN 3.5.

    Example:
        >>> from datetime import UTC, datetime
        >>> from loyalcore.domain.customers import Standing
        >>> from loyalcore.domain.tiers import Level, Measure, TierSet
        >>> tiers = TierSet(measure=Measure.ORDERS, levels=(Level("Silver", 5), Level("Gold", 9)))
        >>> now = datetime(2026, 1, 1, tzinfo=UTC)
        >>> shown = report(Standing(), tiers, ledger="", at=now, value=2, kept=None, projected=None)
        >>> shown.next, shown.to_next
        ('Silver', 3)
    """
    above = tiers.level_after(standing.tier)
    is_by_hand = standing.by_hand is not None
    to_stay: int | Decimal | None = None
    rank = tiers.rank_of(standing.tier)
    if kept is not None and not is_by_hand and rank >= 0:
        to_stay = max(minus(tiers.thresholds[rank], kept), 0)
    return TierReport(
        ledger=ledger,
        at=at,
        current=standing.tier,
        since=standing.since,
        is_by_hand=is_by_hand,
        next=None if above is None else above.name,
        value=_shown(value, tiers),
        to_next=None if above is None else _shown(max(minus(above.at, value), 0), tiers),
        expires_at=standing.expires_at,
        to_stay=None if to_stay is None else _shown(to_stay, tiers),
        projected=projected,
    )


def _shown(number: int | Decimal, tiers: TierSet) -> int | Decimal:
    """Give money as money, also where it is none."""
    return Decimal(number) if tiers.measure is Measure.MONEY_SPENT else number
