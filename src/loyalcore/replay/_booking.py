"""One customer's orders, booked one after the other on one desk that stays open."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.customers import Standing
from loyalcore.domain.decision import Fact, FactRef, KeyRecord, KeyRef, LedgerRef, Put
from loyalcore.domain.earning import earn
from loyalcore.domain.flows import Desk
from loyalcore.domain.ledger import EntryKind, grant, take
from loyalcore.domain.tiers import Measure
from loyalcore.errors import FactConflict, IdempotencyConflict
from loyalcore.values.clock import to_micros
from loyalcore.values.digest import differing, digest
from loyalcore.values.money import EXACT
from loyalcore.values.points import POINTS_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import Part, Record
    from loyalcore.domain.ledger import Book, Entry, Ledger
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.replay._keys import KeyForms
    from loyalcore.replay._sheet import Order

REDEMPTION: Final = "redemption"
"""The reason of a redemption before an order."""
SEEN: Final = "replay.order"
"""What stands as the command of an order for which nothing was booked."""

_OF_LEDGER: Final = frozenset({Measure.POINTS_EARNED, Measure.ACTIVE_BALANCE})
_NOWHERE: Final = Standing()
_SPEND: Final = digest("points.spend")
_AWARD: Final = digest("points.award")
_SEEN: Final = digest(SEEN)
_REDEMPTION: Final = digest(REDEMPTION)


@attrs.frozen(kw_only=True)
class Terms:
    """What is the same for every customer of a replay."""

    program: Program
    environment: str
    actor: str
    as_of: datetime
    redeem: int | None
    registry: Registry
    keys: KeyForms


@attrs.frozen(kw_only=True)
class Stored:
    """What a store holds of one customer.

    Args:
        customer: The directory row, None where it is not registered.
        membership: The membership, None where there is none.
        ledger: The main ledger, None where nothing was booked.
        keys: The keys that were used, of holders merged into this one too.
        facts: The points that were paid for orders by others than a replay, by (rule, order).
    """

    customer: Customer | None = None
    membership: Membership | None = None
    ledger: Ledger | None = None
    keys: Mapping[str, KeyRecord] = attrs.field(factory=dict)
    facts: Mapping[tuple[str, str], int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Booked:
    """What one customer's orders came to: what to write, and how many of them were new."""

    puts: Sequence[Put] = ()
    parts: Sequence[Part] = ()
    inserts: Sequence[Record] = ()
    orders: int = 0
    entries: int = 0


class _Told:
    """What the keys of an order remember: the digests of the same fields that the commands have, in their order."""

    __slots__ = ("_occurred_at", "_order", "_order_id")

    def __init__(self, order: Order) -> None:
        self._order = order
        self._order_id = digest(order.order_id)
        self._occurred_at = digest(order.ordered_at)

    def spend(self, points: int) -> dict[str, str]:
        """Of the command `Spend`."""
        return {
            "command": _SPEND,
            "points": digest(points),
            "reason": _REDEMPTION,
            "order_id": self._order_id,
            "occurred_at": self._occurred_at,
        }

    def award(self, rule: str, points: int) -> dict[str, str]:
        """Of the command `Award`."""
        return {
            "command": _AWARD,
            "points": digest(points),
            "order_id": self._order_id,
            "rule": digest(rule),
            "occurred_at": self._occurred_at,
        }

    def seen(self) -> dict[str, str]:
        """Of an order for which nothing was booked."""
        return {"command": _SEEN, "ordered_at": self._occurred_at, "total": digest(self._order.total)}


