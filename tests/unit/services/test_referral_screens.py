"""The screens of BLP, and what INF and TAL show of referrals: each column, status and action, by its call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.programs import Program
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

BEANS = Program.from_document(
    {
        "id": "beans",
        "currency": "EUR",
        "timezone": "UTC",
        "orders": {"point_value": "0.10"},
        "referrals": {
            "url": "https://beans.example/r/{code}",
            "rewards": [{"id": "both", "points": 100, "side": "both", "on": "first_order"}],
        },
    }
)


@pytest.fixture(params=["memory", "sqlite"])
def shop(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Ada has referred bob, who has ordered, and cyd, who has not; both of the former have used their points."""
    store: Any = MemoryStore() if request.param == "memory" else SqlStore("sqlite://")
    opened: Any = Loyalty(store, [BEANS], clock=FixedClock("2026-01-01T12:00:00Z"), ids=CountedIds(), actor="desk")
    for name in ("ada", "bob", "cyd", "dan"):
        opened.customers.register(name)
    opened.customers.update("dan", is_guest=True, shop_url="https://shop.example/dan", key="u-1")
    code = opened.customers.join("ada").membership.referral_code
    opened.referrals.claim("cyd", code, key="c-1")
    opened.orders.close("bob", "o-1", {"total": 40, "referral_code": code}, key="o-1")
    opened.orders.close("ada", "o-2", {"total": 70, "redeem": 50}, key="o-2")
    opened.orders.close("bob", "o-3", {"total": 30, "redeem": 50}, key="o-3")
    yield opened
    if request.param == "sqlite":
        store.close()


def test_the_columns_of_blp(shop: Any) -> None:
    """Both axes, the link, the counts and the three revenues stand in a row of the list."""
    (ada,) = shop.customers.page("referrals:>=1").items
    figures = ada.membership.referrals
    assert (ada.shop_status, ada.program_status) == ("member", "joined")
    assert shop.referrals.link("ada") == f"https://beans.example/r/{ada.membership.referral_code}"
    assert (figures.total, figures.successful) == (2, 1)
    assert (figures.revenue, figures.referrer_revenue, figures.referee_revenue) == (40, 70, 30)
    (dan,) = shop.customers.page("shop_status:guest").items
    assert (dan.customer.customer_id, dan.customer.shop_url) == ("dan", "https://shop.example/dan")


def test_the_rows_of_referrals_of_blp(shop: Any) -> None:
    """Each referral of a referrer has its status and its order total."""
    rows = shop.referrals.page("sort:referee_id", referrer="ada").items
    assert [(row.referee_id, row.status, row.revenue) for row in rows] == [
        ("bob", "completed", 40),
        ("cyd", "pending", 0),
    ]
    found = {status: shop.referrals.count(f"status:{status}") for status in ("pending", "blocked", "completed")}
    assert found == {"pending": 1, "blocked": 0, "completed": 1}
    shop.referrals.cancel(rows[1].referral_id, reason="asked", key="r-1")
    assert shop.referrals.count("status:blocked") == 1


def test_the_rewards_of_blp(shop: Any) -> None:
    """What a referral has brought to each side stands in it."""
    (row,) = shop.referrals.page("status:completed").items
    assert [(done.side, done.points, done.order_id) for done in row.grants] == [
        ("referrer", 100, "o-1"),
        ("referee", 100, "o-1"),
    ]


def test_the_invitations_of_blp(shop: Any) -> None:
    """Selected customers are invited; to accept is to join, which makes a link and no referral."""
    assert shop.bulk.invite(["dan"], key="i-1").done == 1
    assert [row.customer.customer_id for row in shop.customers.page("invitations:1").items] == ["dan"]
    before = shop.referrals.count()
    shop.customers.join("dan")
    assert shop.referrals.link("dan") is not None
    assert shop.referrals.count() == before


def test_the_referral_count_of_inf(shop: Any) -> None:
    """Customers are sorted by how many they have referred, up or down."""
    best = shop.customers.page("sort:-referrals").items[0]
    last = shop.customers.page("sort:referrals").items[-1]
    assert best.customer.customer_id == last.customer.customer_id == "ada"


def test_the_codes_of_tal(shop: Any) -> None:
    """Code, window, used of limit, and by whom."""
    (code,) = shop.referral_codes.page(referrer="ada").items
    assert (code.starts_at, code.expires_at, code.used, code.limit) == (None, None, 2, 0)
    by = shop.referrals.page(f'code:"{code.code}" sort:referee_id').items
    assert [row.referee_id for row in by] == ["bob", "cyd"]


def test_the_referred_customers_of_tal(shop: Any) -> None:
    """Order, code and referred customer."""
    (row,) = shop.referrals.page("status:completed", referrer="ada").items
    assert (row.order_id, row.referee_id) == ("o-1", "bob")
    assert shop.orders.get("o-1").referral.referral_id == row.referral_id
