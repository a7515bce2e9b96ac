"""Customers: register, join, merge, and look one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers import Join, Membership, Register, survivor
from loyalcore.domain.decision import CustomerRef, LedgerRef, MembershipRef
from loyalcore.domain.flows import Desk
from loyalcore.domain.ledger import Merge
from loyalcore.errors import InvalidInput, NotFound
from loyalcore.values.clock import EPOCH, check_instant
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.execution import Executor


class Customers:
    """Who holds points."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt]) -> None:
        self._executor = executor
        self._run = run

    def register(self, customer_id: str) -> Receipt:
        """Register a customer; idempotent by the id.

        Args:
            customer_id: The host's own id, 1 to 255 printable characters, never an e-mail address.

        Returns:
            A receipt with the customer; `replayed` where it was registered before.

        Raises:
            InvalidInput: Nobody acts, or the id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 1, 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.register("bob").customer.customer_id
            'bob'
        """
        return self._run(Register(customer_id))

    def join(self, customer_id: str, *, program: str | None = None) -> Receipt:
        """Make a customer a member of a program; idempotent.

        Args:
            customer_id: The host's own id.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership; `replayed` where it had joined before.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.4 (join policy).

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.join("ada").membership.joined_at is None
            False
        """
        return self._run(Join(customer_id, program=program))

    def merge(self, customer_id: str, *, into: str, reason: str = "merge") -> Receipt:
        """Merge a customer into another, in every program; the second merge changes nothing.

        Args:
            customer_id: The customer who ends.
            into: The survivor, who gets open lots with their dates, holds and totals.
            reason: Why, without personal data.

        Returns:
            A receipt with the entries of both sides and the survivor.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, or a customer merged into itself.
            LimitExceeded: A text beyond its limit.
            NotFound: A customer is not there, or the host does not run a program that it has points in.
            IllegalTransition: It was merged into somebody else, or is the survivor of the other one.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> guest, cart = shop.customers.register("guest-7"), shop.points.adjust("ada", 5, reason="gift", key="j-1")
            >>> shop.customers.merge("guest-7", into="ada").customer.customer_id
            'ada'
        """
        return self._run(Merge(customer_id, into=into, reason=reason))

    def get(self, customer_id: str) -> Customer:
        """Give the directory row of a customer.

        Args:
            customer_id: The host's own id.

        Raises:
            InvalidInput: The id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            NotFound: It is not registered.
            StoreError: The store could not do its part.

        Source: DOMAIN 1.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.get("ada").environment
            'live'
        """
        customer_id = check_text(customer_id, "customer_id")
        ref = CustomerRef(self._executor.environment, customer_id)
        with self._executor.store.unit(readonly=True) as unit:
            found: Customer | None = unit.load([ref])[ref]
        if found is None:
            raise NotFound("customer", customer_id, hint="register it first")
        return found

    def membership(
        self,
        customer_id: str,
        *,
        at: datetime | None = None,
        program: str | None = None,
    ) -> Membership:
        """Give a customer's membership with the tier as it stands at an instant, now or later.

        Args:
            customer_id: The host's own id.
            at: The instant, not before the last booking; None is now.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, no program where several run, or an instant before
                the last booking.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: DOMAIN 1, 3.5.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.membership("ada").joined_at is None
            True
        """
        executor = self._executor
        rules = executor.program(program)
        environment, named = executor.environment, check_text(customer_id, "customer_id")
        with executor.store.unit(readonly=True) as unit:
            holder_id = survivor(environment, named, lambda ref: unit.load([ref])[ref]).holder_id
            ref = MembershipRef(environment, holder_id, rules.id)
            ledger_ref = LedgerRef(environment, holder_id, rules.id, "")
            found = unit.load([ref, ledger_ref])
        booked_at = EPOCH if found[ledger_ref] is None else found[ledger_ref].recorded_at
        when = max(executor.now(), booked_at) if at is None else check_instant(at, "at")
        if when < booked_at:
            raise InvalidInput("give an instant not before the last booking", path="at")
        if found[ref] is None:
            return Membership(environment=environment, holder_id=holder_id, program_id=rules.id)
        consumption = executor.registry.consumption.get(rules.points.consumption)
        desk = Desk(rules, environment, holder_id, "", found[ref], consumption)
        book = desk.book("", found[ledger_ref], when)
        desk.settle_membership(book)
        return desk.membership
