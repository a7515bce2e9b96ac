"""The forms in which a document has conditions, instants and other values that rules are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.programs._table import kind_of
from loyalcore.errors import InvalidDocument, InvalidInput
from loyalcore.query import Condition, Query, from_document, parse, to_document
from loyalcore.values.calendar import Duration
from loyalcore.values.clock import parse_instant

if TYPE_CHECKING:
    from loyalcore.domain.programs._table import Read
    from loyalcore.query import Noun


def condition(noun: Noun) -> Read:
    """Return what reads a condition: a search string, or the document of a query without an order."""

    def read(value: object, path: str) -> Condition:
        try:
            if isinstance(value, str):
                query = parse(value, noun)
            elif isinstance(value, Mapping):
                query = from_document(value, noun)
            else:
                raise InvalidInput(f"must be a search string or a table, not {kind_of(value)}", path=path)
        except InvalidDocument as error:
            faults = "; ".join(
                f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in error.faults
            )
            raise InvalidInput(faults, path=path) from None
        except InvalidInput as error:
            raise InvalidInput(error.message.removeprefix(f"{error.path}: "), path=path) from None
        if query.sort:
            raise InvalidInput("says which, not in which order: leave the sorting out", path=path)
        return query.where

    return read


def instant(value: object, path: str) -> Any:
    """Return an instant; what is no text is judged later."""
    return parse_instant(value, path) if isinstance(value, str) else value


def unusual(value: Any, nouns: Mapping[str, Noun]) -> dict[str, Any]:
    """Return the table of a frozen value: what is not its default.

    Args:
        value: The value.
        nouns: What each of its conditions is about.
    """
    table: dict[str, Any] = {}
    for field in attrs.fields(type(value)):
        given = getattr(value, field.name)
        if not field.init or given is None or given == field.default:
            continue
        if isinstance(given, Condition):
            table[field.name] = condition_document(nouns[field.name], given)
        else:
            table[field.name] = plain(given)
    return table


def condition_document(noun: Noun, where: Condition) -> dict[str, Any]:
    """Return the document of a condition."""
    document = to_document(Query(noun, where))
    return {key: document[key] for key in ("version", "noun", "where")}


def plain(value: Any) -> Any:
    """Return a value as TOML and JSON have it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Duration):
        return value.text
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
