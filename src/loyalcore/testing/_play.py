"""Histories: steps as plain values, and the play that runs them against a store.

A step names what it touches by number (the second customer, the third hold so far), never by id, so that any list of
steps can be played, shortened, and played again on another store.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import ChangeSet, LedgerRef, Notice, Put
from loyalcore.domain.flows import COMMANDS
from loyalcore.domain.ledger import EntryKind, Ledger
from loyalcore.domain.programs import Registry
from loyalcore.errors import LoyaltyError, NotFound, StoreError
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.store import KINDS
from loyalcore.testing._clock import CountedIds, FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.ledger import Balance, Entry
    from loyalcore.domain.programs import Program
    from loyalcore.store import Store

START = "2024-02-27T22:30:00Z"
CUSTOMERS = ("ada", "bob", "cem")
REGISTRY = Registry(consumption={"largest_first": lambda lot: -lot.free})

AWARDS = (EntryKind.AWARD,)
SPENDS = (EntryKind.SPEND, EntryKind.CAPTURE)
HOLDS = (EntryKind.HOLD,)

# Which known entries a command names, and under which field.
_NAMES: dict[str, tuple[str, tuple[EntryKind, ...]]] = {
    "points.activate": ("entry_ids", AWARDS),
    "points.extend": ("entry_ids", AWARDS),
    "points.reverse": ("entry_id", AWARDS),
    "points.restore": ("entry_id", SPENDS),
    "points.capture": ("hold_id", HOLDS),
    "points.release": ("hold_id", HOLDS),
}
# What is done where nothing is known that could be named, so that there is something the next time.
_INSTEAD = {
    "points.activate": "points.award",
    "points.capture": "points.hold",
    "points.release": "points.hold",
    "points.restore": "points.spend",
    "points.reverse": "points.award",
}
_PLAIN = frozenset({"customers.register", "customers.join", "customers.erase"})
_KEYED = frozenset(
    {"customers.update", "customers.tag", "customers.deactivate", "customers.reactivate", "tiers.set", "tiers.clear"}
)
_OF_LEDGER = frozenset({"points.sweep", "points.tell_expiring"})
_OF_REFERRAL = frozenset({f"referrals.{name}" for name in ("approve", "reject", "cancel", "reverse", "expire_one")})
_BY_CODE = frozenset({"referrals.claim", "referrals.disable_code"})
NO_CODE, NO_REFERRAL = "22222-22222", "nothing"
LINK = "the link of the other"
"""Stands in a cart for the code of the step's other customer."""
_OF_CUSTOMER = frozenset({"orders.open", "orders.close"})
_BY_HAND = frozenset({"points.deduct", "points.adjust", "points.transfer", "points.extend", "points.activity"})


@attrs.frozen(kw_only=True)
class Step:
    """One step of a history: time passes, then somebody wants something.

    Args:
        do: A command's name, such as `points.award`; `again` repeats an earlier command as it was, `clash` repeats its
            key with another payload, `wait` does nothing.
        after: How much time passes before, in microseconds; negative where the clock goes back.
        edge: Instead of `after`, the clock goes to the next boundary of the customer's ledger and this many
            microseconds beyond; never back.
        who: The number of the customer, counted round.
        other: The number of another customer, counted round: who receives, or survives.
        pick: Which of the known entries, holds or commands is meant, counted round from the latest. Where none is
            known, what would make one is done instead.
        points: How many points; None where the command may leave them out.
        order: The number of the order; None for none. What is bought and returned has orders of its own.
        ledger: The ledger.
        terms: Further fields of the command.

    Example:
        >>> Step(do="points.award", points=5).points
        5
    """

    do: str
    after: int = 0
    edge: int | None = None
    who: int = 0
    other: int = 1
    pick: int = 0
    points: int | None = None
    order: int | None = None
    ledger: str = ""
    terms: Mapping[str, Any] = attrs.field(factory=dict)


