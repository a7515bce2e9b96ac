"""The order: what is kept of a purchase, what it earned, and what of it was returned."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import attrs

from loyalcore.domain.decision import OrderRef
from loyalcore.domain.orders._states import OrderState

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.orders._cart import Cart


class Weight(NamedTuple):
    """How much of an award one line stands for, as a share of the sum of all weights of that award."""

    line_id: str
    weight: Decimal


@attrs.frozen(kw_only=True)
class OrderAward:
    """What closing an order awarded under one rule.

    Args:
        rule: The rule.
        ledger: The ledger in which the award stands.
        entry_id: The award.
        points: How many points it granted, at least 1.
        weights: What each line that earned them stands for; a return takes back by them.
        basis: The money by which the whole order earned, for returns that go by the refunded money.
    """

    rule: str
    ledger: str
    entry_id: str
    points: int
    weights: tuple[Weight, ...]
    basis: Decimal = Decimal(0)


@attrs.frozen(kw_only=True)
class OrderReturn:
    """One return of items.

    Args:
        return_id: The host's own id of the return, unique in its order.
        at: When it was recorded, UTC.
        items: (line id, pieces) of what was returned.
        refund: The money that was given back, where the host said so.
        reversed: Points of awards that it took back, those waived among them.
        waived: Of these, the points that the return policy let go.
        restored: Points spent on the order that it gave back.
    """

    return_id: str
    at: datetime
    items: tuple[tuple[str, int], ...]
    refund: Decimal | None = None
    reversed: int = 0
    waived: int = 0
    restored: int = 0


@attrs.frozen(kw_only=True)
class OrderReferral:
    """What closing an order had to do with referrals.

    Args:
        referral_id: The referral to which the order counts, because it used its code; None for none.
        refused: Why the code that it used was refused, a value of `ReferralRefusal`; None where it was not.
        is_referrer: Whether it redeemed points that the customer had for referring.
        referee_of: The referral for which the customer had points, as the referee, that it redeemed; None for none.

    Source: DOMAIN 2 (BLP: the three revenues), 3.6.
    """

    referral_id: str | None = None
    refused: str | None = None
    is_referrer: bool = False
    referee_of: str | None = None


@attrs.frozen(kw_only=True)
class Order:
    """A purchase, in one program and its currency.

    Args:
        environment: `live` or `sandbox`; the same id in both is two unrelated orders.
        order_id: The host's own id, unique in the environment.
        holder_id: Whose order it is.
        customer_id: The id of that customer when the order was made.
        program_id: The program in which it earns.
        state: Where it stands.
        cart: What is ordered, what it costs, and how it is paid.
        created_at: When it was first recorded, UTC.
        updated_at: When it was last changed, UTC.
        closed_at: When it was last closed, UTC; None before that.
        cancelled_at: When it was cancelled, UTC.
        cycle: How many times it was closed.
        redeemed: Points that closing spent on it.
        spends: The ids of the entries that spent them.
        awards: What closing awarded, in the present cycle.
        unrecovered: (ledger, points) that reopenings could not take back: every closing after them awards so many less.
        returns: What was returned, in order.
        referral: What it had to do with referrals, in the present cycle.
        version: 1 when it is first written, then one more with every change.

    Source: DOMAIN 1, 3.3.
    """

    environment: str
    order_id: str
    holder_id: str
    customer_id: str
    program_id: str
    state: OrderState
    cart: Cart
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cycle: int = 0
    redeemed: int = 0
    spends: tuple[str, ...] = ()
    awards: tuple[OrderAward, ...] = ()
    unrecovered: tuple[tuple[str, int], ...] = ()
    returns: tuple[OrderReturn, ...] = ()
    referral: OrderReferral = OrderReferral()
    version: int = 1

    @property
    def ref(self) -> OrderRef:
        """The name it is kept under."""
        return OrderRef(self.environment, self.order_id)

    @property
    def awarded(self) -> int:
        """Points that closing awarded, in the present cycle."""
        return sum(award.points for award in self.awards)

    @property
    def returned(self) -> dict[str, int]:
        """How many pieces of each line were returned; lines of which none was are left out."""
        pieces: dict[str, int] = {}
        for each in self.returns:
            for line_id, quantity in each.items:
                pieces[line_id] = pieces.get(line_id, 0) + quantity
        return pieces

    @property
    def returned_pieces(self) -> int:
        """How many pieces were returned."""
        return sum(quantity for each in self.returns for _, quantity in each.items)

    @property
    def is_returned(self) -> bool:
        """Whether every piece of every line was returned."""
        returned = self.returned
        return all(returned.get(item.line_id, 0) == item.quantity for item in self.cart.items)

    @property
    def counts(self) -> bool:
        """Whether it counts in the figures: closed or partially returned."""
        return self.state in {OrderState.CLOSED, OrderState.PARTIALLY_RETURNED}
