"""Merging as to referrals: what two members come to, and what ends because they are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import merged_referrals
from loyalcore.domain.flows._claiming import TOKENS_MAX
from loyalcore.domain.flows._referring import Referring
from loyalcore.domain.referrals import MOVES, state_after

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import Put
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.programs import Program


def merged_referring(old: Membership, new: Membership) -> dict[str, Any]:
    """Give what two memberships come to as to referring: the survivor's link and referrer come first, a ban stays.

    Args:
        old: The membership that ends.
        new: The survivor's.
    """
    invited = [at for at in (old.invited_at, new.invited_at) if at is not None]
    banned = [at for at in (old.banned_at, new.banned_at) if at is not None]
    return {
        "referral_code": new.referral_code or old.referral_code,
        "referral_id": new.referral_id or old.referral_id,
        "referrals": merged_referrals(new.referrals, old.referrals),
        "invited_at": max(invited, default=None),
        "invitations": new.invitations + old.invitations,
        "banned_at": min(banned, default=None),
        "tokens": tuple(dict.fromkeys((*old.tokens, *new.tokens)))[-TOKENS_MAX:],
    }


def referrals_ended(
    case: Case, program: Program, leaving: tuple[Customer, Desk], staying: tuple[Customer, Desk]
) -> list[Put]:
    """End the referrals by which one of two has referred the other: nobody refers himself. What they brought stays.

    Args:
        case: The case.
        program: The program.
        leaving: Who is merged, with the desk of the membership.
        staying: The survivor, likewise.

    Returns:
        The referrals, and the codes and counters that follow them; the figures are changed on the desks.
    """
    referring = Referring.begun(case, program)
    for customer, desk in (leaving, staying):
        referring.adopt(customer, desk)
    for (_, desk), (other, _) in ((leaving, staying), (staying, leaving)):
        referral_id = desk.membership.referral_id
        if referral_id is None:
            continue
        found = referring.referral(referral_id)
        if found.referrer_holder_id in other.holders and "cancel" in MOVES[found.state]:
            referring.put(found, attrs.evolve(found, state=state_after(found.state, "cancel"), review_due_at=None))
    return referring.puts()
