"""Which records meet which condition: tables of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import (
    TODAY,
    YESTERDAY,
    Condition,
    Every,
    Query,
    Relative,
    days_ago,
    fold,
    matches,
    months_ago,
    resolve,
    weeks_ago,
)
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P, Person

NOBODY = Person()
ADA = Person(
    id="a-1",
    name="Ada Lovelace",
    tier="Gold",
    points=500,
    spent=Decimal("9.90"),
    is_member=True,
    joined_at=datetime(2024, 10, 11, 22, 0, tzinfo=UTC),  # midnight of the 12th in Berlin
    born_on=date(1815, 12, 10),
    tags=frozenset({"VIP", "new"}),
    attributes={"color": "Blue", "empty": ""},
)

# A condition, whether Ada meets it, and whether one without any value does.
CASES: list[tuple[Condition, bool, bool]] = [
    (Every(), True, True),
    (~Every(), False, False),
    (P.points.active == 500, True, False),
    (P.points.active != 500, False, True),
    (P.points.active > 499, True, False),
    (P.points.active > 500, False, False),
    (P.points.active >= 500, True, False),
    (P.points.active < 500, False, False),
    (P.points.active <= 500, True, False),
    (P.points.active.between(500, 500), True, False),
    (P.points.active.between(501, 499), False, False),
    (~P.points.active.between(501, 499), True, True),
    (P.points.active.in_([]), False, False),
    (P.points.active.not_in([]), True, True),
    (P.points.active.in_([1, 500]), True, False),
    (P.points.active.not_in([1, 500]), False, True),
    (P.points.active.is_missing(), False, True),
    (P.spent == Decimal("9.9"), True, False),
    (P.spent < 10, True, False),
    (P.is_member.is_(True), True, False),
    (P.is_member != True, False, True),  # noqa: E712 - a field is no bool
    (P.is_member.is_(False), False, False),
    (P.tier == "gOLD", True, False),
    (P.tier.in_(["silver", "GOLD"]), True, False),
    (~P.tier.in_(["gold"]), False, True),
    (P.tier == "gold ", False, False),
    (P.name.contains("LOVE"), True, False),
    (P.name.contains(""), True, False),
    (P.name.contains("%"), False, False),
    (P.name.starts_with("ada "), True, False),
    (P.name.starts_with("lovelace"), False, False),
    (P.tags.has("vip"), True, False),
    (P.tags.has("vi"), False, False),
    (P.tags.any_of(["old", "NEW"]), True, False),
    (P.tags.any_of([]), False, False),
    (P.tags.all_of(["vip", "new"]), True, False),
    (P.tags.all_of(["vip", "old"]), False, False),
    (P.tags.all_of([]), True, True),
    (P.tags.is_missing(), False, True),
    (P.attributes["color"] == "blue", True, False),
    (P.attributes["size"].is_missing(), True, True),
    (P.attributes["empty"].is_missing(), False, True),
    (P.attributes.is_missing(), False, True),
    (P.joined_at == TODAY, True, False),
    (P.joined_at == YESTERDAY, False, False),
    (P.joined_at == date(2024, 10, 12), True, False),
    (P.joined_at.in_([YESTERDAY, date(2024, 10, 12)]), True, False),
    (P.joined_at.in_([]), False, False),
    (P.joined_at < TODAY, False, False),
    (P.joined_at <= YESTERDAY, False, False),
    (P.joined_at <= TODAY, True, False),
    (P.joined_at > YESTERDAY, True, False),
    (P.joined_at > TODAY, False, False),
    (P.joined_at >= weeks_ago(4), True, False),
    (P.joined_at.between(YESTERDAY, TODAY), True, False),
    (P.joined_at.between(months_ago(12), YESTERDAY), False, False),
    (P.joined_at == datetime(2024, 10, 12, tzinfo=timezone(timedelta(hours=2))), True, False),
    (P.joined_at == datetime(2024, 10, 11, 22, 0, 0, 1, tzinfo=UTC), False, False),
    (P.joined_at < datetime(2024, 10, 11, 22, 0, 0, 1, tzinfo=UTC), True, False),
    (P.joined_at <= datetime(2024, 10, 11, 22, tzinfo=UTC), True, False),
    (P.joined_at > datetime(2024, 10, 11, 22, tzinfo=UTC), False, False),
    (P.joined_at >= datetime(2024, 10, 11, 22, tzinfo=UTC), True, False),
    (P.born_on == date(1815, 12, 10), True, False),
    (P.born_on < TODAY, True, False),
    (P.born_on.between(date(1815, 1, 1), YESTERDAY), True, False),
    (P.born_on.in_([TODAY]), False, False),
]


@pytest.mark.parametrize(("condition", "ada", "nobody"), CASES, ids=lambda each: repr(each)[:60])
def test_a_condition_is_met_or_not(condition: Condition, ada: bool, nobody: bool) -> None:
    """Each condition of the table is met by exactly those records that the table says."""
    query = Query(PEOPLE, condition)
    assert matches(query, ADA, NOW, BERLIN) is ada
    assert matches(query, NOBODY, NOW, BERLIN) is nobody
    assert matches(~condition, ADA, NOW, BERLIN) is not ada


def test_zero_is_a_value() -> None:
    """A record with 0 points has points."""
    zero = Person(points=0, is_member=False, spent=Decimal(0), name="")
    fields = (P.points.active, P.is_member, P.spent, P.name)
    assert [matches(field.is_missing(), zero, NOW, BERLIN) for field in fields] == [False] * 4


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Zoë", "Zoe\u0308"),
        ("ZOË", "zoë"),
        ("Straße", "STRASSE"),
        ("\u1e9e", "ss"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("\u01c5", "\u01c6"),
        ("\u0345\u0301", "\u0301\u0345"),
    ],
)
def test_texts_are_equal_without_case_in_normal_form(stored: str, asked: str) -> None:
    """Two ways of writing one text are equal, in either role."""
    assert matches(P.name == asked, Person(name=stored), NOW, BERLIN)
    assert matches(P.name == stored, Person(name=asked), NOW, BERLIN)
    assert fold(stored) == fold(asked)


def test_a_folded_text_is_composed() -> None:
    """What a store keeps is in normal form C, so that beginnings and parts of it are those of whole characters."""
    assert fold("E\u0301") == fold("\u00c9") == "\u00e9"
    assert not matches(P.name.starts_with("e"), Person(name="E\u0301"), NOW, BERLIN)


def test_every_character_folds_once() -> None:
    """Folding a folded character changes nothing, for each character of Unicode."""
    assert [code for code in range(0x110000) if fold(fold(chr(code))) != fold(chr(code))] == []


@pytest.mark.parametrize(
    ("zone", "now", "start", "hours"),
    [
        ("Europe/Berlin", datetime(2024, 3, 31, 12, tzinfo=UTC), datetime(2024, 3, 30, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2024, 10, 27, 12, tzinfo=UTC), datetime(2024, 10, 26, 22, tzinfo=UTC), 25),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 12, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC), 23),
        ("Asia/Kathmandu", datetime(2024, 1, 1, tzinfo=UTC), datetime(2023, 12, 31, 18, 15, tzinfo=UTC), 24),
        ("UTC", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC), 24),
    ],
)
def test_today_is_the_whole_day_of_the_zone(zone: str, now: datetime, start: datetime, hours: int) -> None:
    """Today begins at the zone's midnight, and ends a microsecond before the next, also where the clocks change."""
    tick = timedelta(microseconds=1)
    end = start + timedelta(hours=hours)
    found = [
        matches(P.joined_at == TODAY, Person(joined_at=at), now, ZoneInfo(zone))
        for at in (start - tick, start, end - tick, end)
    ]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("day", [Relative(-99_999, "y"), Relative(99_999, "y"), date.min, date.max])
def test_a_day_outside_of_the_calendar_is_refused(day: date | Relative) -> None:
    """A day that no instant has is a typed error, not an answer."""
    with pytest.raises(LimitExceeded):
        matches(P.joined_at == day, ADA, NOW, ZoneInfo("Asia/Tokyo"))


def test_now_needs_a_zone() -> None:
    """A naive `now` is refused."""
    with pytest.raises(InvalidInput, match="now: "):
        matches(Every(), ADA, datetime(2024, 1, 1), BERLIN)


def test_a_resolved_condition_can_be_resolved_again() -> None:
    """Resolving twice is resolving once, so a compiler may be given either."""
    condition = (P.joined_at == days_ago(1)) & (P.name == "ADA") & ~P.joined_at.is_missing() & P.tags.has("VIP")
    once = resolve(condition, NOW, BERLIN)
    assert resolve(once, NOW, BERLIN) == once


def test_a_foreign_condition_is_refused() -> None:
    """A class of conditions that the language does not have is neither resolved nor put into a query."""
    with pytest.raises(InvalidInput, match="no condition of this language"):
        matches(Condition(), ADA, NOW, BERLIN)
    with pytest.raises(InvalidInput, match="no condition of this language"):
        Query(PEOPLE, Condition())
