"""Stores that say more than is so, and one inside a transaction that nobody commits."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from examples.plain_store.store import PlainStore, PlainUnit
from loyalcore.adapters.memory import MemoryStore


class Boasting(MemoryStore):
    """Declares everything, and cannot be pickled."""

    @property
    def abilities(self) -> frozenset[str]:
        """More than is so."""
        return frozenset({"durable", "processes", "threads"})


class Elsewhere(Boasting):
    """Can be pickled, but the copy has records of its own."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), ())


class LentUnit(PlainUnit):
    """A unit on a connection inside an outer transaction: its commit ends a savepoint."""

    def __init__(self, connection: sqlite3.Connection, *, readonly: bool) -> None:
        super().__init__("", readonly=readonly)
        self.connection = connection

    def __enter__(self) -> Self:
        self.execute("SAVEPOINT unit")
        return self

    def __exit__(self, *error: object) -> None:
        self.execute("ROLLBACK TO unit")
        self.execute("RELEASE unit")

    def commit(self) -> None:
        """Keep what was applied in the outer transaction."""
        self.execute("RELEASE unit")
        self.execute("SAVEPOINT unit")


class Lent(PlainStore):
    """A store whose units all run in one transaction of the test's."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._lent = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._lent.execute("BEGIN")

    def __reduce__(self) -> tuple[Any, ...]:
        return (object.__new__, (PlainStore,), {"_path": self._path})

    def unit(self, *, readonly: bool = False) -> PlainUnit:
        """Open a unit in the outer transaction."""
        if not hasattr(self, "_lent"):
            return super().unit(readonly=readonly)
        return LentUnit(self._lent, readonly=readonly)

    def close(self) -> None:
        """Undo what the test did, as a test case in a transaction does."""
        self._lent.close()
