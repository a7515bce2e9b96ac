"""Faults to plant: each changes one thing in the kernel, the bookings, the flows or the facade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain import ledger
from loyalcore.domain.decision import KeyRecord
from loyalcore.domain.flows import Desk, _case, _climb, _desk, corrections, points
from loyalcore.domain.ledger import (
    Book,
    Draw,
    Entry,
    EntryKind,
    NewLot,
    Settlement,
    Shortfall,
    Sweep,
    TermChange,
    _consumption,
    _correcting,
    _kernel,
    _moving,
    _taking,
)
from loyalcore.domain.ledger._kernel import Account, OpenLot
from loyalcore.errors import NotFound
from loyalcore.execution import Executor
from loyalcore.services import _ledgers
from loyalcore.values.clock import NEVER, from_micros, to_micros

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


def _effect(monkeypatch: pytest.MonkeyPatch, kind: EntryKind, effect: Callable[[Account, Entry], None]) -> None:
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

    _effect(monkeypatch, EntryKind.HOLD, holding)


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

    _effect(monkeypatch, EntryKind.EXPIRE, expiring)


@fault
def spend_counted_as_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spend is added to the expired points: the sum stays right."""

    def spending(account: Account, entry: Entry) -> None:
        _kernel._spend(account, entry)
        account.spent -= entry.points
        account.expired += entry.points

    _effect(monkeypatch, EntryKind.SPEND, spending)


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


# Order and corrections ----------------------------------------------------------------------------------------------


@fault
def newest_first_instead_of_soonest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order that is named soonest first takes the newest first."""
    monkeypatch.setitem(_consumption.CONSUMPTION, "soonest_expiry", _consumption._newest_first)


@fault
def ties_by_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lots that end together are spent largest first, not in award order."""
    monkeypatch.setitem(
        _consumption.CONSUMPTION, "soonest_expiry", lambda lot: (lot.expires_at, lot.active_from, -lot.free)
    )


@fault
def reversal_not_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken back before is not counted."""
    monkeypatch.setattr(_correcting, "taken_back", lambda corrections: 0)


@fault
def restore_without_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spend comes back as a new lot that never ends."""

    def giving(book: Book, *_args: Any, points: int, **_fields: Any) -> tuple[list[Draw], list[NewLot]]:
        new = NewLot(book.account.lot_count + 1, points, book.recorded_at, None)
        return [], [new] if points else []

    monkeypatch.setattr(_correcting, "_give_back", giving)


@fault
def restored_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was given back before is not counted."""

    def correcting(case: Any, customer: Any, ref: Any, entries: Any) -> list[list[Entry]]:
        return [[] for _entry in entries]

    monkeypatch.setattr(corrections, "_corrections", correcting)


@fault
def pending_not_taken_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A return takes active points before the pending ones of the order."""
    monkeypatch.setattr(_correcting, "_own_lot", lambda book, award: None)


