"""A noun with a field of every type, and records of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs

from loyalcore.query import Amount, Choice, Day, Every, Flag, Id, Instant, Noun, Text, TextMap, TextSet, Whole, days_ago

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Person:
    id: str = "p-1"
    name: str | None = None
    tier: str | None = None
    points: int | None = None
    spent: Decimal | None = None
    is_member: bool | None = None
    joined_at: datetime | None = None
    born_on: date | None = None
    city_id: str | None = None
    tags: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = attrs.field(factory=dict)


class P:
    """The fields, as a host writes them."""

    id = Id("id", lambda person: person.id, is_required=True)
    name = Text("name", lambda person: person.name, is_personal=True)
    tier = Text("tier", lambda person: person.tier)
    spent = Amount("spent", lambda person: person.spent)
    is_member = Flag("is_member", lambda person: person.is_member)
    joined_at = Instant("joined_at", lambda person: person.joined_at)
    born_on = Day("born_on", lambda person: person.born_on, is_personal=True)
    city_id = Id("city_id", lambda person: person.city_id)
    tags = TextSet("tags", lambda person: person.tags)
    attributes = TextMap("attributes", lambda person: person.attributes)

    class points:  # noqa: N801 - part of a dotted name
        active = Whole("points.active", lambda person: person.points)

    stage = Choice(
        "stage",
        lambda person: person.tier,
        choices={
            "new": joined_at >= days_ago(30),
            "loyal": (points.active >= 500) & ~tier.in_(["bronze", "none"]),
            "all": Every(),
        },
    )


FIELDS: list[Any] = [
    P.id,
    P.name,
    P.tier,
    P.points.active,
    P.spent,
    P.is_member,
    P.joined_at,
    P.born_on,
    P.city_id,
    P.stage,
    P.tags,
    P.attributes,
]
PEOPLE = Noun("person", FIELDS, ids=[P.id], kind=Person, aliases={"points": "points.active", "tag": "tags"})
