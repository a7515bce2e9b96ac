"""Referrals: codes and links, claims, fraud rules and rewards."""

from loyalcore.domain.referrals._campaign import Campaign
from loyalcore.domain.referrals._checks import repeated
from loyalcore.domain.referrals._model import Evidence, Referral, ReferralCode, ReferralGrant
from loyalcore.domain.referrals._policy import SUM_MAX, ReferralNotice, ReferralPolicy
from loyalcore.domain.referrals._refusals import REFUSALS, ClaimCase, ReferralRefusal, refusal_of, refused
from loyalcore.domain.referrals._reward import ReferralReward, RewardEvent, RewardSide
from loyalcore.domain.referrals._rules import DEFAULT_FRAUD, FraudKind, FraudRule
from loyalcore.domain.referrals._states import MOVES, SHOWN, ReferralState, state_after

__all__ = [
    "DEFAULT_FRAUD",
    "MOVES",
    "REFUSALS",
    "SHOWN",
    "SUM_MAX",
    "Campaign",
    "ClaimCase",
    "Evidence",
    "FraudKind",
    "FraudRule",
    "Referral",
    "ReferralCode",
    "ReferralGrant",
    "ReferralNotice",
    "ReferralPolicy",
    "ReferralRefusal",
    "ReferralReward",
    "ReferralState",
    "RewardEvent",
    "RewardSide",
    "refusal_of",
    "refused",
    "repeated",
    "state_after",
]


def __dir__() -> list[str]:
    return __all__
