"""The commands about referrals, decided: codes, claims, what a person decides, and what time has decided."""

from __future__ import annotations

from itertools import dropwhile
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import barred_as
from loyalcore.domain.decision import (
    ChangeSet,
    Decision,
    KeyRef,
    LedgerRef,
    MembershipRef,
    OrdersRef,
    ReferralCodeRef,
    ReferralCodesRef,
    ReferralRef,
    ReferralsRef,
)
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._claiming import begun, claimed, completed, tell
from loyalcore.domain.flows._linking import new_code
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.flows._referring import Referring
from loyalcore.domain.flows._rewarding import rewarded, taken_back
from loyalcore.domain.referrals import (
    Referral,
    ReferralRefusal,
    ReferralState,
    RewardEvent,
    RewardSide,
    blocked_notice,
    invitation,
    refused,
    state_after,
    typed_code,
)
from loyalcore.errors import IllegalTransition, Ineligible, InvalidInput, NotFound
from loyalcore.query import matches
from loyalcore.values.emails import email_match_key

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.orders import Order
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
        ReferralCode,
        RejectReferral,
        ReverseReferral,
        Unban,
    )

# Members who refer ----------------------------------------------------------------------------------------------------


def decide_invite(command: Invite, case: Case) -> Decision:
    """Invite a customer to become a referrer; who has joined needs no invitation."""
    customer, referring, replayed = _begin(command, case)
    side = referring.side(customer)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, membership=side.member))
    referring.check_goes_on()
    status = barred_as(customer, referring.program.customers)
    if status is not None:
        raise Ineligible(status=status, move="earn")
    is_unchanged = side.member.joined_at is not None
    if not is_unchanged:
        _check_again(side.member.invited_at, referring)
        side.change(invited_at=case.now, invitations=side.member.invitations + 1)
        referring.inserts.append(invitation(side.member, case.now))
    return referring.decided(command, customer, membership=side.member, is_unchanged=is_unchanged)


def _check_again(invited_at: datetime | None, referring: Referring) -> None:
    """Make sure that a customer may be invited, perhaps again.

    Raises:
        IllegalTransition: The last invitation is too recent, or there is no second one.
    """
    days = referring.policy.invite_again_days
    if invited_at is None:
        return
    if days is None or (referring.case.now - invited_at).days < days:
        when = "there is no second one" if days is None else f"the next one may go out after {days} days"
        hint = f"{when}, as the program's invite_again_days says"
        raise IllegalTransition(state="invited", move="invite", hint=hint)


def decide_ban(command: Ban, case: Case) -> Decision:
    """Ban a referrer: the links are off, what is held back is refused, and points still pending are taken back."""
    customer, referring, replayed = _begin(command, case)
    side = referring.side(customer)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, membership=side.member))
    is_unchanged = side.member.banned_at is not None
    if not is_unchanged:
        side.change(banned_at=case.now)
        for code in _codes_of(customer, referring):
            if code.disabled_at is None:
                referring.write(attrs.evolve(code, disabled_at=case.now))
        for referral in _referrals_of(customer, referring):
            _refuse_pending(referral, referring, command.reason)
    return referring.decided(command, customer, membership=side.member, is_unchanged=is_unchanged)


def _refuse_pending(referral: Referral, referring: Referring, reason: str) -> None:
    """Block a referral that waits for a decision, and take back the rewards of the referrer that are not active yet."""
    after = referral
    if referral.state is ReferralState.ON_REVIEW:
        after = attrs.evolve(after, state=state_after(referral.state, "block"), review_due_at=None)
    waiting = {done.entry_id for done in referral.grants if _is_pending(done.entry_id, done.side, referral, referring)}
    if waiting:
        after = taken_back(referring, after, lambda done: done.entry_id in waiting, reason=reason)
    if after is not referral:
        referring.put(referral, after)


def _is_pending(entry_id: str | None, side: str, referral: Referral, referring: Referring) -> bool:
    """Say whether a reward of the referrer waits for its delay."""
    who = referring.side_of(referral.referrer_holder_id)
    if entry_id is None or side != RewardSide.REFERRER.value or who is None:
        return False
    book = referring.book(who, entry_id.split(":", 3)[3])
    award = referring.case.entry(who.customer, book.ref, entry_id)
    lot = book.account.lots.get(award.lots[0].lot) if award.ledger == book.ref else None
    return lot is not None and lot.active_from > book.account.at


