"""The baton: hosts are threads of which one runs at a time, and the script says whose turn is next.

Every host says when it wants to go on, in ticks, and whether it needs the store to be free. Of those that can go on the
one with the lowest tick does, the one with the lowest number among equals. So the same script is always played in the
same order, whatever the machine does.
"""

from __future__ import annotations

import threading
from enum import StrEnum


class Turns(StrEnum):
    """How long a host keeps the store for itself."""

    CALLS = "calls"
    """Hosts change at every store call; one that locks keeps the store until its unit ends. For the memory store."""
    UNITS = "units"
    """A unit is played to its end before another one begins: for stores on which a unit may wait for another."""
    COMMANDS = "commands"
    """An act is played to its end before another one begins."""


class Stopped(BaseException):
    """Raised in a host that waits, when the run is over before its time."""


class Baton:
    """Who goes on next.

    Args:
        hosts: How many hosts there are.
    """

    def __init__(self, hosts: int) -> None:
        self.tick = 0
        self.owner: int | None = None
        self.is_over = False
        self.is_alone = False
        self._due: list[int | None] = [0] * hosts
        self._needs_store = [False] * hosts
        self._gates = [_shut() for _host in range(hosts)]
        self._end = _shut()

    def start(self) -> None:
        """Give the baton away, and wait until nobody has anything left to do."""
        self._wake(self._next())
        self._end.acquire()
        self.is_alone = True

    def wait_first(self, host: int) -> None:
        """Wait for the first turn of a host.

        Raises:
            Stopped: The run is over.
        """
        self._gates[host].acquire()
        if self.is_over:
            raise Stopped

    def go_on(self, host: int, due: int, *, needs_store: bool) -> None:
        """Pass the baton, and come back when it is this host's turn.

        Args:
            host: Who has the baton.
            due: The tick at which it wants to go on.
            needs_store: Whether it can only go on while nobody else keeps the store.

        Raises:
            Stopped: The run is over.
        """
        if self.is_alone:
            return
        self._due[host] = due
        self._needs_store[host] = needs_store
        following = self._next()
        if following == host:
            self.tick = max(self.tick, due)
            return
        self._wake(following)
        self._gates[host].acquire()
        if self.is_over:
            raise Stopped

    def leave(self, host: int) -> None:
        """Give the baton away for good."""
        self._due[host] = None
        self._wake(self._next())

    def stop(self, host: int) -> None:
        """End the run: wake everybody, so that each leaves what it is doing."""
        self.is_over = self.is_alone = True
        for other, gate in enumerate(self._gates):
            if other != host:
                gate.release()
        self._end.release()

    def take_store(self, host: int) -> None:
        """Keep the store for a host."""
        self.owner = host

    def free_store(self, host: int) -> None:
        """Let others have the store."""
        if self.owner == host:
            self.owner = None

    def is_taken(self, host: int) -> bool:
        """Tell whether somebody else keeps the store."""
        return self.owner is not None and self.owner != host

    def _next(self) -> int | None:
        best, least = None, 0
        for host, due in enumerate(self._due):
            if due is None or (self._needs_store[host] and self.is_taken(host)):
                continue
            if best is None or due < least:
                best, least = host, due
        return best

    def _wake(self, host: int | None) -> None:
        if host is None:
            self._end.release()
        else:
            self.tick = max(self.tick, self._due[host] or 0)
            self._gates[host].release()


def _shut() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate
