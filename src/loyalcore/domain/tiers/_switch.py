"""The switch: what a standing becomes when another version of the program begins to apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers._hand import beneath, over
from loyalcore.domain.tiers._model import Measure
from loyalcore.domain.tiers._walk import Walk
from loyalcore.domain.tiers._window import WindowKind
from loyalcore.values.clock import NEVER

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from loyalcore.domain.tiers._model import TierSet


def switched(
    standing: Standing,
    old: TierSet | None,
    new: TierSet | None,
    zone: ZoneInfo,
    joined_at: datetime | None,
    at: int,
    value: int | Decimal | None,
) -> Standing:
    """Return a standing as another tier set finds it.

    A tier of the same name is kept with its end. What a window kept by time goes on counting until its own end, if the
    measure is the same; all other windows begin to count here.

    Args:
        standing: The standing up to the instant, under the old tiers.
        old: The tiers until then, None for none.
        new: The tiers from then on, None for none.
        zone: The program's zone.
        joined_at: When the member joined, aware.
        at: The instant, in microseconds since 1970.
        value: The new measure since the beginning; None where nothing was measured yet.

    Source: DOMAIN 3.2 (lots keep their terms); what a window does is a house decision.
    """
    if new is None:
        return Standing()
    under = beneath(standing)
    is_windowed = new.window.kind is not WindowKind.LIFETIME
    is_same = old is not None and _measure(old) == _measure(new) and old.window.kind is not WindowKind.LIFETIME
    has_tier = under.tier in new.ranks
    under = attrs.evolve(
        under,
        tier=under.tier if has_tier else None,
        previous=under.previous if has_tier else under.tier,
        expires_at=under.expires_at if has_tier else None,
        measured=value,
        gains=under.gains if is_same and is_windowed else (),
        completed=under.completed if is_same else None,
        renewed=None,
        is_warned=None,
    )
    walk = Walk(under, new, zone, joined_at)
    if walk.ends == NEVER and has_tier:
        walk.begin_term(at)
    if walk.joins <= at:
        walk.joins, walk.is_member = NEVER, True
    walk.settle(at)
    after = walk.standing()
    is_kept = standing.by_hand is not None and (standing.tier is None or standing.tier in new.ranks)
    return over(after, standing) if is_kept else after


def _measure(tiers: TierSet) -> tuple[Measure, str | None]:
    return tiers.measure, tiers.function
