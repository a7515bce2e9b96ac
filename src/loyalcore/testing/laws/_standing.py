"""What holds of every ledger as it stands: conservation, deficit, lots, verification, corrections."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from loyalcore.domain.ledger import Entry, EntryKind, ReturnPolicy, Shortfall, verify
from loyalcore.testing._play import Play, records
from loyalcore.values.clock import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger import Balance, Ledger
    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step


PROBES = (-30 * DAY, -3 * DAY, -1, 0, 1, DAY, 3 * DAY, 35 * DAY, 400 * DAY)
"""Where a law asks beside now, in microseconds from it."""

FIGURES = ("active", "pending", "held", "spent", "expired", "reversed", "deficit", "awarded", "earned")


def check_figures(shown: Balance | Ledger) -> None:
    """Check that the figures of one ledger at one instant add up and that none is negative.

    Raises:
        AssertionError: They do not.
    """
    total = shown.active + shown.pending + shown.held + shown.spent + shown.expired + shown.reversed - shown.deficit
    assert shown.awarded == total, f"awarded {shown.awarded} is not what it became, {total}: {shown}"
    for name in FIGURES[:-1]:
        assert getattr(shown, name) >= 0, f"{name} is negative: {shown}"


def conservation(program: Program, steps: Sequence[Step]) -> None:
    """Awarded is active, pending, held, spent, expired and reversed less the deficit, always and everywhere."""
    play = Play(program)
    for step in steps:
        play.run(step)
        for head in play.heads():
            check_figures(head)
        now = play.clock.now()
        for probe in PROBES[len(play.done) % 3 :: 3]:
            check_figures(play.balance(step.who, step.ledger, now + timedelta(microseconds=probe)))


def deficit(program: Program, steps: Sequence[Step]) -> None:
    """Where points are owed, none is active; what is owed is the sum of the debts, and no more than is allowed."""
    play = Play(program)
    # A merge brings what is owed in one ledger to another.
    most = most_owed(program) * (1 + sum(step.do == "customers.merge" for step in steps))
    for step in steps:
        play.run(step)
        for head in play.heads():
            check_debts(head, most)
        for probe in PROBES[3:]:
            shown = play.balance(step.who, step.ledger, play.clock.now() + timedelta(microseconds=probe))
            assert not (shown.deficit and shown.active), f"will owe and have: {shown}"


def check_debts(head: Ledger, most: float) -> None:
    """Check what is owed in a ledger.

    Args:
        head: The ledger.
        most: The most that may be owed in it.

    Raises:
        AssertionError: Points are active beside it, or it is not the sum of the debts, or more than may be.
    """
    assert not (head.deficit and head.active), f"owes and has: {head}"
    assert head.deficit == sum(debt.owed for debt in head.debts), f"debts do not add up: {head}"
    assert head.deficit <= most, f"owes more than the policy allows: {head}"


def most_owed(program: Program) -> int | float:
    """How much may be owed in one ledger that nothing was merged into."""
    policy = program.points
    if policy.return_policy is ReturnPolicy.UNLIMITED:
        return math.inf
    if policy.shortfall is not Shortfall.ALLOW_NEGATIVE:
        return 0
    return math.inf if policy.overdraft_max is None else policy.overdraft_max


def lots(program: Program, steps: Sequence[Step]) -> None:
    """No lot holds less than nothing or more than was granted; the figures are the sums of the lots and holds."""
    play = Play(program)
    for step in steps:
        play.run(step)
        for head in play.heads():
            check_parts(head)


def check_parts(head: Ledger) -> None:
    """Check the open lots and holds of a ledger, and that its figures are their sums.

    Raises:
        AssertionError: A lot holds less than nothing, more than was granted, or what has lapsed; or a sum is wrong.
    """
    for lot in head.lots:
        assert lot.free >= 0, f"overdrawn: {lot}"
        assert lot.held >= 0, f"held less than nothing: {lot}"
        # What is given back to a lot that a merge moved may come on top of what was left in it when it moved.
        most = lot.granted if lot.origin is None else lot.free + lot.held
        assert 0 < lot.free + lot.held <= most, f"not within what was granted: {lot}"
        is_over = lot.lot <= head.lapsed_lots or (lot.expires_at is not None and lot.expires_at <= head.at)
        assert not (lot.free and is_over), f"its time is over at {head.at}: {lot}"
    assert head.active + head.pending == sum(lot.free for lot in head.lots), f"free points: {head}"
    assert head.held == sum(lot.held for lot in head.lots) == sum(hold.points for hold in head.holds), f"held: {head}"
    for hold in head.holds:
        assert hold.points == sum(draw.points for draw in hold.draws), f"drawn otherwise: {hold}"


def verification(program: Program, steps: Sequence[Step]) -> None:
    """What is stored is what the entries add up to, and their numbers have no gap."""
    play = Play(program)
    for step in steps:
        play.run(step)
        for head in play.heads():
            entries = entries_of(play, head.ref)
            assert [entry.seq for entry in entries] == [*range(1, head.seq + 1)], "a gap in the numbers"
            for earlier, later in pairwise(entries):
                assert earlier.recorded_at <= later.recorded_at, "recorded out of order"
                assert earlier.effective_at <= later.effective_at, "effective out of order"
            found = verify(entries, head, head.ref)
            assert found.is_ok, str(found.difference)


def entries_of(play: Play, ref: LedgerRef) -> list[Entry]:
    """Give the entries of a ledger in order."""
    return [entry for entry in records(play.store, Entry) if entry.ledger == ref]


def corrections(program: Program, steps: Sequence[Step]) -> None:
    """What is taken back, given back or resolved is so at most once in full, and goes back to its lots."""
    play = Play(program)
    for step in steps:
        play.run(step)
    check_corrections(records(play.store, Entry))


def check_corrections(found: Iterable[Entry]) -> None:
    """Check all entries of a world against those that correct them.

    Raises:
        AssertionError: More was taken or given back than was there, or a hold was resolved otherwise than held.
    """
    entries = {entry.id: entry for entry in found}
    corrected: dict[str, list[Entry]] = {}
    for entry in entries.values():
        if entry.corrects is not None:
            corrected.setdefault(entry.corrects, []).append(entry)
    for entry_id, made in corrected.items():
        entry = entries[entry_id]
        most = abs(entry.points)
        back = [each for each in made if each.kind is EntryKind.RESTORE]
        assert sum(each.points for each in back) <= most, f"given back more than was spent: {made}"
        gone = [each for each in made if each.kind is EntryKind.REVERSE]
        assert sum(each.points + each.waived for each in gone) <= most, f"taken back more than was awarded: {made}"
        ends = [each for each in made if each.kind in {EntryKind.CAPTURE, EntryKind.RELEASE}]
        # A hold that a merge brought along is resolved in the name of the merge.
        is_whole = not ends or entry.kind is EntryKind.MERGE or sum(each.points for each in ends) == most
        assert is_whole, f"resolved otherwise than held: {made}"
        for each in back:
            assert not (each.ledger == entry.ledger and each.lots), f"given back to a new lot: {each}"
