"""The driver connections of one store: who may have which, and how long one waits for it."""

from __future__ import annotations

import os
import random
import threading
import time
import weakref
from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from loyalcore.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.adapters.sqlalchemy._dialects import Dialect, Link

T = TypeVar("T")

FREE_MAX = 16
"""How many connections are kept for later."""
PAUSE_MIN, PAUSE_MAX = 0.0005, 0.02
"""The bounds of the mean pause between two attempts, in seconds; it doubles from the one to the other."""

_inherited: list[Any] = []
"""Connections that a parent process made: neither used nor closed here, because SQLite does not survive a fork."""


def _close_all(free: deque[Link], process: int) -> None:
    while free and process == os.getpid():
        free.pop().close()


class Links:
    """The connections of one store.

    In memory there is a single one, and whoever has the turn has it. In a file writers take turns among the threads
    of this process, and compete with other processes for the write lock.

    Args:
        dialect: What opens them.
        wait_seconds: How long a unit waits for the turn or the write lock.
    """

    def __init__(self, dialect: Dialect, wait_seconds: float) -> None:
        self.dialect = dialect
        self.is_shared: bool = dialect.is_memory
        self._wait = wait_seconds
        self.is_closed: bool = False
        self._begin_here()
        if self.is_shared:
            self._free.append(self.patiently(dialect.connect))

    def _begin_here(self) -> None:
        self._process = os.getpid()
        self._turn = threading.Lock()
        self._free: deque[Link] = deque()
        weakref.finalize(self, _close_all, self._free, self._process)

    def take(self, *, create: bool = False) -> Link:
        """Give a connection that nobody else has.

        Args:
            create: Whether the file may be made.

        Raises:
            StoreUnavailable: The store is closed, or its file cannot be opened.
        """
        if self._process != os.getpid() and not self.is_shared:
            _inherited.append(self._free)
            self._begin_here()
        if self.is_closed:
            raise StoreUnavailable("the store is closed")
        try:
            return self._free.pop()
        except IndexError:
            return self.patiently(partial(self.dialect.connect, create=create))

    def drop(self, link: Link) -> None:
        """Let a connection go that cannot be trusted any more; the one in memory has to be."""
        if self.is_shared:
            self.give(link)
        else:
            link.close()

    def replaced(self, link: Link) -> Link:
        """Give a connection that works: this one, or where it has broken a new one, because the others will have too.

        Raises:
            StoreUnavailable: The database cannot be reached.
        """
        if not self.dialect.is_broken(link):
            return link
        link.close()
        _close_all(self._free, self._process)
        return self.take()

    def give(self, link: Link) -> None:
        """Take a connection back, without a transaction."""
        if self.is_closed or len(self._free) >= FREE_MAX or self.dialect.is_broken(link):
            link.close()
        else:
            self._free.append(link)

    def close(self) -> None:
        """Close what is free now, and the rest when it comes back."""
        self.is_closed = True
        _close_all(self._free, self._process)

    # Waiting

    def wait_turn(self) -> None:
        """Wait until no other thread of this process writes, where they take turns.

        Raises:
            StoreUnavailable: It took too long.
        """
        if not self.dialect.takes_turns:
            return
        if not self._turn.acquire(timeout=self._wait):
            raise StoreUnavailable(f"the store is busy: another unit has been writing for {self._wait:g} s")

    def end_turn(self) -> None:
        """Let the next one write."""
        if self.dialect.takes_turns:
            self._turn.release()

    @contextmanager
    def brief(self) -> Iterator[Link]:
        """Have the single connection for one call."""
        self.wait_turn()
        try:
            link = self.take()
            try:
                yield link
            finally:
                self.give(link)
        finally:
            self.end_turn()

    def patiently(self, act: Callable[[], T]) -> T:
        """Do what another process may be in the way of, again and again with random pauses.

        Raises:
            StoreUnavailable: It was in the way for too long, or something else is wrong.
            ReadOnlyStore: The file is write-protected.
        """
        end = time.monotonic() + self._wait
        pause = PAUSE_MIN
        while True:
            try:
                return act()
            except self.dialect.Error as error:
                if not self.dialect.is_busy(error) or time.monotonic() >= end:
                    raise self.dialect.blame(error, "store") from error
            time.sleep(random.uniform(0, 2 * pause))  # noqa: S311 - it only keeps two writers from trying in step
            pause = min(2 * pause, PAUSE_MAX)
