"""The JSON form: what each condition is written as, and the faults of a document by their path."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.query import (
    TODAY,
    Condition,
    Every,
    Query,
    from_document,
    parse,
    resolve,
    to_document,
    weeks_ago,
)
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P

FORMS: list[tuple[Condition, Any]] = [
    (Every(), {"all": []}),
    (~Every(), {"not": {"all": []}}),
    (P.points.active >= 500, {"field": "points.active", "op": ">=", "value": 500}),
    (P.points.active.between(1, 2), {"field": "points.active", "op": "between", "value": [1, 2]}),
    (P.tier.in_(["a", "b"]), {"field": "tier", "op": "in", "value": ["a", "b"]}),
    (P.tier.in_([]), {"field": "tier", "op": "in", "value": []}),
    (P.tier.not_in(["a", "b"]), {"not": {"field": "tier", "op": "in", "value": ["a", "b"]}}),
    (P.tier.in_(["a"]), {"field": "tier", "op": "=", "value": "a"}),
    (P.tier.contains("a"), {"field": "tier", "op": "contains", "value": "a"}),
    (P.tier.starts_with("a"), {"field": "tier", "op": "starts_with", "value": "a"}),
    (P.tags.has("vip"), {"field": "tags", "op": "any_of", "value": ["vip"]}),
    (P.tags.is_missing(), {"field": "tags", "op": "missing"}),
    (P.spent < Decimal("9.90"), {"field": "spent", "op": "<", "value": "9.9"}),
    (P.is_member.is_(False), {"field": "is_member", "op": "=", "value": False}),
    (P.joined_at > weeks_ago(4), {"field": "joined_at", "op": ">", "value": "-4w"}),
    (
        P.joined_at <= datetime(2024, 1, 1, tzinfo=UTC),
        {"field": "joined_at", "op": "<=", "value": "2024-01-01T00:00:00.000000Z"},
    ),
    (P.born_on == date(2024, 2, 29), {"field": "born_on", "op": "=", "value": "2024-02-29"}),
    (P.attributes["color"] == "red", {"field": "attributes.color", "op": "=", "value": "red"}),
    (
        (P.tier == "a") & ((P.tier == "b") | (P.tier == "c")),
        {
            "all": [
                {"field": "tier", "op": "=", "value": "a"},
                {"any": [{"field": "tier", "op": "=", "value": "b"}, {"field": "tier", "op": "=", "value": "c"}]},
            ]
        },
    ),
]
# What may be written as well, and what it means.
ALSO: list[tuple[Any, Condition]] = [
    ({"any": []}, ~Every()),
    ({"all": [{"all": []}]}, Every()),
    ({"field": "tier", "op": "!=", "value": "a"}, P.tier != "a"),
    ({"field": "tier", "op": "not_in", "value": ["a"]}, P.tier.not_in(["a"])),
    ({"field": "tag", "op": "=", "value": "a"}, P.tags.has("a")),
    ({"field": "tags", "op": "in", "value": ["a"]}, P.tags.any_of(["a"])),
    ({"field": "spent", "op": "=", "value": 5}, P.spent == 5),
    ({"not": {"not": {"field": "tier", "op": "missing"}}}, P.tier.is_missing()),
]


def document(where: object, **more: object) -> dict[str, object]:
    """Wrap a condition's document."""
    return {"version": 1, "noun": "person", "where": where, **more}


@pytest.mark.parametrize(("condition", "where"), FORMS, ids=[repr(each)[:50] for each, _ in FORMS])
def test_each_condition_has_one_document(condition: Condition, where: Any) -> None:
    """A condition is written as its document, which is read as the condition."""
    written = to_document(Query(PEOPLE, condition))
    assert written == document(where, sort=[])
    assert from_document(written, PEOPLE) == Query(PEOPLE, condition)


@pytest.mark.parametrize(("where", "condition"), ALSO, ids=lambda each: str(each)[:50])
def test_other_ways_to_write_are_read(where: Any, condition: Condition) -> None:
    """A document by hand may use the shorter words."""
    assert from_document(document(where), PEOPLE) == Query(PEOPLE, condition)


def test_orders_have_a_document() -> None:
    """The direction and the place of what is missing are written where they are not the usual ones."""
    query = Query(PEOPLE, sort=[P.tier.desc(missing_first=True), P.id.asc()])
    written = to_document(query)["sort"]
    assert written == [{"field": "tier", "descending": True, "missing_first": True}, {"field": "id"}]
    assert from_document({"version": 1, "noun": "person", "sort": written}, PEOPLE) == query


