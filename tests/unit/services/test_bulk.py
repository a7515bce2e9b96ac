"""Bulk actions on a selection and on a whole filter, every row answered on its own."""

from __future__ import annotations

import datetime as dt
from collections import UserDict
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import CustomerPolicy, Register
from loyalcore.domain.ledger import PointsPolicy, Shortfall
from loyalcore.domain.programs import Program
from loyalcore.errors import CapabilityMissing, InvalidInput, InvalidQuery, LimitExceeded, NotFound
from loyalcore.fields import CUSTOMERS, CustomerFields
from loyalcore.query import Query, to_document
from loyalcore.services import BulkProgress, BulkRow, Loyalty, _selection
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_expiry
from tests.unit.services._many import BEANS, EVERYBODY, START, TEA, Stop, balances, counts, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from loyalcore.services import BulkResult


# Each row is answered on its own --------------------------------------------------------------------------------------


def test_points_are_taken_row_by_row(store: Any) -> None:
    """`-2` takes two from whoever has them; the others are refused, say why, and keep what they have."""
    shop = opened(store, count=4)
    rows: list[BulkRow] = []
    result = shop.bulk.adjust(EVERYBODY, -2, reason="mistake", key="m-1", each=rows.append)
    assert counts(result) == (2, 2, 0)
    assert [(row.customer_id, row.status, getattr(row.error, "code", None)) for row in rows] == [
        ("c-0", "refused", "insufficient_points"),
        ("c-1", "refused", "insufficient_points"),
        ("c-2", "done", None),
        ("c-3", "done", None),
    ]
    assert result.refusals == tuple(rows[:2])
    assert [row.receipt.points for row in rows[2:] if row.receipt] == [2, 2]
    assert balances(shop, 4) == [0, 1, 0, 1]


def test_who_is_so_before_is_unchanged(store: Any) -> None:
    """Deactivating, activating again and tagging leave those alone who are so already."""
    shop = opened(store, count=3)
    shop.customers.deactivate("c-1", key="d")
    assert counts(shop.bulk.deactivate(EVERYBODY, key="d-1")) == (2, 0, 1)
    assert shop.customers.count("lifecycle:deactivated") == 3
    shop.customers.reactivate("c-2", key="r")
    assert counts(shop.bulk.reactivate(["c-0", "c-1", "c-2"], key="r-1")) == (2, 0, 1)
    shop.customers.tag("c-0", add=["vip"], key="t")
    assert counts(shop.bulk.tag("customer_id:(c-0,c-2)", add=["vip"], remove=["new"], key="t-1")) == (1, 0, 1)
    assert shop.customers.count("tag:vip") == 2


def test_expiry_is_moved_where_there_are_points(store: Any) -> None:
    """Who has no lot whose date moves is unchanged; the others have the new date."""
    shop = opened(
        store,
        Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(expiry=parse_expiry("30D", "expiry"))),
        count=3,
    )
    assert counts(shop.bulk.extend(EVERYBODY, by="1M", reason="strike", key="x-1")) == (2, 0, 1)
    last = dt.date(2026, 12, 31)
    assert counts(shop.bulk.extend(["c-1"], expires_on=last, reason="strike", key="x-2")) == (1, 0, 0)
    ends = {name: shop.points.schedule(name)[0].at.date() for name in ("c-1", "c-2")}
    assert ends == {"c-1": dt.date(2027, 1, 1), "c-2": dt.date(2026, 2, 28)}
    assert shop.points.schedule("c-0") == ()


def test_what_a_clamp_leaves_of_nothing_is_unchanged(store: Any) -> None:
    """Where the program clamps a shortfall, taking from an empty balance moves nothing."""
    points = PointsPolicy(shortfall=Shortfall.CLAMP)
    shop = opened(store, Program("beans", currency="EUR", timezone="UTC", points=points), count=3)
    assert counts(shop.bulk.adjust(EVERYBODY, -2, reason="mistake", key="m-1")) == (2, 0, 1)
    assert balances(shop, 3) == [0, 0, 0]


def test_who_takes_no_part_is_adjusted_by_hand(store: Any) -> None:
    """Deactivated and excluded customers are adjusted as the command itself does it."""
    shop = opened(store, count=2)
    shop.customers.deactivate("c-0", key="d")
    shop.customers.update("c-1", is_excluded=True, key="u")
    assert counts(shop.bulk.adjust(EVERYBODY, 5, reason="sorry", key="s")) == (2, 0, 0)


