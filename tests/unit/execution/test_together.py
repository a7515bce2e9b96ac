"""Commands that run together: few loads, one commit, and the same bounded retry."""

from __future__ import annotations

import pytest

from loyalcore.domain.customers import Register, Tag
from loyalcore.domain.decision import LedgerRef, NoteRef
from loyalcore.domain.flows import Batch, Command, Receipt, Series
from loyalcore.domain.ledger import Award, Hold, Release, Spend, Sweep
from loyalcore.errors import ConcurrencyConflict, InsufficientPoints, InvalidInput, LoyaltyError, PromiseBroken
from tests.unit.execution._watched import Watched, opened

WELCOME = Award("ada", 5, reason="test", key="w")
MUG = Spend("ada", 3, key="m")


def codes(answers: list[Receipt | LoyaltyError]) -> list[str]:
    """Give the code of each error, and `done` or `replayed`."""
    return [
        answer.code if isinstance(answer, LoyaltyError) else "replayed" if answer.replayed else "done"
        for answer in answers
    ]


def test_a_batch_reads_in_one_unit_and_writes_in_another() -> None:
    """What many commands read is loaded in two calls, without a lock and before the store is held for writing."""
    store = Watched()
    executor = opened(store)
    executor.run(Register("bob"), "till")
    store.loads.clear()
    store.opened.clear()
    commands = [Award(name, 5, reason="test", key=f"{name}-{n}") for n in range(20) for name in ("ada", "bob")]
    assert codes(executor.run_together(commands, "till", Batch.open)) == ["done"] * 40
    assert store.opened == [True, False]
    assert [(len(refs), lock) for refs, lock in store.loads] == [(2, False), (44, False)]


def test_a_series_reads_what_its_customers_have_at_once() -> None:
    """The keys, and the ledgers that are booked on, are loaded in a second call; who is not there has none."""
    store = Watched()
    executor = opened(store)
    executor.run(Register("bob"), "till")
    store.loads.clear()
    commands: list[Command] = [Tag(name, add=("vip",), key="t") for name in ("ada", "bob", "cem")]
    commands += [Award(name, 5, reason="test", key="w", program="beans") for name in ("ada", "bob", "cem")]
    commands += [Award("ada", 5, reason="test", key="x", program="coffee")]
    assert codes(executor.run_together(commands, "till", Series))[-2:] == ["not_found", "not_found"]
    assert [len(refs) for refs, _ in store.loads] == [3, 9]


def test_what_changes_nothing_opens_no_unit_to_write() -> None:
    """A batch of repeats and refusals only reads."""
    store = Watched()
    executor = opened(store)
    executor.run(WELCOME, "till")
    store.opened.clear()
    answers = executor.run_together([WELCOME, Spend("ada", 6, key="s")], "till", Batch.open)
    assert codes(answers) == ["replayed", "insufficient_points"]
    assert store.opened == [True]


@pytest.mark.parametrize("kind", [Batch.open, Series])
@pytest.mark.parametrize("at_apply", [False, True])
def test_a_conflict_is_decided_again_under_lock(kind: object, at_apply: bool) -> None:
    """After another writer won, all that was read is locked in one order, and everything is decided anew."""
    store = Watched()
    executor = opened(store)
    store.stale, store.at_apply = 4, at_apply
    assert codes(executor.run_together([WELCOME, MUG, MUG], "till", kind)) == ["done", "done", "replayed"]  # type: ignore[arg-type]
    locked = [refs for refs, lock in store.loads if lock]
    assert len(locked) == 4
    assert all(refs == sorted(refs, key=lambda ref: (type(ref).__name__, repr(ref))) for refs in locked)
    assert LedgerRef("live", "holder-1", "beans") in locked[0]
    assert store.opened == [True, False, False, False, False, False]


def test_after_five_tries_the_conflict_is_the_callers() -> None:
    """Nothing is written then."""
    store = Watched()
    executor = opened(store)
    store.stale = 5
    with pytest.raises(ConcurrencyConflict):
        executor.run_together([WELCOME], "till", Batch.open)
    assert codes(executor.run_together([MUG], "till", Batch.open)) == ["insufficient_points"]


def test_a_store_that_leaves_a_ref_out_breaks_its_promise() -> None:
    """An answer without one of the refs stops the whole batch."""
    store = Watched()
    executor = opened(store)
    store.unanswered = {LedgerRef}
    with pytest.raises(PromiseBroken):
        executor.run_together([WELCOME], "till", Batch.open)


def test_a_batch_holds_no_other_command() -> None:
    """What reads more than open lots is refused, and its neighbours are not disturbed."""
    executor = opened(Watched())
    answers = executor.run_together([WELCOME, Hold("ada", 2, key="h"), None, MUG], "till", Batch.open)  # type: ignore[list-item]
    assert codes(answers) == ["done", "invalid_input", "invalid_input", "done"]
    assert isinstance(answers[1], InvalidInput)
    assert answers[1].path == "command"


def test_a_series_takes_every_command() -> None:
    """Commands of a series see what those before them made: a customer, a hold."""
    executor = opened(Watched())
    commands: list[Command] = [
        Register("bob"),
        Award("bob", 5, reason="test", key="a"),
        Hold("bob", 5, key="h"),
        Spend("bob", 1, key="s"),
        Release("bob", hold_id="h", key="r"),
        Spend("bob", 5, key="t"),
    ]
    answers = executor.run_together(commands, "till", Series)
    assert codes(answers) == ["done", "done", "done", "insufficient_points", "done", "done"]


def test_all_or_nothing_writes_nothing_where_one_is_refused() -> None:
    """Every command is answered as it would have been, and nothing is there afterwards."""
    store = Watched()
    executor = opened(store)
    answers = executor.run_together([WELCOME, Spend("ada", 6, key="s"), MUG], "till", Batch.open, atomic=True)
    assert codes(answers) == ["done", "insufficient_points", "done"]
    assert isinstance(answers[1], InsufficientPoints)
    assert codes(executor.run_together([MUG, WELCOME], "till", Batch.open)) == ["insufficient_points", "done"]


def test_a_sweep_of_another_host_is_refused_alone() -> None:
    """A sweep of a program that does not run here is refused, and those beside it are done."""
    executor = opened(Watched())
    answers = executor.run_together([Sweep("holder-1", program="nuts"), WELCOME], "till", Batch.open)
    assert codes(answers) == ["not_found", "done"]


def test_the_note_of_a_posting_is_kept() -> None:
    """A batch writes the erasable notes of its postings, each beside its own entry."""
    store = Watched()
    executor = opened(store)
    commands = [Award("ada", 5, reason="test", note=f"note {number}", key=f"n-{number}") for number in range(2)]
    answers = executor.run_together(commands, "till", Batch.open)
    refs = [
        NoteRef(answer.entries[0].ledger, answer.entries[0].seq) for answer in answers if isinstance(answer, Receipt)
    ]
    with store.unit(readonly=True) as unit:
        assert [note.text for note in unit.load(refs).values()] == ["note 0", "note 1"]
