"""Referrals: codes and links, claims, fraud rules and rewards."""

from loyalcore.domain.referrals._campaign import Campaign
from loyalcore.domain.referrals._checks import repeated
from loyalcore.domain.referrals._commands import Claim, CreateCode, DisableCode, Invite, Refer
from loyalcore.domain.referrals._fields import CODES, REFERRALS, CodeFields, ReferralFields
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
from loyalcore.domain.referrals._notices import REFERRAL_KINDS, blocked_notice, completed_notice, invitation
from loyalcore.domain.referrals._policy import SUM_MAX, ReferralNotice, ReferralPolicy, rewards_for
from loyalcore.domain.referrals._refusals import OVER, REFUSALS, ClaimCase, ReferralRefusal, refusal_of, refused
from loyalcore.domain.referrals._rewards import (
    CAP_PREFIX,
    ReferralReward,
    RewardEvent,
    RewardSide,
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
from loyalcore.domain.referrals._states import MOVES, SHOWN, STANDING, ReferralState, state_after
from loyalcore.domain.referrals._typed import typed_code

__all__ = [
    "CAP_PREFIX",
    "CODES",
    "DEFAULT_FRAUD",
    "MOVES",
    "OVER",
    "REFERRALS",
    "REFERRAL_KINDS",
    "REFUSALS",
    "SHOWN",
    "STANDING",
    "SUM_MAX",
    "ApproveReferral",
    "Ban",
    "Campaign",
    "CancelReferral",
    "Claim",
    "ClaimCase",
    "CodeFields",
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
    "ReferralFields",
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
    "blocked_notice",
    "completed_notice",
    "counted_tokens",
    "counter_after",
    "evidence_of",
    "invitation",
    "kind_of_token",
    "refusal_of",
    "refused",
    "repeated",
    "rewards_for",
    "state_after",
    "typed_code",
    "verdict",
]


def __dir__() -> list[str]:
    return __all__