class Play:
    """A store, a program and a clock, and the steps played on them so far.

    Args:
        program: The program.
        store: The store; None is a new memory store.

    Example:
        >>> from loyalcore import Program
        >>> play = Play(Program("beans", currency="EUR", timezone="UTC"))
        >>> play.run(Step(do="points.award", points=5)).points
        5
        >>> play.balance(0).active
        5
    """

    def __init__(self, program: Program, store: Store | None = None) -> None:
        self.program = program
        self.store: Store = MemoryStore() if store is None else store
        self.clock: FixedClock = FixedClock(START)
        self.shop: Loyalty = Loyalty(
            self.store, [program], clock=self.clock, ids=CountedIds(), registry=REGISTRY, actor="checkout"
        )
        self.holders: list[str] = [_holder(self.shop.customers.register(name)) for name in CUSTOMERS]
        self.done: list[Command] = []
        self.script: list[tuple[datetime, Command]] = []
        self.known: dict[tuple[str, str], list[Entry]] = {}

    def run(self, step: Step) -> Receipt | LoyaltyError | None:
        """Play a step; None where it names nothing that is known."""
        self.pass_time(step)
        command = self.command(step)
        return None if command is None else self.give(command)

    def give(self, command: Command) -> Receipt | LoyaltyError:
        """Run a command, and give its receipt or why it was refused.

        Raises:
            StoreError: The store could not do its part.
        """
        self.done.append(command)
        self.script.append((self.clock.now(), command))
        try:
            receipt = self.shop.run(command)
        except StoreError:
            raise
        except LoyaltyError as error:
            return error
        self._learn(receipt)
        return receipt

    def _learn(self, receipt: Receipt) -> None:
        if receipt.replayed:
            return
        for entry in receipt.entries:
            self.known.setdefault((entry.ledger.holder_id, entry.ledger.ledger), []).append(entry)
        if receipt.command == "customers.register" and receipt.customer is not None:
            self.holders[CUSTOMERS.index(receipt.customer.customer_id)] = receipt.customer.holder_id
        if receipt.command == "customers.merge" and receipt.customer is not None:
            survivor = receipt.customer.holder_id
            for (holder, ledger), entries in list(self.known.items()):
                if holder in receipt.customer.absorbed:
                    self.known.setdefault((survivor, ledger), []).extend(entries)
                    del self.known[holder, ledger]

    def pass_time(self, step: Step) -> None:
        """Let the time of a step pass."""
        if step.edge is None:
            self.clock.put(self.clock.now() + timedelta(microseconds=step.after))
            return
        head = self.head(self.ref(step.who, step.ledger))
        if head is not None and head.next_change_at is not None:
            edge = head.next_change_at + timedelta(microseconds=step.edge)
            self.clock.put(max(self.clock.now(), edge))

    def command(self, step: Step) -> Command | None:
        """Make the command of a step; None where it names nothing that is known."""
        if step.do in {"again", "clash"}:
            return self._repeated(step)
        if step.do == "wait":
            return None
        family = step.do.partition(".")[0]
        if family in {"segments", "orders", "outbox", "referrals"}:
            return self._of_family(step, family)
        name = CUSTOMERS[step.who % len(CUSTOMERS)]
        other = CUSTOMERS[step.other % len(CUSTOMERS)]
        if step.do == "customers.merge":
            return None if name == other else COMMANDS[step.do](name, into=other)
        if step.do in _PLAIN:
            plain: Command = COMMANDS[step.do](name)
            return plain
        if step.do in _KEYED:
            told: Command = COMMANDS[step.do](name, key=f"k-{len(self.done)}", **step.terms)
            return told
        if step.do in _OF_LEDGER:
            swept: Command = COMMANDS[step.do](self.holders[step.who % len(CUSTOMERS)], ledger=step.ledger)
            return swept
        return self._posting(step, name, other)

    def _of_family(self, step: Step, family: str) -> Command | None:
        made = {"orders": self._of_order, "outbox": self._of_notice, "referrals": self._of_referral}
        return made.get(family, _of_segment)(step)

    def _of_order(self, step: Step) -> Command:
        fields: dict[str, Any] = {"key": f"k-{len(self.done)}", "order_id": f"b-{step.order or 0}", **step.terms}
        if step.do in _OF_CUSTOMER:
            fields["customer_id"] = CUSTOMERS[step.who % len(CUSTOMERS)]
        if isinstance(cart := fields.get("cart"), dict) and cart.get("referral_code") == LINK:
            fields["cart"] = {**cart, "referral_code": self.link(step.other)}
        made: Command = COMMANDS[step.do](**fields)
        return made

    def _of_notice(self, step: Step) -> Command | None:
        """Make a command about a notice of the outbox, counted from the last name."""
        kept = records(self.store, Notice)
        if not kept:
            return None
        ref = kept[-1 - step.pick % len(kept)].ref
        made: Command = COMMANDS[step.do](ref.holder_id, ref.notice_id, **step.terms)
        return made

    def _of_referral(self, step: Step) -> Command:
        """Make a command about a member who refers, a code of the other one, or the latest referral of a referee."""
        fields: dict[str, Any] = {"key": f"k-{len(self.done)}", **step.terms}
        if step.do in _BY_CODE:
            fields["code"] = self.link(step.other)
        if step.do in _OF_REFERRAL:
            fields["referral_id"] = self._member(step.who, "referral_id") or NO_REFERRAL
        elif step.do != "referrals.disable_code":
            fields["customer_id"] = CUSTOMERS[step.who % len(CUSTOMERS)]
        if step.do == "referrals.expire_one":
            del fields["key"]
        made: Command = COMMANDS[step.do](**fields)
        return made

    def link(self, who: int) -> str:
        """Give the code of a customer's link, or one that nobody has."""
        return self._member(who, "referral_code") or NO_CODE

    def _member(self, who: int, field: str) -> str | None:
        """Give a field of a membership; None where nobody has it."""
        try:
            found: str | None = getattr(self.shop.customers.membership(CUSTOMERS[who % len(CUSTOMERS)]), field)
        except NotFound:
            return None
        return found

    def _posting(self, step: Step, name: str, other: str) -> Command | None:
        fields: dict[str, Any] = {"key": f"k-{len(self.done)}", "ledger": step.ledger, **step.terms}
        if step.do in _BY_HAND or step.do == "points.award":
            fields.setdefault("reason", "because")
        if step.points is not None:
            fields["points"] = step.points
        if step.order is not None:
            fields["order_id"] = f"o-{step.order}"
        if step.do == "points.transfer":
            fields["to"] = other
            if other == name and fields.get("to_ledger", "") == step.ledger:
                return None
        if not self._name(step, fields):
            instead = _INSTEAD.get(step.do)
            if instead is None:
                return None
            return self._posting(attrs.evolve(step, do=instead, points=step.points or 3), name, other)
        made: Command = COMMANDS[step.do](name, **fields)
        return made

    def _name(self, step: Step, fields: dict[str, Any]) -> bool:
        if step.do not in _NAMES or "order_id" in fields or (step.do == "points.extend" and not step.pick):
            return True
        field, kinds = _NAMES[step.do]
        known = [entry for entry in self._entries(step) if entry.kind in kinds]
        if not known:
            return False
        entry = known[-1 - step.pick % len(known)]
        fields[field] = {"hold_id": entry.hold_id, "entry_id": entry.id, "entry_ids": (entry.id,)}[field]
        return True

    def _entries(self, step: Step) -> list[Entry]:
        return self.known.get((self.ref(step.who).holder_id, step.ledger), [])

    def _repeated(self, step: Step) -> Command | None:
        keyed = [command for command in self.done if step.do == "again" or hasattr(command, "reason")]
        keyed = [command for command in keyed if step.do == "again" or hasattr(command, "key")]
        if not keyed:
            return None
        command = keyed[-1 - step.pick % len(keyed)]
        return command if step.do == "again" else changed(command, reason="otherwise")

    # What can be asked ------------------------------------------------------------------------------------------

    def ref(self, who: int, ledger: str = "") -> LedgerRef:
        """Name the ledger of a customer, or of whom it was merged into; of one who was erased, the last one."""
        who %= len(CUSTOMERS)
        holder = self.holders[who]
        try:
            row = self.shop.customers.get(CUSTOMERS[who])
            while row.merged_into is not None:
                row = self.shop.customers.get(row.merged_into)
            holder = row.holder_id
        except NotFound:
            pass
        return LedgerRef("live", holder, self.program.id, ledger)

    def head(self, ref: LedgerRef) -> Ledger | None:
        """Give a ledger as stored."""
        with self.store.unit(readonly=True) as unit:
            found: Ledger | None = unit.load([ref])[ref]
            return found

    def heads(self) -> list[Ledger]:
        """Give every ledger as stored."""
        return records(self.store, Ledger)

    def balance(self, who: int, ledger: str = "", at: datetime | None = None) -> Balance:
        """Ask for a balance."""
        return self.shop.points.balance(CUSTOMERS[who % len(CUSTOMERS)], ledger=ledger, at=at)

    def dump(self) -> dict[str, list[Any]]:
        """Give all records, kind by kind."""
        return dump(self.store)


