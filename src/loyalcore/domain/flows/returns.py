"""Cancel, reopen and return, decided: first give back what was spent on the order, then take back what it earned."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import ChangeSet, Decision
from loyalcore.domain.flows._caps import freed
from loyalcore.domain.flows._checkout import Checkout
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.flows._referral_orders import follow
from loyalcore.domain.flows.corrections import give_back, left_of_spends, let_go, take_back
from loyalcore.domain.ledger import EntryKind
from loyalcore.domain.orders import (
    OrderReferral,
    OrderReturn,
    PartialRestore,
    check_items,
    due,
    share_of,
    state_after,
)
from loyalcore.errors import InsufficientPoints, ReturnTaken

if TYPE_CHECKING:
    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.orders import CancelOrder, Order, ReopenOrder, ReturnItems


def decide_return_items(command: ReturnItems, case: Case) -> Decision:
    """Record a return: points spent come back by the program's policy, recorded awards go by the cumulative share."""
    checkout = Checkout.of_order(command, case)
    if (done := checkout.replayed()) is not None:
        return done
    before = checkout.order
    if (known := _recorded(before, command)) is not None:
        return Decision(ChangeSet(), Receipt(command=command.name, order=before, replayed=known))
    state = state_after(before.state, "return_items")
    made = OrderReturn(
        return_id=command.return_id,
        at=checkout.book().recorded_at,
        items=check_items(before, command.items),
        refund=command.refund,
    )
    after = checkout.changed(before, state=state, returns=(*before.returns, made))
    restored = sum(entry.points for entry in _restore(checkout, after, command.restore))
    basis = checkout.program.orders.rollback_basis
    owed_before, owed = due(before, basis), due(after, basis)
    claims = {ledger: points - owed_before[ledger] for ledger, points in owed.items()}
    reversals = _reverse(checkout, before, claims)
    made = attrs.evolve(
        made,
        reversed=sum(entry.points + entry.waived for entry in reversals),
        waived=sum(entry.waived for entry in reversals),
        restored=restored,
    )
    after = attrs.evolve(after, returns=(*before.returns, made))
    follow(checkout, before, after)
    checkout.count(after)
    return checkout.decided(after)


def _recorded(order: Order, command: ReturnItems) -> bool | None:
    """Say whether the same return was recorded before; None where it is new.

    Raises:
        ReturnTaken: It was, with other pieces or another refund.
    """
    found = next((each for each in order.returns if each.return_id == command.return_id), None)
    if found is None:
        return None
    if command.items not in (None, found.items) or command.refund != found.refund:
        raise ReturnTaken(return_id=command.return_id)
    return True


def decide_cancel(command: CancelOrder, case: Case) -> Decision:
    """Cancel an order: everything spent on it comes back, everything it earned goes."""
    checkout = Checkout.of_order(command, case)
    if (done := checkout.replayed()) is not None:
        return done
    before = checkout.order
    after = checkout.changed(
        before, state=state_after(before.state, "cancel"), cancelled_at=checkout.book().recorded_at
    )
    _restore(checkout, after, None, is_whole=True)
    _reverse(checkout, before, None)
    follow(checkout, before, after)
    checkout.count(after)
    return checkout.decided(after)


def decide_reopen(command: ReopenOrder, case: Case) -> Decision:
    """Reopen an order: what closing spent comes back, what it awarded goes; what cannot go is noted."""
    checkout = Checkout.of_order(command, case)
    if (done := checkout.replayed()) is not None:
        return done
    before = checkout.order
    state = state_after(before.state, "reopen")
    spends = [entry for entry in checkout.entries_of_order("", EntryKind.SPEND) if entry.id in before.spends]
    _give_back(checkout, "", spends, None)
    unrecovered = Counter(dict(before.unrecovered))
    for ledger in dict.fromkeys(award.ledger for award in before.awards):
        unrecovered[ledger] += let_go(checkout.case, checkout.customer, *_awards(checkout, before, ledger))
    for entry in _reverse(checkout, before, None):
        unrecovered[entry.ledger.ledger] += entry.waived
    after = checkout.changed(
        before,
        state=state,
        redeemed=0,
        spends=(),
        awards=(),
        referral=OrderReferral(),
        unrecovered=tuple(sorted((ledger, points) for ledger, points in unrecovered.items() if points)),
    )
    follow(checkout, before, after)
    checkout.count(after)
    return checkout.decided(after)


