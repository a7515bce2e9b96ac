"""Strategies for queries and for the awkward records that they are asked of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from loyalcore.query import Condition, Every, Field, Order, Query, Relative
from tests.unit.query._people import FIELDS, NOW, PEOPLE, P, Person

# Case, accents typed in two ways, ties, blanks, quotes, words of the search string, dots.
WORDS = [
    *("Ada", "ada", "ADA", "Zoë", "Zoe\u0308", "ZOE", "straße", "STRASSE", "İ", "\u0131", "\u017f", "ΐ"),
    *("", " ", "a b", 'say "x"', "0", "é%_'", "OR", "no", "*", "-a", "a..b", "..", "(x)", "a,b", ">=5"),
    *("~", "^", "today", "-4w", "\\", '\\"', "x:y"),
]
words = st.sampled_from(WORDS) | st.text(
    st.characters(exclude_categories=["C", "Z"], max_codepoint=0x3FF), max_size=4
).filter(str.isprintable)
wholes = st.sampled_from([0, 1, -1, 499, 500, 501, 2**63 - 1]) | st.integers(-5, 5)
amounts = st.sampled_from([Decimal(text) for text in ("0", "0.00", "9.99", "10", "10.00", "-3.5", "10.000000001")])
zones = st.sampled_from([ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo")])
# Midnights of the zones, and a microsecond to each side.
instants = st.builds(
    lambda hours, off: datetime(2024, 10, 1, tzinfo=UTC) + timedelta(hours=hours, microseconds=off),
    st.integers(-24 * 30, 24 * 30),
    st.sampled_from([0, 0, -1, 1]),
)
dates = st.builds(lambda days: date(2024, 9, 1) + timedelta(days=days), st.integers(0, 60))
days = (
    dates
    | st.builds(Relative, st.integers(-60, 20), st.just("d"))
    | st.builds(Relative, st.integers(-14, 3), st.sampled_from("wmy"))
)
LEVELS_MAX = 5
IDS = st.sampled_from(["A-1", "a-1", "a-2", "é", "e\u0301"])
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": words,
    "id": words | IDS,
    "choice": st.sampled_from(sorted(P.stage.choices)),
    "whole": wholes,
    "amount": amounts,
    "flag": st.booleans(),
    "instant": instants | days,
    "day": days,
    "texts": words,
}
FIELD = [*FIELDS[:-1], P.attributes["color"], P.attributes["x.y-z"]]


def people(ids: st.SearchStrategy[str] = IDS) -> st.SearchStrategy[Person]:
    """Make records in which any value may be missing."""
    return st.builds(
        Person,
        id=ids,
        name=st.none() | words,
        tier=st.none() | words,
        points=st.none() | wholes,
        spent=st.none() | amounts,
        is_member=st.none() | st.booleans(),
        joined_at=st.none() | instants,
        born_on=st.none() | dates,
        city_id=st.none() | words,
        tags=st.frozensets(words, max_size=3),
        attributes=st.dictionaries(st.sampled_from(["color", "x.y-z"]), words),
    )


def crowds(most: int) -> st.SearchStrategy[list[Person]]:
    """Make lists of records whose ids differ."""
    return st.lists(
        people(st.integers(0, 99).map(lambda number: f"{'pP'[number % 2]}{number // 2}")),
        max_size=most,
        unique_by=lambda person: person.id,
    )


@st.composite
def clauses(draw: st.DrawFn) -> Condition:
    """Make a clause of any kind about any field."""
    field = draw(st.sampled_from(FIELD))
    value = _VALUES[field.kind]
    some = st.lists(value, max_size=3)
    asks = [field.is_missing]
    if field.kind == "texts":
        asks += [lambda: field.has(draw(value)), lambda: field.any_of(draw(some))]
    else:
        asks += [lambda: field == draw(value), lambda: field != draw(value)]
        asks += [lambda: field.in_(draw(some)), lambda: field.not_in(draw(some))]
    if field.kind == "text":
        asks.append(lambda: field.contains(draw(value)))
    if field.kind in {"text", "id"}:
        asks.append(lambda: field.starts_with(draw(value)))
    if field.kind in {"whole", "amount", "instant", "day"}:
        asks += [lambda: field < draw(value), lambda: field <= draw(value)]
        asks += [lambda: field > draw(value), lambda: field >= draw(value)]
        asks += [lambda: field.between(draw(value), draw(value))]
    condition: Condition = draw(st.sampled_from(asks))()
    return condition


def conditions(levels: int = LEVELS_MAX) -> st.SearchStrategy[Condition]:
    """Make conditions of up to so many levels; a clause about a choice has those of what its words mean."""

    def grown(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        low = parts.filter(lambda part: part.depth < levels)
        return st.one_of(
            st.builds(lambda left, right: left & right, low, low),
            st.builds(lambda left, right: left | right, low, low),
            low.map(lambda part: ~part),
        )

    leaves = clauses().filter(lambda clause: clause.depth <= levels)
    return st.recursive(leaves | st.just(Every()), grown, max_leaves=5)


def queries() -> st.SearchStrategy[Query]:
    """Make queries with up to three orders."""
    sortable: list[Field] = [field for field in FIELDS if field.is_sortable]
    orders = st.builds(Order, st.sampled_from(sortable), is_descending=st.booleans(), is_missing_first=st.booleans())
    sorts = st.lists(orders, max_size=3, unique_by=lambda order: order.field.name)
    return st.builds(lambda where, sort: Query(PEOPLE, where, tuple(sort)), conditions(), sorts)


__all__ = ["NOW", "conditions", "crowds", "people", "queries", "words", "zones"]
