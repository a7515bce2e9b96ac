"""Sixteen workers on PostgreSQL who want the same referral, and rewards of which there are a hundred."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from loyalcore import Loyalty, Program
from loyalcore.domain.decision import Fact
from loyalcore.query import All
from loyalcore.testing.contract._contract import patiently, race
from loyalcore.values.clock import EPOCH

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy import SqlStore

WORKERS: Final = 16
CLAIMS: Final = 1_000
REWARDS: Final = 100


def open_shop(store: SqlStore, *rewards: dict[str, Any]) -> tuple[Any, str]:
    """Open a shop where ada has a link, and give the code."""
    rules = {"id": "beans", "currency": "EUR", "timezone": "UTC", "referrals": {"rewards": list(rewards)}}
    shop = Loyalty(store, [Program.from_document(rules)], actor="till")
    shop.customers.register("ada")
    membership = shop.customers.join("ada").membership
    assert membership is not None
    return shop, str(membership.referral_code)


def test_a_referral_that_sixteen_workers_want_is_completed_once(postgres_store: SqlStore) -> None:
    """Sixteen orders of one referee at once: one completes the referral, and each side is rewarded once."""
    friend = {"id": "friend", "points": 100, "side": "both", "on": "first_order"}
    shop, code = open_shop(postgres_store, friend)
    shop.customers.register("bob")
    cart = {"total": "40", "referral_code": code}
    acts = [partial(shop.orders.close, "bob", f"o-{number}", cart, key=f"k-{number}") for number in range(WORKERS)]
    answers = race([patiently(act) for act in acts])
    assert [answer.order.state for answer in answers] == ["closed"] * WORKERS
    (referral,) = shop.referrals.stream()
    assert referral.state == "completed"
    assert [(done.side, done.points) for done in referral.grants] == [("referrer", 100), ("referee", 100)]
    assert [shop.points.balance(name).active for name in ("ada", "bob")] == [100, 100]
    figures = shop.customers.membership("ada").referrals
    assert (figures.total, figures.successful, figures.revenue) == (1, 1, 40 * WORKERS)
    assert all(shop.points.verify(name).is_ok for name in ("ada", "bob"))


def test_of_a_thousand_racing_claims_a_hundred_are_rewarded(postgres_store: SqlStore) -> None:
    """A reward of which there are a hundred is had by exactly a hundred, whoever comes first."""
    welcome = {"id": "welcome", "points": 5, "side": "referee", "on": "claimed", "max_total": REWARDS}
    shop, code = open_shop(postgres_store, welcome)
    names = [f"c-{number}" for number in range(CLAIMS)]
    for name in names:
        shop.customers.register(name)

    def claim(worker: int) -> Counter[str | None]:
        found: Counter[str | None] = Counter()
        for name in names[worker::WORKERS]:
            referral = patiently(partial(shop.referrals.claim, name, code, key="c-1"))().referral
            found.update(done.refused for done in referral.grants)
        return found

    counts = race([partial(claim, worker) for worker in range(WORKERS)])
    assert sum(counts, Counter()) == {None: REWARDS, "capped": CLAIMS - REWARDS}
    with postgres_store.unit(readonly=True) as unit:
        assert len(list(unit.stream(All(Fact, "live"), EPOCH))) == REWARDS
    assert shop.customers.membership("ada").referrals.total == CLAIMS
    assert shop.referral_codes.get(code).used == CLAIMS
