"""By hand: a tier that a person sets, over the one that the measure gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.customers import ByHand, Standing
from loyalcore.values.clock import from_micros

if TYPE_CHECKING:
    from datetime import datetime


def beneath(standing: Standing) -> Standing:
    """Return the standing that would be, had nobody set a tier by hand.

    Args:
        standing: Where the member stands.

    Source: DOMAIN 3.5 (by hand: until it ends or is cleared).

    Example:
        >>> beneath(Standing(tier="Gold", by_hand=ByHand(actor="ann", reason="vip", tier="Silver"))).tier
        'Silver'
    """
    hand = standing.by_hand
    if hand is None:
        return standing
    return attrs.evolve(
        standing,
        tier=hand.tier,
        since=hand.since,
        expires_at=hand.expires_at,
        previous=hand.previous,
        by_hand=None,
    )


def over(under: Standing, standing: Standing) -> Standing:
    """Return a standing with the tier set by hand of another one over it.

    Args:
        under: What stands beneath.
        standing: The other one; where nobody has set it, nothing goes over.
    """
    hand = standing.by_hand
    if hand is None:
        return under
    return attrs.evolve(
        under,
        tier=standing.tier,
        since=standing.since,
        expires_at=standing.expires_at,
        previous=standing.previous,
        by_hand=_hand(hand.actor, hand.reason, under),
    )


def set_by_hand(
    standing: Standing, tier: str | None, *, at: int, expires_at: datetime | None, actor: str, reason: str
) -> Standing:
    """Return a standing with a tier set by hand; the tier that is held already keeps its start.

    Args:
        standing: Where the member stands, advanced to the instant.
        tier: The tier, None for none.
        at: The instant, in microseconds since 1970.
        expires_at: When it ends, UTC; None: when it is cleared.
        actor: Who sets it.
        reason: Why.

    Source: DOMAIN 3.5.

    Example:
        >>> set_by_hand(Standing(), "Gold", at=0, expires_at=None, actor="ann", reason="vip").tier
        'Gold'
    """
    is_same = tier == standing.tier and standing.since is not None
    return attrs.evolve(
        standing,
        tier=tier,
        since=standing.since if is_same else from_micros(at),
        expires_at=expires_at,
        previous=standing.previous if is_same else standing.tier,
        by_hand=_hand(actor, reason, beneath(standing)),
    )


def _hand(actor: str, reason: str, under: Standing) -> ByHand:
    return ByHand(
        actor=actor,
        reason=reason,
        tier=under.tier,
        since=under.since,
        expires_at=under.expires_at,
        previous=under.previous,
    )
