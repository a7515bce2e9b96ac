"""What was written once stays as it was (P10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import ChangeSet, Fact, KeyRecord, Put
from loyalcore.domain.ledger import Entry, HoldState
from loyalcore.testing._play import records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import Contract, Shop, read, write

if TYPE_CHECKING:
    from loyalcore.store import Store


class ImmutabilityContract(Contract):
    """What was written once stays as it was."""

    def test_entries_never_change(self, store: Store) -> None:
        """P10: whatever is done afterwards, an entry stays as it was written."""
        shop = Shop(store)
        points, seen = shop.points, dict[str, Entry]()

        def look() -> None:
            for entry in records(store, Entry):
                assert seen.setdefault(entry.id, entry) == entry

        first = points.award("ada", 100, reason="a", expiry="5D", order_id="o-1", note="free text", key="k-1")
        look()
        spent = points.spend("ada", 30, order_id="o-2", key="k-2")
        look()
        points.hold("ada", 20, hold_for="1h", key="k-3")
        look()
        points.capture("ada", "k-3", points=5, key="k-4")
        points.restore("ada", entry_id=spent.entries[0].id, key="k-5")
        look()
        points.extend("ada", by="1D", reason="b", key="k-6")
        points.reverse("ada", 10, entry_id=first.entries[0].id, key="k-7")
        look()
        shop.clock.move(days=30)
        points.sweep()
        shop.loyalty.customers.merge("ada", into="bob")
        look()
        assert len(seen) == len(records(store, Entry)) > 9

    def test_keys_and_facts_never_change(self, store: Store) -> None:
        """P10: a key and a fact stay as they were when they are met again, and when their holder is merged."""
        shop = Shop(store)
        shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-1")
        before = records(store, KeyRecord), records(store, Fact)
        shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-1")
        shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-2")
        shop.loyalty.customers.merge("ada", into="bob")
        shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-3")
        assert (records(store, KeyRecord), records(store, Fact)) == before

    def test_parts_are_written_over(self, store: Store) -> None:
        """P10: a lot, a hold and a debt are what was written last, in their ledger and by their own ref."""
        opened = (samples.lot(), samples.hold(), samples.debt())
        changed = (samples.lot(free=1), samples.hold(points=1), samples.debt(owed=1))
        closed = (samples.lot(free=0), samples.hold(state=HoldState.CAPTURED), samples.debt(owed=0))
        for version, parts in enumerate((opened, changed, closed, opened), start=1):
            figures: dict[str, Any] = {} if parts is closed else {"held": 3, "deficit": 2}
            head = samples.ledger(version=version, **figures)
            write(store, ChangeSet(puts=(Put(head, None if version == 1 else version - 1),), parts=parts))
            assert tuple(read(store, part.ref) for part in parts) == parts
            found = read(store, samples.REF)
            assert (*found.lots, *found.holds, *found.debts) == (() if parts is closed else parts)

    def test_a_head_written_without_parts_keeps_them(self, store: Store) -> None:
        """P10: writing a ledger's head touches none of its lots, holds and debts, whatever it carries."""
        parts = (samples.lot(), samples.hold(), samples.debt())
        write(store, ChangeSet(puts=(Put(samples.ledger(held=3, deficit=2), None),), parts=parts))
        write(store, samples.put(samples.ledger(version=2, held=3, deficit=2), 1))
        found = read(store, samples.REF)
        assert (*found.lots, *found.holds, *found.debts) == parts
        assert found.version == 2
