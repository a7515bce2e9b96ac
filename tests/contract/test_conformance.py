"""The suite of compilers over the evaluation in memory and over an index, and over compilers that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.query import Index, check_stored, counted, nearest
from loyalcore.testing.conformance import BackEnd, QueryConformance, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loyalcore.query import Listing, Noun


class InMemory:
    """The reference itself, which refuses what a store has no column for."""

    def keep(self, noun: Noun, rows: Sequence[Any]) -> None:
        """Keep rows as they are."""
        self.rows = list(rows)

    def meant(self, listing: Listing) -> list[Any]:
        """Give the rows that a listing means."""
        check_stored(listing.query)
        return within(listing, self.rows) if self.rows and hasattr(self.rows[0], "holder_id") else self.rows

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Look at all rows."""
        return nearest(listing, self.meant(listing), at)

    def count(self, listing: Listing, at: datetime) -> int:
        """Count all rows that are asked for."""
        return counted(listing, self.meant(listing), at)


class Indexed(InMemory):
    """What is kept in the order that is asked for."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Ask an index."""
        return Index(listing.query, self.meant(listing)).nearest(listing, at)


class TestInMemory(QueryConformance):
    """The evaluation in memory passes its own suite."""

    @pytest.fixture
    def backend(self) -> BackEnd:
        """Give the reference."""
        return InMemory()


class TestIndexed(QueryConformance):
    """So does an index."""

    @pytest.fixture
    def backend(self) -> BackEnd:
        """Give an index."""
        return Indexed()
