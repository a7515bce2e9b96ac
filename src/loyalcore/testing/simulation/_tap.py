"""The tap: a store that lets a host wait its turn at every call, and at which things go wrong as the script says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from loyalcore.errors import OutcomeUnknown, StoreUnavailable
from loyalcore.testing.simulation._script import Mishap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.errors import StoreError
    from loyalcore.query import All
    from loyalcore.store import Store, Unit
    from loyalcore.testing.simulation._shadow import Shadow


class Call(NamedTuple):
    """What goes wrong at one call."""

    faults: Mapping[Mishap, int]

    @property
    def is_lost(self) -> bool:
        """Whether the call is made and its answer lost."""
        return Mishap.LOST in self.faults


class Caller(Protocol):
    """Who makes the calls, as the tap sees him."""

    @property
    def shadow(self) -> Shadow:
        """What was committed so far."""
        ...

    def call(self, name: str) -> Call:
        """Wait for the turn of a call, and say what goes wrong at it."""
        ...

    def take_store(self) -> None:
        """Keep the store until the unit ends."""

    def is_store_taken(self) -> bool:
        """Tell whether somebody else keeps the store."""
        ...

    def happened(self, mishap: Mishap) -> None:
        """Count a mishap that took place."""

    def failed(self, error: StoreError) -> StoreError:
        """Note what the store is made to say."""
        ...

    def committed(self, changes: ChangeSet) -> None:
        """Note what was committed."""

    def unit_ended(self, applied: list[ChangeSet]) -> None:
        """Let others have the store, and look at what it holds of what was applied, committed or not."""


class Tap:
    """A host's way to the store.

    Args:
        store: The store.
        host: The host.
    """

    def __init__(self, store: Store, host: Caller) -> None:
        self.store = store
        self.host = host

    @property
    def abilities(self) -> frozenset[str]:
        """What the store offers."""
        return self.store.abilities

    def unit(self, *, readonly: bool = False) -> TapUnit:
        """Open a unit; the call is made when it begins."""
        return TapUnit(self.store, self.host, readonly)


class TapUnit:
    """A unit of the store, whose every call waits its turn."""

    def __init__(self, store: Store, host: Caller, readonly: bool) -> None:
        self._store = store
        self._host = host
        self._readonly = readonly
        self._unit: Unit
        self._applied: list[ChangeSet] = []
        self._committed: list[ChangeSet] = []
        self._as_of: int | None = None
        self._seen = 0

    def __enter__(self) -> Self:
        host = self._host
        try:
            call = host.call("open")
            unit = self._store.unit(readonly=self._readonly)
            unit.__enter__()
            if call.is_lost:
                unit.__exit__(None, None, None)
                raise host.failed(StoreUnavailable("the answer to the opening was lost"))
        except BaseException:
            host.unit_ended([])
            raise
        self._unit = unit
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._unit.__exit__(kind, error, trace)
        is_told = isinstance(error, AssertionError)  # what the watch has found already
        self._host.unit_ended([] if is_told else [*self._committed, *self._applied])

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Load; without a lock perhaps what was committed before."""
        host = self._host
        call = host.call("lock" if lock else "load")
        if lock:
            host.take_store()
        shadow, back = host.shadow, call.faults.get(Mishap.STALE)
        if lock:
            self._as_of = None
        elif back is not None and not self._readonly:
            self._as_of = max(shadow.commits - back, self._seen)
            host.happened(Mishap.STALE)
        self._seen = shadow.commits if self._as_of is None else self._as_of
        found: Mapping[Ref, Any]
        if self._as_of is not None or (not lock and host.is_store_taken()):
            found = {ref: shadow.find(ref, self._as_of) for ref in refs}
        else:
            found = self._unit.load(refs, lock)
        if call.is_lost:
            raise host.failed(StoreUnavailable("the answer to a load was lost"))
        return found

    def apply(self, changes: ChangeSet) -> None:
        """Apply."""
        call = self._host.call("apply")
        self._unit.apply(changes)
        self._applied.append(changes)
        if call.is_lost:
            raise self._host.failed(StoreUnavailable("the answer to an apply was lost"))

    def commit(self) -> None:
        """Commit, and note what was committed."""
        host = self._host
        call = host.call("commit")
        self._unit.commit()
        self._committed, self._applied = self._applied, []
        for changes in self._committed:
            host.committed(changes)
        if call.is_lost:
            raise host.failed(OutcomeUnknown("the answer to the commit was lost"))

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Stream what there is now."""
        call = self._host.call("stream")
        found = list(self._unit.stream(query, at))
        if call.is_lost:
            raise self._host.failed(StoreUnavailable("the answer to a stream was lost"))
        return iter(found)
