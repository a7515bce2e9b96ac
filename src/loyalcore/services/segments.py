"""Segments: saved filters of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import CUSTOMERS
from loyalcore.domain.decision import SegmentRef
from loyalcore.domain.segments import RemoveSegment, SaveSegment, Segment, document_of
from loyalcore.errors import NotFound
from loyalcore.query import All, Condition, Query, parse
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.execution import Executor


class Segments:
    """Saved filters of customers, under titles of the host's."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt]) -> None:
        self._executor = executor
        self._run = run

    def save(
        self,
        segment_id: str,
        title: str,
        where: Condition | str | Mapping[str, Any],
        *,
        version: int | None = None,
    ) -> Receipt:
        """Save a segment: make it, or replace the version that was read.

        Saving what is so already changes nothing, so that a call whose answer was lost can be repeated.

        Args:
            segment_id: The host's own id, 1 to 255 printable characters.
            title: What people call it, 1 to 255 printable characters.
            where: Who is in it: a condition over the fields of customers, a search string, or the versioned document
                that `loyalcore.query.to_document` gives; without an order.
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


def _document(where: Any) -> Any:
    """Give the document of a condition however it was said; what is none is left to the command."""
    if isinstance(where, Condition):
        return document_of(Query(CUSTOMERS, where))
    return document_of(parse(where, CUSTOMERS)) if isinstance(where, str) else where
