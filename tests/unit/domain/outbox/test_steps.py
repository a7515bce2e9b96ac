from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from loyalcore.domain.decision import ChangeSet, Notice, NoticeRef, Put, Remove, World
from loyalcore.domain.flows import Receipt, decide
from loyalcore.domain.outbox import ClaimNotice, FailNotice, RetryNotice, SettleNotice
from loyalcore.domain.programs import Registry
from loyalcore.errors import IllegalTransition, InvalidInput, LimitExceeded, NotFound
from loyalcore.testing import CountedIds

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
REF = NoticeRef("live", "h1", "n-1")
NEW = Notice(ref=REF, kind="tier_up", program_id="beans", at=AT)
MICRO = timedelta(microseconds=1)
LEASE = timedelta(seconds=600)
TAKEN = attrs.evolve(NEW, next_change_at=AT + LEASE, attempts=1, claimed_by="d-1", version=2)
ASIDE = attrs.evolve(NEW, next_change_at=None, attempts=3, error="OSError", version=9)


def claim(by: str = "d-1", **fields: Any) -> ClaimNotice:
    """Make a claim."""
    return ClaimNotice("h1", "n-1", by=by, **{"lease_seconds": 600, "attempts_max": 3, **fields})


def fail(by: str = "d-1", **fields: Any) -> FailNotice:
    """Make a failure."""
    waits = {"attempts_max": 3, "delay_seconds": 60, "delay_seconds_max": 600}
    return FailNotice("h1", "n-1", by=by, error="OSError", **{**waits, **fields})


def done(command: Any, found: Notice | None, now: datetime = AT) -> tuple[ChangeSet, Receipt]:
    """Decide a command on a notice."""
    decision = decide(command, World("live", "till", {REF: found}), {}, now, CountedIds(), Registry())
    return decision.changes, decision.receipt


def after(command: Any, found: Notice, now: datetime = AT) -> Notice:
    """Give the notice that a command puts in the place of another, with the version that it expects."""
    changes, receipt = done(command, found, now)
    (put,) = changes.puts
    assert changes == ChangeSet(puts=(Put(put.record, found.version),))
    assert receipt == Receipt(command=command.name, notice=receipt.notice)
    assert receipt.notice is put.record
    assert put.record.version == found.version + 1
    assert receipt.notice is not None
    return receipt.notice


def left(command: Any, found: Notice | None, now: datetime = AT) -> None:
    """Make sure that a command leaves a notice as it is."""
    assert done(command, found, now) == (ChangeSet(), Receipt(command=command.name, notice=found, replayed=True))


def test_what_is_due_is_taken_for_the_lease() -> None:
    """It counts as an attempt from then on, whatever comes of it."""
    assert after(claim(), NEW) == TAKEN


@pytest.mark.parametrize(
    ("found", "now", "state"),
    [
        (NEW, AT - MICRO, "waiting"),
        (TAKEN, AT + LEASE - MICRO, "claimed"),
        (ASIDE, AT + LEASE, "set aside"),
    ],
)
def test_what_is_not_due_is_not_taken(found: Notice, now: datetime, state: str) -> None:
    """A microsecond before its time, while somebody else has it, and once it is set aside."""
    with pytest.raises(IllegalTransition) as caught:
        done(claim("d-2"), found, now)
    assert caught.value.state == state


def test_a_lease_that_has_ended_is_anybodys() -> None:
    """At its end, not before, another deliverer takes over; that is another attempt."""
    taken = after(claim("d-2"), TAKEN, AT + LEASE)
    assert (taken.claimed_by, taken.attempts, taken.next_change_at) == ("d-2", 2, AT + 2 * LEASE)


def test_a_lease_is_made_longer_by_whose_it_is() -> None:
    """It is the same attempt; and where nothing would change nothing is written."""
    longer = after(claim(), TAKEN, AT + MICRO)
    assert (longer.claimed_by, longer.attempts, longer.next_change_at) == ("d-1", 1, AT + MICRO + LEASE)
    left(claim(), TAKEN)
    left(claim(lease_seconds=1), TAKEN)


