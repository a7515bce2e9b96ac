"""An index: records that are kept in the order of a query, so that a page of them is found without looking at all."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import Every
from loyalcore.query._evaluate import is_settled, test_of
from loyalcore.query._sorting import Ranking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from loyalcore.query._cursor import Position
    from loyalcore.query._listing import Listing
    from loyalcore.query._noun import Query

R = TypeVar("R")


class Index(Generic[R]):
    """Records that are kept in one order.

    Args:
        query: The query whose orders are kept; its condition does not matter.
        records: Any records of its noun; ids differ.

    It holds two lists of all its records. Adding and removing move what is behind, which a list of a million does in
    less than a millisecond; a page costs as many steps as it passes records.

    Source:
        A house decision: what the memory keeps, it can keep sorted.

    Example:
        >>> from datetime import UTC, datetime
        >>> from loyalcore.query import Id, Listing, Noun, Query
        >>> id = Id("id", lambda row: row, is_required=True)
        >>> query = Query(Noun("row", [id], ids=[id]), sort=[id.desc()])
        >>> index = Index(query, ["a", "c"])
        >>> index.add("b")
        >>> index.nearest(Listing(query, environment="live", count=2), datetime(2024, 1, 1, tzinfo=UTC))
        ['c', 'b']
    """

    def __init__(self, query: Query, records: Iterable[R] = ()) -> None:
        self._orders = query.orders()
        self._ranking = Ranking(self._orders)
        rank = self._ranking.rank
        ranked = sorted(((rank(record), record) for record in records), key=lambda pair: pair[0])
        self._ranks: list[Any] = [each for each, _ in ranked]
        self._records: list[R] = [record for _, record in ranked]

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: R) -> None:
        """Add a record; one that has the same ids and stands at the same place is replaced.

        Args:
            record: Any record of the noun; one with these ids that stands elsewhere was removed before.
        """
        rank = self._ranking.rank(record)
        at = bisect_left(self._ranks, rank)
        if self._is_at(at, rank):
            self._records[at] = record
        else:
            self._ranks.insert(at, rank)
            self._records.insert(at, record)

    def remove(self, record: R) -> None:
        """Take a record away.

        Args:
            record: The record as it was added, or one with the same ids and sort values.

        Raises:
            InvalidInput: There is none.
        """
        rank = self._ranking.rank(record)
        at = bisect_left(self._ranks, rank)
        if not self._is_at(at, rank):
            raise InvalidInput("is not in the index", path="record")
        del self._ranks[at], self._records[at]

    def nearest(self, listing: Listing, at: datetime) -> list[R]:
        """Return the rows of a listing, as `nearest` does of records that are in no order.

        Args:
            listing: The listing, whose condition is resolved; whose rows it means is not looked at.
            at: The instant of asking, aware.

        Returns:
            At most `count` rows from the place on, the nearest first.

        Raises:
            InvalidInput: It is sorted otherwise, or its condition is not resolved.
        """
        if listing.query.orders() != self._orders:
            raise InvalidInput("is sorted otherwise", path="listing")
        rows = self._from(listing.position)
        if not isinstance(listing.query.where, Every):
            rows = filter(test_of(listing.query.where), rows)
        if listing.is_settled:
            rows = (row for row in rows if is_settled(row, at))
        return list(islice(rows, listing.count))

    def _is_at(self, at: int, rank: Any) -> bool:
        return at < len(self._ranks) and bool(self._ranks[at] == rank)

    def _from(self, position: Position | None) -> Iterator[R]:
        """The records from a place on, or from a backward one back."""
        is_down, end = self._ranking.is_falling, len(self._records)
        if position is None:
            return reversed(self._records) if is_down else iter(self._records)
        rank = self._ranking.rank_of(position.keys)
        first = bisect_left(self._ranks, rank)
        is_there = self._is_at(first, rank)
        if is_down is not position.is_backward:
            numbers = range(first if is_there and position.is_inclusive else first - 1, -1, -1)
        else:
            numbers = range(first + (is_there and not position.is_inclusive), end)
        return map(self._records.__getitem__, numbers)
