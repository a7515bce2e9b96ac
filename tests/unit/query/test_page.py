"""Sorting, pages and cursors: tables of cases, and what is refused."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import Noun, Order, Position, Query, Text, keys_of, page, read_cursor, select, write_cursor
from loyalcore.query._cursor import _seal
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P, Person

CROWD = [
    Person(id="b", tier="gold", points=5),
    Person(id="a", tier="Gold", points=5),
    Person(id="B", tier=None, points=0),
    Person(id="c", tier="bronze", points=None),
    Person(id="d", tier="", points=-1),
]


def ids(query: Query) -> str:
    """Show the ids of the list."""
    return "".join(person.id for person in select(query, CROWD, NOW, BERLIN))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([], "Babcd"),
        ([P.id.asc()], "Babcd"),
        ([P.id.desc()], "dcbaB"),
        ([P.tier.asc()], "dcabB"),
        ([P.tier.desc()], "bacdB"),
        ([P.tier.asc(missing_first=True)], "Bdcab"),
        ([P.tier.desc(missing_first=True)], "Bbacd"),
        ([P.points.active.asc()], "dBabc"),
        ([P.points.active.desc()], "baBdc"),
        ([P.points.active.asc(), P.id.desc()], "dBbac"),
        ([P.points.active.desc(), P.id.asc(), P.tier.asc()], "abBdc"),
        ([P.tier.asc(), P.points.active.desc()], "dcbaB"),
    ],
    ids=str,
)
def test_lists_are_sorted(sort: list[Order], expected: str) -> None:
    """What is missing is last unless told, texts without case, and the id, as it is written, settles what is tied."""
    assert ids(Query(PEOPLE, sort=sort)) == expected


def test_nothing_stands_behind_the_id() -> None:
    """The orders end with the id, which goes in the direction of the order before it."""
    assert Query(PEOPLE).orders() == (P.id.asc(),)
    assert Query(PEOPLE, sort=[P.tier.desc()]).orders() == (P.tier.desc(), P.id.desc())
    assert Query(PEOPLE, sort=[P.id.desc(), P.tier.asc()]).orders() == (P.id.desc(),)


def test_pages_go_both_ways() -> None:
    """A page names the one behind and the one before, and the ends name none."""
    query = Query(PEOPLE)
    first = page(query, CROWD, NOW, BERLIN, size=2)
    second = page(query, CROWD, NOW, BERLIN, size=2, cursor=first.next)
    third = page(query, CROWD, NOW, BERLIN, size=2, cursor=second.next)
    assert ["".join(person.id for person in each.items) for each in (first, second, third)] == ["Ba", "bc", "d"]
    assert first.previous is None
    assert third.next is None
    assert page(query, CROWD, NOW, BERLIN, size=2, cursor=third.previous) == second
    assert page(query, CROWD, NOW, BERLIN, size=2, cursor=second.previous) == first


def test_a_page_of_everything_has_no_neighbours() -> None:
    """A list that fits on one page, and an empty one, have no cursors."""
    whole = page(Query(PEOPLE), CROWD, NOW, BERLIN, size=5)
    assert (len(whole.items), whole.next, whole.previous) == (5, None, None)
    nobody: list[Person] = []
    empty = page(Query(PEOPLE), nobody, NOW, BERLIN)
    assert (empty.items, empty.next, empty.previous) == ((), None, None)


def test_an_empty_page_leads_back_to_the_place() -> None:
    """When all that was behind is gone, the way back begins with the record at which the cursor was made."""
    query = Query(PEOPLE)
    first = page(query, CROWD, NOW, BERLIN, size=2)
    left = [person for person in CROWD if person.id in {"B", "a"}]
    empty = page(query, left, NOW, BERLIN, size=2, cursor=first.next)
    assert (empty.items, empty.next) == ((), None)
    assert page(query, left, NOW, BERLIN, size=2, cursor=empty.previous).items == first.items


def test_an_empty_page_leads_forward_to_the_place() -> None:
    """When all that was before is gone, the way forward begins with the record at which the cursor was made."""
    query = Query(PEOPLE)
    second = page(query, CROWD, NOW, BERLIN, size=2, cursor=page(query, CROWD, NOW, BERLIN, size=2).next)
    left = [person for person in CROWD if person.id in {"b", "c"}]
    empty = page(query, left, NOW, BERLIN, size=2, cursor=second.previous)
    assert (empty.items, empty.previous) == ((), None)
    assert page(query, left, NOW, BERLIN, size=2, cursor=empty.next).items == second.items


@pytest.mark.parametrize("size", [True, 1.0, "5", None])
def test_a_size_is_a_whole_number(size: Any) -> None:
    """What is no whole number is no size."""
    with pytest.raises(InvalidInput, match="size: "):
        page(Query(PEOPLE), CROWD, NOW, BERLIN, size=size)


def test_a_size_is_one_to_five_hundred() -> None:
    """0 and 501 are refused, 1 and 500 are sizes."""
    with pytest.raises(InvalidInput, match="at least 1"):
        page(Query(PEOPLE), CROWD, NOW, BERLIN, size=0)
    with pytest.raises(LimitExceeded, match="at most 500"):
        page(Query(PEOPLE), CROWD, NOW, BERLIN, size=501)
    assert [len(page(Query(PEOPLE), CROWD, NOW, BERLIN, size=size).items) for size in (1, 500)] == [1, 5]


EVERYTHING = Person(
    id="é\u0301 \U0001f600",
    name="\u0390" * 1_000,  # a folded text of three thousand characters
    tier="Gold",
    points=-5,
    spent=Decimal("-0.10"),
    is_member=False,
    joined_at=datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    born_on=date(1815, 12, 10),
)
SORTS = [
    [P.name.asc(), P.tier.desc()],
    [P.points.active.asc(), P.spent.asc(), P.is_member.asc(), P.joined_at.asc(), P.born_on.asc()],
]


@pytest.mark.parametrize("sort", SORTS, ids=["texts", "others"])
@pytest.mark.parametrize("person", [EVERYTHING, Person()], ids=["everything", "nothing"])
@pytest.mark.parametrize("secret", [b"", b"s" * 64], ids=["open", "sealed"])
def test_a_cursor_holds_the_place(sort: list[Order], person: Person, secret: bytes) -> None:
    """Every type of value, and its absence, comes back out of a cursor."""
    query = Query(PEOPLE, sort=sort)
    for is_backward, is_inclusive in ((False, False), (True, False), (False, True), (True, True)):
        position = Position(keys_of(query, person), is_backward, is_inclusive)
        assert read_cursor(query, write_cursor(query, position, secret), secret) == position


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)])
def test_a_cursor_holds_what_was_worked_out(at: datetime) -> None:
    """An instant that no host may write, but that an expiry can reach, has a place as well."""
    query = Query(PEOPLE, sort=[P.joined_at.desc()])
    position = Position(keys_of(query, Person(joined_at=at)))
    assert read_cursor(query, write_cursor(query, position)) == position


def test_a_cursor_is_of_its_query_alone() -> None:
    """A query with another condition, order or noun refuses it; an equal one takes it."""
    query = Query(PEOPLE, P.tier == "gold", [P.tier.asc()])
    cursor = write_cursor(query, Position(keys_of(query, CROWD[0])))
    others = [
        Query(PEOPLE, P.tier == "Gold", [P.tier.asc()]),
        Query(PEOPLE, P.tier == "gold", [P.tier.desc()]),
        Query(PEOPLE, P.tier == "gold", [P.tier.asc(missing_first=True)]),
        Query(PEOPLE, P.tier == "gold"),
        Query(PEOPLE.extended([]), ~(P.tier == "gold"), [P.tier.asc()]),
    ]
    for other in others:
        with pytest.raises(InvalidInput, match="no cursor of this query"):
            page(other, CROWD, NOW, BERLIN, cursor=cursor)
    assert page(Query(PEOPLE, P.tier == "gold", [P.tier.asc()]), CROWD, NOW, BERLIN, cursor=cursor).items == ()


def test_every_damage_is_seen() -> None:
    """A cursor of which one character was changed, added or cut off is refused."""
    query = Query(PEOPLE, sort=[P.tier.asc()])
    cursor = write_cursor(query, Position(keys_of(query, CROWD[0])))
    changed = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor))]
    cut = [cursor[:at] for at in range(len(cursor))]
    for damaged in [*changed, *cut, cursor + "A", cursor + "=", "A" + cursor, " " + cursor, cursor + "\n"]:
        with pytest.raises(InvalidInput, match="no cursor of this query"):
            read_cursor(query, damaged)


@pytest.mark.parametrize("name", ["a", "aa", "aaa", "aaaa"])
def test_a_place_has_one_cursor(name: str) -> None:
    """A last letter that would be decoded to the same bytes is refused, too."""
    query = Query(PEOPLE)
    cursor = write_cursor(query, Position((name,)))
    others = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") - {cursor[-1]}
    for other in others:
        with pytest.raises(InvalidInput, match="no cursor of this query"):
            read_cursor(query, cursor[:-1] + other)


@pytest.mark.parametrize("cursor", [5, b"abc", "", "\x00", "\ud800", "é", "a" * 40_000, "'; DROP TABLE customers; --"])
def test_what_is_no_cursor_is_refused(cursor: Any) -> None:
    """Anything else is refused with the same words."""
    with pytest.raises(InvalidInput, match="no cursor of this query"):
        read_cursor(Query(PEOPLE), cursor)


def test_a_secret_seals_a_cursor() -> None:
    """A cursor that was made with another secret, or with none, is refused."""
    query = Query(PEOPLE)
    cursor = page(query, CROWD, NOW, BERLIN, size=1, secret=b"one").next
    assert len(page(query, CROWD, NOW, BERLIN, cursor=cursor, secret=b"one").items) == 4
    for secret in (b"", b"two"):
        with pytest.raises(InvalidInput, match="no cursor"):
            page(query, CROWD, NOW, BERLIN, cursor=cursor, secret=secret)


@pytest.mark.parametrize("secret", ["text", b"s" * 65, None])
def test_a_secret_is_at_most_64_bytes(secret: Any) -> None:
    """What is no such secret is refused."""
    with pytest.raises(InvalidInput, match="secret: must be at most 64 bytes"):
        write_cursor(Query(PEOPLE), Position(("a",)), secret)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"5",
        b"[" * 5_000,
        b'[2,false,false,["gold",1,1704067200000000,"2024-01-01","a"]]',
        b'[1,0,false,["gold",1,1704067200000000,"2024-01-01","a"]]',
        b'[1,false,0,["gold",1,1704067200000000,"2024-01-01","a"]]',
        b'[1,false,false,["gold",1,1704067200000000,"2024-01-01"]]',
        b'[1,false,false,["gold",1,1704067200000000,"2024-01-01",null]]',
        b'[1,false,false,[5,1,1704067200000000,"2024-01-01","a"]]',
        b'[1,false,false,["gold","1",1704067200000000,"2024-01-01","a"]]',
        b'[1,false,false,["gold",1e400,1704067200000000,"2024-01-01","a"]]',
        b'[1,false,false,["gold",1,"today","2024-01-01","a"]]',
        b'[1,false,false,["gold",1,"2024-01-01T00:00:00Z","2024-01-01","a"]]',
        b'[1,false,false,["gold",1,true,"2024-01-01","a"]]',
        b'[1,false,false,["gold",1,1.5,"2024-01-01","a"]]',
        b'[1,false,false,["gold",1,1000000000000000000000,"2024-01-01","a"]]',
        b'[1,false,false,["gold",1,1704067200000000,"today","a"]]',
        b'[1,false,false,["gold",1,1704067200000000,"2024-01-01","\\u0000"]]',
        b'[1,false,false,["\\u0000",1,1704067200000000,"2024-01-01","a"]]',
        b'[1,false,false,["\\ud800",1,1704067200000000,"2024-01-01","a"]]',
        b"[1,false,false,null]",
    ],
)
def test_a_forged_body_is_refused(body: bytes) -> None:
    """Where there is no secret, anybody can seal; a place that no record has is refused all the same."""
    query = Query(PEOPLE, sort=[P.tier.asc(), P.points.active.asc(), P.joined_at.asc(), P.born_on.asc()])
    cursor = urlsafe_b64encode(_seal(query, body, b"", "") + body).decode().rstrip("=")
    with pytest.raises(InvalidInput, match="no cursor of this query"):
        read_cursor(query, cursor)


def test_a_sealed_place_is_taken() -> None:
    """The body that the forged ones are made of is a good one."""
    query = Query(PEOPLE, sort=[P.tier.asc(), P.points.active.asc(), P.joined_at.asc(), P.born_on.asc()])
    body = b'[1,false,false,["gold",1,1704067200000000,"2024-01-01","a"]]'
    cursor = urlsafe_b64encode(_seal(query, body, b"", "") + body).decode().rstrip("=")
    assert read_cursor(query, cursor).keys[-1] == "a"


def test_a_place_shows_no_values() -> None:
    """The repr of a place holds no sort value, which may be personal."""
    assert "Ada" not in repr(Position(("Ada", "a")))
    query = Query(PEOPLE, sort=[P.name.asc()])
    cursor = write_cursor(query, Position(("Ada", "a")))
    assert b"Ada" in urlsafe_b64decode(cursor + "==")


@pytest.mark.parametrize(("is_descending", "expected"), [(False, "bca"), (True, "abc")])
def test_what_is_never_missing_is_sorted_as_well(is_descending: bool, expected: str) -> None:
    """A required text is sorted without case, also where it goes another way than the id."""
    name = Text("name", lambda person: person.name, is_required=True)
    noun = Noun("person", [P.id, name], ids=[P.id])
    rows = [Person(id="a", name="b"), Person(id="b", name="A"), Person(id="c", name="a")]
    query = Query(noun, sort=[Order(name, is_descending=is_descending), P.id.asc()])
    assert "".join(row.id for row in select(query, rows, NOW, BERLIN)) == expected
