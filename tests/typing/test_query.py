"""The types of queries: what a checker infers, and what it refuses.

Each line that a checker must refuse ends with an ignore for it. Both checkers report an ignore that is not needed, so
a mistake that one of them no longer finds is found here.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_type
from zoneinfo import ZoneInfo

import attrs
import pytest

from loyalcore.errors import InvalidInput
from loyalcore.query import (
    YESTERDAY,
    Amount,
    Attribute,
    Choice,
    Condition,
    Day,
    Flag,
    Id,
    Instant,
    Listing,
    Noun,
    Order,
    Page,
    Query,
    Text,
    TextMap,
    TextSet,
    Whole,
    counted,
    nearest,
    page,
    page_of,
    parse,
)


class Points:
    """The fields of a customer's points."""

    active = Whole("points.active", lambda record: record.active)


class C:
    """The fields of a customer."""

    id = Id("id", lambda record: record.id, is_required=True)
    tier = Text("tier", lambda record: record.tier)
    tags = TextSet("tags", lambda record: record.tags)
    spent = Amount("spent", lambda record: record.spent)
    joined_at = Instant("joined_at", lambda record: record.joined_at)
    born_on = Day("born_on", lambda record: record.born_on)
    is_member = Flag("is_member", lambda record: record.is_member)
    stage = Choice("stage", lambda record: record.stage, choices={"new": is_member.is_(False)})
    attributes = TextMap("attributes", lambda record: record.attributes)
    points = Points


@attrs.frozen
class Row:
    """A record."""

    id: str
    tier: str


def test_questions_make_conditions() -> None:
    """Each comparison, and what combines them, is a condition."""
    assert_type((C.points.active >= 500) & C.tags.has("vip") & ~C.tier.in_(["gold"]), Condition)
    assert_type(C.points.active == 500, Condition)
    assert_type(C.tier != "gold", Condition)
    assert_type(C.spent.between(Decimal("1.50"), 10), Condition)
    assert_type((C.joined_at < YESTERDAY) | (C.joined_at >= date(2024, 1, 1)), Condition)
    assert_type(C.joined_at == datetime(2024, 1, 1, tzinfo=UTC), Condition)
    assert_type(C.born_on.is_missing(), Condition)
    assert_type(C.is_member.is_(True), Condition)
    assert_type(C.attributes["color"], Attribute)
    assert_type(C.id.starts_with("a"), Condition)
    assert_type(C.stage.in_(["new"]), Condition)
    assert_type(C.tier.desc(), Order)


def test_lists_have_types() -> None:
    """A query, its parsed form, and a page of records."""
    noun = Noun("customer", [C.id, C.tier], ids=[C.id])
    assert_type(parse("tier:gold", noun), Query)
    now = datetime(2024, 1, 1, tzinfo=UTC)
    found = page(Query(noun, C.tier == "gold"), [Row("a", "gold")], now, ZoneInfo("UTC"))
    assert_type(found, Page[Row])
    listing = Listing(Query(noun), environment="live", count=2)
    rows = nearest(listing, [Row("a", "gold")], now)
    assert_type(rows, list[Row])
    assert_type(page_of(listing.query, rows, 1, scope=listing.scope), Page[Row])
    assert_type(counted(listing, rows, now), int)


def test_a_wrong_value_is_refused_by_the_checker_and_at_run_time() -> None:
    """What the checker refuses is `InvalidInput` when it is run."""
    with pytest.raises(InvalidInput):
        _ = C.points.active >= "500"  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        _ = C.points.active < 5.5  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        C.points.active.between(1, "2")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        C.points.active.in_(["gold"])  # type: ignore[list-item]
    with pytest.raises(InvalidInput):
        C.tier.in_([5])  # type: ignore[list-item]
    with pytest.raises(InvalidInput):
        C.tier.contains(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        C.tags.has(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        C.id.in_([5])  # type: ignore[list-item]
    with pytest.raises(InvalidInput):
        C.stage.is_(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        _ = C.spent < 1.5  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        _ = C.spent >= "1.50"  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        _ = C.joined_at < "today"  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        C.is_member.is_("yes")  # type: ignore[arg-type]


def test_what_a_type_cannot_be_asked_is_not_there() -> None:
    """A text has no `<`, a number no `contains`, a set no `==` that makes a condition."""
    with pytest.raises(TypeError):
        _ = C.tier < "gold"  # type: ignore[operator]
    with pytest.raises(AttributeError):
        C.points.active.contains("5")  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        C.id.contains("5")  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        C.tags.asc()  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput):
        _ = (C.points.active >= 500) & True  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        _ = C.points.active > 5 & C.tags.has("vip")  # type: ignore[operator]
    with pytest.raises(InvalidInput):
        _ = "gold" in C.tier  # type: ignore[operator]


def test_a_comparison_with_a_wrong_type_is_no_condition() -> None:
    """Checkers take `==` with another type for a `bool`, which cannot be used as a condition."""
    noun = Noun("customer", [C.id, C.tier], ids=[C.id])
    with pytest.raises(InvalidInput):
        Query(noun, C.tier == 5)  # type: ignore[arg-type]
