"""A noun is what a list lists: its fields by name, and the id with which every sorting ends. A query asks for some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._condition import Clause, Condition, Every, Not, _Group
from loyalcore.query._field import Field, Order
from loyalcore.query._types import Text, TextMap

SORT_MAX: Final = 5
_SHOWN_MAX: Final = 40


def _fields(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(fields)


def _aliases(aliases: Mapping[str, str]) -> dict[str, str]:
    return dict(aliases)


def _orders(orders: Iterable[Order]) -> tuple[Order, ...]:
    return tuple(orders)


@attrs.frozen(eq=False, repr=False)
class Noun:
    """A kind of record as queries see it.

    Args:
        name: Such as `customer`.
        fields: The fields; their names differ.
        id: The one of the fields that tells records apart; compared character by character where it is sorted by.
        aliases: Other names for fields in a search string, such as `tag` for `tags`.

    Raises:
        InvalidInput: Two fields have one name, the id is not among the fields, or an alias leads nowhere or hides a
            field.

    Source:
        DOMAIN.md 3.8 (one field table per noun).

    Example:
        >>> from types import SimpleNamespace as Person
        >>> name = Text("name", lambda person: person.name)
        >>> str(Query(Noun("person", [name], id=name), name == "Ada"))
        'name:Ada'
    """

    name: str
    fields: tuple[Field, ...] = attrs.field(converter=_fields)
    id: Text = attrs.field(kw_only=True)
    aliases: Mapping[str, str] = attrs.field(factory=dict, converter=_aliases, kw_only=True)
    _table: dict[str, Field] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        table = {field.name: field for field in self.fields}
        object.__setattr__(self, "_table", table)
        if len(table) < len(self.fields):
            raise InvalidInput("has two fields of one name", path="fields")
        if table.get(self.id.name) is not self.id:
            raise InvalidInput("must be one of the fields", path="id")
        for alias, name in self.aliases.items():
            if alias in table or name not in table:
                raise InvalidInput("must lead from another name to a field", path=f"aliases.{alias}")

    def __repr__(self) -> str:
        return f"<Noun {self.name}>"

    def field(self, name: str, path: str = "field") -> Field:
        """Return a field by its name, its alias, or as an attribute of a table.

        Args:
            name: Such as `points.active` or `attributes.color`.
            path: Where it stands, for the message.

        Raises:
            InvalidInput: There is none; a name that is close to it is offered.

        Source:
            DOMAIN.md 3.8.
        """
        if not isinstance(name, str):
            raise InvalidInput(f"must be the name of a field, not {type(name).__name__}", path=path)
        name = str.__str__(name)
        found = self._table.get(self.aliases.get(name, name))
        if found is not None:
            return found
        head, _, key = name.partition(".")
        table = self._table.get(self.aliases.get(head, head))
        if key and isinstance(table, TextMap):
            return table[key]
        shown = name[:_SHOWN_MAX]
        close = get_close_matches(shown, [*self._table, *self.aliases], n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise InvalidInput(f"{shown!a} is no field of {self.name}{hint}", path=path)

    def extended(self, fields: Iterable[Field]) -> Noun:
        """Return the noun with more fields, such as a host's own.

        Args:
            fields: What is added; no name is there already.

        Raises:
            InvalidInput: A name is there already.

        Source:
            DOMAIN.md 3.8.
        """
        return Noun(self.name, (*self.fields, *fields), id=self.id, aliases=self.aliases)


@attrs.frozen
class Query:
    """Which records of a noun, in which order.

    Args:
        noun: What is listed.
        where: The condition; everything unless told.
        sort: Up to 5 orders, each by another field; the id is always the last, in the direction of the order before it.

    Raises:
        InvalidInput: A field is not of this noun, cannot be sorted by, or is there twice.
        LimitExceeded: There are too many orders.

    `str` gives the search string; the repr hides the values of personal fields.

    Source:
        DOMAIN.md 3.8.
    """

    noun: Noun
    where: Condition = attrs.field(factory=Every)
    sort: tuple[Order, ...] = attrs.field(default=(), converter=_orders)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.noun, Noun):
            raise InvalidInput(f"must be a noun, not {type(self.noun).__name__}", path="noun")
        if not isinstance(self.where, Condition):
            raise InvalidInput(f"must be a condition, not {type(self.where).__name__}", path="where")
        for field in _fields_of(self.where):
            self._check(field, "where")
        if len(self.sort) > SORT_MAX:
            raise LimitExceeded("has too many orders", path="sort", limit=SORT_MAX)
        for index, order in enumerate(self.sort):
            self._check_order(order, f"sort[{index}]")
        if len({order.field.name for order in self.sort}) < len(self.sort):
            raise InvalidInput("names a field twice", path="sort")

    def _check_order(self, order: object, path: str) -> None:
        if not isinstance(order, Order):
            raise InvalidInput("must be an order such as field.desc()", path=path)
        self._check(order.field, path)
        if not order.field.is_sortable:
            raise InvalidInput(f"cannot be sorted by {order.field.name}", path=path)

    def _check(self, field: Any, path: str) -> None:
        if self.noun.field(field.name, path).kind != field.kind:
            raise InvalidInput(f"{field.name} is of another noun", path=path)

    def orders(self) -> tuple[Order, ...]:
        """Return the orders with the id at their end, and nothing behind it.

        Source:
            DOMAIN.md 3.8 (sorting always ends with the id). That it goes in the direction of the order before it is
            a house decision: one index serves both directions.
        """
        for index, order in enumerate(self.sort):
            if order.field.name == self.noun.id.name:
                return self.sort[: index + 1]
        last = self.sort[-1].is_descending if self.sort else False
        return (*self.sort, Order(self.noun.id, is_descending=last))

    def __str__(self) -> str:
        from loyalcore.query._show import show

        return show(self.where, self.sort)


def _fields_of(condition: Condition) -> Iterable[Any]:
    if isinstance(condition, Clause):
        yield condition.field
    elif isinstance(condition, Not):
        yield from _fields_of(condition.part)
    elif isinstance(condition, _Group):
        for part in condition.parts:
            yield from _fields_of(part)
    elif not isinstance(condition, Every):
        raise InvalidInput("is no condition of this language", path="where")
