"""Contention: sixteen processes want the same thing at once, and the history says whether each got its due.

    python -m loyalcore.testing.history.contention                  SQLite in a file, and PostgreSQL
    python -m loyalcore.testing.history.contention URL …            databases that hold nothing yet

Each race prints how its commands ended, how many attempts they needed, and what the history and the store disagree on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import Register
from loyalcore.domain.flows import Receipt
from loyalcore.domain.ledger import Award, Spend, Transfer
from loyalcore.errors import ConcurrencyConflict, StoreUnavailable
from loyalcore.execution import ATTEMPTS_MAX
from loyalcore.services import Loyalty
from loyalcore.testing.history._check import check
from loyalcore.testing.history._history import History
from loyalcore.testing.history._log import Log
from loyalcore.testing.history._processes import context, start
from loyalcore.testing.history._recorder import Recorder
from loyalcore.testing.history._worker import PROGRAM
from loyalcore.values.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from loyalcore.domain.flows import Command
    from loyalcore.store import Store
    from loyalcore.testing.history._check import Report

__all__ = ["Figures", "Scale", "contend", "main"]

WAIT_SECONDS: Final = 120.0
"""How long a unit waits for its turn: sixteen processes share one."""
LAPSING: Final = 8
"""How many lots of a swept ledger lapse while it is spent from."""
STOP: Final = "stop"
"""The file whose appearance ends the sweeper."""
STOPPED: Final = "stopped"
"""The file in which it leaves how many ledgers it wrote."""


def __dir__() -> list[str]:
    return __all__


@attrs.frozen(kw_only=True)
class Scale:
    """How much there is to do.

    Args:
        processes: How many workers there are.
        ledgers: How many ledgers all of them want more from than there is.
        spends: How many spends one ledger sees.
        keys: How many keys every worker delivers.
        transfers: How many transfers each worker makes.
        swept: How many ledgers are swept while they are spent from.
    """

    processes: int = 16
    ledgers: int = 40
    spends: int = 2_000
    keys: int = 300
    transfers: int = 50
    swept: int = 40


@attrs.frozen(kw_only=True)
class Race:
    """Who wants what at once.

    Args:
        name: What it is called.
        deliveries: The commands of each worker.
        expected: How many commands end how.
        begins_at: Where the clock of all workers stands when it begins; None is the system's. Then all ledgers are
            swept meanwhile, again and again.
    """

    name: str
    deliveries: Sequence[Sequence[Command]]
    expected: Counter[str]
    begins_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Figures:
    """What came of a race.

    Args:
        name: What it is called.
        seconds: How long it took.
        answers: How many commands ended how: `ok`, the code of an error, or `broken`.
        attempts: How many commands needed how many attempts.
        overspent: How many ledgers gave more than they had.
        effects: How many different effects the commands had: entries that answered one of them for the first time.
        swept: How many ledgers the sweeper wrote.
        expected: How many commands had to end how.
        report: What the history and the store disagree on.
    """

    name: str
    seconds: float
    answers: Counter[str]
    attempts: Counter[int]
    overspent: int
    effects: int
    swept: int
    expected: Counter[str]
    report: Report

    @property
    def is_ok(self) -> bool:
        """Whether all ended as it had to, within the attempts allowed, and every law holds."""
        is_prompt = max(self.attempts, default=0) <= ATTEMPTS_MAX
        return self.answers == self.expected and is_prompt and not self.overspent and self.report.is_ok

    def __str__(self) -> str:
        answers = ", ".join(f"{code} {number}" for code, number in sorted(self.answers.items()))
        attempts = ", ".join(f"{attempt}: {number}" for attempt, number in sorted(self.attempts.items()))
        lines = [
            f"{self.name}: {'as it must be' if self.is_ok else 'WRONG'}",
            f"    {sum(self.answers.values())} commands in {self.seconds:.1f} s: {answers}",
            f"    attempts {attempts}; effects {self.effects}; ledgers overspent {self.overspent}"
            + (f"; ledgers swept {self.swept}" if self.swept else ""),
        ]
        if self.answers != self.expected:
            lines.append(f"    expected {dict(self.expected)}")
        return "\n".join([*lines, *(f"    {violation}" for violation in self.report.violations)])


# The races ----------------------------------------------------------------------------------------------------------


def contested(host: Recorder, scale: Scale) -> Race:
    """Every worker wants a share of every ledger, more together than there is."""
    shares, workers = max(scale.processes * 10 // 16, 1), scale.processes
    names = [_customer(host, f"contested-{each}", lots=4, points=5 * shares) for each in range(scale.ledgers)]
    return Race(
        name=f"{scale.ledgers} contested ledgers",
        deliveries=[
            [Spend(name, 20, key=f"c-{worker}") for name in _from(names, worker * 7)] for worker in range(workers)
        ],
        expected=+Counter(ok=shares * len(names), insufficient_points=(workers - shares) * len(names)),
    )


def hot(host: Recorder, scale: Scale) -> Race:
    """All spend from one ledger."""
    each = scale.spends // scale.processes
    name = _customer(host, "hot", lots=20, points=-(-each * scale.processes // 20))
    return Race(
        name=f"one hot ledger, {each * scale.processes} spends",
        deliveries=[
            [Spend(name, 1, key=f"h-{worker}-{number}") for number in range(each)] for worker in range(scale.processes)
        ],
        expected=Counter(ok=each * scale.processes),
    )


def redelivered(host: Recorder, scale: Scale) -> Race:
    """Every worker delivers the same keys, in the same order."""
    names = [_customer(host, f"twice-{each}") for each in range(10)]
    wishes = [Award(names[each % 10], 1 + each, reason="order", key=f"k-{each}") for each in range(scale.keys)]
    return Race(
        name=f"{scale.keys} keys × {scale.processes} deliveries",
        deliveries=[wishes] * scale.processes,
        expected=Counter(ok=scale.keys * scale.processes),
    )


def crossed(host: Recorder, scale: Scale) -> Race:
    """Transfers go there and back between the same customers."""
    names = [_customer(host, f"ring-{each}", lots=2, points=500) for each in range(4)]
    deliveries = []
    for worker in range(scale.processes):
        giver = names[worker % 4]
        deliveries.append(
            [
                Transfer(giver, 1, to=names[(worker + 1 + number % 3) % 4], reason="gift", key=f"x-{worker}-{number}")
                for number in range(scale.transfers)
            ]
        )
    return Race(
        name="crossed transfers",
        deliveries=deliveries,
        expected=Counter(ok=scale.processes * scale.transfers),
    )


def swept(host: Recorder, scale: Scale) -> Race:
    """Points lapse one lot after the other, and are swept, while all spend from the same ledgers."""
    names = [_customer(host, f"swept-{each}", lots=1, points=2 * scale.processes) for each in range(scale.swept)]
    begins_at = SystemClock().now() + timedelta(days=1)
    for place, name in enumerate(names):
        for lot in range(LAPSING):
            ends = begins_at + timedelta(milliseconds=20 + 200 * lot + 5 * place)
            _must(host.run(Award(name, 20, reason="order", expires_at=ends, key=f"lapse-{lot}")))
    return Race(
        name=f"a sweep beside {scale.processes} spenders",
        deliveries=[
            [Spend(name, 1, key=f"s-{worker}-{turn}") for turn in range(2) for name in _from(names, worker * 3)]
            for worker in range(scale.processes)
        ],
        expected=Counter(ok=2 * scale.processes * len(names)),
        begins_at=begins_at,
    )


RACES: Final[tuple[Callable[[Recorder, Scale], Race], ...]] = (contested, hot, redelivered, crossed, swept)


def _customer(host: Recorder, name: str, *, lots: int = 0, points: int = 0) -> str:
    _must(host.run(Register(name)))
    for lot in range(lots):
        _must(host.run(Award(name, points, reason="order", key=f"lot-{lot}")))
    return name


def _must(answer: Receipt | Exception) -> None:
    if isinstance(answer, Exception):
        raise answer


def _from(names: list[str], first: int) -> list[str]:
    """Give names in order, beginning in another place for each worker."""
    first %= len(names)
    return [*names[first:], *names[:first]]


# Running them -------------------------------------------------------------------------------------------------------


def contend(store: Store, scale: Scale | None = None) -> Iterator[Figures]:
    """Run the races one after the other, and give the figures of each.

    Args:
        store: An empty store that declares `processes`.
        scale: How much there is to do; None is all of it.

    Raises:
        CapabilityMissing: The store does not declare `processes`.
        StoreError: The store could not do its part when nobody else was there.
    """
    scale = Scale() if scale is None else scale
    with tempfile.TemporaryDirectory(prefix="loyalcore-contention-") as name:
        folder = Path(name)
        for make in RACES:
            with Log(f"set-up-{make.__name__}", folder) as log:
                race = make(Recorder(store, [PROGRAM], log), scale)
            yield _run(store, folder, make.__name__, race)


def _run(store: Store, folder: Path, name: str, race: Race) -> Figures:
    is_swept = race.begins_at is not None
    gate = context().Barrier(len(race.deliveries) + 1 + is_swept)
    crew = [
        start(_deliver, store, str(folder), f"{name}-{worker}", tuple(commands), gate, race.begins_at)
        for worker, commands in enumerate(race.deliveries)
    ]
    sweeper = start(_sweep, store, str(folder), gate, race.begins_at) if is_swept else None
    gate.wait(WAIT_SECONDS)
    began = time.monotonic()
    for process in crew:
        process.join()
    seconds = time.monotonic() - began
    if sweeper is not None:
        (folder / STOP).touch()
        sweeper.join()
    history = History.read(folder)
    workers = {f"{name}-{worker}" for worker in range(len(race.deliveries))}
    calls = [call for call in history.calls if call.began.worker in workers]
    return Figures(
        name=race.name,
        seconds=seconds,
        answers=Counter(str(call.answer("code") or call.what.value) for call in calls),
        attempts=Counter(int(call.answer("attempts") or 0) for call in calls),
        overspent=_overspent(store, race),
        effects=len({entry for call in calls if not call.is_replayed for entry in call.entries[:1]}),
        swept=int((folder / STOPPED).read_text(encoding="ascii")) if sweeper is not None else 0,
        expected=race.expected,
        report=check(history, store, [PROGRAM], folder=folder),
    )


def _overspent(store: Store, race: Race) -> int:
    points = Loyalty(store, [PROGRAM]).points
    names = {str(getattr(command, "customer_id", "")) for commands in race.deliveries for command in commands}
    shown = [points.balance(name) for name in names]
    return sum(each.spent > each.awarded or each.active < 0 or each.deficit > 0 for each in shown)


class _RunningClock:
    """A clock that is put to an instant and runs on from there."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._began = time.monotonic()

    def now(self) -> datetime:
        """What time it is."""
        return self._at + timedelta(seconds=time.monotonic() - self._began)