@fault
def transfer_mints(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver gets one point more than the giver gave."""
    moved = _moving._moved
    monkeypatch.setattr(
        _moving,
        "_moved",
        lambda target, source, lot, index, wanted, held=0: moved(target, source, lot, index, wanted + 1, held),
    )


@fault
def transfer_loses_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is moved to another ledger never ends."""
    moved = _moving._moved
    monkeypatch.setattr(_moving, "_moved", lambda *args: moved(*args)._replace(expires_at=None, expires_on=None))


@fault
def activation_says_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """An activation by hand leaves the points pending."""

    def activating(account: Account, entry: Entry) -> None:
        if entry.actor == _kernel.TIME:
            _kernel._activate(account, entry)

    _effect(monkeypatch, EntryKind.ACTIVATE, activating)


# Time and history ---------------------------------------------------------------------------------------------------


@fault
def expiry_dated_when_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What time did counts from when a sweep or a command wrote it down."""
    append = Book._append

    def appending(self: Book, kind: EntryKind, wanted: int, at: datetime, actor: str, fields: dict[str, Any]) -> Entry:
        return append(self, kind, wanted, max(at, self.recorded_at), actor, fields)

    monkeypatch.setattr(Book, "_append", appending)


@fault
def sweep_is_an_activity(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sweep writes down keeps an inactive account alive."""
    append = Book._append

    def appending(self: Book, kind: EntryKind, wanted: int, at: datetime, actor: str, fields: dict[str, Any]) -> Entry:
        if actor == _kernel.TIME and kind is not EntryKind.EXPIRE:
            self._mark_activity(EntryKind.ACTIVITY, fields)
        return append(self, kind, wanted, at, actor, fields)

    monkeypatch.setattr(Book, "_append", appending)


@fault
def advance_skips_boundaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that passes several boundaries at once stops at none but the last."""

    def advancing(self: Book, to: int) -> None:
        if self.account.next_change <= to:
            self._pass(to)
        self.account.move_to(to)

    monkeypatch.setattr(Book, "advance", advancing)


@fault
def history_forgets_the_last_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A balance in the past leaves out the last entry that was recorded by then."""
    fold = ledger.fold
    monkeypatch.setattr(_ledgers, "fold", lambda entries: fold(list(entries)[:-1]))


@fault
def extension_not_in_the_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extension changes the lots and does not say so in its entry."""
    write = Book.write

    def writing(self: Book, kind: EntryKind, wanted: int, **fields: Any) -> Entry:
        if kind is EntryKind.EXTEND:
            for change in fields.pop("changes", ()):
                self.account.lots[change.lot].expires_at = _kernel.micros(change.after)
                self.account.touched_lots.add(change.lot)
        return write(self, kind, wanted, **fields)

    monkeypatch.setattr(Book, "write", writing)


# Once ---------------------------------------------------------------------------------------------------------------


@fault
def key_without_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key answers whatever payload comes with it."""
    monkeypatch.setattr(_case, "differing", lambda first, second: ())


@fault
def key_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is never looked up, and written under another name each time."""
    monkeypatch.setattr(_case.Case, "replay", lambda self, customer, command: None)
    gather, count = _case.gather, iter(range(10**6))

    def gathering(desks: Any, puts: Any, inserts: list[Any]) -> Any:
        fresh = [
            attrs.evolve(each, ref=attrs.evolve(each.ref, key=f"{each.ref.key}-{next(count)}"))
            if isinstance(each, KeyRecord)
            else each
            for each in inserts
        ]
        return gather(desks, puts, fresh)

    monkeypatch.setattr(_case, "gather", gathering)


@fault
def fact_per_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact is paid again under another key."""
    fact_refs = points.fact_refs
    monkeypatch.setattr(
        points,
        "fact_refs",
        lambda command, *args: [attrs.evolve(ref, line=command.key) for ref in fact_refs(command, *args)],
    )


@fault
def merge_forgets_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a merge the keys of the old holder are not asked."""
    replay = _case.Case.replay
    monkeypatch.setattr(
        _case.Case,
        "replay",
        lambda self, customer, command: replay(self, attrs.evolve(customer, absorbed=()), command),
    )


@fault
def refusal_that_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What time has done is written before a command is refused."""
    run = Executor.run

    def running(self: Executor, command: Any, actor: str) -> Any:
        try:
            return run(self, command, actor)
        except Exception:
            for head in _heads(self):
                run(self, Sweep(head.holder_id, ledger=head.ledger, program=head.program_id), actor)
            raise

    monkeypatch.setattr(Executor, "run", running)


def _heads(executor: Executor) -> list[Any]:
    from loyalcore.domain.ledger import Ledger
    from loyalcore.testing._play import records

    return [head.ref for head in records(executor.store, Ledger)]


@fault
def preview_that_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview does what it shows."""
    monkeypatch.setattr(Executor, "preview", Executor.run)


@fault
def figures_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of a membership stay as they were when the first points came."""
    membership_now = Desk.membership_now

    def frozen(self: Desk) -> Any:
        now = membership_now(self)
        return attrs.evolve(now, points=self.membership.points) if any(attrs.astuple(self.membership.points)) else now

    monkeypatch.setattr(Desk, "membership_now", frozen)


@fault
def due_by_points_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A membership is due when its points change, whatever becomes of the tier."""
    monkeypatch.setattr(_climb, "next_change", lambda standing, tiers: NEVER)
