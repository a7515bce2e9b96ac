"""What a query is met by: records that a file writes field by field, without customers, orders or a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.flows import read_value
from loyalcore.errors import InvalidInput
from loyalcore.fields import CARTS, CODES, CUSTOMERS, ENTRIES, ITEMS, ORDERS, REFERRALS
from loyalcore.query import (
    Amount,
    Choice,
    Day,
    Instant,
    Query,
    TextMap,
    TextSet,
    from_document,
    matcher,
    parse,
    resolve,
)
from loyalcore.testing.scenarios._own import rewritten
from loyalcore.values.hints import did_you_mean

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query import Condition, Field, Noun

_NOUNS: Final[dict[str, Noun]] = {
    noun.name: noun for noun in (CARTS, CODES, CUSTOMERS, ENTRIES, ITEMS, ORDERS, REFERRALS)
}
_READ: Final[tuple[tuple[type[Field], str], ...]] = ((Instant, "datetime"), (Day, "date"), (Amount, "Decimal"))


def found_by(query: object, records: object, noun: object, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Tell for each record whether a query finds it, and how the query is written.

    Args:
        query: A search string, or the JSON form of a query.
        records: Objects of values by the names of fields; a field that is left out, or `None`, is missing.
        noun: Whose fields they are, such as `customer`.
        now: Which day is today.
        zone: In which days begin and end.

    Raises:
        InvalidInput: The query or a record is none, or there is no such noun.
        LimitExceeded: A value is too long or too large.
    """
    if not isinstance(noun, str) or noun not in _NOUNS:
        raise InvalidInput(f"is no noun{did_you_mean(noun, _NOUNS)}", path="noun")
    about = _NOUNS[noun]
    asked = parse(query, about) if isinstance(query, str) else from_document(query, about)
    if not isinstance(records, list):
        raise InvalidInput(f"must be a list, not {type(records).__name__}", path="records")
    rows = [_record(each, about, f"records[{index}]") for index, each in enumerate(records)]
    is_met = matcher(rewritten(resolve(asked.where, now, zone), _by_name), now, zone)
    return {"matches": [is_met(row) for row in rows], "query": str(Query(about, asked.where, asked.sort))}


def _record(given: object, noun: Noun, path: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidInput(f"must be an object, not {type(given).__name__}", path=path)
    row = {}
    for name, value in given.items():
        field = noun.field(name, path)
        row[field.name] = None if value is None else _value(field, value, f"{path}.{field.name}")
    return row


def _value(field: Field, value: Any, path: str) -> Any:
    if isinstance(field, Choice):
        raise InvalidInput("stands for conditions about other fields: give those", path=path)
    if isinstance(field, TextMap):
        raise InvalidInput(f"give {field.name}.NAME", path=path)
    if isinstance(field, TextSet):
        if not isinstance(value, list):
            raise InvalidInput(f"must be a list, not {type(value).__name__}", path=path)
        return frozenset(field.check(each, path) for each in value)
    kind = next((name for known, name in _READ if isinstance(field, known)), "")
    return field.check(read_value(kind, value, path), path)


def _by_name(clause: Any) -> Condition:
    """Take the value of a clause's field out of a record of values by name."""
    changed: Condition = attrs.evolve(clause, field=attrs.evolve(clause.field, get=_getter(clause.field)))
    return changed


def _getter(field: Field) -> Callable[[Mapping[str, Any]], Any]:
    if isinstance(field, TextMap):
        begin = f"{field.name}."
        return lambda row: {name: value for name, value in row.items() if name.startswith(begin) and value is not None}
    return lambda row: row.get(field.name)
