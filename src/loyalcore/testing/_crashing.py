"""A store on which one call does not come through: the process dies before or after it, or its answer is lost."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from loyalcore.errors import OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.query import All
    from loyalcore.store import Store, Unit

T = TypeVar("T")


class When(StrEnum):
    """Where in a call it happens."""

    BEFORE = "before"
    AFTER = "after"
    IN_DOUBT = "in doubt at"
    """The caller hears that the outcome is unknown, and nothing was done."""


class Point(NamedTuple):
    """A place to crash: the number of the store call, its name, and where in it."""

    number: int
    call: str
    when: When

    @property
    def is_committed(self) -> bool:
        """Whether the commit was done by then, of a command that commits once."""
        return self.call == "exit" or (self.call == "commit" and self.when is When.AFTER)

    def __str__(self) -> str:
        return f"{self.when} call {self.number} ({self.call})"


class Crash(BaseException):
    """Stands for the end of the process: nobody is to catch it."""


def points_of(calls: Collection[str]) -> list[Point]:
    """Name every place to crash in a row of store calls."""
    found = []
    for number, call in enumerate(calls):
        # The end of a unit always comes; what was opened and not begun cannot be ended by anybody.
        found += [Point(number, call, When.BEFORE)] if call != "exit" else []
        found += [Point(number, call, When.AFTER)] if call != "unit" else []
        found += [Point(number, call, When.IN_DOUBT)] if call == "commit" else []
    return found


class CrashingStore:
    """A store on which one call crashes.

    Args:
        store: The store underneath.
        point: Where; None is nowhere, and `calls` tells which there are.

    Example:
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> crashing = CrashingStore(MemoryStore(), Point(0, "unit", When.BEFORE))
        >>> try:
        ...     crashing.unit()
        ... except Crash as crash:
        ...     print(crash)
        before call 0 (unit)
    """

    def __init__(self, store: Store, point: Point | None = None) -> None:
        self.store = store
        self.point = point
        self.calls: list[str] = []

    @property
    def abilities(self) -> frozenset[str]:
        """What the store underneath offers."""
        return self.store.abilities

    def unit(self, *, readonly: bool = False) -> Unit:
        """Open a unit whose calls may crash."""
        return CrashingUnit(self, self.around("unit", lambda: self.store.unit(readonly=readonly)))

    def around(self, call: str, act: Callable[[], T]) -> T:
        """Do a call, and crash where this is the one.

        Raises:
            Crash: It is.
            OutcomeUnknown: It is a commit that is done, or not, without an answer.
        """
        number = len(self.calls)
        self.calls.append(call)
        mine = self.point if self.point is not None and self.point.number == number else None
        if mine is None:
            return act()
        if mine.when is not When.AFTER:
            raise (OutcomeUnknown if mine.when is When.IN_DOUBT else Crash)(str(mine))
        act()
        raise (OutcomeUnknown if call == "commit" else Crash)(str(mine))


class CrashingUnit:
    """A unit whose calls may crash."""

    def __init__(self, store: CrashingStore, unit: Unit) -> None:
        self._store = store
        self._unit = unit

    def __enter__(self) -> Self:
        begun = False

        def enter() -> None:
            nonlocal begun
            self._unit.__enter__()
            begun = True

        try:
            self._store.around("enter", enter)
        except Crash as crash:
            if begun:
                self._unit.__exit__(type(crash), crash, crash.__traceback__)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.around("exit", lambda: self._unit.__exit__(kind, error, trace))

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Load, or crash."""
        return self._store.around("load", lambda: self._unit.load(refs, lock))

    def apply(self, changes: ChangeSet) -> None:
        """Apply, or crash."""
        self._store.around("apply", lambda: self._unit.apply(changes))

    def commit(self) -> None:
        """Commit, or crash, or lose the answer."""
        self._store.around("commit", self._unit.commit)

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Stream, or crash."""
        return self._store.around("stream", lambda: self._unit.stream(query, at))
