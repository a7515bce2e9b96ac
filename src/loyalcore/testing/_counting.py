"""Counting: what a worker does that wants more of something with a limit, as the executor would."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import ChangeSet, Counter, Put
from loyalcore.errors import StaleVersion, StoreUnavailable
from loyalcore.execution import ATTEMPTS_MAX
from loyalcore.testing._delivery import BUSY_SECONDS_MAX

if TYPE_CHECKING:
    from loyalcore.domain.decision import CounterRef
    from loyalcore.store import Store


@attrs.frozen
class Count:
    """Counts up, again and again, as long as a limit allows; picklable, so that a process can do it.

    Args:
        ref: The name of the counter.
        limit: How far it may go.
        times: How often the worker wants one more.
    """

    ref: CounterRef
    limit: int
    times: int

    def __call__(self, store: Store) -> list[int]:
        """Give the numbers that this worker got, or 0 where there was none left.

        Raises:
            AssertionError: Others were faster at every attempt.
        """
        return [self._one_more(store) for _ in range(self.times)]

    def _one_more(self, store: Store) -> int:
        attempt, end = 0, time.monotonic() + BUSY_SECONDS_MAX
        while attempt < ATTEMPTS_MAX:
            try:
                return self._attempt(store, lock=attempt > 0)
            except StaleVersion:
                attempt += 1
            except StoreUnavailable:
                if time.monotonic() > end:
                    raise
        raise AssertionError(f"a counter was another's at each of {ATTEMPTS_MAX} attempts")

    def _attempt(self, store: Store, *, lock: bool) -> int:
        with store.unit() as unit:
            found: Counter | None = unit.load([self.ref], lock=lock)[self.ref]
            before = Counter(ref=self.ref, version=0) if found is None else found
            if before.count >= self.limit:
                return 0
            after = attrs.evolve(before, count=before.count + 1, version=before.version + 1)
            unit.apply(ChangeSet(puts=(Put(after, None if found is None else before.version),)))
            unit.commit()
        return after.count