def test_the_first_hundred_refusals_are_kept(store: Any) -> None:
    """All are counted, and told one by one."""
    rows: list[BulkRow] = []
    result = opened(store).bulk.deactivate((f"nobody-{number}" for number in range(130)), key="d", each=rows.append)
    assert counts(result) == (0, 130, 0)
    assert len(result.refusals) == 100
    assert len(rows) == 130
    assert {type(row.error) for row in rows} == {NotFound}


# Whom it is about -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        "points:>=2 sort:-points",
        CustomerFields.points.active >= 2,
        Query(CUSTOMERS, CustomerFields.points.active >= 2, sort=[CustomerFields.points.active.desc()]),
        UserDict(to_document(Query(CUSTOMERS, CustomerFields.points.active >= 2))),
        ["c-2", "c-3"],
        ("c-2", "c-3"),
        {"c-2": 1, "c-3": 2}.keys(),
    ],
    ids=["text", "condition", "query", "document", "list", "tuple", "keys"],
)
def test_whom_it_is_about_is_said_in_any_way(store: Any, who: Any) -> None:
    """A text is a search string, other forms of a query are queries, any other iterable gives ids; no order counts."""
    shop = opened(store, count=4)
    rows: list[BulkRow] = []
    shop.bulk.tag(who, add=["vip"], key="t", each=rows.append)
    assert [row.customer_id for row in rows] == ["c-2", "c-3"]


@pytest.mark.parametrize(
    "who",
    [None, "", "  ", b"c-1", 7, ["c-1", 2], [None], "sort:-points", {"version": 1, "noun": "customer"}],
)
def test_nobody_in_particular_is_refused(store: Any, who: Any) -> None:
    """Nothing given is never everybody; what is neither ids nor a query is refused before anybody is touched."""
    shop = opened(store, count=2)
    with pytest.raises(InvalidInput) as caught:
        shop.bulk.deactivate(who, key="d")
    assert caught.value.path.startswith("who")
    assert shop.customers.count("lifecycle:deactivated") == 0


@pytest.mark.parametrize(
    "who",
    ["*", "* sort:-points", {"version": 1, "noun": "customer", "where": {"all": []}}, Query(CUSTOMERS)],
    ids=["text", "sorted", "document", "query"],
)
def test_everybody_is_said_in_words(store: Any, who: Any) -> None:
    """Whoever means everybody says so, in each form."""
    assert counts(opened(store, count=2).bulk.deactivate(who, key="d")) == (2, 0, 0)


def test_a_segment_is_asked_by_the_thresholds_of_the_program(store: Any) -> None:
    """A saved filter is whom it is about, as the program has its lifecycle."""
    customers = CustomerPolicy(loyal_orders=1)
    shop = opened(store, Program("beans", currency="EUR", timezone="UTC", customers=customers), count=3)
    shop.segments.save("asleep", "Asleep", "lifecycle:potential customer_id:(c-0,c-2)")
    shop.segments.save("loyal", "Loyal", "lifecycle:loyal")
    assert counts(shop.bulk.tag(shop.segments.get("asleep"), add=["asleep"], key="t")) == (2, 0, 0)
    assert counts(shop.bulk.tag(shop.segments.get("loyal"), add=["loyal"], key="t-2")) == (0, 0, 0)


def test_no_ids_are_nobody(store: Any) -> None:
    """An empty selection touches nobody."""
    shop = opened(store, count=2)
    assert counts(shop.bulk.deactivate([], key="d")) == (0, 0, 0)
    assert shop.customers.count("lifecycle:deactivated") == 0


def test_an_id_that_nobody_can_have_is_refused_alone(store: Any) -> None:
    """A row whose id is no id is refused; the rows beside it are done in their order."""
    shop = opened(store, count=2)
    rows: list[BulkRow] = []
    result = shop.bulk.adjust(["c-0", "", "x" * 256, "c-1"], 5, reason="sorry", key="s", each=rows.append)
    assert counts(result) == (2, 2, 0)
    assert [row.status for row in rows] == ["done", "refused", "refused", "done"]
    assert [type(row.error) for row in rows[1:3]] == [InvalidInput, LimitExceeded]


