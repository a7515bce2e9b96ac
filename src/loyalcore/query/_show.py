"""A query as a search string: what `parse` reads back as the same query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import (
    And,
    AnyOf,
    Between,
    Compare,
    Every,
    How,
    In,
    Match,
    Missing,
    Not,
    Op,
    Or,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.query._condition import About, Clause, Condition
    from loyalcore.query._field import Order

_BARE: Final = re.compile(r"[A-Za-z0-9_+@-](?:[A-Za-z0-9_+@:/-]|\.(?!\.))*(?<!\.)")


def show(where: Condition, sort: Iterable[Order] = ()) -> str:
    """Return the search string of a condition and its orders."""
    orders = [_order(order) for order in sort]
    if isinstance(where, Every):
        return " ".join(orders) or "*"
    text = _inner(where) if orders and isinstance(where, Or) else _outer(where)
    return " ".join([text, *orders])


def _order(order: Order) -> str:
    sign = "-" if order.is_descending else ""
    return f"sort:{sign}{order.field.name}{'/missing_first' if order.is_missing_first else ''}"


def _outer(condition: Condition) -> str:
    """A condition where AND and OR may stand free."""
    if isinstance(condition, Or):
        return " OR ".join(_outer(part) if isinstance(part, And) else _inner(part) for part in condition.parts)
    if isinstance(condition, And):
        return " ".join(_inner(part) for part in condition.parts)
    return _inner(condition)


def _inner(condition: Condition) -> str:
    match condition:
        case Every():
            return "*"
        case And() | Or():
            return f"({_outer(condition)})"
        case Not(part):
            return f"-{_inner(part)}"
    return _clause(cast("Clause", condition))


def _clause(node: Clause) -> str:
    match node:
        case Missing(field):
            return f"no:{field.name}"
        case Compare(field, op, value):
            return f"{field.name}:{'' if op is Op.EQ else op}{_value(field, value)}"
        case Between(field, low, high):
            return f"{field.name}:{_value(field, low)}..{_value(field, high)}"
        case In(field, values):
            return f"{field.name}:({','.join(_value(field, value) for value in values)})"
        case AnyOf(field, values):
            shown = ",".join(_value(field, value) for value in values)
            return f"{field.name}:{shown}" if len(values) == 1 else f"{field.name}:({shown})"
        case Match(field, how, text):
            return f"{field.name}:{'~' if how is How.CONTAINS else '^'}{_value(field, text)}"
    raise InvalidInput("has been resolved and has no search string", path="where")


def _value(field: About, value: Any) -> str:
    written = field.write(value)
    text = ("yes" if written else "no") if isinstance(written, bool) else str(written)
    if _BARE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
