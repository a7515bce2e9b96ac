"""Pages that give each row once, both ways, while other rows come, go and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.query import Order, Page, Position, Query, keys_of, page_of, read_cursor, select
from loyalcore.testing.conformance._asked import SORTABLE, crowds, samples, sorts
from loyalcore.testing.conformance._conformance import BackEnd, Conformance, agree, listed, often
from loyalcore.testing.conformance._rows import ROWS
from loyalcore.testing.conformance._sample import AT, SAMPLES, ZONE, F, Sample, within

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZE: Final = 7
ONE_ORDER: Final[tuple[tuple[Order, ...], ...]] = tuple(
    (Order(field, is_descending=is_descending, is_missing_first=is_missing_first),)
    for field in SORTABLE
    for is_descending in (False, True)
    for is_missing_first in (False, True)
)
MORE_ORDERS: Final[tuple[tuple[Order, ...], ...]] = (
    (),
    (F.is_open.asc(), F.is_member.desc()),
    (F.is_member.desc(missing_first=True), F.spent.asc(), F.name.desc(missing_first=True)),
    (F.active.desc(), F.seq.asc()),
    (F.seq.desc(), F.ledger.asc(), F.title.asc()),
    (F.ledger.desc(), F.seq.asc(), F.holder_id.desc(), F.program_id.asc(), F.title.asc()),
    (F.born_on.asc(missing_first=True), F.seen_at.desc(), F.city_id.asc(), F.level.desc(), F.title.desc()),
)


def _shown(sort: Sequence[Order]) -> str:
    return " ".join(str(Query(SAMPLES, sort=[each])).removeprefix("sort:") for each in sort) or "ids"


def _turn(backend: BackEnd, query: Query, cursor: str | None, size: int) -> Page[Any]:
    """Ask for a page, as a host does."""
    listing = listed(query, count=size + 1)
    position = None if cursor is None else read_cursor(query, cursor, scope=listing.scope)
    found = backend.page(attrs.evolve(listing, position=position), AT)
    return page_of(query, found, size, position, scope=listing.scope)


def _walk(turn: Callable[[str | None], Page[Any]], first: Page[Any], way: str, most: int) -> list[Page[Any]]:
    """Go from a page as far as its cursors lead; `way` is `next` or `previous`."""
    pages = [first]
    while (cursor := getattr(pages[-1], way)) is not None:
        assert len(pages) <= most, f"there are more than {most} pages"
        pages.append(turn(cursor))
    return pages


class PageConformance(Conformance):
    """Pages that give each row once, both ways, while other rows come, go and change."""

    @pytest.mark.parametrize("sort", ONE_ORDER + MORE_ORDERS, ids=_shown)
    def test_pages_are_the_list_in_pieces(self, backend: BackEnd, sort: tuple[Order, ...]) -> None:
        """From the first page to the last each row comes once, in order, and the way back gives the same pages."""
        backend.keep(SAMPLES, ROWS)
        query = Query(SAMPLES, sort=sort)
        wanted = select(query, [row for row in ROWS if row.environment == "live"], AT, ZONE)
        size = min(SIZE * self.stride, len(wanted) // 3)
        most = len(ROWS) // size + 2

        def turn(cursor: str | None) -> Page[Any]:
            return _turn(backend, query, cursor, size)

        forth = _walk(turn, turn(None), "next", most)
        assert [row for each in forth for row in each.items] == wanted
        back = _walk(turn, forth[-1], "previous", most)
        assert [row for each in reversed(back) for row in each.items] == wanted
        assert back[-1].items == forth[0].items
        assert (forth[0].previous, back[-1].previous, forth[-1].next) == (None, None, None)

    @pytest.mark.parametrize("sort", [*ONE_ORDER[::7], *MORE_ORDERS], ids=_shown)
    def test_a_page_begins_at_its_place(self, backend: BackEnd, sort: tuple[Order, ...]) -> None:
        """At each row, and where a row was that is gone, a page begins behind it, ends before it, or takes it in."""
        backend.keep(SAMPLES, ROWS[::2])
        query = Query(SAMPLES, sort=sort)
        for row in self.some(ROWS[:24]):
            for is_backward in (False, True):
                for is_inclusive in (False, True):
                    place = Position(keys_of(query, row), is_backward, is_inclusive)
                    agree(backend, listed(query, position=place, count=3), ROWS[::2])

    def test_what_stays_comes_once(self, backend: BackEnd) -> None:
        """While others come, go and change between pages, a row that stays with its sort values comes exactly once."""

        @often(self.share)
        @given(crowds(12), sorts(), st.integers(1, 3), st.data())
        def check(rows: list[Sample], sort: tuple[Order, ...], size: int, data: st.DataObject) -> None:
            query = Query(SAMPLES, sort=sort)
            stays = rows[::2]
            wanted = [row for row in select(query, rows, AT, ZONE) if row in stays]

            def turn(cursor: str | None) -> Page[Any]:
                backend.keep(SAMPLES, [row for row in (_changed(row, data) for row in rows) if row is not None])
                return _turn(backend, query, cursor, size)

            def _changed(row: Sample, data: st.DataObject) -> Sample | None:
                if row in stays:
                    return row
                other = data.draw(st.none() | st.just(row) | samples(), label="another row")
                return other and attrs.evolve(other, holder_id=row.holder_id, seq=row.seq)

            forth = _walk(turn, turn(None), "next", 3 * len(rows) + 3)
            assert [row for each in forth for row in each.items if row in stays] == wanted
            if forth[-1].items or forth[-1].previous is None:
                return
            back = _walk(turn, turn(forth[-1].previous), "previous", 3 * len(rows) + 3)
            assert [row for each in reversed(back) for row in each.items if row in stays] == wanted

        check()

    @pytest.mark.parametrize("is_settled", [False, True])
    @pytest.mark.parametrize(
        "whose",
        [
            {},
            {"environment": "sandbox"},
            {"environment": "nowhere"},
            {"program_id": "beans"},
            {"program_id": "Beans"},
            {"holder_id": "a-1"},
            {"holder_id": "a-1 "},
            {"holder_id": "\u00e9"},
            {"program_id": "tea", "ledger": ""},
            {"program_id": "beans", "holder_id": "A-1", "ledger": "gift"},
        ],
        ids=str,
    )
    def test_only_the_rows_that_are_meant(self, backend: BackEnd, whose: dict[str, Any], is_settled: bool) -> None:
        """A listing is of one environment, and perhaps of one program, holder or ledger, compared exactly."""
        backend.keep(SAMPLES, ROWS)
        for query in (Query(SAMPLES), Query(SAMPLES, ~F.name.is_missing() | (F.level == 0), [F.active.desc()])):
            agree(backend, listed(query, **whose, is_settled=is_settled), ROWS)

    def test_rows_that_time_has_changed_are_left_out(self, backend: BackEnd) -> None:
        """Of settled rows are those that change after the instant of asking, or never; at the instant is not after."""
        backend.keep(SAMPLES, ROWS)
        meant = within(listed(Query(SAMPLES)), ROWS)
        settled = [row for row in meant if row.next_change_at is None or row.next_change_at > AT]
        assert 0 < len(settled) < len(meant)
        listing = listed(Query(SAMPLES), is_settled=True)
        assert set(map(_ids, backend.page(listing, AT))) == set(map(_ids, settled))
        assert backend.count(listing, AT) == len(settled)

    def test_a_place_and_a_count_narrow_no_total(self, backend: BackEnd) -> None:
        """How many rows there are does not depend on the page."""
        backend.keep(SAMPLES, ROWS)
        query = Query(SAMPLES, F.is_open.is_(True), [F.title.asc()])
        for row in ROWS[:3]:
            place = Position(keys_of(query, row), is_backward=row is ROWS[0])
            assert backend.count(listed(query, position=place, count=1), AT) == backend.count(listed(query), AT)


def _ids(row: Sample) -> tuple[object, ...]:
    return tuple(field.get(row) for field in SAMPLES.ids)
