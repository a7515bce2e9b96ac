"""A unit is everything or nothing (P1, P2, P3, P14)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet, EntriesRef, Put
from loyalcore.domain.ledger import Award, Entry, Ledger
from loyalcore.errors import InsufficientPoints, ReadOnlyStore, StaleVersion, StoreError
from loyalcore.query import All
from loyalcore.testing._play import dump
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import Contract, Shop, read, refused, write

if TYPE_CHECKING:
    from loyalcore.domain.decision import Ref
    from loyalcore.store import Store

EVERYTHING = ChangeSet(
    puts=(
        *(Put(samples.customer(), None), Put(samples.membership(), None)),
        *(Put(samples.ledger(), None), Put(samples.segment(), None), Put(samples.order(), None)),
        *(Put(samples.code(), None), Put(samples.referral(), None), Put(samples.counter(), None)),
    ),
    parts=(samples.lot(), samples.hold(), samples.debt()),
    inserts=(samples.entry(), samples.key(), samples.fact(), samples.note(), samples.notice()),
)
EMPTY = {
    name: list[Any]()
    for name in (
        "Customer",
        "Membership",
        "Ledger",
        "Lot",
        "PointsHold",
        "Debt",
        "Entry",
        "KeyRecord",
        "Fact",
        "Note",
        "Notice",
        "Segment",
        "Order",
        "ReferralCode",
        "Referral",
        "Counter",
    )
}


class UnitOfWorkContract(Contract):
    """A unit is everything or nothing."""

    def test_a_new_store_holds_nothing(self, store: Store) -> None:
        """P2: a new store holds no record of any kind: every test begins with one."""
        assert dump(store) == EMPTY

    def test_a_committed_unit_is_there_whole(self, store: Store) -> None:
        """P2: all of a unit is visible after its commit."""
        write(store, EVERYTHING)
        assert {name: len(found) for name, found in dump(store).items()} == dict.fromkeys(EMPTY, 1)

    def test_a_unit_without_commit_leaves_nothing(self, store: Store) -> None:
        """P3: a unit that ends without commit leaves nothing behind."""
        with store.unit() as unit:
            unit.apply(EVERYTHING)
        assert dump(store) == EMPTY
        write(store, EVERYTHING)

    def test_a_unit_that_fails_leaves_nothing(self, store: Store) -> None:
        """P3: a unit that an exception ends leaves nothing behind, and lets the exception through."""
        with pytest.raises(ZeroDivisionError):
            _fail_within(store)
        assert dump(store) == EMPTY
        write(store, EVERYTHING)

    def test_a_unit_that_was_refused_leaves_nothing(self, store: Store) -> None:
        """P3: a unit that ends without commit after a refusal leaves nothing of what it applied before."""
        write(store, samples.put(samples.customer("bob")))
        before = dump(store)
        with store.unit() as unit:
            unit.apply(EVERYTHING)
            with pytest.raises(StaleVersion):
                unit.apply(samples.put(samples.ledger(version=2), 7))
        assert dump(store) == before

    def test_several_change_sets_are_one(self, store: Store) -> None:
        """P2: all change sets of a unit become visible with its commit."""
        write(store, samples.put(samples.customer()), samples.put(samples.ledger(), None, samples.entry()))
        found = dump(store)
        assert [len(found[name]) for name in ("Customer", "Ledger", "Entry")] == [1, 1, 1]

    def test_a_unit_reads_what_it_has_applied(self, store: Store) -> None:
        """P1: a unit reads its own change sets before their commit, loaded and streamed."""
        write(store, samples.put(samples.ledger()), ChangeSet(parts=(samples.lot(), samples.lot(2))))
        with store.unit() as unit:
            unit.apply(
                ChangeSet(
                    puts=(Put(samples.ledger(version=2), 1), Put(samples.customer(), None)),
                    parts=(samples.lot(free=0), samples.lot(3)),
                    inserts=(samples.entry(1, order_id="o-1"), samples.key()),
                )
            )
            refs: list[Ref] = [samples.REF, samples.customer().ref, samples.key().ref, samples.entry().ref]
            by_order = EntriesRef(samples.REF, "order_id", "o-1")
            found = unit.load([*refs, by_order])
            assert found[samples.REF].version == 2
            assert [lot.lot for lot in found[samples.REF].lots] == [2, 3]
            assert all(found[ref] for ref in (*refs, by_order))
            assert [row.customer_id for row in unit.stream(All(Customer, "live"), samples.AT)] == ["ada"]
            assert [entry.seq for entry in unit.stream(All(Entry, "live"), samples.AT)] == [1]
            assert [head.version for head in unit.stream(All(Ledger, "live"), samples.AT)] == [2]
        assert read(store, samples.REF).version == 1

    def test_what_is_not_committed_is_invisible(self, store: Store) -> None:
        """P1: another unit does not read what is applied and not committed; it may be made to wait, or refused."""
        write(store, samples.put(samples.ledger()))
        seen: list[Any] = []

        def look() -> None:
            try:
                seen.append(read(store, samples.REF).version)
            except StoreError as error:
                seen.append(error.code)

        thread = threading.Thread(target=look)
        with store.unit() as unit:
            unit.apply(samples.put(samples.ledger(version=2), 1, samples.entry()))
            if "threads" in store.abilities:
                thread.start()
                thread.join(timeout=0.2)
            else:
                look()
            assert seen in ([], [1], ["store_unavailable"]), f"version 2 was not committed: {seen}"
        if "threads" in store.abilities:
            thread.join(timeout=60)
        assert seen in ([1], ["store_unavailable"])
        assert read(store, samples.REF).version == 1

    def test_what_is_committed_is_seen_by_the_next_unit(self, store: Store) -> None:
        """P1: a unit reads what was committed before it was opened."""
        for version in range(1, 6):
            write(store, samples.put(samples.ledger(version=version), version - 1 or None))
            with store.unit() as unit:
                assert unit.load([samples.REF])[samples.REF].version == version

    def test_a_unit_that_only_reads_applies_nothing(self, store: Store) -> None:
        """P14: a read-only unit refuses to apply with `ReadOnlyStore`."""
        with pytest.raises(ReadOnlyStore), store.unit(readonly=True) as unit:
            unit.apply(EVERYTHING)
        assert dump(store) == EMPTY

    def test_a_refused_command_writes_nothing(self, store: Store) -> None:
        """P3: a command that is refused or previewed leaves every record as it was."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", expiry="1D", key="k-1")
        shop.clock.move(days=2)
        before = dump(store)
        with pytest.raises(InsufficientPoints):
            shop.points.spend("ada", 1, key="k-2")
        shop.loyalty.preview(Award("ada", 5, reason="a", key="k-3"))
        assert dump(store) == before
        refused(store, samples.put(samples.customer("bob"), None))
        assert dump(store) == before


def _fail_within(store: Store) -> None:
    with store.unit() as unit:
        unit.apply(EVERYTHING)
        raise ZeroDivisionError
