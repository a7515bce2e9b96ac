"""Pages by key: which parts a list is read in, how each is sorted, and what stands behind a place in it.

A list whose first order has missing values is read in two parts, those with a value and those without: each of them is
in the order of one index, which no database says of both together. Whatever is read backward is read forward in the
opposite order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, false, or_, true, tuple_

from loyalcore.adapters.sqlalchemy._shape import Place, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import ColumnElement

    from loyalcore.adapters.sqlalchemy._compile import Compiler, Marks
    from loyalcore.adapters.sqlalchemy._shape import Values
    from loyalcore.adapters.sqlalchemy._wording import Wording
    from loyalcore.query import Listing

WITH: Final = "with"
"""The part of a list whose first order has a value."""
WITHOUT: Final = "without"
"""The part whose first order has none."""
WHOLE: Final = "whole"
"""The only part of a list whose first order is never missing."""


class Sorted(NamedTuple):
    """One order of a list, as it is read.

    Args:
        place: Where its values stand.
        is_falling: Whether the largest comes first.
        is_missing_first: Whether rows without a value come first.
        is_required: Whether there are none.
    """

    place: Place
    is_falling: bool
    is_missing_first: bool
    is_required: bool


class Part(NamedTuple):
    """One part of a list, in its shape; the values that its place is bound to come with it.

    Args:
        name: Which part.
        first: The first order of the list, by which it is parted.
        orders: How the part is sorted.
        keys: Of the first orders, whether the place has a value there; None where the part is read from its beginning.
        is_inclusive: Whether the place itself is read.
    """

    name: str
    first: Sorted
    orders: tuple[Sorted, ...]
    keys: tuple[bool, ...] | None = None
    is_inclusive: bool = False


class Sorting(NamedTuple):
    """How a listing is sorted, and its place.

    Args:
        orders: The orders.
        keys: Of the first orders, the keys of the place; None where the list is read from its beginning.
        is_inclusive: Whether rows that have all of these keys are read.
    """

    orders: tuple[Sorted, ...]
    keys: tuple[Any, ...] | None
    is_inclusive: bool


def sorting_of(listing: Listing, columns: Collection[str], fixed: Mapping[str, str]) -> Sorting:
    """Give how a listing is sorted.

    Args:
        listing: The listing.
        columns: The names of the columns that there are.
        fixed: Those that have one value in all rows of the listing, and the value: nothing is sorted by them.

    Raises:
        CapabilityMissing: An order has no column.
    """
    position = listing.position
    is_backward = position is not None and position.is_backward
    is_inclusive = position is not None and position.is_inclusive
    orders, keys = [], []
    is_told = True
    asked = listing.query.orders()
    for index, order in enumerate(asked):
        place = place_of(order.field, columns)
        is_falling = order.is_descending is not is_backward
        key = None if position is None else position.keys[index]
        # The last one is an id, which always has a value.
        if place.column not in fixed or index == len(asked) - 1:
            is_first = order.is_missing_first is not is_backward
            orders.append(Sorted(place, is_falling, is_first, order.field.is_required))
            if is_told:
                keys.append(key)
        elif is_told and position is not None and key != fixed[place.column]:
            # The place is one of other rows: all that have the keys so far are before it, or all behind it.
            is_told, is_inclusive = False, (fixed[place.column] > str(key)) is not is_falling
    return Sorting(tuple(orders), None if position is None else tuple(keys), is_inclusive)


def parts_of(sorting: Sorting, values: Values) -> Iterator[tuple[Part, list[Any]]]:
    """Give the parts of a list from its place on, each with the values of its place.

    Args:
        sorting: How it is sorted.
        values: What writes the values.
    """
    first, *rest = orders = sorting.orders
    keys = sorting.keys
    names = [WHOLE] if first.is_required else [WITHOUT, WITH] if first.is_missing_first else [WITH, WITHOUT]
    if keys and len(names) > 1 and (names[0] == WITH) is (keys[0] is None):
        del names[0]
    for name in names:
        if name == WITHOUT:
            of_part, of_place = tuple(rest), keys and keys[1:]
        else:
            of_part, of_place = orders, keys
        if of_place or of_place is None or sorting.is_inclusive:
            yield _begun(Part(name, first, of_part), of_place, sorting.is_inclusive, values)
        elif not keys:
            return
        keys = None


def _begun(part: Part, keys: tuple[Any, ...] | None, is_inclusive: bool, values: Values) -> tuple[Part, list[Any]]:
    if not keys:
        return part, []
    told = [
        values.encoded(order.place.kind, key) for order, key in zip(part.orders, keys, strict=False) if key is not None
    ]
    return part._replace(keys=tuple(key is not None for key in keys), is_inclusive=is_inclusive), told


class Pager:
    """Compiles the parts of a list.

    Args:
        compiler: What gives the columns.
        wording: The words of the database.
        mark: What gives the marks.
    """

    def __init__(self, compiler: Compiler, wording: Wording, mark: Marks) -> None:
        self._compiler = compiler
        self._wording = wording
        self._mark = mark

    def limits(self, part: Part) -> list[ColumnElement[bool]]:
        """Give what is true of the rows of a part behind its place."""
        if part.name == WITHOUT:
            return [self._column(part.first).is_(None), *self._behind(part, part.orders)]
        orders = (part.first._replace(is_required=True), *part.orders[1:])
        if part.name == WITH and part.keys is None:
            return [self._wording.has_value(self._column(part.first), part.first.place.kind)]
        return self._behind(part, orders)

    def order_by(self, part: Part) -> list[ColumnElement[Any]]:
        """Give the order of a part."""
        found: list[ColumnElement[Any]] = []
        for index, order in enumerate(part.orders):
            column = self._column(order)
            told = column.desc() if order.is_falling else column.asc()
            if not order.is_required and not (part.name == WITH and index == 0):
                told = told.nulls_first() if order.is_missing_first else told.nulls_last()
            found.append(told)
        return found

    def _column(self, order: Sorted) -> ColumnElement[Any]:
        return self._compiler.column(order.place)

    def _behind(self, part: Part, orders: tuple[Sorted, ...]) -> list[ColumnElement[bool]]:
        if part.keys is None:
            return []
        marks = [self._wording.key(self._mark()) if has_key else None for has_key in part.keys]
        orders = orders[: len(marks)]
        first = orders[0]
        if all(order.is_required and order.is_falling is first.is_falling for order in orders):
            return [self._behind_all(orders, marks, part.is_inclusive)]
        found: ColumnElement[bool] = true() if part.is_inclusive else false()
        for order, mark in zip(reversed(orders), reversed(marks), strict=True):
            column = self._column(order)
            is_same = column.is_(None) if mark is None else column == mark
            found = or_(false(), self._after(order, mark), and_(true(), is_same, found))
        if marks[0] is None or not first.is_required:
            return [found]
        # Says nothing new, but where in an index to begin.
        return [_not_before(self._column(first), first, marks[0]), found]

    def _behind_all(self, orders: tuple[Sorted, ...], marks: list[Any], is_inclusive: bool) -> ColumnElement[bool]:
        columns = [self._column(order) for order in orders]
        left, right = (columns[0], marks[0]) if len(orders) == 1 else (tuple_(*columns), tuple_(*marks))
        if is_inclusive:
            return _not_before(left, orders[0], right)
        found: ColumnElement[bool] = left < right if orders[0].is_falling else left > right
        return found

    def _after(self, order: Sorted, mark: Any) -> ColumnElement[bool]:
        column = self._column(order)
        if mark is None:
            return column.is_not(None) if order.is_missing_first else false()
        found: ColumnElement[bool] = column < mark if order.is_falling else column > mark
        return found if order.is_required or order.is_missing_first else or_(found, column.is_(None))


def _not_before(column: Any, order: Sorted, mark: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column <= mark if order.is_falling else column >= mark
    return found
