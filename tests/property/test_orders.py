"""The laws of orders: whatever is bought, returned, cancelled and reopened, in any order and any number of times."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given
from hypothesis import strategies as st

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import OrderFigures
from loyalcore.domain.earning import EarningRule, Steps
from loyalcore.domain.flows._figures import changed
from loyalcore.domain.ledger import Entry, EntryKind, PointsPolicy, ReturnPolicy
from loyalcore.domain.orders import (
    CancelOrder,
    Cart,
    CloseOrder,
    Discount,
    Item,
    ItemFields,
    Order,
    OrderPolicy,
    OrderState,
    PartialRestore,
    ReopenOrder,
    ReturnItems,
    RollbackBasis,
    due,
)
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Downgrade, Level, Measure, TierSet
from loyalcore.errors import IllegalTransition, LoyaltyError, NotFound
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import dump, records
from loyalcore.values.calendar import parse_expiry, parse_start
from loyalcore.values.points import Rounding
from tests.property._examples import share

if TYPE_CHECKING:
    from loyalcore.domain.flows import Command

LINES: Final = ("1", "2", "3")
TIERS: Final = TierSet(
    measure=Measure.MONEY_SPENT,
    downgrade=Downgrade.REAL_TIME,
    levels=(Level("Base", 0), Level("Silver", 40), Level("Gold", 120)),
)
RULES: Final = (
    (EarningRule("base", points=1, per=1),),
    (EarningRule("base", points=2, per=3), EarningRule("fixed", points=5)),
    (
        EarningRule("base", points=3, per=7, steps=Steps.PROPORTIONAL),
        EarningRule("tea", multiplier="1.5", items=ItemFields.category == "tea"),
        EarningRule("mugs", points=2, items=ItemFields.category == "mug", ledger="mugs", max_per_customer=9),
    ),
)

amounts = st.integers(0, 5_000).map(lambda cents: Decimal(cents) / 100)
lines = st.builds(
    Item, st.just("x"), unit_price=amounts, quantity=st.integers(1, 4), category=st.sampled_from(["tea", "mug"])
)
carts = st.builds(
    lambda found, percent, redeem: Cart(
        items=[
            Item(LINES[number], unit_price=each.unit_price, quantity=each.quantity, category=each.category)
            for number, each in enumerate(found)
        ],
        discounts=[Discount(percent=percent)],
        redeem=redeem,
    ),
    st.lists(lines, min_size=1, max_size=3),
    st.sampled_from([0, 10, 33]),
    st.sampled_from([0, 0, 7, 50]),
)
programs = st.builds(
    lambda rules, policy, rounding, start, expiry, basis, restore: Program(
        "beans",
        currency="EUR",
        timezone="Europe/Berlin",
        points=PointsPolicy(
            return_policy=policy,
            rounding=rounding,
            activation=parse_start(start, "activation"),
            expiry=parse_expiry(expiry, "expiry"),
        ),
        orders=OrderPolicy(point_value="0.05", rollback_basis=basis, partial_restore=restore),
        earning=rules,
        tiers=TIERS,
    ),
    st.sampled_from(RULES),
    st.sampled_from(ReturnPolicy),
    st.sampled_from(Rounding),
    st.sampled_from(["immediate", "2D"]),
    st.sampled_from(["unlimited", "5D"]),
    st.sampled_from(RollbackBasis),
    st.sampled_from(PartialRestore),
)
pieces = st.dictionaries(st.sampled_from(LINES), st.integers(1, 3), min_size=1)
moves = st.one_of(
    st.tuples(st.just("close"), st.integers(0, 2), carts),
    st.tuples(
        st.just("return"), st.integers(0, 2), st.dictionaries(st.sampled_from(LINES), st.integers(1, 3), min_size=1)
    ),
    st.tuples(st.just("whole"), st.integers(0, 2), st.none()),
    st.tuples(st.just("cancel"), st.integers(0, 2), st.none()),
    st.tuples(st.just("reopen"), st.integers(0, 2), st.none()),
    st.tuples(st.just("spend"), st.integers(1, 40), st.none()),
    st.tuples(st.just("wait"), st.integers(0, 4), st.none()),
)


class Shop:
    """A customer, a program, and what is known of the orders from outside."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.store = MemoryStore()
        self.clock = FixedClock("2026-03-27T12:00:00Z")
        self.shop = Loyalty(self.store, [program], clock=self.clock, ids=CountedIds(), actor="till")
        self.shop.customers.register("ada")
        self.shop.customers.join("ada")
        self.count = 0

    def command(self, move: tuple[Any, ...]) -> Command | None:
        """Make the command of a move; None where time passes."""
        self.count += 1
        what, number, more = move
        order_id, key = f"o-{number}", f"k-{self.count}"
        match what:
            case "close":
                return CloseOrder("ada", order_id, more, key=key)
            case "return":
                return ReturnItems(order_id, tuple(more.items()), return_id=f"r-{self.count}", key=key)
            case "whole":
                return ReturnItems(order_id, return_id=f"r-{self.count}", key=key)
            case "cancel":
                return CancelOrder(order_id, key=key)
            case "reopen":
                return ReopenOrder(order_id, key=key)
        return None

    def do(self, move: tuple[Any, ...]) -> Command | None:
        """Make a move, and hold what was quoted against what was awarded."""
        if move[0] == "wait":
            self.clock.move(days=move[1], minutes=1)
        if move[0] == "spend":
            self._try_to_spend(move[1])
        command = self.command(move)
        if command is None:
            return None
        quoted = None
        if isinstance(command, CloseOrder) and command.cart is not None:
            found = [order for order in records(self.store, Order) if order.order_id == command.order_id]
            if not found:
                quoted = self.shop.orders.quote("ada", command.cart)
        try:
            receipt = self.shop.run(command)
        except LoyaltyError:
            return None
        if quoted is not None and receipt.order is not None:
            awarded = [(award.rule, award.ledger, award.points) for award in receipt.order.awards]
            assert awarded == [(award.rule, award.ledger, award.points) for award in quoted.awards]
            assert receipt.order.redeemed == quoted.redemption.points
        return command

    def _try_to_spend(self, points: int) -> None:
        self.count += 1
        try:
            self.shop.points.spend("ada", points, key=f"k-{self.count}")
        except LoyaltyError:
            return

    def entries(self, order: Order) -> list[Entry]:
        """Give the entries of an order, over all ledgers."""
        return [entry for entry in records(self.store, Entry) if entry.order_id == order.order_id]

    def check(self) -> None:
        """Hold every law against what is stored."""
        orders = records(self.store, Order)
        for ledger in ("", "mugs"):
            assert self.shop.points.verify("ada", ledger=ledger).difference is None
            shown = self.shop.points.balance("ada", ledger=ledger)
            left = shown.active + shown.pending + shown.held + shown.spent + shown.expired + shown.reversed
            assert shown.awarded == left - shown.deficit
            assert min(shown.active, shown.pending, shown.deficit) >= 0
        for order in orders:
            self._check_order(order)
        member = self.shop.customers.membership("ada")
        figures = OrderFigures()
        for order in sorted(orders, key=lambda each: each.updated_at):
            figures = changed(figures, None, order)
        assert member.orders == figures
        level = TIERS.level_at(figures.revenue)
        assert member.tier == (None if level is None else level.name)

    def _check_order(self, order: Order) -> None:
        entries = self.entries(order)
        awarded = sum(entry.points for entry in entries if entry.kind is EntryKind.AWARD)
        reversed_ = sum(entry.points for entry in entries if entry.kind is EntryKind.REVERSE)
        waived = sum(entry.waived for entry in entries if entry.kind is EntryKind.REVERSE)
        spent = sum(entry.points for entry in entries if entry.kind is EntryKind.SPEND)
        restored = sum(entry.points for entry in entries if entry.kind is EntryKind.RESTORE)
        assert reversed_ + waived <= awarded
        assert restored <= spent
        if order.state is OrderState.PARTIALLY_RETURNED:
            back = due(order, self.program.orders.rollback_basis)
            assert sum(back.values()) == sum(each.reversed for each in order.returns)
        is_gone = order.state is OrderState.CANCELLED or order.is_returned
        if is_gone:
            assert (awarded - reversed_, restored) == (waived, spent)
            if self.program.points.return_policy is ReturnPolicy.UNLIMITED:
                assert awarded == reversed_
        if order.state is OrderState.CLOSED:
            assert awarded - reversed_ - waived == order.awarded
        if order.state in {OrderState.OPEN, OrderState.CLOSED}:
            assert waived == sum(points for _, points in order.unrecovered)


