"""The JSON form of a query, written of its parts: what is kept of a saved filter, and what a cursor is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import And, AnyOf, Between, Compare, Condition, Every, In, Match, Missing, Not, Or

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.query._condition import Clause
    from loyalcore.query._field import Order

VERSION: Final = 1


def document_of(noun: str, where: Condition, orders: Iterable[Order]) -> dict[str, Any]:
    """Return the JSON form of a query: of a noun, with a condition and orders."""
    sort = [
        {
            "field": order.field.name,
            **({"descending": True} if order.is_descending else {}),
            **({"missing_first": True} if order.is_missing_first else {}),
        }
        for order in orders
    ]
    return {"version": VERSION, "noun": noun, "where": _write(where), "sort": sort}


def _write(condition: Condition) -> dict[str, Any]:
    match condition:
        case Every():
            return {"all": []}
        case And(parts):
            return {"all": [_write(part) for part in parts]}
        case Or(parts):
            return {"any": [_write(part) for part in parts]}
        case Not(part):
            return {"not": _write(part)}
    clause = cast("Clause", condition)
    return {"field": clause.field.name, **_write_clause(clause)}


def _write_clause(node: Clause) -> dict[str, Any]:
    match node:
        case Missing():
            return {"op": "missing"}
        case Compare(field, op, value):
            return {"op": op.value, "value": field.write(value)}
        case Between(field, low, high):
            return {"op": "between", "value": [field.write(low), field.write(high)]}
        case In(field, values):
            return {"op": "in", "value": [field.write(value) for value in values]}
        case AnyOf(_, values):
            return {"op": "any_of", "value": list(values)}
        case Match(_, how, text):
            return {"op": how.value, "value": text}
    raise InvalidInput("has been resolved and has no document", path="where")
