"""Lists of customers and of entries: pages, streams and counts, as they stand at the instant of asking."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import CustomerPolicy, CustomerRow, OrderFigures, customers_noun
from loyalcore.domain.decision import ChangeSet, Put
from loyalcore.domain.ledger import PointsPolicy
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Anchor, Downgrade, Level, Measure, TierSet
from loyalcore.errors import CapabilityMissing, InvalidInput, InvalidQuery, LimitExceeded, NotFound, SweepDue
from loyalcore.fields import CUSTOMERS, CustomerFields, EntryFields
from loyalcore.query import Choice, Query, Whole, days_ago, to_document
from loyalcore.services import Loyalty, _members
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_duration, parse_expiry

if TYPE_CHECKING:
    from loyalcore.store import Store

START = "2026-01-01T12:00:00Z"
BEANS = Program("beans", currency="EUR", timezone="Europe/Berlin")


def opened(store: Store, *programs: Program, count: int = 0, **settings: Any) -> tuple[Loyalty, FixedClock]:
    """Open a facade with so many customers, each with as many points as its number."""
    clock = FixedClock(START)
    shop = Loyalty(store, programs or [BEANS], clock=clock, ids=CountedIds(), actor="till", **settings)
    for number in range(count):
        shop.customers.register(f"c-{number}")
        if number:
            shop.points.award(f"c-{number}", number, reason="test", key="w", program=shop.programs[0].id)
    return shop, clock


def ids(rows: Any) -> list[str]:
    """Give the ids of rows."""
    return [row.customer.customer_id for row in rows]


def walked(shop: Loyalty, query: Any, size: int) -> list[str]:
    """Give the ids of all pages of a list."""
    found, cursor = [], None
    while True:
        page = shop.customers.page(query, size=size, cursor=cursor)
        found += ids(page.items)
        if page.next is None:
            return found
        cursor = page.next


def test_a_list_is_paged_both_ways(store: Store) -> None:
    """Pages come in the order asked for, forwards and back."""
    shop, _ = opened(store, count=7)
    first = shop.customers.page("sort:-points", size=3)
    assert ids(first.items) == ["c-6", "c-5", "c-4"]
    assert first.previous is None
    second = shop.customers.page("sort:-points", size=3, cursor=first.next)
    assert ids(second.items) == ["c-3", "c-2", "c-1"]
    assert ids(shop.customers.page("sort:-points", size=3, cursor=second.previous).items) == ids(first.items)
    assert walked(shop, "sort:-points", 2) == [f"c-{number}" for number in range(6, -1, -1)]


def test_a_list_is_streamed_and_counted(store: Store) -> None:
    """The stream gives every row, the count their number, without a page."""
    shop, _ = opened(store, count=5)
    assert ids(shop.customers.stream("points:>=2 sort:points")) == ["c-2", "c-3", "c-4"]
    assert shop.customers.count("points:>=2") == 3
    assert shop.customers.count() == 5


def test_a_stream_is_longer_than_a_chunk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream asks for its next rows behind the last ones, and gives each once."""
    monkeypatch.setattr("loyalcore.services._list.CHUNK", 2)
    shop, _ = opened(store, count=5)
    assert ids(shop.customers.stream("sort:-points")) == ["c-4", "c-3", "c-2", "c-1", "c-0"]


@pytest.mark.parametrize(
    "query",
    [
        "points:>=3",
        CustomerFields.points.active >= 3,
        Query(CUSTOMERS, CustomerFields.points.active >= 3),
        to_document(Query(CUSTOMERS, CustomerFields.points.active >= 3)),
    ],
    ids=["text", "condition", "query", "document"],
)
def test_a_query_is_said_in_four_ways(store: Store, query: Any) -> None:
    """A search string, a condition, a query and its JSON form ask the same."""
    shop, _ = opened(store, count=5)
    assert ids(shop.customers.page(query).items) == ["c-3", "c-4"]


