"""A listing is what a store is asked for: a query, whose records are meant, from which place on, and how many."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from loyalcore.errors import CapabilityMissing, InvalidInput
from loyalcore.query._noun import fields_of
from loyalcore.values.digest import canonical

if TYPE_CHECKING:
    from loyalcore.query._cursor import Position
    from loyalcore.query._noun import Query


def _count(count: int) -> int:
    if isinstance(count, bool) or not isinstance(count, int):
        raise InvalidInput(f"must be a whole number, not {type(count).__name__}", path="count")
    if count < 1:
        raise InvalidInput("must be at least 1", path="count")
    return int(count)


@attrs.frozen
class Listing:
    """What a store is asked for: at most so many rows of a noun, nearest to a place first.

    Args:
        query: The query; its condition is what `resolve` gave.
        environment: `live` or `sandbox`.
        program_id: Only this program's rows.
        holder_id: Only this holder's rows.
        ledger: Only this ledger's rows; the empty text is the main one.
        position: The place at which the rows begin, or end if it is backward; None for the beginning.
        count: The most rows, at least 1; one more than a page shows tells whether there is another.
        is_settled: Whether rows that time has changed are left out: those whose `next_change_at` is not after the
            instant at which the store is asked.

    Raises:
        InvalidInput: The count is no whole number or less than 1.

    What a noun does not have narrows nothing.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> from loyalcore.query import Id, Noun, Query
        >>> id = Id("id", lambda row: row.id, is_required=True)
        >>> Listing(Query(Noun("row", [id], ids=[id])), environment="live", count=51).scope
        '["live",null,null,null]'
    """

    query: Query
    environment: str = attrs.field(kw_only=True)
    program_id: str | None = attrs.field(default=None, kw_only=True)
    holder_id: str | None = attrs.field(default=None, kw_only=True)
    ledger: str | None = attrs.field(default=None, kw_only=True)
    position: Position | None = attrs.field(default=None, kw_only=True)
    count: int = attrs.field(converter=_count, kw_only=True)
    is_settled: bool = attrs.field(default=False, kw_only=True)

    @property
    def scope(self) -> str:
        """Whose rows are meant, as the text to which their cursors are bound."""
        return scope_of(self.environment, self.program_id, self.holder_id, self.ledger)


@lru_cache(maxsize=256)
def scope_of(
    environment: str, program_id: str | None = None, holder_id: str | None = None, ledger: str | None = None
) -> str:
    """Return whose rows are meant as `Listing.scope` does; kept, for every page of a list asks for it.

    Args:
        environment: `live` or `sandbox`.
        program_id: Only this program's rows.
        holder_id: Only this holder's rows.
        ledger: Only this ledger's rows.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> scope_of("live", "beans")
        '["live","beans",null,null]'
    """
    return canonical([environment, program_id, holder_id, ledger])


def check_stored(query: Query) -> None:
    """Refuse a query that names a field without a column: what every store does before it answers a listing.

    Args:
        query: The query; its condition is resolved, so that no choice is left in it.

    Raises:
        CapabilityMissing: It filters or sorts by a field that no store keeps.

    Source:
        DOMAIN.md 3.8 (what a back end cannot compile is refused at compile time).

    Example:
        >>> from loyalcore.query import Id, Noun, Query
        >>> id = Id("id", lambda row: row.id, is_required=True)
        >>> check_stored(Query(Noun("row", [id], ids=[id]), id == "a"))
    """
    for field in (*fields_of(query.where), *(order.field for order in query.orders())):
        if field.column is None:
            raise CapabilityMissing(f"the field {field.name}")
