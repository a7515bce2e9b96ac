"""Orders: carts at the checkout, purchases, returns, and lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import CustomerRow
from loyalcore.domain.decision import OrderRef
from loyalcore.domain.earning import lessened
from loyalcore.domain.flows import membership_at
from loyalcore.domain.orders import (
    ORDERS,
    CancelOrder,
    CloseOrder,
    OpenOrder,
    OrderFields,
    ReopenOrder,
    ReturnItems,
    UpdateOrder,
    read_cart,
    state_after,
)
from loyalcore.errors import InvalidInput, NotFound, OrderTaken
from loyalcore.query import SIZE
from loyalcore.services._list import Asked, List, Moving, read_query
from loyalcore.services._members import find_member, holders_of
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from decimal import Decimal

    from loyalcore.domain.earning import Quote
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.orders import Cart, Order
    from loyalcore.execution import Executor
    from loyalcore.query import Page, Query


class Orders:
    """What customers buy and bring back."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt]) -> None:
        self._executor = executor
        self._run = run

    def open(
        self,
        customer_id: str,
        order_id: str,
        cart: Cart | Mapping[str, Any],
        *,
        key: str,
        occurred_at: datetime | None = None,
        program: str | None = None,
    ) -> Receipt:
        """Record an order that can still change, such as a cart at the checkout; it earns nothing yet.

        Args:
            customer_id: The host's customer id.
            order_id: The host's own order id, unique in the environment, 1 to 255 printable characters.
            cart: What is ordered: a `Cart`, or its document; `{"total": "19.90"}` where only the total is known.
            key: Idempotency key.
            occurred_at: When it happened, as the host knows it.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the order.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, another currency than the program's;
                `InvalidDocument` names every fault of the cart.
            LimitExceeded: A text or a number beyond its limit.
            NotFound: The customer is not registered, or the program does not run.
            OrderTaken: The order is another customer's, or of another program.
            IdempotencyConflict: The key was used with another payload.
            IllegalTransition: The order is there already.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.3.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.orders.open("ada", "o-1", {"total": "19.90"}, key="k-1").order.state.value
            'open'
        """
        command = OpenOrder(customer_id, order_id, _cart(cart), key=key, occurred_at=occurred_at, program=program)
        return self._run(command)

    def update(
        self, order_id: str, cart: Cart | Mapping[str, Any], *, key: str, occurred_at: datetime | None = None
    ) -> Receipt:
        """Replace the cart of an open order.

        Args:
            order_id: The order.
            cart: What is ordered now: a `Cart`, or its document.
            key: Idempotency key.
            occurred_at: When it happened, as the host knows it.

        Returns:
            A receipt with the order.

        Raises:
            InvalidInput: As `open`.
            LimitExceeded: A text or a number beyond its limit.
            NotFound: There is no such order.
            IdempotencyConflict: The key was used with another payload.
            IllegalTransition: The order is not open.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.3.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> opened = shop.orders.open("ada", "o-1", {"total": "19.90"}, key="k-1")
            >>> shop.orders.update("o-1", {"total": "9.90"}, key="k-2").order.cart.amounts.net
            Decimal('9.90')
        """
        return self._run(UpdateOrder(order_id, _cart(cart), key=key, occurred_at=occurred_at))

    def close(
        self,
        customer_id: str,
        order_id: str,
        cart: Cart | Mapping[str, Any] | None = None,
        *,
        key: str,
        occurred_at: datetime | None = None,
        program: str | None = None,
    ) -> Receipt:
        """Close an order that was paid for: spend what it redeems, award what it earns, count it, move the tier.

        All of it is one commit. The order may be open, or new; a new one needs its cart.

        Args:
            customer_id: The host's customer id.
            order_id: The host's own order id.
            cart: What was ordered: a `Cart`, or its document; None is the cart of the open order.
            key: Idempotency key.
            occurred_at: When it happened; an expiry that counts from the order counts from it.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the order and the entries written; the order names each award.

        Raises:
            InvalidInput: As `open`; or the cart is missing.
            LimitExceeded: A text or a number beyond its limit.
            NotFound: The customer is not registered, or the program does not run.
            OrderTaken: The order is another customer's, or of another program.
            IdempotencyConflict: The key was used with another payload.
            IllegalTransition: The order is closed already, or cancelled.
            Ineligible: Points are to be redeemed by a customer who takes no part.
            FactConflict: A rule was paid for this order before, with another number of points.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.3, 3.4.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.orders.close("ada", "o-1", {"total": "19.90"}, key="k-1").order.state.value
            'closed'
        """
        given = None if cart is None else _cart(cart)
        return self._run(CloseOrder(customer_id, order_id, given, key=key, occurred_at=occurred_at, program=program))

    def cancel(self, order_id: str, *, key: str, reason: str = "", occurred_at: datetime | None = None) -> Receipt:
        """Cancel an order: give back what was spent on it, take back what it earned, count it no more.

        Args:
            order_id: The order.
            key: Idempotency key.
            reason: Why; it stands in the entries.
            occurred_at: When it happened, as the host knows it.

        Returns:
            A receipt with the order and the entries written.

        Raises:
            InvalidInput: Nobody acts, or a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such order.
            IdempotencyConflict: The key was used with another payload.
            IllegalTransition: The order was cancelled before.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.3.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> closed = shop.orders.close("ada", "o-1", {"total": "19.90"}, key="k-1")
            >>> shop.orders.cancel("o-1", key="k-2", reason="payment expired").order.state.value
            'cancelled'
        """
        return self._run(CancelOrder(order_id, key=key, reason=reason, occurred_at=occurred_at))

    def reopen(self, order_id: str, *, key: str, reason: str = "", occurred_at: datetime | None = None) -> Receipt:
        """Open a closed order again: take back what closing gave, so that it can change and be closed anew.

        Args:
            order_id: The order.
            key: Idempotency key.
            reason: Why; it stands in the entries.
            occurred_at: When it happened, as the host knows it.

        Returns:
            A receipt with the order and the entries written. What could not be taken back stands in
            `order.unrecovered`: every closing after it awards so many less.

        Raises:
            InvalidInput: Nobody acts, or a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such order.
            IdempotencyConflict: The key was used with another payload.
            IllegalTransition: The order is not closed, or something of it was returned.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.3.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> closed = shop.orders.close("ada", "o-1", {"total": "19.90"}, key="k-1")
            >>> shop.orders.reopen("o-1", key="k-2").order.state.value
            'open'
        """
        return self._run(ReopenOrder(order_id, key=key, reason=reason, occurred_at=occurred_at))

    def return_items(
        self,
        order_id: str,
        items: Mapping[str, int] | None = None,
        *,
        return_id: str,
        key: str,
        refund: Decimal | int | str | None = None,
        restore: int | None = None,
        reason: str = "",
        occurred_at: datetime | None = None,
    ) -> Receipt:
        """Record that pieces of an order came back: give back what was spent on it, take back what they earned.

        The points taken back are those that were recorded when the order was closed; today's rules have no say.

        Args:
            order_id: The order.
            items: How many pieces of which line; None is all that is left.
            return_id: The host's own id of the return, unique in its order: a second return has another one. The same
                return delivered again changes nothing, whatever its key.
            key: Idempotency key.
            refund: The money that was given back, in the order's currency; None: what the pieces cost.
            restore: How many of the points spent on the order come back now, at most what is left of them; None: by the
                program's `partial_restore`.
            reason: Why; it stands in the entries.
            occurred_at: When it happened, as the host knows it.

        Returns:
            A receipt with the order and the entries written; the last of `order.returns` says what it came to.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or a line that the order has not.
            LimitExceeded: A text or a number beyond its limit.
            NotFound: There is no such order.
            IdempotencyConflict: The key was used with another payload.
            ReturnTaken: The return was recorded before with other pieces or another refund.
            IllegalTransition: The order is open or cancelled.
            ReturnTooLarge: More pieces than are left.
            InsufficientPoints: More points are to come back than were spent.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.3.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> cart = {"items": [{"line_id": "1", "unit_price": "10", "quantity": 3}]}
            >>> closed = shop.orders.close("ada", "o-1", cart, key="k-1")
            >>> shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", key="k-2").order.returned
            {'1': 1}
        """
        command = ReturnItems(
            order_id,
            None if items is None else items,  # type: ignore[arg-type]
            return_id=return_id,
            key=key,
            refund=refund,  # type: ignore[arg-type]
            restore=restore,
            reason=reason,
            occurred_at=occurred_at,
        )
        return self._run(command)

    # Questions ------------------------------------------------------------------------------------------------------

    def get(self, order_id: str) -> Order:
        """Give an order.

        Args:
            order_id: The order.

        Raises:
            InvalidInput: The id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            NotFound: There is no such order.
            StoreError: The store could not do its part.

        Source: TAL orders.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> opened = shop.orders.open("ada", "o-1", {"total": "19.90"}, key="k-1")
            >>> shop.orders.get("o-1").customer_id
            'ada'
        """
        ref = OrderRef(self._executor.environment, check_text(order_id, "order_id"))
        with self._executor.store.unit(readonly=True) as unit:
            found: Order | None = unit.load([ref])[ref]
        if found is None:
            raise NotFound("order", ref.order_id)
        return found

    def quote(
        self,
        customer_id: str,
        cart: Cart | Mapping[str, Any] | None = None,
        *,
        order_id: str | None = None,
        program: str | None = None,
    ) -> Quote:
        """Say what an order would earn now, rule by rule, and what could be redeemed for it; write nothing.

        Closing the order at the same instant awards exactly this. Where the clock lags behind the last booking on the
        customer's ledger, now is the instant of that booking, as it is for closing.

        Args:
            customer_id: The host's customer id.
            cart: What is ordered: a `Cart`, or its document.
            order_id: Or an open order; what a reopening could not take back is left out of what it earns.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, another currency than the program's, or not exactly
                one of `cart` and `order_id`.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer, the order or the program is not there.
            OrderTaken: The order is another customer's, or of another program.
            IllegalTransition: The order is not open.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.4 (what is quoted is what is awarded).

        Example:
            >>> from loyalcore.testing import example
            >>> example().orders.quote("ada", {"total": "19.90"}).points
            0
        """
        executor = self._executor
        name = check_text(customer_id, "customer_id")
        if (cart is None) is (order_id is None):
            raise InvalidInput("give a cart, or the id of an open order, and not both", path="cart")
        if order_id is None:
            rules, asked = executor.program(program), _cart(cart)
            kept: tuple[tuple[str, int], ...] = ()
            found = find_member(executor, name, rules)
        else:
            order = self.get(order_id)
            if program not in (None, order.program_id):
                raise OrderTaken(order_id=order.order_id, by="another program")
            rules, asked, kept = executor.program(order.program_id), order.cart, order.unrecovered
            found = find_member(executor, name, rules)
            if order.holder_id not in found.customer.holders:
                raise OrderTaken(order_id=order.order_id, by="another customer")
            state_after(order.state, "close")
        member = membership_at(found.membership, found.ledger, rules, found.at, executor.registry)
        row = CustomerRow(found.customer, member, found.at)
        return lessened(rules.quote(asked, row, at=found.at, functions=executor.registry.earning), kept)

    def page(
        self,
        query: Asked = None,
        *,
        customer_id: str | None = None,
        program: str | None = None,
        size: int = SIZE,
        cursor: str | None = None,
    ) -> Page[Order]:
        """Give a page of the orders that a query asks for.

        Args:
            query: A query or condition over `loyalcore.fields.ORDERS`, its JSON form, or a search string such as
                `state:closed net:>=100 sort:-closed_at`; None asks for all by their ids.
            customer_id: Only those of this customer.
            program: The program's id, where the host runs several.
            size: The most orders, 1 to 500.
            cursor: `next` or `previous` of another page of the same query; None for the first page.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field, a search string that is none (`InvalidQuery`), a
                cursor of another query, or no program where several run.
            LimitExceeded: The page or the query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: TAL orders; DOMAIN 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> closed = shop.orders.close("ada", "o-1", {"total": "19.90"}, key="k-1")
            >>> [order.order_id for order in shop.orders.page("state:closed", customer_id="ada").items]
            ['o-1']
        """
        listed, asked = self._list(query, customer_id, program)
        return listed.page(asked, size, cursor)

    def stream(
        self, query: Asked = None, *, customer_id: str | None = None, program: str | None = None
    ) -> Iterator[Order]:
        """Give every order that a query asks for, one by one.

        Args:
            query: As `page` takes it.
            customer_id: Only those of this customer.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: The query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: TAL orders; DOMAIN 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> list(example().orders.stream("net:>1000"))
            []
        """
        listed, asked = self._list(query, customer_id, program)
        return listed.stream(asked)

    def count(self, query: Asked = None, *, customer_id: str | None = None, program: str | None = None) -> int:
        """Give the number of orders that a query asks for; it costs as much as some hundred pages.

        Args:
            query: As `page` takes it.
            customer_id: Only those of this customer.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: The query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.8 (totals only on request).

        Example:
            >>> from loyalcore.testing import example
            >>> example().orders.count()
            0
        """
        listed, asked = self._list(query, customer_id, program)
        return listed.count(asked)

    def _list(self, query: Asked, customer_id: str | None, program: str | None) -> tuple[List[Order], Query]:
        executor = self._executor
        rules = executor.program(program)
        scope = {"environment": executor.environment, "program_id": rules.id}
        asked = read_query(query, ORDERS)
        if customer_id is not None:
            holders = holders_of(executor, check_text(customer_id, "customer_id"))
            asked = attrs.evolve(asked, where=asked.where & OrderFields.holder_id.in_(holders))
        return List(executor, rules.zone, scope, Moving()), asked


def _cart(cart: object) -> Cart:
    return read_cart(cart, "cart")
