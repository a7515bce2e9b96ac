"""Law: commands that run together come to what they come to one by one, refusals included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import attrs
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.flows import Series, _desk
from loyalcore.domain.ledger import Adjust, Award, Deduct, PointsNotice, Spend
from loyalcore.errors import LoyaltyError
from loyalcore.testing._play import Play, dump
from loyalcore.testing.strategies import ACTIONS, histories, programs, steps
from tests.property._examples import share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loyalcore.domain.flows import Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.services import Outcome
    from loyalcore.store import Store
    from loyalcore.testing.strategies import Step

POSTINGS = ("points.award", "points.award", "points.spend", "points.deduct", "points.adjust", "again", "clash")
TOGETHER = tuple(action for action in ACTIONS if action != "wait")
STORES: list[Callable[[], Store]] = [MemoryStore, lambda: SqlStore("sqlite://")]

postings = st.lists(steps(actions=POSTINGS, people=st.integers(0, 2)), min_size=1, max_size=25)
anything = st.lists(steps(actions=TOGETHER, people=st.integers(0, 2)), min_size=1, max_size=15)


def one_by_one(play: Play, wanted: Iterable[Step], kinds: tuple[type[Any], ...] | None) -> list[tuple[Any, Any]]:
    """Play steps at one instant, and give the commands with what became of them."""
    answers = []
    for step in wanted:
        command = play.command(attrs.evolve(step, after=0, edge=None))
        if command is not None and (kinds is None or isinstance(command, kinds)):
            answers.append((command, play.give(command)))
    return answers


def again(program: Program, play: Play, store: Store) -> Play:
    """Give another play that has come to the same point, on a store of its own."""
    other = Play(program, store)
    for at, command in play.script:
        other.clock.put(at)
        other.give(command)
    other.clock.put(play.clock.now())
    return other


def told(answer: Receipt | LoyaltyError | None) -> Any:
    """Give an answer in a form that compares."""
    return (type(answer), answer.details) if isinstance(answer, LoyaltyError) else answer


def without_versions(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Give a dump whose records all have the first version."""
    return {
        kind: [attrs.evolve(record, version=1) if hasattr(record, "version") else record for record in records]
        for kind, records in found.items()
    }


@share(2)
@given(
    programs(),
    histories(),
    postings,
    st.sampled_from([1, 2, 5, 100]),
    st.sampled_from(STORES),
    st.sampled_from([60, 10**18]),
    st.sampled_from([0, 100]),
    st.booleans(),
)
def test_a_batch_is_its_commands_one_by_one(
    program: Program,
    before: list[Step],
    wanted: list[Step],
    chunk: int,
    make: Callable[[], Store],
    total_max: int,
    subledgers_max: int,
    has_notices: bool,
) -> None:
    """`post_many` answers, refuses and writes what each command alone would have, whatever came before."""
    if has_notices:
        program = attrs.evolve(program, points=attrs.evolve(program.points, notices=frozenset(PointsNotice)))
    play = Play(program)
    for step in before:
        play.run(step)
    other = again(program, play, make())
    with mock.patch.object(_desk, "TOTAL_MAX", total_max), mock.patch.object(_desk, "SUBLEDGERS_MAX", subledgers_max):
        alone = one_by_one(play, wanted, (Award, Spend, Deduct, Adjust))
        outcomes: list[Outcome] = []
        posted = other.shop.points.post_many((command for command, _ in alone), each=outcomes.append, chunk=chunk)
    assert [told(outcome.receipt or outcome.error) for outcome in outcomes] == [told(answer) for _, answer in alone]
    assert posted.refused == sum(isinstance(answer, LoyaltyError) for _, answer in alone)
    assert without_versions(dump(other.store)) == without_versions(dump(play.store))


@share(2)
@given(programs(), histories(), anything, st.sampled_from(STORES))
def test_a_series_is_its_commands_one_by_one(
    program: Program, before: list[Step], wanted: list[Step], make: Callable[[], Store]
) -> None:
    """Commands of every kind in one unit answer, refuse and write what each alone would have, versions too."""
    play = Play(program)
    for step in before:
        play.run(step)
    other = again(program, play, make())
    alone = one_by_one(play, wanted, None)
    executor = other.shop._executor
    answers = executor.run_together([command for command, _ in alone], "checkout", Series)
    assert [told(answer) for answer in answers] == [told(answer) for _, answer in alone]
    assert dump(other.store) == dump(play.store)
