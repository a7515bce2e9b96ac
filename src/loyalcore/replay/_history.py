"""The history: orders with their lines and what came back of them, through the very commands that a shop gives.

Each customer's events are decided one after the other, each at its own instant, and written as one change set: the
store holds afterwards what it would hold had the shop run on the program from the beginning.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from loyalcore.domain.customers import Register, survivor
from loyalcore.domain.decision import ChangeSet, LedgerRef, Needs, OrderRef
from loyalcore.domain.flows import Series
from loyalcore.domain.ledger import Book, Spend, Sweep, account_of
from loyalcore.domain.orders import CloseOrder, ReturnItems
from loyalcore.domain.programs import Registry
from loyalcore.errors import LoyaltyError, StoreError
from loyalcore.execution import without_collector
from loyalcore.replay._booking import REDEMPTION
from loyalcore.replay._found import check_not_past, find_customer
from loyalcore.replay._keys import fit
from loyalcore.replay._run import Replayed
from loyalcore.replay._writing import write
from loyalcore.values.clock import check_instant
from loyalcore.values.points import POINTS_MAX, check_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program
    from loyalcore.replay._lines import Bought, Returned
    from loyalcore.store import Store, Unit
    from loyalcore.values.ids import Ids

UNIT_EVENTS: Final = 2_000
"""About how many events one unit writes; a customer is never divided."""


class Left(NamedTuple):
    """An order or a return that the program refused.

    Args:
        name: The id of the order or of the return.
        reason: Why.
    """

    name: str
    reason: str


class Event(NamedTuple):
    """Something that happened, in the order in which it is decided."""

    at: datetime
    rank: int
    name: str
    what: Bought | Returned


@attrs.define
class Tally:
    """What was done so far: orders and returns added, entries written, and what was refused."""

    orders: int = 0
    returns: int = 0
    entries: int = 0
    left: dict[str, Left] = attrs.field(factory=dict)

    def add(self, other: Tally) -> None:
        """Count what was done in one more unit."""
        self.orders += other.orders
        self.returns += other.returns
        self.entries += other.entries
        self.left |= other.left


@attrs.frozen(kw_only=True)
class History:
    """What a replay of orders and returns did.

    Args:
        replayed: Of orders, as of a replay without lines.
        returns: How many returns up to `as_of` there are.
        returns_added: How many of them were not in the store before.
        left: What was refused, and why: a return of what was not bought, say.
    """

    replayed: Replayed
    returns: int
    returns_added: int
    left: tuple[Left, ...]


def replay_history(
    store: Store,
    program: Program,
    bought: Iterable[Bought],
    returned: Iterable[Returned] = (),
    *,
    as_of: datetime,
    ids: Ids,
    redeem: int | None = None,
    environment: str = "live",
    actor: str = "replay",
    registry: Registry | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> History:
    """Run a history of orders and returns through a program.

    Each customer's events are decided in the order (instant, orders before returns, id) as the commands `Register`,
    `CloseOrder` and `ReturnItems`, with a clock at each event's instant, and `Sweep` with one at `as_of`. What the
    store holds already is answered by its key and not booked again.

    Args:
        store: Where to, with its tables made.
        program: The program.
        bought: The orders with their lines; an order id stands in it once.
        returned: What came back of them; a return of an order that is not among them, or that was placed later, is left
            out.
        as_of: The instant up to which time passes; later events are left out.
        ids: Where the ids of new holders come from.
        redeem: Just before each order, spend the largest multiple of this that is active; None redeems nothing.
        environment: `live` or `sandbox`.
        actor: Who acts, opaque; it stands in every entry.
        registry: The host's own functions.
        progress: Told after each unit (events done, events in all).

    Returns:
        What was done.

    Raises:
        InvalidInput: An argument of the wrong type or out of range; or the store holds entries later than `as_of`.
        NotFound: A customer was merged into one that is not there.
        IdempotencyConflict: The store holds an order or a return with other content; units before it are done.
        ConcurrencyConflict: Other writers won every attempt.
        StoreError: The store could not do its part.

    Source: House decision (`docs/how-to/run-a-replay.md`).

    Example:
        >>> from datetime import UTC, datetime
        >>> from loyalcore import Cart, EarningRule, Program
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> from loyalcore.replay import Bought, Returned
        >>> from loyalcore.testing import CountedIds
        >>> rule = EarningRule("base", points=1, per=1)
        >>> beans = Program("beans", currency="EUR", timezone="UTC", earning=(rule,))
        >>> day = datetime(2024, 10, 12, tzinfo=UTC)
        >>> orders = [Bought("o-1", "ada", day, Cart.of_total("19.90"))]
        >>> back = [Returned("r-1", "o-1", day, {"total": 1})]
        >>> replay_history(MemoryStore(), beans, orders, back, as_of=day, ids=CountedIds()).replayed.entries_added
        2
    """
    end = check_instant(as_of, "as_of")
    if redeem is not None:
        check_points(redeem, "redeem")
    registry = Registry() if registry is None else registry
    registry.check(program)
    return _Run(store, program, environment, actor, registry, ids, end, redeem).run(bought, returned, progress)


class _Run:
    def __init__(
        self,
        store: Store,
        program: Program,
        environment: str,
        actor: str,
        registry: Registry,
        ids: Ids,
        end: datetime,
        redeem: int | None,
    ) -> None:
        self._store, self._program, self._environment, self._actor = store, program, environment, actor
        self._registry, self._ids, self._end, self._redeem = registry, ids, end, redeem
        self._total = Tally()
        self._tally = Tally()  # of the unit that is being decided

    def run(
        self,
        bought: Iterable[Bought],
        returned: Iterable[Returned],
        progress: Callable[[int, int], None] | None,
    ) -> History:
        history, after, returns = self._by_customer(bought, returned)
        self._check_not_past(history)
        told = self._total
        total = sum(map(len, history.values()))
        done = 0
        with without_collector():
            for batch in _batches(history):
                told.add(write(self._store, partial(self._decide_batch, batch)))
                done += sum(len(events) for _, events in batch)
                if progress is not None:
                    progress(done, total)
        replayed = Replayed(
            customers=tuple(history),
            orders=total - returns,
            after_as_of=after,
            orders_added=told.orders,
            entries_added=told.entries,
        )
        return History(replayed=replayed, returns=returns, returns_added=told.returns, left=tuple(told.left.values()))

    def _by_customer(
        self, bought: Iterable[Bought], returned: Iterable[Returned]
    ) -> tuple[dict[str, list[Event]], int, int]:
        """Give each customer's events up to the end, in order, with how many are later, and how many are returns."""
        placed: dict[str, Bought] = {}
        found: dict[str, list[Event]] = {}
        after = returns = 0
        for order in bought:
            placed[order.order_id] = order
            if order.ordered_at > self._end:
                after += 1
                continue
            found.setdefault(order.customer_id, []).append(Event(order.ordered_at, 0, order.order_id, order))
        for each in returned:
            of = placed.get(each.order_id)
            if of is None:
                self._total.left[each.return_id] = Left(each.return_id, f"there is no order {each.order_id}")
            elif each.returned_at < of.ordered_at:
                reason = f"it came back before order {each.order_id} was placed, at {of.ordered_at.isoformat()}"
                self._total.left[each.return_id] = Left(each.return_id, reason)
            elif each.returned_at <= self._end:
                returns += 1
                found[of.customer_id].append(Event(each.returned_at, 1, each.return_id, each))
        for events in found.values():
            events.sort(key=_IN_ORDER)
        return dict(sorted(found.items())), after, returns

    def _check_not_past(self, customers: Iterable[str]) -> None:
        """Make sure that the store is not past the end."""
        with self._store.unit(readonly=True) as unit:
            for customer_id in customers:
                customer = find_customer(unit, self._environment, customer_id)
                if customer is not None:
                    check_not_past(unit, customer, self._program.id, self._end)

    def _decide_batch(self, batch: Sequence[tuple[str, list[Event]]], unit: Unit) -> tuple[Tally, ChangeSet]:
        """Decide the events of a batch of customers, counted anew at each attempt."""
        self._tally = Tally()
        changes = _together([self._decide(unit, customer_id, events) for customer_id, events in batch])
        return self._tally, changes

    def _decide(self, unit: Unit, customer_id: str, events: list[Event]) -> ChangeSet:
        """Decide the events of one customer, each at its instant, then let time pass."""
        programs = {self._program.id: self._program}
        series = Series(self._environment, self._actor, programs, events[0].at, self._ids, self._registry)
        self._give(series, unit, Register(customer_id))
        for event in events:
            series.at(event.at)
            try:
                self._happen(series, unit, customer_id, event)
            except StoreError:
                raise
            except LoyaltyError as error:
                self._tally.left[event.name] = Left(event.name, error.message)
        series.at(self._end)
        self._give(series, unit, Sweep(self._holder(series, customer_id), program=self._program.id))
        return series.changes()

    def _happen(self, series: Series, unit: Unit, customer_id: str, event: Event) -> None:
        what, program = event.what, self._program.id
        if event.rank:
            command: Any = ReturnItems(
                what.order_id,
                tuple(what.items.items()),  # type: ignore[union-attr]
                return_id=event.name,
                key=fit(f"replay:{program}:return:{event.name}"),
                refund=what.refund,  # type: ignore[union-attr]
                occurred_at=event.at,
            )
        else:
            key = f"replay:{program}:close:{event.name}"
            self._spend(series, unit, customer_id, event)
            command = CloseOrder(
                customer_id,
                event.name,
                what.cart,  # type: ignore[union-attr]
                key=fit(key),
                occurred_at=event.at,
                program=program,
            )
        receipt = self._give(series, unit, command)
        if not receipt.replayed:
            self._tally.orders += not event.rank
            self._tally.returns += event.rank
            self._tally.entries += len(receipt.entries)

    def _spend(self, series: Series, unit: Unit, customer_id: str, event: Event) -> None:
        """Spend the largest multiple that is active, just before an order that is new."""
        if self._redeem is None:
            return
        if self._find(series, unit, OrderRef(self._environment, event.name)) is not None:
            return
        ref = LedgerRef(self._environment, self._holder(series, customer_id), self._program.id)
        head: Ledger | None = self._find(series, unit, ref)
        if head is None:
            return
        policy = self._program.points
        order = self._registry.consumption.get(policy.consumption)
        book = Book(account_of(head), ref, policy, self._program.zone, program_version=1, actor="", consumption=order)
        book.open_at(event.at)
        points = min(book.account.active, POINTS_MAX) // self._redeem * self._redeem
        if points:
            spend = Spend(
                customer_id,
                points,
                order_id=event.name,
                reason=REDEMPTION,
                key=fit(f"replay:{self._program.id}:spend:{event.name}"),
                occurred_at=event.at,
                program=self._program.id,
            )
            self._tally.entries += len(self._give(series, unit, spend).entries)

    @staticmethod
    def _find(series: Series, unit: Unit, ref: Any) -> Any:
        if series.record(ref) is None:
            series.learn(unit.load([ref]))
        return series.record(ref)

    def _holder(self, series: Series, customer_id: str) -> str:
        return survivor(self._environment, customer_id, series.record).holder_id

    def _give(self, series: Series, unit: Unit, command: Any) -> Any:
        while True:
            try:
                return series.decide(command)
            except Needs as needs:
                series.learn(unit.load(needs.refs))


_IN_ORDER = attrgetter("at", "rank", "name")


def _batches(history: Mapping[str, list[Event]]) -> Iterable[list[tuple[str, list[Event]]]]:
    count = 0

    def number(pair: tuple[str, list[Event]]) -> int:
        nonlocal count
        count += len(pair[1])
        return (count - 1) // UNIT_EVENTS

    for _, batch in groupby(history.items(), key=number):
        yield list(batch)


def _together(changes: Iterable[ChangeSet]) -> ChangeSet:
    every = [change for change in changes if change]
    return ChangeSet(
        puts=tuple(put for each in every for put in each.puts),
        parts=tuple(part for each in every for part in each.parts),
        inserts=tuple(record for each in every for record in each.inserts),
    )
