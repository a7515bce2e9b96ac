"""Writing: what is decided from one state of the store is written in one unit, and decided again where it is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from loyalcore.errors import ConcurrencyConflict, StaleVersion
from loyalcore.execution import ATTEMPTS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.decision import ChangeSet
    from loyalcore.store import Store, Unit

T = TypeVar("T")


def write(store: Store, decide: Callable[[Unit], tuple[T, ChangeSet]]) -> T:
    """Decide and write; again where somebody else wrote meanwhile.

    Args:
        store: Where to.
        decide: Gives, from a unit that only reads, what the caller wants to know and what is to be written.

    Returns:
        What the caller wants to know, as of the attempt that was written.

    Raises:
        ConcurrencyConflict: Other writers won every attempt.
    """
    for _ in range(ATTEMPTS_MAX):
        with store.unit(readonly=True) as unit:
            outcome, changes = decide(unit)
        if not changes:
            return outcome
        try:
            with store.unit() as unit:
                unit.apply(changes)
                unit.commit()
        except StaleVersion:
            continue
        return outcome
    raise ConcurrencyConflict(ATTEMPTS_MAX)
