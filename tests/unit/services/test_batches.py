"""Many postings at once, and the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.customers import Register
from loyalcore.domain.flows import Command, Posting
from loyalcore.domain.ledger import Adjust, Award, Deduct, Spend
from loyalcore.domain.programs import Program
from loyalcore.errors import (
    FactConflict,
    IdempotencyConflict,
    InsufficientPoints,
    InvalidInput,
    LimitExceeded,
    NotFound,
    StoreUnavailable,
)
from loyalcore.services import Loyalty, Outcome, Posted, _sweeping
from loyalcore.testing import CountedIds, FixedClock

NOW = "2026-01-01T12:00:00Z"
BEANS = Program("beans", currency="EUR", timezone="UTC")
TEA = Program("tea", currency="EUR", timezone="UTC")


def opened(store: Any = None, programs: Any = (BEANS,), clock: Any = None) -> Loyalty:
    """Open a facade with two customers."""
    store = MemoryStore() if store is None else store
    loyalty = Loyalty(store, programs, clock=clock or FixedClock(NOW), ids=CountedIds(), actor="till")
    for name in ("ada", "bob"):
        loyalty.customers.register(name)
    return loyalty


def award(points: int, key: str, customer_id: str = "ada", **fields: Any) -> Award:
    """Make an award."""
    return Award(customer_id, points, reason="test", key=key, **fields)


def test_each_posting_has_its_outcome() -> None:
    """Refusals are counted and kept; their neighbours are done, and later ones see what earlier ones did."""
    loyalty = opened()
    commands: list[Posting] = [
        award(5, "a"),
        Spend("ada", 6, key="b"),
        Spend("ada", 4, key="c"),
        Deduct("ada", 1, reason="test", key="d"),
        Adjust("bob", 3, reason="test", key="e"),
        Spend("cem", 1, key="f"),
    ]
    told: list[Outcome] = []
    posted = loyalty.points.post_many(iter(commands), each=told.append)
    assert (posted.done, posted.replayed, posted.refused, posted.undone) == (4, 0, 2, 0)
    assert [outcome.command for outcome in told] == commands
    assert [type(outcome.error) for outcome in posted.refusals] == [InsufficientPoints, NotFound]
    assert [loyalty.points.balance(name).active for name in ("ada", "bob")] == [0, 3]
    assert loyalty.points.verify("ada").is_ok


def test_the_same_stream_again_changes_nothing() -> None:
    """Every posting answers its first receipt; a refused one did not use up its key."""
    loyalty = opened()
    first: list[Outcome] = []
    again: list[Outcome] = []
    commands = [award(5, f"a-{number}") for number in range(10)] + [Spend("ada", 60, key="s")]
    loyalty.points.post_many(commands, each=first.append, chunk=3)
    posted = loyalty.points.post_many(commands, each=again.append, chunk=4)
    assert (posted.done, posted.replayed, posted.refused) == (0, 10, 1)
    entries = [[outcome.receipt.entries for outcome in told if outcome.receipt] for told in (first, again)]
    assert entries[0] == entries[1]
    assert loyalty.points.award("ada", 20, reason="test", key="more").points == 20
    assert loyalty.points.post_many(commands).done == 1


def test_a_key_and_a_fact_count_once_within_a_chunk() -> None:
    """The same key again is a replay, with another payload a conflict; a fact pays once whatever the keys."""
    loyalty = opened()
    paid = {"rule": "base", "order_id": "o-1"}
    commands = [
        award(5, "a"),
        award(5, "a"),
        award(6, "a"),
        award(7, "b", **paid),
        award(7, "c", **paid),
        award(8, "d", **paid),
    ]
    told: list[Outcome] = []
    posted = loyalty.points.post_many(commands, each=told.append)
    assert (posted.done, posted.replayed, posted.refused) == (2, 2, 2)
    assert [type(outcome.error) for outcome in posted.refusals] == [IdempotencyConflict, FactConflict]
    replays = [outcome.receipt for outcome in (told[1], told[4])]
    assert [replay.entries for replay in replays if replay] == [
        receipt.entries for receipt in (told[0].receipt, told[3].receipt) if receipt
    ]


def test_a_customer_enrols_in_the_order_of_the_programs_booked_on() -> None:
    """Two programs that came after the customer are one new row of the directory, in the order of what was done."""
    store = MemoryStore()
    opened(store=store, programs=(Program("old", currency="EUR", timezone="UTC"),))
    loyalty = Loyalty(store, (BEANS, TEA), clock=FixedClock(NOW), ids=CountedIds(), actor="till")
    commands: list[Posting] = [
        Spend("ada", 1, key="a", program="beans"),
        award(2, "b", program="tea"),
        award(3, "c", program="beans"),
        award(4, "d"),
        award(5, "e", program="tea"),
    ]
    posted = loyalty.points.post_many(commands)
    assert [type(outcome.error) for outcome in posted.refusals] == [InsufficientPoints, InvalidInput]
    assert loyalty.customers.get("ada").programs == ("old", "tea", "beans")
    assert [loyalty.points.balance("ada", program=each).active for each in ("beans", "tea")] == [3, 7]


def test_all_or_nothing() -> None:
    """Where one is refused nothing is written; where none is, everything is."""
    loyalty = opened()
    told: list[Outcome] = []
    commands: list[Posting] = [award(5, "a"), Spend("ada", 6, key="b"), award(1, "c")]
    posted = loyalty.points.post_many(commands, atomic=True, each=told.append)
    assert posted == Posted(refused=1, undone=2, refusals=(told[1],))
    assert [outcome.is_undone for outcome in told] == [True, False, True]
    assert loyalty.points.balance("ada").active == 0
    assert loyalty.points.post_many([award(6, "a"), commands[1]], atomic=True).done == 2


def test_all_or_nothing_fits_in_one_chunk() -> None:
    """More commands than a unit may have are refused before anything is done."""
    loyalty = opened()
    commands = [award(1, f"a-{number}") for number in range(4)]
    with pytest.raises(LimitExceeded) as caught:
        loyalty.points.post_many(commands, atomic=True, chunk=3)
    assert (caught.value.path, caught.value.limit) == ("commands", 3)
    assert loyalty.points.balance("ada").active == 0
    assert loyalty.points.post_many(commands, atomic=True, chunk=4).done == 4


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"commands": None}, "commands"),
        ({"commands": 7}, "commands"),
        ({"chunk": 0}, "chunk"),
        ({"chunk": True}, "chunk"),
        ({"chunk": "10"}, "chunk"),
        ({"each": "print"}, "each"),
    ],
)
def test_arguments_are_checked(fields: dict[str, Any], path: str) -> None:
    """An argument of the wrong type is refused before anything is done."""
    with pytest.raises(InvalidInput) as caught:
        opened().points.post_many(**{"commands": [award(5, "a")], **fields})
    assert caught.value.path == path


def test_a_chunk_has_a_limit() -> None:
    """A unit of more than 100,000 commands is refused."""
    with pytest.raises(LimitExceeded) as caught:
        opened().points.post_many([], chunk=100_001)
    assert (caught.value.path, caught.value.limit) == ("chunk", 100_000)


def test_somebody_acts() -> None:
    """Postings and sweeps need an actor."""
    nobody = Loyalty(MemoryStore(), [BEANS])
    with pytest.raises(InvalidInput, match="who acts"):
        nobody.points.post_many([])


def test_a_generator_is_taken_bit_by_bit() -> None:
    """Of an endless stream only a chunk is read ahead, and what was told is written."""
    loyalty = opened()
    read: list[int] = []

    def endless() -> Iterator[Award]:
        number = 0
        while True:
            read.append(number)
            yield award(1, f"a-{number}")
            number += 1

    def stop(outcome: Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loyalty.points.post_many(endless(), each=stop, chunk=5)
    assert read == [0, 1, 2, 3, 4]
    assert loyalty.points.balance("ada").active == 5


def test_a_failing_store_leaves_whole_chunks() -> None:
    """What was written before stays, and the same stream given again does the rest."""

    class Failing(MemoryStore):
        units = 0
        fails_at = -1

        def unit(self, *, readonly: bool = False) -> Any:
            self.units += 1
            if self.units == self.fails_at:
                raise StoreUnavailable("gone")
            return super().unit(readonly=readonly)

    store = Failing()
    loyalty = opened(store)
    store.fails_at = store.units + 4
    commands = [award(1, f"a-{number}") for number in range(6)]
    with pytest.raises(StoreUnavailable):
        loyalty.points.post_many(commands, chunk=2)
    assert loyalty.points.balance("ada").active == 2
    posted = loyalty.points.post_many(commands, chunk=2)
    assert (posted.done, posted.replayed) == (4, 2)


def test_only_the_first_refusals_are_kept() -> None:
    """The sum of a stream stays small however many are refused."""
    posted = opened().points.post_many([Spend("ada", 1, key=f"s-{number}") for number in range(150)])
    assert (posted.refused, len(posted.refusals)) == (150, 100)


def test_commands_of_every_kind_all_or_nothing() -> None:
    """`run_many` in one unit: a refusal anywhere undoes all, and says which it was."""
    loyalty = opened()
    commands: list[Command] = [Register("cem"), award(5, "a", "cem"), Spend("cem", 6, key="b")]
    outcomes = loyalty.run_many(commands, atomic=True)
    assert [outcome.is_undone for outcome in outcomes] == [True, True, False]
    assert isinstance(outcomes[2].error, InsufficientPoints)
    with pytest.raises(NotFound):
        loyalty.customers.get("cem")
    outcomes = loyalty.run_many([*commands[:2], Spend("cem", 5, key="b")], atomic=True)
    assert all(outcome.receipt is not None and not outcome.is_undone for outcome in outcomes)
    assert loyalty.points.balance("cem").spent == 5


@pytest.mark.parametrize("store", [MemoryStore(), SqlStore("sqlite://")], ids=["memory", "sqlite"])
def test_a_sweep_goes_in_units_of_many_ledgers(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every due ledger is written once, subledgers of one customer across units too; the next sweep finds nothing."""
    monkeypatch.setattr(_sweeping, "SWEEP_LEDGERS", 3)
    clock = FixedClock(NOW)
    loyalty = opened(store, clock=clock)
    for number in range(5):
        for name in ("ada", "bob"):
            loyalty.points.award(name, 5, reason="test", key=f"k-{number}", expiry="1D", ledger="x" * number)
    clock.put("2026-01-05T12:00:00Z")
    assert loyalty.points.sweep("bob") == 5
    assert loyalty.points.sweep() == 5
    assert loyalty.points.sweep() == 0
    assert [loyalty.points.balance("ada", ledger="x" * number).expired for number in range(5)] == [5] * 5
    assert loyalty.points.verify("ada").is_ok


