"""A host's own table of customers, in the same transaction as the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet, CustomerRef, Put

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
        assert all(isinstance(ref, CustomerRef) for ref in refs)
        marked = {
            ref: CustomerRef(ref.environment, MARK + ref.customer_id) for ref in refs if isinstance(ref, CustomerRef)
        }
        found = self._unit.load(list(marked.values()), lock)
        return {ref: _unmarked(found[mine]) for ref, mine in marked.items()}

    def apply(self, changes: ChangeSet) -> None:
        """Write customers under their own names; nothing else is sent here."""
        assert not changes.parts
        assert not changes.inserts
        self._unit.apply(ChangeSet(puts=tuple(_marked(put) for put in changes.puts)))

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Stream customers."""
        assert query.kind is Customer
        return map(_unmarked, self._unit.stream(query, at))


def _marked(put: Put) -> Put:
    assert isinstance(put.record, Customer)
    return Put(attrs.evolve(put.record, customer_id=MARK + put.record.customer_id), put.expected)


def _unmarked(row: Customer | None) -> Customer | None:
    if row is None:
        return None
    assert row.customer_id.startswith(MARK)
    return attrs.evolve(row, customer_id=row.customer_id.removeprefix(MARK))
