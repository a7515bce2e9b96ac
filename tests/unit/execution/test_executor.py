"""The executor: load, decide, commit, and a bounded retry."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest

from loyalcore import execution
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Register
from loyalcore.domain.decision import CustomerRef, EntriesRef
from loyalcore.domain.ledger import Award, Reverse
from loyalcore.domain.programs import Registry
from loyalcore.errors import ConcurrencyConflict, InvalidInput, NotFound, PromiseBroken
from loyalcore.execution import Executor
from tests.unit.execution._watched import BEANS, Watched, opened

WELCOME = Award("ada", 5, reason="test", key="k")


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(execution) == sorted(execution.__all__)


def test_a_command_loads_what_it_needs_and_commits() -> None:
    """A first try loads without locks: the customer, whom the command names, then all the rest at once."""
    store = Watched()
    receipt = opened(store).run(WELCOME, "till")
    assert receipt.points == 5
    assert [lock for _refs, lock in store.loads] == [False, False]
    assert store.loads[0][0] == [CustomerRef("live", "ada")]
    assert {type(ref).__name__ for ref in store.loads[1][0]} == {"KeyRef", "LedgerRef", "MembershipRef"}
    assert store.opened == [False]


@pytest.mark.parametrize("at_apply", [True, False])
@pytest.mark.parametrize("lost", [1, 4])
def test_a_lost_race_is_tried_again_under_lock(lost: int, at_apply: bool) -> None:
    """After a lost race everything known is loaded at once, under lock, in one total order."""
    store = Watched()
    executor = opened(store)
    store.stale, store.at_apply = lost, at_apply
    assert executor.run(WELCOME, "till").points == 5
    refs, lock = store.loads[2]
    assert lock
    assert len(refs) == len(store.loads[0][0]) + len(store.loads[1][0])
    assert [(type(ref).__name__, repr(ref)) for ref in refs] == sorted((type(ref).__name__, repr(ref)) for ref in refs)
    assert len(store.opened) == lost + 1


def test_five_lost_races_are_the_callers_to_repeat() -> None:
    """After one try and four under lock the conflict is reported, and nothing is written."""
    store = Watched()
    executor = opened(store)
    store.stale = 5
    with pytest.raises(ConcurrencyConflict) as caught:
        executor.run(WELCOME, "till")
    assert (caught.value.attempts, caught.value.is_retryable) == (5, True)
    assert len(store.opened) == 5
    assert not executor.run(WELCOME, "till").replayed


def test_locks_end_with_their_unit() -> None:
    """After a retry under lock another thread's writer is free to go on."""
    store = Watched()
    executor = opened(store)
    store.stale = 1
    executor.run(WELCOME, "till")
    done = threading.Thread(target=executor.run, args=(Award("ada", 6, reason="test", key="k2"), "till"))
    done.start()
    done.join(5)
    assert not done.is_alive()


def test_a_refusal_is_not_tried_again() -> None:
    """What the decision refuses is raised at once, and nothing is written."""
    store = Watched()
    executor = opened(store)
    with pytest.raises(NotFound):
        executor.run(Award("eve", 5, reason="test", key="k"), "till")
    assert len(store.opened) == 1


def test_a_replay_writes_nothing() -> None:
    """A repeated key is answered without an apply."""
    store = Watched()
    executor = opened(store)
    executor.run(WELCOME, "till")
    store.stale = 5
    assert executor.run(WELCOME, "till").replayed


def test_a_preview_opens_a_readonly_unit() -> None:
    """A preview decides and writes nothing."""
    store = Watched()
    executor = opened(store)
    assert executor.preview(WELCOME, "till").points == 5
    assert store.opened == [True]
    assert not executor.run(WELCOME, "till").replayed


@pytest.mark.parametrize("kind", [CustomerRef, EntriesRef])
def test_a_store_that_leaves_a_ref_unanswered_breaks_a_promise(kind: type[Any]) -> None:
    """A load that answers less than it was asked for is named, and not asked again without end."""
    store = Watched()
    executor = opened(store)
    store.unanswered = {kind}
    with pytest.raises(PromiseBroken) as caught:
        executor.run(Reverse("ada", order_id="o", key="k"), "till")
    assert caught.value.promise == "P4"


@pytest.mark.parametrize("now", [None, "2026-01-01", datetime(2026, 1, 1), 7])
def test_a_clock_must_give_an_aware_instant(now: object) -> None:
    """A clock that gives anything else is named, and nothing is decided."""

    class Broken:
        def now(self) -> Any:
            return now

    executor = Executor(MemoryStore(), {"beans": BEANS}, "live", Registry(), Broken())
    with pytest.raises(InvalidInput) as caught:
        executor.run(Register("ada"), "till")
    assert caught.value.path == "clock"


def test_the_systems_clock_and_ids_are_used_where_none_are_given() -> None:
    """Without a clock and ids the executor has the system's."""
    executor = Executor(MemoryStore(), {"beans": BEANS}, "live", Registry())
    receipt = executor.run(Register("ada"), "till")
    assert receipt.customer is not None
    assert len(receipt.customer.holder_id) == 32
    assert executor.program(None) is BEANS
