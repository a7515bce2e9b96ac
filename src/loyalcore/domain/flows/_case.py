"""The case: a command's world, programs, instant and ids, and the look-ups that every flow begins with."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import survivor
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    Decision,
    EntriesRef,
    FactRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    MembershipRef,
    NoticeRef,
    OrderRef,
    Put,
    ReferralCodeRef,
    ReferralRef,
    SegmentRef,
)
from loyalcore.domain.flows._desk import Desk
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.orders import Cart, OrderCommand, cart_document
from loyalcore.domain.referrals import Claim, DisableCode, typed_code
from loyalcore.errors import IdempotencyConflict, InvalidInput, NotFound, StaleVersion
from loyalcore.values.digest import differing, digests
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import Part, Record, Ref, World
    from loyalcore.domain.ledger import Entry, Ledger
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.domain.referrals import ReferralCode
    from loyalcore.values.ids import Ids

_NOT_PAYLOAD = frozenset({"customer_id", "key", "note"})
_FIRST: tuple[tuple[str, Callable[[str, str], Ref]], ...] = (
    ("customer_id", CustomerRef),
    ("segment_id", SegmentRef),
    ("referral_id", ReferralRef),
)
_SEQ = re.compile(r"[0-9]{1,18}")  # as long as every store can look up


def payload_digests(command: Any) -> dict[str, str]:
    """Digest a command's fields, without its key, the customer who owns the key, and the erasable note."""
    names, values_of, defaults = _payload_fields(command.__class__)
    fields = {"command": command.name}
    for name, value, default in zip(names, values_of(command), defaults, strict=True):
        if value is not default and value != default:
            fields[name] = cart_document(value) if isinstance(value, Cart) else value
    return digests(fields)


@cache
def _payload_fields(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], tuple[Any, ...]]:
    """Give the names of a command's payload, what reads their values, and their defaults."""
    fields = [field for field in attrs.fields(kind) if field.name not in _NOT_PAYLOAD]
    names = tuple(field.name for field in fields)
    read = attrgetter(*names) if len(names) > 1 else lambda command: tuple([getattr(command, name) for name in names])
    return names, read, tuple(field.default for field in fields)


def first_refs(command: Any, environment: str) -> tuple[Ref, ...]:
    """Name what a command reads whatever it finds, so that it is loaded before the first decision."""
    first = [ref(environment, name) for field, ref in _FIRST if isinstance(name := getattr(command, field, None), str)]
    if isinstance(notice_id := getattr(command, "notice_id", None), str):
        first.append(NoticeRef(environment, command.holder_id, notice_id))
    if isinstance(command, OrderCommand):
        first.append(OrderRef(environment, command.order_id))
    if isinstance(command, Claim | DisableCode) and (code := typed_code(command.code)) is not None:
        first.append(ReferralCodeRef(environment, code))
    return tuple(first)


def find_program(programs: Mapping[str, Program], program_id: object) -> Program:
    """Find a program by its id; None is the only one.

    Raises:
        InvalidInput: None is named and several run, or the id is no text.
        NotFound: It does not run here.
    """
    if program_id is None:
        if len(programs) != 1:
            raise InvalidInput(f"say which program: {', '.join(sorted(programs))}", path="program")
        return next(iter(programs.values()))
    name = check_text(program_id, "program")
    if name not in programs:
        raise NotFound("program", name, hint=f"here run {', '.join(sorted(programs))}")
    return programs[name]


