"""Referrals: codes and links, claims, fraud rules and rewards."""

from loyalcore.domain.referrals._model import Evidence, Referral, ReferralCode, ReferralGrant
from loyalcore.domain.referrals._states import MOVES, SHOWN, ReferralState, state_after

__all__ = [
    "MOVES",
    "SHOWN",
    "Evidence",
    "Referral",
    "ReferralCode",
    "ReferralGrant",
    "ReferralState",
    "state_after",
]


def __dir__() -> list[str]:
    return __all__
