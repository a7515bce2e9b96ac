"""What stands behind a place, in plain clauses: what a store asks its database for the page that begins there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.query._condition import Compare, Every, Missing, Op

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from loyalcore.query._condition import Condition
    from loyalcore.query._cursor import Position
    from loyalcore.query._field import Order
    from loyalcore.query._noun import Query


def walked(query: Query, position: Position | None) -> tuple[Order, ...]:
    """Return the orders in which the rows of a page are read: those of the query, from a backward place turned round.

    Args:
        query: The query.
        position: The place; None for the beginning.

    Source:
        DOMAIN.md 3.8.
    """
    if position is None or not position.is_backward:
        return query.orders()
    return tuple(
        attrs.evolve(order, is_descending=not order.is_descending, is_missing_first=not order.is_missing_first)
        for order in query.orders()
    )


def behind(query: Query, position: Position) -> tuple[tuple[Condition, ...], ...]:
    """Return what is true of the rows from a place on: each meets all clauses of one of these groups.

    Args:
        query: The query.
        position: The place.

    Returns:
        Groups of `Compare`, `Missing` and `Not(Missing)`, with values as `resolve` leaves them: texts are folded. As it
        does not, they compare texts, ids and flags by `<` and `>` as well, and an instant with an instant by `=`, `<`
        and `>`. No row meets two groups. There may be more clauses in all than a condition may have. What is behind the
        last row that there can be has no group.

    Source:
        DOMAIN.md 3.8 (keyset pages).

    Example:
        >>> from loyalcore.query import Id, Noun, Position, Query, Whole
        >>> id, level = Id("id", lambda row: row.id, is_required=True), Whole("level", lambda row: row.level)
        >>> query = Query(Noun("row", [id, level], ids=[id]), sort=[level.desc()])
        >>> for group in behind(query, Position((7, "a"))):
        ...     print(*group)
        Compare(level, '<', 7)
        Missing(level)
        Compare(level, '=', 7) Compare(id, '<', 'a')
    """
    groups: list[tuple[Condition, ...]] = []
    ties: tuple[Condition, ...] = ()
    for order, key in zip(walked(query, position), position.keys, strict=True):
        groups += [(*ties, clause) for clause in _after(order, key)]
        ties = (*ties, Missing(order.field) if key is None else Compare(order.field, Op.EQ, key))
    return (*groups, ties) if position.is_inclusive else tuple(groups)


def _after(order: Order, key: Any) -> Iterator[Condition]:
    """Give what stands behind a key in one order."""
    field = order.field
    if key is None:
        if order.is_missing_first:
            yield ~Missing(field)
        return
    yield Compare(field, Op.LT if order.is_descending else Op.GT, key)
    if not field.is_required and not order.is_missing_first:
        yield Missing(field)


def reach(query: Query, position: Position) -> Condition:
    """Return what is true of every row from a place on in the first order alone: where an index is to be entered.

    Args:
        query: The query.
        position: The place.

    Returns:
        A comparison with the first key. It says nothing that the groups of `behind` do not say, but few databases see
        it in them, and those that do not read every page from the beginning of the list. `Every` where rows without a
        value are behind the place too, or the place has none.

    Source:
        PERFORMANCE.md (a page costs the same at any depth).

    Example:
        >>> from loyalcore.query import Id, Noun, Position, Query
        >>> id = Id("id", lambda row: row.id, is_required=True)
        >>> reach(Query(Noun("row", [id], ids=[id])), Position(("a",)))
        Compare(id, '>=', 'a')
    """
    first, key = walked(query, position)[0], position.keys[0]
    if key is None or not (first.field.is_required or first.is_missing_first):
        return Every()
    return Compare(first.field, Op.LE if first.is_descending else Op.GE, key)
