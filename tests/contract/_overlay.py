"""A host's own table of customers, in the same transaction as the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet, CustomerRef, HolderRef, Put, Remove

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from loyalcore.domain.decision import Ref
    from loyalcore.query import All
    from loyalcore.store import Unit

MARK = "mine:"


class MarkedCustomers:
    """Customers kept under names of the host's own, by a unit of the store underneath."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Load customers by their own names."""
        marked = {ref: ref if isinstance(ref, HolderRef) else _marked_ref(ref) for ref in refs}
        found = self._unit.load(list(marked.values()), lock)
        return {ref: _unmarked(found[mine]) for ref, mine in marked.items()}

    def apply(self, changes: ChangeSet) -> None:
        """Write customers under their own names; nothing else is sent here."""
        assert not changes.parts
        assert not changes.inserts
        assert not changes.wipes
        puts = tuple(_marked(put) for put in changes.puts)
        removes = tuple(Remove(_marked_ref(remove.ref), remove.expected) for remove in changes.removes)
        self._unit.apply(ChangeSet(puts=puts, removes=removes))

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Stream customers."""
        assert query.kind is Customer
        return map(_unmarked, self._unit.stream(query, at))


def _marked_ref(ref: Ref) -> CustomerRef:
    assert isinstance(ref, CustomerRef)
    return CustomerRef(ref.environment, MARK + ref.customer_id)


def _marked(put: Put) -> Put:
    assert isinstance(put.record, Customer)
    return Put(attrs.evolve(put.record, customer_id=MARK + put.record.customer_id), put.expected)


def _unmarked(row: Customer | None) -> Customer | None:
    if row is None:
        return None
    assert row.customer_id.startswith(MARK)
    return attrs.evolve(row, customer_id=row.customer_id.removeprefix(MARK))
