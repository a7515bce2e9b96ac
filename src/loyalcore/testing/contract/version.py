"""Who has read an old version writes nothing (P8, P6)."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.decision import ChangeSet, LedgerRef, Put
from loyalcore.errors import ConcurrencyConflict, StaleVersion, StoreUnavailable
from loyalcore.testing._play import dump
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import THREADS, Contract, Shop, need, race, read, refused, write

if TYPE_CHECKING:
    from loyalcore.store import Store

KINDS: dict[str, Any] = {
    "customer": samples.customer,
    "membership": samples.membership,
    "ledger": samples.ledger,
    "segment": samples.segment,
    "code": samples.code,
    "referral": samples.referral,
    "counter": samples.counter,
}


class VersionContract(Contract):
    """Who has read an old version writes nothing."""

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(("stored", "expected"), [(0, 1), (1, None), (2, None), (2, 1), (2, 3)])
    def test_a_stale_put_is_refused(self, store: Store, kind: str, stored: int, expected: int | None) -> None:
        """P8: a put that does not find its expected version is refused; None expects that nothing is there."""
        make = KINDS[kind]
        for version in range(1, stored + 1):
            write(store, samples.put(make(version=version), version - 1 or None))
        before = dump(store)
        refused(store, samples.put(make(version=9), expected))
        assert dump(store) == before

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_put_that_finds_its_version_is_taken(self, store: Store, kind: str) -> None:
        """P8: a put that finds its expected version replaces the record."""
        make = KINDS[kind]
        for version in (1, 2, 3):
            write(store, samples.put(make(version=version), version - 1 or None))
            assert read(store, make().ref).version == version

    def test_a_stale_change_set_is_refused_whole(self, store: Store) -> None:
        """P8: one stale put among many leaves nothing of its change set: no other put, part or insert."""
        gift = LedgerRef("live", "holder-1", "beans", "gift")
        write(store, samples.put(samples.ledger(), None, samples.entry()), samples.put(samples.customer()))
        before = dump(store)
        for stale in (Put(samples.customer(version=3), 2), Put(samples.membership(version=2), 1)):
            good = (Put(samples.ledger(gift), None), Put(samples.ledger(version=2), 1))
            for puts in ((*good, stale), (stale, *good)):
                parts = (samples.lot(), samples.hold(), samples.debt(), samples.lot(ref=gift))
                inserts = (samples.entry(2), samples.key(), samples.fact(), samples.note(2))
                refused(store, ChangeSet(puts=puts, parts=parts, inserts=inserts))
                assert dump(store) == before

    def test_two_puts_in_one_unit_follow_each_other(self, store: Store) -> None:
        """P8: what a unit has put is what its next put finds."""
        write(store, samples.put(samples.ledger()), samples.put(samples.ledger(version=2), 1))
        assert read(store, samples.REF).version == 2
        third = samples.put(samples.ledger(version=3), 2)
        with pytest.raises(StaleVersion):
            write(store, third, third)
        assert read(store, samples.REF).version == 2

    def test_of_racing_puts_one_is_taken(self, store: Store) -> None:
        """P8: of 16 units that have read the same version, one writes and the others are refused."""
        need(store, "threads")
        write(store, samples.put(samples.ledger()))
        gate = threading.Barrier(THREADS)

        def act(number: int) -> int:
            with store.unit(readonly=True) as unit:
                found = unit.load([samples.REF])[samples.REF]
            gate.wait(timeout=30)
            write(store, samples.put(attrs.evolve(found, version=2, active=number), found.version))
            return number

        answers = race([partial(act, number) for number in range(1, THREADS + 1)])
        won = [answer for answer in answers if isinstance(answer, int)]
        lost = [answer for answer in answers if isinstance(answer, StaleVersion)]
        assert (len(won), len(lost)) == (1, THREADS - 1), answers
        assert read(store, samples.REF).active == won[0]

    def test_no_update_is_lost(self, store: Store) -> None:
        """P8: of 16 spenders of one ledger that holds enough for 10, 10 get it and 6 are refused."""
        need(store, "threads")
        shop = Shop(store)
        shop.points.award("ada", 100, reason="a", key="k-0")

        def act(number: int) -> Any:
            while True:
                try:
                    return shop.points.spend("ada", 10, key=f"s-{number}").points
                except (ConcurrencyConflict, StoreUnavailable):
                    continue

        answers = race([partial(act, number) for number in range(THREADS)])
        assert (
            sorted(getattr(answer, "code", answer) for answer in answers if answer != 10) == ["insufficient_points"] * 6
        ), answers
        assert shop.figures() == (0, 0, 100, 0)
        assert shop.points.verify("ada").is_ok
        assert [entry.seq for entry in shop.points.entries("ada")] == [*range(1, 12)]


class LockingContract(Contract):
    """Who locks what another unit has locked waits, or fails."""

    def test_what_a_lock_was_waited_for_is_found(self, store: Store) -> None:
        """P6: a key that was written while a lock was waited for is there in the answer, whatever is asked first."""
        need(store, "threads")
        key = samples.key()
        write(store, samples.put(samples.ledger()))
        locked, seen = threading.Event(), list[Any]()

        def second() -> None:
            assert locked.wait(timeout=30)
            try:
                with store.unit() as unit:
                    found = unit.load([key.ref, samples.REF], lock=True)
                    seen.append((found[samples.REF].version, found[key.ref]))
            except (StaleVersion, StoreUnavailable) as error:
                seen.append(error.code)

        thread = threading.Thread(target=second)
        thread.start()
        with store.unit() as unit:
            unit.load([samples.REF], lock=True)
            locked.set()
            thread.join(timeout=0.2)
            unit.apply(samples.put(samples.ledger(version=2), 1, key))
            unit.commit()
        thread.join(timeout=60)
        assert not thread.is_alive()
        assert seen in ([(2, key)], ["stale_version"], ["store_unavailable"])

    def test_a_second_lock_waits_or_fails(self, store: Store) -> None:
        """P6: while a unit holds a ledger locked, another that locks it does not read what is about to change."""
        need(store, "threads")
        write(store, samples.put(samples.ledger()))
        locked, seen = threading.Event(), list[Any]()

        def second() -> None:
            assert locked.wait(timeout=30)
            try:
                with store.unit() as unit:
                    found = unit.load([samples.REF], lock=True)[samples.REF]
                    seen.append(found.version)
                    unit.apply(samples.put(samples.ledger(version=found.version + 1), found.version))
                    unit.commit()
            except (StaleVersion, StoreUnavailable) as error:
                seen.append(error.code)

        thread = threading.Thread(target=second)
        thread.start()
        with store.unit() as unit:
            assert unit.load([samples.REF], lock=True)[samples.REF].version == 1
            locked.set()
            thread.join(timeout=0.2)
            assert seen in ([], ["stale_version"], ["store_unavailable"]), f"the lock was passed over: {seen}"
            unit.apply(samples.put(samples.ledger(version=2), 1))
            unit.commit()
        thread.join(timeout=60)
        assert not thread.is_alive()
        assert seen in ([2], ["stale_version"], ["store_unavailable"])
        assert read(store, samples.REF).version == (3 if seen == [2] else 2)