def _deliver(
    store: Store, folder: str, worker: str, commands: tuple[Command, ...], gate: Any, begins_at: datetime | None
) -> None:
    with store.unit(readonly=True) as unit:
        unit.load([])
    with Log(worker, Path(folder)) as log:
        gate.wait(WAIT_SECONDS)
        host = Recorder(store, [PROGRAM], log, clock=None if begins_at is None else _RunningClock(begins_at))
        for command in commands:
            host.run(command)


def _sweep(store: Store, folder: str, gate: Any, begins_at: datetime) -> None:
    gate.wait(WAIT_SECONDS)
    shop = Loyalty(store, [PROGRAM], actor="sweeper", clock=_RunningClock(begins_at))
    count = 0
    while not (Path(folder) / STOP).exists():
        try:
            count += shop.points.sweep()
        except (ConcurrencyConflict, StoreUnavailable):
            continue  # as a job that is started again
        time.sleep(0.01)
    (Path(folder) / STOPPED).write_text(str(count), encoding="ascii")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the races on databases and print the figures.

    Args:
        arguments: The words of the command line; None takes those of this process.

    Returns:
        0 when all is as it must be, else 1.

    Raises:
        SystemExit: The words make no command (2), or ask for help (0).
    """
    parser = argparse.ArgumentParser(prog="python -m loyalcore.testing.history.contention", description=__doc__)
    parser.add_argument("url", nargs="*", help="a database that holds nothing yet; none: SQLite, and PostgreSQL")
    for field in attrs.fields(Scale):
        parser.add_argument(f"--{field.name}", type=int, default=field.default)
    given = parser.parse_args(arguments)
    scale = Scale(**{field.name: getattr(given, field.name) for field in attrs.fields(Scale)})
    is_ok = True
    with ExitStack() as stack:
        for title, store in _stores(given.url, stack):
            print(f"{title}, {scale.processes} processes", flush=True)
            for figures in contend(store, scale):
                print(f"  {figures}".replace("\n", "\n  "), flush=True)
                is_ok = is_ok and figures.is_ok
    return 0 if is_ok else 1


def _stores(urls: Sequence[str], stack: ExitStack) -> Iterator[tuple[str, Store]]:
    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.testing.postgres import databases

    def opened(url: str, synchronous: str = "FULL") -> Store:
        store = stack.enter_context(SqlStore(url, synchronous=synchronous, wait_seconds=WAIT_SECONDS))
        store.upgrade()
        return store

    for url in urls:
        store = opened(url)
        yield repr(store), store
    if not urls:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="loyalcore-contention-"))
        for synchronous in ("FULL", "NORMAL"):
            yield f"SQLite at {synchronous}", opened(f"sqlite:///{folder}/{synchronous}.db", synchronous)
        place = stack.enter_context(databases())
        yield "PostgreSQL", opened(stack.enter_context(place.fresh()))


if __name__ == "__main__":
    sys.exit(main())