# A document, and its faults.
CLAUSE = {"field": "tier", "op": "=", "value": "a"}
WRONG: list[tuple[Any, list[tuple[str, str]]]] = [
    (None, [("", "must be a table")]),
    ([], [("", "must be a table")]),
    ({}, [("version", "must be 1"), ("noun", "must be person")]),
    ({"version": True, "noun": "person"}, [("version", "must be 1")]),
    ({"version": 2, "noun": "person"}, [("version", "must be 1")]),
    ({"version": 1, "noun": "order"}, [("noun", "must be person")]),
    (document(CLAUSE, limit=5), [("", "must have no other keys")]),
    (document(None), [("where", "must be a table")]),
    (document({}), [("where.field", "is required")]),
    (document({"field": "tier"}), [("where.op", "is required")]),
    (document({"field": "tier", "op": "="}), [("where.value", "is required")]),
    (document({"field": "tier", "op": "missing", "value": 1}), [("where.op", "goes with no value")]),
    (document({**CLAUSE, "op": "like"}), [("where.op", "must be one of missing, =")]),
    (document({**CLAUSE, "op": 5}), [("where.op", "must be one of")]),
    (document({**CLAUSE, "op": ["="]}), [("where.op", "must be one of")]),
    (document({**CLAUSE, "field": "teir"}), [("where.field", "did you mean tier?")]),
    (document({**CLAUSE, "field": 5}), [("where.field", "must be the name of a field")]),
    (document({**CLAUSE, "field": "attributes.A"}), [("attributes", "must be a name of a-z")]),
    (document({**CLAUSE, "value": 5}), [("where.value", "must be a text")]),
    (document({**CLAUSE, "value": "a\x00"}), [("where.value", "control characters")]),
    (document({**CLAUSE, "op": "<"}), [("where.value", "cannot be compared by <")]),
    (document({**CLAUSE, "op": "between", "value": ["a", "b"]}), [("where.value", "cannot have a range")]),
    (document({**CLAUSE, "op": "in", "value": "a"}), [("where.value", "must be a list")]),
    (document({**CLAUSE, "op": "in", "value": ["a", 5]}), [("where.value[1]", "must be a text")]),
    (document({"field": "points", "op": "=", "value": True}), [("where.value", "must be a whole number")]),
    (document({"field": "points", "op": "=", "value": 1.0}), [("where.value", "must be a whole number")]),
    (document({"field": "points", "op": "=", "value": "1"}), [("where.value", "must be a whole number")]),
    (document({"field": "points", "op": "contains", "value": 1}), [("where.value", "cannot be asked by contains")]),
    (document({"field": "points", "op": "between", "value": [1]}), [("where.value", "list of two values")]),
    (document({"field": "spent", "op": "=", "value": 1.5}), [("where.value", "must be a text, an int or a Decimal")]),
    (document({"field": "is_member", "op": "=", "value": 1}), [("where.value", "must be true or false")]),
    (document({"field": "joined_at", "op": "=", "value": 5}), [("where.value", "must be a text")]),
    (document({"field": "attributes", "op": "=", "value": "a"}), [("where.value", "attributes.NAME")]),
    (document({"all": 5}), [("where.all", "must be a list")]),
    (document({"all": [], "any": []}), [("where", "must have no other keys than all")]),
    (document({"not": CLAUSE, "value": 1}), [("where", "must have no other keys than not")]),
    (document({"field": "tier", 5: 6}), [("where", "must have no other keys")]),
    (
        document({"all": [{}, CLAUSE, {"not": {"any": [{"field": "x"}]}}]}),
        [("where.all[0].field", "is required"), ("where.all[2].not.any[0].op", "is required")],
    ),
    (document(CLAUSE, sort="tier"), [("sort", "must be a list")]),
    (document(CLAUSE, sort=["tier"]), [("sort[0]", "must be a table"), ("sort[0].field", "must be the name")]),
    (document(CLAUSE, sort=[{"field": "teir"}]), [("sort[0].field", "did you mean tier?")]),
    (document(CLAUSE, sort=[{"field": "tier", "descending": 1}]), [("sort[0]", "must have true or false")]),
    (document(CLAUSE, sort=[{"field": "tags"}]), [("sort[0]", "cannot be sorted by tags")]),
    (document(CLAUSE, sort=[{"field": "id"}, {"field": "id"}]), [("sort", "names a field twice")]),
]


@pytest.mark.parametrize(("wrong", "faults"), WRONG, ids=[str(each)[-60:] for each, _ in WRONG])
def test_a_wrong_document_says_all_of_its_faults(wrong: Any, faults: list[tuple[str, str]]) -> None:
    """Each fault is told with its path, all of them at once."""
    with pytest.raises(InvalidDocument) as caught:
        from_document(wrong, PEOPLE)
    found = caught.value.faults
    assert [fault.path for fault in found] == [path for path, _ in faults]
    assert all(words in fault.message for fault, (_, words) in zip(found, faults, strict=True))


def nested(levels: int) -> dict[str, Any]:
    """Put a clause into so many complements."""
    where: dict[str, Any] = CLAUSE
    for _ in range(levels):
        where = {"not": where}
    return where


@pytest.mark.parametrize(
    ("where", "limit"),
    [
        ({"all": [CLAUSE] * 51}, 50),
        (nested(5), 5),
        (nested(900), 5),
        ({"field": "tier", "op": "in", "value": ["a"] * 501}, 500),
        ({**CLAUSE, "value": "a" * 1_001}, 1_000),
        ({"field": "points", "op": "=", "value": 10**400}, 2**63 - 1),
    ],
    ids=str,
)
def test_the_limits_hold_for_documents(where: Any, limit: int) -> None:
    """What is beyond a limit is refused by that limit."""
    with pytest.raises(LimitExceeded) as caught:
        from_document(document(where), PEOPLE)
    assert caught.value.limit == limit


def test_what_is_resolved_has_no_document() -> None:
    """Days are lost by resolving, so that there is nothing to keep."""
    with pytest.raises(InvalidInput, match="has been resolved"):
        to_document(Query(PEOPLE, resolve(P.joined_at == TODAY, NOW, BERLIN)))


def test_the_three_ways_make_one_query() -> None:
    """The typed form, the search string and the document of one question are equal."""
    query = Query(PEOPLE, (P.points.active >= 500) & P.tags.has("vip") & ~(P.tier == "gold"), [P.joined_at.desc()])
    assert parse("points:>=500 tag:vip -tier:gold sort:-joined_at", PEOPLE) == query
    assert from_document(to_document(query), PEOPLE) == query
