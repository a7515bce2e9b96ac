"""Stores that let two writers pass: versions, row counts and locks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.testing.broken._gap import PATIENCE
from loyalcore.testing.broken._wrapped import Shelf, Unit, Wrapped, meet, store_of, write_now

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

    from loyalcore.domain.decision import ChangeSet, Ref


class _BlindShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Check only what is to be inserted."""
        super().check(attrs.evolve(changes, puts=()))


class BlindWrite(Wrapped):
    """Reads, computes, and writes over whatever version it finds.

    Source: nopCommerce#5595 (lost update).
    """

    shelf: ClassVar[type[Shelf]] = _BlindShelf


class _EarlyCheckUnit(Unit):
    def commit(self) -> None:
        """Write without comparing again."""
        meet(self)
        applied, self._applied = self._applied, []
        for changes in applied:
            write_now(self, changes)


class EarlyCheck(Wrapped):
    """Compares the version in one statement, and writes in another.

    Source: medusa#16347, fuint#71, spree#13734, saleor#15860 (a balance is looked at, then changed).
    """

    units: ClassVar[type[Unit]] = _EarlyCheckUnit


class _UncountedShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Refuse what is taken; an update that finds no row is no error to a database."""
        made = tuple(put for put in changes.puts if put.expected is None)
        super().check(attrs.evolve(changes, puts=made, removes=()))

    def write(self, changes: ChangeSet) -> None:
        """Write the rows that are found, and the rest of the change set beside them."""
        puts = tuple(put for put in changes.puts if put.expected in {None, self._version(put.ref)})
        removes = tuple(remove for remove in changes.removes if remove.expected == self._version(remove.ref))
        super().write(attrs.evolve(changes, puts=puts, removes=removes))


class RowCountIgnored(Wrapped):
    """Says `WHERE version = ?`, and does not look how many rows were written.

    Source: nopCommerce#5595 (ignored row count).
    """

    shelf: ClassVar[type[Shelf]] = _UncountedShelf


class _CarelessUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load without locking."""
        found = super().load(refs)
        if lock:
            store_of(self).gap.enter(self, refs)
        return found

    def commit(self) -> None:
        """Commit when another one has passed over the lock that this unit asked for."""
        if store_of(self).gap.holds(self):
            store_of(self).gap.wait()
        super().commit()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        store_of(self).gap.leave(self)
        super().__exit__(kind, error, trace)


class Careless(Wrapped):
    """Locks nothing.

    Source: nopCommerce#5595 (the lock is not within the transaction).
    """

    units: ClassVar[type[Unit]] = _CarelessUnit


class _LateLockUnit(_CarelessUnit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Read past the lock of another unit, and wait for it afterwards."""
        if not lock:
            return Unit.load(self, refs)
        shelf = self._own_shelf()
        found = {ref: shelf.find(ref) for ref in refs}
        store_of(self).gap.enter(self, refs)
        Unit.load(self, (), lock=True)
        return found


class LateLock(Wrapped):
    """Reads before it locks: what was written while it waited for the lock is not found.

    Source: fossasia/eventyay#1398 (looked at without a lock, locked afterwards).
    """

    units: ClassVar[type[Unit]] = _LateLockUnit


class _StaleRetryUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load for a first try, and for another one only what was not loaded before."""
        store = store_of(self)
        assert isinstance(store, StaleRetry)
        seen: dict[Ref, Any] = vars(store.session).setdefault("seen", {})
        found = super().load(refs, lock)
        if not lock:
            seen.update(found)
        return {ref: seen.setdefault(ref, found[ref]) for ref in refs}

    def commit(self) -> None:
        """Commit when another one has read the same: one of them has to try again."""
        meet(self)
        super().commit()


class StaleRetry(Wrapped):
    """Tries again with what it has read before, as a session that keeps its objects does.

    Source: scireum/sirius-biz#607 (the loop did not refresh the entity before it tried again).
    """

    units: ClassVar[type[Unit]] = _StaleRetryUnit

    def __init__(self, patience: float = PATIENCE) -> None:
        super().__init__(patience)
        self.session: threading.local = threading.local()
