"""The series: commands of any kind decided one after the other, and the one change set they come to.

Each is decided as alone, in a world that shows what those before it would have written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    EntriesRef,
    HolderRef,
    KeyRef,
    LedgerRef,
    MembershipRef,
    OrderRef,
    OrdersRef,
    Put,
    ReferralCodeRef,
    ReferralCodesRef,
    ReferralRef,
    ReferralsRef,
    Remove,
    Wipe,
    World,
)
from loyalcore.domain.flows._case import first_refs
from loyalcore.domain.flows._decide import COMMANDS, decide
from loyalcore.domain.ledger import Entry
from loyalcore.domain.orders import Order, OrderCommand
from loyalcore.domain.referrals import Referral, ReferralCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from loyalcore.domain.decision import Part, Record, Ref
    from loyalcore.domain.flows._decide import Command
    from loyalcore.domain.flows._receipt import Receipt
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.values.ids import Ids

_KEYED: Final = frozenset(
    kind for kind in COMMANDS.values() if any(field.name == "key" for field in attrs.fields(kind))
)


OF_HOLDER: Final[Mapping[type[Any], type[Any]]] = {
    OrdersRef: OrderRef,
    ReferralsRef: ReferralRef,
    ReferralCodesRef: ReferralCodeRef,
}
"""What names all records of one holder, and what names each of them."""


def _owners(record: Any) -> tuple[Ref, ...]:
    """Name all records of each holder among which a record is."""
    if isinstance(record, Order):
        return (OrdersRef(record.environment, record.holder_id),)
    if isinstance(record, ReferralCode):
        return (ReferralCodesRef(record.environment, record.holder_id),)
    if not isinstance(record, Referral):
        return ()
    owners = [ReferralsRef(record.environment, record.referrer_holder_id, "referrer")]
    if record.referee_holder_id is not None:
        owners.append(ReferralsRef(record.environment, record.referee_holder_id, "referee"))
    return tuple(owners)


class Series:
    """Commands decided one after the other.

    Args:
        environment: `live` or `sandbox`.
        actor: Who acts.
        programs: The programs that the host runs, by id.
        now: The instant of the series, UTC.
        ids: Where new ids come from.
        registry: The host's own functions.
    """

    def __init__(
        self,
        environment: str,
        actor: str,
        programs: Mapping[str, Program],
        now: datetime,
        ids: Ids,
        registry: Registry,
    ) -> None:
        self._records: dict[Ref, Any] = {}
        self._world = World(environment, actor, self._records)
        self._programs = programs
        self._now = now
        self._ids = ids
        self._registry = registry
        self._puts: dict[Ref, Put] = {}
        self._parts: dict[Ref, Part] = {}
        self._inserts: dict[Ref, Record] = {}
        self._removes: dict[Ref, Remove] = {}
        self._wipes: dict[Wipe, None] = {}
        self._wiped_by: dict[Wipe, set[Ref]] = {}
        self._entries: dict[LedgerRef, list[Entry]] = {}

    def reads(self, commands: Iterable[Command]) -> Iterator[set[Ref]]:
        """Name in rounds what commands read: whatever they find; then the keys, and the ledgers, of whom they found.

        The first round must be learnt before the next is asked for. What is missing after that the commands themselves
        ask for.
        """
        listed = list(commands)
        environment = self._world.environment
        yield {ref for command in listed for ref in first_refs(command, environment)}
        yield {ref for command in listed for ref in self._refs_of_holder(command)}

    def _refs_of_holder(self, command: Any) -> list[Ref]:
        """Name the key of a command, and the ledger that it books on with its membership."""
        environment = self._world.environment
        customer: Customer | None = None
        if type(command) in _KEYED:
            customer = self._records.get(CustomerRef(environment, self._whose(command)))
        if customer is None or customer.merged_into is not None:
            return []
        holder_id = customer.holder_id
        refs: list[Ref] = [KeyRef(environment, holder, command.key) for holder in customer.holders]
        program_id = _program_of(command, self._programs)
        if program_id is not None:
            refs.append(LedgerRef(environment, holder_id, program_id, command.ledger))
            refs.append(MembershipRef(environment, holder_id, program_id))
        return refs

    def _whose(self, command: Any) -> str:
        """Name the customer of a command; of one about an order whose it is, as far as that is known."""
        name: str | None = getattr(command, "customer_id", None)
        if name is None and isinstance(command, OrderCommand):
            order: Order | None = self._records.get(OrderRef(self._world.environment, command.order_id))
            name = None if order is None else order.customer_id
        return name or ""

    def learn(self, found: Mapping[Ref, Any]) -> None:
        """Take what a store answered to what is not known yet, with the entries that this series has made of it."""
        for ref, record in found.items():
            if isinstance(ref, EntriesRef):
                mine = [entry for entry in self._entries.get(ref.ledger, ()) if getattr(entry, ref.by) == ref.value]
                self._records[ref] = (*record, *mine)
            elif type(ref) in OF_HOLDER:
                self._records[ref] = self._all_of(ref, record)
            else:
                self._know(ref, None if Wipe.of(ref) in self._wipes else record)

    def _all_of(self, ref: Any, stored: Iterable[Any]) -> tuple[Any, ...]:
        """Give the records of a holder as this series has left them, in the order of their names."""
        name = OF_HOLDER[type(ref)]
        found: dict[Ref, Any] = {record.ref: record for record in stored}
        found.update({key: put.record for key, put in self._puts.items() if isinstance(key, name)})
        left = [record for key, record in found.items() if key not in self._removes and ref in _owners(record)]
        return tuple(sorted(left, key=lambda record: attrs.astuple(record.ref)))

    def _know(self, ref: Ref, record: Any) -> None:
        self._records[ref] = record
        wipe = Wipe.of(ref)
        if wipe is not None:
            self._wiped_by.setdefault(wipe, set()).add(ref)
        elif isinstance(record, Customer):
            self._records[record.ref] = self._records[_holder_of(record)] = record

    def at(self, now: datetime) -> None:
        """Let the next commands be decided at another instant, UTC."""
        self._now = now

    def record(self, ref: Ref) -> Any:
        """Give what is known of a ref, as this series has left it; None where there is nothing, or nothing is known."""
        return self._records.get(ref)

    def decide(self, command: Command) -> Receipt:
        """Decide the next command.

        Raises:
            Needs: A record is missing; load it and decide this command again.
            LoyaltyError: As the command alone.
        """
        decision = decide(command, self._world, self._programs, self._now, self._ids, self._registry)
        self._take(decision.changes)
        receipt: Receipt = decision.receipt
        return receipt

    def _take(self, changes: ChangeSet) -> None:
        for remove in changes.removes:
            self._remove(remove)
        for wipe in changes.wipes:
            self._wipe(wipe)
        for put in changes.puts:
            first = self._puts.get(put.ref)
            if put.ref in self._inserts:  # a notice that this series has made
                self._inserts[put.ref] = put.record
            else:
                self._puts[put.ref] = Put(put.record, put.expected if first is None else first.expected)
            self._know(put.ref, put.record)
            for ref in _owners(put.record):
                self._records.pop(ref, None)
        for part in changes.parts:
            self._parts[part.ref] = self._records[part.ref] = part
        for record in changes.inserts:
            self._inserts[record.ref] = record
            if isinstance(record, Entry):
                self._append(record)
            else:
                self._know(record.ref, record)

    def _remove(self, remove: Remove) -> None:
        """Take a record away; of one that this series has made itself nothing is left."""
        put = self._puts.pop(remove.ref, None)
        if self._inserts.pop(remove.ref, None) is None and put is None:
            self._removes[remove.ref] = remove
        elif put is not None and put.expected is not None:
            self._removes[remove.ref] = Remove(remove.ref, put.expected)
        gone = self._records.get(remove.ref)
        if isinstance(gone, Customer):
            self._records[_holder_of(gone)] = None
        self._records[remove.ref] = None

    def _wipe(self, wipe: Wipe) -> None:
        self._wipes[wipe] = None
        for ref in self._wiped_by.pop(wipe, ()):
            self._records[ref] = None
            self._inserts.pop(ref, None)
            self._puts.pop(ref, None)

    def _append(self, entry: Entry) -> None:
        self._entries.setdefault(entry.ledger, []).append(entry)
        for by in ("seq", "order_id", "corrects"):
            ref = EntriesRef(entry.ledger, by, getattr(entry, by))
            if ref in self._records:
                self._records[ref] = (*self._records[ref], entry)

    def changes(self) -> ChangeSet:
        """Give everything that the commands came to, to be applied at once."""
        return ChangeSet(
            puts=tuple(self._puts.values()),
            parts=tuple(self._parts.values()),
            inserts=tuple(self._inserts.values()),
            removes=tuple(self._removes.values()),
            wipes=tuple(self._wipes),
        )


def _program_of(command: Any, programs: Mapping[str, Program]) -> str | None:
    """Give the id of the program that a command books in, None where it books nothing or will be refused."""
    if not hasattr(command, "ledger"):
        return None
    if command.program is None:
        return next(iter(programs)) if len(programs) == 1 else None
    return command.program if command.program in programs else None


def _holder_of(customer: Customer) -> HolderRef:
    return HolderRef(customer.environment, customer.holder_id)
