"""What a store holds after a run, read whole and from one moment."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import CustomerRef, Fact, KeyRecord, Notice
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.errors import StoreUnavailable
from loyalcore.query import All
from loyalcore.values.clock import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.decision import LedgerRef, Ref
    from loyalcore.domain.programs import Program
    from loyalcore.store import Store

LOOKS_MAX: Final = 20
"""How often a store is read that somebody still writes to."""


@attrs.frozen(kw_only=True)
class Stored:
    """The records that the laws are about.

    Args:
        environment: `live` or `sandbox`.
        customers: The directory.
        heads: The ledgers, with their open parts.
        entries: The entries.
        keys: The keys that were used.
        facts: The facts that were paid.
        parts: The lots, holds and debts, closed ones too.
        notices: The outbox.
        programs: The programs that ran, as far as they are known.
    """

    environment: str
    customers: tuple[Customer, ...]
    heads: tuple[Ledger, ...]
    entries: tuple[Entry, ...]
    keys: tuple[KeyRecord, ...]
    facts: tuple[Fact, ...]
    parts: tuple[Any, ...]
    notices: tuple[Notice, ...]
    programs: tuple[Program, ...] = ()

    @cached_property
    def by_ledger(self) -> dict[LedgerRef, list[Entry]]:
        """The entries of each ledger, as they came."""
        found: dict[LedgerRef, list[Entry]] = {head.ref: [] for head in self.heads}
        for entry in self.entries:
            found.setdefault(entry.ledger, []).append(entry)
        return found

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """The entries by their ids."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def key_of(self) -> dict[tuple[str, str], KeyRecord]:
        """The keys by holder and key."""
        return {(record.ref.holder_id, record.ref.key): record for record in self.keys}

    @cached_property
    def parts_of(self) -> dict[LedgerRef, dict[Ref, Any]]:
        """The lots, holds and debts of each ledger, by their names."""
        found: dict[LedgerRef, dict[Ref, Any]] = {}
        for part in self.parts:
            found.setdefault(part.ledger, {})[part.ref] = part
        return found

    @cached_property
    def _directory(self) -> dict[CustomerRef, Customer]:
        return {customer.ref: customer for customer in self.customers}

    def holders(self, customer_id: str) -> tuple[str, ...]:
        """Name the holders under which a customer's keys may stand: its own, or the survivor's, and those merged in."""
        row = self._directory.get(CustomerRef(self.environment, customer_id))
        while row is not None and row.merged_into is not None:
            row = self._directory.get(CustomerRef(self.environment, row.merged_into))
        return () if row is None else row.holders

    def find_key(self, customer_id: str, key: str) -> list[KeyRecord]:
        """Find what a customer's key was used for; after a merge it may be two things."""
        named = ((holder, key) for holder in self.holders(customer_id))
        return [self.key_of[name] for name in named if name in self.key_of]


def ids_of(record: KeyRecord) -> tuple[str, ...]:
    """Name the entries that a key leads to."""
    return tuple(ledger.entry_id(seq) for ledger, seqs in record.entries for seq in seqs)


def read_store(store: Store, environment: str, programs: Iterable[Program] = ()) -> Stored:
    """Read everything, from one moment.

    Raises:
        StoreUnavailable: Somebody writes all the time, or the store cannot be read.
    """
    with store.unit(readonly=True) as unit:

        def every(kind: type[Any]) -> tuple[Any, ...]:
            return tuple(unit.stream(All(kind, environment), EPOCH))

        heads = every(Ledger)
        for _ in range(LOOKS_MAX):
            stored = Stored(
                environment=environment,
                customers=every(Customer),
                heads=heads,
                entries=every(Entry),
                keys=every(KeyRecord),
                facts=every(Fact),
                parts=(*every(Lot), *every(PointsHold), *every(Debt)),
                notices=every(Notice),
                programs=tuple(programs),
            )
            heads = every(Ledger)
            if heads == stored.heads:
                return stored
    raise StoreUnavailable("somebody still writes to the store: check a history when its workers have ended")
