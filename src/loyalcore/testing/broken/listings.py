"""Stores whose lists show what is not so at the instant of asking, or whom they should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.testing.broken._wrapped import Unit, Wrapped

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.query import Listing


class _DueUnit(Unit):
    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give what is due as well, as it was when it was written."""
        return super().page(attrs.evolve(listing, is_settled=False), at)


class DueListed(Wrapped):
    """Lists points that have lapsed, because no job has written so yet.

    Source: tachiya#138, Kademi#5962 (expired points count until a job has run).
    """

    units: ClassVar[type[Unit]] = _DueUnit


class _OffsetUnit(Unit):
    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows from the place on, the row of the place among them."""
        if listing.position is None:
            return super().page(listing, at)
        return super().page(attrs.evolve(listing, position=attrs.evolve(listing.position, is_inclusive=True)), at)


class RepeatedRow(Wrapped):
    """Begins a page with the last row of the page before.

    Source: DOMAIN 3.8 (pages by key; an offset repeats a row where one was put before it).
    """

    units: ClassVar[type[Unit]] = _OffsetUnit


class _AnyProgramUnit(Unit):
    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows of every program."""
        return super().page(attrs.evolve(listing, program_id=None), at)


class AnyProgram(Wrapped):
    """Lists the members of every program as those of one.

    Source: HOUSE 4 (every statement carries the leading key).
    """

    units: ClassVar[type[Unit]] = _AnyProgramUnit
