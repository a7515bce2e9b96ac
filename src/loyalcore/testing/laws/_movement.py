"""What a command moves: exactly what it says, from where to where it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger import TIME, Balance, Entry, EntryKind, Ledger, NewLot, Shortfall
from loyalcore.errors import LoyaltyError
from loyalcore.testing._play import Play
from loyalcore.testing.laws._standing import FIGURES
from loyalcore.testing.laws._time import advanced
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.flows import Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step


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
        moved = {ref: difference_of(before.get(ref), shown) for ref, shown in after.items()}
        moved = {ref: change for ref, change in moved.items() if any(change.values())}
        if answer.replayed or not answer.entries:
            assert not moved, f"moved by a replay or by nothing: {moved}"
        elif answer.command == "customers.merge":
            check_merge(answer.entries, moved)
        elif answer.command == "points.sweep":
            assert not moved, f"moved by a sweep: {moved}"
        else:
            check_answer(program, command, answer)
            for ref in moved.keys() | {entry.ledger for entry in answer.entries}:
                own = [entry for entry in answer.entries if entry.ledger == ref]
                check_moved(own, moved.get(ref, dict.fromkeys(FIGURES, 0)))


def _shown(play: Play) -> dict[LedgerRef, Balance]:
    """Give the balance of every ledger at the instant at which a command would be recorded."""
    found = {}
    for head in play.heads():
        at = max(play.clock.now(), head.recorded_at)
        head = advanced(play.program, head, [to_micros(at)])[1]  # noqa: PLW2901
        found[head.ref] = Balance(at=at, **{name: getattr(head, name) for name in FIGURES})
    return found


def difference_of(before: Balance | Ledger | None, after: Balance | Ledger) -> dict[str, int]:
    """Give what changed in each figure."""
    return {name: getattr(after, name) - (getattr(before, name) if before else 0) for name in FIGURES}


def check_answer(program: Program, command: Any, answer: Receipt) -> None:
    """Check that a command that names a number of points moves it; a clamp or what is left may make it less.

    Raises:
        AssertionError: It does not.
    """
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


def check_moved(entries: list[Entry], change: dict[str, int]) -> None:
    """Check that the figures of a ledger changed by what its new entries say.

    Raises:
        AssertionError: They do not.
    """
    wanted: dict[str, int] = dict.fromkeys(("usable", "held", "spent", "reversed", "awarded"), 0)
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
        over = [lot.points for entry in entries for lot in entry.lots if _is_over(lot, entry)]
        assert change["expired"] <= sum(over), f"{kinds} let points lapse: {change}"
    if kinds <= _KEEPS_PENDING:
        assert not change["pending"], f"{kinds} moved pending points: {change}"
    if kinds == {EntryKind.ACTIVATE}:
        assert change["pending"] == -sum(entry.points for entry in entries), f"activated otherwise: {change}"


def _is_over(lot: NewLot, entry: Entry) -> bool:
    """Tell whether points are granted whose end has come already."""
    return lot.expires_at is not None and lot.expires_at <= entry.recorded_at


def check_merge(entries: Iterable[Entry], moved: dict[LedgerRef, dict[str, int]], *, is_one_time: bool = True) -> None:
    """Check that a merge moved points between ledgers and made none.

    Args:
        entries: What the merge wrote.
        moved: What changed in each ledger.
        is_one_time: Whether both sides had come to the same time. Where the survivor's is another, holds may lapse as
            they arrive, and points that were active may have to wait again.

    Raises:
        AssertionError: It did otherwise.
    """
    exact = ("awarded", "spent", "reversed", *(("held", "earned") if is_one_time else ()))
    usable = ("active", "pending", "expired", *(() if is_one_time else ("held",)))
    for ledger in {entry.ledger.ledger for entry in entries}:
        changes = [change for ref, change in moved.items() if ref.ledger == ledger]
        for name in exact:
            assert not sum(change[name] for change in changes), f"a merge made or lost {name}: {moved}"
        kept = sum(change[name] for change in changes for name in usable) - sum(each["deficit"] for each in changes)
        assert not kept, f"a merge made or lost points: {moved}"
