"""From shapes to SQLAlchemy Core: each value is a mark, in the order in which the shape takes them.

Where a value is missing a clause is neither true nor false in SQL; `and` and `or` pass that on as a `false` would be,
so only below a `not` it is made one. Clauses that are not denied stay plain, and indexes serve them.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, false, func, not_, or_, true
from sqlalchemy.sql.elements import False_, True_

from loyalcore.adapters.sqlalchemy._shape import ATTRIBUTE, EXACT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import BindParameter, ColumnElement

    from loyalcore.adapters.sqlalchemy._shape import Place, Shape
    from loyalcore.adapters.sqlalchemy._wording import Wording

_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Marks:
    """The marks of one statement, numbered."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self) -> BindParameter[Any]:
        """Give the next one."""
        self.names.append(f"v{len(self.names)}")
        return bindparam(self.names[-1])


class Compiler:
    """Compiles the conditions of one statement.

    Args:
        columns: The columns, by name.
        wording: The words of the database.
        mark: What gives the marks.
    """

    def __init__(self, columns: Mapping[str, ColumnElement[Any]], wording: Wording, mark: Marks) -> None:
        self._columns = columns
        self._wording = wording
        self._mark = mark

    def condition(self, shape: Shape) -> ColumnElement[bool]:
        """Give the condition of a shape."""
        name, *parts = shape
        if name == "and":
            return and_(*map(self.condition, parts)) if parts else true()
        if name == "or":
            return or_(*map(self.condition, parts)) if parts else false()
        if name == "not":
            return self._denied(*parts)
        return self._clause(name, *parts)

    def _denied(self, part: Shape) -> ColumnElement[bool]:
        if part[0] == "missing":
            return self.column(part[1]).is_not(None)
        found = self.condition(part)
        return not_(found if isinstance(found, (True_, False_)) else func.coalesce(found, false()))

    def _clause(self, name: str, place: Place, *told: Any) -> ColumnElement[bool]:
        column, mark, wording = self.column(place), self._mark, self._wording
        match name:
            case "missing":
                return column.is_(None)
            case "compare":
                found: ColumnElement[bool] = _COMPARISONS[told[0]](column, mark())
                return found
            case "between":
                return and_(column >= mark(), _COMPARISONS[told[0]](column, mark()))
            case "among":
                return wording.is_among(column, place.kind, mark)
            case "holds":
                return wording.holds_any(column, mark)
            case "contains":
                return wording.contains(column, mark)
        return wording.is_within_any(column, mark)

    def column(self, place: Place) -> ColumnElement[Any]:
        """Give what is compared: the column, or what an attribute's name leads to in it."""
        column = self._columns[place.column]
        if place.kind == ATTRIBUTE:
            column = self._wording.attribute(column, self._mark)
        return self._wording.exact(column) if place.kind in EXACT else column
