"""Points that expire soon: which day takes how many, and which of a program's leads has come for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from loyalcore.domain.decision import Detail, FactRef, Notice, NoticeKind, NoticeRef
from loyalcore.domain.ledger._balance import schedule
from loyalcore.domain.ledger._entry import EntryKind
from loyalcore.domain.ledger._notices import BOOKING_KINDS
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.zones import last_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger._book import Book
    from loyalcore.domain.ledger._ledger import Ledger
    from loyalcore.values.calendar import Duration

POINTS_EXPIRING: Final = NoticeKind(
    "points_expiring",
    "Points expire soon: on a day that is no further away than a lead of the program.",
    {
        "ledger": Detail.TEXT,
        "points": Detail.NUMBER,
        "expires_at": Detail.INSTANT,
        "expires_on": Detail.DAY,
        "lead": Detail.TEXT,
    },
)
POINTS_KINDS: Final[tuple[NoticeKind, ...]] = (*BOOKING_KINDS, POINTS_EXPIRING)
"""Every kind of notice about points."""


class Ending(NamedTuple):
    """The points that a ledger loses with one day: the last valid day, the first instant, and how many."""

    day: date
    at: datetime
    points: int


def endings(book: Book, until: int, zone: ZoneInfo) -> list[Ending]:
    """List the days that take points from a ledger if nothing else happens; the book is used up by it.

    Args:
        book: The ledger, advanced to now.
        until: The last instant that is looked at, in microseconds since 1970.
        zone: The program's zone.

    Source: DOMAIN 3.2 (the schedule of coming changes), 3.11.
    """
    book.entries.clear()
    found: dict[date, Ending] = {}
    for change in schedule(book):
        if change.kind is not EntryKind.EXPIRE or to_micros(change.at) > until:
            continue
        day = change.expires_on or last_day(to_micros(change.at), zone)
        before = found.get(day)
        if before is None:
            found[day] = Ending(day, change.at, change.points)
        else:
            found[day] = before._replace(points=before.points + change.points)
    return list(found.values())


def has_ending(ledger: Ledger, until: int) -> bool:
    """Tell whether anything of a ledger may expire by an instant, without working it out.

    Args:
        ledger: It as stored, with its open lots.
        until: The instant, in microseconds since 1970.

    Source: House decision.
    """
    last = from_micros(until)
    if ledger.account_expires_at is not None and ledger.account_expires_at <= last:
        return True
    return any(lot.expires_at is not None and lot.expires_at <= last for lot in ledger.lots)


def leads_reached(leads: Sequence[Duration], now: datetime, at: datetime, zone: ZoneInfo) -> list[Duration]:
    """Give the leads that have come for something that ends, the shortest first.

    Args:
        leads: The leads of the program, rising.
        now: The instant, UTC.
        at: When it ends.
        zone: The program's zone.

    Source: DOMAIN 3.11 (n days or weeks ahead); a lead is counted on the wall clock of the program.
    """
    begun, ends = to_micros(now), to_micros(at)
    return [lead for lead in leads if ends <= lead.resolve(begun, zone)]


def lead_fact(ref: LedgerRef, ending: Ending, lead: Duration) -> FactRef:
    """Name the fact that a holder was told of a day, with a lead."""
    return FactRef(
        ref.environment,
        ref.holder_id,
        ref.program_id,
        rule=POINTS_EXPIRING.name,
        source_type="notice",
        source_id=ending.day.isoformat(),
        line=ref.ledger,
        side=lead.text,
    )


def expiring_notice(ref: LedgerRef, ending: Ending, lead: Duration, at: datetime) -> Notice:
    """Make the notice of a day that takes points.

    Args:
        ref: The ledger.
        ending: The day.
        lead: The shortest lead that has come for it.
        at: The instant, UTC.

    Source: DOMAIN 3.11.
    """
    name = f"{POINTS_EXPIRING.name}:{ref.program_id}:{ref.ledger}:{ending.day.isoformat()}:{lead.text}"
    return POINTS_EXPIRING.notice(
        NoticeRef(ref.environment, ref.holder_id, name),
        ref.program_id,
        at,
        ledger=ref.ledger,
        points=ending.points,
        expires_at=ending.at.isoformat(),
        expires_on=ending.day.isoformat(),
        lead=lead.text,
    )