def decide_unban(command: Unban, case: Case) -> Decision:
    """Let a referrer refer again; the links that the ban switched off are on again."""
    customer, referring, replayed = _begin(command, case)
    side = referring.side(customer)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, membership=side.member))
    banned_at = side.member.banned_at
    if banned_at is not None:
        side.change(banned_at=None)
        for code in _codes_of(customer, referring):
            if code.disabled_at == banned_at:
                referring.write(attrs.evolve(code, disabled_at=None))
    return referring.decided(command, customer, membership=side.member, is_unchanged=banned_at is None)


def _codes_of(customer: Customer, referring: Referring) -> list[ReferralCode]:
    """List the codes of a customer in the program."""
    world = referring.case.world
    refs = [ReferralCodesRef(world.environment, holder) for holder in customer.holders]
    world.need(*refs)
    return [code for ref in refs for code in world.get(ref) if code.program_id == referring.program.id]


def _referrals_of(customer: Customer, referring: Referring) -> list[Referral]:
    """List the referrals of a referrer in the program."""
    world = referring.case.world
    refs = [ReferralsRef(world.environment, holder, "referrer") for holder in customer.holders]
    world.need(*refs)
    found = [each for ref in refs for each in world.get(ref) if each.program_id == referring.program.id]
    world.need(*(each.ref for each in found))  # each is written over by its own name
    return found


# Codes ----------------------------------------------------------------------------------------------------------------


def decide_create_code(command: CreateCode, case: Case) -> Decision:
    """Make a code for a referrer, beside the link that joining makes."""
    customer, referring, replayed = _begin(command, case)
    if replayed is not None:
        return Decision(ChangeSet(), replayed)
    referring.check_goes_on()
    if command.campaign and referring.policy.campaign(command.campaign) is None:
        raise NotFound("campaign", command.campaign)
    if command.expires_at is not None and command.expires_at <= (command.starts_at or case.now):
        raise InvalidInput("is not after the start of the code", path="expires_at")
    code = new_code(
        referring.side(customer).member,
        case.ids,
        case.now,
        campaign=command.campaign,
        starts_at=command.starts_at,
        expires_at=command.expires_at,
        limit=command.limit or 0,
        referee_id=command.referee_id,
    )
    referring.add(code)
    return referring.decided(command, customer, code=code)


def decide_disable_code(command: DisableCode, case: Case) -> Decision:
    """Switch a code off; who has claimed it before goes on."""
    environment = case.world.environment
    code: ReferralCode | None = case.world.get(ReferralCodeRef(environment, typed_code(command.code) or ""))
    if code is None:
        raise NotFound("referral code", command.code)
    referring = Referring.begun(case, case.program(code.program_id))
    owner = referring.who(code.holder_id)
    if owner is None:
        raise NotFound("referral code", command.code)
    _need(command, case, owner, referring)
    replayed = case.replay(owner, command)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, code=code))
    is_unchanged = code.disabled_at is not None
    if not is_unchanged:
        code = referring.write(attrs.evolve(code, disabled_at=case.now))
    return referring.decided(command, owner, code=code, is_unchanged=is_unchanged)


def decide_refer(command: Refer, case: Case) -> Decision:
    """Invite a friend by name: the referral waits for who claims the code that is made for the friend."""
    customer, referring, replayed = _begin(command, case)
    if replayed is not None:
        referral_id = None if replayed.code is None else replayed.code.referral_id
        known = None if referral_id is None else referring.referral(referral_id)
        return Decision(ChangeSet(), attrs.evolve(replayed, referral=known))
    referring.check_goes_on()
    side = referring.side(customer)
    own = email_match_key(customer.email)
    if own is not None and own == email_match_key(command.contact):
        raise refused(ReferralRefusal.SELF_REFERRAL)
    if side.member.banned_at is not None or barred_as(customer, referring.program.customers) is not None:
        raise refused(ReferralRefusal.EXCLUDED)
    referral_id = case.ids.new("referral")
    expires_at = referring.policy.claim_ends(case.now, referring.program.zone)
    code = new_code(side.member, case.ids, case.now, expires_at=expires_at, limit=1, referral_id=referral_id)
    referring.add(code)
    referral = Referral(
        environment=case.world.environment,
        referral_id=referral_id,
        program_id=referring.program.id,
        code=code.code,
        state=state_after(None, "invite"),
        referrer_holder_id=customer.holder_id,
        referrer_id=customer.customer_id,
        created_at=case.now,
        updated_at=case.now,
        expires_at=expires_at,
        contact=command.contact,
    )
    referral = referring.put(None, referral)
    return referring.decided(command, customer, referral=referral, code=code)


