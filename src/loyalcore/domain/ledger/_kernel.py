"""The lot kernel: one account on plain values, and what each kind of entry does to it.

`apply` is the meaning of an entry: the single command, the replay and the recomputation of `verify` all go through
it. It only adds up and never refuses; booking (`_book`, `_time`) decides which lots an entry names. Points move
between five places, and the sum over all of them never changes but by `awarded`:

    lots (free) · lots (held) · spent · expired · reversed      − owed (debts)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.ledger._entry import Draw, EntryKind
from loyalcore.domain.ledger._ledger import HoldState
from loyalcore.values.clock import NEVER, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from loyalcore.domain.ledger._entry import Entry, NewLot


@attrs.define
class OpenLot:
    """A lot on plain values; instants in microseconds since 1970 UTC."""

    lot: int
    granted: int
    free: int
    held: int
    active_from: int
    expires_at: int
    expires_on: date | None = None
    expiry: str | None = None
    is_earned: bool = False
    origin: str | None = None


@attrs.define
class OpenHold:
    """A hold on plain values."""

    id: str
    points: int
    lapses_at: int
    draws: list[Draw]
    seq: int
    state: HoldState = HoldState.OPEN

    @property
    def is_open(self) -> bool:
        """Whether it still reserves points."""
        return self.state is HoldState.OPEN


@attrs.define
class OpenDebt:
    """A debt on plain values."""

    entry_id: str
    owed: int
    seq: int
    paid: list[Draw]

    def pay_back(self, number: int, points: int) -> None:
        """Give points back to a lot that paid, its last payment first."""
        for index in range(len(self.paid) - 1, -1, -1):
            lot, paid = self.paid[index]
            if lot == number:
                back = min(paid, points)
                self.paid[index] = Draw(lot, paid - back)
                points -= back
        self.paid = [draw for draw in self.paid if draw.points]


def micros(at: datetime | None) -> int:
    """Give an instant in microseconds, None as never."""
    return NEVER if at is None else to_micros(at)


class Account:
    """One ledger on plain values, changed in place by `apply`.

    `closed` keeps the lots that ran empty, so that what is given back finds its lot; `touched_*` name what a store
    has to write.
    """

    __slots__ = (
        "_next_change",
        "account_expires_at",
        "at",
        "awarded",
        "closed",
        "debts",
        "deficit",
        "earned",
        "expired",
        "holds",
        "lapsed_lots",
        "lot_count",
        "lots",
        "recorded_at",
        "reversed",
        "seq",
        "spent",
        "touched_debts",
        "touched_holds",
        "touched_lots",
    )

    def __init__(self) -> None:
        self.seq: int = 0
        self.at: int = 0
        self.recorded_at: int = 0
        self.lot_count: int = 0
        self.awarded: int = 0
        self.spent: int = 0
        self.expired: int = 0
        self.reversed: int = 0
        self.deficit: int = 0
        self.earned: int = 0
        self.account_expires_at: int = NEVER
        self.lapsed_lots: int = 0
        self.lots: dict[int, OpenLot] = {}
        self.closed: dict[int, OpenLot] = {}
        self.holds: dict[str, OpenHold] = {}
        self.debts: dict[str, OpenDebt] = {}
        self.touched_lots: set[int] = set()
        self.touched_holds: set[str] = set()
        self.touched_debts: set[str] = set()
        self._next_change: int | None = None

    @property
    def active(self) -> int:
        """Points that can be spent at `at`."""
        at = self.at
        return sum([lot.free for lot in self.lots.values() if lot.active_from <= at])

    @property
    def pending(self) -> int:
        """Points whose time has not come at `at`."""
        at = self.at
        return sum([lot.free for lot in self.lots.values() if lot.active_from > at])

    @property
    def held(self) -> int:
        """Points reserved by open holds."""
        return sum([lot.held for lot in self.lots.values() if lot.held])

    @property
    def next_change(self) -> int:
        """The next boundary: when time alone changes a figure; NEVER where nothing is due."""
        if self._next_change is None:
            self._next_change = self._find_next_change()
        return self._next_change

    def _find_next_change(self) -> int:
        soonest = NEVER
        at = self.at
        dead = self.lapsed_lots
        for lot in self.lots.values():
            if not lot.free:
                continue
            if lot.lot <= dead:
                return at
            soonest = min(soonest, lot.expires_at)
            if at < lot.active_from < soonest:
                soonest = lot.active_from
        for hold in self.holds.values():
            if hold.is_open:
                soonest = min(soonest, hold.lapses_at)
        if self.account_expires_at < soonest and self.lot_count > dead:
            soonest = self.account_expires_at
        return max(soonest, at)

    def oldest_debts(self) -> list[OpenDebt]:
        """The debts, the oldest first."""
        return sorted(self.debts.values(), key=lambda debt: (debt.seq, debt.entry_id))

    def has_lapsed(self, lot: OpenLot) -> bool:
        """Whether a lot's time is over at `at`, were points to come back to it."""
        return lot.expires_at <= self.at or lot.lot <= self.lapsed_lots

    def lot_of(self, number: int) -> OpenLot:
        """Find a lot, open or closed, and put it among the open ones."""
        lot = self.lots.get(number)
        if lot is None:
            lot = self.lots[number] = self.closed.pop(number)
            self.lots = dict(sorted(self.lots.items()))
        return lot

    def move_to(self, at: int) -> None:
        """Let time pass to an instant before which no boundary is due."""
        self.at = max(self.at, at)

    def apply(self, entry: Entry) -> None:
        """Add one entry; it names everything that it changes."""
        self.seq = entry.seq
        recorded_at, effective_at = entry.recorded_at, entry.effective_at
        self.recorded_at = to_micros(recorded_at)
        self.move_to(self.recorded_at if effective_at is recorded_at else to_micros(effective_at))
        self._next_change = None
        for new in entry.lots:
            self._add(new)
        _EFFECTS[entry.kind](self, entry)
        if entry.owed:
            self.debts[entry.id] = OpenDebt(entry.id, entry.owed, entry.seq, [])
            self.touched_debts.add(entry.id)
            self.deficit += entry.owed
        for debt_id, number, points in entry.settled:
            self._settle(debt_id, number, points)
        for number, _before, after, on in entry.changes:
            lot = self.lot_of(number)
            lot.expires_at, lot.expires_on = micros(after), on
            if entry.kind is EntryKind.EXTEND:
                lot.expiry = None  # a date set by hand is not worked out again at the activation
            self.touched_lots.add(number)
        if entry.account_expires_at is not None and entry.kind is not EntryKind.EXPIRE:
            self.account_expires_at = to_micros(entry.account_expires_at)
        if entry.draws or entry.settled or entry.carried:
            self._close_empty()

    def _add(self, new: NewLot) -> None:
        self.lots[new.lot] = OpenLot(
            new.lot,
            new.points,
            new.points - new.held,
            new.held,
            micros(new.active_from),
            micros(new.expires_at),
            new.expires_on,
            new.expiry,
            new.is_earned,
            new.origin,
        )
        self.lot_count = max(self.lot_count, new.lot)
        self.touched_lots.add(new.lot)

    def _settle(self, debt_id: str, number: int, points: int) -> None:
        debt = self.debts.setdefault(debt_id, OpenDebt(debt_id, 0, self.seq, []))
        self.touched_debts.add(debt_id)
        if points < 0:
            debt.pay_back(number, -points)
            self.lot_of(number).free -= points
            self.touched_lots.add(number)
            return
        debt.owed -= points
        self.deficit -= points
        if number:
            debt.paid.append(Draw(number, points))
            self.lots[number].free -= points
            self.touched_lots.add(number)

    def _close_empty(self) -> None:
        empty = [number for number, lot in self.lots.items() if not lot.free and not lot.held]
        for number in empty:
            self.closed[number] = self.lots.pop(number)


