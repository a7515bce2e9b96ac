"""How orders move referrals: an order that used a code completes its referral, and one that goes takes it along."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.flows._claiming import claimed, completed, lapsed, looked_at_order, review_due_at, tell
from loyalcore.domain.flows._referring import Referring
from loyalcore.domain.flows._rewarding import rewarded, taken_back
from loyalcore.domain.orders import OrderReferral, money_left
from loyalcore.domain.referrals import (
    ReferralRefusal,
    ReferralState,
    RewardEvent,
    Verdict,
    blocked_notice,
    refused,
    state_after,
    typed_code,
    verdict,
)
from loyalcore.errors import ReferralRefused
from loyalcore.query import matches
from loyalcore.values.money import EXACT, shortest

if TYPE_CHECKING:
    from loyalcore.domain.flows._checkout import Checkout
    from loyalcore.domain.flows._referring import Side
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.orders import Order
    from loyalcore.domain.referrals import Referral, ReferralCode

NO_MONEY: Final = Decimal(0)


def refer(checkout: Checkout, order: Order) -> Order:
    """Let an order that is being closed move the referral whose code it used, and count it.

    The order closes whatever becomes of its code: why a code was refused stands in the order.

    Args:
        checkout: The checkout, the order's redemption booked.
        order: The order, closed.
    """
    program = checkout.program
    if program.referrals is None:
        return order
    code = order.cart.referral_code
    lots = dict(checkout.desk.membership.reward_lots)
    if code is None and not (lots and order.redeemed):
        return attrs.evolve(order, referral=OrderReferral())
    referring = checkout.referring = Referring(checkout.case, program, program.referrals)
    referee = referring.adopt(checkout.customer, checkout.desk)
    used = _used(lots, checkout.entries)
    noted = OrderReferral(is_referrer="" in used, referee_of=next((name for name in sorted(used) if name), None))
    if code is not None:
        try:
            noted = attrs.evolve(noted, referral_id=_moved(referring, referee, order, code))
        except ReferralRefused as refusal:
            noted = attrs.evolve(noted, refused=refusal.reason)
    order = attrs.evolve(order, referral=noted)
    _count(referring, None, order)
    return order


def _used(lots: dict[int, str], entries: list[Entry]) -> set[str]:
    """Say for which referrals the points were had that an order has redeemed; `""` for referring."""
    drawn = {draw.lot for entry in entries if not entry.ledger.ledger for draw in entry.draws}
    return {lots[lot] for lot in drawn if lot in lots}


def _moved(referring: Referring, referee: Side, order: Order, typed: str) -> str:
    """Move the referral of an order's code, claiming it first where nobody has, and return its id.

    Raises:
        ReferralRefused: The code is refused, or is not the one by which the referee came.
    """
    name = typed_code(typed)
    code: ReferralCode | None = None if name is None else referring.code(name)
    if code is None or code.program_id != referring.program.id:
        raise refused(ReferralRefusal.NOT_FOUND)
    referring.need(code.holder_id)
    referral = _live(referring, referee, code)
    if referral is None:
        referral = claimed(referring, referee, code, occurred_at=order.closed_at, order_id=order.order_id)
    before = referral
    if referral.state is ReferralState.PENDING:
        referral = _judged(referring, referral, referee, order)
    elif referral.state is ReferralState.COMPLETED:
        referral = rewarded(referring, referral, RewardEvent.EVERY_ORDER, order_id=order.order_id)
    elif referral.state is ReferralState.ON_REVIEW and referral.order_id is None:
        referral = attrs.evolve(referral, order_id=order.order_id)
    if referral is not before:
        referring.put(before, referral)
    return referral.referral_id


def _live(referring: Referring, referee: Side, code: ReferralCode) -> Referral | None:
    """Find the referral of a referee that goes on by a code of its referrer; None where there is none yet."""
    referral_id = referee.member.referral_id
    if referral_id is None:
        return None
    found = referring.referral(referral_id)
    if found.is_over_at(referring.case.now):
        lapsed(referring, found)
        return None
    goes_on = {ReferralState.PENDING, ReferralState.ON_REVIEW, ReferralState.COMPLETED, ReferralState.BLOCKED}
    if found.state not in goes_on:
        return None
    if referring.who(found.referrer_holder_id) != referring.who(code.holder_id):
        return None  # by the code of somebody else the claim is refused, for the first reason that there is
    if found.referrer_holder_id in referee.customer.holders:  # the two were merged
        raise refused(ReferralRefusal.SELF_REFERRAL)
    return found


def _judged(referring: Referring, referral: Referral, referee: Side, order: Order) -> Referral:
    """Complete a pending referral by its first order, hold it back, or block it."""
    case, policy = referring.case, referring.policy
    if policy.where is not None and not matches(policy.where, order.cart, case.now, referring.program.zone):
        return referral
    passed = {each.rule for each in referral.evidence if each.passed_at is not None}
    seen = [each for each in looked_at_order(referring, referral, referee, order.cart) if each.rule not in passed]
    evidence = (*(each for each in referral.evidence if each.rule not in {one.rule for one in seen}), *seen)
    found = verdict([each for each in evidence if each.passed_at is None], policy)
    referral = attrs.evolve(referral, evidence=evidence, order_id=order.order_id)
    if found is Verdict.ALLOW:
        referral = attrs.evolve(referral, state=state_after(referral.state, "complete"))
        return completed(referring, referral, order.order_id)
    if found is Verdict.REVIEW:
        state = state_after(referral.state, "hold")
        return attrs.evolve(referral, state=state, review_due_at=review_due_at(referring))
    referral = attrs.evolve(referral, state=state_after(referral.state, "block"))
    tell(referring, referral, blocked_notice(referral, case.now))
    return referral


# An order that changes afterwards -------------------------------------------------------------------------------------


def follow(checkout: Checkout, before: Order, after: Order) -> None:
    """Let a referral follow an order that was returned, cancelled or reopened.

    Args:
        checkout: The checkout, what the order earned taken back.
        before: The order as it was.
        after: The order as it is.
    """
    noted = before.referral
    if noted == attrs.evolve(OrderReferral(), refused=noted.refused):
        return
    referring = checkout.referring = Referring.begun(checkout.case, checkout.program)
    referring.adopt(checkout.customer, checkout.desk)
    _count(referring, before, after)
    is_gone = not after.counts or after.is_returned
    if noted.referral_id is None or not is_gone:
        return
    referral = referring.referral(noted.referral_id)
    moved = _without(referring, referral, before, checkout)
    if moved is not referral:
        referring.put(referral, moved)


def _without(referring: Referring, referral: Referral, order: Order, checkout: Checkout) -> Referral:
    """Return a referral without an order that is gone."""
    fields = {"reason": checkout.command.reason, "occurred_at": checkout.command.occurred_at}
    own = [done for done in referral.grants if done.order_id == order.order_id and done.taken_back_at is None]
    if referral.order_id == order.order_id and referral.state is ReferralState.COMPLETED:
        state = state_after(referral.state, "reverse")
        referral = attrs.evolve(referral, state=state)
    if own:
        referral = taken_back(referring, referral, lambda done: done.order_id == order.order_id, **fields)
    if referral.order_id == order.order_id and referral.state in {ReferralState.ON_REVIEW, ReferralState.BLOCKED}:
        return attrs.evolve(referral, order_id=None)
    return referral


def _count(referring: Referring, before: Order | None, after: Order) -> None:
    """Let the revenues follow an order: of the code that it used, and of the rewards that it redeemed."""
    noted = after.referral if before is None else before.referral
    step = EXACT.subtract(_revenue(after), NO_MONEY if before is None else _revenue(before))
    if not step:
        return
    if noted.referral_id is not None:
        referral = referring.referral(noted.referral_id)
        revenue = shortest(EXACT.add(referral.revenue, step))
        referring.put(referral, attrs.evolve(referral, revenue=revenue))
    if noted.is_referrer:
        _add(referring.side_of(after.holder_id), "referrer_revenue", step)
    if noted.referee_of is not None:
        found = referring.referral(noted.referee_of)
        _add(referring.side_of(found.referrer_holder_id), "referee_revenue", step)


def _add(side: Side | None, figure: str, step: Decimal) -> None:
    """Add to one figure of a referrer, where somebody is left."""
    if side is not None:
        figures = side.member.referrals
        more: dict[str, Any] = {figure: shortest(EXACT.add(getattr(figures, figure), step))}
        side.change(referrals=attrs.evolve(figures, **more))


def _revenue(order: Order) -> Decimal:
    """What an order costs, as in the figures of its customer; nothing where it does not count."""
    return money_left(order)[1] if order.counts else NO_MONEY
