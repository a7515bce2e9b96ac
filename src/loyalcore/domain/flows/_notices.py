"""The catalogue of notices: each slice declares its kinds beside what makes them, and here they are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loyalcore.domain.ledger import POINTS_KINDS
from loyalcore.domain.referrals import REFERRAL_KINDS
from loyalcore.domain.tiers import TIER_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.domain.decision import NoticeKind

NOTICE_KINDS: Final[Mapping[str, NoticeKind]] = {
    kind.name: kind for kind in (*POINTS_KINDS, *TIER_KINDS, *REFERRAL_KINDS)
}
"""Every kind of notice by its name."""
