"""page_memory: pages of a million customers in memory, by the query language, by an index, and by hand with `heapq`.

`python -m benchmarks.page_memory 50000` takes fewer customers.
"""

from __future__ import annotations

import random
import statistics
import sys
from datetime import UTC, datetime
from heapq import nlargest
from operator import attrgetter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from benchmarks._measure import Row, at_most, ratio, show, take_turns
from loyalcore.query import (
    Id,
    Index,
    Listing,
    Noun,
    Position,
    Query,
    Whole,
    keys_of,
    nearest,
    page_of,
    parse,
    read_cursor,
    resolve,
    write_cursor,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "page_memory"
CUSTOMERS = 1_000_000
SIZE = 50
ASKS = 2_000
"""How often the index is asked in a block."""
NOW, ZONE = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")
INDEXED_MAX = 20.0
"""The goal of a page by index, in microseconds."""


@attrs.frozen
class Line:
    """A customer's line, as small as a million of them should be."""

    customer_id: str
    points: int


CUSTOMER_ID = Id("customer_id", attrgetter("customer_id"), is_required=True)
POINTS = Whole("points", attrgetter("points"), is_required=True)
LINES = Noun("line", [CUSTOMER_ID, POINTS], ids=[CUSTOMER_ID], kind=Line)


def run(customers: int = CUSTOMERS) -> list[Row]:
    """Measure the pages of one list, sorted by points."""
    chance = random.Random(4)  # noqa: S311 - the same points in every run
    lines = [Line(f"c{number:07}", chance.randrange(100_000)) for number in range(customers)]
    rows = []
    for named, text, least in (("of all", "", -1), ("of half", "points:>=50000 ", 50_000)):
        query = parse(f"{text}sort:-points", LINES)
        ordered = sorted((line for line in lines if line.points >= least), key=_rank, reverse=True)
        for where, edge in (("first page", None), ("middle page", ordered[len(ordered) // 2])):
            position = None if edge is None else Position(keys_of(query, edge))
            by = _contest(_listing(query, position), lines, least, edge)
            figure, measured = f"{where} {named}: query / heapq", ratio(by["query"], by["hand"])
            # A condition costs a call for each line, which it does not by hand; that figure is only shown.
            rows.append(at_most(NAME, figure, measured, 1.2) if least < 0 else Row(NAME, figure, measured, "x"))
            rows.append(Row(NAME, f"{where} {named}: heapq", statistics.median(by["hand"]) * 1e3, "ms"))
    return rows + _by_index(lines)


def _listing(query: Query, position: Position | None) -> Listing:
    resolved = Query(query.noun, resolve(query.where, NOW, ZONE), query.sort)
    return Listing(resolved, environment="live", position=position, count=SIZE + 1)


def _rank(line: Line) -> tuple[int, str]:
    return line.points, line.customer_id


def _contest(listing: Listing, lines: list[Line], least: int, edge: Line | None) -> dict[str, list[float]]:
    """Let the query and the code by hand find the rows of a page in turn."""

    def by_query(_block: int) -> list[Line]:
        return nearest(listing, lines, NOW)

    def by_hand(_block: int) -> list[Line]:
        found = iter(lines)
        if least >= 0:
            found = (line for line in found if line.points >= least)
        if edge is not None:
            place = _rank(edge)
            found = (line for line in found if (line.points, line.customer_id) < place)
        return nlargest(SIZE + 1, found, key=_rank)

    if by_query(0) != by_hand(0):
        raise RuntimeError("the pages differ")
    return take_turns({"page": {"query": _quiet(by_query), "hand": _quiet(by_hand)}}, blocks=1)["page"]


def _quiet(ask: Callable[[int], object]) -> Callable[[int], None]:
    def do(block: int) -> None:
        ask(block)

    return do


def _by_index(lines: list[Line]) -> list[Row]:
    """Measure what is kept in order: the rows of a page, the page with its cursors, and one line that moves."""
    query = parse("sort:-points", LINES)
    index = Index(query, lines)
    ordered = sorted(lines, key=_rank, reverse=True)
    middle = ordered[len(ordered) // 2]
    listing = _listing(query, Position(keys_of(query, middle)))
    if index.nearest(listing, NOW) != nearest(listing, lines, NOW):
        raise RuntimeError("the index and the query differ")
    cursor = write_cursor(query, Position(keys_of(query, middle)), scope=listing.scope)

    def rows(_block: int) -> None:
        for _ in range(ASKS):
            index.nearest(listing, NOW)

    def pages(_block: int) -> None:
        for _ in range(ASKS):
            position = read_cursor(query, cursor, scope=listing.scope)
            found = index.nearest(attrs.evolve(listing, position=position), NOW)
            page_of(query, found, SIZE, position, scope=listing.scope)

    def moves(_block: int) -> None:
        for number in range(0, len(lines), len(lines) // 20):
            index.remove(lines[number])
            index.add(lines[number])

    by = take_turns({"index": {"rows": rows, "pages": pages, "moves": moves}}, blocks=1)["index"]
    found, shown = (statistics.median(by[name]) / ASKS * 1e6 for name in ("rows", "pages"))
    moved = statistics.median(by["moves"]) / len(range(0, len(lines), len(lines) // 20)) * 1e6
    return [
        Row(NAME, "middle page by index: the rows", found, "µs", f"≤ {INDEXED_MAX:g}", found <= INDEXED_MAX),
        Row(NAME, "middle page by index: from cursor to cursors", shown, "µs"),
        Row(NAME, "a line leaves the index and comes back", moved, "µs"),
    ]


if __name__ == "__main__":
    print(show(run(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)))