class Bookkeeper:
    """Books the orders of one customer.

    Args:
        terms: What is the same for every customer.
        customer: The directory row, stored or new.
        stored: What the store holds.
    """

    def __init__(self, terms: Terms, customer: Customer, stored: Stored) -> None:
        program = terms.program
        self._terms = terms
        self._customer = customer
        self._stored = stored
        self._desk = Desk(
            program,
            terms.environment,
            customer.holder_id,
            terms.actor,
            stored.membership,
            terms.registry.consumption.get(program.points.consumption),
            customer_id=customer.customer_id,
            functions=terms.registry.measures,
        )
        self._ref = LedgerRef(terms.environment, customer.holder_id, program.id)
        self._inserts: list[Record] = []
        self._new = 0
        tiers = program.tiers
        self._measure = None if tiers is None else tiers.measure
        self._measured: int | Decimal = Decimal(0) if self._measure is Measure.MONEY_SPENT else 0

    def book(self, orders: Sequence[Order]) -> Booked:
        """Book the orders that are not booked yet, then let time pass.

        Args:
            orders: All orders of the customer, in order, at least one.

        Raises:
            IdempotencyConflict: The store holds an order with another total, instant or points.
            FactConflict: An order was paid before with another number of points.
        """
        if self._stored.membership is None and self._measure in _OF_LEDGER:
            # The program knows of them since the first order, whether it earns or not.
            self._desk.measure(to_micros(orders[0].ordered_at), 0)
        for order in orders:
            if self._stored.keys and self._is_known(order):
                self._count(order)
            else:
                self._book_order(order)
        book = self._open(self._terms.as_of)
        self._desk.settle_membership(book)
        return self._booked(book)

    def _open(self, now: datetime) -> Book:
        return self._desk.book("", self._stored.ledger, now)

    def _count(self, order: Order) -> bool:
        """Add an order to a measure that no ledger holds; false where the program has none."""
        if self._measure is Measure.ORDERS:
            self._measured += 1
        elif self._measure is Measure.MONEY_SPENT:
            self._measured = EXACT.add(Decimal(self._measured), order.total)
        else:
            return False
        return True

    # One order

    def _book_order(self, order: Order) -> None:
        terms, program = self._terms, self._terms.program
        before = len(self._inserts)
        book = self._open(order.ordered_at)
        told = _Told(order)
        if terms.redeem is not None:
            points = min(book.account.active, POINTS_MAX) // terms.redeem * terms.redeem
            if points:
                self._redeem(book, order, points, told)
        for rule, points in earn(program.earning, order.total, program.points.rounding):
            self._award(book, order, rule, points, told)
        if self._count(order):
            self._desk.measure(book.account.at, self._measured)
        if len(self._inserts) == before:
            self._keep(terms.keys.seen(order.order_id), SEEN, told.seen(), None)
        self._new += 1
        # Who has not joined is judged by each order, as by each command; once somebody has, one walk through all that
        # was measured gives the same as many short ones.
        if self._measure is not None and self._desk.membership.joined_at is None:
            self._desk.settle_membership(book)

    def _redeem(self, book: Book, order: Order, points: int, told: _Told) -> None:
        entry = take(
            book,
            EntryKind.SPEND,
            points,
            order_id=order.order_id,
            reason=REDEMPTION,
            occurred_at=order.ordered_at,
        )
        key = self._terms.keys.spend(order.order_id)
        self._keep(key, "points.spend", told.spend(points), entry)

    def _award(self, book: Book, order: Order, rule: str, points: int, told: _Told) -> None:
        fact = self._stored.facts.get((rule, order.order_id))
        if fact is not None:
            if fact != points:
                raise FactConflict(fact=f"{rule}/order/{order.order_id}", paid=fact, requested=points)
            return
        entry = grant(
            book,
            EntryKind.AWARD,
            points,
            order_id=order.order_id,
            rule=rule,
            reason=rule,
            occurred_at=order.ordered_at,
        )
        ref = self._ref
        fact_ref = FactRef(ref.environment, ref.holder_id, ref.program_id, rule, "order", order.order_id)
        self._inserts.append(Fact(fact_ref, ref, entry.seq))
        key = self._terms.keys.award(rule, order.order_id)
        self._keep(key, "points.award", told.award(rule, points), entry)

    def _keep(self, key: str, command: str, payload: Mapping[str, str], entry: Entry | None) -> None:
        ref = self._ref
        entries = () if entry is None else ((ref, (entry.seq,)),)
        self._inserts.append(KeyRecord(KeyRef(ref.environment, ref.holder_id, key), command, payload, entries))

    # What the store holds already

    def _is_known(self, order: Order) -> bool:
        """Say whether an order was booked before; make sure that it was the same order."""
        terms, stored, told = self._terms, self._stored.keys, _Told(order)
        found = []
        spend = stored.get(key := terms.keys.spend(order.order_id))
        if spend is not None:
            # How many points were active then, and so were spent, cannot be told any more.
            found.append((key, spend, {**told.spend(0), "points": spend.digests.get("points", "")}))
        seen = stored.get(key := terms.keys.seen(order.order_id))
        if seen is not None:
            found.append((key, seen, told.seen()))
        earned = dict(earn(terms.program.earning, order.total, terms.program.points.rounding))
        for rule in terms.program.earning:
            award = stored.get(key := terms.keys.award(rule.id, order.order_id))
            if award is not None:
                found.append((key, award, told.award(rule.id, earned.get(rule.id, 0))))
        for key, record, payload in found:
            if fields := differing(record.digests, payload):
                raise IdempotencyConflict(key=key, fields=fields)
        return bool(found)

    # What it comes to

    def _booked(self, book: Book) -> Booked:
        desk, stored, customer = self._desk, self._stored, self._customer
        entries = desk.entries()
        is_member = stored.membership is not None or book.account.seq or desk.membership.standing != _NOWHERE
        puts = desk.puts(heads_only=True) if is_member else []
        if is_member and customer.programs.count(desk.program.id) == 0:
            customer = attrs.evolve(customer, programs=(*customer.programs, desk.program.id))
        if stored.customer is None:
            puts.append(Put(customer, None))
        elif customer != stored.customer:
            puts.append(Put(attrs.evolve(customer, version=stored.customer.version + 1), stored.customer.version))
        parts = desk.parts()
        # A desk and its book know each other: without this they would wait for the collector.
        desk.books.clear()
        return Booked(
            puts=puts,
            parts=parts,
            inserts=[*entries, *self._inserts],
            orders=self._new,
            entries=len(entries),
        )
