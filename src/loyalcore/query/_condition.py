"""The tree of a condition: clauses about one field each, and what combines them.

A condition is either met or not: a clause about a missing value is not met, and `~` turns each answer round. Every tree
is within the limits, because one beyond them cannot be made. `and`, `or` and `not` of Python ask for a truth that a
condition does not have, so they are refused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, NoReturn, Protocol

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

CLAUSES_MAX: Final = 50
DEPTH_MAX: Final = 5
LIST_MAX: Final = 500

_HINT: Final = (
    "a condition is neither true nor false: combine with &, | and ~, each side in parentheses, and write between(a, b) "
    "for a <= field <= b"
)


class About(Protocol):
    """What a clause is about: a field, seen from the tree; `kind` is the type of its values, as a word."""

    @property
    def name(self) -> str:
        """The dotted name."""
        ...

    kind: ClassVar[str]

    @property
    def get(self) -> Any:
        """What takes the value out of a record."""

    @property
    def is_personal(self) -> bool:
        """Whether its values are personal data."""
        ...

    def write(self, value: Any) -> Any:
        """Return a value as JSON has it."""

    def meaning(self, clause: Clause) -> Condition | None:
        """Return the condition that a clause about it stands for; None where it stands for itself."""


class Op(StrEnum):
    """How a clause compares."""

    EQ = "="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class How(StrEnum):
    """Which part of a text is looked at."""

    CONTAINS = "contains"
    STARTS = "starts_with"


def _identity(field: About) -> tuple[str, str]:
    # Comparing fields makes a clause, so the tree compares what tells them apart.
    return (field.name, field.kind)


class Condition:
    """What is met by some records and not by the others; made from fields, combined by `&`, `|` and `~`.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> from loyalcore.query import Flag
        >>> is_active = Flag("is_active", lambda customer: customer.is_active)
        >>> is_active.is_(True) & ~is_active.is_missing()
        And(Compare(is_active, '=', True), Not(Missing(is_active)))
    """

    clauses: int = 1
    depth: int = 1

    def __and__(self, other: Condition) -> Condition:
        return every_of([self, other]) if isinstance(other, Condition) else _no_condition(other)

    def __or__(self, other: Condition) -> Condition:
        return any_of([self, other]) if isinstance(other, Condition) else _no_condition(other)

    def __rand__(self, other: Never) -> NoReturn:
        _no_condition(other)

    def __ror__(self, other: Never) -> NoReturn:
        _no_condition(other)

    def __invert__(self) -> Condition:
        return self.part if isinstance(self, Not) else Not(self)

    def __bool__(self) -> NoReturn:
        raise InvalidInput(_HINT, path="condition")


def _no_condition(other: object) -> NoReturn:
    """Refuse to combine with what is no condition: mostly a value whose comparison lacks its parentheses.

    Raises:
        InvalidInput: Always.
    """
    raise InvalidInput(
        f"is combined with {type(other).__name__}, which is no condition: put each side of & and | in parentheses",
        path="condition",
    )


def every_of(parts: Iterable[Condition]) -> Condition:
    """Return the condition that is met where all parts are; of no parts it is `Every`."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, And) else (part,))]
    kept = tuple(each for each in flat if not isinstance(each, Every))
    return And(kept) if len(kept) > 1 else kept[0] if kept else Every()


def any_of(parts: Iterable[Condition]) -> Condition:
    """Return the condition that is met where one of the parts is; of no parts it is `Not(Every)`."""
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, Or) else (part,)))
    return Or(flat) if len(flat) > 1 else flat[0] if flat else Not(Every())


@attrs.frozen
class Every(Condition):
    """Every record."""

    clauses = 0


@attrs.frozen(repr=False)
class _Group(Condition):
    parts: tuple[Condition, ...]
    clauses: int = attrs.field(init=False, eq=False)
    depth: int = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _count(self, sum(part.clauses for part in self.parts), 1 + max(part.depth for part in self.parts))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"


@attrs.frozen(repr=False)
class And(_Group):
    """All parts are met; at least two, none of them an `And`."""


@attrs.frozen(repr=False)
class Or(_Group):
    """At least one of the parts is met; at least two, none of them an `Or`."""


@attrs.frozen(repr=False)
class Not(Condition):
    """The part is not met: its exact complement, so that it keeps what has no value."""

    part: Condition
    clauses: int = attrs.field(init=False, eq=False)
    depth: int = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _count(self, self.part.clauses, 1 + self.part.depth)

    def __repr__(self) -> str:
        return f"Not({self.part!r})"


def _count(node: Condition, clauses: int, depth: int) -> None:
    if clauses > CLAUSES_MAX:
        raise LimitExceeded("has too many clauses", path="condition", limit=CLAUSES_MAX)
    if depth > DEPTH_MAX:
        raise LimitExceeded("nests too deep", path="condition", limit=DEPTH_MAX)
    object.__setattr__(node, "clauses", clauses)
    object.__setattr__(node, "depth", depth)


@attrs.frozen(repr=False)
class Clause(Condition):
    """What is asked of one field."""

    field: About = attrs.field(eq=_identity)
    clauses: int = attrs.field(init=False, eq=False)
    depth: int = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        meaning = self.field.meaning(self)
        if meaning is None:
            _count(self, 1, 1)
        else:
            _count(self, max(1, meaning.clauses), meaning.depth)

    def __repr__(self) -> str:
        values = [getattr(self, each.name) for each in attrs.fields(type(self))[1:] if each.init]
        shown = ["..."] if values and self.field.is_personal else [repr(_plain(value)) for value in values]
        return f"{type(self).__name__}({', '.join([self.field.name, *shown])})"


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


@attrs.frozen(repr=False)
class Missing(Clause):
    """The field has no value; a set of texts or a table of attributes: it is empty."""


@attrs.frozen(repr=False)
class Compare(Clause):
    """The value stands so to another one."""

    op: Op
    value: Any


@attrs.frozen(repr=False)
class Between(Clause):
    """The value is between two others, both included."""

    low: Any
    high: Any


@attrs.frozen(repr=False)
class In(Clause):
    """The value is one of these; of none it never is, and of a single one `in_` makes a `Compare`."""

    values: tuple[Any, ...]


@attrs.frozen(repr=False)
class AnyOf(Clause):
    """The set of texts holds at least one of these; of none it never does."""

    values: tuple[str, ...]


@attrs.frozen(repr=False)
class Match(Clause):
    """The text holds another one somewhere, or at its beginning."""

    how: How
    text: str


@attrs.frozen(repr=False)
class Spans(Clause):
    """The instant is within one of these half-open spans; only `resolve` makes it, out of days."""

    spans: tuple[tuple[datetime, datetime], ...]
