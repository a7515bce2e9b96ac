"""Days counted from today: tables of texts, of months' ends, of what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import TODAY, YESTERDAY, Relative, days_ago, months_ago, weeks_ago, years_ago
from loyalcore.query._days import parse_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("-0w", TODAY),
        ("yesterday", YESTERDAY),
        ("-1d", YESTERDAY),
        ("1_day_ago", YESTERDAY),
        ("-4w", weeks_ago(4)),
        ("4_weeks_ago", weeks_ago(4)),
        ("-12m", months_ago(12)),
        ("12_months_ago", months_ago(12)),
        ("1_month_ago", months_ago(1)),
        ("-2y", years_ago(2)),
        ("+7d", days_ago(-7)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_a_text_names_a_day(text: str, day: date | Relative) -> None:
    """Each form is read as its day."""
    assert parse_day(text, "on") == day


@pytest.mark.parametrize(
    "text",
    ["", "4w", "-4W", "-4M", "-w", "-4x", "--4w", "-123456d", "-4w ", "Today", "tomorrow", "20240101"],
)
def test_another_text_is_refused(text: str) -> None:
    """What looks like a day and is none is refused."""
    with pytest.raises(InvalidInput, match="on: must be a day such as"):
        parse_day(text, "on")


@pytest.mark.parametrize(("text", "words"), [("2023-02-29", "does not exist"), (5, "must be a text"), (None, "a text")])
def test_what_is_no_day_is_refused(text: Any, words: str) -> None:
    """A day that the calendar lacks, and what is no text, are refused."""
    with pytest.raises(InvalidInput, match=words):
        parse_day(text, "on")


@pytest.mark.parametrize(
    ("today", "relative", "day"),
    [
        (date(2024, 3, 31), months_ago(1), date(2024, 2, 29)),
        (date(2023, 3, 31), months_ago(1), date(2023, 2, 28)),
        (date(2024, 3, 30), months_ago(1), date(2024, 2, 29)),
        (date(2024, 1, 31), months_ago(1), date(2023, 12, 31)),
        (date(2024, 1, 1), months_ago(13), date(2022, 12, 1)),
        (date(2024, 1, 31), months_ago(-1), date(2024, 2, 29)),
        (date(2024, 2, 29), years_ago(1), date(2023, 2, 28)),
        (date(2024, 2, 29), years_ago(4), date(2020, 2, 29)),
        (date(2024, 3, 1), weeks_ago(1), date(2024, 2, 23)),
        (date(2024, 3, 1), YESTERDAY, date(2024, 2, 29)),
        (date(2024, 3, 1), TODAY, date(2024, 3, 1)),
    ],
)
def test_a_month_may_be_shorter(today: date, relative: Relative, day: date) -> None:
    """Months and years are those of the calendar; from the 31st a shorter month gives its last day."""
    assert relative.day(today) == day


@pytest.mark.parametrize("relative", [Relative(-99_999, unit) for unit in "wmy"] + [Relative(99_999, "y")])
def test_the_calendar_has_its_ends(relative: Relative) -> None:
    """A day before the year 1 or after 9999 is refused."""
    with pytest.raises(LimitExceeded):
        relative.day(date(5, 5, 5) if relative.count < 0 else date(9_000, 5, 5))


@pytest.mark.parametrize("count", [True, 1.0, "1", None])
def test_a_count_is_a_whole_number(count: Any) -> None:
    """What is no whole number counts no days."""
    for make in (days_ago, weeks_ago, months_ago, years_ago):
        with pytest.raises(InvalidInput, match="count: "):
            make(count)


def test_a_count_has_its_limit() -> None:
    """99,999 is the most in either direction."""
    assert str(days_ago(99_999)) == "-99999d"
    for count in (100_000, -100_000):
        with pytest.raises(LimitExceeded):
            days_ago(count)


@pytest.mark.parametrize("unit", ["h", "", "D", None, ["d"]])
def test_a_unit_is_one_of_four(unit: Any) -> None:
    """Another unit is refused."""
    with pytest.raises(InvalidInput, match="unit: must be d, w, m or y"):
        Relative(1, unit)
