"""Links: the code that a member refers by, made when the member joins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.referrals import ReferralCode
from loyalcore.values.codes import read_code

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.programs import Program
    from loyalcore.values.ids import Ids


def new_code(member: Membership, ids: Ids, created_at: datetime, **fields: Any) -> ReferralCode:
    """Make a code that is not stored yet; where it is taken, the command is decided again with another.

    Args:
        member: The referrer.
        ids: Where share codes come from.
        created_at: When it is made, UTC.
        fields: Further fields of the code.
    """
    return ReferralCode(
        environment=member.environment,
        code=read_code(ids.share_code(), "code"),
        program_id=member.program_id,
        holder_id=member.holder_id,
        created_at=created_at,
        **fields,
    )


def new_link(member: Membership, program: Program, ids: Ids) -> ReferralCode | None:
    """Make the link of a member who has joined and has none; None where there is nothing to make.

    Args:
        member: The member.
        program: The program.
        ids: Where share codes come from.

    Source: DOMAIN 3.6; that joining makes the link is a house decision.
    """
    policy = program.referrals
    if policy is None or member.joined_at is None or member.referral_code is not None or member.has_ended:
        return None
    expires_at = policy.code_ends(member.joined_at, program.zone)
    return new_code(member, ids, member.joined_at, expires_at=expires_at, limit=policy.code_limit)
