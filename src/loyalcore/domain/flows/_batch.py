"""The batch: many postings decided one after the other on desks that stay open, and the one change set they come to.

Each command goes through the same flow as alone, and sees what those before it did. One that is refused leaves nothing
on its desk. All of a batch is decided at one instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import survivor
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    EntriesRef,
    Fact,
    KeyRecord,
    KeyRef,
    LedgerRef,
    MembershipRef,
    Put,
    World,
)
from loyalcore.domain.flows import movements, points
from loyalcore.domain.flows._case import Case, gather
from loyalcore.domain.flows._receipt import Receipt, as_written
from loyalcore.domain.ledger import Adjust, Award, Deduct, Spend, Sweep
from loyalcore.errors import InvalidInput, LoyaltyError
from loyalcore.values.drafts import evolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import Decision, FactRef, Record, Ref
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.values.ids import Ids

Posting = Award | Spend | Deduct | Adjust
"""What a batch of points may hold: commands that read a ledger's open lots and nothing of its history."""

_FLOWS: dict[type[Any], Callable[[Any, Case], Decision]] = {
    Award: points.decide_award,
    Spend: points.decide_spend,
    Deduct: points.decide_deduct,
    Adjust: points.decide_adjust,
    Sweep: movements.decide_sweep,
}
_NOTHING = ChangeSet()


