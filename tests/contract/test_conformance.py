"""The suite of compilers passes the evaluation in memory and an index, and catches compilers that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.query import Index
from loyalcore.testing.conformance import BackEnd, QueryConformance
from loyalcore.testing.conformance import SampleFields as F
from tests.contract import _compilers as wrong
from tests.contract._profile import SHARE

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.query import Listing


class Indexed(wrong.InMemory):
    """What is kept in the order that is asked for."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Ask an index."""
        return Index(listing.query, self.meant(listing)).nearest(listing, at)


class TestInMemory(QueryConformance):
    """The evaluation in memory passes its own suite."""

    share = SHARE

    @pytest.fixture
    def backend(self) -> BackEnd:
        """Give the reference."""
        return wrong.InMemory()


class TestIndexed(QueryConformance):
    """So does an index."""

    share = SHARE

    @pytest.fixture
    def backend(self) -> BackEnd:
        """Give an index."""
        return Indexed()


_FIELD = "test_every_question_about_a_field"
_PAGES = "test_pages_are_the_list_in_pieces"
_PLACES = "test_a_page_begins_at_its_place"
CATCHES: list[tuple[type[wrong.InMemory], str, dict[str, Any]]] = [
    (wrong.ThreeValued, _FIELD, {"field": F.name}),
    (wrong.ThreeValued, _FIELD, {"field": F.is_member}),
    (wrong.Unfolded, _FIELD, {"field": F.title}),
    (wrong.Wild, _FIELD, {"field": F.title}),
    (wrong.Wild, "test_a_value_is_only_a_value", {"text": "a%b_c\\"}),
    (wrong.Floats, _FIELD, {"field": F.spent}),
    (wrong.Doubles, _FIELD, {"field": F.active}),
    (wrong.Padded, _FIELD, {"field": F.city_id}),
    (wrong.CaseBlind, _FIELD, {"field": F.city_id}),
    (wrong.Seconds, _FIELD, {"field": F.seen_at}),
    (wrong.AnyOfNone, _FIELD, {"field": F.tags}),
    (wrong.AnyOfNone, _FIELD, {"field": F.level}),
    (wrong.KeptEmpty, _FIELD, {"field": F.tags}),
    (wrong.Paths, _FIELD, {"field": F.attributes["x.y-z"]}),
    (wrong.MissingFirst, _PAGES, {"sort": (F.name.desc(),)}),
    (wrong.SmallestMissing, _PAGES, {"sort": (F.spent.asc(),)}),
    (wrong.OffByOne, _PAGES, {"sort": ()}),
    (wrong.OffByOne, _PLACES, {"sort": ()}),
    (wrong.OneWay, _PAGES, {"sort": (F.is_open.desc(),)}),
    (wrong.TiesLost, _PAGES, {"sort": (F.is_open.asc(),)}),
    (wrong.InOrder, _PAGES, {"sort": (F.title.asc(),)}),
    (wrong.CountedPage, "test_a_place_and_a_count_narrow_no_total", {}),
    (wrong.SettledNow, "test_rows_that_time_has_changed_are_left_out", {}),
    (wrong.AnyEnvironment, "test_only_the_rows_that_are_meant", {"whose": {}, "is_settled": False}),
    (wrong.LoadsAll, "test_a_field_without_a_column_is_not_asked", {"condition": F.shout == "a!"}),
    (wrong.LoadsAll, "test_a_field_without_a_column_is_not_sorted_by", {}),
    (wrong.Injected, "test_a_value_is_only_a_value", {"text": "' OR '1'='1"}),
]


@pytest.mark.parametrize(
    ("compiler", "test", "fields"), CATCHES, ids=[f"{compiler.__name__}-{test}" for compiler, test, _ in CATCHES]
)
def test_a_wrong_compiler_is_caught(compiler: type[wrong.InMemory], test: str, fields: dict[str, Any]) -> None:
    """A compiler with one fault of real ones fails the test, which the evaluation in memory passes."""
    run = getattr(QueryConformance(), test)
    run(backend=wrong.InMemory(), **fields)
    with pytest.raises((AssertionError, RuntimeError, pytest.fail.Exception)):
        run(backend=compiler(), **fields)


def test_every_wrong_compiler_is_caught() -> None:
    """Each compiler of the module stands in the table, but for those that others are made of."""
    made_of = {wrong.InMemory, wrong.Rewriting, wrong.Valued, wrong.Placed}
    found = {each for each in vars(wrong).values() if isinstance(each, type) and issubclass(each, wrong.InMemory)}
    assert {compiler for compiler, _, _ in CATCHES} == found - made_of


def test_an_implementer_gives_the_back_end() -> None:
    """A part without the fixture says what is missing."""
    give = QueryConformance.backend
    with pytest.raises(NotImplementedError, match="override the fixture `backend`"):
        give.__wrapped__(QueryConformance())  # type: ignore[attr-defined]
