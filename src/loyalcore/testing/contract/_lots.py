"""Every lot worked out from the entries alone, entry by entry: what was granted is what is left and what was taken.

Sums can agree while lots do not: a spend that read an old state leaves one lot below nothing and another too full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.ledger import Entry, EntryKind, Ledger, Lot
from loyalcore.testing._play import records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.store import Store
    from loyalcore.testing.contract._contract import Shop

TAKING = frozenset(
    {
        EntryKind.SPEND,
        EntryKind.DEDUCT,
        EntryKind.ADJUST,
        EntryKind.EXPIRE,
        EntryKind.REVERSE,
        EntryKind.TRANSFER_OUT,
    }
)


class _Worked:
    """A lot as its entries make it."""

    def __init__(self, granted: int, held: int) -> None:
        self.granted = granted
        self.free = granted - held
        self.held = held
        self.taken = 0

    def take(self, points: int) -> None:
        self.free -= points
        self.taken += points


def check_lots(store: Store, environment: str = "live") -> None:
    """Check every lot of every ledger at every sequence number, and that it is stored as it was worked out.

    Raises:
        AssertionError: A lot is below nothing at some entry, does not add up, or is stored otherwise; or the numbers
            of a ledger have a gap.
    """
    worked: dict[tuple[LedgerRef, int], _Worked] = {}
    seqs: dict[LedgerRef, int] = {}
    for entry in records(store, Entry, environment):
        assert entry.seq == seqs.get(entry.ledger, 0) + 1, f"a gap before {entry.id}"
        seqs[entry.ledger] = entry.seq
        _book(entry, worked)
        for (ref, number), lot in worked.items():
            if ref == entry.ledger:
                assert lot.free >= 0, f"lot {number} is overdrawn by {-lot.free} after {entry.id}"
                assert lot.held >= 0, f"lot {number} holds {lot.held} after {entry.id}"
                assert lot.granted == lot.free + lot.held + lot.taken, f"lot {number} does not add up after {entry.id}"
    stored = {(lot.ledger, lot.lot): (lot.granted, lot.free, lot.held) for lot in records(store, Lot, environment)}
    found = {name: (lot.granted, lot.free, lot.held) for name, lot in worked.items()}
    for name in found | stored:
        assert stored.get(name) == found.get(name), (
            f"lot {name}: stored {stored.get(name)}, worked out {found.get(name)}"
        )
    for head in records(store, Ledger, environment):
        assert seqs.get(head.ref, 0) == head.seq, f"{head.ref} is at {head.seq}, its last entry at {seqs.get(head.ref)}"
        total = sum(free for (ref, _), (_, free, _) in stored.items() if ref == head.ref)
        assert head.active + head.pending == total, (
            f"{head.ref} shows {head.active + head.pending}, its lots hold {total}"
        )


def _book(entry: Entry, worked: dict[tuple[LedgerRef, int], _Worked]) -> None:
    for new in entry.lots:
        worked[entry.ledger, new.lot] = _Worked(new.points, new.held)
    for draw in entry.draws:
        lot = worked[entry.ledger, draw.lot]
        if entry.kind is EntryKind.HOLD:
            lot.free -= draw.points
            lot.held += draw.points
        elif entry.kind is EntryKind.RELEASE:
            lot.held -= draw.points
            lot.free += draw.points
        elif entry.kind is EntryKind.CAPTURE:
            lot.held -= draw.points
            lot.taken += draw.points
        elif entry.kind is EntryKind.RESTORE:
            lot.take(-draw.points)
        elif entry.kind is EntryKind.MERGE:  # all that is left goes to the survivor, held points among it
            lot.free -= draw.points - lot.held
            lot.held = 0
            lot.taken += draw.points
        elif entry.kind in TAKING:
            lot.take(draw.points)
    for paid in entry.settled:
        if paid.lot:
            worked[entry.ledger, paid.lot].take(paid.points)


def check_books(shop: Shop, names: Iterable[str]) -> None:
    """Check the lots of all ledgers at every entry, and the figures of customers against their entries.

    Raises:
        AssertionError: One of them does not hold.
    """
    check_lots(shop.store)
    for name in names:
        found = shop.points.verify(name)
        assert found.is_ok, f"{name}: {found.difference}"
