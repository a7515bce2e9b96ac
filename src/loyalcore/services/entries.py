"""Entries: lists of the records of ledgers, of one holder or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers import survivor
from loyalcore.domain.ledger import ENTRIES
from loyalcore.query import SIZE
from loyalcore.services._list import Asked, List, Moving, read_query
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.domain.ledger import Entry
    from loyalcore.execution import Executor
    from loyalcore.query import Page, Query


class Entries:
    """What was booked, entry by entry."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def page(
        self,
        query: Asked = None,
        *,
        customer_id: str | None = None,
        ledger: str | None = None,
        program: str | None = None,
        size: int = SIZE,
        cursor: str | None = None,
    ) -> Page[Entry]:
        """Give a page of the entries that a query asks for.

        Args:
            query: A query or condition over `loyalcore.fields.ENTRIES`, its JSON form, or a search string such as
                `kind:award recorded_at:>=-4w sort:-recorded_at`; None asks for all, holder by holder, in their order.
            customer_id: Only those on the ledgers of this customer.
            ledger: Only those on this ledger, `""` for the main one; None for every ledger.
            program: The program's id, where the host runs several.
            size: The most entries, 1 to 500.
            cursor: `next` or `previous` of another page of the same query; None for the first page.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field, a search string that is none (`InvalidQuery`), a
                cursor of another query, or no program where several run.
            LimitExceeded: The page or the query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: TAL points rows; INF activity feed; DOMAIN 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> [entry.points for entry in shop.entries.page("kind:award", customer_id="ada").items]
            [120]
        """
        listed, asked = self._list(query, customer_id, ledger, program)
        return listed.page(asked, size, cursor)

    def stream(
        self,
        query: Asked = None,
        *,
        customer_id: str | None = None,
        ledger: str | None = None,
        program: str | None = None,
    ) -> Iterator[Entry]:
        """Give every entry that a query asks for, one by one.

        Args:
            query: As `page` takes it.
            customer_id: Only those on the ledgers of this customer.
            ledger: Only those on this ledger; None for every ledger.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: The query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: TAL points rows; DOMAIN 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> list(example().entries.stream("points:>1000"))
            []
        """
        listed, asked = self._list(query, customer_id, ledger, program)
        return listed.stream(asked)

    def count(
        self,
        query: Asked = None,
        *,
        customer_id: str | None = None,
        ledger: str | None = None,
        program: str | None = None,
    ) -> int:
        """Give the number of entries that a query asks for; it costs as much as some hundred pages.

        Args:
            query: As `page` takes it.
            customer_id: Only those on the ledgers of this customer.
            ledger: Only those on this ledger; None for every ledger.
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
            >>> example().entries.count()
            0
        """
        listed, asked = self._list(query, customer_id, ledger, program)
        return listed.count(asked)

    def _list(
        self, query: Asked, customer_id: str | None, ledger: str | None, program: str | None
    ) -> tuple[List[Entry], Query]:
        executor = self._executor
        rules = executor.program(program)
        scope = {"environment": executor.environment, "program_id": rules.id}
        if customer_id is not None:
            scope["holder_id"] = self._holder(check_text(customer_id, "customer_id"))
        if ledger is not None:
            scope["ledger"] = check_text(ledger, "ledger", length_min=0)
        return List(executor, rules.zone, scope, Moving()), read_query(query, ENTRIES)

    def _holder(self, customer_id: str) -> str:
        with self._executor.store.unit(readonly=True) as unit:
            return survivor(self._executor.environment, customer_id, lambda ref: unit.load([ref])[ref]).holder_id
