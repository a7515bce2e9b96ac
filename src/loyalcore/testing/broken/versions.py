"""Stores that let two writers pass: versions, row counts and locks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.testing.broken._wrapped import PAUSE, Shelf, Unit, Wrapped, write_now

if TYPE_CHECKING:
    from collections.abc import Collection

    from loyalcore.domain.decision import ChangeSet, Ref


class _BlindShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Check only what is to be inserted."""
        super().check(attrs.evolve(changes, puts=()))


class BlindWrite(Wrapped):
    """Reads, computes, and writes over whatever version it finds."""

    shelf: ClassVar[type[Shelf]] = _BlindShelf


class _EarlyCheckUnit(Unit):
    def commit(self) -> None:
        """Write without comparing again."""
        applied, self._applied = self._applied, []
        time.sleep(PAUSE)
        for changes in applied:
            write_now(self, changes)


class EarlyCheck(Wrapped):
    """Compares the version in one statement, and writes in another."""

    units: ClassVar[type[Unit]] = _EarlyCheckUnit


class _UncountedShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Refuse what is taken; an update that finds no row is no error to a database."""
        super().check(attrs.evolve(changes, puts=tuple(put for put in changes.puts if put.expected is None)))

    def write(self, changes: ChangeSet) -> None:
        """Write the rows that are found, and the rest of the change set beside them."""
        puts = tuple(put for put in changes.puts if put.expected in {None, self._version(put.ref)})
        super().write(attrs.evolve(changes, puts=puts))

    def _version(self, ref: Ref) -> Any:
        found = self._record(ref)
        return None if found is None else found.version


class RowCountIgnored(Wrapped):
    """Says `WHERE version = ?`, and does not look how many rows were written."""

    shelf: ClassVar[type[Shelf]] = _UncountedShelf


class _CarelessUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load without locking."""
        return super().load(refs)


class Careless(Wrapped):
    """Locks nothing."""

    units: ClassVar[type[Unit]] = _CarelessUnit


class _StaleRetryUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load what was not loaded before."""
        seen: dict[Ref, Any] = self._store.__dict__.setdefault("seen", {})
        found = super().load(refs, lock)
        return {ref: seen.setdefault(ref, found[ref]) for ref in refs} if lock else seen.update(found) or found


class StaleRetry(Wrapped):
    """Tries again with what it has read before, as a session that keeps its objects does."""

    units: ClassVar[type[Unit]] = _StaleRetryUnit
