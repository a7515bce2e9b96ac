"""Sixteen processes on PostgreSQL that want the same referral, and rewards of which there are a hundred."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from loyalcore import Loyalty, Program
from loyalcore.domain.decision import Fact
from loyalcore.query import All
from loyalcore.testing.contract._contract import patiently
from loyalcore.testing.history._processes import context, start
from loyalcore.values.clock import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.store import Store

WORKERS: Final = 16
CLAIMS: Final = 1_000
REWARDS: Final = 100
WAIT_SECONDS: Final = 120.0


def open_shop(store: Store, *rewards: dict[str, Any]) -> Loyalty:
    """Open a shop with rewards for referrals."""
    rules = {"id": "beans", "currency": "EUR", "timezone": "UTC", "referrals": {"rewards": list(rewards)}}
    return Loyalty(store, [Program.from_document(rules)], actor="till")


def code_of(shop: Loyalty, customer_id: str) -> str:
    """Register somebody who refers, and give the code."""
    shop.customers.register(customer_id)
    membership = shop.customers.join(customer_id).membership
    assert membership is not None
    return str(membership.referral_code)


def race(act: Callable[..., list[Any]], store: Store, *arguments: Any) -> list[Any]:
    """Let sixteen processes begin at once, each with its number, and give what all of them answer.

    Args:
        act: Takes a store of its own process, the arguments, and the number of the process; it can be pickled.
        store: The store.
        arguments: What else it takes.
    """
    gate, told = context().Barrier(WORKERS), context().Queue()
    crew = [start(_begin, store, act, arguments, worker, gate, told) for worker in range(WORKERS)]
    answers = [answer for _worker in crew for answer in told.get(timeout=WAIT_SECONDS)]
    for process in crew:
        process.join()
    assert [process.exitcode for process in crew] == [0] * WORKERS
    assert len({process.pid for process in crew}) == WORKERS
    return answers


def _begin(
    store: Store, act: Callable[..., list[Any]], arguments: tuple[Any, ...], worker: int, gate: Any, told: Any
) -> None:
    with store.unit(readonly=True) as unit:  # connected before it counts
        unit.load([])
    gate.wait(WAIT_SECONDS)
    told.put(act(store, *arguments, worker))


FRIEND: Final = {"id": "friend", "points": 100, "side": "both", "on": "first_order"}
WELCOME: Final = {"id": "welcome", "points": 5, "side": "referee", "on": "claimed", "max_total": REWARDS}


def close_an_order(store: Store, code: str, worker: int) -> list[str]:
    """Close an order of bob, by the code of ada; give the state of the order."""
    cart = {"total": "40", "referral_code": code}
    act = partial(open_shop(store, FRIEND).orders.close, "bob", f"o-{worker}", cart, key=f"k-{worker}")
    order = patiently(act)().order
    return [order.state]


def claim_a_share(store: Store, code: str, worker: int) -> list[str | None]:
    """Let every sixteenth customer claim a code; give why the reward of each was refused, None where it was not."""
    shop = open_shop(store, WELCOME)
    refused: list[str | None] = []
    for number in range(worker, CLAIMS, WORKERS):
        referral = patiently(partial(shop.referrals.claim, f"c-{number}", code, key="c-1"))().referral
        refused += [done.refused for done in referral.grants]
    return refused


def test_a_referral_that_sixteen_processes_want_is_completed_once(postgres_store: SqlStore) -> None:
    """Sixteen orders of one referee at once: one completes the referral, and each side is rewarded once."""
    shop = open_shop(postgres_store, FRIEND)
    code = code_of(shop, "ada")
    shop.customers.register("bob")
    assert race(close_an_order, postgres_store, code) == ["closed"] * WORKERS
    (referral,) = shop.referrals.stream()
    assert referral.state == "completed"
    assert [(done.side, done.points) for done in referral.grants] == [("referrer", 100), ("referee", 100)]
    assert [shop.points.balance(name).active for name in ("ada", "bob")] == [100, 100]
    figures = shop.customers.membership("ada").referrals
    assert (figures.total, figures.successful) == (1, 1)
    assert figures.revenue == 40 * WORKERS
    assert all(shop.points.verify(name).is_ok for name in ("ada", "bob"))


def test_of_a_thousand_racing_claims_a_hundred_are_rewarded(postgres_store: SqlStore) -> None:
    """A reward of which there are a hundred is had by exactly a hundred, whoever comes first."""
    shop = open_shop(postgres_store, WELCOME)
    code = code_of(shop, "ada")
    for number in range(CLAIMS):
        shop.customers.register(f"c-{number}")
    refused = race(claim_a_share, postgres_store, code)
    assert Counter(refused) == {None: REWARDS, "capped": CLAIMS - REWARDS}
    with postgres_store.unit(readonly=True) as unit:
        assert len(list(unit.stream(All(Fact, "live"), EPOCH))) == REWARDS
    assert shop.customers.membership("ada").referrals.total == CLAIMS
    assert shop.referral_codes.get(code).used == CLAIMS
    assert sum(shop.points.balance(f"c-{number}").active for number in range(CLAIMS)) == 5 * REWARDS
