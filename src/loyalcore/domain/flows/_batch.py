"""The batch: many postings decided one after the other on desks that stay open, and the one change set they come to.

Each command goes through the same flow as alone, and sees what those before it did. One that is refused leaves nothing
on its desk. All of a batch is decided at one instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    EntriesRef,
    KeyRef,
    MembershipRef,
    Put,
    World,
)
from loyalcore.domain.flows import movements, points
from loyalcore.domain.flows._case import Case, gather
from loyalcore.domain.ledger import Adjust, Award, Deduct, Spend, Sweep
from loyalcore.errors import InvalidInput, LoyaltyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import Decision, Record, Ref
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.flows._receipt import Receipt
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
    """A case whose desks stay open from command to command; `open` makes one."""

    _records: dict[Ref, Any] = attrs.field(factory=dict)
    _desks: dict[tuple[str, str], Desk] = attrs.field(factory=dict)
    _used: list[tuple[Desk, Customer | None]] = attrs.field(factory=list)
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

    def learn(self, found: Mapping[Ref, Any]) -> None:
        """Take what a store answered."""
        self._records.update(found)

    def first_refs(self, commands: Iterable[Any]) -> set[Ref]:
        """Name what commands read that has not been loaded, as far as what has been loaded tells.

        Two rounds bring everything in the usual case: the customers, then what a posting reads. What is missing after
        that is asked for by the commands themselves.
        """
        refs: set[Ref] = set()
        for command in commands:
            kind = type(command)
            try:
                if kind is Sweep:
                    program = self.program(command.program)
                    refs.add(self.ledger_ref(command.holder_id, program, command.ledger))
                    refs.add(MembershipRef(self.world.environment, command.holder_id, program.id))
                elif kind in _FLOWS:
                    refs.update(self._posting_refs(command))
            except LoyaltyError:
                continue  # the command itself will be refused with it
        return refs.difference(self.world.records)

    def _posting_refs(self, command: Any) -> Iterable[Ref]:
        environment, records = self.world.environment, self.world.records
        ref = CustomerRef(environment, command.customer_id)
        customer: Customer | None = records.get(ref)
        while customer is not None and customer.merged_into is not None:
            ref = CustomerRef(environment, customer.merged_into)
            customer = records.get(ref)
        if customer is None:
            return (ref,)
        program = self.program(command.program)
        keys = [KeyRef(environment, holder, command.key) for holder in (customer.holder_id, *customer.absorbed)]
        used = [records[key] for key in keys if records.get(key) is not None]
        return (
            self.ledger_ref(customer.holder_id, program, command.ledger),
            MembershipRef(environment, customer.holder_id, program.id),
            *keys,
            *(points.fact_refs(command, self, customer) if type(command) is Award else ()),
            *(EntriesRef(ledger, "seq", seq) for record in used for ledger, seqs in record.entries for seq in seqs),
        )

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
        self._used.clear()
        try:
            receipt: Receipt = flow(command, self).receipt
        except LoyaltyError:
            for desk, _ in self._used:
                desk.undo()
            raise
        return receipt

    # What a flow asks of its case

    def desk(self, holder_id: str, program: Program, customer: Customer | None = None) -> Desk:
        """Give the desk of a holder in a program, as the commands before left it."""
        name = (holder_id, program.id)
        desk = self._desks.get(name)
        if desk is None:
            desk = self._desks[name] = Case.desk(self, holder_id, program)
        self._used.append((desk, customer))
        return desk

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
        """Keep what was booked and the further records; what it comes to is gathered at the end."""
        for desk, customer in self._used:
            desk.check_totals()
            if customer is not None and desk.program.id not in customer.programs:
                programs = self._enrolled.setdefault(customer.holder_id, (customer, []))[1]
                if desk.program.id not in programs:
                    programs.append(desk.program.id)
            desk.keep()
        for record in inserts:
            self._inserts.append(record)
            self._records[record.ref] = record
        return _NOTHING

    # What it comes to

    def changes(self) -> ChangeSet:
        """Give everything that the commands came to, to be applied at once."""
        puts = [
            Put(
                attrs.evolve(customer, programs=(*customer.programs, *programs), version=customer.version + 1),
                customer.version,
            )
            for customer, programs in self._enrolled.values()
        ]
        return gather(self._desks.values(), puts, self._inserts)
