"""The steps in the delivery of a notice: what becomes of it when it is taken, could not be delivered, is put back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.outbox._policy import backoff
from loyalcore.errors import IllegalTransition

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.decision import Notice
    from loyalcore.domain.outbox._commands import ClaimNotice, FailNotice

LEASE_ENDED: Final = "LeaseEnded"
"""What stands in the place of an error where a deliverer has not said what became of a notice."""


def claimed(notice: Notice, command: ClaimNotice, now: datetime) -> Notice:
    """Give a notice as it is when somebody takes it; as it was where it is his already, for as long.

    Raises:
        IllegalTransition: It is set aside, somebody else has it, or its time has not come.

    Source: House decision.
    """
    until = now + timedelta(seconds=command.lease_seconds)
    if notice.next_change_at is None:
        raise IllegalTransition(state="set aside", move="claim")
    if notice.claimed_by == command.by:
        return notice if notice.next_change_at >= until else _next(notice, next_change_at=until)
    if notice.next_change_at > now:
        raise IllegalTransition(state="waiting" if notice.claimed_by is None else "claimed", move="claim")
    if notice.attempts >= command.attempts_max:
        return _next(notice, next_change_at=None, claimed_by=None, error=LEASE_ENDED)
    return _next(notice, next_change_at=until, claimed_by=command.by, attempts=notice.attempts + 1)


def failed(notice: Notice, command: FailNotice, now: datetime) -> Notice:
    """Give a notice as it is after an attempt that failed; as it was where it is no longer his who tried.

    Source: House decision.
    """
    if notice.claimed_by != command.by:
        return notice
    if command.is_permanent or notice.attempts >= command.attempts_max:
        return _next(notice, next_change_at=None, claimed_by=None, error=command.error)
    name = f"{notice.ref.holder_id}:{notice.ref.notice_id}"
    wait = timedelta(microseconds=backoff(name, notice.attempts, command.delay_seconds, command.delay_seconds_max))
    asked = timedelta(seconds=command.retry_in or 0)
    return _next(notice, next_change_at=now + max(wait, asked), claimed_by=None, error=command.error)


def put_back(notice: Notice, now: datetime) -> Notice:
    """Give a notice that was set aside as it is when it is to be tried again; as it was where it waits.

    Source: House decision.
    """
    if not notice.is_set_aside:
        return notice
    return _next(notice, next_change_at=now, attempts=0, error=None)


def _next(notice: Notice, **fields: Any) -> Notice:
    return attrs.evolve(notice, version=notice.version + 1, **fields)