# Claims ---------------------------------------------------------------------------------------------------------------


def decide_claim(command: Claim, case: Case) -> Decision:
    """Let a referee claim a code, before any order."""
    environment = case.world.environment
    customer = case.customer(command.customer_id)
    name = typed_code(command.code)
    ref = None if name is None else ReferralCodeRef(environment, name)
    case.world.need(
        *(KeyRef(environment, holder, command.key) for holder in customer.holders),
        *([] if ref is None else [ref]),
    )
    replayed = case.replay(customer, command)
    code: ReferralCode | None = None if ref is None else case.world.get(ref)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, referral=_latest(customer, code, case)))
    if code is None or command.program not in (None, code.program_id):
        raise refused(ReferralRefusal.NOT_FOUND)
    referring = Referring.begun(case, case.program(code.program_id))
    referring.check_goes_on()
    referring.need(customer.holder_id, code.holder_id)
    side = referring.side(customer)
    referral = claimed(referring, side, code, tokens=command.tokens, occurred_at=command.occurred_at)
    return referring.decided(command, customer, referral=referral)


def _latest(customer: Customer, code: ReferralCode | None, case: Case) -> Referral | None:
    """Find the referral of a referee who has claimed a code before."""
    if code is None:
        return None
    referring = Referring.begun(case, case.program(code.program_id))
    referral_id = referring.side(customer).member.referral_id
    return None if referral_id is None else referring.referral(referral_id)


# What a person decides, and what time has ----------------------------------------------------------------------------


def decide_approve(command: ApproveReferral, case: Case) -> Decision:
    """Let a referral go on that was held back or blocked; where its order is there, it is completed."""
    owner, referring, referral, replayed = _begin_of(command, case)
    if replayed is not None:
        return Decision(ChangeSet(), replayed)
    referring.check_goes_on()
    if referral.state not in {ReferralState.ON_REVIEW, ReferralState.BLOCKED}:
        hint = "only what is on_review or blocked waits for a decision"
        raise IllegalTransition(state=referral.state.value, move="approve", hint=hint)
    orders = _orders_of(referral, referring)
    move = "complete" if orders else "clear"
    passed = tuple(attrs.evolve(each, passed_at=each.passed_at or case.now) for each in referral.evidence)
    after = attrs.evolve(referral, state=state_after(referral.state, move), review_due_at=None, evidence=passed)
    if orders:
        after = completed(referring, after, orders[0].order_id)
        for order in orders[1:]:
            after = rewarded(referring, after, RewardEvent.EVERY_ORDER, order_id=order.order_id)
    else:
        expires_at = referring.policy.claim_ends(case.now, referring.program.zone)
        after = begun(referring, attrs.evolve(after, order_id=None, expires_at=expires_at))
    after = referring.put(referral, after)
    return referring.decided(command, owner, referral=after)


def _orders_of(referral: Referral, referring: Referring) -> list[Order]:
    """List the orders of a referral that is held back, from the first on that completes it, as long as they count."""
    referee = None if referral.referee_holder_id is None else referring.who(referral.referee_holder_id)
    if referee is None:
        return []
    case, where = referring.case, referring.policy.where
    refs = [OrdersRef(case.world.environment, holder) for holder in referee.holders]
    case.world.need(*refs)
    own = [each for ref in refs for each in case.world.get(ref) if each.referral.referral_id == referral.referral_id]
    own = sorted((each for each in own if each.counts and not each.is_returned), key=_closing)
    zone = referring.program.zone
    return list(dropwhile(lambda each: where is not None and not matches(where, each.cart, case.now, zone), own))


def _closing(order: Order) -> tuple[datetime | None, str]:
    return order.closed_at, order.order_id


