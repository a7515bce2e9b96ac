"""The outbox: what the host should tell somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.decision import Notice
from loyalcore.query import All

if TYPE_CHECKING:
    from loyalcore.execution import Executor


class Outbox:
    """The notices that are not delivered yet."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def waiting(self, *, program: str | None = None) -> tuple[Notice, ...]:
        """List the notices that wait, in the order of their names: holder by holder.

        Args:
            program: Only this program's; None is every program that the host runs.

        Raises:
            InvalidInput: `program` is no text.
            LimitExceeded: `program` is longer than 255 characters.
            NotFound: The host does not run the program.
            StoreError: The store could not do its part.

        Source: DOMAIN 1 (notice), HOUSE 1.

        Example:
            >>> from loyalcore import Loyalty, PointsNotice, PointsPolicy, Program
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> told = PointsPolicy(notices=frozenset({PointsNotice.ADJUSTED}))
            >>> beans = Program("beans", currency="EUR", timezone="UTC", points=told)
            >>> shop = Loyalty(MemoryStore(), [beans], actor="till")
            >>> ada = shop.customers.register("ada")
            >>> up = shop.points.adjust("ada", 5, reason="sorry", key="a-1")
            >>> [(notice.kind, notice.details["points"]) for notice in shop.outbox.waiting()]
            [('points_adjusted', 5)]
        """
        executor = self._executor
        wanted = set(executor.programs) if program is None else {executor.program(program).id}
        with executor.store.unit(readonly=True) as unit:
            found = list(unit.stream(All(Notice, executor.environment), executor.now()))
        return tuple(notice for notice in found if notice.program_id in wanted)
