"""Faults to plant in corrections, time, history and what happens once, beside those of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain import ledger
from loyalcore.domain.decision import KeyRecord
from loyalcore.domain.flows import Desk, _case, _climb, corrections, points
from loyalcore.domain.ledger import (
    Book,
    Draw,
    Entry,
    EntryKind,
    NewLot,
    Sweep,
    _consumption,
    _correcting,
    _kernel,
    _moving,
)
from loyalcore.domain.ledger._kernel import Account
from loyalcore.execution import Executor
from loyalcore.services import _ledgers
from loyalcore.values.clock import NEVER
from tests.property._kernel_faults import FAULTS, change_effect, fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pytest

    Fault = Callable[[pytest.MonkeyPatch], None]


__all__ = ["FAULTS"]


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

    change_effect(monkeypatch, EntryKind.ACTIVATE, activating)


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
