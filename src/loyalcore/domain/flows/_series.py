"""The series: commands of any kind decided one after the other, and the one change set they come to.

Each is decided as alone, in a world that shows what those before it would have written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import ChangeSet, EntriesRef, Put, World
from loyalcore.domain.flows._case import first_refs
from loyalcore.domain.flows._decide import decide
from loyalcore.domain.ledger import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from loyalcore.domain.decision import LedgerRef, Part, Record, Ref
    from loyalcore.domain.flows._decide import Command
    from loyalcore.domain.flows._receipt import Receipt
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.values.ids import Ids


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
        self._inserts: list[Record] = []
        self._entries: dict[LedgerRef, list[Entry]] = {}

    def reads(self, commands: Iterable[Command]) -> Iterator[set[Ref]]:
        """Name what commands read whatever they find."""
        environment = self._world.environment
        yield {ref for command in commands for ref in first_refs(command, environment)}

    def learn(self, found: Mapping[Ref, Any]) -> None:
        """Take what a store answered to what is not known yet, with the entries that this series has made of it."""
        for ref, record in found.items():
            if isinstance(ref, EntriesRef):
                mine = [entry for entry in self._entries.get(ref.ledger, ()) if getattr(entry, ref.by) == ref.value]
                self._records[ref] = (*record, *mine)
            else:
                self._records[ref] = record

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
        for put in changes.puts:
            first = self._puts.get(put.ref)
            self._puts[put.ref] = Put(put.record, put.expected if first is None else first.expected)
            self._records[put.ref] = put.record
        for part in changes.parts:
            self._parts[part.ref] = self._records[part.ref] = part
        for record in changes.inserts:
            self._inserts.append(record)
            if isinstance(record, Entry):
                self._append(record)
            else:
                self._records[record.ref] = record

    def _append(self, entry: Entry) -> None:
        self._entries.setdefault(entry.ledger, []).append(entry)
        for by in ("seq", "order_id", "corrects"):
            ref = EntriesRef(entry.ledger, by, getattr(entry, by))
            if ref in self._records:
                self._records[ref] = (*self._records[ref], entry)

    def changes(self) -> ChangeSet:
        """Give everything that the commands came to, to be applied at once."""
        return ChangeSet(
            puts=tuple(self._puts.values()), parts=tuple(self._parts.values()), inserts=tuple(self._inserts)
        )