def test_one_customer_named_twice_is_done_once(store: Any) -> None:
    """The second time is unchanged, also where two ids lead to one customer."""
    shop = opened(store, count=3)
    shop.customers.merge("c-2", into="c-1")
    result = shop.bulk.adjust(["c-1", "c-1", "c-2"], 5, reason="sorry", key="s")
    assert counts(result) == (1, 0, 2)
    assert shop.points.balance("c-1").active == 8
    assert counts(shop.bulk.tag(["c-1", "c-1", "c-2"], add=["vip"], key="t")) == (1, 0, 2)


def test_a_query_finds_who_meets_it_now(store: Any) -> None:
    """Points that lapsed unswept do not count, and a program's own figures are asked where several run."""
    clock = FixedClock(START)
    shop = Loyalty(store, [BEANS, TEA], clock=clock, ids=CountedIds(), actor="till")
    for name in ("ada", "bob", "cem"):
        shop.customers.register(name)
    shop.points.award("ada", 10, reason="test", expiry="1D", key="w", program="beans")
    shop.points.award("bob", 10, reason="test", key="w", program="beans")
    shop.points.award("cem", 10, reason="test", key="w", program="tea")
    clock.put("2026-01-03T12:00:00Z")
    rows: list[BulkRow] = []
    shop.bulk.tag("points:10", add=["rich"], key="t", program="beans", each=rows.append)
    assert [row.customer_id for row in rows] == ["bob"]
    with pytest.raises(InvalidInput):
        shop.bulk.tag("points:10", add=["rich"], key="t")
    assert counts(shop.bulk.tag(["ada"], add=["rich"], key="t")) == (1, 0, 0)


def test_a_ledger_and_a_program_are_named_once_for_all(store: Any) -> None:
    """Points go to the named ledger of the named program; taking from one that is not there is refused row by row."""
    shop = opened(store, BEANS, TEA, count=2)
    where = {"ledger": "eco", "program": "tea"}
    refused = shop.bulk.adjust(["c-0", "c-1"], -5, reason="sorry", key="s", ledger="eco", program="tea")
    assert [type(row.error) for row in refused.refusals] == [NotFound, NotFound]
    assert shop.bulk.adjust(EVERYBODY, 5, reason="sorry", key="s", ledger="eco", program="tea").done == 2
    assert balances(shop, 2, **where) == [5, 5]


# What is filtered by changes meanwhile --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_what_is_filtered_by_may_change(store: Any, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row that meets the filter is done once, though being done it meets it no more, or only then."""
    monkeypatch.setattr(_selection, "CHUNK", size)
    shop = opened(store, count=7)
    assert counts(shop.bulk.deactivate("-lifecycle:deactivated", key="d")) == (7, 0, 0)
    assert counts(shop.bulk.adjust("points:<=3", 10, reason="sorry", key="s")) == (4, 0, 0)
    assert balances(shop, 7) == [10, 11, 12, 13, 4, 5, 6]
    assert counts(shop.bulk.adjust("points:>=0", 1, reason="sorry", key="s-2")) == (7, 0, 0)


# What is told meanwhile -----------------------------------------------------------------------------------------------


def test_progress_is_told_after_each_chunk(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of a chunk are told first, then how many there are by now."""
    monkeypatch.setattr(_selection, "CHUNK", 2)
    shop = opened(store, count=5)
    told: list[Any] = []
    shop.bulk.adjust(
        EVERYBODY,
        -1,
        reason="oops",
        key="k",
        each=lambda row: told.append(row.customer_id),
        progress=lambda now: told.append((*counts(now), now.rows)),
    )
    assert told == ["c-0", "c-1", (1, 1, 0, 2), "c-2", "c-3", (3, 1, 0, 4), "c-4", (4, 1, 0, 5)]


def test_ids_are_taken_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator is read one chunk ahead; at an id that is none, the chunks before it are written."""
    monkeypatch.setattr(_selection, "CHUNK", 2)
    shop = opened(MemoryStore(), count=5)
    taken: list[int] = []
    told: list[tuple[int, int]] = []

    def names() -> Iterator[Any]:
        for number in range(4):
            taken.append(number)
            yield f"c-{number}"
        yield 4

    with pytest.raises(InvalidInput) as caught:
        shop.bulk.deactivate(names(), key="d", progress=lambda now: told.append((now.done, len(taken))))
    assert caught.value.path == "who[4]"
    assert told == [(2, 2), (4, 4)]


# What is refused before anybody is touched ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "path"),
    [
        (lambda bulk: bulk.adjust(EVERYBODY, 0, reason="x", key="k"), "points"),
        (lambda bulk: bulk.adjust(EVERYBODY, True, reason="x", key="k"), "points"),
        (lambda bulk: bulk.adjust(EVERYBODY, 5, reason="", key="k"), "reason"),
        (lambda bulk: bulk.adjust(EVERYBODY, 5, reason="x", key=""), "key"),
        (lambda bulk: bulk.deactivate(EVERYBODY, key=None), "key"),
        (lambda bulk: bulk.tag(EVERYBODY, key="k"), "add"),
        (lambda bulk: bulk.tag(EVERYBODY, add="vip", key="k"), "add"),
        (lambda bulk: bulk.extend(EVERYBODY, reason="x", key="k"), "by"),
        (lambda bulk: bulk.reactivate(EVERYBODY, key="k", each=1), "each"),
        (lambda bulk: bulk.reactivate(EVERYBODY, key="k", progress=1), "progress"),
        (lambda bulk: bulk.deactivate(["c-0"], key="k", program=1), "program"),
    ],
)
def test_what_is_wrong_with_all_is_refused_once(act: Callable[[Any], BulkResult], path: str) -> None:
    """A value that no row could take is the call's own fault; nobody is touched."""
    shop = opened(MemoryStore(), count=1)
    with pytest.raises(InvalidInput) as caught:
        act(shop.bulk)
    assert caught.value.path == path


