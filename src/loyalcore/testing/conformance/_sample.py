"""The noun of the suite: a row with a field of every type, required and missing, personal and worked out."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

import attrs

from loyalcore.query import (
    Amount,
    Choice,
    Day,
    Every,
    Flag,
    Id,
    Instant,
    Noun,
    Text,
    TextMap,
    TextSet,
    Whole,
    days_ago,
    months_ago,
)
from loyalcore.values.clock import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from loyalcore.query import Listing

R = TypeVar("R")

AT: Final = parse_instant("2024-10-27T11:00:00Z", "at")
"""When the suite asks: on a day of 25 hours."""
ZONE: Final = ZoneInfo("Europe/Berlin")


@attrs.frozen(kw_only=True)
class Sample:
    """A row that is awkward on purpose; each field of the noun that has a column has an attribute of the column's name.

    Args:
        environment: `live` or `sandbox`.
        holder_id: Whose it is.
        program_id: Of which program.
        ledger: Of which ledger; the empty text is the main one.
        seq: Its number there.
        next_change_at: When time changes it, UTC; None for never.
    """

    environment: str = "live"
    holder_id: str
    program_id: str = "beans"
    ledger: str = ""
    seq: int = 1
    next_change_at: datetime | None = None
    title: str = ""
    name: str | None = None
    city_id: str | None = None
    level: int = 0
    points_active: int | None = None
    spent: Decimal | None = None
    made_at: datetime = AT
    seen_at: datetime | None = None
    born_on: date | None = None
    is_open: bool = False
    is_member: bool | None = None
    tags: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def shout(self) -> str:
        """What is worked out of another value, and in no column."""
        return f"{self.title}!"


class SampleFields:
    """The fields of the noun, by short names."""

    environment: Id = Id("environment", attrgetter("environment"), is_required=True)
    holder_id: Id = Id("holder_id", attrgetter("holder_id"), is_required=True)
    program_id: Id = Id("program_id", attrgetter("program_id"), is_required=True)
    ledger: Id = Id("ledger", attrgetter("ledger"), is_required=True)
    seq: Whole = Whole("seq", attrgetter("seq"), is_required=True)
    next_change_at: Instant = Instant("next_change_at", attrgetter("next_change_at"))
    title: Text = Text("title", attrgetter("title"), is_required=True)
    name: Text = Text("name", attrgetter("name"), is_personal=True)
    city_id: Id = Id("city_id", attrgetter("city_id"))
    level: Whole = Whole("level", attrgetter("level"), is_required=True, moves=True)
    active: Whole = Whole("points.active", attrgetter("points_active"))
    spent: Amount = Amount("spent", attrgetter("spent"))
    made_at: Instant = Instant("made_at", attrgetter("made_at"), is_required=True)
    seen_at: Instant = Instant("seen_at", attrgetter("seen_at"))
    born_on: Day = Day("born_on", attrgetter("born_on"), is_personal=True)
    is_open: Flag = Flag("is_open", attrgetter("is_open"), is_required=True)
    is_member: Flag = Flag("is_member", attrgetter("is_member"))
    tags: TextSet = TextSet("tags", attrgetter("tags"))
    attributes: TextMap = TextMap("attributes", attrgetter("attributes"))
    shout: Text = Text("shout", attrgetter("shout"), column=None, is_required=True)
    stage: Choice = Choice(
        "stage",
        lambda sample: None,
        choices={
            "new": seen_at >= days_ago(7),
            "known": (level >= 1) & name.contains("a"),
            "lost": (seen_at < months_ago(1)) | (is_member.is_(False) & (active < 500)),
            "any": Every(),
        },
    )


F = SampleFields
IDS: Final = (F.holder_id, F.program_id, F.ledger, F.seq)
SAMPLES: Final = Noun(
    "sample",
    [
        *(F.environment, *IDS, F.next_change_at, F.title, F.name, F.city_id, F.level, F.active, F.spent, F.made_at),
        *(F.seen_at, F.born_on, F.is_open, F.is_member, F.tags, F.attributes, F.shout, F.stage),
    ],
    ids=IDS,
    kind=Sample,
    aliases={"points": "points.active"},
)
"""The noun of the suite. Its ids tell rows of one environment apart; another one may have the same."""


def within(listing: Listing, rows: Iterable[R]) -> list[R]:
    """Return the rows that a listing means, out of rows of any environment, program, holder and ledger."""
    fields = {field.name for field in listing.query.noun.fields}
    meant = {name: getattr(listing, name) for name in ("environment", "program_id", "holder_id", "ledger")}
    asked = {name: value for name, value in meant.items() if value is not None and name in fields}
    return [row for row in rows if all(getattr(row, name) == value for name, value in asked.items())]
