"""The commands of the outbox, decided: take a notice, settle it, say that it failed, put it back.

None has a key: each is idempotent by what it names and by who has the notice, so that one whose answer was lost can be
given again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.decision import ChangeSet, Decision, NoticeRef, Put, Remove
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.outbox import claimed, failed, put_back
from loyalcore.errors import NotFound

if TYPE_CHECKING:
    from loyalcore.domain.decision import Notice
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.outbox import ClaimNotice, FailNotice, RetryNotice, SettleNotice


def decide_claim(command: ClaimNotice, case: Case) -> Decision:
    """Take a notice that is due; what is his already stays his."""
    found = _need(command, case)
    return _written(command, found, claimed(found, command, case.now))


def decide_settle(command: SettleNotice, case: Case) -> Decision:
    """Take a notice out of the outbox; the second time there is nothing left to do."""
    found = _find(command, case)
    if found is None:
        return Decision(ChangeSet(), Receipt(command=command.name, replayed=True))
    removed = ChangeSet(removes=(Remove(found.ref, found.version),))
    return Decision(removed, Receipt(command=command.name, notice=found))


def decide_fail(command: FailNotice, case: Case) -> Decision:
    """Let a notice wait, or set it aside; one that is gone or somebody else's is left as it is."""
    found = _find(command, case)
    if found is None:
        return Decision(ChangeSet(), Receipt(command=command.name, replayed=True))
    return _written(command, found, failed(found, command, case.now))


def decide_retry(command: RetryNotice, case: Case) -> Decision:
    """Put a notice back that was set aside; one that waits is left as it is."""
    found = _need(command, case)
    return _written(command, found, put_back(found, case.now))


def _written(command: ClaimNotice | FailNotice | RetryNotice, found: Notice, after: Notice) -> Decision:
    if after is found:
        return Decision(ChangeSet(), Receipt(command=command.name, notice=found, replayed=True))
    return Decision(ChangeSet(puts=(Put(after, found.version),)), Receipt(command=command.name, notice=after))


def _find(command: ClaimNotice | SettleNotice | FailNotice | RetryNotice, case: Case) -> Notice | None:
    found: Notice | None = case.world.get(NoticeRef(case.world.environment, command.holder_id, command.notice_id))
    return found


def _need(command: ClaimNotice | RetryNotice, case: Case) -> Notice:
    """Find a notice.

    Raises:
        NotFound: It was delivered or wiped, or never made.
    """
    found = _find(command, case)
    if found is None:
        raise NotFound("notice", command.notice_id)
    return found
