"""How a referral begins and is completed: a code is claimed, looked at, and brings what it brings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import CustomerRow
from loyalcore.domain.decision import MembershipRef, ReferralsRef
from loyalcore.domain.flows._referring import Referring, campaign_counter, token_counter
from loyalcore.domain.flows._rewarding import left_with, rewarded
from loyalcore.domain.referrals import (
    OVER,
    ClaimCase,
    Referral,
    ReferralState,
    RewardEvent,
    Suspicion,
    Verdict,
    blocked_notice,
    completed_notice,
    counted_tokens,
    counter_after,
    evidence_of,
    refusal_of,
    refused,
    state_after,
    verdict,
)

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._referring import Side
    from loyalcore.domain.orders import Cart
    from loyalcore.domain.referrals import Evidence, ReferralCode

TOKENS_MAX: Final = 20
"""How many tokens of a member are kept: the newest."""

_MOVES: Final = {Verdict.ALLOW: "claim", Verdict.REVIEW: "hold", Verdict.BLOCK: "block"}


def claimed(
    referring: Referring,
    referee: Side,
    code: ReferralCode,
    *,
    tokens: tuple[str, ...] = (),
    occurred_at: datetime | None = None,
    order_id: str | None = None,
) -> Referral:
    """Let a referee claim a code, and return the referral: pending, on review or blocked.

    Args:
        referring: The referrals of the program.
        referee: Who claims.
        code: The code.
        tokens: What the host tells of the referee.
        occurred_at: When that was, by the host.
        order_id: The order that claims by being closed.

    Raises:
        ReferralRefused: The claim is refused.
    """
    case = referring.case
    earlier = _earlier(referring, referee)
    owner = referring.who(code.holder_id)
    history = _history(referring, referee)
    goes_on = _goes_on(history, owner)
    referrer = None if owner is None else referring.side(owner)
    claim = ClaimCase(
        code=code,
        referrer=owner,
        referrer_member=None if referrer is None else referrer.member,
        referee=referee.customer,
        referee_member=referee.member,
        earlier=earlier,
        is_cycle=_is_cycle(referring, referee, referrer),
        campaign_count=_campaign_count(referring, code),
        is_again=goes_on is not None,
        is_reclosed=goes_on is not None and _was_reversed_by(goes_on, order_id),
        at=case.now,
        policy=referring.policy,
        zone=referring.program.zone,
    )
    reason = refusal_of(claim)
    if reason is not None:
        raise refused(reason)
    evidence = _looked_at(referring, referrer, referee, tokens)
    found = verdict(evidence, referring.policy)
    before, referral = _begun(referring, referee, code)
    referral = attrs.evolve(
        referral,
        earlier=None if goes_on is None else goes_on.referral_id,
        unrecovered=left_with(history, () if owner is None else owner.holders),
    )
    referral = attrs.evolve(referral, state=_state_of(before, found), evidence=evidence)
    if found is Verdict.REVIEW:
        referral = attrs.evolve(referral, review_due_at=review_due_at(referring))
    known = dict.fromkeys((*referee.member.tokens, *tokens))
    referee.change(referral_id=referral.referral_id, tokens=tuple(known)[-TOKENS_MAX:])
    referee.desk.touch()
    if found is Verdict.ALLOW:
        referral = begun(referring, referral, occurred_at)
    elif found is Verdict.BLOCK:
        tell(referring, referral, blocked_notice(referral, case.now))
    return referring.put(before, referral)


def _state_of(before: Referral | None, found: Verdict) -> ReferralState:
    """Say where a claim leads; a friend who was invited is pending first, whatever is found then."""
    if before is None:
        return state_after(None, _MOVES[found])
    state = state_after(before.state, _MOVES[Verdict.ALLOW])
    return state if found is Verdict.ALLOW else state_after(state, _MOVES[found])


def _begun(referring: Referring, referee: Side, code: ReferralCode) -> tuple[Referral | None, Referral]:
    """Return the referral that a claim begins, as it was where a friend had been invited, and as it is to be."""
    case = referring.case
    fields: dict[str, Any] = {
        "referee_holder_id": referee.customer.holder_id,
        "referee_id": referee.customer.customer_id,
        "claimed_at": case.now,
        "expires_at": referring.policy.claim_ends(case.now, referring.program.zone),
    }
    if code.referral_id is not None:
        invited = referring.referral(code.referral_id)
        if invited.state is ReferralState.INVITED:
            return invited, attrs.evolve(invited, contact=None, **fields)
    return None, Referral(
        environment=case.world.environment,
        referral_id=case.ids.new("referral"),
        program_id=referring.program.id,
        code=code.code,
        campaign=code.campaign,
        state=ReferralState.PENDING,
        referrer_holder_id=code.holder_id,
        referrer_id=_id_of(referring, code.holder_id),
        created_at=case.now,
        updated_at=case.now,
        **fields,
    )


def _id_of(referring: Referring, holder_id: str) -> str | None:
    owner = referring.who(holder_id)
    return None if owner is None else owner.customer_id


def _earlier(referring: Referring, referee: Side) -> Referral | None:
    """Find the referee's latest referral, over where its time is over by now."""
    referral_id = referee.member.referral_id
    if referral_id is None:
        return None
    found = referring.referral(referral_id)
    return lapsed(referring, found) if found.is_over_at(referring.case.now) else found