def decide_reject(command: RejectReferral, case: Case) -> Decision:
    """Block a referral: what it was held back for is denied."""
    return _ended(command, case, "block")


def decide_cancel_referral(command: CancelReferral, case: Case) -> Decision:
    """End a referral that is not completed."""
    return _ended(command, case, "cancel")


def decide_reverse_referral(command: ReverseReferral, case: Case) -> Decision:
    """Reverse a completed referral by hand: every reward is taken back, and its order completes none any more."""
    return _ended(command, case, "reverse")


def _ended(command: Any, case: Case, move: str) -> Decision:
    """Move a referral to where it brings nothing any more, and take back what it has brought."""
    owner, referring, referral, replayed = _begin_of(command, case)
    if replayed is not None:
        return Decision(ChangeSet(), replayed)
    after = attrs.evolve(referral, state=state_after(referral.state, move), review_due_at=None)
    if move == "reverse":
        after = attrs.evolve(after, order_id=None)
    if referral.state is ReferralState.INVITED:
        _switch_off(referral.code, referring)
    after = taken_back(referring, after, lambda done: True, reason=command.reason)
    after = referring.put(referral, after)
    if move == "block":
        tell(referring, after, blocked_notice(after, case.now))
    return referring.decided(command, owner, referral=after)


def _switch_off(name: str, referring: Referring) -> None:
    """Switch off the code of a friend who is invited no more."""
    code = referring.code(name)
    if code is not None and code.disabled_at is None:
        referring.write(attrs.evolve(code, disabled_at=referring.case.now))


def decide_expire(command: ExpireReferral, case: Case) -> Decision:
    """Write down that the time of a referral is over; one that is not due stays as it is."""
    environment = case.world.environment
    found: Referral | None = case.world.get(ReferralRef(environment, command.referral_id))
    if found is None:
        raise NotFound("referral", command.referral_id)
    if not found.is_over_at(case.now):
        return Decision(ChangeSet(), Receipt(command=command.name, referral=found, is_unchanged=True))
    referring = Referring.begun(case, case.program(found.program_id))
    referring.need(found.referrer_holder_id)
    after = referring.put(found, attrs.evolve(found, state=state_after(found.state, "expire")))
    referring.settle()
    changes = gather(referring.desks(), referring.puts(), referring.inserts)
    return Decision(changes, Receipt(command=command.name, referral=after))


# How every command begins ---------------------------------------------------------------------------------------------


def _need(command: Any, case: Case, owner: Customer, referring: Referring) -> None:
    """Ask at once for what every such command reads of its owner."""
    environment = case.world.environment
    case.world.need(
        MembershipRef(environment, owner.holder_id, referring.program.id),
        LedgerRef(environment, owner.holder_id, referring.program.id),
        *(KeyRef(environment, holder, command.key) for holder in owner.holders),
    )


def _begin(command: Any, case: Case) -> tuple[Customer, Referring, Receipt | None]:
    """Begin with a command that names a member: answer a key that was used before."""
    customer = case.customer(command.customer_id)
    referring = Referring.of(case, case.program(command.program))
    _need(command, case, customer, referring)
    return customer, referring, case.replay(customer, command)


def _begin_of(command: Any, case: Case) -> tuple[Customer, Referring, Referral, Receipt | None]:
    """Begin with a command that names a referral; its key is the referrer's, or the referee's where that one is gone.

    Raises:
        NotFound: There is no such referral, or nobody is left of it.
    """
    environment = case.world.environment
    referral: Referral | None = case.world.get(ReferralRef(environment, command.referral_id))
    if referral is None:
        raise NotFound("referral", command.referral_id)
    referring = Referring.begun(case, case.program(referral.program_id))
    referring.need(referral.referrer_holder_id, referral.referee_holder_id)
    owner = referring.who(referral.referrer_holder_id)
    if owner is None and referral.referee_holder_id is not None:
        owner = referring.who(referral.referee_holder_id)
    if owner is None:
        raise NotFound("referral", command.referral_id, hint="both sides were erased")
    _need(command, case, owner, referring)
    replayed = case.replay(owner, command)
    if replayed is not None:
        replayed = attrs.evolve(replayed, referral=referral)
    return owner, referring, referral, replayed