# Points spent on the order --------------------------------------------------------------------------------------------


def _restore(checkout: Checkout, after: Order, named: int | None, *, is_whole: bool = False) -> list[Entry]:
    """Give back points that were spent on the order: all of them, so many as the host says, or by the policy.

    Raises:
        InsufficientPoints: The host names more than is left of them.
    """
    kinds = (EntryKind.SPEND, EntryKind.CAPTURE)
    spends = {ledger: checkout.entries_of_order(ledger, *kinds) for ledger in checkout.ledgers()}
    left = {
        ledger: sum(left_of_spends(checkout.case, checkout.customer, checkout.ledger_ref(ledger), found))
        for ledger, found in spends.items()
    }
    policy = checkout.program.orders.partial_restore
    is_pro_rata = policy is PartialRestore.PRO_RATA
    if named is not None and named > sum(left.values()):
        at = checkout.book().recorded_at
        raise InsufficientPoints(requested=named, available=sum(left.values()), at=at)
    written: list[Entry] = []
    for ledger, found in spends.items():
        whole = sum(entry.points for entry in found)
        if named is not None:
            points = min(named, left[ledger])
            named -= points
        elif is_whole or after.is_returned:
            points = left[ledger]
        elif is_pro_rata:
            share = share_of(after, after.cart.amounts.lines)
            points = max(int(whole * share) - (whole - left[ledger]), 0)
        else:
            points = 0
        written += _give_back(checkout, ledger, found, points)
    return written


def _give_back(checkout: Checkout, ledger: str, spends: list[Entry], points: int | None) -> list[Entry]:
    """Book the giving back of spends of one ledger; None is all that is left of them."""
    if points is None:
        points = sum(left_of_spends(checkout.case, checkout.customer, checkout.ledger_ref(ledger), spends))
    if not points:
        return []
    entries = give_back(
        checkout.case,
        checkout.customer,
        checkout.book(ledger),
        spends,
        points,
        grace=checkout.program.orders.restore_grace,
        **_fields(checkout),
    )
    return checkout.write(entries)


def _fields(checkout: Checkout) -> dict[str, Any]:
    command = checkout.command
    return {"reason": command.reason, "occurred_at": command.occurred_at}


# What the order earned ------------------------------------------------------------------------------------------------


def _reverse(checkout: Checkout, before: Order, claims: dict[str, int] | None) -> list[Entry]:
    """Take back the recorded awards of an order: so many points of each ledger; None is all that is left."""
    case, customer = checkout.case, checkout.customer
    written: list[Entry] = []
    granted: dict[str, Entry] = {}
    for ledger in dict.fromkeys(award.ledger for award in before.awards):
        points = None if claims is None else claims[ledger]
        if points == 0:
            continue
        _ref, awards = _awards(checkout, before, ledger)
        granted |= {award.id: award for award in awards}
        fields = {**_fields(checkout), "order_id": before.order_id}
        written += checkout.write(take_back(case, customer, checkout.book(ledger), awards, points, **fields))
    if written:
        desk = checkout.desk
        caps = freed(desk.membership.caps, written, granted, checkout.program, before)
        desk.membership = attrs.evolve(desk.membership, caps=caps)
    return written


def _awards(checkout: Checkout, order: Order, ledger: str) -> tuple[LedgerRef, list[Entry]]:
    """Give a ledger, and the recorded awards of an order in it."""
    ref, customer = checkout.ledger_ref(ledger), checkout.customer
    return ref, [checkout.case.entry(customer, ref, each.entry_id) for each in order.awards if each.ledger == ledger]
