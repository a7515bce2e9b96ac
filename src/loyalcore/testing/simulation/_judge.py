"""The judge: whether what came back from an act is what was written, and whether it may come back at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import Register, survivor
from loyalcore.domain.decision import CustomerRef, EntriesRef, LedgerRef
from loyalcore.domain.flows import Receipt, payload_digests
from loyalcore.domain.ledger import Award, Balance, Sweep, Verification, fold, ledger_of
from loyalcore.domain.orders import ReturnItems
from loyalcore.domain.referrals import ExpireReferral
from loyalcore.errors import Conflict, InvalidInput, LimitExceeded, LoyaltyError, NotFound, OutcomeUnknown, StoreError
from loyalcore.testing.laws import FIGURES, advanced, check_answer, check_figures
from loyalcore.testing.simulation._script import Act, Mishap, Way
from loyalcore.testing.simulation._watch import hold, lawful
from loyalcore.values.clock import to_micros
from loyalcore.values.digest import differing

if TYPE_CHECKING:
    from loyalcore.domain.decision import KeyRecord
    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.programs import Program
    from loyalcore.testing.simulation._shadow import Shadow


class Running:
    """An act while it is done.

    Args:
        act: The act.
        began: How many commits there were when it began.
    """

    def __init__(self, act: Act, began: int) -> None:
        self.act = act
        self.began = began
        self.command: Any = None
        self.calls = 0
        self.commits = 0
        self.ledgers = 0
        self.failed: StoreError | None = None
        self.is_stale = False
        self.faults: dict[int, dict[Mishap, int]] = {}
        for fault in act.faults:
            self.faults.setdefault(fault.call, {})[fault.kind] = fault.amount


def judge(running: Running, answer: Any, shadow: Shadow, program: Program) -> None:
    """Check the answer of an act.

    Raises:
        Violation: It is another one than was written, or may not come back from this act.
    """
    way, failed = running.act.way, running.failed
    if isinstance(answer, StoreError):
        hold("store", answer is failed, "the store failed by itself: {!r}", answer)
    else:
        hold("told", failed is None, "{!r} was kept from the host, who was told {!r}", failed, answer)
    if way is Way.COMMAND:
        _judge_command(running, answer, shadow, program)
    elif way is Way.SWEEP:
        _judge_sweep(running, answer)
    else:
        hold("refused", running.commits == 0, "written by {}", running.act.do)
        if way is Way.MALFORMED:
            is_typed = isinstance(answer, InvalidInput | LimitExceeded | StoreError)
            hold("typed", is_typed, "{!r} came back from {}", answer, running.act.do)
        elif way is Way.QUESTION:
            _judge_question(running, answer, shadow, program)


def _judge_sweep(running: Running, answer: Any) -> None:
    if isinstance(answer, LoyaltyError):
        hold("typed", isinstance(answer, StoreError | Conflict), "a sweep answered {!r}", answer)
    else:
        count = running.ledgers
        hold("acknowledged", answer == count, "a sweep counted {} ledgers and wrote {}", answer, count)


def _judge_question(running: Running, answer: Any, shadow: Shadow, program: Program) -> None:
    if isinstance(answer, LoyaltyError):
        hold("typed", isinstance(answer, NotFound | StoreError), "a question was answered with {!r}", answer)
    elif isinstance(answer, Verification):
        hold("verification", answer.is_ok, "{}", answer.difference)
    elif isinstance(answer, Balance):
        with lawful("ledger"):
            check_figures(answer)
            assert not (answer.deficit and answer.active), f"owes and has: {answer}"
        _judge_past(running, answer, shadow, program)


def _judge_past(running: Running, answer: Balance, shadow: Shadow, program: Program) -> None:
    """The past is what was recorded by then, and what time does from there."""
    do = running.act.do
    holder = survivor("live", do["customer_id"], shadow.find).holder_id
    if shadow.find(CustomerRef("live", do["customer_id"]), running.began) is None:
        return  # registered while it was asked
    if holder != survivor("live", do["customer_id"], lambda row: shadow.find(row, running.began)).holder_id:
        return  # merged while it was asked
    ref = LedgerRef("live", holder, program.id, do.get("ledger", ""))
    head = shadow.find(ref)
    if head is None or answer.at >= head.recorded_at:
        return
    recorded = [entry for entry in shadow.entries[ref] if entry.recorded_at <= answer.at]
    then = advanced(program, ledger_of(fold(recorded), ref, 1), [to_micros(answer.at)])[1]
    for name in FIGURES:
        one, other = getattr(answer, name), getattr(then, name)
        hold("past", one == other, "{} at {} was {}, told was {}", name, answer.at, other, one)


def _judge_command(running: Running, answer: Any, shadow: Shadow, program: Program) -> None:
    command = running.command
    if isinstance(answer, LoyaltyError):
        is_lost = isinstance(answer, OutcomeUnknown) and running.commits == 1
        hold("refused", running.commits == 0 or is_lost, "written, yet the answer was {!r}", answer)
        if not isinstance(answer, StoreError | Conflict) and not running.is_stale and command is not None:
            first = _answered(command, shadow, running.began)
            hold("acknowledged", first is None, "was done as {}, and is refused now: {!r}", first, answer)
        return
    _judge_receipt(running, answer, shadow)
    if answer.replayed:
        return
    with lawful("movement"):
        check_answer(program, command, answer)


def _judge_receipt(running: Running, answer: Receipt, shadow: Shadow) -> None:
    command, commits = running.command, running.commits
    is_idle = isinstance(command, Sweep) and not (answer.entries or answer.membership)
    is_idle |= isinstance(command, ExpireReferral) and answer.is_unchanged
    writes = not (answer.replayed or is_idle)
    hold("acknowledged", commits == writes, "{} commits stand behind {}", commits, answer)
    for entry in answer.entries:
        stored = shadow.find(entry.ref)
        hold("acknowledged", stored == (entry,), "stored is {}, told was {}", stored, entry)
    if hasattr(command, "key"):
        record = _answered(command, shadow, shadow.commits)
        if record is None:
            # A fact that was paid before answers, as does a return that was recorded, and uses up no key.
            by_fact = isinstance(command, Award) and command.rule is not None
            is_known = answer.replayed and (by_fact or isinstance(command, ReturnItems))
            hold("acknowledged", is_known, "no key stands behind {}", answer)
        else:
            entries = _entries_of(record, shadow)
            hold("once", entries == answer.entries, "the key answers {}, told was {}", entries, answer.entries)
            code = None if answer.code is None else answer.code.code
            hold("once", record.code == code, "the key answers {}, told was {}", record.code, code)
    if answer.order is not None and not answer.replayed:
        kept = shadow.find(answer.order.ref)
        hold("acknowledged", kept == answer.order, "stored is {}, told was {}", kept, answer.order)
    if isinstance(command, Register) and answer.customer is not None:
        row = shadow.find(answer.customer.ref)
        is_same = row is not None and row.holder_id == answer.customer.holder_id
        hold("acknowledged", is_same, "registered is {}, told was {}", row, answer.customer)


def _answered(command: Any, shadow: Shadow, commit: int) -> KeyRecord | None:
    """Give the key of a command, if it was used by a commit for this very command."""
    used = shadow.keys.get(getattr(command, "key", ""))
    if used is None or used[0] > commit or differing(used[1].digests, payload_digests(command)):
        return None
    return used[1]


def _entries_of(record: KeyRecord, shadow: Shadow) -> tuple[Entry, ...]:
    found = [shadow.find(EntriesRef(ledger, "seq", seq)) for ledger, seqs in record.entries for seq in seqs]
    return tuple(entry for entries in found for entry in entries)
