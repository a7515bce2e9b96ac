"""The customer screens of the known products: each column, sort and filter that can be so far, by its call."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.ledger import PointsNotice, PointsPolicy
from loyalcore.domain.programs import Program
from loyalcore.errors import Ineligible
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_expiry

if TYPE_CHECKING:
    from collections.abc import Iterator

BEANS = Program(
    "beans",
    currency="EUR",
    timezone="Europe/Paris",
    points=PointsPolicy(expiry=parse_expiry("12M", "expiry"), notices=frozenset(PointsNotice)),
)
PEOPLE = ("ada", "bob", "cem", "dot")


@pytest.fixture(params=["memory", "sqlite"])
def shop(request: pytest.FixtureRequest) -> Iterator[Loyalty]:
    """Four customers: a member who has earned and spent, a guest, one who is excluded, one who is deactivated."""
    store: Any = MemoryStore() if request.param == "memory" else SqlStore("sqlite://")
    clock = FixedClock("2026-01-01T12:00:00Z")
    opened = Loyalty(store, [BEANS], clock=clock, ids=CountedIds(), actor="desk")
    for day, name in enumerate(PEOPLE):
        clock.put(f"2026-01-0{day + 1}T12:00:00Z")
        opened.customers.register(name)
    clock.put("2026-01-10T12:00:00Z")
    opened.customers.update(
        "ada",
        first_name="Ada",
        last_name="Lovelace",
        birth_on=dt.date(1990, 12, 10),
        city="Paris",
        country="FR",
        has_newsletter=True,
        shop_created_at=dt.datetime(2025, 3, 1, tzinfo=dt.UTC),
        key="u",
    )
    opened.customers.update(
        "bob", is_guest=True, country="FR", shop_created_at=dt.datetime(2025, 2, 1, tzinfo=dt.UTC), key="u"
    )
    opened.points.award("ada", 1_500, reason="order", key="w")
    opened.points.spend("ada", 1_400, reason="mug", key="s")
    opened.points.award("bob", 300, reason="order", key="w")
    opened.points.award("ada", 40, reason="gift", key="g", ledger="gifts")
    clock.put("2026-01-11T12:00:00Z")
    opened.points.award("cem", 200, reason="order", key="w")
    opened.customers.update("cem", is_excluded=True, key="u")
    opened.customers.deactivate("dot", key="d")
    yield opened
    if isinstance(store, SqlStore):
        store.close()


def ids(shop: Loyalty, query: str) -> list[str]:
    """Give the ids of a list."""
    return [row.customer.customer_id for row in shop.customers.stream(query)]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-joined_at", ["cem", "bob", "ada", "dot"]),
        ("joined_at", ["ada", "bob", "cem", "dot"]),
        ("-points", ["bob", "cem", "ada", "dot"]),
        ("points", ["dot", "ada", "cem", "bob"]),
        ("-shop_created_at", ["ada", "bob", "dot", "cem"]),
        ("shop_created_at", ["bob", "ada", "cem", "dot"]),
    ],
)
def test_the_sorts_of_inf(shop: Loyalty, sort: str, expected: list[str]) -> None:
    """Joined, points and creation in the shop, both ways; who has no date comes last."""
    assert ids(shop, f"sort:{sort}") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status:member", ["ada", "dot"]),
        ("status:guest", ["bob"]),
        ("status:excluded", ["cem"]),
        ("points:300", ["bob"]),
        ("points:>200", ["bob"]),
        ("points:<200", ["ada", "dot"]),
        ("points:100..200", ["ada", "cem"]),
        ("points.earned:>1000", ["ada"]),
    ],
)
def test_the_filters_of_inf(shop: Loyalty, query: str, expected: list[str]) -> None:
    """Account status; points equal, greater, less and between, both ends included; points ever earned."""
    assert ids(shop, query) == expected


def test_the_columns_of_inf(shop: Loyalty) -> None:
    """Points and the joining date stand in each row."""
    (excluded,) = shop.customers.stream("id:cem")
    assert (excluded.account_status, excluded.shop_status, excluded.program_status) == ("excluded", "member", "joined")
    (guest,) = shop.customers.stream("id:bob")
    assert (guest.account_status, guest.shop_status) == ("guest", "guest")
    row = next(shop.customers.stream("id:ada"))
    joined = row.membership.joined_at
    assert joined is not None
    assert (row.membership.points.active, joined.isoformat()) == (100, "2026-01-10T12:00:00+00:00")


def test_the_customer_page_of_inf(shop: Loyalty) -> None:
    """The activity feed, newest first; when points expire; and an adjustment that says why, with its notice."""
    feed = shop.entries.page("sort:-seq", customer_id="ada", ledger="").items
    assert [entry.kind.value for entry in feed] == ["spend", "award"]
    (change,) = shop.points.schedule("ada")
    assert (change.points, change.at.date().isoformat()) == (100, "2027-01-10")
    adjusted = shop.points.adjust("ada", -10, reason="mistake", key="a")
    assert adjusted.entries[0].reason == "mistake"
    assert [notice.kind for notice in adjusted.notices] == ["points_adjusted"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name:~lovelace", ["ada"]),
        ("id:bob", ["bob"]),
        ("lifecycle:deactivated", ["dot"]),
        ("lifecycle:potential", ["ada", "bob", "cem"]),
        ("newsletter:true country:FR", ["ada"]),
    ],
)
def test_the_searches_of_wiz(shop: Loyalty, query: str, expected: list[str]) -> None:
    """By name or id, by the stage of the customer, and by any criteria together."""
    assert ids(shop, query) == expected


def test_the_columns_of_wiz(shop: Loyalty) -> None:
    """Name, age, location and points available."""
    row = next(shop.customers.stream("name:~ada"))
    customer = row.customer
    assert (customer.name, customer.age_on(dt.date(2026, 12, 10)), customer.city, customer.country) == (
        "Ada Lovelace",
        36,
        "Paris",
        "FR",
    )
    assert row.membership.points.active == 100


def test_a_segment_of_wiz(shop: Loyalty) -> None:
    """Subscribers who live in France, saved under a name."""
    shop.segments.save("french-readers", "French readers", "newsletter:true country:FR")
    assert shop.segments.count("french-readers") == 1
    assert shop.segments.has("french-readers", "ada")
    assert not shop.segments.has("french-readers", "bob")


def test_deactivation_of_wiz(shop: Loyalty) -> None:
    """Who is deactivated keeps everything and earns nothing, until made active again."""
    with pytest.raises(Ineligible):
        shop.points.award("dot", 5, reason="order", key="w")
    shop.customers.reactivate("dot", key="r")
    assert shop.points.award("dot", 5, reason="order", key="w").points == 5


def test_deletion_of_wiz(shop: Loyalty) -> None:
    """Who is deleted is gone from the list; ordering again means a new account."""
    shop.customers.erase("ada")
    assert ids(shop, "") == ["bob", "cem", "dot"]
    assert not shop.customers.register("ada").replayed
    assert next(shop.customers.stream("id:ada")).membership.points.active == 0


def test_the_list_of_tal(shop: Loyalty) -> None:
    """Id, created, last activity; sorted by the last, newest first."""
    page = shop.customers.page("sort:-last_activity", size=2)
    assert [(row.customer.customer_id, row.customer.updated_at) for row in page.items] == [
        ("dot", dt.datetime(2026, 1, 11, 12, tzinfo=dt.UTC)),
        ("cem", dt.datetime(2026, 1, 11, 12, tzinfo=dt.UTC)),
    ]
    assert page.items[0].customer.registered_at == dt.datetime(2026, 1, 4, 12, tzinfo=dt.UTC)


def test_the_head_of_a_profile_of_tal(shop: Loyalty) -> None:
    """The environment, and attributes of the host's own."""
    shop.customers.update("ada", attributes={"shoe-size": "42"}, key="u-2")
    customer = shop.customers.get("ada")
    assert (customer.environment, dict(customer.attributes)) == ("live", {"shoe-size": "42"})
    assert ids(shop, "attributes.shoe-size:42") == ["ada"]


def test_the_points_of_tal(shop: Loyalty) -> None:
    """Rows of one ledger or of all: created, points, ledger, reason; and the tier, pending and active points."""
    rows = shop.entries.page("sort:-recorded_at", customer_id="ada").items
    assert sorted((entry.ledger.ledger, entry.points, entry.reason) for entry in rows) == [
        ("", 1_400, "mug"),
        ("", 1_500, "order"),
        ("gifts", 40, "gift"),
    ]
    assert [entry.points for entry in shop.entries.stream(customer_id="ada", ledger="gifts")] == [40]
    member = shop.customers.membership("ada")
    assert (member.tier, member.points.pending, member.points.active) == (None, 0, 100)


def test_the_transaction_log_of_tal(shop: Loyalty) -> None:
    """Entries after an instant, and before another."""
    recorded = shop.entries.stream("recorded_at:>=2026-01-11 recorded_at:<2026-02-01")
    assert [entry.points for entry in recorded] == [200]
