"""What a look at a ledger must show: a state that was committed, and never one from before what was known.

Workers of one machine share its clock, so that what one was told before another began is known to both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import Account
from loyalcore.testing.history._ledgers import name_of
from loyalcore.testing.history._line import What
from loyalcore.testing.history._recorder import FIGURES
from loyalcore.testing.history._violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.testing.history._history import History
    from loyalcore.testing.history._line import Line
    from loyalcore.testing.history._stored import Stored


class _Known(NamedTuple):
    """That a ledger had an entry, and when somebody was told so."""

    at: int
    seq: int
    line: Line


def reads(history: History, stored: Stored) -> Iterator[Violation]:
    """A look shows what the entries add up to at its number, and nothing older than what was known when it began."""
    known = _known(history, stored)
    figures: dict[LedgerRef, list[dict[str, int] | None]] = {}
    for line in history.reads:
        ref = _ref(line, stored.environment)
        seq = int(line.data["seq"])
        newest = _newest_before(known.get(ref, []), int(line.data["began"]))
        if newest is not None and newest.seq > seq:
            fault = f"was seen at entry {seq}, when entry {newest.seq} was known"
            yield Violation("reads", name_of(ref), fault, (newest.line, line))
        if ref not in figures:
            figures[ref] = _figures(ref, stored)
        if seq >= len(figures[ref]):
            yield Violation("reads", name_of(ref), f"was seen at entry {seq}, which is not stored", (line,))
        elif seq and figures[ref][seq] != line.data["figures"]:
            fault = f"was seen with other figures at entry {seq} than its entries say: {figures[ref][seq]}"
            yield Violation("reads", name_of(ref), fault, (line,))


def order(history: History, stored: Stored) -> Iterator[Violation]:
    """What was written by a call stands behind whatever was known when the call began."""
    known = _known(history, stored)
    for call in history.calls:
        if call.what is not What.OK or call.is_replayed:
            continue
        for entry_id in call.entries:
            entry = stored.by_id.get(entry_id)
            newest = None if entry is None else _newest_before(known[entry.ledger], call.began.at)
            if entry is not None and newest is not None and newest.seq >= entry.seq:
                fault = f"was written when entry {newest.seq} was known"
                yield Violation("order", f"entry {entry_id}", fault, (newest.line, *call.lines))


def _ref(line: Line, environment: str) -> LedgerRef:
    return LedgerRef(environment, line.data["holder_id"], line.data["program_id"], line.data["ledger"])


def _known(history: History, stored: Stored) -> dict[LedgerRef, list[_Known]]:
    """Say for each ledger since when which entry was known, in rising order of both."""
    told: dict[LedgerRef, list[_Known]] = defaultdict(list)
    for call in history.calls:
        if call.what is What.OK and call.ended is not None:
            for entry_id in call.entries:
                entry = stored.by_id.get(entry_id)
                if entry is not None:
                    told[entry.ledger].append(_Known(call.ended.at, entry.seq, call.ended))
    for line in history.reads:
        told[_ref(line, stored.environment)].append(_Known(line.at, int(line.data["seq"]), line))
    for ref, found in told.items():
        rising: list[_Known] = []
        for each in sorted(found, key=lambda each: (each.at, each.seq)):
            if not rising or each.seq > rising[-1].seq:
                rising.append(each)
        told[ref] = rising
    return told


def _newest_before(known: list[_Known], at: int) -> _Known | None:
    place = bisect_left(known, at, key=lambda each: each.at)
    return known[place - 1] if place else None


def _figures(ref: LedgerRef, stored: Stored) -> list[dict[str, int] | None]:
    """Give the figures after each entry of a ledger; those after none stand first."""
    account = Account()
    found: list[dict[str, int] | None] = [None]
    for entry in stored.by_ledger.get(ref, []):
        try:
            account.apply(entry)
        except KeyError:  # the law of the lots says so
            break
        found.append({name: getattr(account, name) for name in FIGURES})
    return found
