"""A memory store that is watched, and an executor on it."""

from __future__ import annotations

from typing import Any

from loyalcore.adapters.memory import MemoryStore, MemoryUnit
from loyalcore.domain.customers import Register
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import StaleVersion
from loyalcore.execution import Executor
from loyalcore.testing import CountedIds, FixedClock

BEANS = Program("beans", currency="EUR", timezone="UTC")


class Watched(MemoryStore):
    """A memory store that notes its loads and can make commits stale, or leave refs unanswered."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[tuple[list[Any], bool]] = []
        self.opened: list[bool] = []
        self.stale = 0
        self.at_apply = False
        self.unanswered: set[type[Any]] = set()

    def unit(self, *, readonly: bool = False) -> MemoryUnit:
        """Open a unit that is watched."""
        self.opened.append(readonly)
        return _WatchedUnit(self, readonly=readonly)


class _WatchedUnit(MemoryUnit):
    _store: Watched

    def load(self, refs: Any, lock: bool = False) -> dict[Any, Any]:
        self._store.loads.append((list(refs), lock))
        found = super().load(refs, lock)
        return {ref: record for ref, record in found.items() if type(ref) not in self._store.unanswered}

    def apply(self, changes: Any) -> None:
        if self._store.at_apply:
            self._lose()
        super().apply(changes)

    def commit(self) -> None:
        if not self._store.at_apply:
            self._lose()
        super().commit()

    def _lose(self) -> None:
        if self._store.stale:
            self._store.stale -= 1
            raise StaleVersion("ledger")


def opened(store: Watched) -> Executor:
    """Open an executor on a store in which a customer is registered."""
    executor = Executor(store, {"beans": BEANS}, "live", Registry(), FixedClock("2026-01-01T12:00:00Z"), CountedIds())
    executor.run(Register("ada"), "till")
    store.loads.clear()
    store.opened.clear()
    return executor