@attrs.frozen
class Case:
    """What a decision is made from.

    Args:
        world: The records loaded so far.
        programs: The programs that the host runs, by id.
        now: The instant of the decision, UTC.
        ids: Where new ids come from.
        registry: The host's own functions.
    """

    world: World
    programs: Mapping[str, Program]
    now: datetime
    ids: Ids
    registry: Registry

    def program(self, program_id: str | None) -> Program:
        """Find the program of a command, in the version that applies now.

        Raises:
            InvalidInput: None is named and the host runs several.
            NotFound: The host does not run it.
        """
        return find_program(self.programs, program_id).at(self.now)

    def customer(self, customer_id: str) -> Customer:
        """Find a customer, and whoever it was merged into.

        Raises:
            NotFound: The id is not registered.
        """
        return survivor(self.world.environment, customer_id, self.world.get)

    def ledger_ref(self, holder_id: str, program: Program, ledger: str) -> LedgerRef:
        """Name a ledger."""
        return LedgerRef(self.world.environment, holder_id, program.id, ledger)

    def desk(
        self, holder_id: str, program: Program, customer: Customer | None = None, customer_id: str | None = None
    ) -> Desk:
        """Open a desk on the holder's membership.

        Args:
            holder_id: The holder.
            program: The program.
            customer: The row that led to the holder, where one did.
            customer_id: Or whom a membership that is made here stands for.

        Raises:
            StaleVersion: The customer was merged after its row was read and before its membership was.
        """
        membership: Membership | None = self.world.get(MembershipRef(self.world.environment, holder_id, program.id))
        if customer is not None and membership is not None and membership.has_ended:
            raise StaleVersion("customer")
        return Desk(
            program,
            self.world.environment,
            holder_id,
            self.world.actor,
            membership,
            self.registry.consumption.get(program.points.consumption),
            customer,
            customer_id,
            self.registry.measures,
            self.ids,
        )

    def need_posting(self, customer: Customer, program: Program, command: Any, facts: Iterable[FactRef] = ()) -> None:
        """Ask for everything that a posting reads, at once."""
        environment, holder_id = self.world.environment, customer.holder_id
        self.world.need(
            self.ledger_ref(holder_id, program, command.ledger),
            MembershipRef(environment, holder_id, program.id),
            *(KeyRef(environment, holder, command.key) for holder in customer.holders),
            *facts,
        )

    def replay(self, customer: Customer, command: Any) -> Receipt | None:
        """Answer a key that was used before with its first receipt.

        After a merge two holders may have used one key for two things: each delivery finds its own.

        Raises:
            IdempotencyConflict: It was used, with another payload.
        """
        environment = self.world.environment
        conflicts = []
        for holder in customer.holders:
            record: KeyRecord | None = self.world.get(KeyRef(environment, holder, command.key))
            if record is None:
                continue
            fields = differing(record.digests, payload_digests(command))
            if not fields:
                entries, code = self.entries_of(record), self._code(record.code)
                return Receipt(command=record.command, entries=entries, code=code, replayed=True)
            conflicts.append(fields)
        if conflicts:
            raise IdempotencyConflict(key=command.key, fields=conflicts[0])
        return None

    def _code(self, name: str | None) -> ReferralCode | None:
        """Find the referral code that a key answered with, as it is now."""
        if name is None:
            return None
        ref = ReferralCodeRef(self.world.environment, name)
        self.world.need(ref)
        found: ReferralCode | None = self.world.get(ref)
        return found

    def entries_of(self, record: KeyRecord) -> tuple[Entry, ...]:
        """Find the entries that a key answered with."""
        refs = [EntriesRef(ledger, "seq", seq) for ledger, seqs in record.entries for seq in seqs]
        return tuple(self.entries(refs))

    def ledger(self, ref: LedgerRef) -> Ledger | None:
        """Find a ledger, None where nothing was ever booked."""
        found: Ledger | None = self.world.get(ref)
        return found

    def family(self, customer: Customer, ref: LedgerRef) -> list[LedgerRef]:
        """Name a ledger and those that were merged into it, where earlier entries stand."""
        return [ref, *(attrs.evolve(ref, holder_id=holder) for holder in customer.absorbed)]

    def entries(self, refs: Iterable[EntriesRef]) -> list[Entry]:
        """Find entries by several refs at once."""
        wanted = list(refs)
        self.world.need(*wanted)
        return [entry for ref in wanted for entry in self.world.get(ref)]

    def order_of_hold(self, ref: LedgerRef, hold_id: str, seq: int) -> str | None:
        """Find the order that an open hold is for, by the entry that made it or brought it along."""
        (made,) = self.entries([EntriesRef(ref, "seq", seq)])
        if made.carried is None:
            return made.order_id
        return next(hold.order_id for hold in made.carried.holds if hold.hold_id == hold_id)

    def entry(self, customer: Customer, ref: LedgerRef, entry_id: str) -> Entry:
        """Find an entry of a ledger, or of one that was merged into it, by its id.

        Raises:
            NotFound: There is no such entry.
        """
        holder, _program, seq, _ledger = [*entry_id.split(":", 3), "", "", ""][:4]
        for each in self.family(customer, ref):
            if each.holder_id == holder and _SEQ.fullmatch(seq) and each.entry_id(int(seq)) == entry_id:
                for entry in self.entries([EntriesRef(each, "seq", int(seq))]):
                    return entry
        raise NotFound("entry", entry_id)

    def decided(
        self,
        command: Any,
        customer: Customer,
        desks: Iterable[Desk],
        entries: Iterable[Entry],
        *,
        inserts: Iterable[Record] = (),
    ) -> Decision:
        """Gather what the desks came to, with the key that answers it from now on."""
        written = tuple(entries)
        changes = self.gathered(desks, [self.key_record(command, customer, written), *inserts])
        return Decision(changes, Receipt(command=command.name, entries=written))

    def gathered(self, desks: Iterable[Desk], inserts: Iterable[Record] = ()) -> ChangeSet:
        """Gather what the desks came to, with further records."""
        return gather(desks, [], list(inserts))

    def key_record(
        self, command: Any, customer: Customer, entries: tuple[Entry, ...], code: ReferralCode | None = None
    ) -> KeyRecord:
        """Make the record by which a key answers from now on."""
        ref = KeyRef(self.world.environment, customer.holder_id, command.key)
        if len(entries) == 1:
            (entry,) = entries
            answers: tuple[tuple[LedgerRef, tuple[int, ...]], ...] = ((entry.ledger, (entry.seq,)),)
        else:
            # Run by run, so that a redelivery is answered in the order of the first answer.
            runs = groupby(entries, key=attrgetter("ledger"))
            answers = tuple([(ledger, tuple([entry.seq for entry in run])) for ledger, run in runs])
        name = None if code is None else code.code
        return KeyRecord(ref, command.name, payload_digests(command), answers, name)


def gather(desks: Iterable[Desk], puts: list[Put], inserts: list[Record], *, heads_only: bool = False) -> ChangeSet:
    """Put the changes of several desks together as one change set; a unit that ends with it needs heads only."""
    written = list(puts)
    parts: list[Part] = []
    entries: list[Record] = []
    notices: list[Record] = []
    for desk in desks:
        written += desk.puts(heads_only=heads_only)
        parts += desk.parts()
        entries += desk.entries()
        notices += desk.notices()
    return ChangeSet(puts=tuple(written), parts=tuple(parts), inserts=(*entries, *inserts, *notices))
