"""Stores that are wrong in one way each, for the simulation to find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.adapters.memory import MemoryStore, MemoryUnit
from loyalcore.domain.ledger import Ledger, Lot

if TYPE_CHECKING:
    from collections.abc import Collection

    from loyalcore.domain.decision import ChangeSet, Ref

WRONG: dict[str, type[MemoryStore]] = {}


def wrong(kind: type[MemoryUnit]) -> type[MemoryUnit]:
    """Name a wrong store by the unit that makes it wrong."""

    class Store(MemoryStore):
        def unit(self, *, readonly: bool = False) -> MemoryUnit:
            return kind(self, readonly=readonly)

    WRONG[kind.__name__] = Store
    return kind


@wrong
class BlindWrite(MemoryUnit):
    """Writes over whatever version it finds."""

    def apply(self, changes: ChangeSet) -> None:
        """Keep it without comparing."""
        self._applied.append(changes)

    def commit(self) -> None:
        """Write without comparing."""
        for changes in self._applied:
            self._store._shelf.write(changes)
        self._applied = []


@wrong
class EarlyCheck(MemoryUnit):
    """Compares versions when it applies, and not when it commits."""

    def commit(self) -> None:
        """Write what was compared before."""
        for changes in self._applied:
            self._store._shelf.write(changes)
        self._applied = []


@wrong
class Leaky(MemoryUnit):
    """Writes when it applies, committed or not."""

    def apply(self, changes: ChangeSet) -> None:
        """Apply, and make it visible."""
        super().apply(changes)
        super().commit()


@wrong
class Forgetting(MemoryUnit):
    """Forgets to commit, and says nothing."""

    def commit(self) -> None:
        """Do nothing."""
        self._applied = []


@wrong
class SpendBlind(MemoryUnit):
    """Writes a lot when it is made, and never again."""

    def apply(self, changes: ChangeSet) -> None:
        """Leave out the lots that it knows."""
        known = self.load([part.ref for part in changes.parts])
        parts = tuple(part for part in changes.parts if not (isinstance(part, Lot) and known[part.ref]))
        super().apply(attrs.evolve(changes, parts=parts))


@wrong
class Truncating(MemoryUnit):
    """Keeps instants to the second."""

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load ledgers without their microseconds."""
        found = super().load(refs, lock)
        return {
            ref: attrs.evolve(record, recorded_at=record.recorded_at.replace(microsecond=0))
            if isinstance(record, Ledger)
            else record
            for ref, record in found.items()
        }
