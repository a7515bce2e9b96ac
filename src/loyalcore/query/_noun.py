"""A noun is what a list lists: its fields by name, and the id with which every sorting ends. A query asks for some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeVar

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._condition import Clause, Condition, Every, Not, _Group
from loyalcore.query._field import NAME_MAX, Field, Order
from loyalcore.query._types import Text, TextMap
from loyalcore.values.ids import check_text

SORT_MAX: Final = 5
_SHOWN_MAX: Final = 40

T = TypeVar("T")


def _fields(fields: Iterable[Field]) -> tuple[Field, ...]:
    return _all_of(Field, fields, "fields", "must be a field")


def _orders(orders: Iterable[Order]) -> tuple[Order, ...]:
    return _all_of(Order, orders, "sort", "must be an order such as field.desc()")


def _all_of(kind: type[T], values: Iterable[T], path: str, words: str) -> tuple[T, ...]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidInput(f"must be a list, not {type(values).__name__}", path=path)
    found = tuple(values)
    for index, value in enumerate(found):
        if not isinstance(value, kind):
            raise InvalidInput(words, path=f"{path}[{index}]")
    return found


def _aliases(aliases: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(aliases, Mapping):
        raise InvalidInput(f"must be a table, not {type(aliases).__name__}", path="aliases")
    pairs = (check_text(each, "aliases") for pair in aliases.items() for each in pair)
    return dict(zip(pairs, pairs, strict=True))


def _id(field: Text) -> Text:
    if not isinstance(field, Text):
        raise InvalidInput(f"must be a field of texts, not {type(field).__name__}", path="id")
    return field


def _name(name: str) -> str:
    return check_text(name, "name", length_max=NAME_MAX)


@attrs.frozen(eq=False, repr=False)
class Noun:
    """A kind of record as queries see it.

    Args:
        name: Such as `customer`.
        fields: The fields; their names differ.
        id: The one of the fields that tells records apart; compared character by character where it is sorted by.
        aliases: Other names for fields in a search string, such as `tag` for `tags`.

    Raises:
        InvalidInput: A value is of another type, two fields have one name, the id is not among the fields, or an alias
            leads nowhere or hides a field.
        LimitExceeded: A name is too long.

    Source:
        DOMAIN.md 3.8 (one field table per noun).

    Example:
        >>> from types import SimpleNamespace as Person
        >>> name = Text("name", lambda person: person.name)
        >>> str(Query(Noun("person", [name], id=name), name == "Ada"))
        'name:Ada'
    """

    name: str = attrs.field(converter=_name)
    fields: tuple[Field, ...] = attrs.field(converter=_fields)
    id: Text = attrs.field(converter=_id, kw_only=True)
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
    _orders: tuple[Order, ...] = attrs.field(init=False, eq=False, repr=False)

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
        object.__setattr__(self, "_orders", _ended(self.sort, self.noun.id))

    def _check_order(self, order: Order, path: str) -> None:
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
        return self._orders

    def __str__(self) -> str:
        from loyalcore.query._show import show

        return show(self.where, self.sort)


def _ended(sort: tuple[Order, ...], id_field: Text) -> tuple[Order, ...]:
    for index, order in enumerate(sort):
        if order.field.name == id_field.name:
            return sort[: index + 1]
    return (*sort, Order(id_field, is_descending=bool(sort) and sort[-1].is_descending))


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
