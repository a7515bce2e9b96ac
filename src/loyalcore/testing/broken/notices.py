"""Stores that lose whose a notice is, or when it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.decision import Notice
from loyalcore.testing.broken._wrapped import Shelf, Unit, Wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from loyalcore.domain.decision import ChangeSet
    from loyalcore.query import All


class _UnclaimedShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Check no version of notices: they are only marked."""
        kept = tuple(put for put in changes.puts if not isinstance(put.record, Notice))
        super().check(attrs.evolve(changes, puts=kept))


class LostLease(Wrapped):
    """Writes a claim over another one: who has read a notice that was free takes it, though somebody else has it.

    Source: pal-tamas/rask#552, altarwed#615, makeplane/plane#9609 (two workers read and send the same).
    """

    shelf: ClassVar[type[Shelf]] = _UnclaimedShelf


class _HastyUnit(Unit):
    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Find every notice, whether it is due or not."""
        return super().stream(attrs.evolve(query, due_by=None) if query.kind is Notice else query, at)


class Hasty(Wrapped):
    """Finds notices that are not due: the waits between attempts, and what was set aside, do not hold.

    Source: altarwed#615 (a plain read of what is not sent yet, with nothing that marks it as taken).
    """

    units: ClassVar[type[Unit]] = _HastyUnit


class _StuckUnit(Unit):
    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Pass over notices that somebody has, or had."""
        is_due = query.kind is Notice and query.due_by is not None
        return (each for each in super().stream(query, at) if not (is_due and each.claimed_by is not None))


class StuckClaim(Wrapped):
    """Finds what nobody has taken, and not what was taken by somebody who has died.

    Source: postalserver/postal#645 (a message stays locked for a week, until somebody mends the table by hand).
    """

    units: ClassVar[type[Unit]] = _StuckUnit
