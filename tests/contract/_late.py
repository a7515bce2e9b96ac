"""A store that is wrong only when it is killed: it writes the key of a command in a second transaction."""

from __future__ import annotations

import time

import attrs

from examples.plain_store.store import PlainStore, PlainUnit
from loyalcore.domain.decision import ChangeSet, KeyRecord


class LateUnit(PlainUnit):
    """Commits what a command did first, and its key a little later."""

    def __init__(self, path: str, *, readonly: bool) -> None:
        super().__init__(path, readonly=readonly)
        self._later: tuple[KeyRecord, ...] = ()

    def apply(self, changes: ChangeSet) -> None:
        """Write all but the keys."""
        self._later = tuple(record for record in changes.inserts if isinstance(record, KeyRecord))
        super().apply(attrs.evolve(changes, inserts=tuple(each for each in changes.inserts if each not in self._later)))

    def commit(self) -> None:
        """Commit, wait, write the keys, and commit again."""
        super().commit()
        later, self._later = self._later, ()
        if later:
            time.sleep(0.01)
            self.execute("BEGIN IMMEDIATE")
            super().apply(ChangeSet(inserts=later))
            super().commit()


class LateStore(PlainStore):
    """Two transactions for one command."""

    def unit(self, *, readonly: bool = False) -> PlainUnit:
        """Open a unit of that kind."""
        return LateUnit(str(self._path), readonly=readonly)
