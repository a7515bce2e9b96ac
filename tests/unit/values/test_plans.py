"""The texts of calendar rules."""

from __future__ import annotations

from enum import StrEnum

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import plans
from loyalcore.values.calendar import parse_duration, parse_expiry, parse_start
from loyalcore.values.plans import ELAPSED, KEEP, NO_END, ON, Plan, expiry_plan, start_plan

RELATIVE = ["30s", "40m", "1h", "5D", "7W", "10M", "15Y", "30D_D", "5D_U", "23W_U", "1M_U", "2Y_U"]
CALENDAR = [
    "end_of_day(1M)",
    "end_of_day(0D)",
    "end_of_day(36h)",
    "start_of_day(30D)",
    "end_of_month(12M)",
    "end_of_month(0M)",
    "end_of_year(0)",
    "end_of_year(1)",
    "on(2026-12-31)",
    "on(1970-01-01)",
    "on(9989-12-31)",
]
NO_RULE = [
    "",
    " ",
    "5",
    "D",
    "5W_D",
    "5M_D",
    "5Y_D",
    "1h_D",
    "1h_U",
    "30s_U",
    "30m_U",
    "-1D",
    "+1D",
    "1.5D",
    "1,5D",
    "5d",
    "5w",
    "5y",
    "5H",
    "5S",
    "5 D",
    " 5D",
    "5D ",
    "5D\n",
    "0D",
    "0s",
    "05D",
    "5D_",
    "5D_X",
    "5D_d",
    "5D_U_U",
    "5D5D",
    "1_0D",
    "1e3D",
    "\u0665D",
    "Immediate",
    "IMMEDIATE",
    "never",
    "end_of_day",
    "end_of_day()",
    "end_of_day(1)",
    "end_of_day(-1D)",
    "end_of_day(01D)",
    "end_of_day(1D_U)",
    "end_of_day( 1D)",
    "end_of_day(1D",
    "end_of_week(1W)",
    "start_of_month(1M)",
    "end_of_year(1Y)",
    "end_of_year(-1)",
    "end_of_year(01)",
    "on()",
    "on(2026-02-29)",
    "on(2026-13-01)",
    "on(2026-1-1)",
    "on(20260101)",
    "on(1969-12-31)",
    "on(9990-01-01)",
    "on(0000-01-01)",
    "2026-12-31",
    "\ud800",
    pytest.param("D" * 1_000_000, id="a megabyte"),
]
TOO_LONG = [
    "31536000001s",
    "525600001m",
    "8760001h",
    "365001D",
    "52001W",
    "12001M",
    "1001Y",
    "1001Y_U",
    pytest.param("9" * 1_000_000 + "D", id="a megabyte of digits"),
]


class Rule(StrEnum):
    week = "1W"


@pytest.mark.parametrize("text", ["immediate", "on_action", *RELATIVE, *CALENDAR])
def test_a_start_is_read(text: str) -> None:
    """Each documented form of a start is read, and its text is what was read."""
    rule = parse_start(text, "start")
    assert (rule.text, str(rule)) == (text, text)


@pytest.mark.parametrize("text", ["unlimited", *RELATIVE, *CALENDAR])
def test_an_expiry_is_read(text: str) -> None:
    """Each documented form of an expiry is read, and its text is what was read."""
    rule = parse_expiry(text, "expiry")
    assert (rule.text, str(rule)) == (text, text)


@pytest.mark.parametrize("text", RELATIVE)
def test_a_duration_is_read(text: str) -> None:
    """Each relative form is a duration, and its text is what was read."""
    rule = parse_duration(text, "hold")
    assert (rule.text, str(rule)) == (text, text)


@pytest.mark.parametrize("text", ["unlimited", *NO_RULE])
def test_no_other_text_is_a_start(text: str) -> None:
    """Other texts are refused as starts, and `unlimited` is for expiries only."""
    with pytest.raises(InvalidInput) as caught:
        parse_start(text, "rules[2].start")
    assert caught.value.path == "rules[2].start"


@pytest.mark.parametrize("text", ["immediate", "on_action", *NO_RULE])
def test_no_other_text_is_an_expiry(text: str) -> None:
    """Other texts are refused as expiries; `immediate` and `on_action` are for starts only."""
    with pytest.raises(InvalidInput) as caught:
        parse_expiry(text, "rules[2].expiry")
    assert caught.value.path == "rules[2].expiry"


@pytest.mark.parametrize("text", ["immediate", "on_action", "unlimited", *CALENDAR, *NO_RULE])
def test_no_other_text_is_a_duration(text: str) -> None:
    """A duration is a relative form and nothing else."""
    with pytest.raises(InvalidInput) as caught:
        parse_duration(text, "hold")
    assert caught.value.path == "hold"


@pytest.mark.parametrize("text", TOO_LONG)
def test_more_than_a_thousand_years_exceed_the_limit(text: str) -> None:
    """A count is at most a thousand years of its unit."""
    for parse in (parse_start, parse_expiry, parse_duration):
        with pytest.raises(LimitExceeded):
            parse(text, "rule")


@pytest.mark.parametrize("text", ["1000Y", "12000M", "365000D", "31536000000s"])
def test_a_thousand_years_are_taken(text: str) -> None:
    """The limit itself is inside."""
    assert parse_duration(text, "rule").text == text


@pytest.mark.parametrize("text", ["end_of_day(365001D)", "end_of_month(12001M)", "end_of_year(1001)"])
def test_the_limit_holds_within_calendar_forms(text: str) -> None:
    """A calendar form counts at most a thousand years too."""
    with pytest.raises(LimitExceeded):
        parse_expiry(text, "rule")


@pytest.mark.parametrize("value", [None, 5, b"5D", True, ["5D"]])
def test_only_a_text_is_read(value: object) -> None:
    """A rule comes as a `str`."""
    for parse in (parse_start, parse_expiry, parse_duration):
        with pytest.raises(InvalidInput, match=r"^rule: must be a text"):
            parse(value, "rule")


def test_a_text_of_another_type_becomes_plain() -> None:
    """An enum's text is kept as a plain `str`."""
    for parse in (parse_start, parse_expiry, parse_duration):
        assert type(parse(Rule.week, "rule").text) is str


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("immediate", Plan(ELAPSED)),
        ("on_action", Plan(NO_END)),
        ("90s", Plan(ELAPSED, elapsed=90_000_000)),
        ("2m", Plan(ELAPSED, elapsed=120_000_000)),
        ("2M", Plan(KEEP, months=2)),
        ("2Y", Plan(KEEP, months=24)),
        ("2W_U", Plan("W_U", days=14)),
        ("end_of_day(36h)", Plan("end_of_day", elapsed=129_600_000_000)),
        ("end_of_year(2)", Plan("end_of_year", months=24)),
        ("on(1970-01-02)", Plan(ON, days=1)),
    ],
)
def test_a_text_has_one_plan(text: str, plan: Plan) -> None:
    """The case of a unit matters: `m` is minutes, which elapse, `M` is months, which shift the wall clock."""
    assert start_plan(text, "start") == plan


def test_a_fixed_day_is_a_start_at_its_midnight_and_an_expiry_at_the_next() -> None:
    """`on(…)` starts with its day, and expires when the day is over."""
    assert start_plan("on(1970-01-02)", "start") == Plan(ON, days=1)
    assert expiry_plan("on(1970-01-02)", "expiry") == Plan(ON, days=2)


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(plans) == sorted(plans.__all__)
