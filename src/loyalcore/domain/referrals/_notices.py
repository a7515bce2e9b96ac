"""What people are told of referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.decision import Notice, NoticeRef
from loyalcore.domain.referrals._policy import ReferralNotice

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.referrals._model import Referral


def invitation(member: Membership, at: datetime) -> Notice:
    """Give the notice that asks a customer to become a referrer.

    Args:
        member: The membership, in which the invitation is counted already.
        at: When it is written, UTC.

    Source: DOMAIN 2 (BLP invite), 3.11.
    """
    kind = ReferralNotice.INVITATION.value
    return Notice(
        ref=NoticeRef(member.environment, member.holder_id, f"{kind}:{member.program_id}:{member.invitations}"),
        kind=kind,
        program_id=member.program_id,
        at=at,
        details={"invitations": member.invitations},
    )


def completed_notice(referral: Referral, at: datetime) -> Notice:
    """Give the notice that tells a referrer of a referral that is completed.

    Args:
        referral: The referral, in that state.
        at: When it is written, UTC.

    Source: DOMAIN 3.11.
    """
    return _notice(ReferralNotice.COMPLETED, referral, at)


def blocked_notice(referral: Referral, at: datetime) -> Notice:
    """Give the notice that tells a referrer of a referral that is not valid.

    Args:
        referral: The referral, in that state; why is not told, for who is told might be who should not know.
        at: When it is written, UTC.

    Source: DOMAIN 3.11.
    """
    return _notice(ReferralNotice.BLOCKED, referral, at)


def _notice(kind: ReferralNotice, referral: Referral, at: datetime) -> Notice:
    # A referral can be blocked again after a person has cleared it: its version tells one notice from the other.
    name = f"{kind.value}:{referral.program_id}:{referral.referral_id}:{referral.version}"
    return Notice(
        ref=NoticeRef(referral.environment, referral.referrer_holder_id, name),
        kind=kind.value,
        program_id=referral.program_id,
        at=at,
        details={"referral_id": referral.referral_id, "code": referral.code, "order_id": referral.order_id},
    )
