"""The law of listings: a database answers each of them as the memory does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from loyalcore.adapters.sqlalchemy._postgresql import PostgresDialect
from loyalcore.adapters.sqlalchemy._sqlite import SqliteDialect
from loyalcore.query import Listing, Position, Query, counted, keys_of, nearest, resolve
from tests.property._queries import NOW, crowds, people, queries, zones
from tests.unit.adapters.sqlalchemy._crowd import Crowd
from tests.unit.query._people import Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.testing.postgres import Databases


@attrs.frozen(kw_only=True)
class Member(Person):
    next_change_at: datetime | None = None


@pytest.fixture(scope="module")
def embedded() -> Iterator[Crowd]:
    """A crowd on SQLite."""
    crowd = Crowd(SqliteDialect(make_url("sqlite://"), "OFF"))
    yield crowd
    crowd.close()


@pytest.fixture(scope="module")
def on_server(postgres: Databases) -> Iterator[Crowd]:
    """A crowd on PostgreSQL."""
    with postgres.fresh() as url:
        crowd = Crowd(PostgresDialect(make_url(url), 1))
        yield crowd
        crowd.close()


@pytest.fixture(scope="module", params=["embedded", "on_server"])
def crowd(request: pytest.FixtureRequest) -> Crowd:
    """A crowd on each database."""
    found: Crowd = request.getfixturevalue(request.param)
    return found


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    """Make people, some of whom time has changed or is about to."""
    changes = st.sampled_from([None, NOW - timedelta(microseconds=1), NOW, NOW + timedelta(microseconds=1)])
    return [Member(**attrs.asdict(person, recurse=False), next_change_at=draw(changes)) for person in draw(crowds(12))]


def positions(query: Query, rows: list[Member]) -> st.SearchStrategy[Position | None]:
    """Make places in a list: at a row of it, at one that is gone, at none."""
    there = st.sampled_from(rows) if rows else st.nothing()
    keys = (there | people()).map(lambda person: keys_of(query, person))
    return st.none() | st.builds(Position, keys, is_backward=st.booleans(), is_inclusive=st.booleans())


@given(queries(), members(), zones, st.data())
def test_a_database_answers_as_the_memory_does(
    crowd: Crowd, query: Query, rows: list[Member], zone: ZoneInfo, data: st.DataObject
) -> None:
    """Whatever is asked, from any place on, in either direction: the same rows in the same order, and their number."""
    asked = attrs.evolve(query, where=resolve(query.where, NOW, zone))
    program = crowd.add(rows)
    for position in data.draw(st.lists(positions(query, rows), min_size=1, max_size=4)):
        listing = Listing(
            asked,
            environment="live",
            program_id=program,
            position=position,
            count=data.draw(st.integers(1, 14)),
            is_settled=data.draw(st.booleans()),
        )
        assert crowd.page(listing, NOW) == [row.id for row in nearest(listing, rows, NOW)]
        assert crowd.count(listing, NOW) == counted(listing, rows, NOW)
