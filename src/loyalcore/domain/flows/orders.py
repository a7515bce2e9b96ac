"""Open, update and close an order, decided: spend what it redeems, award what it earns, count it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.customers import CustomerRow, barred_as, check_takes_part
from loyalcore.domain.decision import Fact
from loyalcore.domain.earning import lessened, redeemable
from loyalcore.domain.flows._caps import added
from loyalcore.domain.flows._checkout import Checkout
from loyalcore.domain.flows._facts import facts_of, paid_by
from loyalcore.domain.flows._referral_orders import refer
from loyalcore.domain.ledger import EntryKind, ExpiryModel, grant, take
from loyalcore.domain.orders import Order, OrderAward, OrderState, Weight, state_after
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from loyalcore.domain.decision import Decision, FactRef
    from loyalcore.domain.earning import Quote, QuotedAward
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.orders import CloseOrder, OpenOrder, UpdateOrder

REDEMPTION: Final = "redemption"
"""The reason of a spend that closing an order makes."""


def decide_open(command: OpenOrder, case: Case) -> Decision:
    """Record an order that can still change."""
    checkout = Checkout.of_customer(command, case)
    if (done := checkout.replayed()) is not None:
        return done
    order = checkout.new_order(command.cart, state_after(checkout.state, "open"))
    checkout.desk.touch()  # an erasure meanwhile must not miss the order
    return checkout.decided(order)


def decide_update(command: UpdateOrder, case: Case) -> Decision:
    """Replace the cart of an open order."""
    checkout = Checkout.of_order(command, case)
    if (done := checkout.replayed()) is not None:
        return done
    state_after(checkout.state, "update")
    return checkout.decided(checkout.changed(checkout.order, cart=checkout.checked(command.cart)))


def decide_close(command: CloseOrder, case: Case) -> Decision:
    """Close an order; what it earns is what it was quoted."""
    checkout = Checkout.of_customer(command, case)
    cycle = 1 if checkout.found is None else checkout.found.cycle + 1
    refs = [ref for rule in checkout.program.earning for ref in _fact_of(checkout, rule.id, cycle)]
    ledgers = {rule.ledger for rule in checkout.program.earning}
    if (done := checkout.replayed(*refs, *map(checkout.ledger_ref, ledgers))) is not None:
        return done
    order = _closed(checkout, command)
    order = _redeem(checkout, order)
    order = _earn(checkout, order)
    order = refer(checkout, order)
    checkout.count(order)
    return checkout.decided(order)


def _closed(checkout: Checkout, command: CloseOrder) -> Order:
    """Give the order as closed, before it has spent or earned anything."""
    state = state_after(checkout.state, "close")
    before = checkout.found
    if before is None:
        if command.cart is None:
            raise InvalidInput("is required: there is no open order of this id", path="cart")
        before = checkout.new_order(command.cart, OrderState.OPEN)
    elif command.cart is not None:
        before = attrs.evolve(before, cart=checkout.checked(command.cart))
    return attrs.evolve(
        before,
        state=state,
        closed_at=checkout.book().recorded_at,
        updated_at=checkout.case.now,
        cycle=before.cycle + 1,
        version=before.version if checkout.found is None else before.version + 1,
    )


def _redeem(checkout: Checkout, order: Order) -> Order:
    """Spend as many of the points asked for as the program lets an order redeem."""
    if not order.cart.redeem:
        return order
    check_takes_part(checkout.customer, checkout.program.customers, "spend")
    book = checkout.book()
    found = redeemable(order.cart, book.account.active, checkout.program.orders)
    if not found.points:
        return order
    fields = {"order_id": order.order_id, "reason": REDEMPTION, "occurred_at": checkout.command.occurred_at}
    (spend,) = checkout.write([take(book, EntryKind.SPEND, found.points, **fields)])
    return attrs.evolve(order, redeemed=spend.points, spends=(spend.id,))


def _earn(checkout: Checkout, order: Order) -> Order:
    """Award what the order is quoted, by the tier held before it, less what a reopening could not take back."""
    if barred_as(checkout.customer, checkout.program.customers) is not None:
        return order
    desk = checkout.desk
    desk.settle_membership(checkout.book())
    row = CustomerRow(checkout.customer, desk.membership_now(), checkout.case.now)
    quoted: Quote = checkout.program.quote(
        order.cart,
        row,
        at=checkout.book().recorded_at,
        functions=checkout.case.registry.earning,
        redeemed=order.redeemed,
        occurred_at=checkout.command.occurred_at,
    )
    less = lessened(quoted, order.unrecovered)
    awards = [_award(checkout, order, award, quoted) for award in less.awards]
    if not awards and checkout.program.points.expiry_model is not ExpiryModel.PER_LOT and not order.redeemed:
        fields = {"order_id": order.order_id, "occurred_at": checkout.command.occurred_at}
        checkout.write([checkout.book().write(EntryKind.ACTIVITY, 0, **fields)])
    desk.membership = attrs.evolve(desk.membership, caps=added(desk.membership.caps, awards, checkout.program, order))
    return attrs.evolve(order, awards=tuple(awards))


def _award(checkout: Checkout, order: Order, award: QuotedAward, quoted: Quote) -> OrderAward:
    """Book one award; a fact that was paid before by the same number of points stands for it.

    Raises:
        FactConflict: It was paid before with another number of points.
    """
    refs = _fact_of(checkout, award.rule, order.cycle)
    entry = paid_by(checkout.case, refs, award.points, award.ledger)
    if entry is None:
        (entry,) = checkout.write(
            [
                grant(
                    checkout.book(award.ledger),
                    EntryKind.AWARD,
                    award.points,
                    activation=award.activation,
                    expiry=award.expiry,
                    order_id=order.order_id,
                    rule=award.rule,
                    reason=award.rule,
                    occurred_at=checkout.command.occurred_at,
                ),
            ],
        )
        checkout.inserts.append(Fact(refs[0], entry.ledger, entry.seq))
    return OrderAward(
        rule=award.rule,
        ledger=award.ledger,
        entry_id=entry.id,
        points=award.points,
        weights=tuple([Weight(line, weight) for line, weight in award.weights.items()]),
        basis=quoted.basis,
    )


def _fact_of(checkout: Checkout, rule: str, cycle: int) -> list[FactRef]:
    """Name the fact that a rule pays for the order."""
    order_id = checkout.command.order_id
    return facts_of(checkout.case, checkout.customer, checkout.program, rule, "order", order_id, cycle=cycle)
