"""Indexes: what is kept in order gives the rows that a look at all of them would give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from loyalcore.errors import InvalidInput
from loyalcore.query import Index, Listing, Order, Position, Query, keys_of, nearest, resolve
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P, Person


@attrs.frozen(kw_only=True)
class Row(Person):
    next_change_at: Any = None


CROWD = [
    Row(id="f", tier="x", points=1),
    Row(id="b", points=2),
    Row(id="d", tier="X", points=2, next_change_at=NOW),
    Row(id="a", tier="y", points=0),
    Row(id="g", points=0, next_change_at=NOW),
    Row(id="c", tier="\u00e9", points=3),
    Row(id="e", tier="e\u0301", points=None),
]
SORTS = [
    [],
    [P.id.desc()],
    [P.tier.asc()],
    [P.tier.desc(missing_first=True)],
    [P.tier.asc(missing_first=True), P.points.active.desc()],
    [P.points.active.desc(), P.id.asc()],
]
PLACES = [Person(id="d", tier="x", points=2), Person(id="bb", points=None), Person(id="z", tier="zz", points=9)]


@pytest.mark.parametrize("sort", SORTS, ids=str)
@pytest.mark.parametrize("where", [None, P.tier == "x", P.points.active >= 2], ids=repr)
def test_an_index_answers_as_the_evaluation_of_all(sort: list[Order], where: Any) -> None:
    """Each listing has the same rows, wherever its place is and whichever way it goes."""
    query = Query(PEOPLE, sort=sort) if where is None else Query(PEOPLE, resolve(where, NOW, BERLIN), sort)
    index = Index(Query(PEOPLE, sort=sort), CROWD)
    places: list[Position | None] = [None]
    for place in [*PLACES, *CROWD]:
        for is_backward in (False, True):
            places += [Position(keys_of(query, place), is_backward, is_inclusive) for is_inclusive in (False, True)]
    for position in places:
        for count in (1, 3, 9):
            asked = Listing(query, environment="live", position=position, count=count)
            assert index.nearest(asked, NOW) == nearest(asked, CROWD, NOW)
            settled = attrs.evolve(asked, is_settled=True)
            assert index.nearest(settled, NOW - timedelta(1)) == nearest(asked, CROWD, NOW)
            assert index.nearest(settled, NOW) == nearest(settled, CROWD, NOW)


def test_an_index_follows_what_is_added_and_removed() -> None:
    """After each change it is the index of the records that are there."""
    query = Query(PEOPLE, sort=[P.tier.desc()])
    index = Index(query, CROWD[:3])
    everything = Listing(query, environment="live", count=9)
    for record in CROWD[3:]:
        index.add(record)
    for record in CROWD[:2]:
        index.remove(record)
    left = CROWD[2:]
    assert (len(index), index.nearest(everything, NOW)) == (len(left), nearest(everything, left, NOW))


def test_a_record_that_stands_where_it_stood_is_replaced() -> None:
    """What is added with the same ids and sort values takes the place of the one before."""
    index = Index(Query(PEOPLE), CROWD)
    index.add(Row(id="a", tier="new"))
    found = index.nearest(Listing(Query(PEOPLE), environment="live", count=1), NOW)
    assert (len(index), [row.tier for row in found]) == (len(CROWD), ["new"])


@pytest.mark.parametrize("record", [Row(id="q"), Row(id="zz"), Row(id="f", tier="other")])
def test_only_what_is_there_can_be_removed(record: Row) -> None:
    """A record that is not there, or stands elsewhere, is refused, and nothing is removed."""
    index = Index(Query(PEOPLE, sort=[P.tier.asc()]), CROWD)
    with pytest.raises(InvalidInput, match="record: is not in the index"):
        index.remove(record)
    assert len(index) == len(CROWD)


def test_an_index_has_one_order() -> None:
    """A listing that is sorted otherwise is refused."""
    index = Index(Query(PEOPLE, sort=[P.tier.asc()]), CROWD)
    with pytest.raises(InvalidInput, match="listing: is sorted otherwise"):
        index.nearest(Listing(Query(PEOPLE, sort=[P.tier.desc()]), environment="live", count=1), NOW)
