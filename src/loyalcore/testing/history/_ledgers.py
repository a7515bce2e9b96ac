"""What the ledgers must be after a run: numbered without a gap, never below zero, the sum of their entries."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger import Account, touched, verify
from loyalcore.testing.history._violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger import Entry
    from loyalcore.testing.history._history import History
    from loyalcore.testing.history._line import Line
    from loyalcore.testing.history._stored import Stored


def name_of(ref: LedgerRef) -> str:
    """Name a ledger for people."""
    return f"ledger {ref.ledger!r} of {ref.holder_id} in {ref.program_id}"


def lines_about(history: History, entry: Entry) -> tuple[Line, ...]:
    """Give the calls that were answered with an entry."""
    return tuple(line for call in history.calls if entry.id in call.entries for line in call.lines)


def numbers(history: History, stored: Stored) -> Iterator[Violation]:
    """The entries of every ledger are numbered from 1 without a gap, and recorded in that order."""
    for ref, entries in stored.by_ledger.items():
        for number, entry in enumerate(entries, start=1):
            if entry.seq != number:
                lines = lines_about(history, entry)
                yield Violation("numbers", name_of(ref), f"has entry {entry.seq} where {number} is due", lines)
                break
        for earlier, later in pairwise(entries):
            if later.recorded_at < earlier.recorded_at:
                lines = lines_about(history, later)
                yield Violation("numbers", name_of(ref), f"recorded entry {later.seq} before {earlier.seq}", lines)
                break


def lots(history: History, stored: Stored) -> Iterator[Violation]:
    """No lot is ever below zero or above what was granted: after every entry, and as it is stored."""
    for ref, entries in stored.by_ledger.items():
        account = Account()
        for entry in entries:
            fault = _fault_after(account, entry)
            if fault is not None:
                subject = f"{fault[0]} of {name_of(ref)}, at entry {entry.seq} ({entry.kind.value} {entry.points}),"
                yield Violation("lots", subject, fault[1], lines_about(history, entry))
                break
        for part in stored.parts_of.get(ref, {}).values():
            if getattr(part, "free", 0) < 0 or getattr(part, "held", 0) < 0:
                yield Violation("lots", f"lot {part.lot} of {name_of(ref)}", f"is stored below zero: {part}")


def _fault_after(account: Account, entry: Entry) -> tuple[str, str] | None:
    """Add an entry; say which lot it left wrong, and how."""
    try:
        account.apply(entry)
    except KeyError as missing:
        return f"lot or hold {missing.args[0]}", "is drawn on though nothing is left in it"
    for number in {draw.lot for draw in entry.draws} | {each.lot for each in entry.settled if each.lot}:
        lot = account.lots.get(number) or account.closed[number]
        if lot.free < 0 or lot.held < 0:
            return f"lot {number}", f"has {lot.free} free and {lot.held} held points"
        if lot.origin is None and lot.free + lot.held > lot.granted:
            return f"lot {number}", f"has {lot.free + lot.held} of {lot.granted} points granted"
    return None


def projection(history: History, stored: Stored) -> Iterator[Violation]:
    """What is stored of every ledger is what its entries add up to: its figures, and each lot, hold and debt."""
    heads = {head.ref: head for head in stored.heads}
    for ref, entries in stored.by_ledger.items():
        found = verify(entries, heads.get(ref), ref)
        if found.difference is not None:
            where, recomputed, kept = found.difference
            lines = lines_about(history, entries[-1]) if entries else ()
            fault = f"stores {kept!r} as {where}; its entries add up to {recomputed!r}"
            yield Violation("projection", name_of(ref), fault, lines)
            continue
        yield from _wrong_parts(ref, entries, stored.parts_of.get(ref, {}))


def _wrong_parts(ref: LedgerRef, entries: list[Entry], kept: dict[Any, Any]) -> Iterator[Violation]:
    account = Account()
    for entry in entries:
        account.apply(entry)
    summed: dict[Any, Any] = {part.ref: part for part in touched(account, ref)}
    for name in sorted({*summed, *kept}, key=repr):
        if summed.get(name) != kept.get(name):
            fault = f"stores {kept.get(name)}; its entries add up to {summed.get(name)}"
            yield Violation("projection", name_of(ref), fault)
            return
