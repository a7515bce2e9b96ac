"""Every door of the query language with every nasty value: taken or refused with a typed error, and never misread."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.errors import LoyaltyError
from loyalcore.query import (
    Choice,
    Listing,
    Noun,
    Position,
    Query,
    Relative,
    Text,
    TextSet,
    from_document,
    matches,
    page,
    page_of,
    parse,
    read_cursor,
    resolve,
    to_document,
    write_cursor,
)
from tests.corpus._values import MEGABYTE, NASTY
from tests.unit.query._people import BERLIN, FIELDS, NOW, PEOPLE, P, Person

if TYPE_CHECKING:
    from collections.abc import Callable

# What somebody writes who wants more than to ask.
INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE customers; --",
    '" OR tier:gold OR name:"',
    "gold) OR (*",
    "gold OR *",
    "gold sort:-id",
    "%",
    "_",
    "%%",
    "a%b_c\\",
    "\\",
    "\\'",
    '\\"',
    "{{7*7}}",
    "${name}",
    "%(name)s",
    ":name",
    "?",
    "$1",
    "x'41'",
    "/* */",
    "CHAR(65)",
    "=cmd|'/c calc'!A0",
    "*",
    "-*",
    "..",
    "1..2",
    "(a,b)",
    ">=5",
    "~a",
    "^a",
    "null",
    "None",
    "{}",
    "[]",
    "\U0001f600",
    "\u00df",
    "a" * 1_000,
]
FIELD = [*FIELDS[:-1], P.attributes["color"]]


@pytest.mark.parametrize("text", INJECTIONS, ids=[ascii(text[:30]) for text in INJECTIONS])
def test_a_value_is_only_a_value(text: str) -> None:
    """A value that looks like a question asks for itself, through each of the three ways."""
    asked = [P.tier == text, P.tier.contains(text), P.tier.starts_with(text), P.tier.in_([text]), P.tags.has(text)]
    for where in asked:
        query = Query(PEOPLE, where)
        document = json.loads(json.dumps(to_document(query)))
        for same in (query, parse(str(query), PEOPLE), from_document(document, PEOPLE)):
            assert same == query
            assert matches(same, Person(tier=text, tags=frozenset({text})), NOW, BERLIN)
            assert not matches(same, Person(tier="other", tags=frozenset({"other"})), NOW, BERLIN)


@pytest.mark.parametrize("text", INJECTIONS, ids=[ascii(text[:30]) for text in INJECTIONS])
def test_a_field_is_only_a_known_field(text: str) -> None:
    """A name that looks like a question is no field, wherever a field is named."""
    document = {"version": 1, "noun": "person", "where": {"field": text, "op": "missing"}}
    named: list[Callable[[], Any]] = [
        lambda: PEOPLE.field(text),
        lambda: P.attributes[f"{text}!"],
        lambda: Text(f"{text}!", lambda record: record),
        lambda: parse(f"{text}:1", PEOPLE),
        lambda: parse(f'no:"{text}"', PEOPLE),
        lambda: parse(f'sort:"{text}"', PEOPLE),
        lambda: from_document(document, PEOPLE),
        lambda: from_document({"version": 1, "noun": "person", "sort": [{"field": text}]}, PEOPLE),
    ]
    for door in named:
        with pytest.raises(LoyaltyError):
            door()


def doors(value: Any) -> list[Callable[[], Any]]:
    """Each way in which a value can reach the language."""
    document = {"version": 1, "noun": "person"}
    ways: list[Callable[[], Any]] = [
        lambda: parse(value, PEOPLE),
        lambda: from_document(value, PEOPLE),
        lambda: from_document({**document, "where": value}, PEOPLE),
        lambda: from_document({**document, "sort": value}, PEOPLE),
        lambda: from_document({"version": value, "noun": "person"}, PEOPLE),
        lambda: from_document({"version": 1, "noun": value}, PEOPLE),
        lambda: from_document({**document, "sort": [{"field": "tier", "descending": value}]}, PEOPLE),
        lambda: from_document({**document, "where": {"field": "tier", "op": value, "value": "a"}}, PEOPLE),
        lambda: PEOPLE.field(value),
        lambda: P.attributes[value],
        lambda: Query(value),
        lambda: Query(PEOPLE, value),
        lambda: Query(PEOPLE, sort=value),
        lambda: Query(PEOPLE, sort=[value]),
        lambda: Noun(value, [P.id], ids=[P.id]),
        lambda: Noun("person", value, ids=[P.id]),
        lambda: Noun("person", [value], ids=[P.id]),
        lambda: Noun("person", FIELDS, ids=value),
        lambda: Noun("person", FIELDS, ids=[value]),
        lambda: Noun("person", FIELDS, ids=[P.id], kind=value),
        lambda: Noun("person", FIELDS, ids=[P.id], aliases=value),
        lambda: Noun("person", FIELDS, ids=[P.id], aliases={"x": value}),
        lambda: Text(value, lambda record: record),
        lambda: Text("x", lambda record: record, column=value),
        lambda: Choice("x", lambda record: record, choices=value),
        lambda: Choice("x", lambda record: record, choices={"a": value}),
        lambda: Listing(Query(PEOPLE), environment="live", count=value),
        lambda: Relative(value, "d"),
        lambda: Relative(1, value),
        lambda: read_cursor(Query(PEOPLE), value),
        lambda: write_cursor(Query(PEOPLE), Position(("a",)), b"", value),
        lambda: page_of(Query(PEOPLE), [], value),
        lambda: page(Query(PEOPLE), [], NOW, BERLIN, size=value),
        lambda: page(Query(PEOPLE), [], NOW, BERLIN, secret=value),
        lambda: matches(P.tier == "a", Person(), value, BERLIN),
    ]
    for field in FIELD:
        if isinstance(field, TextSet):
            ways += [partial(asks, field, ask, value) for ask in ("has", "any_of", "all_of")]
            continue
        for ask in ("__eq__", "__ne__", "__lt__", "__ge__", "in_", "not_in", "contains", "starts_with"):
            if ask in ("__lt__", "__ge__") and not hasattr(field, "between"):
                continue
            if hasattr(field, ask):
                ways.append(partial(asks, field, ask, value))
    for field in FIELD:
        for op in ("=", "in", "contains", "between"):
            where = {"field": field.name, "op": op, "value": value}
            ways.append(partial(from_document, {**document, "where": where}, PEOPLE))
    return ways


def asks(field: Any, ask: str, value: Any) -> None:
    """Ask a field, write the condition and read it again."""
    condition = getattr(field, ask)(value)
    query = Query(PEOPLE, condition)
    resolve(condition, NOW, BERLIN)
    assert parse(str(query), PEOPLE) == query
    assert from_document(to_document(query), PEOPLE) == query


@pytest.mark.parametrize("label", NASTY)
def test_a_nasty_value_is_taken_or_refused(label: str) -> None:
    """Each value at each door gives an answer or a typed error that does not repeat a text that was spoiled."""
    faults = []
    for number, way in enumerate(doors(NASTY[label])):
        try:
            way()
        except LoyaltyError as error:
            if "spoiled" in f"{error} {error.details}" and "is no field of" not in str(error):
                faults.append(f"door {number}: the text is in the error")
            if len(str(error)) > MEGABYTE // 100:
                faults.append(f"door {number}: a long error")
        except Exception as error:  # noqa: BLE001 - is what this test looks for
            faults.append(f"door {number}: {type(error).__name__}: {str(error)[:80]}")
    assert faults == []
