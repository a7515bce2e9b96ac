"""The check: a history against a store, before and after what is in doubt has been settled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.flows import Receipt
from loyalcore.testing.history._answers import acknowledged, alike, attempted, once, refused, unbroken
from loyalcore.testing.history._history import SETTLING, History
from loyalcore.testing.history._ledgers import lots, numbers, projection
from loyalcore.testing.history._log import Log
from loyalcore.testing.history._notices import notices
from loyalcore.testing.history._reads import order, reads
from loyalcore.testing.history._recorder import Recorder
from loyalcore.testing.history._stored import read_store
from loyalcore.testing.history._violation import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from loyalcore.domain.programs import Program, Registry
    from loyalcore.store import Store
    from loyalcore.testing.history._history import Call
    from loyalcore.testing.history._line import Line
    from loyalcore.testing.history._stored import Stored
    from loyalcore.values.clock import Clock

LAWS: Final[dict[str, Callable[[History, Stored], Iterator[Violation]]]] = {
    law.__name__: law
    for law in (
        acknowledged,
        attempted,
        once,
        alike,
        refused,
        unbroken,
        numbers,
        lots,
        projection,
        notices,
        reads,
        order,
    )
}
"""Every law of a history by its name."""


@attrs.frozen(kw_only=True)
class Report:
    """What a check found.

    Args:
        violations: What does not hold.
        answers: How many calls ended how, before anything was settled.
        reads: How many looks at ledgers there were.
        workers: How many workers there were.
        entries: How many entries are stored, at the end.
        in_doubt: How many commands with a key were in doubt, each counted once.
        committed: How many of them had been committed.
        done: How many of them were done when they were sent again.
        lines: What was written down when they were sent again.
    """

    violations: tuple[Violation, ...]
    answers: Counter[str]
    reads: int
    workers: int
    entries: int
    in_doubt: int = 0
    committed: int = 0
    done: int = 0
    lines: tuple[Line, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether every law holds."""
        return not self.violations

    def __str__(self) -> str:
        calls = ", ".join(f"{number} {what}" for what, number in sorted(self.answers.items())) or "no calls"
        found = f"{len(self.violations)} violations" if self.violations else "every law holds"
        head = (
            f"{found}: {calls}, {self.reads} reads by {self.workers} workers; {self.entries} entries stored; "
            f"{self.in_doubt} commands in doubt, of which {self.committed} had been committed and {self.done} were "
            "done when they were sent again"
        )
        return "\n".join([head, *map(str, self.violations)])


def examine(history: History, store: Store, programs: Iterable[Program] = (), *, environment: str = "live") -> Report:
    """Hold a history against a store as it is, and write nothing.

    Args:
        history: What all writers of the store wrote down; they have ended.
        store: Where the records are.
        programs: The programs that ran; what they tell customers is looked for in the outbox.
        environment: `live` or `sandbox`.

    Raises:
        InvalidInput: The history cannot be read.
        StoreError: The store could not do its part.

    Example:
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> from loyalcore.testing.history import History
        >>> examine(History(()), MemoryStore()).is_ok
        True
    """
    stored = read_store(store, environment, programs)
    found = (violation for law in LAWS.values() for violation in law(history, stored))
    return Report(
        violations=tuple(dict.fromkeys(found)),
        answers=Counter(call.what.value for call in history.calls),
        reads=len(history.reads),
        workers=len(history.workers),
        entries=len(stored.entries),
    )


def check(
    history: History,
    store: Store,
    programs: Iterable[Program],
    *,
    environment: str = "live",
    clock: Clock | None = None,
    registry: Registry | None = None,
    folder: Path | None = None,
) -> Report:
    """Hold a history against a store, settle what is in doubt by sending it again, and hold them together once more.

    Args:
        history: What all writers of the store wrote down; they have ended.
        store: Where the records are.
        programs: The programs that ran.
        environment: `live` or `sandbox`.
        clock: What time it is for what is sent again; the system's where None.
        registry: The host's own functions.
        folder: Where what is sent again is written down, beside the logs of the workers, so that it belongs to the
            history of a later check; None writes it nowhere.

    Returns:
        What was found; `str` of it is readable.

    Raises:
        InvalidInput: The history cannot be read.
        StoreError: The store could not do its part.

    Source: HOUSE 4 (retry with the same key).

    Example:
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> from loyalcore.domain.programs import Program
        >>> from loyalcore.testing.history import History
        >>> beans = Program("beans", currency="EUR", timezone="UTC")
        >>> print(check(History(()), MemoryStore(), [beans]))
        every law holds: no calls, 0 reads by 0 workers; 0 entries stored; 0 commands in doubt, ...
    """
    programs = tuple(programs)
    first = examine(history, store, programs, environment=environment)
    doubtful = _doubtful(history)
    name = _settling_name(history)
    with Log(name, folder if doubtful else None) as log:
        host = Recorder(store, programs, log, environment=environment, clock=clock, registry=registry)
        outcomes = [host.run(call.command) for call in doubtful]
        lines = log.lines
    second = examine(history.with_lines(lines), store, programs, environment=environment)
    settling = History(tuple(lines)).calls
    unsettled = [
        Violation("settled", f"{call.command.name} of {call.began.worker}", f"is in doubt still: {outcome}", call.lines)
        for call, again, outcome in zip(doubtful, settling, outcomes, strict=True)
        if not again.settles
    ]
    keyed = [outcome for call, outcome in zip(doubtful, outcomes, strict=True) if call.key is not None]
    receipts = [outcome for outcome in keyed if isinstance(outcome, Receipt)]
    committed = sum(receipt.replayed for receipt in receipts)
    return attrs.evolve(
        first,
        violations=tuple(dict.fromkeys([*first.violations, *second.violations, *unsettled])),
        entries=second.entries,
        in_doubt=len(keyed),
        committed=committed,
        done=len(receipts) - committed,
        lines=tuple(lines),
    )


def _doubtful(history: History) -> list[Call]:
    """Give one call of each command whose outcome nobody knows and that nobody has settled since, in order."""
    settled = {repr(call.command) for call in history.calls if call.settles}
    found = {repr(call.command): call for call in history.in_doubt}
    return [call for name, call in found.items() if name not in settled]


def _settling_name(history: History) -> str:
    number = sum(worker.startswith(SETTLING) for worker in history.workers) + 1
    return f"{SETTLING}-{number}"
