"""How a standing moves through time and through changes of the measure."""

from __future__ import annotations

import decimal
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers import (
    Anchor,
    Downgrade,
    Level,
    Measure,
    TierSet,
    Window,
    WindowKind,
    advance,
    merged,
    next_change,
    parse_window,
)
from loyalcore.values.calendar import Duration
from loyalcore.values.clock import NEVER, to_micros

ZONE = ZoneInfo("UTC")
LEVELS = (Level("Silver", 100), Level("Gold", 500), Level("Platinum", 1000))
WITH_BASE = (Level("Base", 0), *LEVELS)
JOINED = datetime(2024, 1, 1, tzinfo=UTC)


def day(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(text: str) -> int:
    """Return an instant in microseconds."""
    return to_micros(day(text))


def tiers(levels: tuple[Level, ...] = LEVELS, **settings: Any) -> TierSet:
    """Make a tier set of points earned."""
    if isinstance(settings.get("window"), str):
        settings["window"] = parse_window(settings["window"], "window")
    if isinstance(settings.get("expires_in"), str):
        settings["expires_in"] = Duration(settings["expires_in"])
    return TierSet(**{"measure": Measure.POINTS_EARNED, "levels": levels, **settings})


def walk(
    tiers: TierSet,
    values: dict[str, Any],
    to: str,
    *,
    start: Standing = Standing(),  # noqa: B008 - frozen
    joined: datetime | None = JOINED,
    zone: ZoneInfo = ZONE,
) -> Standing:
    """Advance through values by the day on which they are reached."""
    return advance(start, tiers, zone, joined, [(at(when), value) for when, value in values.items()], at(to))


# --- Upgrades --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "tier"), [(99, None), (100, "Silver"), (499, "Silver"), (500, "Gold"), (5000, "Platinum")]
)
def test_a_tier_is_reached_at_once(value: int, tier: str | None) -> None:
    """The tier that the measure gives is held from the very instant, whatever lies between."""
    standing = walk(tiers(), {"2024-02-01": value}, "2024-02-01")
    assert standing.tier == tier
    assert standing.since == (None if tier is None else day("2024-02-01"))


def test_a_threshold_of_0_is_held_from_joining() -> None:
    """A member without a single point holds the tier of threshold 0 from the instant of joining."""
    assert walk(tiers(WITH_BASE), {}, "2024-06-01") == Standing(tier="Base", since=JOINED)


def test_before_joining_there_is_no_tier() -> None:
    """Who is not yet a member at the instant holds no tier, not even that of threshold 0."""
    assert walk(tiers(WITH_BASE), {}, "2023-12-31") == Standing()


def test_what_is_measured_before_joining_counts_from_joining() -> None:
    """The value of a lifetime measure before joining gives a tier that is held from the instant of joining."""
    before = walk(tiers(WITH_BASE), {"2023-05-01": 600}, "2023-06-01", joined=None)
    assert (before.tier, before.measured) == (None, 600)
    after = walk(tiers(WITH_BASE), {}, "2024-01-02", start=before)
    assert (after.tier, after.since, after.measured) == ("Gold", JOINED, None)


def test_earned_and_active_are_two_measures() -> None:
    """T22: 500 points earned and 450 spent are Gold by points earned and Base by active balance."""
    levels = (Level("Base", 0), Level("Gold", 500))
    earned = tiers(levels)
    active = tiers(levels, measure=Measure.ACTIVE_BALANCE, downgrade=Downgrade.REAL_TIME)
    assert walk(earned, {"2024-02-01": 500}, "2024-03-01").tier == "Gold"
    assert walk(active, {"2024-02-01": 500, "2024-02-02": 50}, "2024-03-01").tier == "Base"


def test_the_previous_tier_is_remembered() -> None:
    """An upgrade remembers the tier held before it."""
    assert walk(tiers(), {"2024-02-01": 100, "2024-03-01": 1000}, "2024-03-01").previous == "Silver"


def test_a_standing_that_does_not_change_is_the_same_object() -> None:
    """Where nothing changes the same object comes back, on the short way and on the long one."""
    for one in (tiers(), tiers(downgrade=Downgrade.REAL_TIME)):
        held = walk(one, {"2024-02-01": 100}, "2024-02-01")
        assert walk(one, {"2024-02-02": 100}, "2024-02-03", start=held) is held
        top = walk(one, {"2024-02-01": 1000}, "2024-02-01")
        assert walk(one, {"2024-02-02": 1000}, "2024-02-03", start=top) is top
        nobody = walk(one, {}, "2024-02-01")
        assert nobody == Standing()


