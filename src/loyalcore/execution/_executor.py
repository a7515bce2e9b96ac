"""The executor: load, decide, commit, and a bounded retry.

The first try is optimistic. When it meets another writer, at most four more run under lock with the read set known,
in one total order; then the conflict is the caller's to repeat with the same key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import ChangeSet, Needs, World
from loyalcore.domain.flows import decide, find_program, first_refs
from loyalcore.errors import (
    CapabilityMissing,
    ConcurrencyConflict,
    LoyaltyError,
    PromiseBroken,
    StaleVersion,
    StoreError,
)
from loyalcore.execution._collector import without_collector
from loyalcore.values.clock import SystemClock, check_instant
from loyalcore.values.ids import SystemIds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from loyalcore.domain.decision import Decision, Ref
    from loyalcore.domain.flows import Batch, Command, Receipt, Series
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.store import Store, Unit
    from loyalcore.values.clock import Clock
    from loyalcore.values.ids import Ids

    Together = Batch | Series

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
        self.is_lent = False

    def now(self) -> datetime:
        """What time it is, UTC.

        Raises:
            InvalidInput: The clock gave no aware instant.
        """
        return check_instant(self.clock.now(), "clock")

    def program(self, program_id: str | None) -> Program:
        """Find a program in the version that applies now; None is the only one.

        Raises:
            InvalidInput: None is named and the host runs several.
            NotFound: The host does not run it.
        """
        return find_program(self.programs, program_id).at(self.now())

    def within(self, connection: object) -> Executor:
        """Give an executor that works inside the transaction of a connection of the host's.

        Raises:
            CapabilityMissing: The store does not offer `within`.
        """
        if "within" not in self.store.abilities:
            raise CapabilityMissing("within")
        lending: Any = self.store
        lent = lending.within(connection)
        acting = Executor(lent, self.programs, self.environment, self.registry, self.clock, self.ids)
        acting.is_lent = True
        return acting

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

    def run_together(
        self,
        commands: Sequence[Command],
        actor: str,
        open_together: Callable[..., Together],
        *,
        atomic: bool = False,
    ) -> list[Receipt | LoyaltyError]:
        """Run commands in one unit, decided one after the other at one instant.

        The first try reads in a unit of its own, so that the store is held only while it writes.

        Args:
            commands: What is wanted, in order.
            actor: Who acts, opaque.
            open_together: What decides them: `Batch.open` for postings and sweeps, `Series` for all.
            atomic: Whether nothing is written where one of them is refused.

        Returns:
            For each command its receipt, or the error that refused it.

        Raises:
            StoreError: The store could not do its part.
            ConcurrencyConflict: Other writers won every attempt; nothing was written.

        Source: HOUSE 4 (one try without locks, then at most four with them).
        """
        with without_collector():
            return self._run_together(commands, actor, open_together, atomic)

    def _run_together(
        self, commands: Sequence[Command], actor: str, open_together: Callable[..., Together], atomic: bool
    ) -> list[Receipt | LoyaltyError]:
        read: set[Ref] = set()
        for attempt in range(ATTEMPTS_MAX):
            together = open_together(self.environment, actor, self.programs, self.now(), self.ids, self.registry)
            try:
                if attempt:
                    with self.store.unit() as unit:
                        answers = _answers(unit, together, commands, read, lock=True)
                        _write(unit, _changes(together, answers, atomic))
                    return answers
                with self.store.unit(readonly=True) as unit:
                    answers = _answers(unit, together, commands, read, lock=False)
                changes = _changes(together, answers, atomic)
                if changes:
                    with self.store.unit() as unit:
                        _write(unit, changes)
            except StaleVersion:
                continue
            return answers
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


def _answers(
    unit: Unit, together: Together, commands: Sequence[Command], read: set[Ref], *, lock: bool
) -> list[Receipt | LoyaltyError]:
    """Decide commands one after the other, with everything that they read loaded in few calls."""
    if lock and read:
        together.learn(_load(unit, read, lock))
    for wanted in together.reads(commands):
        refs = wanted - read if lock else wanted
        if refs:
            together.learn(_load(unit, refs, lock))
            read.update(refs)
    answers: list[Receipt | LoyaltyError] = []
    for command in commands:
        while True:
            try:
                answers.append(together.decide(command))
            except Needs as needs:
                together.learn(_load(unit, needs.refs, lock))
                read.update(needs.refs)
                continue
            except (StaleVersion, StoreError):
                raise  # it is not about this command: all are decided again, or none can be
            except LoyaltyError as error:
                answers.append(error.with_traceback(None))
            break
    return answers


def _changes(together: Together, answers: Sequence[Receipt | LoyaltyError], atomic: bool) -> ChangeSet:
    if atomic and any(isinstance(answer, LoyaltyError) for answer in answers):
        return ChangeSet()
    return together.changes()


def _write(unit: Unit, changes: ChangeSet) -> None:
    if changes:
        unit.apply(changes)
        unit.commit()


def _load(unit: Unit, refs: Collection[Ref], lock: bool) -> Mapping[Ref, Any]:
    """Load refs, under lock in one total order, and refuse an answer that leaves one out."""
    found = unit.load(sorted(refs, key=_order) if lock else refs, lock)
    if not all(map(found.__contains__, refs)):
        raise PromiseBroken("load left a ref unanswered", promise="P4")
    return found


def _order(ref: Ref) -> tuple[str, str]:
    return (type(ref).__name__, repr(ref))
