"""Many postings at once, and the sweep: chunk by chunk, each one unit."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from loyalcore.domain.customers import Membership
from loyalcore.domain.flows import Batch
from loyalcore.domain.ledger import Ledger
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.execution import without_collector
from loyalcore.query import All
from loyalcore.services._ledgers import Ledgers
from loyalcore.services._outcomes import Posted, check_atomic, commands_of, outcomes_of
from loyalcore.services._sweeping import due_tiers, tell_expiring, write_down

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loyalcore.domain.flows import Command, Posting, Receipt
    from loyalcore.execution import Executor
    from loyalcore.services._outcomes import Outcome

CHUNK = 10_000
CHUNK_MAX = 100_000


class Batches(Ledgers):
    """What is done to many ledgers at once."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt], acting: Callable[[], str]) -> None:
        super().__init__(executor)
        self._run = run
        self._acting = acting

    def post_many(
        self,
        commands: Iterable[Posting],
        *,
        each: Callable[[Outcome], object] | None = None,
        chunk: int = CHUNK,
        atomic: bool = False,
    ) -> Posted:
        """Post awards, spends, deductions and adjustments of many customers, as many as there are.

        They are taken in chunks; a chunk is decided in order at one instant and written in one unit. Each command comes
        to what it would come to alone: a refused one writes nothing, and a key that was used before, in the same chunk
        too, answers its first receipt. So a stream that broke off can be given again from its beginning.

        Args:
            commands: What is wanted, in order: `Award`, `Spend`, `Deduct` and `Adjust`; a generator is taken bit by
                bit.
            each: Told the outcome of every command, in order, once its chunk is written.
            chunk: How many commands make a unit, 1 to 100,000.
            atomic: Whether all are written or none, in one unit; then there are at most `chunk`.

        Returns:
            How many were done, replayed and refused, with the first refusals.

        Raises:
            InvalidInput: Nobody acts, there is no list of commands, or an argument of the wrong type.
            LimitExceeded: More than `chunk` commands where all or nothing is asked; nothing is written.
            ConcurrencyConflict: Other writers won every attempt on a chunk; those before it are written.
            StoreError: The store could not do its part; chunks before it are written.

        Source: HOUSE 1, DOMAIN 3.9 (batches).

        Example:
            >>> from loyalcore import Award, Spend
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = (Award("ada", 5, reason="welcome", key=f"w-{number}") for number in range(3))
            >>> shop.points.post_many(welcome).done
            3
            >>> posted = shop.points.post_many([Spend("ada", 16, key="s-1"), Spend("ada", 15, key="s-2")])
            >>> posted.done, [outcome.error.code for outcome in posted.refusals]
            (1, ['insufficient_points'])
        """
        actor = self._acting()
        if isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1:
            raise InvalidInput("give a whole number of at least 1", path="chunk")
        if chunk > CHUNK_MAX:
            raise LimitExceeded("is too large", path="chunk", limit=CHUNK_MAX)
        if each is not None and not callable(each):
            raise InvalidInput("give something to call", path="each")
        check_atomic(atomic)
        source = commands_of(commands)
        posted = Posted()
        while listed := list(islice(source, chunk)):
            if atomic and next(source, None) is not None:
                raise LimitExceeded("has too many commands for one unit", path="commands", limit=chunk)
            with without_collector():
                answers = self._executor.run_together(listed, actor, Batch.open, atomic=atomic)
                outcomes = list(outcomes_of(listed, answers, atomic=atomic))
                posted = posted.plus(outcomes)
            if each is not None:
                for outcome in outcomes:
                    each(outcome)
        return posted

    def sweep(self, customer_id: str | None = None, *, program: str | None = None) -> int:
        """Write down what time has done; changes no balance, and may run never, late, or twice.

        It takes the ledgers that are due, and the members whose tier is, in the order of their names, a
        thousand in one unit; one that is stopped leaves whole units, and the next goes on where it ended.

        Args:
            customer_id: Only this customer's ledgers; None is every ledger that is due.
            program: Only this program's ledgers; None is every program that the host runs.

        Returns:
            How many ledgers were written; members of whom only the tier was are not counted.

        Raises:
            InvalidInput: A value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            ConcurrencyConflict: Other writers won every attempt on one unit; those before it are done.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> example().points.sweep()
            0
        """
        executor = self._executor
        with executor.store.unit(readonly=True) as unit:
            holder = None if customer_id is None else self._customer(unit, customer_id).holder_id
            if program is not None:
                program = executor.program(program).id
            now = executor.now()
            found: set[tuple[str, str, str]] = set()
            for kind in (Ledger, Membership):
                query = All(kind, executor.environment, holder_id=holder, program_id=program, due_by=now)
                for record in unit.stream(query, now):
                    if kind is Ledger:
                        found.add((record.ref.holder_id, record.ref.program_id, record.ref.ledger))
                    else:
                        rules = executor.programs.get(record.program_id)
                        found.update(due_tiers(record, None if rules is None else rules.at(now), now))
        return sum(bool(receipt.entries) for receipt in write_down(executor, self._acting(), found))

    def tell_expiring(self, *, program: str | None = None) -> int:
        """Write a notice for points that expire soon: one for each holder, day and lead of the program, never twice.

        It changes no balance, and may run late or twice. A run that is late tells a day once, with the shortest lead
        that has come, and none of points that are gone. Ledgers that nothing happens to within the longest lead are not
        looked at. They are taken in the order of their names, a thousand in one unit; one that is stopped leaves whole
        units.

        Args:
            program: Only this program's ledgers; None is every program that the host runs.

        Returns:
            How many notices were written.

        Raises:
            InvalidInput: Nobody acts, or `program` is no text.
            LimitExceeded: A text beyond its limit.
            NotFound: The host does not run the program.
            ConcurrencyConflict: Other writers won every attempt on one unit; those before it are done.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.11 (points expiring, n days or weeks ahead).

        Example:
            >>> from loyalcore.testing import example
            >>> example().points.tell_expiring()
            0
        """
        executor, actor = self._executor, self._acting()
        listed = [*executor.programs] if program is None else [executor.program(program).id]
        return sum(tell_expiring(executor, actor, executor.program(name)) for name in listed)
