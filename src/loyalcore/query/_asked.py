"""Clauses from what a document or a search string asks: which question goes with which type of field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import AnyOf, Between, Compare, Condition, How, Match, Op
from loyalcore.query._field import Ordered, one_of
from loyalcore.query._types import Id, Text, TextSet

if TYPE_CHECKING:
    from loyalcore.query._field import Field


def compare(field: Field, op: Op, value: Any, path: str) -> Condition:
    """Return the clause that compares with a checked value; of a set, that it holds the value."""
    if op is not Op.EQ and not isinstance(field, Ordered):
        raise _cannot(field, f"be compared by {op.value}", path)
    return AnyOf(field, (value,)) if isinstance(field, TextSet) else Compare(field, op, value)


def between(field: Field, low: Any, high: Any, path: str) -> Condition:
    """Return the clause of a range of checked values."""
    if not isinstance(field, Ordered):
        raise _cannot(field, "have a range", path)
    return Between(field, low, high)


def is_one_of(field: Field, values: tuple[Any, ...]) -> Condition:
    """Return the clause of a list of checked values; of a set, that it holds one of them."""
    return AnyOf(field, values) if isinstance(field, TextSet) else one_of(field, values)


def match(field: Field, how: How, text: Any, path: str) -> Condition:
    """Return the clause of a part of a text."""
    if not isinstance(field, Text) and not (how is How.STARTS and isinstance(field, Id)):
        raise _cannot(field, f"be asked by {how.value}", path)
    return Match(field, how, text)


def _cannot(field: Field, what: str, path: str) -> InvalidInput:
    named = "" if path == field.name else f"{field.name} "
    return InvalidInput(f"{named}is of the type {field.kind} and cannot {what}", path=path)