def test_checkpoints_may_come_from_a_generator() -> None:
    """Checkpoints are read once, from any iterable."""
    values = ((at("2024-02-01"), value) for value in (10, 500))
    assert advance(Standing(), tiers(), ZONE, JOINED, values, at("2024-02-01")).tier == "Gold"


def test_money_is_measured_exactly() -> None:
    """Money reaches a threshold by its last digit, whatever the host's decimal context."""
    one = tiers((Level("Silver", 100),), measure=Measure.MONEY_SPENT, window="calendar_year")
    with decimal.localcontext(prec=3):
        values = {"2024-02-01": Decimal("60.000000001"), "2024-03-01": Decimal("99.999999999")}
        assert walk(one, values, "2024-04-01").tier is None
        assert walk(one, {**values, "2024-03-02": Decimal(100)}, "2024-04-01").tier == "Silver"


# --- Downgrades ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("downgrade", "tier"), [(Downgrade.NEVER, "Gold"), (Downgrade.REAL_TIME, None), (Downgrade.ONE_DOWN, "Gold")]
)
def test_only_real_time_loses_a_tier_at_once(downgrade: Downgrade, tier: str | None) -> None:
    """A measure that falls takes the tier at once under `real_time` alone."""
    one = tiers(downgrade=downgrade, expires_in="12M")
    assert walk(one, {"2024-02-01": 500, "2024-02-02": 10}, "2024-03-01").tier == tier


@pytest.mark.parametrize(
    ("downgrade", "left", "tier"),
    [
        (Downgrade.NEVER, 0, "Platinum"),
        (Downgrade.REAL_TIME, 0, "Base"),
        (Downgrade.REAL_TIME, 150, "Silver"),
        (Downgrade.ONE_DOWN, 0, "Gold"),
        (Downgrade.ONE_DOWN, 1000, "Platinum"),
        (Downgrade.BALANCE_BASED, 0, "Base"),
        (Downgrade.BALANCE_BASED, 150, "Silver"),
        (Downgrade.PREVIOUS_TIER, 0, "Silver"),
        (Downgrade.PREVIOUS_TIER, 600, "Gold"),
        (Downgrade.KEEP_HIGHEST, 0, "Gold"),
        (Downgrade.KEEP_HIGHEST, 600, "Gold"),
    ],
)
def test_each_policy_answers_the_end_of_a_tier(downgrade: Downgrade, left: int, tier: str) -> None:
    """Platinum, reached from Silver, ends with so many points left: the policy says what follows."""
    one = tiers(WITH_BASE, downgrade=downgrade, expires_in="12M", measure=Measure.ACTIVE_BALANCE)
    values = {"2024-02-01": 150, "2024-03-01": 1500, "2024-06-01": left}
    assert walk(one, values, "2025-02-28").tier == ("Platinum" if downgrade is not Downgrade.REAL_TIME else tier)
    assert walk(one, values, "2025-03-01").tier == tier


def test_a_lost_tier_does_not_come_back_as_the_previous_one() -> None:
    """Under `previous_tier` a tier that was lost does not return when the lower one ends: the next lower follows."""
    one = tiers(downgrade=Downgrade.PREVIOUS_TIER, expires_in="12M")
    values = {"2024-02-01": 600, "2024-02-02": 1000, "2024-06-01": 0}
    tiers_held = [walk(one, values, f"{year}-03-01").tier for year in (2024, 2025, 2026, 2027)]
    assert tiers_held == ["Platinum", "Gold", "Silver", None]


def test_the_end_of_a_tier_leads_straight_to_what_the_measure_gives() -> None:
    """Where the measure gives more than the policy, the tier follows that ended, with no step between."""
    one = tiers(downgrade=Downgrade.PREVIOUS_TIER, expires_in="12M")
    after = walk(one, {"2024-02-01": 100, "2024-03-01": 1000, "2024-06-01": 600}, "2025-03-01")
    assert (after.tier, after.previous, after.since) == ("Gold", "Platinum", day("2025-03-01"))


