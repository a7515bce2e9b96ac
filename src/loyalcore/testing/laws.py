"""The laws: what holds of every history, whatever the policy.

Each law plays a history on a memory store and raises `AssertionError` where it is broken. The property tests draw the
histories, and the planted faults show that each law can be broken.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import (
    TIME,
    Award,
    Balance,
    Book,
    Entry,
    EntryKind,
    Ledger,
    ReturnPolicy,
    Shortfall,
    account_of,
    fold,
    ledger_of,
    verify,
)
from loyalcore.errors import LoyaltyError
from loyalcore.testing._play import CUSTOMERS, REGISTRY, Play, records
from loyalcore.values.clock import DAY, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step

__all__ = [
    "LAWS",
    "conservation",
    "corrections",
    "deficit",
    "lots",
    "movement",
    "once",
    "prefix",
    "preview",
    "sweeps",
    "two_steps",
    "verification",
]

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
    """Where points are owed, none is active; what is owed is the sum of the debts."""
    play = Play(program)
    for step in steps:
        play.run(step)
        for head in play.heads():
            assert not (head.deficit and head.active), f"owes and has: {head}"
            assert head.deficit == sum(debt.owed for debt in head.debts), f"debts do not add up: {head}"
            assert head.deficit <= _most_owed(program), f"owes more than the policy allows: {head}"
        for probe in PROBES[3:]:
            shown = play.balance(step.who, step.ledger, play.clock.now() + timedelta(microseconds=probe))
            assert not (shown.deficit and shown.active), f"will owe and have: {shown}"


def _most_owed(program: Program) -> int | float:
    """How much may be owed in one ledger, to which all others may have been merged."""
    policy = program.points
    if policy.return_policy is ReturnPolicy.UNLIMITED:
        return math.inf
    if policy.shortfall is not Shortfall.ALLOW_NEGATIVE:
        return 0
    return math.inf if policy.overdraft_max is None else policy.overdraft_max * len(CUSTOMERS)


def lots(program: Program, steps: Sequence[Step]) -> None:
    """No lot holds less than nothing or more than was granted; the figures are the sums of the lots and holds."""
    play = Play(program)
    for step in steps:
        play.run(step)
        for head in play.heads():
            for lot in head.lots:
                assert 0 <= lot.free, f"overdrawn: {lot}"
                assert 0 <= lot.held, f"held less than nothing: {lot}"
                # What is given back to a lot that a merge moved may come on top of what was left in it when it moved.
                most = lot.granted if lot.origin is None else lot.free + lot.held
                assert 0 < lot.free + lot.held <= most, f"not within what was granted: {lot}"
                is_over = lot.lot <= head.lapsed_lots or (lot.expires_at is not None and lot.expires_at <= head.at)
                assert not (lot.free and is_over), f"its time is over at {head.at}: {lot}"
            assert head.active + head.pending == sum(lot.free for lot in head.lots), f"free points: {head}"
            assert head.held == sum(lot.held for lot in head.lots) == sum(hold.points for hold in head.holds)
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


# Movement -----------------------------------------------------------------------------------------------------------


def movement(program: Program, steps: Sequence[Step]) -> None:
    """A command moves exactly the points that it says, between the places that it says; or it writes nothing."""
    play = Play(program)
    for step in steps:
        play.pass_time(step)
        command = play.command(step)
        if command is None:
            continue
        dump, before = play.dump(), _shown(play)
        answer = play.give(command)
        if isinstance(answer, LoyaltyError):
            assert play.dump() == dump, f"refused with {answer.code}, yet something was written"
            continue
        after = _shown(play)
        moved = {ref: _difference(before.get(ref), shown) for ref, shown in after.items()}
        moved = {ref: change for ref, change in moved.items() if any(change.values())}
        if answer.replayed or not answer.entries:
            assert not moved, f"moved by a replay or by nothing: {moved}"
        elif answer.command == "customers.merge":
            _check_merge(answer, moved)
        elif answer.command == "points.sweep":
            assert not moved, f"moved by a sweep: {moved}"
        else:
            _check_answer(program, command, answer)
            for ref in moved.keys() | {entry.ledger for entry in answer.entries}:
                own = [entry for entry in answer.entries if entry.ledger == ref]
                _check_moved(own, moved.get(ref, dict.fromkeys(FIGURES, 0)))


def _shown(play: Play) -> dict[LedgerRef, Balance]:
    """Give the balance of every ledger at the instant at which a command would be recorded."""
    found = {}
    for head in play.heads():
        at = max(play.clock.now(), head.recorded_at)
        head = _advanced(play.program, head, [to_micros(at)])[1]  # noqa: PLW2901
        found[head.ref] = Balance(at=at, **{name: getattr(head, name) for name in FIGURES})
    return found


def _difference(before: Balance | None, after: Balance) -> dict[str, int]:
    return {name: getattr(after, name) - (getattr(before, name) if before else 0) for name in FIGURES}


def _check_answer(program: Program, command: Any, answer: Receipt) -> None:
    """A command that names a number of points moves that number; a clamp or what is left may make it less."""
    asked = getattr(command, "points", None)
    if asked is None or answer.command == "points.activity":
        return
    got = answer.points if answer.command != "points.restore" else sum(entry.points for entry in answer.entries)
    may_be_less = answer.command == "points.reverse" or (
        program.points.shortfall is Shortfall.CLAMP
        and answer.command in {"points.spend", "points.deduct", "points.adjust"}
        and asked != abs(asked) * (answer.command == "points.adjust")
    )
    assert got <= abs(asked) if may_be_less else got == abs(asked), f"asked for {asked}, got {got}"


# What an entry of a kind moves, per point: to the spendable side (active less owed, plus what lapses at once), to
# pending, to held, to spent, to reversed, to awarded.
_MOVES: dict[EntryKind, dict[str, int]] = {
    EntryKind.AWARD: {"usable": 1, "awarded": 1},
    EntryKind.TRANSFER_IN: {"usable": 1, "awarded": 1},
    EntryKind.SPEND: {"usable": -1, "spent": 1},
    EntryKind.DEDUCT: {"usable": -1, "spent": 1},
    EntryKind.TRANSFER_OUT: {"usable": -1, "spent": 1},
    EntryKind.HOLD: {"usable": -1, "held": 1},
    EntryKind.CAPTURE: {"held": -1, "spent": 1},
    EntryKind.RELEASE: {"held": -1, "usable": 1},
    EntryKind.REVERSE: {"usable": -1, "reversed": 1},
    EntryKind.RESTORE: {"usable": 1, "spent": -1},
    EntryKind.ACTIVATE: {},
    EntryKind.EXTEND: {},
    EntryKind.ACTIVITY: {},
}
_GIVES_BACK = frozenset({EntryKind.RELEASE, EntryKind.RESTORE, EntryKind.CAPTURE, EntryKind.TRANSFER_IN})
# What is moved or given back may be pending where it arrives: there the clock may stand before the start of the points.
_KEEPS_PENDING = frozenset(_MOVES) - _GIVES_BACK - {EntryKind.AWARD, EntryKind.REVERSE, EntryKind.ACTIVATE}


def _check_moved(entries: list[Entry], change: dict[str, int]) -> None:
    wanted = dict.fromkeys(("usable", "held", "spent", "reversed", "awarded"), 0)
    for entry in entries:
        kind, points = entry.kind, entry.points
        if kind is EntryKind.ADJUST:
            kind = EntryKind.AWARD if points > 0 else EntryKind.DEDUCT
        if entry.actor == TIME:
            continue
        for place, sign in _MOVES[kind].items():
            wanted[place] += sign * abs(points)
    got = {**change, "usable": change["active"] + change["pending"] - change["deficit"] + change["expired"]}
    assert {place: got[place] for place in wanted} == wanted, f"{entries} moved {change}"
    kinds = {entry.kind for entry in entries}
    if not kinds & _GIVES_BACK:
        assert not change["expired"], f"{kinds} let points lapse: {change}"
    if kinds <= _KEEPS_PENDING:
        assert not change["pending"], f"{kinds} moved pending points: {change}"
    if kinds == {EntryKind.ACTIVATE}:
        assert change["pending"] == -sum(entry.points for entry in entries), f"activated otherwise: {change}"


def _check_merge(answer: Receipt, moved: dict[LedgerRef, dict[str, int]]) -> None:
    ledgers = {entry.ledger.ledger for entry in answer.entries}
    for ledger in ledgers:
        changes = [change for ref, change in moved.items() if ref.ledger == ledger]
        for name in ("awarded", "spent", "reversed", "held", "earned"):
            assert not sum(change[name] for change in changes), f"a merge made or lost {name}: {moved}"
        usable = ("active", "pending", "expired")
        kept = sum(change[name] for change in changes for name in usable) - sum(each["deficit"] for each in changes)
        assert not kept, f"a merge made or lost points: {moved}"


def corrections(program: Program, steps: Sequence[Step]) -> None:
    """An award is taken back, a spend given back and a hold resolved at most once in full; points go back to their lots."""
    play = Play(program)
    for step in steps:
        play.run(step)
    entries = {entry.id: entry for entry in records(play.store, Entry)}
    corrected: dict[str, list[Entry]] = {}
    for entry in entries.values():
        if entry.corrects is not None:
            corrected.setdefault(entry.corrects, []).append(entry)
    for entry_id, found in corrected.items():
        entry = entries[entry_id]
        most = abs(entry.points)
        back = [each for each in found if each.kind is EntryKind.RESTORE]
        assert sum(each.points for each in back) <= most, f"given back more than was spent: {found}"
        gone = [each for each in found if each.kind is EntryKind.REVERSE]
        assert sum(each.points + each.waived for each in gone) <= most, f"taken back more than was awarded: {found}"
        ends = [each for each in found if each.kind in {EntryKind.CAPTURE, EntryKind.RELEASE}]
        # A hold that a merge brought along is resolved in the name of the merge.
        is_whole = not ends or entry.kind is EntryKind.MERGE or sum(each.points for each in ends) == most
        assert is_whole, f"resolved otherwise than held: {found}"
        for each in back:
            assert not (each.ledger == entry.ledger and each.lots), f"given back to a new lot: {each}"


# Time ---------------------------------------------------------------------------------------------------------------


def sweeps(program: Program, steps: Sequence[Step]) -> None:
    """With sweeps after every command or with none at all: the same answers, entries and balances at every instant."""
    plain = Play(program)
    answers: list[Any] = []
    for step in steps:
        if step.do != "points.sweep":
            step = attrs.evolve(step, after=max(step.after, 0))  # noqa: PLW2901 - a clock that goes back is pinned by a sweep
            answers.append((plain.run(step), _asked(plain)))
    swept = Play(program)
    at = swept.clock.now()
    told = iter(plain.script)
    for answer, asked in answers:
        if answer is not None:
            at, command = next(told)
            swept.clock.put(at)
            swept.shop.points.sweep()
            _same_answer(swept.give(command), answer)
        swept.clock.put(asked[0])
        swept.shop.points.sweep()
        once = swept.dump()
        assert swept.shop.points.sweep() == 0, "a second sweep wrote something"
        assert swept.dump() == once, "a second sweep changed something"
        assert _asked(swept) == asked, "a sweep changed a balance or a schedule"
    for instant in _instants(plain):
        for who in range(len(CUSTOMERS)):
            assert swept.balance(who, at=instant) == plain.balance(who, at=instant), f"at {instant}"
    swept.clock.put(plain.clock.now())
    for play in (plain, swept):
        play.clock.move(days=500)
        play.shop.points.sweep()
    assert [*map(_timeless, records(plain.store, Entry))] == [*map(_timeless, records(swept.store, Entry))]


def _asked(play: Play) -> tuple[Any, ...]:
    return (
        play.clock.now(),
        [play.balance(who) for who in range(len(CUSTOMERS))],
        [play.shop.points.schedule(name) for name in CUSTOMERS],
    )


def _same_answer(one: Any, other: Any) -> None:
    if isinstance(one, LoyaltyError) and isinstance(other, LoyaltyError):
        assert (one.code, one.details) == (other.code, other.details)
    elif not isinstance(one, LoyaltyError) and not isinstance(other, LoyaltyError) and one.entries:
        assert [*map(_timeless, one.entries)] == [*map(_timeless, other.entries)]
    else:
        assert type(one) is type(other), f"{one!r} where it was {other!r}"


def _timeless(entry: Entry) -> Entry:
    """Give an entry without when a sweep may have written it."""
    return attrs.evolve(entry, recorded_at=entry.effective_at) if entry.actor == TIME else entry


def _instants(play: Play) -> Iterator[datetime]:
    """Give the instants of a play, a microsecond to each side of them, and those of its boundaries."""
    found = {at for at, _command in play.script}
    found |= {lot.expires_at for head in play.heads() for lot in head.lots if lot.expires_at is not None}
    found |= {change.at for name in CUSTOMERS for change in play.shop.points.schedule(name)}
    found |= {entry.effective_at for entry in records(play.store, Entry)}
    for at in sorted(found):
        yield from (at + timedelta(microseconds=off) for off in (-1, 0, 1))


def two_steps(program: Program, steps: Sequence[Step]) -> None:
    """Time that passes in two steps does what it does in one."""
    play = Play(program)
    for step in steps:
        play.run(step)
    for head in play.heads():
        start = to_micros(head.at)
        ends = [start + probe for probe in (1, DAY, 3 * DAY, 35 * DAY, 400 * DAY)]
        if head.next_change_at is not None:
            ends += [to_micros(head.next_change_at) + off for off in (-1, 0, 1)]
        for end in sorted(ends):
            whole = _advanced(program, head, [end])
            for middle in ends:
                assert _advanced(program, head, [min(middle, end), end]) == whole, f"by way of {from_micros(middle)}"


def _advanced(program: Program, head: Ledger, stops: list[int]) -> tuple[list[Entry], Ledger]:
    points = program.points
    consumption = REGISTRY.consumption.get(points.consumption)
    book = Book(
        account_of(head), head.ref, points, program.zone, program_version=1, actor="", consumption=consumption
    )
    for stop in stops:
        book.advance(stop)
    return book.entries, ledger_of(book.account, head.ref, 1)


def prefix(program: Program, steps: Sequence[Step]) -> None:
    """The entries up to any of them add up to the ledger as it stood then, and the past is answered as it was."""
    play = Play(program)
    stood: dict[tuple[LedgerRef, int], Ledger] = {}
    answered: dict[tuple[int, datetime], tuple[int, Balance]] = {}
    for step in steps:
        play.run(step)
        for head in play.heads():
            stood[head.ref, head.seq] = head
        for who in range(len(CUSTOMERS)):
            head_now = play.head(play.ref(who))
            now = play.clock.now()
            if head_now is None or now >= head_now.recorded_at:
                answered[who, now] = (0 if head_now is None else head_now.seq, play.balance(who))
        if step.do == "customers.merge":
            answered.clear()
    for (ref, seq), head in stood.items():
        entries = entries_of(play, ref)[:seq]
        folded = ledger_of(fold(entries), ref, head.version)
        assert attrs.evolve(folded, at=head.at) == head, f"entries 1 to {seq} do not add up to what stood then"
    for (who, at), (seq, shown) in answered.items():
        recorded = [entry for entry in entries_of(play, play.ref(who)) if entry.recorded_at <= at]
        if len(recorded) == seq:  # else more was recorded at the same instant, after the answer
            assert play.balance(who, at=at) == shown, "the past is answered otherwise than it was"


# Once ---------------------------------------------------------------------------------------------------------------


def once(program: Program, steps: Sequence[Step]) -> None:
    """A command with its key counts once, now and at the end; a fact is paid once; another payload is refused."""
    play = Play(program)
    answers: list[tuple[Command, Receipt]] = []
    for step in steps:
        answer = play.run(step)
        if answer is None or isinstance(answer, LoyaltyError):
            continue
        command = play.done[-1]
        if command.name != "points.sweep":
            _check_repeated(play, command, answer)
            answers.append((command, answer))
    dump = play.dump()
    for command, answer in answers:
        _check_same(play, command, answer)
    assert play.dump() == dump, "a repetition at the end wrote something"
    paid = Counter(
        (answer.entries[0].ledger.holder_id, command.rule, command.source_id)
        for command, answer in answers
        if isinstance(command, Award) and command.rule is not None and not answer.replayed
    )
    assert not [fact for fact, times in paid.items() if times > 1], f"paid more than once: {paid}"


def _check_repeated(play: Play, command: Command, answer: Receipt) -> None:
    dump = play.dump()
    _check_same(play, command, answer)
    if not answer.replayed and command.name.startswith("points."):
        # But for an award that its fact has answered: that does not use up its key.
        _check_other_payload(play, command)
    assert play.dump() == dump, f"a repetition wrote something: {command}"


def _check_same(play: Play, command: Command, answer: Receipt) -> None:
    again = play.shop.run(command)
    assert again.replayed, f"done twice: {command}"
    if command.name.startswith("points.") and not answer.replayed:
        assert again.entries == answer.entries, f"answered otherwise: {command}"


def _check_other_payload(play: Play, command: Command) -> None:
    try:
        play.shop.run(attrs.evolve(command, occurred_at=play.clock.now()))  # type: ignore[call-arg]
    except LoyaltyError as error:
        assert error.code == "idempotency_conflict", f"refused with {error.code}"
        assert error.details["fields"] == ["occurred_at"], str(error.details)
    else:
        raise AssertionError(f"a key was taken with another payload: {command}")


def preview(program: Program, steps: Sequence[Step]) -> None:
    """What is previewed is what is done, and a preview writes nothing."""
    play = Play(program)
    for step in steps:
        play.pass_time(step)
        command = play.command(step)
        if command is None:
            continue
        dump = play.dump()
        shown: Any
        try:
            shown = play.shop.preview(command)
        except LoyaltyError as error:
            shown = error
        assert play.dump() == dump, "a preview wrote something"
        answer = play.give(command)
        if isinstance(answer, LoyaltyError):
            assert isinstance(shown, LoyaltyError), f"previewed {shown}, refused with {answer}"
            assert (shown.code, shown.details) == (answer.code, answer.details)
        else:
            assert shown == answer


LAWS: dict[str, Callable[[Program, Sequence[Step]], None]] = {
    law.__name__: law
    for law in (
        conservation,
        corrections,
        deficit,
        lots,
        movement,
        once,
        prefix,
        preview,
        sweeps,
        two_steps,
        verification,
    )
}
"""Every law by its name."""
