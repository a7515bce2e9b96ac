"""Bookings over two ledgers: transfer some points, merge everything."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger._book import never
from loyalcore.domain.ledger._correcting import lot_name
from loyalcore.domain.ledger._entry import Carried, CarriedDebt, CarriedHold, Draw, Entry, EntryKind, NewLot
from loyalcore.errors import InsufficientPoints
from loyalcore.values.clock import NEVER, from_micros

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from loyalcore.domain.ledger._book import Book
    from loyalcore.domain.ledger._kernel import OpenLot


def transfer(source: Book, target: Book, points: int, **fields: Any) -> tuple[Entry, Entry]:
    """Book a transfer: the lots keep their dates, the receiver's debts are paid first.

    Args:
        source: The ledger that gives, opened at now.
        target: The ledger that receives, opened at now.
        points: How many, at least 1; never more than is active.
        fields: Further fields of both entries.

    Raises:
        InsufficientPoints: More than is active.

    Source: DOMAIN 3.2.
    """
    available = source.account.active
    if points > available:
        raise InsufficientPoints(requested=points, available=available, at=source.recorded_at)
    draws = tuple(source.draw(points))
    out_id = source.ref.entry_id(source.account.seq + 1)
    in_id = target.ref.entry_id(target.account.seq + 1)
    lots = [
        _moved(target, source, source.account.lots[draw.lot], index, draw.points) for index, draw in enumerate(draws)
    ]
    out = source.write(EntryKind.TRANSFER_OUT, points, draws=draws, counterpart=in_id, **fields)
    settled = target.settle(Draw(lot.lot, lot.points) for lot in lots if _is_active(lot, target))
    into = target.write(EntryKind.TRANSFER_IN, points, lots=tuple(lots), settled=settled, counterpart=out_id, **fields)
    target.advance(target.now)
    return out, into


def _moved(target: Book, source: Book, lot: OpenLot, index: int, points: int, held: int = 0) -> NewLot:
    return NewLot(
        target.account.lot_count + index + 1,
        points,
        never(lot.active_from),
        never(min(lot.expires_at, _lapsed_at(source, lot))),
        lot.expires_on,
        lot.expiry,
        is_earned=lot.is_earned and lot.active_from > source.account.at,
        origin=lot.origin or lot_name(source.ref, lot.lot),
        held=held,
    )


def _lapsed_at(source: Book, lot: OpenLot) -> int:
    """When the points of a lot lapsed with their account, held ones among them; NEVER where they did not."""
    account = source.account
    return min(source.now, account.account_expires_at) if lot.lot <= account.lapsed_lots else NEVER


def merge(
    source: Book,
    target: Book,
    taken: Container[str] = (),
    orders: Mapping[str, str | None] = MappingProxyType({}),
    **fields: Any,
) -> tuple[Entry, Entry]:
    """Book a merge: open lots with their dates, holds, debts and totals go to the survivor.

    Args:
        source: The ledger that ends, opened at now.
        target: The survivor's ledger, opened at now.
        taken: Names of holds that the survivor's ledger has had; a hold of the same name gets one of its own.
        orders: The orders that the open holds of the ledger that ends are for, by the hold's name.
        fields: Further fields of both entries.

    Source: DOMAIN 3.2.
    """
    account = source.account
    numbers = {}
    lots = []
    for index, lot in enumerate(account.lots.values()):
        moved = _moved(target, source, lot, index, lot.free + lot.held, lot.held)
        numbers[lot.lot] = moved.lot
        lots.append(moved)
    carried = Carried(
        origin=source.ref.holder_id,
        awarded=account.awarded,
        spent=account.spent,
        expired=account.expired,
        reversed=account.reversed,
        earned=account.earned,
        holds=tuple(_carried_holds(source, numbers, taken, orders)),
        debts=tuple(CarriedDebt(debt.entry_id, debt.owed, ()) for debt in account.debts.values() if debt.owed),
    )
    points = sum(lot.points for lot in lots)
    out_id = source.ref.entry_id(account.seq + 1)
    in_id = target.ref.entry_id(target.account.seq + 1)
    dates = [at for at in (account.account_expires_at, target.account.account_expires_at) if at != NEVER]
    draws = tuple(Draw(lot.lot, lot.free + lot.held) for lot in account.lots.values())
    out = source.write(EntryKind.MERGE, -points, draws=draws, counterpart=in_id, **fields)
    ready = [Draw(lot.lot, lot.points - lot.held) for lot in lots if _is_active(lot, target)]
    # The receiver's time may be later than the giver's: then points arrive beside a debt that they did not wait for.
    owed = target.owed() | {debt.entry_id: debt.owed for debt in carried.debts}
    settled = target.settle([*target.draw(sum(owed.values())), *ready], owed)
    into = target.write(
        EntryKind.MERGE,
        points,
        lots=tuple(lots),
        carried=carried,
        settled=settled,
        counterpart=out_id,
        **({"account_expires_at": from_micros(max(dates))} if dates else {}),
        **fields,
    )
    target.advance(target.now)
    return out, into


def _is_active(lot: NewLot, target: Book) -> bool:
    """Whether the points can pay what is owed; the receiver's time may be later than the giver's."""
    at = target.recorded_at
    return lot.active_from is not None and lot.active_from <= at and (lot.expires_at is None or lot.expires_at > at)


def _carried_holds(
    source: Book,
    numbers: dict[int, int],
    taken: Container[str],
    orders: Mapping[str, str | None],
) -> list[CarriedHold]:
    return [
        CarriedHold(
            hold.id if hold.id not in taken else f"{hold.id}@{source.ref.holder_id}",
            hold.points,
            from_micros(hold.lapses_at),
            tuple(Draw(numbers[draw.lot], draw.points) for draw in hold.draws),
            orders.get(hold.id),
        )
        for hold in source.account.holds.values()
        if hold.is_open
    ]
