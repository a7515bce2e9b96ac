"""The outbox: what the host should tell somebody, delivered at least once and by one deliverer at a time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

from loyalcore.domain.decision import Notice, NoticeRef
from loyalcore.domain.outbox import DeliveryPolicy, RetryNotice, check_count
from loyalcore.errors import IllegalTransition, InvalidInput, LimitExceeded, NotFound
from loyalcore.query import All
from loyalcore.services._delivering import Deliverer

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.execution import Executor
    from loyalcore.services._delivering import DeliveryReport, Handler

LIMIT: Final = 1_000
LIMIT_MAX: Final = 100_000
RETRY_MAX: Final = 1_000
_POLICY: Final = DeliveryPolicy()


class Outbox:
    """The notices that are not delivered yet."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt], acting: Callable[[], str]) -> None:
        self._executor = executor
        self._run = run
        self._acting = acting

    def deliver(
        self,
        handler: Handler,
        *,
        limit: int = LIMIT,
        policy: DeliveryPolicy = _POLICY,
        program: str | None = None,
    ) -> DeliveryReport:
        """Hand every notice that is due to a handler, with whom it goes to as of now.

        At least once: a notice leaves the outbox only after the handler has returned, so that after a crash it comes
        again, under the same `Delivery.id`. Several may deliver at once: each takes what it sends in a commit before,
        for as long as a lease, and another one takes over only what is left when the lease has ended.

        A handler that raises is tried again later: sooner or later as `DeliveryFailed.retry_in` asks, and not at all
        after `Undeliverable` or the last attempt, when the notice is set aside. Who was erased is told nothing, and who
        was merged is told under the survivor.

        Args:
            handler: Called with one `Delivery` after the other; what it returns does not matter.
            limit: The most notices, 1 to 100,000.
            policy: How often each is tried, how soon again, and how long a deliverer has it.
            program: Only this program's; None is every program that the host runs.

        Returns:
            How many were delivered, failed, were set aside or dropped, and whether more are due.

        Raises:
            InvalidInput: Nobody acts, or a value of the wrong type or out of range.
            LimitExceeded: A number or text beyond its limit.
            NotFound: The host does not run the program.
            IllegalTransition: It is called inside of a transaction of the host's, which cannot commit before sending.
            ConcurrencyConflict: Other writers won every attempt on one notice; those before it are done.
            StoreError: The store could not do its part; what was taken and not sent is due when its lease ends.

        Source: DOMAIN 3.11; HOUSE 1 (what must happen next is a notice).

        Example:
            >>> from loyalcore import Loyalty, PointsNotice, PointsPolicy, Program
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> told = PointsPolicy(notices=frozenset({PointsNotice.ADDED}))
            >>> beans = Program("beans", currency="EUR", timezone="UTC", points=told)
            >>> shop = Loyalty(MemoryStore(), [beans], actor="till")
            >>> ada = shop.customers.register("ada")
            >>> earned = shop.points.award("ada", 5, reason="welcome", key="w-1")
            >>> sent = shop.outbox.deliver(lambda each: print(each.recipient.customer_id, each.notice.kind))
            ada points_added
            >>> sent.delivered, shop.outbox.waiting()
            (1, ())
        """
        actor, executor = self._acting(), self._executor
        if not callable(handler):
            raise InvalidInput("give something to call", path="handler")
        limit = check_count(limit, "limit", LIMIT_MAX)
        if not isinstance(policy, DeliveryPolicy):
            raise InvalidInput(f"give a DeliveryPolicy, not {type(policy).__name__}", path="policy")
        programs = self._programs(program)
        if executor.is_lent:
            raise IllegalTransition(
                state="inside of a transaction of the host's", move="deliver", hint="deliver after it is committed"
            )
        return Deliverer(executor, actor, handler, policy).run(programs, limit)

    def waiting(self, *, program: str | None = None) -> tuple[Notice, ...]:
        """List the notices that wait or are being delivered, in the order of their names: holder by holder.

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
        return self._listed(program, is_set_aside=False)

    def set_aside(self, *, program: str | None = None) -> tuple[Notice, ...]:
        """List the notices that were given up, in the order of their names, each with the last error's class.

        Args:
            program: Only this program's; None is every program that the host runs.

        Raises:
            InvalidInput: `program` is no text.
            LimitExceeded: `program` is longer than 255 characters.
            NotFound: The host does not run the program.
            StoreError: The store could not do its part.

        Source: House decision (poison is set aside, and shown).

        Example:
            >>> from loyalcore.testing import example
            >>> example().outbox.set_aside()
            ()
        """
        return self._listed(program, is_set_aside=True)

    def retry(self, notices: Iterable[Notice | NoticeRef]) -> int:
        """Put notices back that were set aside, as if they had never been tried.

        Args:
            notices: The notices, or their refs, at most 1,000; those that wait are left as they are.

        Returns:
            How many were put back.

        Raises:
            InvalidInput: Nobody acts, or they are no notices.
            LimitExceeded: There are more than 1,000, or a text of a ref is beyond its limit; nothing is put back.
            NotFound: One has left the outbox, or is of another environment; those before it are put back.
            ConcurrencyConflict: Other writers won every attempt on one notice; those before it are put back.
            StoreError: The store could not do its part.

        Source: House decision.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.outbox.retry(shop.outbox.set_aside())
            0
        """
        self._acting()
        if isinstance(notices, str) or not isinstance(notices, Iterable):
            raise InvalidInput(f"give notices, not {type(notices).__name__}", path="notices")
        given = list(islice(notices, RETRY_MAX + 1))
        if len(given) > RETRY_MAX:
            raise LimitExceeded("has too many notices", path="notices", limit=RETRY_MAX)
        commands = [(ref.environment, RetryNotice(ref.holder_id, ref.notice_id)) for ref in map(_ref_of, given)]
        done = 0
        for environment, command in commands:
            if environment != self._executor.environment:
                raise NotFound("notice", command.notice_id, hint="it is of another environment")
            done += not self._run(command).replayed
        return done

    def _listed(self, program: str | None, *, is_set_aside: bool) -> tuple[Notice, ...]:
        executor, wanted = self._executor, self._programs(program)
        with executor.store.unit(readonly=True) as unit:
            found = list(unit.stream(All(Notice, executor.environment), executor.now()))
        return tuple(notice for notice in found if notice.program_id in wanted and notice.is_set_aside is is_set_aside)

    def _programs(self, program: str | None) -> set[str]:
        executor = self._executor
        return set(executor.programs) if program is None else {executor.program(program).id}


def _ref_of(notice: object) -> NoticeRef:
    ref = notice.ref if isinstance(notice, Notice) else notice
    if not isinstance(ref, NoticeRef):
        raise InvalidInput(f"give notices or their refs, not {type(notice).__name__}", path="notices")
    return ref