def test_who_has_no_points_is_listed(store: Store) -> None:
    """A customer is in the list of every program that runs from the registration on, with zeros."""
    shop, _ = opened(store, BEANS, Program("tea", currency="EUR", timezone="UTC"))
    shop.customers.register("ada")
    for program in ("beans", "tea"):
        (row,) = shop.customers.page("points:0", program=program).items
        assert (row.customer.customer_id, row.program_status, row.membership.program_id) == (
            "ada",
            "not_joined",
            program,
        )


def test_who_came_before_a_program_is_listed_when_registered_again(store: Store) -> None:
    """A program that begins later lists whoever is registered again, with zeros; the rest stays as it was."""
    opened(store, count=2)
    tea = Program("tea", currency="EUR", timezone="UTC")
    shop, _ = opened(store, BEANS, tea)
    assert ids(shop.customers.stream(program="tea")) == []
    again = shop.customers.register("c-1")
    assert again.customer is not None
    assert (again.replayed, again.customer.programs) == (False, ("beans", "tea"))
    assert shop.customers.register("c-1").replayed
    (row,) = shop.customers.stream(program="tea")
    assert (row.customer.customer_id, row.membership.points.active) == ("c-1", 0)
    assert [row.membership.points.active for row in shop.customers.stream(program="beans")] == [0, 1]


def test_a_merged_and_an_erased_customer_are_in_no_list(store: Store) -> None:
    """A list shows who is left."""
    shop, _ = opened(store, count=4)
    shop.customers.merge("c-1", into="c-2")
    shop.customers.erase("c-3")
    assert [(row.customer.customer_id, row.membership.points.active) for row in shop.customers.stream()] == [
        ("c-0", 0),
        ("c-2", 3),
    ]


def expiring(days: int = 10) -> Program:
    """A program whose points lapse, and whose tiers end, after so many days."""
    return Program(
        "beans",
        currency="EUR",
        timezone="UTC",
        points=PointsPolicy(expiry=parse_expiry(f"{days}D", "expiry")),
        tiers=TierSet(
            measure=Measure.POINTS_EARNED,
            levels=(Level("Silver", 2), Level("Gold", 4)),
            downgrade=Downgrade.ONE_DOWN,
            anchor=Anchor.TIER_START_DATE,
            expires_in=parse_duration("5D", "expires_in"),
        ),
    )


def test_points_are_right_without_a_sweep(store: Store) -> None:
    """Points that have lapsed are gone from the list, from its order, its count and its filters; nothing is written."""
    shop, clock = opened(store, expiring(), count=5)
    clock.move(days=9)
    shop.points.award("c-1", 7, reason="late", key="late")
    clock.move(days=2)
    assert [
        (row.customer.customer_id, row.membership.points.active) for row in shop.customers.stream("sort:-points")
    ] == [
        ("c-1", 7),
        ("c-4", 0),
        ("c-3", 0),
        ("c-2", 0),
        ("c-0", 0),
    ]
    assert shop.customers.count("points:>0") == 1
    assert walked(shop, "points:0 sort:customer_id", 2) == ["c-0", "c-2", "c-3", "c-4"]
    assert list(shop.entries.stream("kind:expire")) == []


def test_what_does_not_move_is_shown_as_it_is_now(store: Store) -> None:
    """A list by names works out the figures of the rows that it shows."""
    shop, clock = opened(store, expiring(), count=3)
    clock.move(days=11)
    page = shop.customers.page("sort:-registered_at", size=2)
    assert [(row.customer.customer_id, row.membership.points.expired) for row in page.items] == [("c-2", 2), ("c-1", 1)]


def test_a_tier_that_has_ended_is_not_found(store: Store) -> None:
    """A filter by tier asks for the tier of now."""
    shop, clock = opened(store, expiring(100), count=5)
    assert ids(shop.customers.stream("tier:gold")) == ["c-4"]
    clock.move(days=6)
    shop.points.award("c-2", 2, reason="more", key="more")
    clock.move(days=5)
    assert ids(shop.customers.stream("tier:gold")) == ids(
        row for row in shop.customers.stream() if row.membership.tier == "Gold"
    )


