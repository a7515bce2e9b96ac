"""Stores whose units are not everything or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.decision import ChangeSet, CustomerRef, Notice
from loyalcore.domain.ledger import Entry
from loyalcore.errors import StaleVersion
from loyalcore.testing.broken._wrapped import Shelf, Unit, Wrapped, meet, stored, write_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from loyalcore.query import All


class _LeakyUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Apply and commit."""
        super().apply(changes)
        super().commit()


class Leaky(Wrapped):
    """Commits as it goes: a unit that fails leaves what it did so far.

    Source: yadayada/acd_cli#398 (committed although an exception came in between).
    """

    units: ClassVar[type[Unit]] = _LeakyUnit


class _ForgettingUnit(Unit):
    def commit(self) -> None:
        """Do nothing, and say nothing."""
        self._applied = []


class Forgetting(Wrapped):
    """Does not commit at all.

    Source: nbs-system/naxsi#64 (what was written is lost, without an error).
    """

    units: ClassVar[type[Unit]] = _ForgettingUnit


class _SwallowingUnit(Unit):
    def commit(self) -> None:
        """Commit, and take every answer for a good one."""
        meet(self)
        try:
            super().commit()
        except StaleVersion:
            self._applied = []


class SwallowedCommit(Wrapped):
    """Swallows the error of a commit: the caller believes that it was done.

    Source: AgilData/tpcc#2, vertx-sql-client#996, fieldenms/tg#2832 (a failed commit is a success).
    """

    units: ClassVar[type[Unit]] = _SwallowingUnit


class _ProjectionApartUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Keep it without a check: each of the two transactions will see for itself."""
        self._applied.append(changes)

    def commit(self) -> None:
        """Write the entries, then the figures that follow from them."""
        applied, self._applied = self._applied, []
        for changes in applied:
            write_now(self, ChangeSet(inserts=changes.inserts))
        self._applied = [attrs.evolve(changes, inserts=()) for changes in applied]
        super().commit()


class ProjectionApart(Wrapped):
    """Writes entries in one transaction, and the balances in a second one, which may be refused.

    Source: raia-live/amfs#302 (rows stay when what belongs to them cannot be written).
    """

    units: ClassVar[type[Unit]] = _ProjectionApartUnit


class _OutboxApartUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Send what is to be told at once, and keep the rest until the commit."""
        told = tuple(record for record in changes.inserts if isinstance(record, Notice))
        kept = tuple(record for record in changes.inserts if not isinstance(record, Notice))
        write_now(self, ChangeSet(inserts=told))
        super().apply(attrs.evolve(changes, inserts=kept))


class OutboxApart(Wrapped):
    """Writes its outbox in a transaction of its own: mail goes out for what was never committed.

    Source: NEventStore#54, headsnet/domain-events-bundle#27 (told although it was rolled back).
    """

    units: ClassVar[type[Unit]] = _OutboxApartUnit


class _CountingShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Check everything but the numbers of entries: they are given here."""
        others = tuple(record for record in changes.inserts if not isinstance(record, Entry))
        super().check(attrs.evolve(changes, inserts=others))

    def write(self, changes: ChangeSet) -> None:
        """Number entries by counting those that are there."""
        for record in changes.inserts:
            if isinstance(record, Entry):
                numbered = attrs.evolve(record, seq=len(self._entries_of(record.ledger)) + 1)
                super().write(ChangeSet(inserts=(numbered,)))
        others = tuple(record for record in changes.inserts if not isinstance(record, Entry))
        super().write(attrs.evolve(changes, inserts=others))


class CountedSequence(Wrapped):
    """Numbers entries from COUNT(*), whatever number they came with.

    Source: django-plans#118, PrestaShop#28757 (two invoices at once get one number).
    """

    shelf: ClassVar[type[Shelf]] = _CountingShelf


class _RacyReadUnit(Unit):
    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Look each customer up again when it is asked for."""
        for record in super().stream(query, at):
            yield stored(self, record.ref) if isinstance(record.ref, CustomerRef) else record


class RacyRead(Wrapped):
    """Streams records as they are when their turn comes, not as of one moment.

    Source: chobbledotcom/tickets#2284, ExtendDB/extenddb#57 (an export of several states).
    """

    units: ClassVar[type[Unit]] = _RacyReadUnit
