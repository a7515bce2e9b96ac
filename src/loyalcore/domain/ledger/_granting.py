"""Bookings that bring points in or change their terms: award, adjust up, activate, extend."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from loyalcore.domain.ledger._book import never
from loyalcore.domain.ledger._entry import Draw, Entry, EntryKind, NewLot, TermChange
from loyalcore.domain.ledger._policy import ExpiryAnchor, ExpiryModel
from loyalcore.errors import IllegalTransition, InvalidInput
from loyalcore.values.calendar import Term, parse_duration, parse_expiry, parse_start
from loyalcore.values.clock import NEVER, from_micros, to_micros
from loyalcore.values.zones import end_of, local_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.ledger._book import Book
    from loyalcore.domain.ledger._kernel import OpenLot
    from loyalcore.domain.ledger._policy import PointsPolicy
    from loyalcore.values.calendar import Duration

_UNLIMITED = parse_expiry("unlimited", "expiry")


def grant(
    book: Book,
    kind: EntryKind,
    points: int,
    *,
    activation: str | None = None,
    active_from: datetime | None = None,
    expiry: str | None = None,
    expires_at: datetime | None = None,
    expires_on: date | None = None,
    **fields: Any,
) -> Entry:
    """Book an award or an adjustment up: one new lot; what is owed is paid from it once it is active.

    Points whose whole time lies in the past, such as imported ones, expire at once and pay nothing.

    Args:
        book: The ledger, opened at now.
        kind: `award` or `adjust`.
        points: How many, at least 1.
        activation: A start expression; None is the program's.
        active_from: A start instant instead, UTC.
        expiry: An expiry expression; None is the program's.
        expires_at: An end instant instead, UTC.
        expires_on: A last valid day instead, in the program's zone.
        fields: Further fields of the entry.

    Raises:
        InvalidInput: The expiry is not after the start.

    Source: DOMAIN 3.1, 3.2.
    """
    start = _start(book, activation, active_from)
    term, waiting = _term(book, start, expiry, expires_at, expires_on, fields.get("occurred_at"))
    if _is_over(book, start, term):
        raise InvalidInput(
            "the expiry is not after the start of the points; give a later expiry or an earlier start",
            path=_expiry_path(expires_at, expires_on),
        )
    account = book.account
    number = account.lot_count + 1
    lot = NewLot(
        number,
        points,
        never(start),
        never(term.at),
        term.on,
        waiting,
        is_earned=kind is EntryKind.AWARD,
    )
    settled = book.settle((Draw(number, points),)) if start <= account.at < term.at else ()
    entry = book.write(kind, points, lots=(lot,), settled=settled, **fields)
    if term.at <= book.now or book.policy.expiry_model is not ExpiryModel.PER_LOT:
        book.advance(book.now)
    return entry


class _Moment(NamedTuple):
    """What terms are worked out from, where no ledger is open."""

    policy: PointsPolicy
    now: int
    zone: ZoneInfo


def begins_over(
    policy: PointsPolicy,
    at: datetime,
    zone: ZoneInfo,
    *,
    activation: str | None = None,
    expiry: str | None = None,
    occurred_at: datetime | None = None,
) -> bool:
    """Say whether points that a rule grants would be over before they begin: `grant` would refuse them.

    Args:
        policy: What the program says of its ledgers.
        at: When they are granted, UTC.
        zone: The program's zone.
        activation: The rule's start expression; None is the program's.
        expiry: The rule's expiry expression; None is the program's.
        occurred_at: When it happened, by the host.

    Source: DOMAIN 3.1 (an expiry not after the start is refused).
    """
    moment = _Moment(policy, to_micros(at), zone)
    start = _start(moment, activation, None)
    term, _ = _term(moment, start, expiry, None, None, occurred_at)
    return _is_over(moment, start, term)


def never_begins_over(policy: PointsPolicy, activation: str | None, expiry: str | None) -> bool:
    """Say whether points by some terms are never over before they begin, whenever they are granted.

    Args:
        policy: What the program says of its ledgers.
        activation: The rule's start expression; None is the program's.
        expiry: The rule's expiry expression; None is the program's.
    """
    start = policy.activation if activation is None else parse_start(activation, "activation")
    end = policy.expiry if expiry is None else parse_expiry(expiry, "expiry")
    is_span = not end.is_fixed and not end.text.startswith("start_of_day")
    is_from_now = policy.expiry_anchor is not ExpiryAnchor.ORDER_CLOSED and start.text == "immediate"
    return end == _UNLIMITED or (is_span and is_from_now)


def _is_over(book: Book | _Moment, start: int, term: Term) -> bool:
    return term.at <= (book.now if start == NEVER else start)


def _start(book: Book | _Moment, activation: str | None, active_from: datetime | None) -> int:
    if active_from is not None:
        return to_micros(active_from)
    rule = book.policy.activation if activation is None else parse_start(activation, "activation")
    return rule.resolve(book.now, book.zone)


def _term(
    book: Book | _Moment,
    start: int,
    expiry: str | None,
    expires_at: datetime | None,
    expires_on: date | None,
    occurred_at: datetime | None,
) -> tuple[Term, str | None]:
    if expires_at is not None:
        return Term(to_micros(expires_at), None), None
    if expires_on is not None:
        return Term(end_of(expires_on, book.zone), expires_on), None
    policy = book.policy
    if expiry is not None:
        rule = parse_expiry(expiry, "expiry")
    elif policy.expiry_model is ExpiryModel.INACTIVITY:
        rule = _UNLIMITED
    else:
        rule = policy.expiry
    if start == NEVER and not rule.is_fixed:
        return Term(NEVER, None), None if rule == _UNLIMITED else rule.text
    if policy.expiry_anchor is ExpiryAnchor.ACTIVATED and not rule.is_fixed:
        return rule.resolve(start, book.zone), rule.text if start > book.now else None
    if policy.expiry_anchor is ExpiryAnchor.ORDER_CLOSED and occurred_at is not None:
        return rule.resolve(to_micros(occurred_at), book.zone), None
    return rule.resolve(book.now, book.zone), None


def activate(book: Book, lots: Sequence[OpenLot], **fields: Any) -> Entry:
    """Book the activation of pending lots, now; an expiry that counts from activation starts.

    Args:
        book: The ledger, opened at now.
        lots: The pending lots, at least one.
        fields: Further fields of the entry.

    Raises:
        InvalidInput: The expiry that the lot brought along is over before it starts.

    Source: DOMAIN 3.1 (anchors), 3.2.
    """
    draws = tuple(Draw(lot.lot, lot.free) for lot in lots)
    changes = []
    for lot in lots:
        if lot.expiry is not None:
            term = parse_expiry(lot.expiry, "expiry").resolve(book.now, book.zone)
            if term.at <= book.now:
                raise InvalidInput("the expiry of these points is over before they start", path="expiry")
            changes.append(TermChange(lot.lot, never(lot.expires_at), never(term.at), term.on))
    points = sum(draw.points for draw in draws)
    return book.write(
        EntryKind.ACTIVATE, points, draws=draws, changes=tuple(changes), settled=book.settle(draws), **fields
    )


def pending_lots(book: Book, numbers: Iterable[int]) -> list[OpenLot]:
    """Find the pending lots among some numbers.

    Raises:
        IllegalTransition: None of them is pending.
    """
    account = book.account
    lots = [account.lots[number] for number in numbers if number in account.lots]
    pending = [lot for lot in lots if lot.active_from > account.at]
    if not pending:
        raise IllegalTransition(state="not pending", move="activate")
    return pending


def extend(
    book: Book,
    lots: Sequence[OpenLot],
    *,
    by: str | None = None,
    expiry: str | None = None,
    expires_at: datetime | None = None,
    expires_on: date | None = None,
    **fields: Any,
) -> Entry:
    """Book a new expiry for active and pending lots, and report each with its date before and after.

    Args:
        book: The ledger, opened at now.
        lots: The lots to touch.
        by: A span to add to each date; lots without a date keep none.
        expiry: Or an expression that counts from now, `unlimited` among them.
        expires_at: Or an instant, UTC.
        expires_on: Or a last valid day, in the program's zone.
        fields: Further fields of the entry.

    Raises:
        InvalidInput: The new expiry is not after now or not after the start of the points.

    Source: DOMAIN 3.2.
    """
    account = book.account
    moved = _moved(book, by, expiry, expires_at, expires_on)
    is_whole_account = book.policy.expiry_model is ExpiryModel.INACTIVITY
    changes = []
    for lot in lots:
        term = moved(lot.expires_at, lot.expires_on)
        if term.at == lot.expires_at or account.has_lapsed(lot) or (is_whole_account and lot.expires_at == NEVER):
            continue
        if term.at <= lot.active_from < NEVER:
            path = _expiry_path(expires_at, expires_on)
            raise InvalidInput("the new expiry is not after the start of the points", path=path)
        changes.append(TermChange(lot.lot, never(lot.expires_at), never(term.at), term.on))
    if is_whole_account:
        ends = moved(account.account_expires_at, None).at
        if ends != NEVER:
            fields["account_expires_at"] = from_micros(ends)
    return book.write(EntryKind.EXTEND, 0, changes=tuple(changes), **fields)


def _moved(
    book: Book,
    by: str | None,
    expiry: str | None,
    expires_at: datetime | None,
    expires_on: date | None,
) -> Callable[[int, date | None], Term]:
    """Say where an expiry moves to; a span added to a last valid day gives a last valid day."""
    if expires_at is not None:
        fixed = Term(to_micros(expires_at), None)
    elif expires_on is not None:
        fixed = Term(end_of(expires_on, book.zone), expires_on)
    elif expiry is not None:
        fixed = parse_expiry(expiry, "expiry").resolve(book.now, book.zone)
    else:
        span = parse_duration(by, "by")
        return partial(_later, book.zone, span)
    if fixed.at <= book.now:
        raise InvalidInput("the new expiry is not after now", path=_expiry_path(expires_at, expires_on))
    return lambda _before, _on: fixed


def _later(zone: ZoneInfo, span: Duration, before: int, on: date | None) -> Term:
    if on is not None:
        day = local_day(span.resolve(end_of(on - timedelta(days=1), zone), zone), zone)
        return Term(end_of(day, zone), day)
    return Term(before if before == NEVER else span.resolve(before, zone), None)


def _expiry_path(expires_at: datetime | None, expires_on: date | None) -> str:
    return "expires_on" if expires_on is not None else "expires_at" if expires_at is not None else "expiry"
