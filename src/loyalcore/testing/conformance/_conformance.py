"""What the parts of the suite share: the fixture that an implementer gives, and how an answer is judged."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings

from loyalcore.query import Listing, Query, counted, nearest
from loyalcore.testing.conformance._asked import resolved
from loyalcore.testing.conformance._sample import AT, Sample, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from loyalcore.query import Noun

T = TypeVar("T")

# A host's test that fails shows both sides of the assertion: pytest rewrites only what it is told of.
pytest.register_assert_rewrite(*(f"{__package__}.{name}" for name in ("filters", "pages", "values")))


class BackEnd(Protocol):
    """What the suite asks: rows that are kept somewhere, and listings of them."""

    def keep(self, noun: Noun, rows: Sequence[Any]) -> None:
        """Keep these rows of a noun and no others; each has an attribute for each column of its fields."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Answer a listing: at most `count` rows from the place on, the nearest first."""
        ...

    def count(self, listing: Listing, at: datetime) -> int:
        """Answer how many rows there are, wherever the place is."""
        ...


class Conformance:
    """One part of the suite: an implementer subclasses it with a fixture `backend`.

    Attributes:
        share: How much is drawn of what the profile of Hypothesis says.
        stride: Of what is asked one by one, each how manieth question, and of pages that are turned, fewer and larger
            ones; 1 for all of them. Every run asks the same questions.
    """

    share: float = 1.0
    stride: int = 1

    @pytest.fixture
    def backend(self) -> BackEnd:
        """Give what keeps rows; an implementer's subclass gives its own."""
        raise NotImplementedError("override the fixture `backend`: it gives what keeps rows and answers listings")

    def some(self, questions: Iterable[T], begin: int = 0) -> Iterator[T]:
        """Give one of so many questions, the first of them as far behind the beginning as is said."""
        return islice(questions, begin % self.stride, None, self.stride)


def often(share: float) -> settings:
    """Return settings for so many times the examples of the profile, in a test that keeps rows once."""
    examples = max(1, int(settings.default.max_examples * share)) if settings.default else 1
    checks = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    # To explain a failure takes longer than to find it, and the smallest one is enough.
    phases = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=checks, phases=phases, report_multiple_bugs=False
    )


def listed(query: Query, **more: Any) -> Listing:
    """Return the listing of a query as a host asks it, of all rows that are live unless told."""
    return Listing(resolved(query), **{"environment": "live", "count": 500, **more})


def agree(backend: BackEnd, listing: Listing, rows: Sequence[Sample]) -> None:
    """Check that a listing is answered and counted as the evaluation in memory does.

    Raises:
        AssertionError: Other rows, another order, or another number.
    """
    meant = within(listing, rows)
    found, wanted = backend.page(listing, AT), nearest(listing, meant, AT)
    assert found == wanted, f"other rows for {listing.query.where!r}, sorted by {listing.query.orders()}"
    number, total = backend.count(listing, AT), counted(listing, meant, AT)
    assert number == total, f"another number for {listing.query.where!r}"
