"""Bookings that take or reserve points: spend, deduct, adjust down, hold, capture, release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger._entry import Draw, Entry, EntryKind
from loyalcore.domain.ledger._policy import Shortfall
from loyalcore.errors import InsufficientPoints, InvalidInput
from loyalcore.values.calendar import parse_duration
from loyalcore.values.clock import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loyalcore.domain.ledger._book import Book
    from loyalcore.domain.ledger._kernel import OpenHold


def take(book: Book, kind: EntryKind, points: int, **fields: Any) -> Entry:
    """Book a spend, a deduction or an adjustment down under the shortfall policy.

    Args:
        book: The ledger, opened at now.
        kind: `spend`, `deduct` or `adjust`.
        points: How many, at least 1.
        fields: Further fields of the entry.

    Raises:
        InsufficientPoints: More than is active, where the policy does not clamp or allow it.

    Source: DOMAIN 3.2 (shortfall, deficit).
    """
    account, policy = book.account, book.policy
    available = account.active
    owed = 0
    if points > available:
        room = 0
        if policy.shortfall is Shortfall.ALLOW_NEGATIVE:
            limit = policy.overdraft_max
            room = points if limit is None else max(limit - account.deficit, 0)
        if policy.shortfall is Shortfall.CLAMP:
            points = available
        elif points > available + room:
            raise InsufficientPoints(requested=points, available=available + room, at=book.recorded_at)
        owed = points - available
    draws = tuple(book.draw(points - owed))
    signed = -points if kind is EntryKind.ADJUST else points
    return book.write(kind, signed, draws=draws, owed=owed, **fields)


def reserve(
    book: Book,
    points: int,
    *,
    hold_id: str,
    hold_for: str | None = None,
    lapses_at: datetime | None = None,
    **fields: Any,
) -> Entry:
    """Book a hold: points set aside until captured, released or lapsed.

    Args:
        book: The ledger, opened at now.
        points: How many, at least 1; never more than is active.
        hold_id: The name of the hold.
        hold_for: How long it lasts; None is the program's.
        lapses_at: Or the instant at which it lapses, UTC.
        fields: Further fields of the entry.

    Raises:
        InvalidInput: It would lapse at once.
        InsufficientPoints: More than is active.

    Source: DOMAIN 3.2.
    """
    if lapses_at is not None:
        end = to_micros(lapses_at)
    else:
        span = book.policy.hold_for if hold_for is None else parse_duration(hold_for, "hold_for")
        end = span.resolve(book.now, book.zone)
    if end <= book.now:
        raise InvalidInput("a hold lapses after now", path="lapses_at" if lapses_at else "hold_for")
    available = book.account.active
    if points > available:
        raise InsufficientPoints(requested=points, available=available, at=book.recorded_at)
    draws = tuple(book.draw(points))
    return book.write(EntryKind.HOLD, points, draws=draws, hold_id=hold_id, lapses_at=from_micros(end), **fields)


def capture(book: Book, hold: OpenHold, points: int | None, **fields: Any) -> list[Entry]:
    """Book the capture of a hold, in whole or in part; what is left over is released.

    Args:
        book: The ledger, opened at now.
        hold: The open hold.
        points: How many; None is all of it.
        fields: Further fields of the entries.

    Raises:
        InsufficientPoints: More than was held.

    Source: DOMAIN 3.2.
    """
    wanted = hold.points if points is None else points
    if wanted > hold.points:
        raise InsufficientPoints(requested=wanted, available=hold.points, at=book.recorded_at)
    used, left = _split(hold.draws, wanted)
    fields = {**fields, "hold_id": hold.id, "corrects": book.ref.entry_id(hold.seq)}
    entries = [book.write(EntryKind.CAPTURE, wanted, draws=tuple(used), **fields)]
    if left:
        entries.append(_give_free(book, left, fields))
    return entries


def release(book: Book, hold: OpenHold, **fields: Any) -> list[Entry]:
    """Book the release of a hold; points whose time is over by now expire at once.

    Args:
        book: The ledger, opened at now.
        hold: The open hold.
        fields: Further fields of the entry.

    Source: DOMAIN 3.2.
    """
    fields = {**fields, "hold_id": hold.id, "corrects": book.ref.entry_id(hold.seq)}
    return [_give_free(book, hold.draws, fields)]


def open_hold(book: Book, hold_id: str) -> OpenHold | None:
    """Find an open hold by its id."""
    hold = book.account.holds.get(hold_id)
    return hold if hold is not None and hold.is_open else None


def _give_free(book: Book, draws: Sequence[Draw], fields: dict[str, Any]) -> Entry:
    account = book.account
    alive = [draw for draw in draws if not account.has_lapsed(account.lots[draw.lot])]
    points = sum(draw.points for draw in draws)
    entry = book.write(EntryKind.RELEASE, points, draws=tuple(draws), settled=book.settle(alive), **fields)
    book.advance(book.now)
    return entry


def _split(draws: Sequence[Draw], points: int) -> tuple[list[Draw], list[Draw]]:
    used, left = [], []
    for lot, held in draws:
        taken = min(held, points)
        points -= taken
        if taken:
            used.append(Draw(lot, taken))
        if held > taken:
            left.append(Draw(lot, held - taken))
    return used, left
