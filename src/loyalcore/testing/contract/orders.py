"""Orders: whose they are, that an id is one order's, and what closing and returning them leaves (P2, P4, P8, P20)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from loyalcore.domain.decision import ChangeSet, KeyRecord, LedgerRef, OrderRef, OrdersRef, Put, Remove
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.orders import ORDERS, Cart, Order, OrderPolicy, OrderReferral, OrderState
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.errors import IllegalTransition, OrderTaken, StaleVersion
from loyalcore.query import Listing, Query, counted, nearest, parse, resolve
from loyalcore.services import Loyalty
from loyalcore.testing._clock import FixedClock
from loyalcore.testing._play import records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import START, THREADS, Contract, need, race, read, refused, write
from loyalcore.values.calendar import check_zone

if TYPE_CHECKING:
    from loyalcore.store import Lists, Store

BEANS: Final = Program(
    "beans",
    currency="EUR",
    timezone="UTC",
    orders=OrderPolicy(point_value="0.10"),
    earning=(EarningRule("base", points=1, per=1),),
    tiers=TierSet(measure=Measure.MONEY_SPENT, levels=(Level("Base", 0), Level("Gold", 100))),
)
MANY: Final = 60
CART: Final[dict[str, Any]] = {"items": [{"line_id": "1", "unit_price": "10", "quantity": 3}]}

ASKED: Final = (
    "",
    "sort:-created_at",
    "sort:closed_at",
    "sort:-net sort:order_id",
    "state:closed sort:-total",
    "-state:open",
    "net:>=19.9",
    "discount:0",
    "coupon:spring",
    "-coupon:SPRING",
    "store:KÖLN",
    "no:store",
    "customer:ada",
    "attributes.gift:yes",
    "returned:>0",
    "products:2..3",
    "awarded:>=5",
    "referral_id:r-1",
    "no:referral_refused sort:referral_id",
)
"""Search strings over orders: every type of field, both ways, with what is missing."""


def _shop(store: Store, program: Program = BEANS) -> Loyalty:
    """Open a shop in which `ada` is registered."""
    shop = Loyalty(store, [program], clock=FixedClock(START), actor="till")
    shop.customers.register("ada")
    return shop


def _orders() -> list[Order]:
    """Make orders of two customers with ties, case, and what is missing."""
    carts = (
        Cart.of_total("19.90", coupons=["SPRING"], store="Köln"),
        Cart.of_total("19.9", store="köln", attributes={"gift": "YES"}),
        Cart.of_total(100, coupons=["spring", "B"]),
        Cart(items=Cart.of_total(5).items, discounts=[], shipping=5),
        Cart.of_total(0),
    )
    states = (OrderState.OPEN, OrderState.CLOSED, OrderState.CLOSED, OrderState.CANCELLED, OrderState.OPEN)
    return [
        samples.order(
            f"{'O' if number % 2 else 'o'}-{number}",
            cart=cart,
            state=state,
            holder_id=f"holder-{number % 2}",
            customer_id="ada" if number % 2 else "Ada",
            closed_at=None if state is OrderState.OPEN else samples.AT - timedelta(days=number // 2),
            created_at=samples.AT - timedelta(days=number // 2),
            referral=OrderReferral(
                referral_id=f"r-{number}" if number < 2 else None, refused="expired" if number == 2 else None
            ),
        )
        for number, (cart, state) in enumerate(zip(carts, states, strict=True))
    ]


class OrderContract(Contract):
    """Orders are kept whole, found by their holder, and their ids are one order's each."""

    def test_a_holder_leads_to_its_orders(self, store: Store) -> None:
        """P4: the orders of a holder come in the order of their ids, as they were put last; of nobody, none."""
        mine = [samples.order(name) for name in ("o-2", "O-1", "o-10")]
        others = [samples.order("o-3", holder_id="Holder-1"), attrs.evolve(mine[0], environment="sandbox")]
        write(store, ChangeSet(puts=tuple(Put(each, None) for each in (*mine, *others))))
        newest = samples.order("o-2", version=2, state=OrderState.CANCELLED)
        write(store, samples.put(newest, 1))
        expected = (mine[1], mine[2], newest)
        for lock in (False, True):
            with store.unit() as unit:
                found = unit.load([OrdersRef("live", "holder-1"), OrdersRef("live", "nobody"), newest.ref], lock=lock)
            assert found[OrdersRef("live", "holder-1")] == expected
            assert (found[OrdersRef("live", "nobody")], found[newest.ref]) == ((), newest)
        write(store, ChangeSet(removes=(Remove(newest.ref, 2),)))
        assert read(store, OrdersRef("live", "holder-1")) == expected[:2]

    def test_a_unit_finds_the_orders_that_it_has_applied(self, store: Store) -> None:
        """P1: a unit finds among the orders of a holder what it has applied itself, and not what it took away."""
        write(store, samples.put(samples.order("o-1")))
        with store.unit() as unit:
            unit.apply(
                ChangeSet(puts=(Put(samples.order("o-2"), None),), removes=(Remove(OrderRef("live", "o-1"), 1),))
            )
            found = unit.load([OrdersRef("live", "holder-1")])[OrdersRef("live", "holder-1")]
            assert [order.order_id for order in found] == ["o-2"]
        assert [order.order_id for order in read(store, OrdersRef("live", "holder-1"))] == ["o-1"]

    def test_many_orders_are_of_a_holder(self, store: Store) -> None:
        """P4: all orders of a holder are found, however many, and of each of several holders its own."""
        made = [samples.order(f"o-{number:03}", holder_id=f"holder-{number % 2}") for number in range(2 * MANY)]
        write(store, ChangeSet(puts=tuple(Put(each, None) for each in made)))
        refs = [OrdersRef("live", f"holder-{number}") for number in range(3)]
        with store.unit(readonly=True) as unit:
            found = unit.load(refs)
        assert [found[ref] for ref in refs] == [tuple(made[::2]), tuple(made[1::2]), ()]

    def test_an_order_leads_from_its_holder_alone(self, store: Store) -> None:
        """P4: an order that is put under another holder is found from that one only, at once for its unit."""
        write(store, samples.put(samples.order("o-1")), samples.put(samples.order("o-2")))
        moved = samples.order("o-1", version=2, holder_id="holder-2")
        anew = samples.order("o-2", holder_id="holder-2")
        refs = [OrdersRef("live", "holder-1"), OrdersRef("live", "holder-2")]
        with store.unit() as unit:
            unit.apply(ChangeSet(puts=(Put(moved, 1), Put(anew, None)), removes=(Remove(anew.ref, 1),)))
            assert list(unit.load(refs).values()) == [(), (moved, anew)]
            unit.commit()
        assert [read(store, ref) for ref in refs] == [(), (moved, anew)]

    def test_an_order_id_is_taken_for_every_holder(self, store: Store) -> None:
        """P8: an order id is one order's in its environment: under another holder it is refused, in another not."""
        mine = samples.order("o-1")
        write(store, samples.put(mine))
        theirs = samples.order("o-1", holder_id="holder-2", customer_id="bob", program_id="tea")
        refused(store, samples.put(theirs))
        assert (records(store, Order), read(store, OrdersRef("live", "holder-2"))) == ([mine], ())
        elsewhere = attrs.evolve(theirs, environment="sandbox")
        write(store, samples.put(elsewhere))
        assert (read(store, mine.ref), read(store, elsewhere.ref)) == (mine, elsewhere)

    def test_of_holders_who_race_for_an_order_id_one_has_it(self, store: Store) -> None:
        """P8: of 16 holders that take one order id at once one has it, and nothing of the others is kept."""
        need(store, "threads")
        gate = threading.Barrier(THREADS)

        def take(number: int) -> int:
            gate.wait(timeout=30)
            holder = f"holder-{number}"
            write(store, samples.put(samples.order("o-1", holder_id=holder), None, samples.key(holder=holder)))
            return number

        answers = race([partial(take, number) for number in range(THREADS)])
        won = [answer for answer in answers if isinstance(answer, int)]
        assert (len(won), sum(isinstance(answer, StaleVersion) for answer in answers)) == (1, THREADS - 1), answers
        assert [each.holder_id for each in records(store, Order)] == [f"holder-{won[0]}"]
        assert [each.ref.holder_id for each in records(store, KeyRecord)] == [f"holder-{won[0]}"]

    @pytest.mark.parametrize("text", ASKED)
    def test_a_list_of_orders_is_the_reference(self, store: Store, text: str) -> None:
        """P20: orders of a program come as the in-memory evaluation gives them, and in their number."""
        need(store, "pages")
        kept = _orders()
        write(store, ChangeSet(puts=tuple(Put(each, None) for each in kept)))
        write(store, samples.put(samples.order("other", program_id="tea")))
        write(store, samples.put(attrs.evolve(samples.order("other"), environment="sandbox")))
        query = parse(text, ORDERS)
        query = Query(ORDERS, resolve(query.where, samples.AT, check_zone("UTC", "zone")), query.sort)
        listing = Listing(query, environment="live", program_id="beans", count=3)
        with store.unit(readonly=True) as unit:
            lists: Lists = unit  # type: ignore[assignment]
            assert list(lists.page(listing, samples.AT)) == nearest(listing, kept, samples.AT)
            assert lists.count(listing, samples.AT) == counted(listing, kept, samples.AT)

    def test_an_order_id_is_of_one_customer(self, store: Store) -> None:
        """P8: one order id under two customers is refused, and nothing is written."""
        shop = _shop(store)
        shop.customers.register("bob")
        shop.orders.close("ada", "o-1", CART, key="k-1")
        with pytest.raises(OrderTaken):
            shop.orders.close("bob", "o-1", CART, key="k-1")
        assert shop.points.balance("bob").awarded == 0
        assert shop.customers.membership("bob").orders.count == 0

    def test_an_order_that_many_close_is_closed_once(self, store: Store) -> None:
        """P8: of racing closings of one order one is taken: it is awarded, and counted, once."""
        need(store, "threads")
        shop = _shop(store)

        def close(number: int) -> Any:
            return shop.orders.close("ada", "o-1", CART, key=f"k-{number}")

        answers = race([partial(close, number) for number in range(THREADS)])
        refusals = [answer for answer in answers if isinstance(answer, Exception)]
        assert (len(refusals), {type(each) for each in refusals}) == (THREADS - 1, {IllegalTransition})
        assert (shop.points.balance("ada").awarded, shop.customers.membership("ada").orders.count) == (30, 1)

    def test_a_return_takes_back_what_was_recorded(self, store: Store) -> None:
        """P2: yesterday's order is returned by the award that was recorded, whatever today's rules and orders are."""
        _shop(store).orders.close("ada", "o-1", CART, key="k-1")
        today = attrs.evolve(BEANS, version=2, earning=(EarningRule("base", points=7, per=1),))
        shop = _shop(store, today)
        shop.orders.close("ada", "o-2", CART, key="k-2")
        assert shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", key="k-3").points == 10
        assert shop.orders.return_items("o-1", return_id="r-2", key="k-4").points == 20
        assert shop.points.balance("ada").active == 210

    def test_a_reversal_names_its_lots(self, store: Store) -> None:
        """P10: what a return takes back is drawn from lots, its own first, and every ledger still adds up."""
        shop = _shop(store)
        shop.points.award("ada", 50, reason="gift", expiry="30D", key="a-1")
        shop.orders.close("ada", "o-1", CART, key="k-1")
        shop.orders.return_items("o-1", return_id="r-1", key="k-2")
        head = read(store, LedgerRef("live", shop.customers.get("ada").holder_id, "beans"))
        assert [(lot.lot, lot.free) for lot in head.lots] == [(1, 50)]
        assert shop.points.verify("ada").difference is None

    def test_a_restored_spend_has_its_date(self, store: Store) -> None:
        """P10: points spent on an order that is returned go back to their lots with the old expiry."""
        shop = _shop(store)
        shop.points.award("ada", 50, reason="gift", expires_on=date(2026, 12, 31), key="a-1")
        shop.orders.close("ada", "o-1", {**CART, "redeem": 50}, key="k-1")
        assert shop.points.balance("ada").spent == 50
        shop.orders.return_items("o-1", return_id="r-1", key="k-2")
        head = read(store, LedgerRef("live", shop.customers.get("ada").holder_id, "beans"))
        assert [(lot.free, lot.expires_on) for lot in head.lots] == [(50, date(2026, 12, 31))]

    def test_a_tier_follows_the_figures(self, store: Store) -> None:
        """P2: the figures of orders are those of all orders, and the tier is what they give."""
        shop = _shop(store)
        for number in (1, 2, 3, 4):
            shop.orders.close("ada", f"o-{number}", CART, key=f"k-{number}")
        member = shop.customers.membership("ada")
        assert (member.orders.count, member.orders.revenue, member.tier) == (4, Decimal(120), "Gold")
        shop.orders.cancel("o-1", key="k-5")
        member = shop.customers.membership("ada")
        kept = [order for order in records(store, Order) if order.counts]
        assert (member.orders.count, member.orders.products) == (len(kept), sum(each.cart.products for each in kept))
