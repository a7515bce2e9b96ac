"""The replay: a history of orders, customer by customer, into a store; many customers in one unit."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import (
    ChangeSet,
    EntriesRef,
    Fact,
    KeyRecord,
    LedgerRef,
    MembershipRef,
)
from loyalcore.domain.programs import Registry
from loyalcore.errors import InvalidInput
from loyalcore.execution import without_collector
from loyalcore.query import All
from loyalcore.replay._booking import Bookkeeper, Stored, Terms
from loyalcore.replay._found import check_not_past, find_customer
from loyalcore.replay._keys import KeyForms
from loyalcore.replay._writing import write
from loyalcore.values.clock import check_instant
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from loyalcore.domain.decision import Part, Put, Record
    from loyalcore.domain.programs import Program
    from loyalcore.replay._booking import Booked
    from loyalcore.replay._sheet import Order
    from loyalcore.store import Store, Unit
    from loyalcore.values.ids import Ids

UNIT_ORDERS: Final = 5_000
"""About how many orders one unit writes; a customer is never divided."""

Batch = list[tuple[str, list["Order"]]]


@attrs.frozen(kw_only=True)
class Replayed:
    """What a replay did.

    Args:
        customers: The ids of the customers with orders up to `as_of`, sorted; of merged ones the survivor's.
        orders: How many orders up to `as_of` there are.
        after_as_of: How many later ones were left out.
        orders_added: How many of the orders were not in the store before.
        entries_added: How many entries were written.
    """

    customers: tuple[str, ...]
    orders: int
    after_as_of: int
    orders_added: int
    entries_added: int


def replay(
    store: Store,
    program: Program,
    orders: Iterable[Order],
    *,
    as_of: datetime,
    ids: Ids,
    redeem: int | None = None,
    environment: str = "live",
    actor: str = "replay",
    registry: Registry | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replayed:
    """Run a history of orders through a program.

    Each customer's orders are booked in the order (instant, order id), as the commands `Register`, `Spend` and `Award`
    would have booked them with a clock at each order's instant, and `Sweep` with one at `as_of`. What the store holds
    already is not booked again, so that the same history, or a longer one, may be run again.

    Args:
        store: Where to, with its tables made.
        program: The program.
        orders: The whole history; an order id stands in it once.
        as_of: The instant up to which time passes; later orders are left out.
        ids: Where the ids of new holders come from.
        redeem: Just before each order, spend the largest multiple of this that is active; None redeems nothing.
        environment: `live` or `sandbox`.
        actor: Who acts, opaque; it stands in every entry.
        registry: The host's own functions.
        progress: Told after each unit (orders done, orders in all).

    Returns:
        What was done.

    Raises:
        InvalidInput: An argument of the wrong type or out of range; a rule that is more than points for every full step
            of money (`replay_history` takes those); or the store holds entries later than `as_of`.
        NotFound: A customer was merged into one that is not there.
        IdempotencyConflict: The store holds an order with another total, instant or points; units before it are done.
        FactConflict: An order was paid before with another number of points.
        ConcurrencyConflict: Other writers won every attempt.
        StoreError: The store could not do its part.

    Source: house decision (`docs/how-to/run-a-replay.md`).

    Example:
        >>> from datetime import UTC, datetime
        >>> from decimal import Decimal
        >>> from loyalcore import EarningRule, Program
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> from loyalcore.replay import Order
        >>> from loyalcore.testing import CountedIds
        >>> rule = EarningRule("base", points=1, per=1)
        >>> beans = Program("beans", currency="EUR", timezone="UTC", earning=(rule,))
        >>> day = datetime(2024, 10, 12, tzinfo=UTC)
        >>> history = [Order("o-1", "ada", day, Decimal("19.90"))]
        >>> replay(MemoryStore(), beans, history, as_of=day, ids=CountedIds()).entries_added
        1
    """
    end = check_instant(as_of, "as_of")
    if redeem is not None:
        check_points(redeem, "redeem")
    if not all(rule.is_plain for rule in program.earning):
        raise InvalidInput(
            "the rules ask for more than the total of an order: give the orders with their carts to replay_history",
            path="program",
        )
    registry = Registry() if registry is None else registry
    registry.check(program)
    terms = Terms(
        program=program,
        environment=environment,
        actor=actor,
        as_of=end,
        redeem=redeem,
        registry=registry,
        keys=KeyForms(program.id, [rule.id for rule in program.earning]),
    )
    return _Run(store, terms, ids).run(orders, progress)


class _Run:
    def __init__(self, store: Store, terms: Terms, ids: Ids) -> None:
        self._store = store
        self._terms = terms
        self._ids = ids

    def run(self, orders: Iterable[Order], progress: Callable[[int, int], None] | None) -> Replayed:
        history, after = _by_customer(orders, self._terms.as_of)
        history = self._with_survivors(history)
        total = sum(map(len, history.values()))
        done = added = entries = 0
        with without_collector():
            for batch in _batches(history):
                for booked in write(self._store, partial(self._book, batch)):
                    added += booked.orders
                    entries += booked.entries
                done += sum(len(each) for _, each in batch)
                if progress is not None:
                    progress(done, total)
        return Replayed(
            customers=tuple(history), orders=total, after_as_of=after, orders_added=added, entries_added=entries
        )

    def _with_survivors(self, history: dict[str, list[Order]]) -> dict[str, list[Order]]:
        """Give the orders of merged customers to who survived, and make sure that the store is not past `as_of`."""
        survivors: dict[str, list[Order]] = {}
        with self._store.unit(readonly=True) as unit:
            for customer_id, orders in history.items():
                customer = find_customer(unit, self._terms.environment, customer_id)
                if customer is not None:
                    check_not_past(unit, customer, self._terms.program.id, self._terms.as_of)
                survivors.setdefault(customer_id if customer is None else customer.customer_id, []).extend(orders)
        if len(survivors) == len(history):
            return survivors
        for orders in survivors.values():
            orders.sort(key=_IN_ORDER)
        return dict(sorted(survivors.items()))

    def _book(self, batch: Batch, unit: Unit) -> tuple[list[Booked], ChangeSet]:
        """Book a batch of customers on what the store holds of them."""
        stored = [self._stored(unit, customer_id) for customer_id, _ in batch]
        booked = [
            Bookkeeper(self._terms, held.customer or self._new(customer_id, orders[0]), held).book(orders)
            for (customer_id, orders), held in zip(batch, stored, strict=True)
        ]
        return booked, _together(booked)

    def _new(self, customer_id: str, first: Order) -> Customer:
        return Customer(
            environment=self._terms.environment,
            customer_id=customer_id,
            holder_id=self._ids.new("holder"),
            registered_at=first.ordered_at,
        )

    def _stored(self, unit: Unit, customer_id: str) -> Stored:
        customer = find_customer(unit, self._terms.environment, customer_id)
        if customer is None:
            return Stored()
        environment, program_id = self._terms.environment, self._terms.program.id
        membership_ref = MembershipRef(environment, customer.holder_id, program_id)
        ledger_ref = LedgerRef(environment, customer.holder_id, program_id)
        found = unit.load([membership_ref, ledger_ref])
        keys: dict[str, KeyRecord] = {}
        facts: dict[tuple[str, str], int] = {}
        for holder in customer.holders:
            for record in unit.stream(All(KeyRecord, environment, holder_id=holder), self._terms.as_of):
                keys.setdefault(record.ref.key, record)
            query = All(Fact, environment, holder_id=holder, program_id=program_id)
            foreign = [fact for fact in unit.stream(query, self._terms.as_of) if self._is_foreign(fact, keys)]
            facts.update(_paid(unit, foreign))
        return Stored(
            customer=customer,
            membership=found[membership_ref],
            ledger=found[ledger_ref],
            keys=keys,
            facts=facts,
        )

    def _is_foreign(self, fact: Fact, keys: Mapping[str, KeyRecord]) -> bool:
        """Say whether an order was paid by one of the program's rules, and by somebody else than a replay."""
        ref = fact.ref
        if (ref.source_type, ref.line, ref.side, ref.cycle) != ("order", "", "", 1):
            return False
        rules = {rule.id for rule in self._terms.program.earning}
        return ref.rule in rules and self._terms.keys.award(ref.rule, ref.source_id) not in keys


