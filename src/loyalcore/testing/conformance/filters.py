"""The same rows for every condition, and the same number of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.query import Listing, Query
from loyalcore.testing.conformance._asked import FIELDS, crowds, listings, questions
from loyalcore.testing.conformance._conformance import BackEnd, Conformance, agree, listed, often
from loyalcore.testing.conformance._rows import ROWS
from loyalcore.testing.conformance._sample import SAMPLES, F, Sample


class FilterConformance(Conformance):
    """The same rows for every condition, and the same number of them."""

    @pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
    def test_every_question_about_a_field(self, backend: BackEnd, field: Any) -> None:
        """Each comparison with each awkward value finds the same rows, and so does its complement."""
        backend.keep(SAMPLES, ROWS)
        for condition in self.some(questions(field)):
            agree(backend, listed(Query(SAMPLES, condition)), ROWS)

    def test_a_table_without_attributes_is_missing(self, backend: BackEnd) -> None:
        """A table of attributes is missing where it is empty; an attribute that is an empty text is none the less."""
        backend.keep(SAMPLES, ROWS)
        for condition in (F.attributes.is_missing(), ~F.attributes.is_missing(), F.attributes["x"] == ""):
            agree(backend, listed(Query(SAMPLES, condition)), ROWS)

    def test_any_query_of_the_awkward_rows(self, backend: BackEnd) -> None:
        """Whatever is asked, sorted, narrowed and paged, it is the same rows in the same order."""
        backend.keep(SAMPLES, ROWS)

        @often(10 * self.share)
        @given(listings(ROWS))
        def check(listing: Listing) -> None:
            agree(backend, listing, ROWS)

        check()

    def test_any_query_of_any_rows(self, backend: BackEnd) -> None:
        """The same of rows that are drawn as well, so that what fails is made small."""

        @often(self.share)
        @given(crowds(5).flatmap(lambda rows: st.tuples(st.just(rows), listings(rows))))
        def check(drawn: tuple[list[Sample], Listing]) -> None:
            rows, listing = drawn
            backend.keep(SAMPLES, rows)
            agree(backend, listing, rows)

        check()

    def test_nothing_is_kept(self, backend: BackEnd) -> None:
        """Of no rows there are none, whatever is asked."""
        backend.keep(SAMPLES, [])
        for condition in (F.name.is_missing(), ~(F.level == 1)):
            agree(backend, listed(Query(SAMPLES, condition, [F.name.desc()])), [])
