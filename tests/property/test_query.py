"""Laws of queries: three ways to write one, one meaning; and pages that neither lose nor repeat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from loyalcore.query import (
    Index,
    Listing,
    Position,
    Query,
    fold,
    from_document,
    keys_of,
    matches,
    nearest,
    page,
    parse,
    resolve,
    select,
    to_document,
)
from tests.property._queries import NOW, conditions, crowds, people, queries, words, zones
from tests.unit.query._people import PEOPLE, P, Person

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from loyalcore.query import Condition


@given(queries())
def test_a_search_string_is_read_as_the_query_that_wrote_it(query: Query) -> None:
    """`parse` after `str` gives the same query, and `str` after that the same text."""
    again = parse(str(query), PEOPLE)
    assert again == query
    assert str(again) == str(query)


@given(queries())
def test_a_document_is_read_as_the_query_that_wrote_it(query: Query) -> None:
    """Through JSON text a query comes back the same."""
    assert from_document(json.loads(json.dumps(to_document(query))), PEOPLE) == query


@given(conditions(4), people(), zones)
def test_the_complement_is_exact(condition: Condition, person: Person, zone: ZoneInfo) -> None:
    """A record meets either a condition or its complement, whatever is missing."""
    assert matches(~condition, person, NOW, zone) is not matches(condition, person, NOW, zone)


@given(conditions(4), conditions(4), people(), zones)
def test_and_and_or_are_those_of_logic(left: Condition, right: Condition, person: Person, zone: ZoneInfo) -> None:
    """`&` is met where both are, `|` where one is."""
    one, other = (matches(each, person, NOW, zone) for each in (left, right))
    assert matches(left & right, person, NOW, zone) is (one and other)
    assert matches(left | right, person, NOW, zone) is (one or other)


@given(words)
def test_folding_again_changes_nothing(text: str) -> None:
    """The folded form of a text is its own folded form."""
    assert fold(fold(text)) == fold(text)


@given(queries(), crowds(12), zones, st.integers(1, 4))
def test_pages_are_the_list_in_pieces(query: Query, crowd: list[Person], zone: ZoneInfo, size: int) -> None:
    """The pages from first to last are the sorted list, and the way back gives the same pages."""
    forward = [page(query, crowd, NOW, zone, size=size)]
    while (cursor := forward[-1].next) is not None:
        forward.append(page(query, crowd, NOW, zone, size=size, cursor=cursor))
    assert [person for each in forward for person in each.items] == select(query, crowd, NOW, zone)
    assert forward[0].previous is None
    back = [forward[-1]]
    while (cursor := back[-1].previous) is not None:
        back.append(page(query, crowd, NOW, zone, size=size, cursor=cursor))
    assert [person for each in reversed(back) for person in each.items] == select(query, crowd, NOW, zone)
    assert back[-1].previous is None


@given(queries(), crowds(14), zones, st.data())
def test_what_was_there_throughout_comes_once(
    query: Query, crowd: list[Person], zone: ZoneInfo, data: st.DataObject
) -> None:
    """While others come and go between the pages, each record that stays is shown exactly once, in either direction."""
    stays = {person.id for person in crowd if data.draw(st.booleans(), label=person.id)}

    def present() -> list[Person]:
        return [person for person in crowd if person.id in stays or data.draw(st.booleans())]

    expected = [person.id for person in select(query, crowd, NOW, zone) if person.id in stays]
    shown, cursor = [], None
    while True:
        found = page(query, present(), NOW, zone, size=2, cursor=cursor)
        shown += [person.id for person in found.items]
        cursor = found.next
        if cursor is None:
            break
    assert [each for each in shown if each in stays] == expected
    if found.previous is None or found.items:
        return
    shown, cursor = [], found.previous
    while cursor is not None:
        found = page(query, present(), NOW, zone, size=2, cursor=cursor)
        shown += [person.id for person in reversed(found.items)]
        cursor = found.previous
    assert [each for each in reversed(shown) if each in stays] == expected


@given(queries(), crowds(14), people(), zones, st.integers(1, 6), st.booleans(), st.booleans())
def test_the_nearest_are_the_first_of_what_lies_behind_a_place(
    query: Query, crowd: list[Person], place: Person, zone: ZoneInfo, count: int, is_backward: bool, is_inclusive: bool
) -> None:
    """The heap and the index give what sorting everything together with the place gives."""
    resolved = Query(PEOPLE, resolve(query.where, NOW, zone), query.sort)
    crowd = [person for person in crowd if person.id != place.id]
    met = select(query, crowd, NOW, zone)
    ordered = select(Query(PEOPLE, sort=query.sort), [*met, place], NOW, zone)
    here = ordered.index(place)
    expected = ordered[:here][::-1] if is_backward else ordered[here + 1 :]
    position = Position(keys_of(query, place), is_backward, is_inclusive)
    listing = Listing(resolved, environment="live", position=position, count=count)
    assert nearest(listing, crowd, NOW) == Index(query, crowd).nearest(listing, NOW) == expected[:count]


def test_every_sort_of_the_strategies_ends_with_the_id() -> None:
    """Whatever a list is sorted by, its last order is by the id."""
    assert Query(PEOPLE, sort=(P.tier.asc(),)).orders()[-1].field is P.id
