"""Listings: what a store is asked for, and the answer that every store must give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from loyalcore.errors import CapabilityMissing, InvalidInput
from loyalcore.query import (
    Listing,
    Noun,
    Position,
    Query,
    Text,
    check_stored,
    counted,
    keys_of,
    nearest,
    page,
    page_of,
    read_cursor,
    resolve,
    write_cursor,
)
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P, Person

CROWD = [Person(id=name, tier="gold" if name in "bd" else None) for name in "dbace"]


def listed(position: Position | None = None, *, count: int = 9, where: Any = None) -> str:
    """Show the ids of the rows of a listing."""
    query = Query(PEOPLE) if where is None else Query(PEOPLE, resolve(where, NOW, BERLIN))
    asked = Listing(query, environment="live", position=position, count=count)
    return "".join(person.id for person in nearest(asked, CROWD, NOW))


@pytest.mark.parametrize(
    ("place", "is_backward", "is_inclusive", "expected"),
    [
        ("c", False, False, "de"),
        ("c", False, True, "cde"),
        ("c", True, False, "ba"),
        ("c", True, True, "cba"),
        ("e", False, False, ""),
        ("a", True, False, ""),
        ("bb", False, True, "cde"),
        ("bb", True, True, "ba"),
    ],
)
def test_the_nearest_come_first(place: str, is_backward: bool, is_inclusive: bool, expected: str) -> None:
    """Rows come from the place on, or from it back, with the one at the place where that is asked for."""
    position = Position((place,), is_backward, is_inclusive)
    assert listed(position) == expected
    assert listed(position, count=1) == expected[:1]


def test_a_listing_without_a_place_begins_at_the_beginning() -> None:
    """At most so many rows are given, of those that meet the condition."""
    assert (listed(), listed(count=2), listed(where=P.tier == "GOLD")) == ("abcde", "ab", "bd")


def test_what_is_counted_is_all_that_is_asked_for() -> None:
    """The place and the count narrow no total."""
    for where, total in ((P.tier == "GOLD", 2), (P.tier.is_missing(), 3)):
        query = Query(PEOPLE, resolve(where, NOW, BERLIN))
        asked = Listing(query, environment="live", position=Position(("c",)), count=1)
        assert counted(asked, CROWD, NOW) == total


@attrs.frozen(kw_only=True)
class Due(Person):
    next_change_at: Any = None


def test_rows_that_time_has_changed_can_be_left_out() -> None:
    """Settled is what changes later or never; one that changes at this very instant is not."""
    tick = timedelta(microseconds=1)
    rows = [
        Due(id="a"),
        *(Due(id=name, next_change_at=NOW + tick * off) for name, off in zip("bcd", (-1, 0, 1), strict=True)),
    ]
    asked = Listing(Query(PEOPLE), environment="live", count=9, is_settled=True)
    assert [row.id for row in nearest(asked, rows, NOW)] == ["a", "d"]
    assert counted(asked, rows, NOW) == 2
    assert counted(attrs.evolve(asked, is_settled=False), rows, NOW) == 4


@pytest.mark.parametrize("where", [P.stage == "new", P.stage.is_missing()])
def test_a_choice_must_be_resolved(where: Any) -> None:
    """A name that still stands for a condition is refused, rather than compared with the names in the rows."""
    asked = Listing(Query(PEOPLE, where), environment="live", count=1)
    with pytest.raises(InvalidInput, match="where: must be resolved first"):
        nearest(asked, CROWD, NOW)


@pytest.mark.parametrize("count", [0, -1, True, 1.0, "5", None])
def test_a_count_is_at_least_one(count: Any) -> None:
    """What is no such number is refused."""
    with pytest.raises(InvalidInput, match="count: must be"):
        Listing(Query(PEOPLE), environment="live", count=count)


def test_a_scope_tells_whose_rows_are_meant() -> None:
    """Two listings have one scope where the environment, the program, the holder and the ledger are the same."""
    whose = [
        {"environment": "live"},
        {"environment": "sandbox"},
        {"environment": "live", "program_id": "a"},
        {"environment": "live", "holder_id": "a"},
        {"environment": "live", "ledger": "a"},
        {"environment": "live", "ledger": ""},
    ]
    scopes = [Listing(Query(PEOPLE), count=1, **each).scope for each in whose]  # type: ignore[arg-type]
    assert len(set(scopes)) == len(whose)
    assert Listing(Query(PEOPLE, P.tier == "a"), environment="live", count=5).scope == scopes[0]


def test_a_cursor_is_of_its_scope_alone() -> None:
    """The same query about other rows refuses it."""
    query, place = Query(PEOPLE), Position(("c",))
    cursor = write_cursor(query, place, scope="one")
    assert read_cursor(query, cursor, scope="one") == place
    for other in ("", "two"):
        with pytest.raises(InvalidInput, match="no cursor of this query"):
            read_cursor(query, cursor, scope=other)


@pytest.mark.parametrize("scope", [None, 5, b"one"])
def test_a_scope_is_a_text(scope: Any) -> None:
    """What is no text is refused."""
    with pytest.raises(InvalidInput, match="scope: must be a text"):
        write_cursor(Query(PEOPLE), Position(("c",)), scope=scope)


def test_a_page_is_made_of_the_rows_that_were_fetched() -> None:
    """One row more than is shown tells that there is another page; it is not shown itself."""
    query, rows = Query(PEOPLE), sorted(CROWD, key=lambda person: person.id)
    found = page_of(query, rows[:3], 2, scope="one")
    assert found.items == tuple(rows[:2])
    assert found.previous is None
    assert found.next == write_cursor(query, Position(keys_of(query, rows[1])), scope="one")
    assert page_of(query, rows[:2], 2).next is None


@pytest.mark.parametrize(
    ("is_backward", "fetched", "has_next", "has_previous"),
    [(False, 3, True, True), (False, 2, False, True), (True, 3, True, True), (True, 2, True, False)],
)
def test_the_way_that_one_came_is_open(is_backward: bool, fetched: int, has_next: bool, has_previous: bool) -> None:
    """Ahead there is a page where a row was left over; behind there always is one."""
    found = page_of(Query(PEOPLE), CROWD[:fetched], 2, Position(("c",), is_backward))
    assert (found.next is not None, found.previous is not None) == (has_next, has_previous)
    assert found.items == tuple(CROWD[:2][::-1] if is_backward else CROWD[:2])


def test_a_page_of_fetched_rows_is_the_page_in_memory() -> None:
    """A store that answers listings gives the same pages and cursors as the evaluation in memory, with days and all."""
    query = Query(PEOPLE, P.stage == "all", [P.tier.desc()])
    first = page(query, CROWD, NOW, BERLIN, size=2)
    for cursor in (None, first.next):
        position = None if cursor is None else read_cursor(query, cursor)
        resolved = Query(PEOPLE, resolve(query.where, NOW, BERLIN), query.sort)
        rows = nearest(Listing(resolved, environment="live", position=position, count=3), CROWD, NOW)
        assert page_of(query, rows, 2, position) == page(query, CROWD, NOW, BERLIN, size=2, cursor=cursor)


def test_a_field_without_a_column_is_refused() -> None:
    """No store filters or sorts by what it does not keep; wherever the field stands, it is named."""
    shown = Text("shown", lambda person: person.name, column=None)
    noun = Noun("person", [P.id, P.tier, shown], ids=[P.id])
    kept = (P.tier == "a") | P.tier.is_missing()
    check_stored(Query(noun, kept, [P.tier.asc()]))
    for query in (Query(noun, kept & ~shown.is_missing()), Query(noun, sort=[P.tier.asc(), shown.desc()])):
        with pytest.raises(CapabilityMissing, match="the field shown"):
            check_stored(query)
