"""Between a ledger's records and an account on plain values: the one place that dresses and undresses lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger._book import never
from loyalcore.domain.ledger._entry import Draw
from loyalcore.domain.ledger._kernel import Account, OpenDebt, OpenHold, OpenLot, micros
from loyalcore.domain.ledger._ledger import Debt, Ledger, Lot, PointsHold
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.drafts import draft_of

if TYPE_CHECKING:
    from loyalcore.domain.decision import LedgerRef


class OpenedAccount(Account):
    """An account that knows the ledger it was opened from, so that what nobody touches is not dressed again."""

    __slots__ = ("opened_from",)

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.opened_from = ledger


def open_lot(lot: Lot) -> OpenLot:
    """Give a lot on plain values."""
    return OpenLot(
        lot.lot,
        lot.granted,
        lot.free,
        lot.held,
        micros(lot.active_from),
        micros(lot.expires_at),
        lot.expires_on,
        lot.expiry,
        lot.is_earned,
        lot.origin,
    )


def open_debt(debt: Debt) -> OpenDebt:
    """Give a debt on plain values."""
    return OpenDebt(debt.entry_id, debt.owed, debt.seq, list(debt.paid))


def account_of(ledger: Ledger | None) -> Account:
    """Give a ledger on plain values; none is an empty account."""
    if ledger is None:
        return Account()
    account = OpenedAccount(ledger)
    account.seq = ledger.seq
    account.at = to_micros(ledger.at)
    account.recorded_at = to_micros(ledger.recorded_at)
    account.lot_count = ledger.lot_count
    account.awarded = ledger.awarded
    account.spent = ledger.spent
    account.expired = ledger.expired
    account.reversed = ledger.reversed
    account.deficit = ledger.deficit
    account.earned = ledger.earned
    account.account_expires_at = micros(ledger.account_expires_at)
    account.lapsed_lots = ledger.lapsed_lots
    account.lots = {lot.lot: open_lot(lot) for lot in ledger.lots}
    account.holds = {
        hold.id: OpenHold(hold.id, hold.points, to_micros(hold.lapses_at), list(hold.draws), hold.seq, hold.state)
        for hold in ledger.holds
    }
    account.debts = {debt.entry_id: open_debt(debt) for debt in ledger.debts}
    return account


def ledger_of(account: Account, ref: LedgerRef, version: int, head_only: bool = False) -> Ledger:
    """Dress an account as a ledger, with what is open in it or as its head only."""
    lots: tuple[Lot, ...] = ()
    holds: list[PointsHold] = []
    debts: list[Debt] = []
    if not head_only:
        lots = _lots(account, ref)
        holds = [
            _hold(account, ref, hold.id)
            for hold in sorted(account.holds.values(), key=lambda each: (each.seq, each.id))
        ]
        debts = [_debt(account, ref, debt.entry_id) for debt in account.oldest_debts()]
    made: Any = _LedgerDraft()
    made.ref = ref
    made.version = version
    made.seq = account.seq
    made.at = from_micros(account.at)
    made.recorded_at = from_micros(account.recorded_at)
    made.lot_count = account.lot_count
    made.awarded = account.awarded
    made.active = account.active
    made.pending = account.pending
    made.held = account.held
    made.spent = account.spent
    made.expired = account.expired
    made.reversed = account.reversed
    made.deficit = account.deficit
    made.earned = account.earned
    made.account_expires_at = never(account.account_expires_at)
    made.lapsed_lots = account.lapsed_lots
    made.next_change_at = never(account.next_change)
    made.lots = lots
    made.holds = tuple([hold for hold in holds if hold.is_open])
    made.debts = tuple([debt for debt in debts if debt.is_open])
    made.__class__ = Ledger
    ledger: Ledger = made
    return ledger


_LedgerDraft = draft_of(Ledger)


def touched(account: Account, ref: LedgerRef) -> tuple[Lot | PointsHold | Debt, ...]:
    """Dress the lots, holds and debts that a store has to write."""
    lots = [_lot(account.lots.get(number) or account.closed[number], ref) for number in sorted(account.touched_lots)]
    holds = [_hold(account, ref, hold_id) for hold_id in sorted(account.touched_holds)]
    debts = [_debt(account, ref, debt_id) for debt_id in sorted(account.touched_debts)]
    return (*lots, *holds, *debts)


def _lots(account: Account, ref: LedgerRef) -> tuple[Lot, ...]:
    dressed: dict[int, Lot] = {}
    if isinstance(account, OpenedAccount) and account.opened_from.ref == ref:
        touched_lots = account.touched_lots
        dressed = {lot.lot: lot for lot in account.opened_from.lots if lot.lot not in touched_lots}
    return tuple([dressed.get(number) or _lot(lot, ref) for number, lot in account.lots.items()])


def _lot(lot: OpenLot, ref: LedgerRef) -> Lot:
    made: Any = _LotDraft()
    made.ledger = ref
    made.lot = lot.lot
    made.granted = lot.granted
    made.free = lot.free
    made.held = lot.held
    made.active_from = never(lot.active_from)
    made.expires_at = never(lot.expires_at)
    made.expires_on = lot.expires_on
    made.expiry = lot.expiry
    made.is_earned = lot.is_earned
    made.origin = lot.origin
    made.__class__ = Lot
    record: Lot = made
    return record


_LotDraft = draft_of(Lot)


def _hold(account: Account, ref: LedgerRef, hold_id: str) -> PointsHold:
    hold = account.holds[hold_id]
    return PointsHold(
        ledger=ref,
        id=hold.id,
        points=hold.points,
        lapses_at=from_micros(hold.lapses_at),
        state=hold.state,
        draws=tuple(Draw(*draw) for draw in hold.draws),
        seq=hold.seq,
    )


def _debt(account: Account, ref: LedgerRef, debt_id: str) -> Debt:
    debt = account.debts[debt_id]
    return Debt(ledger=ref, entry_id=debt_id, owed=debt.owed, seq=debt.seq, paid=tuple(debt.paid))