_IN_ORDER = itemgetter(2, 0)
"""By instant, then by order id."""


def _by_customer(orders: Iterable[Order], as_of: datetime) -> tuple[dict[str, list[Order]], int]:
    """Give each customer's orders up to an instant, in order, the customers sorted; and count the later orders."""
    found: dict[str, list[Order]] = {}
    after = 0
    for order in orders:
        if order[2] > as_of:
            after += 1
        elif (mine := found.get(order[1])) is not None:
            mine.append(order)
        else:
            found[order[1]] = [order]
    for mine in found.values():
        mine.sort(key=_IN_ORDER)
    return dict(sorted(found.items())), after


def _batches(history: Mapping[str, list[Order]]) -> Iterator[Batch]:
    batch: Batch = []
    count = 0
    for customer_id, orders in history.items():
        batch.append((customer_id, orders))
        count += len(orders)
        if count >= UNIT_ORDERS:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _together(booked: Iterable[Booked]) -> ChangeSet:
    puts: list[Put] = []
    parts: list[Part] = []
    inserts: list[Record] = []
    for each in booked:
        puts += each.puts
        parts += each.parts
        inserts += each.inserts
    return ChangeSet(puts=tuple(puts), parts=tuple(parts), inserts=tuple(inserts))


def _paid(unit: Unit, facts: list[Fact]) -> dict[tuple[str, str], int]:
    """Give the points of the entries that paid some facts, by rule and order."""
    refs = {fact: EntriesRef(fact.ledger, "seq", fact.seq) for fact in facts}
    found: Mapping[Any, Any] = unit.load(list(refs.values())) if refs else {}
    return {(fact.ref.rule, fact.ref.source_id): found[ref][0].points for fact, ref in refs.items()}
