"""The executor: load, decide, commit, and a bounded retry.

The first try is optimistic. When it meets another writer, at most four more run under lock with the read set known,
in one total order; then the conflict is the caller's to repeat with the same key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import Needs, World
from loyalcore.domain.flows import decide, find_program, first_refs
from loyalcore.errors import CapabilityMissing, ConcurrencyConflict, PromiseBroken, StaleVersion
from loyalcore.values.clock import SystemClock, check_instant
from loyalcore.values.ids import SystemIds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from loyalcore.domain.decision import Decision, Ref
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.store import Store, Unit
    from loyalcore.values.clock import Clock
    from loyalcore.values.ids import Ids

ATTEMPTS_MAX = 5


class Executor:
    """Runs commands against a store.

    Args:
        store: Where the records are.
        programs: The programs that the host runs, by id.
        environment: `live` or `sandbox`.
        registry: The host's own functions.
        clock: What time it is; the system's where None.
        ids: Where new ids come from; the system's where None.
    """

    def __init__(
        self,
        store: Store,
        programs: Mapping[str, Program],
        environment: str,
        registry: Registry,
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self.store = store
        self.programs = programs
        self.environment = environment
        self.registry = registry
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or SystemIds()

    def now(self) -> datetime:
        """What time it is, UTC.

        Raises:
            InvalidInput: The clock gave no aware instant.
        """
        return check_instant(self.clock.now(), "clock")

    def program(self, program_id: str | None) -> Program:
        """Find a program; None is the only one.

        Raises:
            InvalidInput: None is named and the host runs several.
            NotFound: The host does not run it.
        """
        return find_program(self.programs, program_id)

    def within(self, connection: object) -> Executor:
        """Give an executor that works inside the transaction of a connection of the host's.

        Raises:
            CapabilityMissing: The store does not offer `within`.
        """
        if "within" not in self.store.abilities:
            raise CapabilityMissing("within")
        lending: Any = self.store
        lent = lending.within(connection)
        return Executor(lent, self.programs, self.environment, self.registry, self.clock, self.ids)

    def run(self, command: Command, actor: str) -> Receipt:
        """Run a command once, whatever the number of tries.

        Args:
            command: What is wanted.
            actor: Who acts, opaque.

        Raises:
            LoyaltyError: What the decision or the store raises.
            ConcurrencyConflict: Other writers won every attempt.

        Source: HOUSE 1, 4.
        """
        known: set[Ref] = set(first_refs(command, self.environment))
        for attempt in range(ATTEMPTS_MAX):
            with self.store.unit() as unit:
                try:
                    decision = self._decide(unit, command, actor, known, lock=attempt > 0)
                    if decision.changes:
                        unit.apply(decision.changes)
                        unit.commit()
                except StaleVersion:
                    continue
                receipt: Receipt = decision.receipt
                return receipt
        raise ConcurrencyConflict(ATTEMPTS_MAX)

    def preview(self, command: Command, actor: str) -> Receipt:
        """Decide a command and write nothing.

        Args:
            command: What would be wanted.
            actor: Who would act.

        Raises:
            LoyaltyError: What the decision or the store raises.
            ConcurrencyConflict: Merges came in between at every attempt.

        Source: HOUSE 1.
        """
        known: set[Ref] = set(first_refs(command, self.environment))
        for _attempt in range(ATTEMPTS_MAX):
            with self.store.unit(readonly=True) as unit:
                try:
                    receipt: Receipt = self._decide(unit, command, actor, known, lock=False).receipt
                except StaleVersion:
                    continue
                return receipt
        raise ConcurrencyConflict(ATTEMPTS_MAX)

    def _decide(self, unit: Unit, command: Command, actor: str, known: set[Ref], *, lock: bool) -> Decision:
        now = self.now()
        records: dict[Ref, Any] = {}
        if known:
            records.update(_load(unit, known, lock))
        while True:
            try:
                world = World(self.environment, actor, records)
                return decide(command, world, self.programs, now, self.ids, self.registry)
            except Needs as needs:
                records.update(_load(unit, needs.refs, lock))
                known.update(needs.refs)


def _load(unit: Unit, refs: Collection[Ref], lock: bool) -> Mapping[Ref, Any]:
    """Load refs, under lock in one total order, and refuse an answer that leaves one out."""
    found = unit.load(sorted(refs, key=_order) if lock else refs, lock)
    if not all(map(found.__contains__, refs)):
        raise PromiseBroken("load left a ref unanswered", promise="P4")
    return found


def _order(ref: Ref) -> tuple[str, str]:
    return (type(ref).__name__, repr(ref))