def test_from_nothing_the_previous_tier_is_none() -> None:
    """Under `previous_tier` a tier reached from none is followed by none."""
    one = tiers(downgrade=Downgrade.PREVIOUS_TIER, expires_in="12M")
    after = walk(one, {"2024-02-01": 1000, "2024-06-01": 0}, "2025-02-01")
    assert (after.tier, after.previous, after.expires_at) == (None, "Platinum", None)


def test_one_down_goes_down_step_by_step() -> None:
    """Each end without qualifying takes one step, and every step has a full term of its own."""
    one = tiers(downgrade=Downgrade.ONE_DOWN, expires_in="12M")
    values = {"2024-02-01": 1000, "2024-02-02": 0}
    got = [walk(one, values, f"{year}-02-01") for year in (2025, 2026, 2027)]
    assert [(each.tier, each.expires_at) for each in got] == [
        ("Gold", day("2026-02-01")),
        ("Silver", day("2027-02-01")),
        (None, None),
    ]


def test_one_long_step_passes_every_end() -> None:
    """An advance over many years processes every end on the way."""
    one = tiers(WITH_BASE, downgrade=Downgrade.ONE_DOWN, expires_in="6M")
    after = walk(one, {"2024-02-01": 1000, "2024-02-02": 0}, "2034-01-01")
    assert (after.tier, after.expires_at) == ("Base", day("2034-02-01"))


# --- The end of a tier -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anchor", "joined", "upgraded", "span", "ends"),
    [
        pytest.param("tier_start_date", "2024-01-01", "2024-04-15", "12M", "2025-04-15", id="T10"),
        pytest.param("program_join_date", "2024-10-25", "2025-10-15", "12M", "2025-10-25", id="T12"),
        pytest.param("tier_start_date", "2022-01-01", "2022-03-03", "12M", "2023-03-03", id="T16"),
        pytest.param("tier_start_date", "2024-01-01", "2024-02-29", "12M", "2025-02-28", id="29 February"),
        pytest.param("tier_start_date", "2024-01-01", "2024-02-10", "1M_U", "2024-03-31T23:59:59", id="rounded"),
        pytest.param("program_join_date", "2024-02-29", "2026-03-01", "12M", "2027-02-28", id="clamped"),
        pytest.param("program_join_date", "2024-02-29", "2027-03-01", "12M", "2028-02-29", id="never chained"),
        pytest.param("program_join_date", "2024-01-31", "2024-04-29", "1M", "2024-04-30", id="months from the 31st"),
        pytest.param("program_join_date", "2024-01-31", "2024-04-30", "1M", "2024-05-31", id="on the day it is next"),
        pytest.param("program_join_date", "2024-01-01", "2024-02-02", "1M_U", "2024-02-29T23:59:59", id="cycle_U"),
        pytest.param("program_join_date", "2024-01-01", "2024-01-01", "2W", "2024-01-15", id="weeks"),
        pytest.param(
            "program_join_date", "2004-01-01", "2024-01-01T00:00:01", "30D", "2024-01-16", id="days over years"
        ),
        pytest.param("program_join_date", "2004-01-01", "2024-01-01T00:10:01", "90m", "2024-01-01T01:30", id="minutes"),
        pytest.param("absolute", "2024-01-01", "2024-05-05", "1Y", "2026-01-01", id="to the end of the next year"),
        pytest.param("absolute", "2024-01-01", "2024-05-05", "1D", "2025-01-01", id="to the end of this year"),
        pytest.param("absolute", "2024-01-01", "2024-11-05", "3M", "2026-01-01", id="over the turn of the year"),
    ],
)
def test_a_tier_ends_by_its_anchor(anchor: str, joined: str, upgraded: str, span: str, ends: str) -> None:
    """Each anchor gives the end of a tier that was reached on a day."""
    one = tiers(anchor=Anchor(anchor), expires_in=span, downgrade=Downgrade.ONE_DOWN)
    after = walk(one, {upgraded: 100}, upgraded, joined=day(joined))
    assert after.expires_at == day(ends)


def test_a_higher_tier_starts_a_new_term() -> None:
    """An upgrade during a term counts the end from the upgrade."""
    one = tiers(downgrade=Downgrade.ONE_DOWN, expires_in="12M")
    after = walk(one, {"2024-04-15": 100, "2024-10-25": 500}, "2024-10-25")
    assert (after.tier, after.expires_at) == ("Gold", day("2025-10-25"))


