"""Windows: how long a gain counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalcore.domain.tiers import Window, WindowKind, parse_window
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.clock import NEVER, to_micros

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """Return the instant of a wall time in Berlin."""
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("lifetime", Window()),
        ("rolling_12M", Window(WindowKind.ROLLING, 12)),
        ("rolling_1200M", Window(WindowKind.ROLLING, 1200)),
        ("calendar_year", Window(WindowKind.CALENDAR_YEAR)),
        ("anniversary_year", Window(WindowKind.ANNIVERSARY_YEAR)),
        ("since_renewal", Window(WindowKind.SINCE_RENEWAL)),
    ],
)
def test_a_window_is_read_from_its_text(text: str, window: Window) -> None:
    """Every window has one text, which reads as the same window."""
    assert parse_window(text, "window") == window
    assert str(window) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rolling",
        "rolling_M",
        "rolling_0M",
        "rolling_12m",
        "rolling_-1M",
        "rolling_1_0M",
        "rolling_\u0661M",
        "Lifetime",
        None,
        12,
    ],
)
def test_another_text_is_refused(text: Any) -> None:
    """A text of another form, and what is no text, is refused."""
    with pytest.raises(InvalidInput, match="window"):
        parse_window(text, "window")


@pytest.mark.parametrize("months", [1201, 999999999])
def test_too_long_a_window_is_refused(months: int) -> None:
    """A rolling window of more than 1200 months is refused, as a text and as a value."""
    with pytest.raises(LimitExceeded):
        parse_window(f"rolling_{months}M", "window")
    with pytest.raises(LimitExceeded):
        Window(WindowKind.ROLLING, months)


@pytest.mark.parametrize(
    ("kind", "months"),
    [
        (WindowKind.ROLLING, 0),
        (WindowKind.ROLLING, True),
        (WindowKind.ROLLING, 1.0),
        (WindowKind.LIFETIME, 1),
        (WindowKind.LIFETIME, -1),
        ("lifetime", 0),
    ],
)
def test_months_go_with_a_rolling_window_alone(kind: Any, months: Any) -> None:
    """A rolling window needs a number of months, and no other has one."""
    with pytest.raises(InvalidInput):
        Window(kind, months)


@pytest.mark.parametrize(
    ("text", "gained", "joined", "until"),
    [
        ("lifetime", "2024-05-05T10:00", "2024-01-01", None),
        ("since_renewal", "2024-05-05T10:00", "2024-01-01", None),
        ("rolling_12M", "2024-02-29T10:00", "2024-01-01", "2025-02-28T10:00"),
        ("rolling_1M", "2024-01-31T23:30", "2024-01-01", "2024-02-29T23:30"),
        ("calendar_year", "2024-12-31T23:59:59", "2024-01-01", "2025-01-01"),
        ("calendar_year", "2025-01-01", "2024-01-01", "2026-01-01"),
        ("anniversary_year", "2025-03-14T08:59", "2024-03-14T09:00", "2025-03-14T09:00"),
        ("anniversary_year", "2025-03-14T09:00", "2024-03-14T09:00", "2026-03-14T09:00"),
        ("anniversary_year", "2024-03-14T09:00", "2024-03-14T09:00", "2025-03-14T09:00"),
        ("anniversary_year", "2024-03-14T08:59", "2024-03-14T09:00", "2024-03-14T08:59"),
        ("anniversary_year", "2024-03-14T08:59", None, "2024-03-14T08:59"),
    ],
)
def test_a_gain_counts_until_its_window_ends(text: str, gained: str, joined: str | None, until: str | None) -> None:
    """A gain counts to the exclusive end of its window on the program's wall clock, before joining in no year."""
    ends = parse_window(text, "window").until(at(gained), None if joined is None else at(joined), BERLIN)
    assert ends == (NEVER if until is None else at(until))
