"""A field whose values are names that stand for conditions about other fields, such as the stages of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import Compare, Condition, In, any_of
from loyalcore.query._field import Single
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from loyalcore.query._condition import Clause

_NAME_MAX: Final = 64


def _choices(choices: Mapping[str, Condition]) -> dict[str, Condition]:
    if not isinstance(choices, Mapping):
        raise InvalidInput(f"must be a table, not {type(choices).__name__}", path="choices")
    checked: dict[str, Condition] = {}
    for key, condition in choices.items():
        name = check_text(key, "choices", length_max=_NAME_MAX)
        if not isinstance(condition, Condition):
            raise InvalidInput("must be a condition", path=f"choices.{name}")
        checked[name] = condition
    return checked


@attrs.frozen(eq=False)
class Choice(Single[str]):
    """A field whose values are names, each of which stands for a condition; a record may meet several or none.

    Args:
        choices: The names and their conditions, about other fields of the noun.

    Raises:
        InvalidInput: It is no table of conditions by names.
        LimitExceeded: A name is longer than 64 characters.

    The name stays in the query, its JSON form and its search string, and counts there for as many clauses and levels as
    its condition has; `resolve` puts the condition in its place. It is missing where none of the conditions is met.
    Nothing is sorted by it, and no store keeps it.

    Source:
        DOMAIN.md 3.7 (the stages of a customer), 3.8.

    Example:
        >>> from loyalcore.query import Whole
        >>> orders = Whole("orders", lambda record: record.orders)
        >>> stage = Choice("stage", lambda record: record.stage, choices={"new": orders == 1, "loyal": orders >= 3})
        >>> stage.in_(["new", "loyal"])
        In(stage, ('new', 'loyal'))
    """

    kind: ClassVar[str] = "choice"
    choices: Mapping[str, Condition] = attrs.field(converter=_choices, kw_only=True, repr=False)
    is_sortable: bool = attrs.field(default=False, init=False)
    is_required: bool = attrs.field(default=False, init=False)
    column: str | None = attrs.field(default=None, init=False)

    def check(self, value: Any, path: str) -> str:
        """Return one of the names."""
        plain = str.__str__(value) if isinstance(value, str) else None
        if plain is None or plain not in self.choices:
            raise InvalidInput(f"must be one of {', '.join(self.choices)}", path=path)
        return plain

    def meaning(self, clause: Clause) -> Condition:
        """Return the condition that a clause about the field stands for."""
        match clause:
            case Compare(_, _, value):
                return self.choices[value]
            case In(_, values):
                return any_of(self.choices[value] for value in values)
        return ~any_of(self.choices.values())
