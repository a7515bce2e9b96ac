"""Stores that do not keep what a return goes by: the record of an award, its lot, its date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.decision import LotRef
from loyalcore.domain.ledger import Draw, Entry, EntryKind, Lot
from loyalcore.domain.orders import Order, OrderAward, Weight
from loyalcore.testing.broken._wrapped import Unit, Wrapped

if TYPE_CHECKING:
    from collections.abc import Collection

    from loyalcore.domain.decision import ChangeSet, LedgerRef, Ref
    from loyalcore.domain.orders import Cart


class _SharingUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Spread what a reversal takes over all lots, each by its share, whichever it names."""
        found: dict[LedgerRef, Entry] = {
            entry.ledger: entry
            for entry in changes.inserts
            if isinstance(entry, Entry) and entry.kind is EntryKind.REVERSE
        }
        for ledger, entry in found.items():
            changes = self._shared(changes, ledger, entry)
        super().apply(changes)

    def _shared(self, changes: ChangeSet, ledger: LedgerRef, entry: Entry) -> ChangeSet:
        head: Any = self.load([ledger])[ledger]
        taken = sum(draw.points for draw in entry.draws)
        free = {lot.lot: lot.free for lot in head.lots}
        whole, draws = sum(free.values()), []
        for number, points in free.items():
            draws.append(Draw(number, taken * points // whole))
            taken, whole = taken - draws[-1].points, whole - points
        gone = dict(draws)
        lots = [attrs.evolve(lot, free=lot.free - gone[lot.lot]) for lot in head.lots]
        others = [part for part in changes.parts if not isinstance(part, Lot) or part.ledger != ledger]
        booked = attrs.evolve(entry, draws=tuple(draw for draw in draws if draw.points))
        inserts = tuple(booked if each is entry else each for each in changes.inserts)
        return attrs.evolve(changes, parts=(*others, *lots), inserts=inserts)


class SharedReversal(Wrapped):
    """Takes back by arithmetic: a reversal lessens every lot by its share of the balance, not the lot of its award.

    Source: odoo#257854, odoo#212922 (a refund changes a total, and nobody knows which points have gone).
    """

    units: ClassVar[type[Unit]] = _SharingUnit


class _PricingUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load orders with awards that every line has earned by its price."""
        return {ref: _priced(found) for ref, found in super().load(refs, lock).items()}


def _priced(record: Any) -> Any:
    if not isinstance(record, Order):
        return record
    weights = tuple([Weight(*each) for each in record.cart.amounts.lines.items()])
    return attrs.evolve(record, awards=tuple([attrs.evolve(award, weights=weights) for award in record.awards]))


class PricedReversal(Wrapped):
    """Keeps of an award its points, not which lines have earned them: a return takes a share by price in their place.

    Source: DOMAIN 3.3 (the points taken back are the recorded award of those items).
    """

    units: ClassVar[type[Unit]] = _PricingUnit


class _UndatingUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load a lot that is asked for by itself, since it is closed, without its end."""
        found = super().load(refs, lock).items()
        return {ref: _undated(lot) if isinstance(ref, LotRef) else lot for ref, lot in found}


def _undated(lot: Lot | None) -> Lot | None:
    return None if lot is None else attrs.evolve(lot, expires_at=None, expires_on=None)


class UndatedRestore(Wrapped):
    """Files a lot that was spent away without its dates: points that are given back to it never expire.

    Source: Setono rollback (a spend that is returned comes back without its expiry).
    """

    units: ClassVar[type[Unit]] = _UndatingUnit


class _TodaysUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Keep the rate of the last award as the rate of all orders."""
        store: Any = self._store
        for put in changes.puts:
            if isinstance(put.record, Order) and put.record.awards:
                store.rate = _rate(put.record.awards[-1], put.record.cart)
        super().apply(changes)

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load orders with what they would earn by the rate of today."""
        store: Any = self._store
        return {ref: _by_rate(found, store.rate) for ref, found in super().load(refs, lock).items()}


def _rate(award: OrderAward, cart: Cart) -> int:
    return int(award.points / cart.amounts.net) if cart.amounts.net else 0


def _by_rate(record: Any, rate: int) -> Any:
    if not isinstance(record, Order):
        return record
    points = int(record.cart.amounts.net) * rate
    return attrs.evolve(record, awards=tuple([attrs.evolve(award, points=points) for award in record.awards]))


class TodaysRule(Wrapped):
    """Keeps one rate for all orders in place of what each was awarded: yesterday's order is returned by today's rule.

    Source: DOMAIN 3.3 (today's rule is never run on yesterday's order).
    """

    units: ClassVar[type[Unit]] = _TodaysUnit
    rate: int = 0