@share(2)
@given(program=programs, history=st.lists(moves, max_size=14))
def test_orders_keep_the_law(program: Program, history: list[tuple[Any, ...]]) -> None:
    """After any history nothing was made or lost; what was quoted was awarded; figures and tier are recomputed ones."""
    shop = Shop(program)
    for move in history:
        shop.do(move)
    shop.check()


@share(4)
@given(program=programs, history=st.lists(moves, max_size=10))
def test_a_redelivery_changes_nothing(program: Program, history: list[tuple[Any, ...]]) -> None:
    """Every command delivered once more, in another order, is answered from its key."""
    shop = Shop(program)
    given_ = [command for move in history if (command := shop.do(move)) is not None]
    before = dump(shop.store)
    for command in (*reversed(given_), *given_):
        assert shop.shop.run(command).replayed
    assert dump(shop.store) == before


@share(2)
@given(program=programs, cart=carts, data=st.data())
def test_events_in_any_order_and_number_converge(program: Program, cart: Cart, data: st.DataObject) -> None:
    """Deliveries that are tried until they are accepted, shuffled and doubled, leave what the return policy waived."""
    shop = Shop(program)
    first = {cart.items[0].line_id: 1}
    events: list[Command] = [
        CloseOrder("ada", "o-1", cart, key="close"),
        ReturnItems("o-1", tuple(first.items()), return_id="r-1", key="return"),
        CancelOrder("o-1", key="cancel"),
    ]
    waiting = data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]))
    for _ in range(len(waiting) + 1):
        left = []
        for event in waiting:
            try:
                shop.shop.run(event)
            except (IllegalTransition, NotFound):
                left.append(event)
        if len(left) == len(waiting):
            break
        waiting = left
    # What is never accepted is a return that came after the order was cancelled.
    assert {type(event) for event in waiting} <= {ReturnItems}
    shop.check()
    (order,) = records(shop.store, Order)
    assert order.state is OrderState.CANCELLED


@share(2)
@given(program=programs, cart=carts, data=st.data())
def test_what_goes_back_depends_only_on_what_was_returned(program: Program, cart: Cart, data: st.DataObject) -> None:
    """One return of some pieces takes as much as several returns of the same pieces, whatever their order."""
    bought = [item.line_id for item in cart.items for _ in range(item.quantity)]
    chosen = data.draw(st.permutations(bought))[: data.draw(st.integers(1, len(bought)))]
    one, many = Shop(program), Shop(program)
    for shop in (one, many):
        shop.shop.orders.close("ada", "o-1", cart, key="close")
    counted = {line: chosen.count(line) for line in chosen}
    at_once = one.shop.orders.return_items("o-1", counted, return_id="r", key="r").order
    for number, line in enumerate(chosen):
        last = many.shop.orders.return_items("o-1", {line: 1}, return_id=f"r-{number}", key=f"r-{number}").order
    assert at_once is not None
    assert last is not None
    assert sum(each.reversed for each in last.returns) == at_once.returns[0].reversed
    assert sum(each.restored for each in last.returns) == at_once.returns[0].restored
    for shop in (one, many):
        shop.check()
