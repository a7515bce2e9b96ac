"""Faults to plant in windows, figures, deficits and holds: each changes one thing in the kernel or the bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain import ledger
from loyalcore.domain.flows import _desk, points
from loyalcore.domain.ledger import (
    Book,
    Draw,
    Entry,
    EntryKind,
    NewLot,
    Settlement,
    Shortfall,
    TermChange,
    _kernel,
    _moving,
    _taking,
)
from loyalcore.domain.ledger._kernel import Account, OpenLot
from loyalcore.errors import NotFound
from loyalcore.values.clock import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    import pytest

    Fault = Callable[[pytest.MonkeyPatch], None]

FAULTS: dict[str, Fault] = {}


def fault(plant: Fault) -> Fault:
    """Name a fault."""
    FAULTS[plant.__name__] = plant
    return plant


def change_effect(monkeypatch: pytest.MonkeyPatch, kind: EntryKind, effect: Callable[[Account, Entry], None]) -> None:
    monkeypatch.setitem(_kernel._EFFECTS, kind, effect)


# Windows ------------------------------------------------------------------------------------------------------------


@fault
def expiry_after_its_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points are still there at `expires_at`: the window is closed instead of half-open."""
    add = Account._add

    def adding(self: Account, new: NewLot) -> None:
        add(self, new)
        self.lots[new.lot].expires_at += new.expires_at is not None

    monkeypatch.setattr(Account, "_add", adding)


@fault
def start_after_its_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points are not there yet at `active_from`."""

    def active(self: Account) -> int:
        return sum(lot.free for lot in self.lots.values() if lot.active_from < self.at)

    monkeypatch.setattr(Account, "active", property(active))


@fault
def hold_lapses_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hold lapses a day after its time."""
    effect = _kernel._EFFECTS[EntryKind.HOLD]

    def holding(account: Account, entry: Entry) -> None:
        effect(account, entry)
        account.holds[str(entry.hold_id)].lapses_at += 86_400_000_000

    change_effect(monkeypatch, EntryKind.HOLD, holding)


@fault
def activity_rolls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A qualifying activity also brings a later date forward."""

    def marking(self: Book, kind: EntryKind, fields: dict[str, Any]) -> None:
        if self.policy.expiry_model == "rolling" and kind in self.policy.activities:
            rolled = from_micros(self.inactive_at())
            fields["changes"] = tuple(
                TermChange(lot.lot, from_micros(lot.expires_at), rolled) for lot in self.account.lots.values()
            )

    monkeypatch.setattr(Book, "_mark_activity", marking)


# Figures ------------------------------------------------------------------------------------------------------------


@fault
def expiry_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lapses is added to the expired points twice."""

    def expiring(account: Account, entry: Entry) -> None:
        _kernel._expire(account, entry)
        account.expired += entry.points

    change_effect(monkeypatch, EntryKind.EXPIRE, expiring)


@fault
def spend_counted_as_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spend is added to the expired points: the sum stays right."""

    def spending(account: Account, entry: Entry) -> None:
        _kernel._spend(account, entry)
        account.spent -= entry.points
        account.expired += entry.points

    change_effect(monkeypatch, EntryKind.SPEND, spending)


@fault
def sweep_that_ignores_spends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lapses is what was granted, spent or not."""

    def expiring(self: Book, lots: list[OpenLot], at: datetime, fields: dict[str, Any]) -> None:
        draws = tuple(Draw(lot.lot, lot.free) for lot in lots)
        total = sum(lot.granted for lot in lots)
        self._append(EntryKind.EXPIRE, total, at, _kernel.TIME, {"draws": draws, "reason": "expired", **fields})

    monkeypatch.setattr(Book, "_expire", expiring)


