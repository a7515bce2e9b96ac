"""What a query asks without its values: two queries of one shape share one statement.

A condition is taken apart into its shape, nested tuples, and the values in the order in which the shape takes them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from loyalcore.errors import CapabilityMissing
from loyalcore.query import (
    And,
    AnyOf,
    Attribute,
    Between,
    Compare,
    Every,
    How,
    In,
    Match,
    Missing,
    Not,
    Or,
    Spans,
)
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from loyalcore.adapters.sqlalchemy._wording import Wording
    from loyalcore.query import Condition, Field
    from loyalcore.query._condition import Clause

ATTRIBUTE: Final = "attribute"
"""The kind of one attribute of a table."""
FOLDED: Final = frozenset({"text", "texts", "attributes", ATTRIBUTE})
"""The kinds whose values are compared folded, in a column beside their own."""
EXACT: Final = frozenset({"text", "id", "day", ATTRIBUTE})
"""The kinds whose values are texts that compare by code points."""

ALWAYS: Final = ("and",)
NEVER: Final = ("or",)
_SURROGATES: Final = range(0xD800, 0xE000)

Shape = tuple[Any, ...]
"""The name of a kind of node, and its parts: shapes, places and names of comparisons."""


class Place(NamedTuple):
    """Where the values of a field stand.

    Args:
        column: The name of the column.
        kind: The kind of the field; `attribute` of one attribute of a table, whose name is a value.
    """

    column: str
    kind: str


class Values:
    """The values that a statement is to be given, in the order of its shape."""

    def __init__(self, wording: Wording) -> None:
        self.all: list[Any] = []
        self._wording = wording
        self._encoders: dict[str, Callable[[Any], Any]] = {
            "instant": to_micros,
            "day": date.isoformat,
            "amount": wording.amount,
        }

    def add(self, kind: str, *values: Any) -> None:
        """Add values of a kind, as the column of it has them."""
        self.all.extend(self.encoded(kind, value) for value in values)

    def encoded(self, kind: str, value: Any) -> Any:
        """Give a value of a kind as the column of it has it."""
        encode = self._encoders.get(kind)
        return value if encode is None else encode(value)

    def add_listed(self, kind: str, values: tuple[Any, ...]) -> None:
        """Add a list of values as one."""
        self.all.append(self._wording.listed([self.encoded(kind, value) for value in values]))

    def add_name(self, key: str) -> None:
        """Add the name of an attribute."""
        self.all.append(self._wording.name(key))

    def add_spans(self, spans: tuple[tuple[Any, Any], ...]) -> None:
        """Add spans as one list."""
        self.all.extend(self._wording.spans([(to_micros(low), to_micros(high)) for low, high in spans]))


def place_of(field: Field, columns: Collection[str]) -> Place:
    """Give where the values of a field stand in the form in which they are compared.

    Raises:
        CapabilityMissing: There is no such column.
    """
    kind = ATTRIBUTE if isinstance(field, Attribute) else field.kind
    column = field.column or ""
    if kind in FOLDED:
        column = f"{column}_fold"
    if column not in columns:
        raise CapabilityMissing(f"the field {field.name}")
    return Place(column, kind)


class Shaper:
    """Takes the conditions of one list apart.

    Args:
        columns: The names of the columns that there are.
        values: Where the values go.
    """

    def __init__(self, columns: Collection[str], values: Values) -> None:
        self._columns = columns
        self._values = values

    def shape(self, node: Condition) -> Shape:
        """Give the shape of a resolved condition.

        Raises:
            CapabilityMissing: A field has no column.
        """
        match node:
            case Every():
                return ALWAYS
            case And(parts):
                return ("and", *[self.shape(part) for part in parts])
            case Or(parts):
                return ("or", *[self.shape(part) for part in parts])
            case Not(part):
                return ("not", self.shape(part))
        clause = cast("Clause", node)
        field = cast("Field", clause.field)
        place = place_of(field, self._columns)
        if isinstance(clause, (In, AnyOf, Spans)) and not _members(clause):
            return NEVER
        if isinstance(field, Attribute):
            self._values.add_name(field.key)
        return self._clause(clause, place)

    def _clause(self, node: Clause, place: Place) -> Shape:
        values, kind = self._values, place.kind
        shape: Shape
        match node:
            case Missing():
                shape = ("missing", place)
            case Compare(_, op, value):
                values.add(kind, value)
                shape = ("compare", place, op.value)
            case Between(_, low, high):
                values.add(kind, low, high)
                shape = ("between", place, "<=")
            case In(_, members):
                values.add_listed(kind, members)
                shape = ("among", place)
            case AnyOf(_, members):
                values.add_listed(kind, members)
                shape = ("holds", place)
            case Match(_, How.CONTAINS, text):
                values.add(kind, text)
                shape = ("contains", place)
            case Match(_, _, text):
                values.add(kind, *_beginnings(text))
                shape = ("between", place, "<") if text else ("not", ("missing", place))
            case Spans(_, (span,)):
                values.add(kind, *span)
                shape = ("between", place, "<")
            case Spans(_, spans):
                values.add_spans(spans)
                shape = ("within", place)
            case _:
                raise CapabilityMissing(f"clauses of the type {type(node).__name__}")
        return shape


def _members(node: In | AnyOf | Spans) -> tuple[Any, ...]:
    return node.spans if isinstance(node, Spans) else node.values


def _beginnings(text: str) -> tuple[str, ...]:
    """Give a text and the first one behind all that begin with it; of the empty text nothing, for all do."""
    if not text:
        return ()
    following = ord(text[-1]) + 1
    return text, text[:-1] + chr(_SURROGATES.stop if following in _SURROGATES else following)


def given_in(shape: Shape) -> tuple[Place, ...]:
    """Give where the texts and ids stand that a condition asks for in full, which few rows may have."""
    return _named_in(shape, lambda part: part[0] == "among" or _is_equality(part))


def equal_in(shape: Shape) -> tuple[Place, ...]:
    """Give where the texts and ids stand that a condition asks to be one value, the same in every row."""
    return _named_in(shape, _is_equality)


def _named_in(shape: Shape, is_meant: Callable[[Shape], bool]) -> tuple[Place, ...]:
    """Give where the texts and ids stand of clauses that must all be met, as far as these are meant."""
    name, *parts = shape
    if name == "and":
        return tuple(place for part in parts for place in _named_in(part, is_meant))
    return (parts[0],) if is_meant(shape) and parts[0].kind in {"text", "id"} else ()


def _is_equality(shape: Shape) -> bool:
    return bool(shape[0] == "compare" and shape[2] == "=")
