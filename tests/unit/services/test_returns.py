"""Returns through the facade: what they take back, what comes back, and what reopening and closing again does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import ReturnPolicy
from loyalcore.domain.orders import (
    PartialRestore,
    RollbackBasis,
)
from loyalcore.errors import (
    InsufficientPoints,
)
from loyalcore.values.calendar import parse_duration
from loyalcore.values.clock import parse_instant
from loyalcore.values.periods import Period
from tests.unit.services._till import BEANS, CART, active, opened, with_orders, with_points

if TYPE_CHECKING:
    from loyalcore.store import Store


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        (ReturnPolicy.ONLY_PENDING, (0, 20, 0)),
        (ReturnPolicy.WITHIN_BALANCE, (0, 0, 0)),
        (ReturnPolicy.UNLIMITED, (0, 0, 10)),
    ],
)
def test_the_return_policies(policy: ReturnPolicy, after: tuple[int, ...]) -> None:
    """From pending 30 and active 20, taking back 60 leaves pending, active and owed points by the policy."""
    rules = (EarningRule("now", points=30), EarningRule("later", points=30, activation="30D"))
    shop, _ = opened(MemoryStore(), attrs.evolve(with_points(return_policy=policy), earning=rules))
    shop.orders.close("ada", "o-1", {"total": 60}, key="k-1")
    shop.points.spend("ada", 10, key="s-1")
    before = shop.points.balance("ada")
    assert (before.pending, before.active) == (30, 20)
    shop.orders.return_items("o-1", return_id="r-1", key="k-2")
    balance = shop.points.balance("ada")
    assert (balance.pending, balance.active, balance.deficit) == after


def test_two_points_on_three_items_go_as_none_one_one(store: Store) -> None:
    """What is taken back is the floor of the share returned so far: it does not depend on the number of returns."""
    rule = EarningRule("base", points=1, per=10)
    shop, _ = opened(store, attrs.evolve(BEANS, earning=(rule,)))
    cart = {"items": [{"line_id": "1", "unit_price": "7", "quantity": 3}]}
    shop.orders.close("ada", "o-1", cart, key="k-1")
    taken = []
    for number in (1, 2, 3):
        receipt = shop.orders.return_items("o-1", {"1": 1}, return_id=f"r-{number}", key=f"v-{number}")
        assert receipt.order is not None
        taken.append(receipt.order.returns[-1].reversed)
    assert taken == [0, 1, 1]


def test_a_return_by_the_refunded_money(store: Store) -> None:
    """Under `refund_amount` the refunded money says what goes; the last return takes what is left."""
    shop, _ = opened(store, with_orders(rollback_basis=RollbackBasis.REFUND_AMOUNT))
    shop.orders.close("ada", "o-1", CART, key="k-1")
    returned = shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", refund="2.5", key="k-2")
    assert returned.points == 2
    assert shop.orders.return_items("o-1", {"1": 1}, return_id="r-2", key="k-3").points == 10
    assert shop.orders.return_items("o-1", {"1": 1}, return_id="r-3", refund=0, key="k-4").points == 0
    assert shop.orders.return_items("o-1", return_id="r-4", refund=0, key="k-5").points == 38
    assert active(shop) == 0


def test_points_spent_come_back_with_their_dates(store: Store) -> None:
    """A returned order gives back what was spent on it: all with the last piece, and to lots with their old dates."""
    shop, clock = opened(store)
    shop.points.award("ada", 40, reason="gift", expiry="10D", key="a-1")
    shop.orders.close("ada", "o-1", {**CART, "redeem": 40}, key="k-1")
    first = shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", key="k-2")
    assert [entry.kind.value for entry in first.entries] == ["reverse"]
    clock.move(days=11)
    last = shop.orders.return_items("o-1", return_id="r-2", key="k-3")
    assert last.order is not None
    assert [entry.kind.value for entry in last.entries][:1] == ["restore"]
    assert last.order.returns[-1].restored == 40
    balance = shop.points.balance("ada")
    assert (balance.active, balance.expired, balance.spent) == (0, 40, 0)


def test_a_grace_lets_what_has_lapsed_live_on() -> None:
    """With a grace what comes back after its date lives so long from then on."""
    shop, clock = opened(MemoryStore(), with_orders(restore_grace=parse_duration("7D", "x")))
    shop.points.award("ada", 40, reason="gift", expiry="10D", key="a-1")
    shop.orders.close("ada", "o-1", {**CART, "redeem": 40}, key="k-1")
    clock.move(days=11)
    shop.orders.cancel("o-1", key="k-2")
    assert active(shop) == 40
    clock.move(days=7)
    assert active(shop) == 0
    assert shop.points.verify("ada").difference is None


def test_points_spent_come_back_piece_by_piece(store: Store) -> None:
    """Under `pro_rata` the share of the pieces comes back; a host may name another number, at most what is left."""
    shop, _ = opened(store, with_orders(partial_restore=PartialRestore.PRO_RATA))
    shop.points.award("ada", 45, reason="gift", key="a-1")
    shop.orders.close("ada", "o-1", {**CART, "redeem": 33}, key="k-1")
    restored = []
    for number, items in enumerate(({"1": 1}, {"1": 1})):
        receipt = shop.orders.return_items("o-1", items, return_id=f"r-{number}", key=f"v-{number}")
        assert receipt.order is not None
        restored.append(receipt.order.returns[-1].restored)
    assert restored == [6, 7]
    with pytest.raises(InsufficientPoints):
        shop.orders.return_items("o-1", {"1": 1}, return_id="r-9", restore=21, key="v-9")
    named = shop.orders.return_items("o-1", {"1": 1}, return_id="r-9", restore=15, key="v-10")
    assert named.order is not None
    assert named.order.returns[-1].restored == 15
    last = shop.orders.return_items("o-1", return_id="r-10", key="v-11")
    assert last.order is not None
    assert last.order.returns[-1].restored == 5


def test_a_spend_of_the_host_on_the_order_comes_back_too(store: Store) -> None:
    """What the host spent under the order's id, in any ledger, is given back with it; an open order's too."""
    shop, _ = opened(store)
    shop.points.award("ada", 40, reason="gift", key="a-1")
    shop.points.award("ada", 5, reason="gift", ledger="stars", key="a-2")
    shop.orders.open("ada", "o-1", CART, key="k-1")
    shop.points.spend("ada", 10, order_id="o-1", key="s-1")
    shop.points.spend("ada", 3, order_id="o-1", ledger="stars", key="s-2")
    shop.orders.cancel("o-1", key="k-2")
    assert (active(shop), shop.points.balance("ada", ledger="stars").active) == (40, 5)
    assert shop.customers.membership("ada").orders.count == 0


@pytest.mark.parametrize(
    ("policy", "kept"),
    [(ReturnPolicy.ONLY_PENDING, 50), (ReturnPolicy.WITHIN_BALANCE, 30), (ReturnPolicy.UNLIMITED, 0)],
)
def test_closing_again_awards_less_what_was_kept(policy: ReturnPolicy, kept: int) -> None:
    """What reopening could not take back is left out of the next closing; a full return then leaves what was waived."""
    shop, _ = opened(MemoryStore(), with_points(return_policy=policy))
    shop.orders.close("ada", "o-1", CART, key="k-1")
    shop.points.spend("ada", 30, key="s-1")
    reopened = shop.orders.reopen("o-1", key="k-2")
    assert reopened.order is not None
    assert dict(reopened.order.unrecovered).get("", 0) == kept
    quoted = shop.orders.quote("ada", order_id="o-1")
    closed = shop.orders.close("ada", "o-1", key="k-3")
    assert closed.order is not None
    assert (quoted.points, closed.order.awarded) == (50 - kept, 50 - kept)
    assert closed.order.unrecovered == reopened.order.unrecovered
    balance = shop.points.balance("ada")
    assert balance.active - balance.deficit == 20
    shop.orders.cancel("o-1", key="k-4")
    balance = shop.points.balance("ada")
    net = balance.awarded - balance.reversed
    waived = sum(entry.waived for entry in shop.points.entries("ada"))
    assert net == waived
    assert shop.points.verify("ada").difference is None


def test_closing_again_and_again_makes_nothing() -> None:
    """What was kept of the first closing is left out of every later one, not of the second alone."""
    shop, _ = opened(MemoryStore())
    for number in range(4):
        shop.orders.close("ada", "o-1", CART, key=f"k-{number}")
        if not number:
            shop.points.spend("ada", 30, key="s-1")
        balance = shop.points.balance("ada")
        assert balance.awarded - balance.reversed == 50
        shop.orders.reopen("o-1", key=f"r-{number}")
    assert shop.points.verify("ada").difference is None


def test_more_may_be_kept_than_is_earned_again() -> None:
    """A smaller cart leaves out what it earns, and what was kept stays noted."""
    shop, _ = opened(MemoryStore(), with_points(return_policy=ReturnPolicy.ONLY_PENDING))
    shop.orders.close("ada", "o-1", CART, key="k-1")
    shop.orders.reopen("o-1", key="k-2")
    shop.orders.update("o-1", {"total": 20}, key="k-3")
    closed = shop.orders.close("ada", "o-1", key="k-4")
    assert closed.order is not None
    assert (closed.order.awarded, closed.order.unrecovered) == (0, (("", 50),))


def test_what_a_reversal_by_hand_let_go_is_not_awarded_again(store: Store) -> None:
    """Points that were spent before a reversal by hand are kept; closing the reopened order awards so many less."""
    shop, _ = opened(store)
    award = shop.orders.close("ada", "o-1", CART, key="k-1").entries[0]
    shop.points.spend("ada", 40, key="s-1")
    shop.points.reverse("ada", entry_id=award.id, key="h-1")
    assert active(shop) == 0
    reopened = shop.orders.reopen("o-1", key="k-2")
    assert reopened.order is not None
    assert reopened.order.unrecovered == (("", 40),)
    shop.orders.close("ada", "o-1", key="k-3")
    assert active(shop) == 10


def test_reopening_gives_back_what_closing_spent(store: Store) -> None:
    """Reopening gives back the points that closing redeemed, and no others; closing spends them again."""
    shop, _ = opened(store)
    shop.points.award("ada", 40, reason="gift", key="a-1")
    shop.points.spend("ada", 5, order_id="o-1", key="s-1")
    shop.orders.close("ada", "o-1", {**CART, "redeem": 20}, key="k-1")
    reopened = shop.orders.reopen("o-1", key="k-2")
    assert reopened.order is not None
    assert (active(shop), reopened.order.redeemed, reopened.order.spends) == (35, 0, ())
    figures = shop.customers.membership("ada").orders
    assert (figures.count, figures.first_at, figures.last_at) == (0, None, None)
    shop.orders.close("ada", "o-1", key="k-3")
    assert active(shop) == 15 + 48


def test_the_last_order_is_found_again(store: Store) -> None:
    """When the first or last order goes, the instants are those of the orders that are left."""
    shop, clock = opened(store)
    for number in (1, 2, 3):
        shop.orders.close("ada", f"o-{number}", CART, key=f"k-{number}")
        clock.move(days=1)
    closed = [shop.orders.get(f"o-{number}").closed_at for number in (1, 2, 3)]
    shop.orders.cancel("o-2", key="c-2")
    figures = shop.customers.membership("ada").orders
    assert (figures.first_at, figures.last_at) == (closed[0], closed[2])
    shop.orders.cancel("o-1", key="c-1")
    shop.orders.reopen("o-3", key="c-3")
    figures = shop.customers.membership("ada").orders
    assert (figures.count, figures.first_at, figures.last_at) == (0, None, None)


@pytest.mark.parametrize("between", [(), (EarningRule("hello", points=30, max_per_period=30, period=Period.DAILY),)])
def test_a_cap_is_freed_as_the_version_had_it_that_granted_the_points(between: tuple[EarningRule, ...]) -> None:
    """What a rule granted under the first version counts no more when it went under another one."""
    hello = attrs.evolve(BEANS, earning=(EarningRule("hello", points=30, max_per_customer=30),))
    shop, clock = opened(
        MemoryStore(),
        hello,
        attrs.evolve(hello, version=2, applies_from=parse_instant("2026-02-01T00:00:00Z", "at"), earning=between),
        attrs.evolve(hello, version=3, applies_from=parse_instant("2026-03-01T00:00:00Z", "at")),
    )
    shop.orders.close("ada", "o-1", CART, key="k-1")
    clock.move(days=10)
    shop.orders.cancel("o-1", key="k-2")
    clock.move(days=30)
    shop.orders.close("ada", "o-2", CART, key="k-3")
    assert active(shop) == 30
