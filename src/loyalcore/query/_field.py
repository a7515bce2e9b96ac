"""What a field is: a name, a getter, and what may be asked of it.

Each type of field has its own comparisons, so that a type checker refuses a wrong value; at run time the same
mistake is `InvalidInput`, with the field's name as its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Never, NoReturn, TypeVar

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._condition import LIST_MAX, Between, Compare, Condition, In, Missing, Op

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.query._condition import Clause

NAME_MAX: Final = 128
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_.-]+)?")
_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]*")
# Words of the search string that cannot be fields.
RESERVED: Final = frozenset({"no", "sort"})

V = TypeVar("V")


def _checked_name(name: str) -> str:
    plain = str.__str__(name) if isinstance(name, str) else ""
    if len(plain) > NAME_MAX or not _NAME.fullmatch(plain) or plain in RESERVED:
        raise InvalidInput("must be a name such as points.active, and neither no nor sort", path="name")
    return plain


def _checked_column(column: str | None) -> str | None:
    if column is None:
        return None
    plain = str.__str__(column) if isinstance(column, str) else ""
    if len(plain) > NAME_MAX or not _COLUMN.fullmatch(plain):
        raise InvalidInput("must be a name of a-z, 0-9 and _, or None", path="column")
    return plain


def _column_of(field: Field) -> str:
    return _checked_name(field.name).replace(".", "_").replace("-", "_")


def listed(values: Iterable[V], path: str, check: Callable[[Any, str], V]) -> tuple[V, ...]:
    """Return the checked values of a list; a single text is no list."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidInput(f"must be a list, not {type(values).__name__}", path=path)
    checked: list[V] = []
    for value in values:
        if len(checked) == LIST_MAX:
            raise LimitExceeded("lists too many values", path=path, limit=LIST_MAX)
        checked.append(check(value, f"{path}[{len(checked)}]"))
    return tuple(checked)


def one_of(field: Field, values: tuple[Any, ...]) -> Condition:
    """Return the clause that the value is one of these; of a single one it is the comparison with it."""
    return Compare(field, Op.EQ, values[0]) if len(values) == 1 else In(field, values)


@attrs.frozen(eq=False)
class Field:
    """A field of any type.

    Args:
        name: The dotted name, such as `points.active`.
        get: Takes the value out of a record; None where there is none.
        is_personal: Whether the values are personal data, which no repr, error and log shows.
        is_sortable: Whether a list can be sorted by it.
        is_required: Whether no record is without a value.
        moves: Whether the value changes by time alone, as the points do that lapse.
        column: The column in which a store keeps it; None where it is worked out of others. Unless told it is the name
            with `_` for every `.` and `-`.

    Raises:
        InvalidInput: The name is no such name, or the column none of a-z, 0-9 and `_`.

    Source:
        DOMAIN.md 3.8 (one field table per noun).
    """

    kind: ClassVar[str]

    name: str
    get: Callable[[Any], Any] = attrs.field(repr=False)
    is_personal: bool = attrs.field(default=False, kw_only=True)
    is_sortable: bool = attrs.field(default=True, kw_only=True)
    is_required: bool = attrs.field(default=False, kw_only=True)
    moves: bool = attrs.field(default=False, kw_only=True)
    column: str | None = attrs.field(default=attrs.Factory(_column_of, takes_self=True), kw_only=True)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "name", _checked_name(self.name))
        object.__setattr__(self, "column", _checked_column(self.column))

    def is_missing(self) -> Condition:
        """Return the condition that there is no value; of a set or a table, that it is empty.

        Source:
            DOMAIN.md 3.8.
        """
        return Missing(self)

    def check(self, value: Any, path: str) -> Any:
        """Return a value as clauses hold it, or raise `InvalidInput` or `LimitExceeded`."""
        raise NotImplementedError

    def check_part(self, value: Any, path: str) -> Any:
        """Return a part of a text as clauses hold it; of a type that is asked by no part, whatever it is."""
        return value

    def read(self, value: Any, path: str) -> Any:
        """Return the value that JSON has; what `write` wrote."""
        return self.check(value, path)

    def parse(self, text: str, path: str) -> Any:
        """Return the value that a search string has."""
        return self.read(text, path)

    def write(self, value: Any) -> Any:
        """Return a value as JSON has it."""
        return value

    def meaning(self, clause: Clause) -> Condition | None:
        """Return the condition that a clause about the field stands for; None where it stands for itself."""
        return None


