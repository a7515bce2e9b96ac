"""Columns, compiled to one function."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from loyalcore.errors import InvalidInput
from loyalcore.screens import Column, iso, row_maker


def test_columns_keep_their_order_and_may_share_a_source() -> None:
    """A value may stand in several columns, shown in different ways, with empty ones between them."""
    columns = [
        Column("month", "month", show=str),
        Column("none"),
        Column("year", "year"),
        Column("again", "month"),
        Column("hex", "month", show=hex),
    ]
    assert row_maker(columns)(date(2024, 10, 12)) == ("10", None, 2024, 10, "0xa")


def test_one_column_makes_rows_of_one_cell() -> None:
    """A single column, or a single source among empty columns, works like many."""
    assert row_maker([Column("year", "year")])(date(2024, 10, 12)) == (2024,)
    assert row_maker([Column("none"), Column("year", "year", show=str)])(date(2024, 10, 12)) == (None, "2024")


def test_a_source_may_be_dotted() -> None:
    """An attribute of an attribute is a source."""
    assert row_maker([Column("real", "year.real"), Column("day", "day")])(date(2024, 10, 12)) == (2024, 12)


def test_no_value_is_neither_shown_nor_guarded() -> None:
    """None stays None: it is an empty cell, and no text."""
    row = row_maker([Column("x", "__doc__", show=len, is_text=True), Column("y", "__class__")], guard=str.upper)
    assert row(type("Quiet", (), {"__doc__": None})())[0] is None


def test_only_text_columns_are_guarded_after_they_are_shown() -> None:
    """The guard sees the text of the cell."""
    columns = [Column("a", "year", show=str, is_text=True), Column("b", "year", show=str), Column("c", "month")]
    assert row_maker(columns, guard=lambda text: f"<{text}>")(date(2024, 10, 12)) == ("<2024>", "2024", 10)
    texts = [Column("d", "text", is_text=True), Column("e", "real")]
    assert row_maker(texts, guard=str.upper)(type("Named", (), {"text": "a", "real": 1})()) == ("A", 1)


def test_columns_without_any_source_are_refused() -> None:
    """A table of nothing but empty cells is a mistake."""
    with pytest.raises(InvalidInput):
        row_maker([Column("none")])
    with pytest.raises(InvalidInput):
        row_maker([])


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2024, 10, 12, tzinfo=UTC), "2024-10-12T00:00:00Z"),
        (datetime(2024, 10, 12, 7, 20, 50, 120, tzinfo=UTC), "2024-10-12T07:20:50.000120Z"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00Z"),
    ],
)
def test_instants_are_iso_8601_in_utc(instant: datetime, text: str) -> None:
    """An instant ends with Z, and has microseconds where it has some."""
    assert iso(instant) == text