def test_a_query_that_is_none_is_refused() -> None:
    """A search string that goes wrong says where."""
    with pytest.raises(InvalidQuery):
        opened(MemoryStore()).bulk.deactivate("points:>", key="k")


@pytest.mark.parametrize("act", [lambda b: b.adjust([], 5, reason="x", key="k", program="coffee")])
def test_a_program_that_does_not_run_is_refused_once(act: Callable[[Any], BulkResult]) -> None:
    """The program is the call's, not a row's."""
    with pytest.raises(NotFound):
        act(opened(MemoryStore()).bulk)


def test_somebody_acts() -> None:
    """A bulk action writes, so it needs an actor."""
    shop = Loyalty(MemoryStore(), [BEANS])
    with pytest.raises(InvalidInput) as caught:
        shop.bulk.deactivate([], key="k")
    assert caught.value.path == "actor"


class Pageless(MemoryStore):
    """A store whose units have no pages."""

    def unit(self, *, readonly: bool = False) -> Any:
        """Open a unit that can do what every store's can."""
        unit = super().unit(readonly=readonly)
        return _Plain(unit) if readonly else unit


class _Plain:
    def __init__(self, unit: Any) -> None:
        self.load, self.stream = unit.load, unit.stream

    def __enter__(self) -> _Plain:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def test_ids_need_no_pages() -> None:
    """A store without pages acts on ids; a query is refused there."""
    shop = opened(Pageless(), count=1)
    assert shop.bulk.deactivate(["c-0"], key="k").done == 1
    with pytest.raises(CapabilityMissing):
        shop.bulk.deactivate(EVERYBODY, key="k")


def test_an_error_of_the_host_is_the_hosts() -> None:
    """What `each` raises comes through as it is."""

    def each(_row: BulkRow) -> NoReturn:
        raise Stop

    with pytest.raises(Stop):
        opened(MemoryStore(), count=1).bulk.deactivate(EVERYBODY, key="k", each=each)


def test_whole_chunks_follow_each_other(store: Any) -> None:
    """Thousands of rows are walked to the last one, in the order of the ids."""
    names = [f"c-{number:05}" for number in range(3_000)]
    shop = opened(store)
    for begin in range(0, len(names), 1_000):
        shop.run_many([Register(name) for name in names[begin : begin + 1_000]], atomic=True)
    rows: list[str] = []
    told: list[BulkProgress] = []
    shop.bulk.adjust(
        "points:0", 5, reason="gift", key="k", each=lambda row: rows.append(row.customer_id), progress=told.append
    )
    assert rows == names
    assert [each.done for each in told] == [1_000 * number for number in range(1, 4)]
    assert shop.customers.count("points:5") == 3_000


def test_a_row_is_what_its_receipt_says() -> None:
    """A row without a receipt was refused."""
    rows: Sequence[BulkRow] = [BulkRow("ada"), BulkRow("ada", error=NotFound("customer", "ada"))]
    assert [row.status for row in rows] == ["refused", "refused"]