@fault
def closed_lots_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lot that ran empty is not written, so that the store still holds it full."""
    touched = ledger.touched
    monkeypatch.setattr(_desk, "touched", lambda *args: tuple(part for part in touched(*args) if part.is_open))


@fault
def clock_back_mints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command is recorded when the clock says, also where that is before the last entry."""

    def opening(self: Book, now: datetime) -> None:
        self.now, self.recorded_at = to_micros(now), now
        self.advance(self.now)

    monkeypatch.setattr(Book, "open_at", opening)


# Deficit ------------------------------------------------------------------------------------------------------------


@fault
def deficit_not_paid_on_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release makes points active while others are owed."""

    def giving(book: Book, draws: Any, fields: dict[str, Any]) -> Entry:
        total = sum(draw.points for draw in draws)
        entry = book.write(EntryKind.RELEASE, total, draws=tuple(draws), **fields)
        book.advance(book.now)
        return entry

    monkeypatch.setattr(_taking, "_give_free", giving)


@fault
def deficit_not_paid_at_activation(monkeypatch: pytest.MonkeyPatch) -> None:
    """What time makes active pays nothing that is owed."""
    settle = Book.settle

    def settling(self: Book, inflow: Iterable[Draw], debts: dict[str, int] | None = None) -> tuple[Settlement, ...]:
        drawn = tuple(inflow)
        waited = any(draw.lot in self.account.lots for draw in drawn)
        return () if waited else settle(self, drawn, debts)

    monkeypatch.setattr(Book, "settle", settling)


@fault
def overdraft_without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """More is taken than there is, whatever the policy."""
    take = _taking.take

    def taking(book: Book, kind: EntryKind, wanted: int, **fields: Any) -> Entry:
        policy = book.policy
        book.policy = attrs.evolve(policy, shortfall=Shortfall.ALLOW_NEGATIVE, overdraft_max=None)
        try:
            return take(book, kind, wanted, **fields)
        finally:
            book.policy = policy

    monkeypatch.setattr(points, "take", taking)


# Holds --------------------------------------------------------------------------------------------------------------


@fault
def lapsed_release_not_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points released after their time stay active."""

    def giving(book: Book, draws: Any, fields: dict[str, Any]) -> Entry:
        total = sum(draw.points for draw in draws)
        return book.write(EntryKind.RELEASE, total, draws=tuple(draws), settled=book.settle(draws), **fields)

    monkeypatch.setattr(_taking, "_give_free", giving)


@fault
def held_points_lapse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hold is let go when its points reach their end."""
    passing = Book._pass

    def pass_with_holds(self: Book, boundary: int) -> None:
        for hold in self.account.holds.values():
            lots = [self.account.lots[draw.lot] for draw in hold.draws if draw.lot in self.account.lots]
            if any(lot.expires_at <= boundary for lot in lots):
                hold.lapses_at = min(hold.lapses_at, boundary)
        passing(self, boundary)

    monkeypatch.setattr(Book, "_pass", pass_with_holds)


@fault
def hold_takes_from_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points are drawn from lots whose time has not come."""

    def drawing(self: Book, wanted: int) -> list[Draw]:
        draws = []
        for lot in sorted(self.account.lots.values(), key=lambda lot: -lot.active_from):
            taken = min(lot.free, wanted)
            wanted -= taken
            if taken:
                draws.append(Draw(lot.lot, taken))
        return draws

    monkeypatch.setattr(Book, "draw", drawing)


@fault
def capture_forgets_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partial capture does not release what is left over."""
    split = _taking._split
    monkeypatch.setattr(_taking, "_split", lambda draws, wanted: (split(draws, wanted)[0], []))


@fault
def resolved_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hold that lapsed can still be captured: its points are taken although they are free again."""

    def finding(hold_id: str, case: Any, book: Book) -> Any:
        hold = book.account.holds.get(hold_id)
        if hold is None:
            raise NotFound("hold", hold_id)
        return hold

    monkeypatch.setattr(points, "_open_hold", finding)


@fault
def merge_forgets_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge brings the held points along but not their holds."""
    monkeypatch.setattr(_moving, "_carried_holds", lambda *args: [])