@pytest.mark.parametrize(
    ("anchor", "span", "renewed"),
    [
        ("tier_start_date", "12M", ["2025-05-05", "2026-05-05", "2027-05-05"]),
        ("program_join_date", "12M", ["2025-01-01", "2026-01-01", "2027-01-01"]),
        ("absolute", "1Y", ["2026-01-01", "2027-01-01", "2028-01-01"]),
    ],
)
def test_a_tier_that_is_qualified_for_is_renewed(anchor: str, span: str, renewed: list[str]) -> None:
    """A tier still qualified for at its end is renewed from that end; the calendar cycle turns every year."""
    one = tiers(anchor=Anchor(anchor), expires_in=span, downgrade=Downgrade.ONE_DOWN)
    after = walk(one, {"2024-05-05": 100}, "2024-05-05")
    for start, following in zip(renewed, [*renewed[1:], None], strict=True):
        assert after.expires_at == day(start)
        after = walk(one, {}, start, start=after)
        assert (after.tier, after.since, after.previous) == ("Silver", day(start), None)
        assert following is None or after.expires_at == day(following)


def test_an_end_comes_before_what_happens_at_its_instant() -> None:
    """What is earned at the very instant of the end comes too late to renew, and upgrades again."""
    one = tiers(window="rolling_12M", downgrade=Downgrade.BALANCE_BASED, expires_in="12M")
    after = walk(one, {"2024-02-01": 100, "2025-02-01": 200}, "2025-02-01")
    assert (after.tier, after.previous, after.since) == ("Silver", None, day("2025-02-01"))
    early = walk(one, {"2024-02-01": 100, "2025-01-31": 200}, "2025-02-01")
    assert (early.tier, early.previous) == ("Silver", None)
    assert walk(one, {"2024-02-01": 100}, "2025-02-01").tier is None


def test_the_end_is_on_the_wall_clock_of_the_program() -> None:
    """A term of a month over a clock change ends at the same wall time."""
    berlin = ZoneInfo("Europe/Berlin")
    one = tiers(expires_in="1M", downgrade=Downgrade.ONE_DOWN)
    after = walk(one, {"2024-03-15T11:00": 100}, "2024-03-15T11:00", zone=berlin)
    assert after.expires_at == day("2024-04-15T10:00")


# --- Windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "lost"),
    [
        ("rolling_6M", "2024-08-01"),
        ("rolling_12M", "2025-02-01"),
        ("calendar_year", "2025-01-01"),
        ("anniversary_year", "2024-12-15"),
    ],
)
def test_under_real_time_a_tier_is_lost_when_its_gains_stop_to_count(window: str, lost: str) -> None:
    """The tier is held up to the instant at which the gain leaves the window, and lost at it."""
    one = tiers(WITH_BASE, window=window, downgrade=Downgrade.REAL_TIME)
    joined = day("2023-12-15")
    held = walk(one, {"2024-02-01": 500}, "2024-02-01", joined=joined)
    assert next_change(held, one) == at(lost)
    before = advance(held, one, ZONE, joined, [], at(lost) - 1)
    after = advance(held, one, ZONE, joined, [], at(lost))
    assert (before.tier, after.tier, after.since, after.gains) == ("Gold", "Base", day(lost), ())


def test_gains_add_up_over_a_window() -> None:
    """Two gains of one window count together, a third of the next one alone."""
    one = tiers(window="calendar_year", downgrade=Downgrade.REAL_TIME)
    values = {"2024-02-01": 60, "2024-03-01": 120, "2025-03-01": 219, "2025-03-02": 220}
    got = [walk(one, dict([*values.items()][: n + 1]), when).tier for n, when in enumerate(values)]
    assert got == [None, "Silver", None, "Silver"]


def test_each_gain_leaves_a_rolling_window_on_its_own() -> None:
    """Gains leave a rolling window in the order of their ends, which clamping turns round at the end of a month."""
    one = tiers(window="rolling_1M", downgrade=Downgrade.REAL_TIME)
    held = walk(one, {"2023-01-30T15:00": 100, "2023-01-31T10:00": 250}, "2023-02-01", joined=day("2023-01-01"))
    assert held.gains == ((at("2023-02-28T10:00"), 150), (at("2023-02-28T15:00"), 100))
    after = walk(one, {}, "2023-02-28T10:00", start=held, joined=day("2023-01-01"))
    assert (after.tier, after.gains) == ("Silver", ((at("2023-02-28T15:00"), 100),))


