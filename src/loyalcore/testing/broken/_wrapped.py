"""What the broken stores are made of: a memory store with units or a shelf of another class."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.memory import _store as memory
from loyalcore.testing.broken._gap import PATIENCE, Gap

if TYPE_CHECKING:
    from loyalcore.domain.decision import ChangeSet

Unit = memory.MemoryUnit
Shelf = memory._Shelf


class Wrapped(MemoryStore):
    """A memory store whose units, and whose shelf, are of classes of their own.

    Args:
        patience: How long a unit waits for others in a gap that the store leaves, in seconds; 0 where another unit
            comes in between by other means.
    """

    units: ClassVar[type[Unit]] = Unit
    shelf: ClassVar[type[Shelf]] = Shelf
    parties: ClassVar[int] = 2

    def __init__(self, patience: float = PATIENCE) -> None:
        super().__init__()
        self._shelf = self.shelf()
        self.gap: Gap = Gap(self.parties, patience)
        self.maker: int = threading.get_ident()

    def unit(self, *, readonly: bool = False) -> Unit:
        """Open a unit of that class."""
        return self.units(self, readonly=readonly)


def store_of(unit: Unit) -> Wrapped:
    """Give the broken store of a unit."""
    assert isinstance(unit._store, Wrapped)
    return unit._store


def meet(unit: Unit) -> None:
    """Wait for others that write what this unit has applied.

    The thread that made the store prepares and looks, and nobody is coming; a unit that locks lets nobody come.
    """
    store = store_of(unit)
    if unit._locks or threading.get_ident() == store.maker:
        return
    written = {put.ref for changes in unit._applied for put in changes.puts}
    store.gap.enter(unit, written | {record.ref for changes in unit._applied for record in changes.inserts})
    try:
        store.gap.wait()
    finally:
        store.gap.leave(unit)


def write_now(unit: Unit, changes: ChangeSet) -> None:
    """Write a change set of a unit to its store, without a check and without the rest of the unit."""
    with unit._store._lock:
        unit._store._shelf.write(changes)


def stored(unit: Unit, ref: Any) -> Any:
    """Give the record that the store of a unit has now, whatever the unit has seen."""
    with unit._store._lock:
        return unit._store._shelf.find(ref)
