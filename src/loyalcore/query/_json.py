"""Queries as JSON, version 1: what is kept of a saved filter.

A document is `{"version": 1, "noun": "customer", "where": …, "sort": […]}`. Reading gathers all faults by their path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.query._asked import between, compare, is_one_of, match
from loyalcore.query._condition import (
    DEPTH_MAX,
    Condition,
    Every,
    How,
    Missing,
    Op,
    any_of,
    every_of,
)
from loyalcore.query._document import VERSION, document_of
from loyalcore.query._field import Field, Order, listed
from loyalcore.query._noun import Query
from loyalcore.values.checks import fault_of

if TYPE_CHECKING:
    from loyalcore.query._noun import Noun

_GROUPS: Final[dict[str, Callable[[list[Condition]], Condition]]] = {"all": every_of, "any": any_of}


def to_document(query: Query) -> dict[str, Any]:
    """Return the JSON form of a query.

    Args:
        query: Any query.

    Returns:
        Tables, lists, texts, whole numbers and booleans; `from_document` reads the same query again.

    Raises:
        InvalidInput: The condition was resolved, so that its days are gone.

    Source:
        DOMAIN.md 3.8 (versioned JSON).

    Example:
        >>> from loyalcore.query import Id, Noun
        >>> name = Id("name", lambda record: record["name"], is_required=True)
        >>> to_document(Query(Noun("person", [name], ids=[name]), name == "ada"))["where"]
        {'field': 'name', 'op': '=', 'value': 'ada'}
    """
    return document_of(query.noun.name, query.where, query.sort)


def from_document(document: object, noun: Noun) -> Query:
    """Read a query from its JSON form.

    Args:
        document: What `to_document` gave; `where` and `sort` may be left out, and `!=` and `not_in` may be written.
        noun: Whose fields it names.

    Returns:
        The query.

    Raises:
        LimitExceeded: It has too many clauses, list items, orders or levels.
        InvalidDocument: It has faults, each with its path.

    Source:
        DOMAIN.md 3.8 (versioned JSON).

    Example:
        >>> from loyalcore.query import Id, Noun
        >>> name = Id("name", lambda record: record["name"], is_required=True)
        >>> where = {"field": "name", "op": "missing"}
        >>> str(from_document({"version": 1, "noun": "person", "where": where}, Noun("person", [name], ids=[name])))
        'no:name'
    """
    reading = _Reading(noun)
    table = reading.table(document, "", ("version", "noun", "where", "sort"))
    if not reading.faults:
        version, name = table.get("version"), table.get("noun")
        if type(version) is not int or version != VERSION:
            reading.fault("version", f"must be {VERSION}")
        if not isinstance(name, str) or str.__str__(name) != noun.name:
            reading.fault("noun", f"must be {noun.name}")
    where = reading.condition(table["where"], "where", 1) if "where" in table else Every()
    sort = [reading.order(each, path) for each, path in reading.items(table.get("sort", []), "sort")]
    if reading.faults:
        raise InvalidDocument(reading.faults)
    try:
        return Query(noun, where, tuple(order for order in sort if order is not None))
    except InvalidInput as error:
        raise InvalidDocument([fault_of(error)]) from None


class _Reading:
    """One document that is being read; a part with a fault reads as `Every`, and reading goes on."""

    def __init__(self, noun: Noun) -> None:
        self.noun = noun
        self.faults: list[Fault] = []

    def fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(path, message))

    def table(self, value: object, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.fault(path, f"must be a table, not {type(value).__name__}")
            return {}
        if any(not isinstance(key, str) or key not in keys for key in value):
            self.fault(path, f"must have no other keys than {', '.join(keys)}")
        return value

    def items(self, value: object, path: str) -> list[tuple[Any, str]]:
        if isinstance(value, list | tuple):
            return [(each, f"{path}[{index}]") for index, each in enumerate(value)]
        self.fault(path, f"must be a list, not {type(value).__name__}")
        return []

    def condition(self, value: object, path: str, depth: int) -> Condition:
        if depth > DEPTH_MAX:
            raise LimitExceeded("nests too deep", path="where", limit=DEPTH_MAX)
        for word, group in _GROUPS.items():
            if isinstance(value, Mapping) and word in value:
                parts = self.items(self.table(value, path, (word,))[word], f"{path}.{word}")
                return group([self.condition(part, at, depth + 1) for part, at in parts])
        if isinstance(value, Mapping) and "not" in value:
            return ~self.condition(self.table(value, path, ("not",))["not"], f"{path}.not", depth + 1)
        before = len(self.faults)
        table = self.table(value, path, ("field", "op", "value"))
        if len(self.faults) > before:
            return Every()
        try:
            return self._clause(table, path)
        except InvalidInput as error:
            self.faults.append(fault_of(error))
            return Every()

    def _clause(self, table: Mapping[str, Any], path: str) -> Condition:
        for key in ("field", "op"):
            if key not in table:
                raise InvalidInput("is required", path=f"{path}.{key}")
        field = self.noun.field(table["field"], f"{path}.field")
        op = str.__str__(table["op"]) if isinstance(table["op"], str) else ""
        if op == "missing":
            if "value" in table:
                raise InvalidInput("goes with no value", path=f"{path}.op")
            return Missing(field)
        if op not in _READERS:
            raise InvalidInput(f"must be one of missing, {', '.join(_READERS)}", path=f"{path}.op")
        if "value" not in table:
            raise InvalidInput("is required", path=f"{path}.value")
        return _READERS[op](field, table["value"], f"{path}.value")

    def order(self, value: object, path: str) -> Order | None:
        table = self.table(value, path, ("field", "descending", "missing_first"))
        flags = [table.get(key, False) for key in ("descending", "missing_first")]
        if not all(isinstance(flag, bool) for flag in flags):
            self.fault(path, "must have true or false as descending and missing_first")
            return None
        try:
            field = self.noun.field(table.get("field"), f"{path}.field")  # type: ignore[arg-type]
        except InvalidInput as error:
            self.faults.append(fault_of(error))
            return None
        return Order(field, is_descending=flags[0], is_missing_first=flags[1])


def _compared(op: Op) -> Callable[[Field, Any, str], Condition]:
    return lambda field, value, path: compare(field, op, field.read(value, path), path)


def _matched(how: How) -> Callable[[Field, Any, str], Condition]:
    return lambda field, value, path: match(field, how, field.check_part(value, path), path)


def _between(field: Field, value: Any, path: str) -> Condition:
    ends = listed(value, path, field.read)
    if len(ends) != 2:
        raise InvalidInput("must be a list of two values", path=path)
    return between(field, *ends, path)


def _listed(field: Field, value: Any, path: str) -> Condition:
    return is_one_of(field, listed(value, path, field.read))


_READERS: Final[dict[str, Callable[[Field, Any, str], Condition]]] = {
    **{op.value: _compared(op) for op in Op},
    **{how.value: _matched(how) for how in How},
    "!=": lambda field, value, path: ~compare(field, Op.EQ, field.read(value, path), path),
    "between": _between,
    "in": _listed,
    "any_of": _listed,
    "not_in": lambda field, value, path: ~_listed(field, value, path),
}