def test_gains_of_one_end_are_one_gain() -> None:
    """Gains that stop to count at one instant are kept as one, and as none where they cancel out."""
    one = tiers(window="calendar_year")
    kept = walk(one, {"2024-02-01": 60, "2024-03-01": 80}, "2024-04-01")
    assert kept.gains == ((at("2025-01-01"), 80),)
    assert walk(one, {"2024-04-01": 0}, "2024-04-01", start=kept).gains == ()


def test_a_value_that_stays_is_no_gain() -> None:
    """A checkpoint with the value of the one before changes nothing."""
    one = tiers(window="rolling_12M")
    held = walk(one, {"2024-02-01": 60}, "2024-02-01")
    assert walk(one, {"2024-03-01": 60}, "2024-03-01", start=held) is held


def test_taking_back_leaves_no_debt_in_a_window() -> None:
    """What is taken back of gains that count no more does not sink the measure below 0."""
    one = tiers(WITH_BASE, window="calendar_year", downgrade=Downgrade.REAL_TIME)
    after = walk(one, {"2024-12-31": 600, "2025-01-02": 0}, "2025-01-03")
    assert after.tier == "Base"
    assert after.gains == ((at("2026-01-01"), -600),)


def test_what_was_taken_back_stops_to_count_too() -> None:
    """A loss leaves a rolling window like a gain, and that can give a tier back."""
    one = tiers(window="rolling_12M", downgrade=Downgrade.REAL_TIME, expires_in=None)
    start = Standing(measured=0, gains=((at("2024-05-01"), -60), (at("2024-09-01"), 150)))
    assert next_change(start, tiers(window="rolling_12M")) == at("2024-05-01")
    assert walk(one, {}, "2024-04-30", start=start).tier is None
    after = walk(one, {}, "2024-05-01", start=start)
    assert (after.tier, after.since) == ("Silver", day("2024-05-01"))


def test_the_year_that_ends_with_the_term_decides() -> None:
    """A term that ends with the calendar year is judged by that year; the new year starts from nothing."""
    one = tiers(window="calendar_year", anchor=Anchor.ABSOLUTE, expires_in="1Y", downgrade=Downgrade.BALANCE_BASED)
    values = {"2024-05-05": 500, "2025-06-06": 620}
    kept = walk(one, values, "2025-12-31")
    assert (kept.tier, kept.expires_at) == ("Gold", day("2026-01-01"))
    after = walk(one, {}, "2026-01-01", start=kept)
    assert (after.tier, after.gains, after.expires_at) == ("Silver", (), day("2027-01-01"))


def test_the_year_of_membership_that_ends_with_the_term_decides() -> None:
    """A term that ends on the day of joining is judged by the year of membership that ends with it."""
    one = tiers(
        window="anniversary_year", anchor=Anchor.PROGRAM_JOIN_DATE, expires_in="12M", downgrade=Downgrade.ONE_DOWN
    )
    after = walk(one, {"2024-05-05": 500}, "2025-01-01")
    assert (after.tier, after.expires_at) == ("Gold", day("2026-01-01"))
    assert walk(one, {}, "2026-01-01", start=after).tier == "Silver"


def test_years_of_membership_count_nothing_before_joining() -> None:
    """What was gained before joining counts in no year of membership, but over a lifetime and a rolling window."""
    got = [
        walk(tiers(window=window), {"2023-12-31": 500}, "2024-01-01").tier
        for window in ("anniversary_year", "rolling_12M", "lifetime")
    ]
    assert got == [None, "Gold", "Gold"]


def test_since_renewal_counts_from_the_last_end() -> None:
    """What is gained counts until the tier is looked at by its end, then from nothing; an upgrade does not reset it."""
    one = tiers(window="since_renewal", downgrade=Downgrade.ONE_DOWN, expires_in="12M")
    values = {"2024-02-01": 100, "2024-03-01": 500}
    held = walk(one, values, "2024-03-01")
    assert (held.tier, held.gains) == ("Gold", ((NEVER, 500),))
    renewed = walk(one, {}, "2025-03-01", start=held)
    assert (renewed.tier, renewed.gains) == ("Gold", ())
    assert walk(one, {}, "2026-03-01", start=renewed).tier == "Silver"
    assert walk(one, {"2025-06-01": 1000}, "2026-03-01", start=renewed).tier == "Gold"


