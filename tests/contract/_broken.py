"""Stores that are wrong in one way each, as real ones have been."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.memory import _store as memory
from loyalcore.domain.decision import ChangeSet, CustomerRef, FactRef, KeyRecord, KeyRef
from loyalcore.domain.ledger import Ledger, Lot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from loyalcore.domain.decision import Ref
    from loyalcore.query import All


class Wrapped(MemoryStore):
    """A memory store whose units are of a class of their own."""

    kind: type[memory.MemoryUnit]

    def unit(self, *, readonly: bool = False) -> memory.MemoryUnit:
        """Open a unit of that class."""
        return self.kind(self, readonly=readonly)


class BlindShelf(memory._Shelf):
    """Writes over whatever version it finds."""

    def check(self, changes: ChangeSet) -> None:
        """Check only what is to be inserted."""
        super().check(attrs.evolve(changes, puts=()))


class LookFirstShelf(memory._Shelf):
    """Has no unique name for a key or a fact: it relies on the look that came before."""

    def check(self, changes: ChangeSet) -> None:
        """Check no key and no fact."""
        kept = tuple(record for record in changes.inserts if not isinstance(record.ref, KeyRef | FactRef))
        super().check(attrs.evolve(changes, inserts=kept))


class BlindWrite(MemoryStore):
    """Version not compared: read, compute, write blindly."""

    def __init__(self) -> None:
        super().__init__()
        self._shelf = BlindShelf()


class LookFirst(MemoryStore):
    """Look-first idempotency without a unique name, and without a version that would save it."""

    def __init__(self) -> None:
        super().__init__()
        self._shelf = LookFirstShelf()


class EarlyCheckUnit(memory.MemoryUnit):
    """Compares the version outside the write."""

    def commit(self) -> None:
        """Write without comparing again."""
        applied, self._applied = self._applied, []
        time.sleep(0.002)
        with self._store._lock:
            for changes in applied:
                self._store._shelf.write(changes)


class EarlyCheck(Wrapped):
    """Version compared outside the write."""

    kind = EarlyCheckUnit


class FoldingUnit(memory.MemoryUnit):
    """Compares names without case and padding, as some collations do."""

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load by folded names."""
        found = super().load([_folded(ref) for ref in refs], lock)
        return {ref: found[_folded(ref)] for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Write under folded names."""
        inserts = tuple(
            attrs.evolve(record, ref=_folded(record.ref)) if isinstance(record, KeyRecord) else record
            for record in changes.inserts
        )
        super().apply(attrs.evolve(changes, inserts=inserts))


def _folded(ref: Any) -> Any:
    return attrs.evolve(ref, key=ref.key.casefold().rstrip()) if isinstance(ref, KeyRef) else ref


class Folding(Wrapped):
    """Case-insensitive and trailing-space keys."""

    kind = FoldingUnit


class LeakyUnit(memory.MemoryUnit):
    """Commits as it goes."""

    def apply(self, changes: ChangeSet) -> None:
        """Apply and commit."""
        super().apply(changes)
        super().commit()


class Leaky(Wrapped):
    """Autocommit: a unit that fails leaves what it did so far."""

    kind = LeakyUnit


class ForgettingUnit(memory.MemoryUnit):
    """Does not commit at all, and says nothing."""

    def commit(self) -> None:
        """Swallow what went wrong."""
        self._applied = []


class Forgetting(Wrapped):
    """Swallowed commit error."""

    kind = ForgettingUnit


class TruncatingUnit(memory.MemoryUnit):
    """Keeps instants to the millisecond."""

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load with truncated instants."""
        return {ref: _truncated(record) for ref, record in super().load(refs, lock).items()}

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Stream with truncated instants."""
        return (_truncated(record) for record in super().stream(query, at))


def _truncated(record: Any) -> Any:
    if not isinstance(record, Ledger):
        return record
    lots = tuple(
        attrs.evolve(lot, expires_at=_cut(lot.expires_at), active_from=_cut(lot.active_from)) for lot in record.lots
    )
    return attrs.evolve(record, lots=lots, next_change_at=_cut(record.next_change_at))


def _cut(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(microsecond=at.microsecond // 1000 * 1000)


class Truncating(Wrapped):
    """Truncated microseconds."""

    kind = TruncatingUnit


class SpendBlindUnit(memory.MemoryUnit):
    """Keeps the head of a ledger and forgets what was taken from its lots."""

    def apply(self, changes: ChangeSet) -> None:
        """Write lots once, when they are made."""
        known = self.load([part.ref for part in changes.parts])
        parts = tuple(part for part in changes.parts if not (isinstance(part, Lot) and known[part.ref]))
        super().apply(attrs.evolve(changes, parts=parts))


class SpendBlind(Wrapped):
    """A sweep over it ignores spends: the lots still hold what was taken."""

    kind = SpendBlindUnit


class LabellingUnit(memory.MemoryUnit):
    """Finds what is due by a label that only some lots have."""

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Pass over due ledgers without a lot that expires."""
        for record in super().stream(query, at):
            if query.due_by is None or any(lot.expires_at is not None for lot in record.lots):
                yield record


class Labelling(Wrapped):
    """Expiry by label: what is due for another reason is not found."""

    kind = LabellingUnit


class RacyReadUnit(memory.MemoryUnit):
    """Reads records one by one, not as of one moment."""

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Look each record up again when it is asked for."""
        for record in super().stream(query, at):
            yield super().load([record.ref])[record.ref] if isinstance(record.ref, CustomerRef) else record


class RacyRead(Wrapped):
    """A stream that is no single view."""

    kind = RacyReadUnit


class CarelessUnit(memory.MemoryUnit):
    """Holds no lock."""

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load without locking."""
        return super().load(refs)


class Careless(Wrapped):
    """Locks nothing."""

    kind = CarelessUnit
