"""Segments: saved filters of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import CUSTOMERS, CustomerRow, customers_noun, survivor
from loyalcore.domain.decision import MembershipRef, SegmentRef
from loyalcore.domain.segments import RemoveSegment, SaveSegment, Segment, document_of, read_condition
from loyalcore.errors import InvalidInput, NotFound
from loyalcore.query import SIZE, All, Condition, Every, Query, matches, parse
from loyalcore.services._list import Asked, read_query
from loyalcore.services._members import Members
from loyalcore.services._selection import check_said
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.execution import Executor
    from loyalcore.query import Page
    from loyalcore.services.customers import Customers


class Segments:
    """Saved filters of customers, under titles of the host's."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt], customers: Customers) -> None:
        self._executor = executor
        self._run = run
        self._customers = customers

    def save(
        self,
        segment_id: str,
        title: str,
        where: Condition | Query | str | Mapping[str, Any],
        *,
        version: int | None = None,
    ) -> Receipt:
        """Save a segment: make it, or replace the version that was read.

        Saving what is so already changes nothing, so that a call whose answer was lost can be repeated.

        Args:
            segment_id: The host's own id, 1 to 255 printable characters.
            title: What people call it, 1 to 255 printable characters.
            where: Who is in it: a condition over the fields of customers or a query of one, a search string that is not
                blank (`*` is everybody), or the versioned document that `loyalcore.query.to_document` gives; without an
                order.
            version: The version that is replaced; None makes a new segment.

        Returns:
            A receipt with the segment; `replayed` where it was so already.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, a condition that is none of customers,
                or one with an order; `InvalidQuery` and `InvalidDocument` say where it goes wrong.
            LimitExceeded: A text, a number or the condition beyond its limit.
            NotFound: A version is given, and the segment is not there.
            VersionConflict: The segment is there at another version.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: WIZ (segments, saved and named), DOMAIN 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> made = shop.segments.save("friends", "Friends", "customer_id:(ada,bob)")
            >>> made.segment.version
            1
            >>> shop.segments.save("friends", "Old friends", "customer_id:(ada,bob)", version=1).segment.version
            2
        """
        return self._run(SaveSegment(segment_id, title, _document(where), version=version))

    def remove(self, segment_id: str, *, version: int | None = None) -> Receipt:
        """Remove a segment; one that is not there is gone already.

        Args:
            segment_id: The host's own id.
            version: The version that is removed; None is whichever it is.

        Returns:
            A receipt with the segment as it was; `replayed`, and without one, where it was not there.

        Raises:
            InvalidInput: Nobody acts, or a value of the wrong type or out of range.
            LimitExceeded: A text or a number beyond its limit.
            VersionConflict: The segment is there at another version.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: WIZ (segments, saved and named).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> made = shop.segments.save("friends", "Friends", "customer_id:(ada,bob)")
            >>> shop.segments.remove("friends").segment.title
            'Friends'
            >>> shop.segments.remove("friends").replayed
            True
        """
        return self._run(RemoveSegment(segment_id, version=version))

    def get(self, segment_id: str) -> Segment:
        """Give a segment.

        Args:
            segment_id: The host's own id.

        Raises:
            InvalidInput: The id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            NotFound: It is not there.
            StoreError: The store could not do its part.

        Source: WIZ (segments, saved and named).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> made = shop.segments.save("friends", "Friends", "customer_id:(ada,bob)")
            >>> shop.segments.get("friends").title
            'Friends'
        """
        ref = SegmentRef(self._executor.environment, check_text(segment_id, "segment_id"))
        with self._executor.store.unit(readonly=True) as unit:
            found: Segment | None = unit.load([ref])[ref]
        if found is None:
            raise NotFound("segment", ref.segment_id)
        return found

    def all(self) -> tuple[Segment, ...]:
        """List every segment in the order of the ids.

        Raises:
            StoreError: The store could not do its part.

        Source: WIZ (segments, saved and named).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> made = shop.segments.save("friends", "Friends", "customer_id:(ada,bob)")
            >>> [segment.segment_id for segment in shop.segments.all()]
            ['friends']
        """
        executor = self._executor
        with executor.store.unit(readonly=True) as unit:
            return tuple(unit.stream(All(Segment, executor.environment), executor.now()))

    # Who is in one

    def page(
        self,
        segment_id: str,
        query: Asked = None,
        *,
        program: str | None = None,
        size: int = SIZE,
        cursor: str | None = None,
    ) -> Page[CustomerRow]:
        """Give a page of the customers in a segment, with figures and tiers as they are now.

        Args:
            segment_id: The host's own id.
            query: What is asked beside, and in which order, as `Customers.page` takes it; None asks for everybody in
                the segment, in the order of the ids.
            program: The program whose figures they are, where the host runs several.
            size: The most rows, 1 to 500.
            cursor: `next` or `previous` of another page of the same segment and query; None for the first page. Once
                the segment has another condition, it is a cursor of another query.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field, also in the segment (`InvalidDocument`), a search
                string that is none (`InvalidQuery`), a cursor of another query, or no program where several run.
            LimitExceeded: The page, or the segment and the query together, are too large; `SweepDue` where time has
                changed more than 10,000 members since they were written and it is asked for what time changes.
            NotFound: The segment or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: WIZ (segments), DOMAIN 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> made = shop.segments.save("rich", "Rich", "points:>=100")
            >>> [row.customer.customer_id for row in shop.segments.page("rich", "sort:-points").items]
            ['ada']
        """
        return self._customers.page(self._asked(segment_id, query, program), program=program, size=size, cursor=cursor)

    def count(self, segment_id: str, query: Asked = None, *, program: str | None = None) -> int:
        """Give the number of customers in a segment now.

        Args:
            segment_id: The host's own id.
            query: What is asked beside, as `page` takes it.
            program: The program whose figures they are, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: As `page`.
            NotFound: The segment or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: WIZ (segments), DOMAIN 3.8 (totals only on request).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> made = shop.segments.save("poor", "Without points", "points:0")
            >>> shop.segments.count("poor")
            1
        """
        return self._customers.count(self._asked(segment_id, query, program), program=program)

    def has(self, segment_id: str, customer_id: str, *, program: str | None = None) -> bool:
        """Tell whether a customer is in a segment now.

        Args:
            segment_id: The host's own id of the segment.
            customer_id: The host's own id of the customer; of one who was merged the survivor is meant.
            program: The program whose figures they are, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field in the segment (`InvalidDocument`), or no program
                where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The segment, the customer or the program is not there.
            StoreError: The store could not do its part.

        Source: WIZ (segments), DOMAIN 3.8 (the in-memory evaluation is the reference).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> made = shop.segments.save("rich", "Rich", "points:>=100")
            >>> shop.segments.has("rich", "ada")
            False
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shop.segments.has("rich", "ada")
            True
        """
        executor = self._executor
        named = check_text(customer_id, "customer_id")
        rules = executor.program(program)
        where = self._asked(segment_id, None, program).where
        with executor.store.unit(readonly=True) as unit:
            customer = survivor(executor.environment, named, lambda ref: unit.load([ref])[ref])
            ref = MembershipRef(executor.environment, customer.holder_id, rules.id)
            member: Membership | None = unit.load([ref])[ref]
            if member is None or member.customer_id is None:  # no list of the program shows such a one
                return False
            at = executor.now()
            (row,) = Members(executor, rules).shown(unit, [CustomerRow(customer, member, at)], at)
        return matches(where, row, at, rules.zone)

    def _asked(self, segment_id: str, query: Asked, program: str | None) -> Query:
        """Give the query of a segment, and of what is asked beside, as one program sees customers."""
        rules = self._executor.program(program)
        noun = customers_noun(rules.customers, rules.zone)
        beside = read_query(query, noun)
        return Query(noun, read_condition(self.get(segment_id).condition, noun) & beside.where, beside.sort)


def _document(where: Any) -> Any:
    """Give the document of a condition however it was said; what is none is left to the command."""
    if isinstance(where, Condition):
        return document_of(Query(CUSTOMERS, where))
    if isinstance(where, Query):
        return document_of(where)
    if isinstance(where, Mapping):
        check_said(where, Every(), "where")
    if not isinstance(where, str):
        return where
    if not str.strip(where):
        raise InvalidInput("is blank: say who is in it, or write * for everybody", path="where")
    query = parse(where, CUSTOMERS)
    check_said(where, query.where, "where")
    return document_of(query)
