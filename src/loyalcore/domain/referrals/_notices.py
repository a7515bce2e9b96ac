"""What people are told of referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loyalcore.domain.decision import Detail, Notice, NoticeKind, NoticeRef
from loyalcore.domain.referrals._policy import ReferralNotice

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.referrals._model import Referral

_OF_REFERRAL: Final = {"referral_id": Detail.TEXT, "code": Detail.TEXT, "order_id": Detail.TEXT}
_INVITATION: Final = NoticeKind(
    ReferralNotice.INVITATION.value,
    "The customer is asked to become a referrer; to join is to accept.",
    {"invitations": Detail.NUMBER},
)
_COMPLETED: Final = NoticeKind(
    ReferralNotice.COMPLETED.value,
    "Whom the customer referred has ordered with the code.",
    _OF_REFERRAL,
    optional=frozenset({"order_id"}),
)
_BLOCKED: Final = NoticeKind(
    ReferralNotice.BLOCKED.value,
    "A referral of the customer is not valid; why is not told, for who is told might be who should not know.",
    _OF_REFERRAL,
    optional=frozenset({"order_id"}),
)

REFERRAL_KINDS: Final[tuple[NoticeKind, ...]] = (_INVITATION, _COMPLETED, _BLOCKED)
"""Every kind of notice about referrals."""


def invitation(member: Membership, at: datetime) -> Notice:
    """Give the notice that asks a customer to become a referrer.

    Args:
        member: The membership, in which the invitation is counted already.
        at: When it is written, UTC.

    Source: DOMAIN 2 (BLP invite), 3.11.
    """
    name = f"{_INVITATION.name}:{member.program_id}:{member.invitations}"
    ref = NoticeRef(member.environment, member.holder_id, name)
    return _INVITATION.notice(ref, member.program_id, at, invitations=member.invitations)


def completed_notice(referral: Referral, at: datetime) -> Notice:
    """Give the notice that tells a referrer of a referral that is completed.

    Args:
        referral: The referral, in that state.
        at: When it is written, UTC.

    Source: DOMAIN 3.11.
    """
    return _notice(_COMPLETED, referral, at)


def blocked_notice(referral: Referral, at: datetime) -> Notice:
    """Give the notice that tells a referrer of a referral that is not valid.

    Args:
        referral: The referral, in that state.
        at: When it is written, UTC.

    Source: DOMAIN 3.11.
    """
    return _notice(_BLOCKED, referral, at)


def _notice(kind: NoticeKind, referral: Referral, at: datetime) -> Notice:
    # A referral can be blocked again after a person has cleared it: its version tells one notice from the other.
    name = f"{kind.name}:{referral.program_id}:{referral.referral_id}:{referral.version}"
    ref = NoticeRef(referral.environment, referral.referrer_holder_id, name)
    told = {"referral_id": referral.referral_id, "code": referral.code, "order_id": referral.order_id}
    return kind.notice(ref, referral.program_id, at, **told)