def _history(referring: Referring, referee: Side) -> list[Referral]:
    """List the referrals of a referee so far, as they are by now, the newest last."""
    if referee.member.referral_id is None:
        return []
    world = referring.case.world
    refs = [ReferralsRef(world.environment, holder, "referee") for holder in referee.customer.holders]
    world.need(*refs)
    found = {each.ref: referring.find(each.ref) for ref in refs for each in world.get(ref)}
    own = [each for each in found.values() if each.program_id == referring.program.id]
    return sorted(own, key=lambda each: (each.created_at, each.referral_id))


def _goes_on(history: list[Referral], owner: Customer | None) -> Referral | None:
    """Find the referral that a claim goes on from: the latest one of the same two that is over."""
    by = () if owner is None else owner.holders
    return next((each for each in reversed(history) if each.state in OVER and each.referrer_holder_id in by), None)


def _was_reversed_by(referral: Referral, order_id: str | None) -> bool:
    """Say whether a referral was completed by an order, and reversed because that one went; a person takes it away."""
    return referral.state is ReferralState.REVERSED and order_id is not None and referral.order_id == order_id


def lapsed(referring: Referring, referral: Referral) -> Referral:
    """Write down that the time of a referral is over."""
    return referring.put(referral, attrs.evolve(referral, state=state_after(referral.state, "expire")))


def _is_cycle(referring: Referring, referee: Side, referrer: Side | None) -> bool:
    """Say whether the referrer was referred, along the way, by the referee.

    Only who has referred somebody can be on that way. Whoever is met is written once more, so that two claims that
    would close a ring together meet.
    """
    if referrer is None or not referee.member.referrals.total:
        return False
    holders = referee.customer.holders
    met: set[str] = set()
    side: Side | None = referrer
    while side is not None and side.customer.holder_id not in met:
        if side.customer.holder_id in holders:
            return True
        met.add(side.customer.holder_id)
        side.desk.touch()
        referral_id = side.member.referral_id
        if referral_id is None:
            return False
        side = _above(referring, referral_id)
    return False


def _above(referring: Referring, referral_id: str) -> Side | None:
    """Give the side of who referred a member; None where that one is gone."""
    referral = referring.referral(referral_id)
    world, holder_id = referring.case.world, referral.referrer_holder_id
    world.need(MembershipRef(world.environment, holder_id, referring.program.id))
    return referring.side_of(holder_id)


def _campaign_count(referring: Referring, code: ReferralCode) -> int:
    """Give how many referrals of the campaign stand, where it has a limit."""
    campaign = referring.policy.campaign(code.campaign)
    if campaign is None or not campaign.limit:
        return 0
    counter = referring.counter(campaign_counter(code.campaign))[1]
    return 0 if counter is None else counter.count


# Looking at it --------------------------------------------------------------------------------------------------------


