"""Tables as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from loyalcore.exports import TableWriter, unguard
from loyalcore.screens import Column


class Record(NamedTuple):
    """A text and a number."""

    text: str | None
    number: int


COLUMNS = (Column("text", "text", is_text=True), Column("number", "number"), Column("nothing"))


def written(*records: Record, **settings: Any) -> str:
    """Write a table and give its text."""
    file = io.StringIO(newline="")
    TableWriter(file, COLUMNS, **settings).write(records)
    return file.getvalue()


def test_a_table_is_rfc_4180() -> None:
    """Lines end with CR LF; a cell with a comma, a quote or a line end is quoted, its quotes doubled."""
    table = written(Record('a,"b"', 1), Record("c\nd", 2), Record("e", 3))
    assert table == 'text,number,nothing\r\n"a,""b""",1,\r\n"c\nd",2,\r\ne,3,\r\n'


def test_numbers_are_exempt_from_the_guard() -> None:
    """-10 stays -10, while a text that looks like it is guarded."""
    assert written(Record("-10", -10)).splitlines()[1] == "'-10,-10,"


def test_the_guard_can_be_left_off() -> None:
    """Without the guard texts are written as they are."""
    assert written(Record("=1", 1), is_guarded=False).splitlines()[1] == "=1,1,"


def test_no_value_is_an_empty_cell() -> None:
    """None, and a column that has no source, are empty."""
    assert written(Record(None, 0)).splitlines()[1] == ",0,"


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers()), max_size=4))
def test_a_table_is_read_back(rows: list[tuple[str, int]]) -> None:
    """Whatever the texts hold, a CSV reader and the guard's reverse give them again."""
    table = written(*(Record(text, number) for text, number in rows))
    found = list(csv.reader(io.StringIO(table, newline="")))[1:]
    assert [(unguard(text), int(number)) for text, number, _ in found] == rows
