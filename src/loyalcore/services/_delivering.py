"""Delivering: notices that are due are taken for a while, sent one by one, and what became of each is written down.

Nothing is sent that was not taken in a commit before, and is still the deliverer's own when its turn comes.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from heapq import nsmallest
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from loyalcore.domain.customers import survivor
from loyalcore.domain.decision import HolderRef, Notice
from loyalcore.domain.flows import Series
from loyalcore.domain.outbox import SECONDS_MAX, ClaimNotice, Delivery, FailNotice, Recipient, SettleNotice
from loyalcore.errors import DeliveryFailed, IllegalTransition, LoyaltyError, NotFound, Undeliverable
from loyalcore.query import All

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import NoticeRef
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.outbox import DeliveryPolicy
    from loyalcore.execution import Executor
    from loyalcore.store import Unit

    Handler = Callable[[Delivery], object]

CLAIMED_AT_ONCE: Final = 20
"""How many notices a deliverer takes in one unit; it never has more of them, so that little waits where it ends."""
_NAME_MAX: Final = 255


@attrs.frozen(kw_only=True)
class DeliveryReport:
    """What a delivery came to.

    Args:
        delivered: How many notices the handler took; they have left the outbox.
        failed: How many it could not deliver, and that wait for another attempt.
        set_aside: How many were given up: listed by `outbox.set_aside()`.
        undeliverable: How many were dropped because there is nobody to tell any more.
        has_more: Whether more notices were due than `limit` let this call take.
    """

    delivered: int = 0
    failed: int = 0
    set_aside: int = 0
    undeliverable: int = 0
    has_more: bool = False


class _Found(NamedTuple):
    """A notice as it is now, and who it goes to; either is None where there is none."""

    notice: Notice | None
    recipient: Recipient | None


class Deliverer:
    """One deliverer, for one call.

    Args:
        executor: Where the records are.
        actor: Who acts.
        handler: What sends a notice.
        policy: How often, how long and how soon again.
    """

    def __init__(self, executor: Executor, actor: str, handler: Handler, policy: DeliveryPolicy) -> None:
        self._executor = executor
        self._actor = actor
        self._handler = handler
        self._policy = policy
        self._me = executor.ids.new("deliverer")
        self._counts = {"delivered": 0, "failed": 0, "set_aside": 0, "undeliverable": 0}

    def run(self, programs: Collection[str], limit: int) -> DeliveryReport:
        """Deliver what is due, at most `limit` notices.

        Raises:
            ConcurrencyConflict: Other writers won every attempt on one notice; those before it are done.
            StoreError: The store could not do its part; what this deliverer still has is due when its lease ends.
        """
        due, has_more = self._due(programs, limit)
        for begin in range(0, len(due), CLAIMED_AT_ONCE):
            for ref in self._claim(due[begin : begin + CLAIMED_AT_ONCE]):
                self._deliver(ref)
        return DeliveryReport(**self._counts, has_more=has_more)

    def _due(self, programs: Collection[str], limit: int) -> tuple[list[NoticeRef], bool]:
        """Name what is due, in an order of this deliverer's own: holder by holder, what came about first first.

        So that deliverers that begin together do not all reach for the same.
        """
        now = self._executor.now()
        query = All(Notice, self._executor.environment, due_by=now)
        count = 0

        def found(unit: Unit) -> Iterator[Notice]:
            nonlocal count
            for notice in unit.stream(query, now):
                if notice.program_id in programs:
                    count += 1
                    yield notice

        with self._executor.store.unit(readonly=True) as unit:
            first = nsmallest(limit, found(unit), key=self._place)
        return [notice.ref for notice in first], count > limit

    def _place(self, notice: Notice) -> tuple[bytes, object, str]:
        ref = notice.ref
        mixed = blake2b(f"{self._me}:{ref.holder_id}".encode(), digest_size=8).digest()
        return mixed, notice.at, ref.notice_id

    def _claim(self, refs: list[NoticeRef]) -> list[NoticeRef]:
        """Take notices in one unit, and name those that are this deliverer's now."""
        mine = []
        answers = self._executor.run_together([self._claiming(ref) for ref in refs], self._actor, Series)
        for ref, answer in zip(refs, answers, strict=True):
            if isinstance(answer, LoyaltyError):
                continue  # somebody else has it, or it is gone
            if answer.notice is not None and answer.notice.is_set_aside:
                self._counts["set_aside"] += 1
            else:
                mine.append(ref)
        return mine

    def _claiming(self, ref: NoticeRef) -> ClaimNotice:
        lease, attempts_max = self._policy.lease_seconds, self._policy.attempts_max
        return ClaimNotice(ref.holder_id, ref.notice_id, by=self._me, lease_seconds=lease, attempts_max=attempts_max)

    def _deliver(self, ref: NoticeRef) -> None:
        """Send a notice that was taken, if it is still there and this deliverer's own, and write down what became."""
        found = self._look_up(ref)
        notice = found.notice
        if notice is None or notice.claimed_by != self._me or not self._is_held(notice):
            return
        if found.recipient is None:
            self._run(SettleNotice(ref.holder_id, ref.notice_id))
            self._counts["undeliverable"] += 1
            return
        error = self._hand_over(Delivery(notice=notice, recipient=found.recipient, attempt=notice.attempts))
        if error is None:
            self._run(SettleNotice(ref.holder_id, ref.notice_id))
            self._counts["delivered"] += 1
            return
        after = self._run(self._failing(ref, error)).notice
        self._counts["set_aside" if after is not None and after.is_set_aside else "failed"] += 1

    def _hand_over(self, delivery: Delivery) -> Exception | None:
        """Give a delivery to the handler, and what it raised back."""
        try:
            self._handler(delivery)
        except Exception as error:  # noqa: BLE001 - whatever a host's handler raises is one attempt that failed
            return error
        return None

    def _failing(self, ref: NoticeRef, error: Exception) -> FailNotice:
        policy, name = self._policy, type(error).__name__
        asked = error.retry_in if isinstance(error, DeliveryFailed) else None
        is_asked = isinstance(asked, int) and not isinstance(asked, bool) and asked > 0
        return FailNotice(
            ref.holder_id,
            ref.notice_id,
            by=self._me,
            error=name if name.isidentifier() and len(name) <= _NAME_MAX else "Exception",
            attempts_max=policy.attempts_max,
            delay_seconds=policy.delay_seconds,
            delay_seconds_max=policy.delay_seconds_max,
            retry_in=min(asked or 0, SECONDS_MAX) if is_asked else None,
            is_permanent=isinstance(error, Undeliverable),
        )

    def _is_held(self, notice: Notice) -> bool:
        """Whether more than half of the lease is left; taken for longer where it is not, unless somebody was faster."""
        half = timedelta(seconds=self._policy.lease_seconds) / 2
        until = notice.next_change_at
        if until is not None and until - self._executor.now() > half:
            return True
        try:
            self._run(self._claiming(notice.ref))
        except (IllegalTransition, NotFound):
            return False
        return True

    def _run(self, command: Command) -> Receipt:
        return self._executor.run(command, self._actor)

    def _look_up(self, ref: NoticeRef) -> _Found:
        """Find a notice as it is now, and who it goes to: after a merge the survivor, after an erasure nobody."""
        named = HolderRef(ref.environment, ref.holder_id)
        with self._executor.store.unit(readonly=True) as unit:
            found = unit.load([ref, named])
            row: Customer | None = found[named]
            if row is not None and row.merged_into is not None:
                try:
                    row = survivor(ref.environment, row.merged_into, lambda name: unit.load([name])[name])
                except NotFound:
                    row = None
        return _Found(found[ref], None if row is None else _recipient(row))


def _recipient(customer: Customer) -> Recipient:
    return Recipient(
        customer_id=customer.customer_id,
        email=customer.email,
        first_name=customer.first_name,
        last_name=customer.last_name,
        language=customer.language,
        has_newsletter=customer.has_newsletter,
    )
