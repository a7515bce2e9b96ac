"""Lists on the Django ORM: what a listing asks, as a query set.

`behind`, `reach` and `walked` of the library say where a page begins and how it is read, in the same clauses that a
condition is made of. So only clauses are compiled. A clause is never NULL, whatever the column holds: `NOT` then keeps
what has no value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan

from loyalcore.errors import CapabilityMissing
from loyalcore.query import (
    And,
    AnyOf,
    Attribute,
    Between,
    Compare,
    Condition,
    Every,
    How,
    In,
    Listing,
    Match,
    Missing,
    Not,
    Op,
    Or,
    Order,
    Spans,
    behind,
    check_stored,
    column_of,
    reach,
    walked,
)

NEVER = Q(pk__in=())
ALWAYS = ~NEVER
LOOKUPS = {Op.EQ: "exact", Op.LT: "lt", Op.LE: "lte", Op.GT: "gt", Op.GE: "gte"}
SCOPE = ("environment", "program_id", "holder_id", "ledger")


class AttributeOf(Func):
    """The text under a key of a JSON object; Django's own transform takes the key "0" for a place in an array."""

    output_field = TextField()

    def __init__(self, column: str, key: str) -> None:
        super().__init__(F(column), Value(key))

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Give what a path leads to; no key holds a quotation mark."""
        template = "json_extract(%(expressions)s || '\"')"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", '$.\"' || ")

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Give what stands under the key."""
        return self.as_sql(compiler, connection, template="(%(expressions)s::text)", arg_joiner=" ->> ")


class HoldsAny(Func):
    """Whether a JSON array holds one of some texts."""

    output_field = BooleanField()

    def __init__(self, column: str, texts: tuple[str, ...]) -> None:
        super().__init__(F(column), Value(json.dumps(texts)))

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Ask for a member that both arrays have."""
        template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s)))"
        joiner = ") AS member WHERE member.value IN (SELECT value FROM json_each("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Ask by the operator that a GIN index knows."""
        template = "(%(expressions)s::jsonb)))"
        joiner = " ?| ARRAY(SELECT jsonb_array_elements_text("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)


@cache
def paths_of(model: Any, joined: str = "") -> Mapping[str, str]:
    """Give the columns of a model, and of one that it is joined with, with the paths that lead to them."""
    near = {field.name: field.name for field in model._meta.concrete_fields}
    if not joined:
        return near
    far = model._meta.get_field(joined).related_model
    return {**{field.name: f"{joined}__{field.name}" for field in far._meta.concrete_fields}, **near}


def met(rows: Any, listing: Listing, at: datetime, joined: str = "") -> Any:
    """Give the rows that a listing asks for, wherever its place is, in no order.

    Args:
        rows: A query set.
        listing: The listing.
        at: The instant of asking.
        joined: The field of the model that leads to the other half of a row.

    Raises:
        CapabilityMissing: A field has no column.
    """
    check_stored(listing.query)
    compiler = Compiler(paths_of(rows.model, joined))
    told = {name: getattr(listing, name) for name in SCOPE if name in compiler.paths}
    rows = rows.filter(**{name: value for name, value in told.items() if value is not None})
    if listing.is_settled:
        due = compiler.path("next_change_at")
        rows = rows.filter(Q(**{f"{due}__isnull": True}) | Q(**{f"{due}__gt": at}))
    return rows.filter(compiler.condition(listing.query.where))


def nearest(rows: Any, listing: Listing, at: datetime, joined: str = "") -> Any:
    """Give the rows of a listing from its place on, the nearest first; the arguments are those of `met`.

    Raises:
        CapabilityMissing: A field has no column.
    """
    compiler = Compiler(paths_of(rows.model, joined))
    found, query, position = met(rows, listing, at, joined), listing.query, listing.position
    if position is not None:
        groups = (reduce(and_, map(compiler.condition, group)) for group in behind(query, position))
        found = found.filter(compiler.condition(reach(query, position)), reduce(or_, groups, NEVER))
    return found.order_by(*map(compiler.order, walked(query, position)))[: listing.count]


class Compiler:
    """Compiles conditions and orders over the columns that lie at the end of some paths."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.paths = paths

    def path(self, column: str) -> str:
        """Give the path to a column."""
        if column not in self.paths:
            raise CapabilityMissing(f"the column {column}")
        return self.paths[column]

    def order(self, order: Order) -> Any:
        """Give what rows are sorted by."""
        column, nulls = F(self._path(order.field)), {}
        if not order.field.is_required:
            nulls = {"nulls_first": True} if order.is_missing_first else {"nulls_last": True}
        return column.desc(**nulls) if order.is_descending else column.asc(**nulls)

    def condition(self, node: Condition) -> Q:
        """Compile a resolved condition, or one of a place."""
        match node:
            case Every():
                return ALWAYS
            case And(parts):
                return reduce(and_, map(self.condition, parts))
            case Or(parts):
                return reduce(or_, map(self.condition, parts))
            case Not(part):
                return ~self.condition(part)
            case Missing(field):
                return self._lookup(field, "isnull", True)
            case In(field, ()) | AnyOf(field, ()) | Spans(field, ()):
                self._path(field)
                return NEVER
        clause: Any = node
        is_there = ALWAYS if clause.field.is_required else self._lookup(clause.field, "isnull", False)
        return is_there & self._clause(clause)

    def _clause(self, node: Any) -> Q:
        match node:
            case Compare(field, op, value):
                return self._lookup(field, LOOKUPS[op], value)
            case Between(field, low, high):
                return self._lookup(field, "gte", low) & self._lookup(field, "lte", high)
            case In(field, values):
                return self._lookup(field, "in", values)
            case AnyOf(field, values):
                return Q(HoldsAny(self._path(field), values))
            case Match(field, how, text):
                place = StrIndex(self._column(field), Value(text))  # `contains` would ignore the case on SQLite
                return Q(GreaterThan(place, 0) if how is How.CONTAINS else Exact(place, 1))
            case Spans(field, spans):
                parts = (self._lookup(field, "gte", start) & self._lookup(field, "lt", end) for start, end in spans)
                return reduce(or_, parts)
        raise CapabilityMissing(f"clauses of the type {type(node).__name__}")

    def _lookup(self, field: Any, name: str, value: Any) -> Q:
        if isinstance(field, Attribute):
            return Q(TextField().get_lookup(name)(self._column(field), value))
        return Q(**{f"{self._path(field)}__{name}": value})

    def _column(self, field: Any) -> Any:
        path = self._path(field)
        return AttributeOf(path, field.key) if isinstance(field, Attribute) else F(path)

    def _path(self, field: Any) -> str:
        return self.path(column_of(field))
