"""A noun is what a list lists: its fields by name, and the ids with which every sorting ends. A query asks for some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final, TypeVar

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._choice import Choice
from loyalcore.query._condition import Clause, Condition, Every, Not, _Group
from loyalcore.query._field import NAME_MAX, Field, Order, Single
from loyalcore.query._types import Text, TextMap
from loyalcore.values.digest import canonical
from loyalcore.values.hints import did_you_mean
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


def _ids(ids: Iterable[Field]) -> tuple[Field, ...]:
    found = _all_of(Field, ids, "ids", "must be a field")
    for index, field in enumerate(found):
        if not isinstance(field, Single) or isinstance(field, Text) or not field.is_sortable or not field.is_required:
            raise InvalidInput("must be sortable, never missing and compared exactly", path=f"ids[{index}]")
    if not found or len({field.name for field in found}) < len(found):
        raise InvalidInput("must name at least one field, and none twice", path="ids")
    return found


def _kind(kind: type[Any]) -> type[Any]:
    if not isinstance(kind, type):
        raise InvalidInput(f"must be a class, not {type(kind).__name__}", path="kind")
    return kind


def _name(name: str) -> str:
    return check_text(name, "name", length_max=NAME_MAX)


@attrs.frozen(eq=False, repr=False)
class Noun:
    """A kind of record as queries see it.

    Args:
        name: Such as `customer`.
        fields: The fields; their names differ.
        ids: Those of the fields that tell records apart together; each is required, can be sorted by, and is no `Text`,
            which would take two for one.
        kind: The class of the records.
        aliases: Other names for fields in a search string, such as `tag` for `tags`.

    Raises:
        InvalidInput: A value is of another type, two fields have one name, an id is not among the fields or cannot be
            one, a choice asks for a field of another noun, or an alias leads nowhere or hides a field.
        LimitExceeded: A name is too long.

    Source:
        DOMAIN.md 3.8 (one field table per noun).

    Example:
        >>> from types import SimpleNamespace as Person
        >>> from loyalcore.query import Id
        >>> id, name = Id("id", lambda person: person.id, is_required=True), Text("name", lambda person: person.name)
        >>> str(Query(Noun("person", [id, name], ids=[id], kind=Person), name == "Ada"))
        'name:Ada'
    """

    name: str = attrs.field(converter=_name)
    fields: tuple[Field, ...] = attrs.field(converter=_fields)
    ids: tuple[Field, ...] = attrs.field(converter=_ids, kw_only=True)
    kind: type[Any] = attrs.field(default=object, converter=_kind, kw_only=True)
    aliases: Mapping[str, str] = attrs.field(factory=dict, converter=_aliases, kw_only=True)
    _table: dict[str, Field] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        table = {field.name: field for field in self.fields}
        object.__setattr__(self, "_table", table)
        if len(table) < len(self.fields):
            raise InvalidInput("has two fields of one name", path="fields")
        for index, field in enumerate(self.ids):
            if table.get(field.name) is not field:
                raise InvalidInput("must be one of the fields", path=f"ids[{index}]")
        for choice in self.fields:
            if isinstance(choice, Choice):
                for name, condition in choice.choices.items():
                    self.check(condition, f"{choice.name}.{name}")
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
        hint = did_you_mean(shown, [*self._table, *self.aliases])
        raise InvalidInput(f"{shown!a} is no field of {self.name}{hint}", path=path)

    def check(self, condition: Condition, path: str) -> None:
        """Check that a condition is about fields of this noun.

        Args:
            condition: Any condition.
            path: Where it stands, for the message.

        Raises:
            InvalidInput: It names a field that the noun does not have, or has with another type.

        Source:
            DOMAIN.md 3.8.
        """
        for field in fields_of(condition):
            self._own(field, path)

    def _own(self, field: Any, path: str) -> None:
        if self.field(field.name, path).kind != field.kind:
            raise InvalidInput(f"{field.name} is of another noun", path=path)

    def extended(self, fields: Iterable[Field]) -> Noun:
        """Return the noun with more fields, such as a host's own.

        Args:
            fields: What is added; no name is there already.

        Raises:
            InvalidInput: A name is there already.

        Source:
            DOMAIN.md 3.8.
        """
        return Noun(self.name, (*self.fields, *fields), ids=self.ids, kind=self.kind, aliases=self.aliases)


@attrs.frozen
class Query:
    """Which records of a noun, in which order.

    Args:
        noun: What is listed.
        where: The condition; everything unless told.
        sort: Up to 5 orders, each by another field; the ids are always the last, in the direction of the order before.

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
        self.noun.check(self.where, "where")
        if len(self.sort) > SORT_MAX:
            raise LimitExceeded("has too many orders", path="sort", limit=SORT_MAX)
        for index, order in enumerate(self.sort):
            self._check_order(order, f"sort[{index}]")
        if len({order.field.name for order in self.sort}) < len(self.sort):
            raise InvalidInput("names a field twice", path="sort")
        object.__setattr__(self, "_orders", _ended(self.sort, self.noun.ids))

    def _check_order(self, order: Order, path: str) -> None:
        self.noun._own(order.field, path)
        if not order.field.is_sortable:
            raise InvalidInput(f"cannot be sorted by {order.field.name}", path=path)

    def orders(self) -> tuple[Order, ...]:
        """Return the orders with the ids at their end, and nothing behind them.

        Source:
            DOMAIN.md 3.8 (sorting always ends with the id). That they go in the direction of the order before them is
            a house decision: one index serves both directions.
        """
        return self._orders

    @cached_property
    def written(self) -> str:
        """The JSON form as canonical text; made once, for a page needs it for each of its cursors.

        Raises:
            InvalidInput: The condition was resolved, so that its days are gone.
        """
        from loyalcore.query._document import document_of

        return canonical(document_of(self.noun.name, self.where, self.sort))

    def __str__(self) -> str:
        from loyalcore.query._show import show

        return show(self.where, self.sort)


def _ended(sort: tuple[Order, ...], ids: tuple[Field, ...]) -> tuple[Order, ...]:
    rest = {field.name: field for field in ids}
    for index, order in enumerate(sort):
        rest.pop(order.field.name, None)
        if not rest:
            return sort[: index + 1]
    is_descending = bool(sort) and sort[-1].is_descending
    return (*sort, *(Order(field, is_descending=is_descending) for field in rest.values()))


def fields_of(condition: Condition) -> Iterable[Any]:
    """Give the field of each clause of a condition."""
    if isinstance(condition, Clause):
        yield condition.field
    elif isinstance(condition, Not):
        yield from fields_of(condition.part)
    elif isinstance(condition, _Group):
        for part in condition.parts:
            yield from fields_of(part)
    elif not isinstance(condition, Every):
        raise InvalidInput("is no condition of this language", path="where")