# --- Time alone, and a program that changed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "settings", "instant"),
    [
        pytest.param(Standing(), {}, None, id="nothing held"),
        pytest.param(Standing(tier="Gold", since=JOINED), {}, None, id="held for ever"),
        pytest.param(
            Standing(tier="Gold", since=JOINED, expires_at=day("2025-01-01"), gains=((at("2024-05-01"), 7),)),
            {"downgrade": Downgrade.ONE_DOWN, "window": "rolling_12M", "expires_in": "12M"},
            "2025-01-01",
            id="a gain that leaves does not matter before the end",
        ),
        pytest.param(
            Standing(tier="Gold", since=JOINED, expires_at=day("2025-01-01"), gains=((at("2024-05-01"), 7),)),
            {"downgrade": Downgrade.REAL_TIME, "window": "rolling_12M", "expires_in": "12M"},
            "2024-05-01",
            id="a gain that leaves matters at once",
        ),
        pytest.param(
            Standing(tier="Gold", since=JOINED), {"downgrade": Downgrade.REAL_TIME}, None, id="no gains, no end"
        ),
    ],
)
def test_the_next_change_is_the_next_instant_that_matters(
    standing: Standing, settings: dict[str, Any], instant: str | None
) -> None:
    """Time alone changes a tier at its end, and at the end of a gain where tiers are lost at once."""
    assert next_change(standing, tiers(**settings)) == (NEVER if instant is None else at(instant))


def test_an_end_from_an_earlier_program_is_processed() -> None:
    """A tier whose program no longer ends tiers is kept at the end it still carries, and then for ever."""
    start = Standing(tier="Gold", since=JOINED, expires_at=day("2025-01-01"), measured=0)
    after = walk(tiers(), {}, "2025-01-01", start=start)
    assert (after.tier, after.since, after.expires_at, after.measured) == ("Gold", day("2025-01-01"), None, None)


@pytest.mark.parametrize(("value", "tier"), [(10, None), (150, "Silver")])
def test_a_tier_that_the_program_dropped_ends_with_its_term(value: int, tier: str | None) -> None:
    """A tier that the set does not have ranks below all: at its end comes what the measure gives."""
    one = tiers(downgrade=Downgrade.ONE_DOWN, expires_in="12M")
    start = Standing(tier="Diamond", since=JOINED, expires_at=day("2025-01-01"), measured=value)
    assert walk(one, {}, "2025-01-01", start=start).tier == tier


def test_gains_of_an_earlier_window_are_dropped_over_a_lifetime() -> None:
    """A program that comes to measure over a lifetime forgets the gains of its former window."""
    start = Standing(tier="Silver", since=JOINED, gains=((at("2025-01-01"), 7),))
    assert walk(tiers(), {"2024-02-01": 300}, "2024-02-01", start=start) == Standing(tier="Silver", since=JOINED)
    assert walk(tiers(), {"2024-02-01": 600}, "2024-02-01", start=start) == Standing(
        tier="Gold", since=day("2024-02-01"), previous="Silver"
    )


# --- Merge -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "gone", "tier"), [("Silver", "Gold", "Gold"), ("Gold", "Silver", "Gold"), (None, None, None)]
)
def test_a_merge_keeps_the_higher_tier(kept: str | None, gone: str | None, tier: str | None) -> None:
    """The survivor of a merge holds the higher of the two tiers."""
    assert merged(Standing(tier=kept), Standing(tier=gone), tiers()).tier == tier


@pytest.mark.parametrize(
    ("kept", "gone", "measured"), [(None, None, None), (3, None, 3), (None, 4, 4), (3, 4, 7), (0, 0, 0)]
)
def test_a_merge_adds_what_was_measured(kept: int | None, gone: int | None, measured: int | None) -> None:
    """What both have measured is added up."""
    assert merged(Standing(measured=kept), Standing(measured=gone), tiers()).measured == measured


def test_a_merge_joins_the_gains() -> None:
    """The gains of both stand in the order of their ends, those of one end as one."""
    one = Standing(gains=((5, 1), (9, 2), (11, -4)))
    other = Standing(gains=((3, 7), (9, 3), (11, 4)))
    assert merged(one, other, tiers()).gains == ((3, 7), (5, 1), (9, 5))


def test_windows_are_named_by_kind() -> None:
    """A set may be made with a window as a value."""
    assert tiers(window=Window(WindowKind.ROLLING, 12)).window.text == "rolling_12M"