def test_who_never_says_what_became_of_it_has_it_only_so_often() -> None:
    """A notice that ends its deliverers is set aside at the first claim after the last attempt."""
    dead = attrs.evolve(TAKEN, attempts=3)
    aside = after(claim("d-2"), dead, AT + LEASE)
    assert (aside.is_set_aside, aside.claimed_by, aside.error, aside.attempts) == (True, None, "LeaseEnded", 3)


def test_what_is_settled_is_gone() -> None:
    """It is removed with the version that was read, whoever has it, and the second time nothing is."""
    for found in (NEW, TAKEN, ASIDE):
        changes, receipt = done(SettleNotice("h1", "n-1"), found)
        assert changes == ChangeSet(removes=(Remove(REF, found.version),))
        assert receipt == Receipt(command="outbox.settle", notice=found)
    left(SettleNotice("h1", "n-1"), None)


def test_what_failed_waits() -> None:
    """Between half of the wait and all of it, and at least as long as the receiver asks."""
    waiting = after(fail(), TAKEN)
    assert waiting.next_change_at is not None
    assert timedelta(seconds=30) <= waiting.next_change_at - AT <= timedelta(seconds=60)
    assert (waiting.claimed_by, waiting.error, waiting.attempts) == (None, "OSError", 1)
    assert after(fail(retry_in=3_600), TAKEN).next_change_at == AT + timedelta(hours=1)
    assert after(fail(retry_in=1), TAKEN).next_change_at == waiting.next_change_at


@pytest.mark.parametrize(
    ("found", "fields"), [(TAKEN, {"is_permanent": True}), (attrs.evolve(TAKEN, attempts=3), {"retry_in": 5})]
)
def test_what_cannot_be_helped_is_set_aside(found: Notice, fields: dict[str, Any]) -> None:
    """At once where the handler says so, and after the last attempt; the error's class stands in it."""
    aside = after(fail(**fields), found)
    assert (aside.is_set_aside, aside.claimed_by, aside.error) == (True, None, "OSError")


def test_who_has_lost_a_notice_says_nothing_about_it() -> None:
    """A failure of somebody whose lease was taken over, of one that was said before, or of what is gone."""
    left(fail("d-2"), TAKEN)
    left(fail(), NEW)
    left(fail(), ASIDE)
    left(fail(), None)


def test_what_was_set_aside_is_put_back_as_new() -> None:
    """It is due at once and may be tried as often as a new one; what waits is left."""
    back = after(RetryNotice("h1", "n-1"), ASIDE, AT + MICRO)
    assert (back.next_change_at, back.attempts, back.error) == (AT + MICRO, 0, None)
    left(RetryNotice("h1", "n-1"), NEW)
    left(RetryNotice("h1", "n-1"), TAKEN)


@pytest.mark.parametrize("command", [claim(), RetryNotice("h1", "n-1")])
def test_what_is_gone_is_not_found(command: Any) -> None:
    """A claim and a retry say that there is no such notice."""
    with pytest.raises(NotFound) as caught:
        done(command, None)
    assert (caught.value.kind, caught.value.name) == ("notice", "n-1")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"by": ""}, InvalidInput),
        ({"error": "a\nb"}, InvalidInput),
        ({"attempts_max": 0}, InvalidInput),
        ({"delay_seconds": 601}, InvalidInput),
        ({"retry_in": 0}, InvalidInput),
        ({"retry_in": 10**6}, LimitExceeded),
        ({"is_permanent": 1}, InvalidInput),
    ],
)
def test_a_failure_that_makes_no_sense_is_refused(fields: dict[str, Any], kind: type[Exception]) -> None:
    """Every field of a command is checked when it is made."""
    given = {"by": "d-1", "error": "OSError", "attempts_max": 3, "delay_seconds": 60, "delay_seconds_max": 600}
    with pytest.raises(kind):
        FailNotice("h1", "n-1", **{**given, **fields})