def _of_segment(step: Step) -> Command:
    made: Command = COMMANDS[step.do](**step.terms)
    return made


def changed(command: Any, **fields: Any) -> Command:
    """Give a command with other values of some fields."""
    other: Command = attrs.evolve(command, **fields)
    return other


def comparable(answer: Receipt | LoyaltyError | None) -> Any:
    """Give what has to be equal of an answer: the receipt, or the error's code and details."""
    if isinstance(answer, LoyaltyError):
        return answer.code, answer.details, str(answer)
    return answer


def _holder(receipt: Receipt) -> str:
    return "" if receipt.customer is None else receipt.customer.holder_id


def records(store: Store, kind: type[Any], environment: str = "live") -> list[Any]:
    """Give all records of one kind, in the order of their names."""
    at = FixedClock(START).now()
    with store.unit(readonly=True) as unit:
        return list(unit.stream(All(kind, environment), at))


def dump(store: Store, environment: str = "live", kinds: Iterable[type[Any]] = KINDS) -> dict[str, list[Any]]:
    """Give all records of a store, kind by kind: two stores that hold the same answer the same.

    Example:
        >>> sorted(name for name, found in dump(MemoryStore()).items() if found)
        []
    """
    return {kind.__name__: records(store, kind, environment) for kind in kinds}


def everything(store: Store) -> ChangeSet:
    """Give all records of a store as one change set, which writes them into an empty one.

    Example:
        >>> bool(everything(MemoryStore()))
        False
    """
    found = [record for each in dump(store).values() for record in each]
    put = [record for record in found if hasattr(record, "version") and not isinstance(record, Notice)]
    parts = [record for record in found if hasattr(record, "is_open")]
    apart = {id(record) for record in (*put, *parts)}
    return ChangeSet(
        puts=tuple(Put(record, None) for record in put),
        parts=tuple(parts),
        inserts=tuple(record for record in found if id(record) not in apart),
    )
