"""The gap that some broken stores leave between a look and a write, and the meeting in it.

A race is lost every time only where the others are waited for: a unit stays in the gap until another one is in it that
writes the same record. So a test fails on such a store whatever the machine does, and not only now and then.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.adapters.memory import MemoryUnit
    from loyalcore.domain.decision import Ref

PATIENCE = 10.0
"""How long a unit waits for another one, in seconds, before it goes on alone."""


class Gap:
    """Where units meet; once they have met the harm is done, and nobody waits any more.

    Args:
        parties: How many units that name the same record make a meeting.
        patience: How long a unit waits for the others, in seconds.
    """

    def __init__(self, parties: int, patience: float) -> None:
        self._parties = parties
        self._patience = patience
        self._inside: dict[MemoryUnit, set[Ref]] = {}
        self._changed = threading.Condition()
        self._have_met = False

    def enter(self, unit: MemoryUnit, refs: Iterable[Ref]) -> None:
        """Come into the gap with the names of some records."""
        with self._changed:
            mine = self._inside.setdefault(unit, set())
            mine.update(refs)
            if any(sum(ref in each for each in self._inside.values()) >= self._parties for ref in mine):
                self._have_met = True
                self._changed.notify_all()

    def holds(self, unit: MemoryUnit) -> bool:
        """Tell whether a unit is in the gap."""
        return unit in self._inside

    def wait(self) -> None:
        """Wait until there was a meeting, or patience is at its end."""
        with self._changed:
            self._changed.wait_for(lambda: self._have_met, timeout=self._patience)

    def leave(self, unit: MemoryUnit) -> None:
        """Be no longer in the gap."""
        with self._changed:
            self._inside.pop(unit, None)