def test_a_sweep_that_is_stopped_leaves_whole_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was swept before the stop stays, and the next sweep does the rest."""
    monkeypatch.setattr(_sweeping, "SWEEP_LEDGERS", 2)
    clock = FixedClock(NOW)

    class Stopped(MemoryStore):
        writes_left = 100

        def unit(self, *, readonly: bool = False) -> Any:
            self.writes_left -= not readonly
            if not self.writes_left:
                raise KeyboardInterrupt
            return super().unit(readonly=readonly)

    store = Stopped()
    loyalty = opened(store, clock=clock)
    for number in range(5):
        loyalty.points.award("ada", 5, reason="test", key=f"k-{number}", expiry="1D", ledger="x" * number)
    clock.put("2026-01-05T12:00:00Z")
    store.writes_left = 2
    with pytest.raises(KeyboardInterrupt):
        loyalty.points.sweep()
    store.writes_left = 100
    assert loyalty.points.sweep() == 3


def test_a_ledger_that_was_booked_on_meanwhile_is_swept_as_it_is_now() -> None:
    """A spend between the look and the write of a sweep is not lost."""
    clock = FixedClock(NOW)

    class Crossed(MemoryStore):
        spends: list[Any] = []  # noqa: RUF012 - emptied by the test that fills it

        def unit(self, *, readonly: bool = False) -> Any:
            if not readonly and self.spends:
                self.spends.pop()()
            return super().unit(readonly=readonly)

    store = Crossed()
    loyalty = opened(store, clock=clock)
    loyalty.points.award("ada", 5, reason="test", key="a", expiry="1D")
    loyalty.points.award("ada", 7, reason="test", key="b")
    clock.put("2026-01-05T12:00:00Z")
    store.spends.append(lambda: loyalty.points.spend("ada", 2, key="s"))
    assert loyalty.points.sweep() == 0
    assert [entry.kind.value for entry in loyalty.points.entries("ada")] == ["award", "award", "expire", "spend"]