@attrs.frozen
class Order:
    """One column that a list is sorted by.

    Args:
        field: The field.
        is_descending: Whether the largest comes first.
        is_missing_first: Whether records without a value come first, in either direction; last unless told.

    Source:
        DOMAIN.md 3.8.
    """

    field: Field = attrs.field(eq=lambda field: (field.name, field.kind))
    is_descending: bool = attrs.field(default=False, kw_only=True)
    is_missing_first: bool = attrs.field(default=False, kw_only=True)


class Single(Field, Generic[V]):
    """A field with one value, which can be compared with another and sorted by."""

    def __eq__(self, other: V) -> Condition:  # type: ignore[override]
        return Compare(self, Op.EQ, self.check(other, self.name))

    def __ne__(self, other: V) -> Condition:  # type: ignore[override]
        return ~Compare(self, Op.EQ, self.check(other, self.name))

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __contains__(self, value: Never) -> NoReturn:
        raise InvalidInput("holds nothing by itself: write in_([...]), or contains(...) of a text", path=self.name)

    def is_(self, value: V) -> Condition:
        """Return the condition that the value is this one: `==` by name.

        Args:
            value: A value of the field's type.

        Raises:
            InvalidInput: It is of another type.
            LimitExceeded: It is too long or too large.

        Source:
            DOMAIN.md 3.8.
        """
        return Compare(self, Op.EQ, self.check(value, self.name))

    def in_(self, values: Iterable[V]) -> Condition:
        """Return the condition that the value is one of these; of none it never is.

        Args:
            values: At most 500 values of the field's type.

        Raises:
            InvalidInput: It is no list, or a value is of another type.
            LimitExceeded: There are too many, or one is too long or too large.

        Source:
            DOMAIN.md 3.8.
        """
        return one_of(self, listed(values, self.name, self.check))

    def not_in(self, values: Iterable[V]) -> Condition:
        """Return the complement of `in_`, which keeps what has no value.

        Args:
            values: At most 500 values of the field's type.

        Raises:
            InvalidInput: It is no list, or a value is of another type.
            LimitExceeded: There are too many, or one is too long or too large.

        Source:
            DOMAIN.md 3.8.
        """
        return ~self.in_(values)

    def asc(self, *, missing_first: bool = False) -> Order:
        """Return the order by this field, the smallest first.

        Args:
            missing_first: Whether records without a value come first.

        Source:
            DOMAIN.md 3.8.
        """
        return Order(self, is_missing_first=missing_first)

    def desc(self, *, missing_first: bool = False) -> Order:
        """Return the order by this field, the largest first.

        Args:
            missing_first: Whether records without a value come first.

        Source:
            DOMAIN.md 3.8.
        """
        return Order(self, is_descending=True, is_missing_first=missing_first)


class Ordered(Single[V]):
    """A field whose values are before and after each other."""

    def __lt__(self, other: V) -> Condition:
        return Compare(self, Op.LT, self.check(other, self.name))

    def __le__(self, other: V) -> Condition:
        return Compare(self, Op.LE, self.check(other, self.name))

    def __gt__(self, other: V) -> Condition:
        return Compare(self, Op.GT, self.check(other, self.name))

    def __ge__(self, other: V) -> Condition:
        return Compare(self, Op.GE, self.check(other, self.name))

    def between(self, low: V, high: V) -> Condition:
        """Return the condition that the value is between two others, both included.

        Args:
            low: The least value; a day counts from its first instant.
            high: The greatest value; a day counts to its last instant. If it is less than `low`, nothing is between.

        Raises:
            InvalidInput: One is of another type.
            LimitExceeded: One is too large.

        Source:
            DOMAIN.md 3.8.
        """
        return Between(self, self.check(low, self.name), self.check(high, self.name))
