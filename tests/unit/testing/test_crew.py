from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from examples.plain_store.store import PlainStore
from loyalcore.adapters.memory import MemoryStore
from loyalcore.testing._crew import Failure, close, pickled, reopened, together
from tests.unit.testing import _acts as acts

if TYPE_CHECKING:
    from pathlib import Path

    from loyalcore.store import Store


@pytest.fixture
def plain(tmp_path: Path) -> PlainStore:
    """A store that processes can share."""
    return PlainStore(str(tmp_path / "plain.db"))


def test_each_act_has_a_process_of_its_own(plain: PlainStore) -> None:
    """Answers come in the order of the acts, each from another process."""
    found = together(plain, [acts.Say(number) for number in range(3)])
    assert [said for said, _process in found] == [0, 1, 2]
    assert len({os.getpid(), *(process for _said, process in found)}) == 4


def test_the_processes_are_kept(plain: PlainStore) -> None:
    """The next race is run by the same processes."""
    first, second = ({process for _said, process in together(plain, [acts.Say(1)] * 2)} for _turn in range(2))
    assert first == second


def test_threads_stand_in_where_processes_are_not_declared() -> None:
    """A store of one process is shared by threads, and each answer is in its place."""
    seen: list[Any] = []

    def act(store: Store) -> int:
        seen.append(threading.current_thread())
        return len(seen)

    assert sorted(together(MemoryStore(), [act] * 4)) == [1, 2, 3, 4]
    assert threading.main_thread() not in seen
    assert len(set(seen)) == 4


@pytest.mark.parametrize("make", [MemoryStore, None], ids=["threads", "processes"])
def test_what_an_act_raises_is_its_answer(make: Any, plain: PlainStore) -> None:
    """An error of one worker does not stop the others."""
    failed, said = together(plain if make is None else make(), [acts.stumble, acts.Say("on")])
    assert (type(failed), str(failed)) == (ValueError, "stumbled")
    assert said[0] == "on"


def test_an_error_that_cannot_be_sent_is_told(plain: PlainStore) -> None:
    """Of an error that cannot be unpacked its text arrives."""
    (failed,) = together(plain, [acts.stumble_badly])
    assert failed == Failure("UnsendableError('badly stumbled')")


@pytest.mark.parametrize(("act", "why"), [(acts.leave, "a worker died"), (acts.linger, "did not answer within 0.5 s")])
def test_a_lost_worker_ends_the_race(plain: PlainStore, act: Any, why: str) -> None:
    """A process that ends or hangs is a failure, and the next race has new processes."""
    before = {process for _said, process in together(plain, [acts.Say(1)] * 2)}
    with pytest.raises(AssertionError, match=why):
        together(plain, [act, acts.Say(1)], seconds_max=0.5)
    assert before.isdisjoint(process for _said, process in together(plain, [acts.Say(1)] * 2))


def test_a_thread_that_hangs_is_a_failure() -> None:
    """Threads are not waited for longer than was said."""
    gate = threading.Event()
    with pytest.raises(AssertionError, match="did not come to an end"):
        together(MemoryStore(), [lambda _store: gate.wait(10)], seconds_max=0.1)
    gate.set()


def test_a_store_that_does_not_open_elsewhere_is_a_failure(tmp_path: Path) -> None:
    """A copy that finds no records in the other process is told with its error."""
    with pytest.raises(AssertionError, match=r"opened in another process.*StoreUnavailable"):
        together(acts.Homebound(str(tmp_path / "home.db")), [acts.Say(1)])


def test_a_store_is_pickled_or_told_how() -> None:
    """A store that cannot be pickled is told about `__reduce__`."""
    with pytest.raises(AssertionError, match=r"MemoryStore cannot be pickled.* __reduce__"):
        pickled(MemoryStore())


def test_a_store_is_opened_again(plain: PlainStore) -> None:
    """A copy of a store is another store, and lives on when the first one is closed."""
    again = reopened(plain)
    close(plain)
    with again.unit(readonly=True) as unit:
        assert unit.load([]) == {}
    close(again)
