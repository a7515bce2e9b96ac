"""Stores on which the sums agree, and the lots do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.customers import Membership
from loyalcore.domain.decision import EntriesRef, LedgerRef, MembershipRef, Put
from loyalcore.domain.ledger import Entry, Ledger, Lot
from loyalcore.errors import StaleVersion
from loyalcore.testing.broken._wrapped import Unit, Wrapped, meet

if TYPE_CHECKING:
    from collections.abc import Collection

    from loyalcore.domain.decision import ChangeSet, Ref


class _SpendBlindUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Write lots once, when they are made."""
        known = self.load([part.ref for part in changes.parts])
        parts = tuple(part for part in changes.parts if not (isinstance(part, Lot) and known[part.ref]))
        super().apply(attrs.evolve(changes, parts=parts))


class SpendBlind(Wrapped):
    """Keeps the balance, and forgets what was taken from which lot: a sweep over it expires what was spent.

    Source: FloCafe#78, tachiya#138, Kademi#5962 (debits are not paired with lots).
    """

    units: ClassVar[type[Unit]] = _SpendBlindUnit


class _NewestFirstUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load lots with the dates of each other: the one that was made last seems to end first."""
        return {ref: _turned(found) for ref, found in super().load(refs, lock).items()}


def _turned(record: Any) -> Any:
    if not isinstance(record, Ledger) or len(record.lots) < 2:
        return record
    ends = sorted({(lot.expires_at is None, lot.expires_at) for lot in record.lots})
    if len(ends) < 2:
        return record
    turned = [
        attrs.evolve(lot, active_from=other.active_from, expires_at=other.expires_at, expires_on=other.expires_on)
        for lot, other in zip(record.lots, reversed(record.lots), strict=True)
    ]
    return attrs.evolve(record, lots=tuple(turned))


class NewestFirst(Wrapped):
    """Lets the newest points be spent first, whatever the program says.

    Source: DOMAIN 3.2 (consumption order).
    """

    units: ClassVar[type[Unit]] = _NewestFirstUnit


class _UncappedUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Find no entry by what it corrects."""
        return {
            ref: () if isinstance(ref, EntriesRef) and ref.by == "corrects" else found
            for ref, found in super().load(refs, lock).items()
        }


class UncappedReversal(Wrapped):
    """Does not find what has taken back an award before: it is taken back again.

    Source: odoo#257854, odoo#212922, erpnext#32951, mollie/magento2#928 (a return takes back nothing, or twice).
    """

    units: ClassVar[type[Unit]] = _UncappedUnit


_SUMS = (
    "seq",
    "lot_count",
    "awarded",
    "active",
    "pending",
    "held",
    "spent",
    "expired",
    "reversed",
    "deficit",
    "earned",
)


class _StaleLotsUnit(Unit):
    """Adds up what a unit changes to whatever the store has by now, lot by lot, without looking at the lots again."""

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Remember the ledgers and memberships as they were read."""
        found = super().load(refs, lock)
        self.__dict__.setdefault("read", {}).update(
            {ref: record for ref, record in found.items() if isinstance(ref, LedgerRef | MembershipRef)}
        )
        return found

    def apply(self, changes: ChangeSet) -> None:
        """Keep it without a check."""
        self._applied.append(changes)

    def commit(self) -> None:
        """Redeem in one statement per row, each guarded by its own condition alone: enough points are left."""
        meet(self)
        with self._store._lock:
            self._applied = [self._moved(changes) for changes in self._applied]
            super().commit()

    def _moved(self, changes: ChangeSet) -> ChangeSet:
        puts, parts, inserts = list(changes.puts), list(changes.parts), list(changes.inserts)
        for index, put in enumerate(puts):
            read: Any = self.__dict__.get("read", {}).get(put.ref)
            now: Any = self._store._shelf.find(put.ref)
            if read is None or now.version == read.version:
                continue
            if isinstance(put.record, Membership):
                puts[index] = Put(_shown(put.record, read, now), now.version)
            if not isinstance(put.record, Ledger):
                continue
            puts[index] = Put(_added(put.record, read, now), now.version)
            lots: dict[Ref, Lot] = {lot.ref: lot for lot in read.lots}
            parts = [_left(part, lots.get(part.ref), self._store._shelf.find(part.ref)) for part in parts]
            off = now.seq - read.seq
            inserts = [
                attrs.evolve(record, seq=record.seq + off) if isinstance(record, Entry) else record
                for record in inserts
            ]
        return attrs.evolve(changes, puts=tuple(puts), parts=tuple(parts), inserts=tuple(inserts))


def _added(wanted: Ledger, read: Ledger, now: Ledger) -> Ledger:
    figures = {name: getattr(now, name) + getattr(wanted, name) - getattr(read, name) for name in _SUMS}
    if figures["active"] < 0:
        raise StaleVersion("ledger")
    return attrs.evolve(wanted, version=now.version + 1, **figures)


def _shown(wanted: Membership, read: Membership, now: Membership) -> Membership:
    sums = {
        each.name: getattr(now.points, each.name) + getattr(wanted.points, each.name) - getattr(read.points, each.name)
        for each in attrs.fields(type(wanted.points))
    }
    return attrs.evolve(wanted, version=now.version + 1, points=attrs.evolve(wanted.points, **sums))


def _left(part: Any, read: Lot | None, now: Any) -> Any:
    if not isinstance(part, Lot) or read is None or now is None:
        return part
    return attrs.evolve(part, free=now.free + part.free - read.free)


class StaleLots(Wrapped):
    """Redeems in one statement that names its lots from a stale snapshot: some lots fall below zero, the sums agree.

    Source: HOUSE 4 (lock the head in a statement of its own; measured once, such a redeem left 984 lots below zero).
    """

    units: ClassVar[type[Unit]] = _StaleLotsUnit
    parties: ClassVar[int] = 3
