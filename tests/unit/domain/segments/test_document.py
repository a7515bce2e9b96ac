"""The document of a condition: what may be one, and its one text."""

from __future__ import annotations

import json
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest

from loyalcore.domain.segments import check_document, document_of, read_condition
from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.query import TODAY, Day, Id, Instant, Noun, Query, Text, Whole, days_ago, resolve
from loyalcore.values.clock import parse_instant
from loyalcore.values.zones import check_zone

NAMED = Id("id", lambda customer: customer.id, is_required=True)
CITY = Text("city", lambda customer: customer.city)
ORDERS = Whole("orders", lambda customer: customer.orders)
BORN = Day("born", lambda customer: customer.born)
SEEN = Instant("seen_at", lambda customer: customer.seen_at)
NOUN = Noun("customer", [NAMED, CITY, ORDERS, BORN, SEEN], ids=[NAMED])
DOCUMENT = {"version": 1, "noun": "customer", "where": {"field": "orders", "op": ">=", "value": 3}}
TEXT = '{"noun":"customer","version":1,"where":{"field":"orders","op":">=","value":3}}'


def document(where: Any) -> dict[str, Any]:
    """Give the document of a condition."""
    return {**DOCUMENT, "where": where}


def nested(depth: int) -> dict[str, Any]:
    """Give a table in a table in a table."""
    table: dict[str, Any] = {}
    for _ in range(depth):
        table = {"not": table}
    return table


@pytest.mark.parametrize(
    "value",
    [DOCUMENT, TEXT, json.dumps(DOCUMENT, indent=4), OrderedDict(DOCUMENT), MappingProxyType(DOCUMENT)],
    ids=["table", "text", "text with blanks", "ordered", "read-only"],
)
def test_a_document_has_one_text(value: Any) -> None:
    """However a document is given, its text is the same."""
    assert check_document(value, "where") == TEXT


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        True,
        [],
        "",
        "{",
        "[]",
        "null",
        "points:>=500",
        '{"value": 1.5}',
        '{"value": NaN}',
        "[" * 60_000,
        {"value": 1.5},
        {"value": object()},
        {"value": {5: 1}},
        {5: 1},
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_document_is_refused(value: Any) -> None:
    """What is no table of what a query's JSON has is refused under the name it was given by."""
    with pytest.raises(InvalidInput) as caught:
        check_document(value, "where")
    assert caught.value.path == "where"
    assert str(caught.value).count("where: ") == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x" * 65_537, "has 65537 characters"),
        ({"value": "x" * 65_530}, "has 65542 characters"),
        ({"value": "x" * 65_536}, "is too long"),
        ({"x" * 65_536: None}, "is too long"),
        ({"value": [1] * 65_536}, "is too long"),
        (nested(40), "nests too deep"),
        ({"value": 1 << 300}, "too large a number"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_too_much_is_refused(value: Any, said: str) -> None:
    """A document beyond a limit is refused with it."""
    with pytest.raises(LimitExceeded, match=said) as caught:
        check_document(value, "where")
    assert caught.value.path == "where"
    assert str(caught.value).endswith(f"(at most {caught.value.limit})")


def test_the_longest_document_is_taken() -> None:
    """A text of 65,536 characters is still a document."""
    table = {"value": "x" * (65_536 - len('{"value":""}'))}
    assert len(check_document(table, "where")) == 65_536


def test_what_holds_itself_is_refused() -> None:
    """A table that holds itself, or one list or text over and over, is refused before it is written."""
    table: dict[str, Any] = {}
    table["where"] = table
    several: list[Any] = []
    for _ in range(60):
        several = [several, several]
    for value in (table, {"where": several}, {"where": ["x" * 10_000] * 1_000}):
        with pytest.raises(LimitExceeded):
            check_document(value, "where")


def test_a_condition_comes_back() -> None:
    """The document of a condition is read as the same condition, its days as they were written."""
    where = (CITY == "Zürich") & BORN.between(days_ago(30), TODAY) | ~(ORDERS == 3)
    text = document_of(Query(NOUN, where))
    assert text.isascii()
    assert read_condition(text, NOUN) == where
    assert document_of(Query(NOUN, read_condition(text, NOUN))) == text == check_document(text, "where")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "version"),
        ({**DOCUMENT, "version": 2}, "version"),
        ({**DOCUMENT, "noun": "entry"}, "noun"),
        (document({"field": "town", "op": "missing"}), "where.field"),
        (document({"all": [{"field": "orders", "op": ">=", "value": "3"}]}), "where.all[0].value"),
    ],
)
def test_a_document_with_faults_is_refused(given: dict[str, Any], path: str) -> None:
    """A document that says nothing about the noun is refused, its faults by their paths."""
    with pytest.raises(InvalidDocument) as caught:
        read_condition(check_document(given, "where"), NOUN)
    assert caught.value.path == "where"
    assert path in [fault.path for fault in caught.value.faults]


def test_an_order_is_no_part_of_a_segment() -> None:
    """A document or a query with an order is refused, an empty list of orders is none."""
    sorting = [{"field": "orders"}]
    with pytest.raises(InvalidInput, match="leave the sorting out"):
        read_condition(check_document({**DOCUMENT, "sort": sorting}, "where"), NOUN)
    with pytest.raises(InvalidInput, match="leave the sorting out"):
        document_of(Query(NOUN, ORDERS >= 3, [ORDERS.asc()]))
    assert read_condition(check_document({**DOCUMENT, "sort": []}, "where"), NOUN) == (ORDERS >= 3)


def test_a_resolved_condition_has_no_document() -> None:
    """Days that have become instants cannot be kept."""
    at = parse_instant("2026-01-31T12:00:00Z", "at")
    resolved = resolve(SEEN == TODAY, at, check_zone("UTC", "zone"))
    with pytest.raises(InvalidInput, match="has been resolved") as caught:
        document_of(Query(NOUN, resolved))
    assert caught.value.path == "where"
