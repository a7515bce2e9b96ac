"""Questions about ledgers: balance, schedule, explain, verify, entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers import survivor
from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import (
    Balance,
    Book,
    Entry,
    Ledger,
    LotStory,
    ScheduledChange,
    Verification,
    account_of,
    balance,
    cached_balance,
    explain,
    fold,
    schedule,
    verify,
)
from loyalcore.query import All
from loyalcore.values.clock import check_instant, to_micros
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.ledger import Account
    from loyalcore.domain.programs import Program
    from loyalcore.execution import Executor
    from loyalcore.store import Unit


class Ledgers:
    """What can be asked about ledgers, at any instant."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def balance(
        self,
        customer_id: str,
        *,
        at: datetime | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Balance:
        """Give a ledger's figures at an instant: what was recorded by then, and what time does from there.

        Args:
            customer_id: The host's customer id.
            at: The instant, past or future; None is now.
            ledger: The ledger, `""` for the main one; one that nothing was booked on has zeros.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shop.points.balance("ada").active
            120
        """
        with self._executor.store.unit(readonly=True) as unit:
            rules, ref, stored = self._find(unit, customer_id, ledger, program)
            when = self._present(stored) if at is None else check_instant(at, "at")
            cached = None if stored is None else cached_balance(stored, when)
            if cached is not None:
                return cached
            return balance(self._advanced(unit, rules, ref, stored, when), when)

    def schedule(
        self,
        customer_id: str,
        *,
        ledger: str = "",
        program: str | None = None,
    ) -> tuple[ScheduledChange, ...]:
        """List what time will do to a ledger from now on: what activates, expires and is released, and when.

        Args:
            customer_id: The host's customer id.
            ledger: The ledger, `""` for the main one.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2; INF expiry date.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", expiry="1M", key="w-1")
            >>> [(change.kind.value, change.points) for change in shop.points.schedule("ada")]
            [('expire', 120)]
        """
        with self._executor.store.unit(readonly=True) as unit:
            rules, ref, stored = self._find(unit, customer_id, ledger, program)
            book = self._advanced(unit, rules, ref, stored, self._present(stored))
            book.entries.clear()
            return schedule(book)

    def explain(
        self,
        customer_id: str,
        *,
        ledger: str = "",
        program: str | None = None,
    ) -> tuple[LotStory, ...]:
        """Trace every point of a ledger: who granted it, by which order, rule and program version, and where it went.

        Args:
            customer_id: The host's customer id.
            ledger: The ledger, `""` for the main one.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2 (why).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> mug = shop.points.spend("ada", 50, reason="mug", key="s-1")
            >>> [(use.entry.reason, use.points) for use in shop.points.explain("ada")[0].uses]
            [('mug', 50)]
        """
        with self._executor.store.unit(readonly=True) as unit:
            _rules, ref, _stored = self._find(unit, customer_id, ledger, program)
            return explain(self._stream(unit, ref))

    def verify(
        self,
        customer_id: str,
        *,
        ledger: str = "",
        program: str | None = None,
    ) -> Verification:
        """Recompute a ledger from its entries and name the first difference from what is stored.

        Args:
            customer_id: The host's customer id.
            ledger: The ledger, `""` for the main one.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shop.points.verify("ada").is_ok
            True
        """
        with self._executor.store.unit(readonly=True) as unit:
            _rules, ref, stored = self._find(unit, customer_id, ledger, program)
            while True:
                entries = self._stream(unit, ref)
                seen, stored = stored, unit.load([ref])[ref]
                if stored == seen:  # nobody booked between the head and its entries
                    return verify(entries, stored, ref)

    def entries(
        self,
        customer_id: str,
        *,
        ledger: str | None = "",
        program: str | None = None,
    ) -> tuple[Entry, ...]:
        """List the entries of a ledger in order, or of all ledgers that a customer has, ledger by ledger.

        For pages, filters, and the entries of all customers see `loyalcore.Loyalty.entries`.

        Args:
            customer_id: The host's customer id.
            ledger: The ledger, `""` for the main one; None for all of them.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: INF activity feed; TAL points rows.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> [entry.kind.value for entry in shop.points.entries("ada")]
            ['award']
        """
        with self._executor.store.unit(readonly=True) as unit:
            if ledger is None:
                rules, holder = self._executor.program(program), self._customer(unit, customer_id).holder_id
                query = All(Entry, self._executor.environment, holder_id=holder, program_id=rules.id)
                return tuple(unit.stream(query, self._executor.now()))
            _rules, ref, _stored = self._find(unit, customer_id, ledger, program)
            return tuple(self._stream(unit, ref))

    def _customer(self, unit: Unit, customer_id: str) -> Customer:
        return survivor(
            self._executor.environment,
            check_text(customer_id, "customer_id"),
            lambda ref: unit.load([ref])[ref],
        )

    def _find(
        self,
        unit: Unit,
        customer_id: str,
        ledger: str,
        program: str | None,
    ) -> tuple[Program, LedgerRef, Ledger | None]:
        customer_id = check_text(customer_id, "customer_id")
        ledger = check_text(ledger, "ledger", length_min=0)
        rules = self._executor.program(program)
        customer = self._customer(unit, customer_id)
        ref = LedgerRef(self._executor.environment, customer.holder_id, rules.id, ledger)
        return rules, ref, unit.load([ref])[ref]

    def _present(self, stored: Ledger | None) -> datetime:
        """What time it is for a ledger: never before its last entry, though the clock went back."""
        now = self._executor.now()
        return now if stored is None else max(now, stored.recorded_at)

    def _stream(self, unit: Unit, ref: LedgerRef) -> list[Entry]:
        query = All(
            Entry,
            ref.environment,
            holder_id=ref.holder_id,
            program_id=ref.program_id,
            ledger=ref.ledger,
        )
        return list(unit.stream(query, self._executor.now()))

    def _advanced(
        self,
        unit: Unit,
        rules: Program,
        ref: LedgerRef,
        stored: Ledger | None,
        at: datetime,
    ) -> Book:
        """Open a book that shows an instant: from what is stored, or before that from what was recorded by then."""
        account: Account
        if stored is not None and at < stored.recorded_at:
            account = fold(entry for entry in self._stream(unit, ref) if entry.recorded_at <= at)
        else:
            account = account_of(stored)
        consumption = self._executor.registry.consumption.get(rules.points.consumption)
        book = Book(
            account,
            ref,
            rules.points,
            rules.zone,
            program_version=rules.version,
            actor="",
            consumption=consumption,
        )
        book.advance(to_micros(at))
        return book