def _looked_at(
    referring: Referring, referrer: Side | None, referee: Side, tokens: tuple[str, ...]
) -> tuple[Evidence, ...]:
    """Give the evidence of a claim, and count its tokens."""
    case, policy = referring.case, referring.policy
    counted = counted_tokens(policy.fraud, tokens)
    counters = {token: referring.counter(token_counter(token))[1] for token, _days in counted}
    suspicion = _suspicion(
        referring, referrer, referee, tokens=tokens, counters={name: each for name, each in counters.items() if each}
    )
    evidence = evidence_of(policy.fraud, suspicion, case.registry.fraud)
    for token, days in counted:
        ref, found = referring.counter(token_counter(token))
        referring.write(counter_after(found, ref, case.now, days))
    return evidence


def _suspicion(referring: Referring, referrer: Side | None, referee: Side, **fields: Any) -> Suspicion:
    at = referring.case.now

    def row(side: Side) -> CustomerRow:
        return CustomerRow(side.customer, side.member, at)

    known: dict[str, Any] = {"tokens": (), "counters": {}, "cart": None, "claimed_at": None}
    return Suspicion(
        referrer=None if referrer is None else row(referrer), referee=row(referee), at=at, **{**known, **fields}
    )


def looked_at_order(referring: Referring, referral: Referral, referee: Side, cart: Cart) -> tuple[Evidence, ...]:
    """Give what the order that would complete a referral is evidence of."""
    referrer = referring.side_of(referral.referrer_holder_id)
    suspicion = _suspicion(referring, referrer, referee, cart=cart, claimed_at=referral.claimed_at)
    return evidence_of(referring.policy.fraud, suspicion, referring.case.registry.fraud)


def review_due_at(referring: Referring) -> datetime:
    """Return until when a person should have decided about what comes under review now."""
    return referring.case.now + timedelta(days=referring.policy.review_days)


# What it brings -------------------------------------------------------------------------------------------------------


def begun(referring: Referring, referral: Referral, occurred_at: datetime | None = None) -> Referral:
    """Book what a claim brings, for a referral that is pending; nothing where the referee was erased meanwhile."""
    referee = referring.side_of(referral.referee_holder_id)
    if referee is None:
        return referral
    events = [RewardEvent.CLAIMED] if referee.customer.is_guest else [RewardEvent.CLAIMED, RewardEvent.REGISTERED]
    return rewarded(referring, referral, *events, occurred_at=occurred_at)


def completed(referring: Referring, referral: Referral, order_id: str, occurred_at: datetime | None = None) -> Referral:
    """Book what completing brings, for a referral in that state, and tell the referrer."""
    referral = attrs.evolve(referral, order_id=order_id, completed_at=referring.case.now)
    referral = begun(referring, referral, occurred_at)
    events = (RewardEvent.FIRST_ORDER, RewardEvent.EVERY_ORDER)
    referral = rewarded(referring, referral, *events, order_id=order_id, occurred_at=occurred_at)
    tell(referring, referral, completed_notice(referral, referring.case.now))
    return referral


def tell(referring: Referring, referral: Referral, notice: Any) -> None:
    """Keep a notice for the referrer, where the program sends it and somebody is there to be told."""
    if notice.kind in referring.policy.notices and referring.who(referral.referrer_holder_id) is not None:
        referring.inserts.append(notice)


def signed_up(case: Case, before: Customer, after: Customer) -> list[Referring]:
    """Book what it brings that a referee who came as a guest has an account in the shop now.

    Args:
        case: The case.
        before: The customer as it was.
        after: The customer as it is.
    """
    if not before.is_guest or after.is_guest:
        return []
    written = []
    for program_id in after.programs:
        program = case.programs.get(program_id)
        if program is None or program.at(case.now).referrals is None:
            continue
        referring = Referring.of(case, program.at(case.now))
        referral = _standing(referring, referring.side(after))
        if referral is None:
            continue
        moved = rewarded(referring, referral, RewardEvent.REGISTERED)
        if moved is not referral:
            referring.put(referral, moved)
            written.append(referring)
    return written


def _standing(referring: Referring, referee: Side) -> Referral | None:
    """Find the referral of a referee by somebody else that is pending or completed; None where there is none."""
    referral_id = referee.member.referral_id
    if referral_id is None:
        return None
    found = referring.referral(referral_id)
    is_live = found.state in {ReferralState.PENDING, ReferralState.COMPLETED}
    is_own = found.referrer_holder_id in referee.customer.holders
    return found if is_live and not is_own and not found.is_over_at(referring.case.now) else None
