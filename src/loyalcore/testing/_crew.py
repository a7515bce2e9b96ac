"""A crew: workers that begin together, each with an act of its own on one store, in processes or in threads.

The processes are started once and kept for the races that follow; each race brings its own store, pickled (P15). A
crew that lost a worker is let go, and the next race starts a new one.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from loyalcore.store import Store

WORKERS = 16
"""How many workers the contract sends at once."""
SECONDS_MAX = 120.0
"""How long a race may take."""
SWITCH_SECONDS = 1e-5
"""How soon a thread of a race gives way to the next, so that they meet within a command."""
# What all processes need is loaded once; a module that is not installed is passed over.
PRELOADED = ["loyalcore.testing._delivery", "loyalcore.adapters.sqlalchemy"]


def together(store: Store, acts: Sequence[Callable[[Store], Any]], *, seconds_max: float = SECONDS_MAX) -> list[Any]:
    """Let each act be done by a worker of its own, all at once: processes where the store can, else threads.

    Args:
        store: The store; each process gets a copy.
        acts: What each worker does with it; picklable where the store declares `processes`.
        seconds_max: How long it may take.

    Returns:
        What each act returned or raised, in order.

    Raises:
        AssertionError: The store cannot be pickled or opened in another process, or a worker did not come to an end.
    """
    if "processes" in store.abilities:
        return _CREW.race(pickled(store), acts, seconds_max)
    return _thread_race(store, acts, seconds_max)


def pickled(store: Store) -> bytes:
    """Pickle a store.

    Raises:
        AssertionError: It cannot be pickled.
    """
    try:
        return pickle.dumps(store)
    except Exception as error:
        raise AssertionError(
            f"{type(store).__name__} cannot be pickled: {error!r}. Give it a __reduce__ that opens the same records "
            "again, or do not declare `processes` (a durable store may say in `reopen` how it is opened again)"
        ) from error


def reopened(store: Store) -> Store:
    """Open the records of a store again, through a copy of it.

    Raises:
        AssertionError: It cannot be pickled.
    """
    copy: Store = pickle.loads(pickled(store))  # noqa: S301 - our own bytes
    return copy


def close(store: Store) -> None:
    """Let a store go, where it can be closed."""
    getattr(store, "close", lambda: None)()


class Failure(NamedTuple):
    """An exception of a worker that could not be sent as it was."""

    text: str


class _Worker(NamedTuple):
    process: BaseProcess
    link: Connection


class _Crew:
    """Processes that wait for acts."""

    def __init__(self) -> None:
        self._workers: list[_Worker] = []

    def race(self, store: bytes, acts: Sequence[Callable[[Store], Any]], seconds_max: float) -> list[Any]:
        jobs = [pickle.dumps((store, act)) for act in acts]
        try:
            return self._race(jobs, seconds_max)
        except BaseException:
            self.leave()
            raise

    def _race(self, jobs: list[bytes], seconds_max: float) -> list[Any]:
        while len(self._workers) < len(jobs):
            self._workers.append(_start())
        racing = self._workers[: len(jobs)]
        for worker, job in zip(racing, jobs, strict=True):
            worker.link.send_bytes(job)
        for failure in [_receive(worker, seconds_max) for worker in racing]:
            if failure is not None:
                raise AssertionError(f"the store could not be opened in another process: {failure!r}")
        for worker in racing:
            worker.link.send(True)
        return [_receive(worker, seconds_max) for worker in racing]

    def leave(self) -> None:
        """Let all processes go."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.link.close()
            worker.process.kill()
            worker.process.join()


_CREW = _Crew()


def _start() -> _Worker:
    way = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(way)
    context.set_forkserver_preload(PRELOADED)
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, mine)


def _receive(worker: _Worker, seconds_max: float) -> Any:
    if not worker.link.poll(seconds_max):
        raise AssertionError(f"a worker did not answer within {seconds_max:g} s")
    try:
        return worker.link.recv()
    except EOFError:
        raise AssertionError("a worker died") from None


def _serve(link: Connection) -> None:
    """Do acts until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    while True:
        try:
            packed, act = pickle.loads(link.recv_bytes())  # noqa: S301 - our own bytes
        except EOFError:
            return
        try:
            store = pickle.loads(packed)  # noqa: S301 - our own bytes
            with store.unit(readonly=True) as unit:
                unit.load([])
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent shows it
            link.send(Failure(repr(error)))
            continue
        link.send(None)
        link.recv()
        link.send_bytes(_packed(_outcome(act, store)))
        close(store)


def _outcome(act: Callable[[Store], Any], store: Store) -> Any:
    try:
        return act(store)
    except BaseException as error:  # noqa: BLE001 - whatever a store raises is shown by the test
        return error


def _packed(answer: Any) -> bytes:
    try:
        packed = pickle.dumps(answer)
        pickle.loads(packed)  # noqa: S301 - some exceptions can be packed but not unpacked
    except Exception:  # noqa: BLE001 - what cannot be sent is told
        return pickle.dumps(Failure(repr(answer)))
    return packed


def _thread_race(store: Store, acts: Sequence[Callable[[Store], Any]], seconds_max: float) -> list[Any]:
    gate = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        gate.wait(timeout=seconds_max)
        found[index] = _outcome(acts[index], store)

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(acts))]
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=seconds_max)
    finally:
        sys.setswitchinterval(before)
    if any(thread.is_alive() for thread in threads):
        raise AssertionError("a thread did not come to an end")
    return found
