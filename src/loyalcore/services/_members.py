"""Members: one as it is stored, and what time does to the rows of a list of customers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from loyalcore.domain.customers import CustomerRow, Membership, customers_noun, new_membership, survivor
from loyalcore.domain.decision import CustomerRef, LedgerRef, MembershipRef
from loyalcore.domain.flows import membership_at
from loyalcore.errors import InvalidInput, SweepDue
from loyalcore.execution import without_collector
from loyalcore.query import All
from loyalcore.services._list import Asked, List, Moving, read_query
from loyalcore.values.clock import EPOCH, check_instant
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program
    from loyalcore.execution import Executor
    from loyalcore.query import Query
    from loyalcore.store import Unit

DUE_MAX: Final = 10_000


@attrs.frozen
class Members(Moving[CustomerRow]):
    """The members of one program, whose figures and tiers time changes.

    Args:
        executor: Where the records are.
        program: The program.
    """

    executor: Executor
    program: Program

    def due(self, unit: Unit, at: datetime) -> Sequence[CustomerRow]:
        """Give every member whom time has changed, as of an instant.

        Raises:
            SweepDue: There are more than 10,000.
        """
        asked = All(Membership, self.executor.environment, program_id=self.program.id, due_by=at)
        with without_collector():
            found: list[Membership] = list(islice(unit.stream(asked, at), DUE_MAX + 1))
            if not found:
                return ()
            if len(found) > DUE_MAX:
                raise SweepDue(limit=DUE_MAX)
            members = [each for each in found if each.customer_id is not None]
            names = [CustomerRef(each.environment, each.customer_id or "") for each in members]
            rows = unit.load(names)
            pairs = [(rows[name], each) for name, each in zip(names, members, strict=True)]
            return self._worked_out(unit, pairs, at)

    def shown(self, unit: Unit, rows: Sequence[CustomerRow], at: datetime) -> Sequence[CustomerRow]:
        """Give rows as of an instant, those among them that are due worked out."""
        due = [row for row in rows if self._is_due(row.membership, at)]
        if not due:
            return rows
        late = self._worked_out(unit, [(row.customer, row.membership) for row in due], at)
        by_holder = {row.membership.holder_id: row for row in late}
        return [by_holder.get(row.membership.holder_id, row) for row in rows]

    def _is_due(self, member: Membership, at: datetime) -> bool:
        """Whether time, or another version of the program, has changed a member since it was written."""
        is_over = member.next_change_at is not None and member.next_change_at <= at
        return is_over or (self.program.tiers is not None and self.program.is_behind(member.standing.version))

    def _worked_out(self, unit: Unit, pairs: list[tuple[Customer, Membership]], at: datetime) -> list[CustomerRow]:
        refs = [LedgerRef(each.environment, each.holder_id, each.program_id) for _, each in pairs]
        ledgers = unit.load(refs)
        rows = []
        for (customer, membership), ref in zip(pairs, refs, strict=True):
            ledger: Ledger | None = ledgers[ref]
            when = at if ledger is None else max(at, ledger.recorded_at)
            shown = membership_at(membership, ledger, self.program, when, self.executor.registry)
            rows.append(CustomerRow(customer, shown, at))
        return rows


class Found(NamedTuple):
    """A member as stored, and the instant that is asked about.

    Args:
        customer: The customer, or whoever it was merged into.
        membership: The membership; an empty one where the program has not heard of the customer.
        ledger: The ledger, None where nothing was booked on it.
        at: The instant, never before the last booking, UTC.
    """

    customer: Customer
    membership: Membership
    ledger: Ledger | None
    at: datetime


def find_member(
    executor: Executor, customer_id: str, program: Program, ledger: str = "", at: datetime | None = None
) -> Found:
    """Find a member by the host's own id.

    Args:
        executor: Where the records are.
        customer_id: The host's own id.
        program: The program.
        ledger: Which ledger is read beside, `""` for the main one.
        at: The instant, not before the last booking; None is now.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or an instant before the last booking.
        LimitExceeded: The id is longer than 255 characters.
        NotFound: The customer is not registered.
    """
    environment, named = executor.environment, check_text(customer_id, "customer_id")
    with executor.store.unit(readonly=True) as unit:
        customer: Customer = survivor(environment, named, lambda ref: unit.load([ref])[ref])
        ref = MembershipRef(environment, customer.holder_id, program.id)
        ledger_ref = LedgerRef(environment, customer.holder_id, program.id, ledger)
        found = unit.load([ref, ledger_ref])
    booked: Ledger | None = found[ledger_ref]
    booked_at = EPOCH if booked is None else booked.recorded_at
    when = max(executor.now(), booked_at) if at is None else check_instant(at, "at")
    if when < booked_at:
        raise InvalidInput("give an instant not before the last booking", path="at")
    return Found(customer, found[ref] or new_membership(customer, program.id), booked, when)


def holders_of(executor: Executor, customer_id: str) -> list[str]:
    """Name the holder of a customer and those that were merged into it, whose records are the customer's too.

    Args:
        executor: Where the records are.
        customer_id: The host's own id, checked.

    Raises:
        NotFound: The customer is not registered.
    """
    with executor.store.unit(readonly=True) as unit:
        found = survivor(executor.environment, customer_id, lambda ref: unit.load([ref])[ref])
    return list(found.holders)


def list_members(executor: Executor, asked: Asked, program: str | None) -> tuple[List[CustomerRow], Query]:
    """Give the list of the customers of a program, and what is asked of it as a query.

    Args:
        executor: Where the records are.
        asked: A query in any of its forms.
        program: The program, where the host runs several.

    Raises:
        InvalidInput: The query is none, or no program where several run.
        LimitExceeded: The query is too large.
        NotFound: The program is not there.
    """
    rules = executor.program(program)
    query = read_query(asked, customers_noun(rules.customers, rules.zone))
    scope = {"environment": executor.environment, "program_id": rules.id}
    return List(executor, rules.zone, scope, Members(executor, rules)), query
