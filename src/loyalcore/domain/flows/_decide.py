"""The one door of the core: a command and what it needs to know, in; what to write and what to answer, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Deactivate, Erase, Join, Reactivate, Register, Tag, Update
from loyalcore.domain.flows import (
    corrections,
    customers,
    expiring,
    movements,
    orders,
    outbox,
    points,
    profiles,
    referrals,
    returns,
    segments,
    tiers,
)
from loyalcore.domain.flows._case import Case
from loyalcore.domain.flows._receipt import as_written
from loyalcore.domain.ledger import (
    Activate,
    Activity,
    Adjust,
    Award,
    Capture,
    Deduct,
    Extend,
    Hold,
    Merge,
    Release,
    Restore,
    Reverse,
    Spend,
    Sweep,
    TellExpiring,
    Transfer,
)
from loyalcore.domain.orders import CancelOrder, CloseOrder, OpenOrder, ReopenOrder, ReturnItems, UpdateOrder
from loyalcore.domain.outbox import ClaimNotice, FailNotice, RetryNotice, SettleNotice
from loyalcore.domain.referrals import (
    ApproveReferral,
    Ban,
    CancelReferral,
    Claim,
    CreateCode,
    DisableCode,
    ExpireReferral,
    Invite,
    Refer,
    RejectReferral,
    ReverseReferral,
    Unban,
)
from loyalcore.domain.segments import RemoveSegment, SaveSegment
from loyalcore.domain.tiers import ClearTier, SetTier
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from loyalcore.domain.decision import Decision, World
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.values.ids import Ids

Command = (
    Activate
    | Activity
    | Adjust
    | ApproveReferral
    | Award
    | Ban
    | CancelOrder
    | CancelReferral
    | Capture
    | Claim
    | ClaimNotice
    | ClearTier
    | CloseOrder
    | CreateCode
    | Deactivate
    | Deduct
    | DisableCode
    | Erase
    | ExpireReferral
    | Extend
    | FailNotice
    | Hold
    | Invite
    | Join
    | Merge
    | OpenOrder
    | Reactivate
    | Refer
    | Register
    | RejectReferral
    | Release
    | RemoveSegment
    | ReopenOrder
    | Restore
    | RetryNotice
    | ReturnItems
    | Reverse
    | ReverseReferral
    | SaveSegment
    | SetTier
    | SettleNotice
    | Spend
    | Sweep
    | Tag
    | TellExpiring
    | Transfer
    | Unban
    | Update
    | UpdateOrder
)

_FLOWS: dict[type[Any], Callable[[Any, Case], Decision]] = {
    Register: customers.decide_register,
    Join: customers.decide_join,
    Merge: customers.decide_merge,
    Erase: customers.decide_erase,
    Update: profiles.decide_update,
    Tag: profiles.decide_tag,
    Deactivate: profiles.decide_deactivate,
    Reactivate: profiles.decide_reactivate,
    Award: points.decide_award,
    Activate: points.decide_activate,
    Spend: points.decide_spend,
    Deduct: points.decide_deduct,
    Adjust: points.decide_adjust,
    Hold: points.decide_hold,
    Capture: points.decide_capture,
    Release: points.decide_release,
    Reverse: corrections.decide_reverse,
    Restore: corrections.decide_restore,
    Transfer: movements.decide_transfer,
    Extend: points.decide_extend,
    Activity: points.decide_activity,
    Sweep: movements.decide_sweep,
    TellExpiring: expiring.decide_tell,
    OpenOrder: orders.decide_open,
    UpdateOrder: orders.decide_update,
    CloseOrder: orders.decide_close,
    CancelOrder: returns.decide_cancel,
    ReopenOrder: returns.decide_reopen,
    ReturnItems: returns.decide_return_items,
    SetTier: tiers.decide_set,
    ClearTier: tiers.decide_clear,
    Invite: referrals.decide_invite,
    Refer: referrals.decide_refer,
    Claim: referrals.decide_claim,
    CreateCode: referrals.decide_create_code,
    DisableCode: referrals.decide_disable_code,
    ApproveReferral: referrals.decide_approve,
    RejectReferral: referrals.decide_reject,
    CancelReferral: referrals.decide_cancel_referral,
    ReverseReferral: referrals.decide_reverse_referral,
    ExpireReferral: referrals.decide_expire,
    Ban: referrals.decide_ban,
    Unban: referrals.decide_unban,
    SaveSegment: segments.decide_save,
    RemoveSegment: segments.decide_remove,
    ClaimNotice: outbox.decide_claim,
    SettleNotice: outbox.decide_settle,
    FailNotice: outbox.decide_fail,
    RetryNotice: outbox.decide_retry,
}

COMMANDS: dict[str, type[Any]] = {kind.name: kind for kind in _FLOWS}
"""Every command by its name, such as `points.award`."""


def decide(
    command: Command,
    world: World,
    programs: Mapping[str, Program],
    now: datetime,
    ids: Ids,
    registry: Registry,
) -> Decision:
    """Decide a command; pure.

    Args:
        command: What is wanted.
        world: The records loaded so far, and who acts.
        programs: The programs that the host runs, by id.
        now: The instant, UTC.
        ids: Where new ids come from.
        registry: The host's own functions.

    Returns:
        What to write, and the receipt.

    Raises:
        Needs: A record is missing; load it and decide again.
        InvalidInput: It is no command, or names no program where several run.
        NotFound: A customer, program, ledger, entry, hold, order, segment, tier or notice is not there.
        IdempotencyConflict: The key was used with another payload.
        FactConflict: The fact was paid with another number of points.
        OrderTaken: The order is another customer's, or of another program.
        ReturnTaken: The return was recorded with other pieces or another refund.
        VersionConflict: Another version than the one that was read is there.
        Refused: The program says no.

    Source: HOUSE 1.
    """
    flow = _FLOWS.get(type(command))
    if flow is None:
        raise InvalidInput(
            f"not a command: {type(command).__name__}; from_json reads one from its JSON form", path="command"
        )
    decision = flow(command, Case(world, programs, now, ids, registry))
    receipt = as_written(decision)
    return decision if receipt is decision.receipt else attrs.evolve(decision, receipt=receipt)
