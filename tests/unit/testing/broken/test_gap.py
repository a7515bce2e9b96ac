"""The gap that some broken stores leave."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import CustomerRef
from loyalcore.testing.broken import EarlyCheck
from loyalcore.testing.broken._gap import Gap
from loyalcore.testing.contract import _samples as samples

if TYPE_CHECKING:
    from collections.abc import Callable

ADA, BOB = CustomerRef("live", "ada"), CustomerRef("live", "bob")
LONG, SHORT = 60.0, 0.05


def unit() -> Any:
    """Make a unit that can be told from others."""
    return EarlyCheck().unit()


def thread(act: Callable[[], object]) -> threading.Thread:
    """Start an act in a thread of its own."""
    started = threading.Thread(target=act, daemon=True)
    started.start()
    return started


def test_who_waits_is_joined_by_one_that_names_the_same() -> None:
    """A unit waits until another one is in the gap with the same record."""
    gap = Gap(2, LONG)
    gap.enter(unit(), [ADA])
    waiting = thread(gap.wait)
    gap.enter(unit(), [BOB])
    waiting.join(timeout=SHORT)
    assert waiting.is_alive()
    gap.enter(unit(), [BOB, ADA])
    waiting.join(timeout=LONG)
    assert not waiting.is_alive()


def test_as_many_have_to_come_as_were_said() -> None:
    """Two units are no meeting of three, and one unit that comes in twice is one."""
    gap = Gap(3, LONG)
    first = unit()
    for each in (first, first, unit()):
        gap.enter(each, [ADA])
    waiting = thread(gap.wait)
    waiting.join(timeout=SHORT)
    assert waiting.is_alive()
    gap.enter(unit(), [ADA])
    waiting.join(timeout=LONG)
    assert not waiting.is_alive()


def test_who_has_left_is_not_met() -> None:
    """A unit that has left the gap is in no meeting."""
    gap = Gap(2, SHORT)
    first = unit()
    gap.enter(first, [ADA])
    assert gap.holds(first)
    gap.leave(first)
    assert not gap.holds(first)
    second = unit()
    gap.enter(second, [ADA])
    waiting = thread(gap.wait)
    waiting.join(timeout=LONG)
    assert not waiting.is_alive()


def test_nobody_waits_after_a_meeting() -> None:
    """Once two have met, the next one goes on at once."""
    gap = Gap(2, LONG)
    for _ in range(2):
        gap.enter(unit(), [ADA])
    began = time.monotonic()
    gap.wait()
    assert time.monotonic() - began < LONG


def test_patience_ends() -> None:
    """A unit that nobody joins goes on when its patience is at its end."""
    gap = Gap(2, SHORT)
    gap.enter(unit(), [ADA])
    began = time.monotonic()
    gap.wait()
    assert time.monotonic() - began >= SHORT


def test_the_thread_that_made_a_store_waits_for_nobody() -> None:
    """What a test prepares by itself is written at once, though the store leaves a gap."""
    store = EarlyCheck(patience=LONG)
    began = time.monotonic()
    with store.unit() as opened:
        opened.apply(samples.put(samples.customer()))
        opened.commit()
    assert time.monotonic() - began < LONG


def test_a_unit_that_locks_waits_for_nobody() -> None:
    """A unit that keeps the others out does not wait for them, in whatever thread it is."""
    store = EarlyCheck(patience=LONG)

    def act() -> None:
        with store.unit() as opened:
            opened.load([ADA], lock=True)
            opened.apply(samples.put(samples.customer()))
            opened.commit()

    locking = thread(act)
    locking.join(timeout=LONG / 2)
    assert not locking.is_alive()
