"""What time does: the same with sweeps or without, in one step or two, asked now or later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.ledger import TIME, Book, Entry, account_of, fold, ledger_of
from loyalcore.errors import LoyaltyError
from loyalcore.testing._play import CUSTOMERS, REGISTRY, Play, records
from loyalcore.testing.laws._standing import entries_of
from loyalcore.values.clock import DAY, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger import Balance, Ledger
    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step


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
            whole = advanced(program, head, [end])
            for middle in ends:
                assert advanced(program, head, [min(middle, end), end]) == whole, f"by way of {from_micros(middle)}"


def advanced(program: Program, head: Ledger, stops: list[int]) -> tuple[list[Entry], Ledger]:
    """Give what time writes on the way to some instants, and the ledger as it then stands."""
    points = program.points
    consumption = REGISTRY.consumption.get(points.consumption)
    book = Book(account_of(head), head.ref, points, program.zone, program_version=1, actor="", consumption=consumption)
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