@attrs.frozen
class Batch(Case):
    """A case whose desks stay open from command to command; `open` makes one.

    What a case looks up again and again, such as customers, programs and names, is looked up once.
    """

    _records: dict[Ref, Any] = attrs.field(factory=dict)
    _customers: dict[str, Customer] = attrs.field(factory=dict)
    _found: dict[str | None, Program] = attrs.field(factory=dict)
    _ledgers: dict[tuple[str, str, str], LedgerRef] = attrs.field(factory=dict)
    _used_keys: dict[tuple[str, str], KeyRecord | None] = attrs.field(factory=dict)
    _desks: dict[tuple[str, str], Desk] = attrs.field(factory=dict)
    _touched: list[tuple[Desk, Customer | None]] = attrs.field(factory=list)
    _inserts: list[Record] = attrs.field(factory=list)
    _enrolled: dict[str, tuple[Customer, list[str]]] = attrs.field(factory=dict)

    @classmethod
    def open(
        cls,
        environment: str,
        actor: str,
        programs: Mapping[str, Program],
        now: datetime,
        ids: Ids,
        registry: Registry,
    ) -> Batch:
        """Open a batch that knows nothing yet.

        Args:
            environment: `live` or `sandbox`.
            actor: Who acts.
            programs: The programs that the host runs, by id.
            now: The instant of the batch, UTC.
            ids: Where new ids come from.
            registry: The host's own functions.
        """
        records: dict[Ref, Any] = {}
        return cls(World(environment, actor, records), programs, now, ids, registry, records)

    # What is loaded

    def learn(self, found: Mapping[Ref, Any]) -> None:
        """Take what a store answered."""
        self._records.update(found)
        for ref, record in found.items():
            if type(ref) is KeyRef:
                self._used_keys[ref.holder_id, ref.key] = record

    def reads(self, commands: Iterable[Any]) -> Iterator[set[Ref]]:
        """Name in rounds what commands read: the customers, what their postings read, and what answers used keys.

        Each round must be learnt before the next is asked for. What is missing after that, such as a record of a
        customer who was merged, the commands themselves ask for.
        """
        environment = self.world.environment
        postings = [command for command in commands if type(command) in _FLOWS and type(command) is not Sweep]
        yield {CustomerRef(environment, command.customer_id) for command in postings}
        refs: set[Ref] = set()
        for command in commands:
            try:
                refs.update(self._sweep_refs(command) if type(command) is Sweep else ())
            except LoyaltyError:
                continue  # the command itself will be refused with it
        keys: list[tuple[str, str]] = []
        for command in postings:
            row: Customer | None = self._records[CustomerRef(environment, command.customer_id)]
            if row is None or row.merged_into is not None:
                continue
            try:
                refs.update(self._posting_refs(command, row))
            except LoyaltyError:
                continue
            keys += [(holder, command.key) for holder in row.holders]
        yield refs
        used = [record for name in keys if (record := self._used_keys.get(name)) is not None]
        yield {EntriesRef(ledger, "seq", seq) for record in used for ledger, seqs in record.entries for seq in seqs}

    def _sweep_refs(self, command: Sweep) -> tuple[Ref, ...]:
        program = self.program(command.program)
        ledger = self.ledger_ref(command.holder_id, program, command.ledger)
        return (ledger, MembershipRef(self.world.environment, command.holder_id, program.id))

    def _posting_refs(self, command: Any, customer: Customer) -> list[Ref]:
        environment, holder_id = self.world.environment, customer.holder_id
        refs: list[Ref] = [KeyRef(environment, holder, command.key) for holder in customer.holders]
        program = self.program(command.program)
        if (holder_id, program.id, command.ledger) not in self._ledgers:
            refs.append(self.ledger_ref(holder_id, program, command.ledger))
            refs.append(MembershipRef(environment, holder_id, program.id))
        if type(command) is Award:
            refs += points.fact_refs(command, self, customer)
        return refs

    # One command

    def decide(self, command: Any) -> Receipt:
        """Decide the next command.

        Raises:
            Needs: A record is missing; load it and decide this command again.
            InvalidInput: It is nothing that a batch may hold.
            LoyaltyError: As the command alone.
        """
        flow = _FLOWS.get(type(command))
        if flow is None:
            raise InvalidInput(
                f"a batch of points holds awards, spends, deductions and adjustments, not {type(command).__name__};"
                " run_many takes every command",
                path="command",
            )
        self._touched.clear()
        try:
            decision = flow(command, self)
            receipt: Receipt = decision.receipt
            return receipt if decision.changes is _NOTHING else as_written(decision)
        except LoyaltyError:
            for desk, _ in self._touched:
                desk.undo()
            raise

    # What a flow asks of its case

    def program(self, program_id: str | None) -> Program:
        """Find the program of a command."""
        found = self._found.get(program_id)
        if found is None:
            found = self._found[program_id] = Case.program(self, program_id)
        return found

    def customer(self, customer_id: str) -> Customer:
        """Find a customer, and whoever it was merged into."""
        found = self._customers.get(customer_id)
        if found is None:
            found = self._customers[customer_id] = survivor(self.world.environment, customer_id, self.world.get)
        return found

    def ledger_ref(self, holder_id: str, program: Program, ledger: str) -> LedgerRef:
        """Name a ledger, always by the same name."""
        name = (holder_id, program.id, ledger)
        found = self._ledgers.get(name)
        if found is None:
            found = self._ledgers[name] = Case.ledger_ref(self, holder_id, program, ledger)
        return found

    def desk(
        self, holder_id: str, program: Program, customer: Customer | None = None, customer_id: str | None = None
    ) -> Desk:
        """Give the desk of a holder in a program, as the commands before left it."""
        name = (holder_id, program.id)
        desk = self._desks.get(name)
        if desk is None:
            desk = self._desks[name] = Case.desk(self, holder_id, program, customer, customer_id)
            desk.customer = None  # the batch enrols everybody once, at its end
        self._touched.append((desk, customer))
        return desk

    def need_posting(self, customer: Customer, program: Program, command: Any, facts: Iterable[FactRef] = ()) -> None:
        """Ask for a key that has not been read, with the rest; else everything has."""
        if (customer.holder_id, command.key) not in self._used_keys or facts:
            Case.need_posting(self, customer, program, command, facts)

    def replay(self, customer: Customer, command: Any) -> Receipt | None:
        """Answer a key that was used before, in this batch too."""
        holders = customer.holders
        used = [record for holder in holders if (record := self._used_keys[holder, command.key]) is not None]
        if not used:
            return None
        self._records.update((record.ref, record) for record in used)
        return Case.replay(self, customer, command)

    def entries(self, refs: Iterable[EntriesRef]) -> list[Entry]:
        """Find entries by their numbers, those of this batch among them."""
        found: list[Entry] = []
        for ref in refs:
            desk = self._desks.get((ref.ledger.holder_id, ref.ledger.program_id))
            book = None if desk is None else desk.books.get(ref.ledger.ledger)
            here = [] if book is None else [entry for entry in book.entries if entry.seq == ref.value]
            found += here or self.world.get(ref)
        return found

    def gathered(self, desks: Iterable[Desk], inserts: Iterable[Record] = ()) -> ChangeSet:
        """Keep what was booked and the further records; only the notices of it are told now."""
        notices: list[Record] = []
        for desk, customer in self._touched:
            notices += desk.fresh_notices()
            desk.keep()
            if customer is not None and desk.program.id not in customer.programs:
                programs = self._enrolled.setdefault(customer.holder_id, (customer, []))[1]
                if desk.program.id not in programs:
                    programs.append(desk.program.id)
        for record in inserts:
            self._inserts.append(record)
            if type(record) is KeyRecord:
                self._used_keys[record.ref.holder_id, record.ref.key] = record
            elif type(record) is Fact:
                self._records[record.ref] = record
        return ChangeSet(inserts=tuple(notices)) if notices else _NOTHING

    # What it comes to

    def changes(self) -> ChangeSet:
        """Give everything that the commands came to, to be applied at once, and end."""
        puts = [
            Put(
                evolved(customer, programs=(*customer.programs, *programs), version=customer.version + 1),
                customer.version,
            )
            for customer, programs in self._enrolled.values()
        ]
        changes = gather(self._desks.values(), puts, self._inserts, heads_only=True)
        for desk in self._desks.values():
            desk.books.clear()  # a desk and its book know each other: without this they would wait for the collector
        return changes
