"""The checkout: one order of one customer while a command about it is decided, and the one change set it comes to.

Every command about orders goes the same way: find the order and its customer, answer a key that was used before, move
the order, book on its ledgers, count it, gather the changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    Decision,
    EntriesRef,
    KeyRef,
    LedgerRef,
    MembershipRef,
    OrderRef,
    OrdersRef,
    Put,
)
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._figures import changed, is_at_an_end, without_ends
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.ledger import Entry, EntryKind, Ledger
from loyalcore.domain.orders import Order, OrderState
from loyalcore.domain.programs import check_cart
from loyalcore.errors import NotFound, OrderTaken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.decision import Record
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.flows._referring import Referring
    from loyalcore.domain.ledger import Book
    from loyalcore.domain.orders import Cart
    from loyalcore.domain.programs import Program


class Checkout:
    """A command about an order while it is decided.

    Args:
        command: The command.
        case: The case.
        customer: Whose order it is.
        found: The order as it is stored, None where there is none yet.
        program: The program in which it earns.
    """

    def __init__(self, command: Any, case: Case, customer: Customer, found: Order | None, program: Program) -> None:
        self.command = command
        self.case = case
        self.customer = customer
        self.found = found
        self.program = program
        self.entries: list[Entry] = []
        self.inserts: list[Record] = []
        self.referring: Referring | None = None
        self._desk: Desk | None = None

    @classmethod
    def of_customer(cls, command: Any, case: Case) -> Self:
        """Begin with a command that names the customer; the order may be new.

        Raises:
            NotFound: The customer is not registered, or the program does not run.
            OrderTaken: The order is somebody else's, or of another program.
        """
        environment = case.world.environment
        ref = OrderRef(environment, command.order_id)
        case.world.need(CustomerRef(environment, command.customer_id), ref)
        customer = case.customer(command.customer_id)
        found: Order | None = case.world.get(ref)
        if found is None:
            return cls(command, case, customer, None, case.program(command.program))
        if found.holder_id not in customer.holders:
            raise OrderTaken(order_id=found.order_id, by="another customer")
        if command.program not in (None, found.program_id):
            raise OrderTaken(order_id=found.order_id, by="another program")
        return cls(command, case, customer, found, case.program(found.program_id))

    @classmethod
    def of_order(cls, command: Any, case: Case) -> Self:
        """Begin with a command that names an order which is there.

        Raises:
            NotFound: There is no such order, or its program does not run any more.
        """
        environment = case.world.environment
        found: Order | None = case.world.get(OrderRef(environment, command.order_id))
        if found is None:
            raise NotFound("order", command.order_id)
        # What is read next is asked for at once; the holder is another one only after a merge.
        case.world.need(
            CustomerRef(environment, found.customer_id),
            MembershipRef(environment, found.holder_id, found.program_id),
            LedgerRef(environment, found.holder_id, found.program_id),
            KeyRef(environment, found.holder_id, command.key),
        )
        return cls(command, case, case.customer(found.customer_id), found, case.program(found.program_id))

    @property
    def order(self) -> Order:
        """The order as it is stored, where the command names one that is there."""
        if self.found is None:
            raise NotFound("order", self.command.order_id)
        return self.found

    @property
    def state(self) -> OrderState | None:
        """Where the order stands; None where there is none yet."""
        return None if self.found is None else self.found.state

    # Records --------------------------------------------------------------------------------------------------------

    def need(self, *refs: Any) -> None:
        """Ask at once for what every such command reads of the holder, and for further records."""
        environment, customer = self.case.world.environment, self.customer
        self.case.world.need(
            self.ledger_ref(""),
            MembershipRef(environment, customer.holder_id, self.program.id),
            *(KeyRef(environment, holder, self.command.key) for holder in customer.holders),
            *refs,
        )

    def replayed(self, *refs: Any) -> Decision | None:
        """Answer a key that was used before; None where it is new.

        Raises:
            IdempotencyConflict: It was used, with another payload.
        """
        self.need(*refs)
        receipt = self.case.replay(self.customer, self.command)
        return None if receipt is None else Decision(ChangeSet(), attrs.evolve(receipt, order=self.found))

    def ledger_ref(self, ledger: str) -> LedgerRef:
        """Name a ledger of the customer."""
        return self.case.ledger_ref(self.customer.holder_id, self.program, ledger)

    @property
    def desk(self) -> Desk:
        """The desk on the customer's membership."""
        if self._desk is None:
            self._desk = self.case.desk(self.customer.holder_id, self.program, self.customer)
        return self._desk

    def book(self, ledger: str = "") -> Book:
        """Open the book of a ledger at now."""
        found: Ledger | None = self.case.ledger(self.ledger_ref(ledger))
        return self.desk.book(ledger, found, self.case.now)

    def ledgers(self) -> list[str]:
        """Name the ledgers that the customer has in the program, the main one first."""
        member = self.desk.membership
        names = sorted({"", *member.ledgers})
        self.case.world.need(*(self.ledger_ref(name) for name in names))
        return names

    def entries_of_order(self, ledger: str, *kinds: EntryKind) -> list[Entry]:
        """Find the entries of some kinds that stand under the order in one ledger and in those merged into it."""
        family = self.case.family(self.customer, self.ledger_ref(ledger))
        found = self.case.entries([EntriesRef(each, "order_id", self.command.order_id) for each in family])
        return [entry for entry in found if entry.kind in kinds]

    # The order ------------------------------------------------------------------------------------------------------

    def checked(self, cart: Cart) -> Cart:
        """Return a cart whose money is the program's.

        Raises:
            InvalidInput: It names another currency.
        """
        return check_cart(cart, self.program.currency)

    def new_order(self, cart: Cart, state: OrderState) -> Order:
        """Make an order that is not stored yet."""
        now = self.case.now
        return Order(
            environment=self.case.world.environment,
            order_id=self.command.order_id,
            holder_id=self.customer.holder_id,
            customer_id=self.customer.customer_id,
            program_id=self.program.id,
            state=state,
            cart=self.checked(cart),
            created_at=now,
            updated_at=now,
        )

    def changed(self, order: Order, **fields: Any) -> Order:
        """Give an order that is stored as its next version."""
        return attrs.evolve(order, updated_at=self.case.now, version=order.version + 1, **fields)

    # What it comes to -----------------------------------------------------------------------------------------------

    def write(self, entries: Iterable[Entry]) -> list[Entry]:
        """Note what was booked, for the receipt."""
        written = list(entries)
        self.entries += written
        return written

    def count(self, after: Order) -> None:
        """Let the figures and the tier follow the order, then settle every ledger that was booked on."""
        desk = self.desk
        member = desk.membership
        figures = changed(member.orders, self.found, after)
        if self.found is not None and self.found.counts and not after.counts and is_at_an_end(figures, self.found):
            figures = without_ends(figures, self._others(member))
        names = ["", *desk.ledgers_of_orders]
        self.case.world.need(*(self.ledger_ref(name) for name in names))
        for name in names:
            self.book(name)
        desk.count(figures)
        desk.settle_books()

    def _others(self, member: Membership) -> list[Order]:
        """All other orders of the customer in the program."""
        holders = self.customer.holders
        refs = [OrdersRef(member.environment, holder) for holder in holders]
        self.case.world.need(*refs)
        found = [order for ref in refs for order in self.case.world.get(ref)]
        return [
            order for order in found if order.program_id == self.program.id and order.order_id != self.order.order_id
        ]

    def decided(self, order: Order) -> Decision:
        """Gather everything as one change set, with the order and the key that answers from now on."""
        desks = [] if self._desk is None else [self._desk]
        puts = [Put(order, None if self.found is None else self.found.version)]
        inserts, written = list(self.inserts), list(self.entries)
        if self.referring is not None:
            self.referring.settle()
            desks += self.referring.desks(without=self._desk)
            puts += self.referring.puts()
            inserts += self.referring.inserts
            written += self.referring.entries
        entries = tuple(written)
        key = self.case.key_record(self.command, self.customer, entries)
        changes = gather(desks, puts, [key, *inserts])
        return Decision(changes, Receipt(command=self.command.name, entries=entries, order=order))
