"""Referrals: codes and links, claims, fraud rules and rewards."""

from loyalcore.domain.referrals._campaign import Campaign
from loyalcore.domain.referrals._checks import repeated
from loyalcore.domain.referrals._commands import Claim, CreateCode, DisableCode, Invite, Refer
from loyalcore.domain.referrals._fraud import (
    Suspicion,
    Verdict,
    counted_tokens,
    counter_after,
    evidence_of,
    kind_of_token,
    verdict,
)
from loyalcore.domain.referrals._model import Evidence, Referral, ReferralCode, ReferralGrant
from loyalcore.domain.referrals._policy import SUM_MAX, ReferralNotice, ReferralPolicy, rewards_for
from loyalcore.domain.referrals._refusals import REFUSALS, ClaimCase, ReferralRefusal, refusal_of, refused
from loyalcore.domain.referrals._rewards import (
    ReferralReward,
    RewardEvent,
    RewardSide,
    counted,
    is_capped,
)
from loyalcore.domain.referrals._rules import DEFAULT_FRAUD, FraudKind, FraudRule
from loyalcore.domain.referrals._rulings import (
    ApproveReferral,
    Ban,
    CancelReferral,
    ExpireReferral,
    RejectReferral,
    ReverseReferral,
    Unban,
)
from loyalcore.domain.referrals._states import MOVES, SHOWN, ReferralState, state_after

__all__ = [
    "DEFAULT_FRAUD",
    "MOVES",
    "REFUSALS",
    "SHOWN",
    "SUM_MAX",
    "ApproveReferral",
    "Ban",
    "Campaign",
    "CancelReferral",
    "Claim",
    "ClaimCase",
    "CreateCode",
    "DisableCode",
    "Evidence",
    "ExpireReferral",
    "FraudKind",
    "FraudRule",
    "Invite",
    "Refer",
    "Referral",
    "ReferralCode",
    "ReferralGrant",
    "ReferralNotice",
    "ReferralPolicy",
    "ReferralRefusal",
    "ReferralReward",
    "ReferralState",
    "RejectReferral",
    "ReverseReferral",
    "RewardEvent",
    "RewardSide",
    "Suspicion",
    "Unban",
    "Verdict",
    "counted",
    "counted_tokens",
    "counter_after",
    "evidence_of",
    "is_capped",
    "kind_of_token",
    "refusal_of",
    "refused",
    "repeated",
    "rewards_for",
    "state_after",
    "verdict",
]


def __dir__() -> list[str]:
    return __all__
