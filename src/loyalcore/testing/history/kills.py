"""Kills: workers, or the database's server, are killed in the middle of their work, and the history is checked.

`kill -9` is real: nothing of the process runs afterwards, no `finally`, no rollback, no answer. What it cannot show is
the loss of power: what a dead process handed to the operating system is written all the same.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from loyalcore.testing.history._check import check
from loyalcore.testing.history._history import History
from loyalcore.testing.history._line import What
from loyalcore.testing.history._log import SUFFIX
from loyalcore.testing.history._processes import start
from loyalcore.testing.history._worker import PROGRAM, Job, set_up, work

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from loyalcore.store import Store
    from loyalcore.testing.history._check import Report

__all__ = ["Server", "Tally", "kill_servers", "kill_workers"]

STEPS_MAX: Final = 12
"""How many calls a worker has had answered, at most, before it may be killed."""
DELAY_MAX: Final = 0.03
"""How much later it is killed, at most, in seconds."""
WAIT_MAX: Final = 60.0
"""How long a worker may take to have its calls answered, in seconds."""
_ANSWERED: Final = f'"what": "{What.OK.value}"'.encode()


def __dir__() -> list[str]:
    return __all__


class Server(Protocol):
    """A database's server that can be killed."""

    def kill(self) -> None:
        """Kill it and all of its processes at once."""

    def start(self) -> None:
        """Start it again, and wait until it answers."""


@attrs.frozen(kw_only=True)
class Tally:
    """What came of kills.

    Args:
        kills: How many processes, or servers, were killed.
        calls: How many calls were written down.
        acknowledged: How many of them were answered with ok.
        in_doubt: How many commands the kills left in doubt.
        committed: How many of these had been committed: the kill fell between the commit and the answer.
        done: How many of these were done when they were sent again; the others were refused.
        reports: The report after each round of kills.
    """

    kills: int = 0
    calls: int = 0
    acknowledged: int = 0
    in_doubt: int = 0
    committed: int = 0
    done: int = 0
    reports: tuple[Report, ...] = attrs.field(default=(), repr=False)

    @property
    def is_ok(self) -> bool:
        """Whether every law held after every round."""
        return all(report.is_ok for report in self.reports)

    def __str__(self) -> str:
        figures = (
            f"{self.kills} kills, {self.calls} calls, {self.acknowledged} acknowledged; {self.in_doubt} commands in "
            f"doubt, of which {self.committed} had been committed and {self.done} were done when they were sent again"
        )
        return "\n".join([figures, *(str(report) for report in self.reports if not report.is_ok)])

    def after(self, report: Report, kills: int) -> Tally:
        """Give the tally after one more round."""
        return Tally(
            kills=self.kills + kills,
            calls=sum(report.answers.values()),
            acknowledged=report.answers[What.OK.value],
            in_doubt=self.in_doubt + report.in_doubt,
            committed=self.committed + report.committed,
            done=self.done + report.done,
            reports=(*self.reports, report),
        )


def kill_workers(
    store: Store,
    *,
    kills: int,
    seed: int = 0,
    at_once: int = 2,
    settle: Callable[[], None] = lambda: None,
) -> Tally:
    """Let workers write to a store, kill them, check everything written so far, and begin again.

    Args:
        store: An empty store that declares `processes`.
        kills: How many workers are killed.
        seed: What chooses the commands, and when a worker is killed.
        at_once: How many workers write at the same time.
        settle: What waits until the database has noticed that its clients are dead.

    Returns:
        The tally, with a report of each round; it stops after the first round in which a law does not hold.

    Raises:
        CapabilityMissing: The store does not declare `processes`.
        StoreError: The store could not do its part when nobody was killed.
        TimeoutError: A worker had too little answered.
    """
    dice = random.Random(seed)  # noqa: S311 - a run is told by its seed
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="loyalcore-kills-") as name:
        folder = Path(name)
        holders = set_up(store, folder)
        while tally.kills < kills and tally.is_ok:
            crew = _Crew(store, folder, holders, seed, tally.kills, min(at_once, kills - tally.kills))
            crew.await_answers(dice.randint(3, STEPS_MAX))
            crew.kill(dice)
            settle()
            tally = tally.after(check(History.read(folder), store, [PROGRAM], folder=folder), len(crew.jobs))
    return tally


def kill_servers(store: Store, server: Server, *, kills: int, seed: int = 0, at_once: int = 4) -> Tally:
    """Let workers write to a store, kill its server under them, start it again, let them go on, and check.

    Args:
        store: An empty store on that server, which declares `processes`.
        server: The server.
        kills: How often it is killed.
        seed: What chooses the commands, and when the server is killed.
        at_once: How many workers write at the same time.

    Returns:
        The tally, with a report of each round; it stops after the first round in which a law does not hold.

    Raises:
        CapabilityMissing: The store does not declare `processes`.
        StoreError: The store could not do its part when the server ran.
        TimeoutError: A worker had too little answered, before the kill or after it.
    """
    dice = random.Random(seed)  # noqa: S311 - a run is told by its seed
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="loyalcore-kills-") as name:
        folder = Path(name)
        holders = set_up(store, folder)
        while tally.kills < kills and tally.is_ok:
            crew = _Crew(store, folder, holders, seed, tally.kills * at_once, at_once)
            crew.await_answers(dice.randint(3, STEPS_MAX))
            time.sleep(dice.uniform(0, DELAY_MAX))
            server.kill()
            server.start()
            crew.await_answers(3)
            crew.kill(dice)
            server.kill()  # so that nothing of the dead workers is still on its way
            server.start()
            tally = tally.after(check(History.read(folder), store, [PROGRAM], folder=folder), 1)
    return tally


class _Crew:
    """Workers that write until they are killed."""

    def __init__(self, store: Store, folder: Path, holders: dict[str, str], seed: int, first: int, number: int) -> None:
        names = [f"w-{first + each}" for each in range(number)]
        self.jobs: list[Job] = [Job(worker=name, folder=str(folder), seed=seed, customers=holders) for name in names]
        self._logs = [folder / f"{name}{SUFFIX}" for name in names]
        self._processes: list[BaseProcess] = [start(work, store, job) for job in self.jobs]

    def await_answers(self, number: int) -> None:
        """Wait until each worker has had some more calls answered.

        Raises:
            TimeoutError: One of them has not, in a long time, or has ended.
        """
        wanted = [self._answers(log) + number for log in self._logs]
        end = time.monotonic() + WAIT_MAX
        for log, process, least in zip(self._logs, self._processes, wanted, strict=True):
            while self._answers(log) < least:
                if time.monotonic() > end or not process.is_alive():
                    raise TimeoutError(f"{log.stem} had {self._answers(log)} of {least} calls answered")
                time.sleep(0.001)

    @staticmethod
    def _answers(log: Path) -> int:
        return log.read_bytes().count(_ANSWERED) if log.exists() else 0

    def kill(self, dice: random.Random) -> None:
        """Kill one after the other, each at a moment of its own."""
        for process in self._processes:
            time.sleep(dice.uniform(0, DELAY_MAX))
            process.kill()
        for process in self._processes:
            process.join()