def _take(account: Account, entry: Entry) -> None:
    lots = account.lots
    for number, points in entry.draws:
        lots[number].free -= points
        account.touched_lots.add(number)


def _award(account: Account, entry: Entry) -> None:
    account.awarded += entry.points
    account.earned += _earned_at_once(account, entry)


def _earned_at_once(account: Account, entry: Entry) -> int:
    """The points of new lots that count as earned without an activation."""
    return sum([new.points for new in entry.lots if new.is_earned and account.lots[new.lot].active_from <= account.at])


def _spend(account: Account, entry: Entry) -> None:
    _take(account, entry)
    account.spent += entry.points


def _adjust(account: Account, entry: Entry) -> None:
    if entry.points < 0:
        _take(account, entry)
        account.spent -= entry.points
    else:
        _award(account, entry)


def _expire(account: Account, entry: Entry) -> None:
    _take(account, entry)
    account.expired += entry.points
    if entry.account_expires_at is not None:
        account.lapsed_lots = account.lot_count


def _activate(account: Account, entry: Entry) -> None:
    for number, points in entry.draws:
        lot = account.lots[number]
        lot.active_from = account.at
        lot.expiry = None
        account.touched_lots.add(number)
        if lot.is_earned:
            account.earned += points


def _hold(account: Account, entry: Entry) -> None:
    hold_id = str(entry.hold_id)
    _take(account, entry)
    for number, points in entry.draws:
        account.lots[number].held += points
    account.holds[hold_id] = OpenHold(hold_id, entry.points, micros(entry.lapses_at), list(entry.draws), entry.seq)
    account.touched_holds.add(hold_id)