def test_a_list_is_the_memberships_at_that_instant(store: Store) -> None:
    """Every row of a list has the membership that is asked for alone at the same instant."""
    shop, clock = opened(store, expiring(), count=6)
    for _ in range(8):
        clock.move(days=2)
        for row in shop.customers.stream("sort:-points"):
            assert row.membership == shop.customers.membership(row.customer.customer_id)


def test_too_many_due_rows_need_a_sweep(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a list by points is refused until the sweep has run; one by dates is not."""
    monkeypatch.setattr(_members, "DUE_MAX", 2)
    shop, clock = opened(store, expiring(), count=4)
    clock.move(days=11)
    with pytest.raises(SweepDue) as caught:
        shop.customers.page("sort:-points")
    assert caught.value.limit == 2
    assert len(shop.customers.page("sort:registered_at").items) == 4
    shop.points.sweep()
    assert len(shop.customers.page("sort:-points").items) == 4


def test_a_program_sets_the_stages(store: Store) -> None:
    """`lifecycle` goes by the thresholds of the program, whatever noun the query was made with."""
    shop, clock = opened(store, Program("beans", currency="EUR", timezone="UTC", customers=CustomerPolicy(new_days=5)))
    for name, orders, days in (("ada", 0, 0), ("bob", 1, 2), ("cem", 3, 10), ("dot", 4, 1)):
        customer = shop.customers.register(name).customer
        assert customer is not None
        first = clock.now() - dt.timedelta(days=days) if orders else None
        member = shop.customers.membership(name)
        figures = OrderFigures(count=orders, first_at=first)
        changed = attrs.evolve(member, orders=figures, version=member.version + 1)
        with store.unit() as unit:
            unit.apply(ChangeSet(puts=(Put(changed, member.version),)))
            unit.commit()
    shop.customers.deactivate("dot", key="d")
    stages = {
        "potential": ["ada"],
        "customer": ["bob", "cem"],
        "new": ["bob"],
        "loyal": ["cem"],
        "deactivated": ["dot"],
    }
    lifecycle = CUSTOMERS.field("lifecycle")
    assert isinstance(lifecycle, Choice)
    for name, expected in stages.items():
        assert ids(shop.customers.stream(f"lifecycle:{name}")) == expected
        assert ids(shop.customers.stream(Query(CUSTOMERS, lifecycle.is_(name)))) == expected
    shown = customers_noun(shop.programs[0].customers).field("lifecycle")
    told = {row.customer.customer_id: shown.get(row) for row in shop.customers.stream()}
    assert told == {"ada": "potential", "bob": "new", "cem": "loyal", "dot": "deactivated"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:excluded", ["eve"]),
        ("status:guest", ["bob"]),
        ("status:member", ["ada"]),
        ("shop_status:guest", ["bob", "eve"]),
        ("program_status:joined", ["ada"]),
        ("tag:VIP country:fr", ["ada"]),
        ("newsletter:true", ["ada"]),
        ("attributes.size:42", ["bob"]),
        ("name:~lovelace", ["ada"]),
        ("no:email", ["bob", "eve"]),
        ("birth_on:<2000-01-01", ["ada"]),
    ],
)
def test_profiles_are_found(store: Store, text: str, expected: list[str]) -> None:
    """Each part of the profile can be asked for."""
    shop, _ = opened(store)
    for name in ("ada", "bob", "eve"):
        shop.customers.register(name)
    shop.customers.join("ada")
    shop.customers.update(
        "ada",
        first_name="Ada",
        last_name="Lovelace",
        email="ada@example.org",
        country="FR",
        birth_on=dt.date(1990, 12, 10),
        has_newsletter=True,
        tags=["vip"],
        key="u",
    )
    shop.customers.update("bob", is_guest=True, attributes={"size": "42"}, key="u")
    shop.customers.update("eve", is_guest=True, is_excluded=True, key="u")
    assert ids(shop.customers.stream(text)) == expected


def test_entries_of_one_or_all(store: Store) -> None:
    """Entries are listed for all holders, for one customer, and for one ledger of theirs."""
    shop, _ = opened(store, count=3)
    shop.points.award("c-1", 5, reason="gift", key="g", ledger="gifts")
    assert [entry.points for entry in shop.entries.page("kind:award sort:-points").items] == [5, 2, 1]
    assert [entry.points for entry in shop.entries.stream(customer_id="c-1")] == [1, 5]
    assert [entry.points for entry in shop.entries.stream(customer_id="c-1", ledger="")] == [1]
    assert shop.entries.count(EntryFields.reason == "gift") == 1
    assert shop.entries.count(EntryFields.recorded_at >= days_ago(1)) == 3
    page = shop.entries.page(size=2)
    assert [entry.points for entry in shop.entries.page(size=2, cursor=page.next).items] == [2]


def test_entries_of_one_ledger_or_of_all_of_a_customer(store: Store) -> None:
    """Without a page, all entries of a ledger come at once, or those of every ledger that the customer has."""
    shop, _ = opened(store, count=2)
    shop.points.award("c-1", 5, reason="gift", key="g", ledger="gifts")
    assert [entry.points for entry in shop.points.entries("c-1")] == [1]
    assert [entry.points for entry in shop.points.entries("c-1", ledger=None)] == [1, 5]


def test_entries_of_nobody_are_not_found(store: Store) -> None:
    """A customer who is not registered has no list."""
    shop, _ = opened(store)
    with pytest.raises(NotFound):
        shop.entries.page(customer_id="nobody")


@pytest.mark.parametrize("size", [0, -1, True, "5", None])
def test_a_bad_size_is_refused(store: Store, size: Any) -> None:
    """A page has 1 to 500 rows."""
    shop, _ = opened(store)
    with pytest.raises(InvalidInput) as caught:
        shop.customers.page(size=size)
    assert caught.value.path == "size"
    with pytest.raises(LimitExceeded):
        shop.customers.page(size=501)


def test_a_cursor_of_another_list_is_refused(store: Store) -> None:
    """A cursor is bound to its query, its program and its customer."""
    shop, _ = opened(store, BEANS, Program("tea", currency="EUR", timezone="UTC"), count=3)
    cursor = shop.customers.page("sort:-points", program="beans", size=1).next
    for query, program in (("sort:points", "beans"), ("sort:-points", "tea")):
        with pytest.raises(InvalidInput) as caught:
            shop.customers.page(query, program=program, cursor=cursor)
        assert caught.value.path == "cursor"
    cursor = shop.entries.page(program="beans", size=1).next
    with pytest.raises(InvalidInput):
        shop.entries.page(program="beans", customer_id="c-1", cursor=cursor)


@pytest.mark.parametrize("query", [7, [], b"points:5", object()])
def test_what_is_no_query_is_refused(store: Store, query: Any) -> None:
    """A list takes a query in one of its forms."""
    shop, _ = opened(store)
    with pytest.raises(InvalidInput):
        shop.customers.page(query)
    with pytest.raises(InvalidQuery):
        shop.customers.page("pionts:5")


def test_a_query_of_another_noun_is_refused(store: Store) -> None:
    """Entries are not asked for in a list of customers."""
    shop, _ = opened(store)
    with pytest.raises(InvalidInput) as caught:
        shop.entries.page(Query(CUSTOMERS))
    assert caught.value.path == "query"


def test_a_field_of_the_host(store: Store) -> None:
    """A host's field without a column is refused by every store, and shown by every row."""
    shop, _ = opened(store, count=2)
    length: Whole = Whole("length", lambda row: len(row.customer.customer_id), column=None)
    noun = CUSTOMERS.extended([length])
    with pytest.raises(CapabilityMissing):
        shop.customers.page(Query(noun, length >= 1))
    rows = shop.customers.page(Query(noun)).items
    assert [length.get(row) for row in rows] == [3, 3]
    assert all(isinstance(row, CustomerRow) for row in rows)
