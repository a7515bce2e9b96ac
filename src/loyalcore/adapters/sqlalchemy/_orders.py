"""Between orders and rows: what lists ask for as columns, the cart and what is nested as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy._nested import dump, listed, maybe_instant, micros, read
from loyalcore.domain.orders import (
    Order,
    OrderAward,
    OrderReferral,
    OrderReturn,
    OrderState,
    Weight,
    cart_document,
    kept_cart,
)
from loyalcore.errors import LimitExceeded, StoreError
from loyalcore.query import fold
from loyalcore.store import sortable
from loyalcore.values.clock import from_micros, to_micros

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy._dialects import Row
    from loyalcore.domain.decision import OrderRef


def order_row(record: Order) -> Row:
    """Give an order as a row."""
    cart = record.cart
    amounts = cart.amounts
    attributes = cart.attributes
    referral = record.referral
    return (
        record.environment,
        record.order_id,
        record.holder_id,
        record.customer_id,
        record.program_id,
        record.state.value,
        to_micros(record.created_at),
        to_micros(record.updated_at),
        micros(record.closed_at),
        micros(record.cancelled_at),
        record.cycle,
        record.redeemed,
        dump(cart_document(cart)),
        listed(record.spends),
        dump([_plain_award(award) for award in record.awards]) if record.awards else None,
        listed(record.unrecovered),
        dump([_plain_return(each) for each in record.returns]) if record.returns else None,
        record.version,
        sortable(amounts.net),
        sortable(amounts.discount),
        sortable(amounts.total),
        cart.products,
        record.returned_pieces,
        record.awarded,
        fold(record.state.value),
        None if cart.store is None else fold(cart.store),
        None if cart.referral_code is None else fold(cart.referral_code),
        listed(tuple(fold(coupon) for coupon in cart.coupons)),
        dump({name: fold(value) for name, value in attributes.items()}) if attributes else None,
        referral.referral_id,
        referral.refused,
        referral.is_referrer,
        referral.referee_of,
    )


def order(ref: OrderRef, row: Row) -> Order:
    """Give the order of a row."""
    return whole_order((ref.environment, ref.order_id, *row))


def whole_order(row: Row) -> Order:
    """Give the order of a row that has its name too; what is there for lists only is passed over.

    Raises:
        StoreError: The row is damaged: it is not what was written.
    """
    try:
        return _whole_order(row)
    except (ArithmeticError, AttributeError, LimitExceeded, LookupError, TypeError, ValueError) as error:
        raise StoreError("the row of an order is damaged: it does not hold what was written") from error


def _whole_order(row: Row) -> Order:
    environment, order_id, holder_id, customer_id, program_id, state = row[:6]
    created_at, updated_at, closed_at, cancelled_at, cycle, redeemed = row[6:12]
    cart, spends, awards, unrecovered, returns, version = row[12:18]
    referral_id, refused, is_referrer, referee_of = row[-4:]
    return Order(
        environment=environment,
        order_id=order_id,
        holder_id=holder_id,
        customer_id=customer_id,
        program_id=program_id,
        state=OrderState(state),
        cart=kept_cart(read(cart)),
        created_at=from_micros(created_at),
        updated_at=from_micros(updated_at),
        closed_at=maybe_instant(closed_at),
        cancelled_at=maybe_instant(cancelled_at),
        cycle=cycle,
        redeemed=redeemed,
        spends=tuple(read(spends)) if spends else (),
        awards=tuple([_read_award(each) for each in read(awards)]) if awards else (),
        unrecovered=tuple([tuple(each) for each in read(unrecovered)]) if unrecovered else (),
        returns=tuple([_read_return(each) for each in read(returns)]) if returns else (),
        referral=OrderReferral(
            referral_id=referral_id,
            refused=refused,
            is_referrer=is_referrer != 0,
            referee_of=referee_of,
        ),
        version=version,
    )


def _plain_award(award: OrderAward) -> list[Any]:
    weights = [[line, str(weight)] for line, weight in award.weights]
    return [award.rule, award.ledger, award.entry_id, award.points, weights, str(award.basis)]


def _read_award(plain: list[Any]) -> OrderAward:
    rule, ledger, entry_id, points, weights, basis = plain
    return OrderAward(
        rule=rule,
        ledger=ledger,
        entry_id=entry_id,
        points=points,
        weights=tuple([Weight(line, Decimal(weight)) for line, weight in weights]),
        basis=Decimal(basis),
    )


def _plain_return(each: OrderReturn) -> list[Any]:
    refund = None if each.refund is None else str(each.refund)
    return [
        each.return_id,
        to_micros(each.at),
        each.items,
        refund,
        each.reversed,
        each.waived,
        each.restored,
    ]


def _read_return(plain: list[Any]) -> OrderReturn:
    return_id, at, items, refund, taken, waived, restored = plain
    return OrderReturn(
        return_id=return_id,
        at=from_micros(at),
        items=tuple([(line, pieces) for line, pieces in items]),
        refund=None if refund is None else Decimal(refund),
        reversed=taken,
        waived=waived,
        restored=restored,
    )
