"""A condition that is compiled once means what it means when it is evaluated anew."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import (
    TODAY,
    YESTERDAY,
    Choice,
    Compiled,
    Condition,
    Every,
    Relative,
    Whole,
    days_ago,
    matches,
    months_ago,
)
from loyalcore.query._compiled import names_day
from tests.unit.query._people import BERLIN, NOW, P, Person
from tests.unit.query.test_evaluate import ADA, CASES, NOBODY

AUCKLAND = ZoneInfo("Pacific/Auckland")
STAGE = Choice("stage", attrgetter("id"), choices={"new": P.joined_at >= days_ago(30), "rich": P.points.active > 9})

DAYS: list[tuple[Condition, bool]] = [
    (Every(), False),
    (P.points.active > 5, False),
    (P.points.active.in_([1, 2]), False),
    (P.tags.has("vip"), False),
    (P.name.contains("a"), False),
    (P.joined_at.is_missing(), False),
    (P.joined_at == datetime(2024, 10, 11, 22, tzinfo=UTC), False),
    (P.joined_at.between(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)), False),
    (P.joined_at == date(2024, 10, 12), True),
    (P.joined_at.between(datetime(2024, 1, 1, tzinfo=UTC), date(2025, 1, 1)), True),
    (P.joined_at.in_([date(2024, 10, 12), date(2024, 10, 13)]), True),
    (P.joined_at >= months_ago(1), True),
    (P.born_on == date(2000, 1, 1), False),
    (P.born_on.between(date(2000, 1, 1), TODAY), True),
    (P.born_on.in_([date(2000, 1, 1), YESTERDAY]), True),
    (~(P.born_on < YESTERDAY), True),
    ((P.points.active > 5) & (P.tier == "gold"), False),
    ((P.points.active > 5) | (P.joined_at < TODAY), True),
    (STAGE == "rich", False),
    (STAGE == "new", True),
    (STAGE.in_(["rich", "new"]), True),
]


@pytest.mark.parametrize(("condition", "depends"), DAYS, ids=[str(condition) for condition, _ in DAYS])
def test_which_conditions_depend_on_the_day(condition: Condition, depends: bool) -> None:
    """What counts from today, or asks of an instant by its day, depends on when and where it is asked."""
    assert names_day(condition) is depends


@pytest.mark.parametrize("condition", [case[0] for case in CASES] + [case[0] for case in DAYS], ids=str)
def test_it_means_what_the_evaluation_means(condition: Condition) -> None:
    """At every instant and in every zone the records that meet it are those that the evaluation finds."""
    compiled = Compiled(condition)
    people = [
        ADA,
        NOBODY,
        Person(id="b-2", name="Bo", points=7, joined_at=NOW, born_on=date(2000, 1, 1), tags=frozenset({"Vip"})),
    ]
    for zone in (BERLIN, AUCKLAND, BERLIN):
        for now in (NOW, NOW + timedelta(hours=13), NOW + timedelta(days=200), NOW):
            test = compiled.test(now, zone)
            for person in people:
                assert test(person) is matches(condition, person, now, zone)


def test_what_names_no_day_is_made_once() -> None:
    """A condition without days has one test for good, one with days has one for each day of a zone."""
    plain, dated = Compiled(P.points.active > 5), Compiled(P.joined_at >= YESTERDAY)
    assert plain.test(NOW, BERLIN) is plain.test(NOW + timedelta(days=9), AUCKLAND)
    midnight = datetime(2024, 10, 12, 22, tzinfo=UTC)
    first = dated.test(midnight, BERLIN)
    assert dated.test(midnight + timedelta(hours=23), BERLIN) is first
    assert dated.test(midnight + timedelta(hours=24), BERLIN) is not first
    assert dated.test(midnight, AUCKLAND) is not dated.test(midnight, BERLIN)


def test_a_day_that_cannot_be_is_refused_when_it_is_asked() -> None:
    """A naive instant and a day outside of the years that there are are refused; without days neither matters."""
    dated = Compiled(P.joined_at >= Relative(-9_000, "y"))
    with pytest.raises(LimitExceeded):
        dated.test(NOW, BERLIN)
    with pytest.raises(InvalidInput):
        dated.test(datetime(2024, 1, 1), BERLIN)
    assert not Compiled(P.points.active > 5).test(datetime(2024, 1, 1), BERLIN)(NOBODY)


def test_it_is_copied_and_pickled_as_its_condition() -> None:
    """A copy and what was pickled mean the same, though what they have compiled is not taken along."""
    condition = Whole("year", attrgetter("year")) > 2024
    compiled = Compiled(condition)
    for other in (copy.deepcopy(compiled), pickle.loads(pickle.dumps(compiled))):  # noqa: S301 - our own bytes
        assert other is not compiled
        assert [other.test(NOW, BERLIN)(date(year, 1, 1)) for year in (2024, 2025)] == [False, True]


def test_threads_may_ask_at_once() -> None:
    """Threads that ask on different days each get the test of their own day."""
    compiled = Compiled(P.joined_at == TODAY)
    days = [NOW + timedelta(days=number % 7) for number in range(300)]

    def finds(now: datetime) -> bool:
        test = compiled.test(now, BERLIN)
        return test(Person(joined_at=now)) and not test(Person(joined_at=now + timedelta(days=1)))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(finds, days))