def _capture(account: Account, entry: Entry) -> None:
    for number, points in entry.draws:
        account.lots[number].held -= points
        account.touched_lots.add(number)
    account.spent += entry.points
    _resolve(account, entry, HoldState.CAPTURED)


def _release(account: Account, entry: Entry) -> None:
    for number, points in entry.draws:
        lot = account.lots[number]
        lot.held -= points
        lot.free += points
        account.touched_lots.add(number)
    _resolve(account, entry, HoldState.LAPSED if entry.actor == TIME else HoldState.RELEASED)


def _resolve(account: Account, entry: Entry, state: HoldState) -> None:
    hold_id = str(entry.hold_id)
    hold = account.holds[hold_id]
    if hold.is_open:
        hold.state = state
    account.touched_holds.add(hold_id)


def _reverse(account: Account, entry: Entry) -> None:
    lots = account.lots
    account.reversed += entry.points
    account.earned -= entry.owed
    for number, points in entry.draws:
        if lots[number].active_from <= account.at:
            account.earned -= points
    _take(account, entry)


def _restore(account: Account, entry: Entry) -> None:
    account.spent -= entry.points
    for number, points in entry.draws:
        account.lot_of(number).free += points
        account.touched_lots.add(number)


def _nothing(account: Account, entry: Entry) -> None:
    """Zero points: only the fact that it happened."""


def _merge(account: Account, entry: Entry) -> None:
    carried = entry.carried
    if carried is None:
        _leave(account)
        return
    account.awarded += carried.awarded
    account.spent += carried.spent
    account.expired += carried.expired
    account.reversed += carried.reversed
    account.earned += carried.earned
    account.earned += _earned_at_once(account, entry)
    for hold in carried.holds:
        account.holds[hold.hold_id] = OpenHold(
            hold.hold_id, hold.points, to_micros(hold.lapses_at), list(hold.draws), entry.seq
        )
        account.touched_holds.add(hold.hold_id)
    for debt in carried.debts:
        account.debts[debt.entry_id] = OpenDebt(debt.entry_id, debt.owed, entry.seq, list(debt.paid))
        account.touched_debts.add(debt.entry_id)
        account.deficit += debt.owed


def _leave(account: Account) -> None:
    account.touched_lots.update(account.lots)
    account.touched_holds.update(account.holds)
    account.touched_debts.update(account.debts)
    for lot in account.lots.values():
        lot.free = lot.held = 0
    for hold in account.holds.values():
        if hold.is_open:
            hold.state = HoldState.RELEASED
    for debt in account.debts.values():
        debt.owed = 0
    account.closed.update(account.lots)
    account.lots = {}
    account.awarded = account.spent = account.expired = account.reversed = account.earned = account.deficit = 0
    account.account_expires_at = NEVER


TIME = "time"

_EFFECTS: dict[EntryKind, Callable[[Account, Entry], None]] = {
    EntryKind.AWARD: _award,
    EntryKind.SPEND: _spend,
    EntryKind.DEDUCT: _spend,
    EntryKind.ADJUST: _adjust,
    EntryKind.EXPIRE: _expire,
    EntryKind.ACTIVATE: _activate,
    EntryKind.HOLD: _hold,
    EntryKind.CAPTURE: _capture,
    EntryKind.RELEASE: _release,
    EntryKind.REVERSE: _reverse,
    EntryKind.RESTORE: _restore,
    EntryKind.TRANSFER_OUT: _spend,
    EntryKind.TRANSFER_IN: _award,
    EntryKind.EXTEND: _nothing,
    EntryKind.ACTIVITY: _nothing,
    EntryKind.MERGE: _merge,
}
