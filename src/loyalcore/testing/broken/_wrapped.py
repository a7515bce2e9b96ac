"""What the broken stores are made of: a memory store with units or a shelf of another class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.memory import _store as memory

if TYPE_CHECKING:
    from loyalcore.domain.decision import ChangeSet

Unit = memory.MemoryUnit
Shelf = memory._Shelf

PAUSE = 0.02
"""How long a store that leaves a gap between a check and a write leaves it, in seconds: the others come in between."""


class Wrapped(MemoryStore):
    """A memory store whose units, and whose shelf, are of classes of their own."""

    units: ClassVar[type[Unit]] = Unit
    shelf: ClassVar[type[Shelf]] = Shelf

    def __init__(self) -> None:
        super().__init__()
        self._shelf = self.shelf()

    def unit(self, *, readonly: bool = False) -> Unit:
        """Open a unit of that class."""
        return self.units(self, readonly=readonly)


def write_now(unit: Unit, changes: ChangeSet) -> None:
    """Write a change set of a unit to its store, without a check and without the rest of the unit."""
    with unit._store._lock:
        unit._store._shelf.write(changes)


def stored(unit: Unit, ref: Any) -> Any:
    """Give the record that the store of a unit has now, whatever the unit has seen."""
    with unit._store._lock:
        return unit._store._shelf.find(ref)
