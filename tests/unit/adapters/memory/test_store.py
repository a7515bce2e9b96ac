"""The memory store beside what the contract asks of every store."""

from __future__ import annotations

import threading

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import ChangeSet, Put, Remove
from loyalcore.errors import ReadOnlyStore, StaleVersion, StoreUnavailable
from loyalcore.testing import example
from loyalcore.testing.contract import _samples as samples


def test_it_offers_threads() -> None:
    """The store is shared by threads and has pages; it lasts as long as its process."""
    assert MemoryStore().abilities == {"pages", "threads"}


def test_a_closed_store_opens_no_unit() -> None:
    """A store that was closed is unavailable to commands and to reads."""
    store = MemoryStore()
    shop = example(store)
    store.close()
    with pytest.raises(StoreUnavailable):
        shop.points.award("ada", 5, reason="a", key="k-1")
    with pytest.raises(StoreUnavailable):
        shop.points.balance("ada")


def test_a_read_only_unit_applies_nothing() -> None:
    """A unit that was opened to read refuses to apply, and goes on reading."""
    store = MemoryStore()
    with store.unit(readonly=True) as unit:
        with pytest.raises(ReadOnlyStore):
            unit.apply(samples.put(samples.customer()))
        assert unit.load([samples.customer().ref]) == {samples.customer().ref: None}


def test_a_refused_apply_leaves_the_unit_as_it_was() -> None:
    """After a refusal a unit commits what it had applied before."""
    store = MemoryStore()
    with store.unit() as unit:
        unit.apply(samples.put(samples.customer()))
        with pytest.raises(StaleVersion, match="ledger"):
            unit.apply(samples.put(samples.ledger(version=2), 1))
        unit.commit()
    with store.unit() as unit:
        assert unit.load([samples.customer().ref])[samples.customer().ref] == samples.customer()


def test_a_commit_checks_again() -> None:
    """What was free when it was applied and is taken at the commit is refused, with all that the unit applied."""
    store = MemoryStore()
    with store.unit() as slow, store.unit() as fast:
        slow.apply(samples.put(samples.ledger(), None, samples.entry()))
        slow.apply(samples.put(samples.customer()))
        fast.apply(samples.put(samples.customer()))
        fast.commit()
        with pytest.raises(StaleVersion, match="customer"):
            slow.commit()
    with store.unit() as unit:
        assert unit.load([samples.REF])[samples.REF] is None


def test_a_commit_is_made_once() -> None:
    """A second commit of a unit has nothing left to write."""
    store = MemoryStore()
    with store.unit() as unit:
        unit.apply(samples.put(samples.customer()))
        unit.commit()
        unit.commit()
    with store.unit() as unit:
        unit.apply(samples.put(samples.customer(version=2), 1))
        unit.commit()


def test_a_unit_reads_the_parts_that_it_has_applied() -> None:
    """Above what is committed a unit sees its own lots: opened, changed and closed ones."""
    store = MemoryStore()
    with store.unit() as unit:
        unit.apply(ChangeSet(puts=(Put(samples.ledger(), None),), parts=(samples.lot(1), samples.lot(2))))
        unit.commit()
    with store.unit() as unit:
        unit.apply(ChangeSet(parts=(samples.lot(1, free=0), samples.lot(2, free=4), samples.lot(3))))
        assert [(lot.lot, lot.free) for lot in unit.load([samples.REF])[samples.REF].lots] == [(2, 4), (3, 5)]


def test_nothing_is_kept_of_a_customer_who_was_removed() -> None:
    """The store forgets the row, and the entry by which it is found from the holder, whatever unit took it away."""
    store = MemoryStore()
    row = samples.customer("a-canary", holder_id="h-canary")
    for changes in (samples.put(row), ChangeSet(removes=(Remove(row.ref, 1),))):
        with store.unit() as unit:
            unit.apply(changes)
            assert ("canary" in repr(vars(store._shelf))) is bool(changes.removes)
            unit.commit()
    assert "canary" not in repr(vars(store._shelf))


def test_a_locking_unit_keeps_others_from_writing() -> None:
    """A unit that has loaded under lock holds the store until it ends, however often it locked."""
    store = MemoryStore()
    done = threading.Event()

    def write() -> None:
        with store.unit() as unit:
            unit.apply(samples.put(samples.customer()))
            unit.commit()
        done.set()

    thread = threading.Thread(target=write)
    with store.unit() as unit:
        for _time in range(3):
            unit.load([samples.REF], lock=True)
        thread.start()
        assert not done.wait(timeout=0.05)
    thread.join(timeout=10)
    assert done.is_set()
