"""The search string: what each form asks, and where a wrong one goes wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loyalcore.errors import InvalidInput, InvalidQuery, LimitExceeded
from loyalcore.query import (
    TODAY,
    YESTERDAY,
    Condition,
    Every,
    Order,
    Query,
    Spans,
    months_ago,
    parse,
    resolve,
    weeks_ago,
    years_ago,
)
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P

# What is typed, what it asks, and how it is written back where that differs.
FORMS: list[tuple[str, Condition, str | None]] = [
    ("", Every(), "*"),
    (" \t\r\n ", Every(), "*"),
    ("-*", ~Every(), None),
    ("(((*)))", Every(), "*"),
    ("points:500", P.points.active == 500, "points.active:500"),
    ("points.active:=500", P.points.active == 500, "points.active:500"),
    ("points.active: 500", P.points.active == 500, "points.active:500"),
    ("points.active:!=500", P.points.active != 500, "-points.active:500"),
    ("points.active:<-5", P.points.active < -5, None),
    ("points.active:<=0", P.points.active <= 0, None),
    ("points.active:>500", P.points.active > 500, None),
    ("points.active:>=500", P.points.active >= 500, None),
    ("points.active:500..1000", P.points.active.between(500, 1000), None),
    ("points.active:-5 .. -1", P.points.active.between(-5, -1), "points.active:-5..-1"),
    ("points.active:(1,2)", P.points.active.in_([1, 2]), None),
    ("points.active:( 1 , 2 )", P.points.active.in_([1, 2]), "points.active:(1,2)"),
    ("tier:(gold)", P.tier == "gold", "tier:gold"),
    ("tier:()", P.tier.in_([]), None),
    ("tier:gold", P.tier == "gold", None),
    ('tier:"gold"', P.tier == "gold", "tier:gold"),
    ('tier:""', P.tier == "", None),
    ('tier:"no \\"way\\" \\\\"', P.tier == 'no "way" \\', None),
    ('tier:"a..b"', P.tier == "a..b", None),
    ('tier:"*"', P.tier == "*", None),
    ("tier:Zoë", P.tier == "Zoë", 'tier:"Zoë"'),
    ("tier:a.b", P.tier == "a.b", None),
    ("tier:~old", P.tier.contains("old"), None),
    ('tier:^"go ld"', P.tier.starts_with("go ld"), None),
    ("-tier:gold", P.tier != "gold", None),
    ("no:tier", P.tier.is_missing(), None),
    ("-no:tier", ~P.tier.is_missing(), None),
    ("tag:vip", P.tags.has("vip"), "tags:vip"),
    ("tags:(vip,new)", P.tags.any_of(["vip", "new"]), None),
    ("tags:()", P.tags.any_of([]), None),
    ("spent:9.90", P.spent == Decimal("9.9"), "spent:9.9"),
    ("spent:<0", P.spent < 0, None),
    ("is_member:yes", P.is_member.is_(True), None),
    ("is_member:true", P.is_member.is_(True), "is_member:yes"),
    ("is_member:false", P.is_member.is_(False), "is_member:no"),
    ("joined_at:today", P.joined_at == TODAY, None),
    ("joined_at:-4w..yesterday", P.joined_at.between(weeks_ago(4), YESTERDAY), None),
    ("joined_at:>=12_months_ago", P.joined_at >= months_ago(12), "joined_at:>=-12m"),
    ("joined_at:>+1y", P.joined_at > years_ago(-1), None),
    ("joined_at:2024-02-29", P.joined_at == date(2024, 2, 29), None),
    (
        "joined_at:<2024-10-12T09:20:50+02:00",
        P.joined_at < datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC),
        "joined_at:<2024-10-12T07:20:50.000000Z",
    ),
    ("born_on:1815-12-10", P.born_on == date(1815, 12, 10), None),
    ("attributes.shoe-size:42", P.attributes["shoe-size"] == "42", None),
    ("no:attributes.color", P.attributes["color"].is_missing(), None),
    ("no:attributes", P.attributes.is_missing(), None),
    ("tier:a tier:b", (P.tier == "a") & (P.tier == "b"), None),
    ("tier:a OR tier:b", (P.tier == "a") | (P.tier == "b"), None),
    (
        "tier:a tier:b OR tier:c",
        ((P.tier == "a") & (P.tier == "b")) | (P.tier == "c"),
        None,
    ),
    ("tier:a (tier:b OR tier:c)", (P.tier == "a") & ((P.tier == "b") | (P.tier == "c")), None),
    ("-(tier:a OR tier:b)", ~((P.tier == "a") | (P.tier == "b")), None),
    ("-(-(tier:a))", P.tier == "a", "tier:a"),
    ("* tier:a", P.tier == "a", "tier:a"),
    ("* OR tier:a", Every() | (P.tier == "a"), None),
]


@pytest.mark.parametrize(("text", "condition", "written"), FORMS, ids=[text for text, _, _ in FORMS])
def test_each_form_asks_one_thing(text: str, condition: Condition, written: str | None) -> None:
    """A form is read as its condition, which is written in one way."""
    query = parse(text, PEOPLE)
    assert query == Query(PEOPLE, condition)
    assert str(query) == (text if written is None else written)


@pytest.mark.parametrize(
    ("text", "sort", "written"),
    [
        ("sort:tier", [P.tier.asc()], "sort:tier"),
        ("sort:-points", [P.points.active.desc()], "sort:-points.active"),
        ("sort:tier/missing_first", [P.tier.asc(missing_first=True)], "sort:tier/missing_first"),
        ("sort:-tier sort:id", [P.tier.desc(), P.id.asc()], "sort:-tier sort:id"),
        ("sort:-id tier:a", [P.id.desc()], "tier:a sort:-id"),
        ("tier:a OR tier:b sort:id", [P.id.asc()], "(tier:a OR tier:b) sort:id"),
        ("sort:id OR tier:a", [P.id.asc()], "tier:a sort:id"),
    ],
)
def test_orders_stand_anywhere_outside(text: str, sort: list[Order], written: str) -> None:
    """The orders count in the order in which they stand, and are written last."""
    query = parse(text, PEOPLE)
    assert query.sort == tuple(sort)
    assert str(query) == written


# What is typed, the column, and a part of the message.
WRONG = [
    ("nmae:ada", 1, "did you mean name?"),
    ("tier:gold  pionts:5", 12, "did you mean points?"),
    ("zzz:1", 1, "'zzz' is no field of person"),
    ("no:nmae", 1, "did you mean name?"),
    ("sort:teir", 1, "did you mean tier?"),
    ("attributes.:x", 1, "is no field"),
    ("attributes.A:x", 1, "must be a name of a-z"),
    ("attributes:red", 12, "attributes.NAME"),
    ("tier.x:red", 1, "is no field"),
    ("name:", 6, "ends too early"),
    ("tier:a OR", 10, "ends too early"),
    ("(tier:a", 8, "ends too early"),
    ("points:500..", 13, "ends too early"),
    ("tier:(a,", 9, "ends too early"),
    ("tier:(a,)", 9, "not understood"),
    ("tier:a)", 7, "not understood"),
    ("OR tier:a", 1, "OR in capitals, between two clauses"),
    ("tier:a or tier:b", 8, "OR in capitals"),
    ("points>=5", 1, "write points:>= with the value behind it"),
    ("tag:vip points.earned > 5", 9, "write points.earned:> with"),
    ("tier == gold", 1, "write tier: with"),
    ("tier != gold", 1, "write -tier: with"),
    ("tag:vip sort=-points", 9, "write sort: with"),
    ('{"noun": "person"}', 1, "give a query in JSON parsed"),
    ("points:5..", 11, "write field:>=500"),
    ("points:=>5", 9, "write >= and not =>"),
    ("tier:a AND tier:b", 8, "leave AND out"),
    ("tier:a and tier:b", 8, "leave AND out"),
    ("NOT tier:a", 1, "write -field:value"),
    ("gold", 1, "write field:value"),
    ("tier:gold coin", 11, "quote a value with blanks"),
    ("--tier:a", 2, "not understood"),
    ('tier:"a', 6, "a quote that stands alone"),
    ("tier:a\x00b", 6, "must not hold control characters"),
    ("tier:\ud800", 6, "must not hold control characters"),
    ("tier:a\u202eb", 6, "must not hold control characters"),
    ("points:5e3", 8, "must be a whole number such as 500"),
    ("points:1_000", 8, "must be a whole number"),
    ("points:\u0665", 8, "must be a whole number"),
    ("points:1..x", 11, "must be a whole number"),
    ("points:(1,x)", 11, "must be a whole number"),
    ("spent:1e5", 7, "must be an amount such as 12.50"),
    ("spent:NaN", 7, "must be an amount"),
    ("is_member:maybe", 11, "must be yes or no"),
    ("is_member:>no", 1, "cannot be compared by >"),
    ("joined_at:2024-02-30", 11, "names a day that does not exist"),
    ("joined_at:2024-01-01T00:00", 11, "ISO 8601 instant with its offset"),
    ("joined_at:4w", 11, "must be a day such as"),
    ("born_on:2024-01-01T00:00:00Z", 9, "must be a day such as"),
    ("tier:>gold", 1, "at column 1: tier: is of the type text and cannot be compared by >"),
    ("tier:a..b", 1, "cannot have a range"),
    ("tags:<a", 1, "cannot be compared by <"),
    ("tags:~a", 1, "cannot be asked by contains"),
    ("points:^5", 1, "cannot be asked by starts_with"),
    ("no:(tier)", 1, "must be followed by the name of a field"),
    ("sort:>tier", 1, "must be followed by the name of a field"),
    ("sort:tags", 1, "cannot be sorted by tags"),
    ("sort:attributes.color", 1, "cannot be sorted by"),
    ("sort:tier sort:-tier", 11, "names a field twice"),
    ("(sort:tier)", 2, "must stand outside of parentheses"),
    ("-sort:tier", 2, "must stand outside of parentheses"),
]


@pytest.mark.parametrize(("text", "column", "words"), WRONG, ids=[ascii(text) for text, _, _ in WRONG])
def test_a_wrong_string_says_where(text: str, column: int, words: str) -> None:
    """A string that cannot be read says at which character, and what to do."""
    with pytest.raises(InvalidQuery) as caught:
        parse(text, PEOPLE)
    assert caught.value.column == column
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (" ".join(["points:1"] * 51), 50),
        (" OR ".join(["points:1"] * 51), 50),
        (f"points:({','.join(['1'] * 501)})", 500),
        ("-(tier:a -(tier:a -(tier:a tier:b)))", 5),
        ("(" * 5_000 + "*" + ")" * 5_000, 20),
        ("-(" * 5_000 + "*" + ")" * 5_000, 20),
        ("tier:" + "a" * 1_001, 1_000),
        ("points:9223372036854775808", 2**63 - 1),
        ("spent:" + "9" * 16, 15),
        (" " * 100_001, 100_000),
        (" ".join(f"sort:{name}" for name in ("tier", "name", "points", "spent", "joined_at", "born_on")), 5),
    ],
    ids=lambda each: str(each)[:20],
)
def test_the_limits_hold_for_what_is_typed(text: str, limit: int) -> None:
    """What is beyond a limit is refused by that limit."""
    with pytest.raises(LimitExceeded) as caught:
        parse(text, PEOPLE)
    assert caught.value.limit == limit


@pytest.mark.parametrize("text", [None, 5, b"tier:a", ["tier:a"]])
def test_only_a_text_is_read(text: Any) -> None:
    """What is no text is refused."""
    with pytest.raises(InvalidInput, match="query: must be a text"):
        parse(text, PEOPLE)


def test_the_longest_query_is_written_and_read() -> None:
    """Fifty clauses and a list of five hundred are within the limits."""
    query = Query(PEOPLE, P.points.active.in_(range(500)))
    assert parse(str(query), PEOPLE) == query
    assert parse(" ".join(["points:1"] * 50), PEOPLE).where.clauses == 50


def test_what_is_resolved_has_no_search_string() -> None:
    """Days are lost by resolving, so that there is nothing to write."""
    spans = resolve(P.joined_at == TODAY, NOW, BERLIN)
    assert isinstance(spans, Spans)
    with pytest.raises(InvalidInput, match="has been resolved"):
        str(Query(PEOPLE, spans))


def test_a_message_does_not_repeat_a_value() -> None:
    """A value that was typed stands in no error."""
    with pytest.raises(InvalidQuery) as caught:
        parse("born_on:ada-lovelace-1815", PEOPLE)
    assert "lovelace" not in f"{caught.value} {caught.value.details}"
