"""Why a claim is refused: every refusal as one function, in the one order in which they are asked.

Each function answers for itself, whatever the others would say, so that the order stands in the table alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from loyalcore.domain.customers import CustomerRow
from loyalcore.domain.referrals._signup import signed_up_at
from loyalcore.domain.referrals._states import ReferralState
from loyalcore.errors import ReferralRefused
from loyalcore.query import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.referrals._campaign import Campaign
    from loyalcore.domain.referrals._model import Referral, ReferralCode
    from loyalcore.domain.referrals._policy import ReferralPolicy


class ReferralRefusal(StrEnum):
    """Why a claim is refused, in the order in which it is asked.

    Source: DOMAIN 3.6.
    """

    NOT_FOUND = "not_found"
    ADVOCATE_NOT_FOUND = "advocate_not_found"
    SELF_REFERRAL = "self_referral"
    EXCLUDED = "excluded"
    CYCLE = "cycle"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    OTHER_RECIPIENT = "other_recipient"
    EXISTING_CUSTOMER = "existing_customer"
    YOUNGER_REFERRER = "younger_referrer"
    ALREADY_REFERRED = "already_referred"
    CODE_LIMIT = "code_limit"
    CUSTOMER_LIMIT = "customer_limit"
    CAMPAIGN_LIMIT = "campaign_limit"
    CAMPAIGN_NOT_RUNNING = "campaign_not_running"
    CONDITION_NOT_MET = "condition_not_met"


@attrs.frozen(kw_only=True)
class ClaimCase:
    """All that is asked about a claim.

    Args:
        code: The code that was given; None where there is no such one.
        referrer: Whose it is; None where nobody is known any more.
        referrer_member: The membership of the referrer; None where there is none.
        referee: Who claims it.
        referee_member: The membership of the referee, as it stands before the claim.
        earlier: The latest referral of the referee; None where there was none.
        is_cycle: Whether the referrer came, by one referral or several, by the referee.
        campaign_count: How many referrals of the campaign of the code stand.
        is_again: Whether the referee has come by this referrer before, and is counted already.
        is_reclosed: Whether the order that claims had completed that earlier referral, and closes again.
        at: The instant of the claim, UTC.
        policy: What the program says.
        zone: The program's zone.

    Source: DOMAIN 3.6.
    """

    code: ReferralCode | None
    referrer: Customer | None
    referrer_member: Membership | None
    referee: Customer
    referee_member: Membership
    earlier: Referral | None
    is_cycle: bool
    campaign_count: int
    is_again: bool = False
    is_reclosed: bool = False
    at: datetime
    policy: ReferralPolicy
    zone: ZoneInfo

    @property
    def campaign(self) -> Campaign | None:
        """The campaign of the code; None where it has none, or one that the program does not have."""
        return None if self.code is None else self.policy.campaign(self.code.campaign)


OVER: Final = frozenset({ReferralState.EXPIRED, ReferralState.CANCELLED, ReferralState.REVERSED})
"""The states after which a referee may be referred anew."""


def _is_not_found(case: ClaimCase) -> bool:
    return case.code is None or case.code.disabled_at is not None


def _has_no_advocate(case: ClaimCase) -> bool:
    return case.referrer is None or case.referrer_member is None


def _is_own(case: ClaimCase) -> bool:
    own = set(case.referee.holders)
    holders = {each.holder_id for each in (case.code, case.referrer) if each is not None}
    return not own.isdisjoint(holders)


def _is_barred(case: ClaimCase) -> bool:
    referrer, member = case.referrer, case.referrer_member
    is_out = referrer is not None and (referrer.is_excluded or referrer.deactivated_at is not None)
    return is_out or (member is not None and member.banned_at is not None)


def _is_cycle(case: ClaimCase) -> bool:
    return case.is_cycle


def _is_early(case: ClaimCase) -> bool:
    return case.code is not None and case.code.is_early_at(case.at)


def _is_late(case: ClaimCase) -> bool:
    return case.code is not None and case.code.is_late_at(case.at)


def _is_for_another(case: ClaimCase) -> bool:
    return case.code is not None and case.code.referee_id not in (None, case.referee.customer_id)


def _has_ordered(case: ClaimCase) -> bool:
    # At its first closing the referee was new; what was ordered meanwhile came by the same referral.
    return case.referee_member.orders.count > 0 and not case.is_reclosed


def _is_younger(case: ClaimCase) -> bool:
    return case.referrer is not None and signed_up_at(case.referrer) > signed_up_at(case.referee)


def _is_referred(case: ClaimCase) -> bool:
    earlier, referrer = case.earlier, case.referrer
    if earlier is None or earlier.state in OVER:
        return False
    by = () if referrer is None else referrer.holders
    return earlier.state is not ReferralState.INVITED or earlier.referrer_holder_id not in by


def _is_used_up(case: ClaimCase) -> bool:
    return case.code is not None and 0 < case.code.limit <= case.code.used


def _has_enough_referees(case: ClaimCase) -> bool:
    member = case.referrer_member
    if member is None or case.is_again:
        return False
    return 0 < case.policy.customer_limit <= member.referrals.total


def _is_campaign_full(case: ClaimCase) -> bool:
    return case.campaign is not None and 0 < case.campaign.limit <= case.campaign_count


def _is_campaign_at_rest(case: ClaimCase) -> bool:
    if case.code is None or not case.code.campaign:
        return False
    return case.campaign is None or not case.campaign.runs_at(case.at)


def _is_not_met(case: ClaimCase) -> bool:
    if case.policy.who is None:
        return False
    row = CustomerRow(case.referee, case.referee_member, case.at)
    return not matches(case.policy.who, row, case.at, case.zone)


class Refusing(NamedTuple):
    """How a refusal is found, and what is said of it.

    Args:
        holds: Whether it is the case.
        text: What is wrong, and how to mend it.
        talon: What Talon.One calls it, `""` where it has no such reason.
    """

    holds: Callable[[ClaimCase], bool]
    text: str
    talon: str = ""


REFUSALS: Final[Mapping[ReferralRefusal, Refusing]] = {
    ReferralRefusal.NOT_FOUND: Refusing(
        _is_not_found,
        "there is no such code, or it is switched off: ask the referrer for the link again",
        "ReferralNotFound",
    ),
    ReferralRefusal.ADVOCATE_NOT_FOUND: Refusing(
        _has_no_advocate,
        "the referrer is no customer any more: use another code",
        "AdvocateNotFound",
    ),
    ReferralRefusal.SELF_REFERRAL: Refusing(
        _is_own,
        "nobody can refer themselves: use the code of somebody else",
        "ReferralRecipientIdSameAsAdvocate",
    ),
    ReferralRefusal.EXCLUDED: Refusing(
        _is_barred,
        "the referrer is excluded, deactivated or banned: use another code, or let the referrer take part again",
    ),
    ReferralRefusal.CYCLE: Refusing(
        _is_cycle,
        "the referrer came by the one who is referred now: use the code of somebody else",
    ),
    ReferralRefusal.NOT_STARTED: Refusing(
        _is_early,
        "the code may not be used yet: try again from its start on",
        "ReferralStartDateInFuture",
    ),
    ReferralRefusal.EXPIRED: Refusing(
        _is_late,
        "the code may be used no more: ask the referrer for a new one",
        "ReferralExpired",
    ),
    ReferralRefusal.OTHER_RECIPIENT: Refusing(
        _is_for_another,
        "the code is for another customer: use one that is for everybody",
        "ReferralRecipientDoesNotMatch",
    ),
    ReferralRefusal.EXISTING_CUSTOMER: Refusing(
        _has_ordered,
        "only who has not ordered yet can be referred",
    ),
    ReferralRefusal.YOUNGER_REFERRER: Refusing(
        _is_younger,
        "the referrer signed up after the one who is referred: use the code of an older customer",
    ),
    ReferralRefusal.ALREADY_REFERRED: Refusing(
        _is_referred,
        "the customer was referred already: the first referrer keeps the referee",
        "ReferralCustomerAlreadyReferred",
    ),
    ReferralRefusal.CODE_LIMIT: Refusing(
        _is_used_up,
        "the code was used as often as it may be: ask the referrer for a new one",
        "ReferralLimitReached",
    ),
    ReferralRefusal.CUSTOMER_LIMIT: Refusing(
        _has_enough_referees,
        "the referrer has as many referees as one may have: use another code, or raise customer_limit",
        "ProfileLimitReached",
    ),
    ReferralRefusal.CAMPAIGN_LIMIT: Refusing(
        _is_campaign_full,
        "the campaign of the code has as many referrals as it may have: use another code, or raise its limit",
        "CampaignLimitReached",
    ),
    ReferralRefusal.CAMPAIGN_NOT_RUNNING: Refusing(
        _is_campaign_at_rest,
        "the campaign of the code does not run: use another code, or start the campaign",
        "ReferralPartOfNotRunningCampaign",
    ),
    ReferralRefusal.CONDITION_NOT_MET: Refusing(
        _is_not_met,
        "the customer does not meet the condition of the program",
        "ReferralRejectedByCondition",
    ),
}
"""The refusals in the order in which they are asked."""


def refusal_of(case: ClaimCase) -> ReferralRefusal | None:
    """Return why a claim is refused, the first reason of all; None where it is not.

    Args:
        case: All that is asked about it.

    Source: DOMAIN 3.6 (refusals, tested in this order).
    """
    return next((refusal for refusal, each in REFUSALS.items() if each.holds(case)), None)


def refused(refusal: ReferralRefusal) -> ReferralRefused:
    """Return the error of a refusal.

    Args:
        refusal: Why.

    Source: DOMAIN 3.6.

    Example:
        >>> refused(ReferralRefusal.EXPIRED).details
        {'reason': 'expired'}
    """
    return ReferralRefused(REFUSALS[refusal].text, reason=refusal.value)
