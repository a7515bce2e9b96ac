"""Merge: one standing out of the two that one person had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.tiers._amount import plus
from loyalcore.domain.tiers._hand import beneath, over

if TYPE_CHECKING:
    from decimal import Decimal

    from loyalcore.domain.customers import Standing
    from loyalcore.domain.tiers._model import TierSet


def merged(kept: Standing, gone: Standing, tiers: TierSet) -> Standing:
    """Return the standing of the survivor of a merge: the higher tier, and what both have measured.

    A tier that was set by hand goes on, the survivor's first. The next checkpoint must be the measure of both together;
    it decides whether they have reached a higher tier.

    Args:
        kept: The standing of the survivor, advanced to the instant of the merge.
        gone: The standing of the one that is merged into it, advanced to the same instant.
        tiers: The program's tiers.

    Returns:
        The standing with the higher tier, the survivor's where both are the same.

    Source: DOMAIN 3.2 (merge); which tier is kept is a house decision.

    Example:
        >>> from loyalcore.domain.customers import Standing
        >>> from loyalcore.domain.tiers import Level, Measure, TierSet
        >>> tiers = TierSet(measure=Measure.ORDERS, levels=(Level("Silver", 5), Level("Gold", 9)))
        >>> merged(Standing(tier="Silver", measured=6), Standing(tier="Gold", measured=9), tiers).measured
        15
    """
    set_one = kept if kept.by_hand is not None else gone
    kept, gone = beneath(kept), beneath(gone)
    higher = gone if tiers.rank_of(gone.tier) > tiers.rank_of(kept.tier) else kept
    values = [each.measured for each in (kept, gone) if each.measured is not None]
    gains: dict[int, int | Decimal] = {}
    for until, amount in (*kept.gains, *gone.gains):
        gains[until] = plus(gains.get(until, 0), amount)
    both = attrs.evolve(
        higher,
        measured=plus(values[0], values[1]) if len(values) == 2 else next(iter(values), None),
        gains=tuple((until, gains[until]) for until in sorted(gains) if gains[until]),
        anchored_on=kept.anchored_on or gone.anchored_on,
        version=max(kept.version, gone.version),
    )
    return over(both, set_one)
