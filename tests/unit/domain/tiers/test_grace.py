"""Grace, resets, early renewals, anchors in attributes, and the warning before an end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers import Anchor, Downgrade, Measure, Resets, TierNotice, TierSet, advance, next_change
from loyalcore.errors import InvalidDocument
from loyalcore.values.calendar import Duration
from loyalcore.values.clock import DAY, NEVER
from tests.unit.domain.tiers.test_advance import JOINED, LEVELS, ZONE, at, day, tiers, walk

YEAR: dict[str, Any] = {"window": "calendar_year", "anchor": Anchor.ABSOLUTE, "expires_in": "12M"}
GOLD = {"2024-03-01": 500}


def graceful(downgrade: Downgrade, grace: str = "1M", **settings: Any) -> TierSet:
    """Make a tier set with a grace, of the calendar year unless told otherwise."""
    return tiers(**{**YEAR, "downgrade": downgrade, "grace": Duration(grace), **settings})


# --- Grace -----------------------------------------------------------------------------------------------------------


def test_kept_to_the_end_of_the_next_year() -> None:
    """The calendar variant: reached in 2024 it is kept to the end of 2025."""
    assert walk(tiers(downgrade=Downgrade.ONE_DOWN, **YEAR), GOLD, "2024-03-01").expires_at == day("2026-01-01")


def test_a_grace_keeps_the_tier() -> None:
    """A tier that was not qualified for again is held for the grace, and lost when that is over."""
    one = graceful(Downgrade.BALANCE_BASED)
    before, within = walk(one, GOLD, "2025-12-31"), walk(one, GOLD, "2026-01-01")
    assert (before.tier, before.completed) == ("Gold", None)
    assert (within.tier, within.expires_at, within.completed) == ("Gold", day("2026-02-01"), 0)
    after = walk(one, GOLD, "2026-02-01")
    assert (after.tier, after.since, after.previous) == (None, day("2026-02-01"), "Gold")


def test_in_a_grace_the_last_completed_window_counts() -> None:
    """What was counted when the tier's time was over says which tier follows, not what the new year has brought."""
    values = {**GOLD, "2025-05-01": 650, "2026-01-10": 655}
    assert walk(graceful(Downgrade.BALANCE_BASED), values, "2026-02-01").tier == "Silver"
    assert walk(tiers(downgrade=Downgrade.BALANCE_BASED, **YEAR), values, "2026-02-01").tier == "Silver"
    assert walk(graceful(Downgrade.KEEP_HIGHEST), values, "2026-02-01").tier == "Silver"


def test_never_below_what_the_new_window_gives() -> None:
    """What the measure gives in the grace wins over a lower tier of the last completed window."""
    values = {**GOLD, "2026-01-10": 650}
    assert walk(graceful(Downgrade.BALANCE_BASED), values, "2026-02-01").tier == "Silver"


def test_qualifying_in_the_grace_renews_from_that_date() -> None:
    """Who reaches the threshold again within the grace has a new term from then on."""
    renewed = walk(graceful(Downgrade.BALANCE_BASED), {**GOLD, "2026-01-20": 1000}, "2026-01-20")
    assert (renewed.tier, renewed.since, renewed.completed) == ("Gold", day("2026-01-20"), None)
    assert renewed.expires_at == day("2028-01-01")


def test_a_grace_is_for_who_did_not_qualify() -> None:
    """A tier that was qualified for again is renewed when its time is over, without a grace."""
    one = graceful(Downgrade.ONE_DOWN, window="lifetime", anchor=Anchor.TIER_START_DATE)
    assert walk(one, GOLD, "2025-03-01").since == day("2025-03-01")


@pytest.mark.parametrize(
    ("grace", "ends"),
    [("10D", "2026-01-11"), ("9D_D", "2026-01-10"), ("1M_U", "2026-02-28T23:59:59"), ("2h", "2026-01-01T02:00:00")],
)
def test_a_grace_is_by_instant_or_by_whole_day(grace: str, ends: str) -> None:
    """A grace is any duration: elapsed, or to the start or the end of a day, week, month or year."""
    assert walk(graceful(Downgrade.ONE_DOWN, grace), GOLD, "2026-01-01").expires_at == day(ends)


# --- Counters --------------------------------------------------------------------------------------------------------


def test_a_counter_begins_anew_when_the_tier_changes() -> None:
    """What was counted towards a tier does not count towards the next one."""
    one = tiers(window="rolling_12M", resets=Resets.TIER_CHANGE)
    values = {"2024-02-01": 120, "2024-03-01": 610}
    assert walk(one, values, "2024-03-01").tier == "Silver"
    assert walk(one, {**values, "2024-04-01": 620}, "2024-04-01").tier == "Gold"


def test_a_counter_begins_anew_at_the_anniversary() -> None:
    """With `anniversary` nothing counts beyond the year of membership in which it was gained."""
    joined = day("2024-01-10")
    values = {"2024-12-01": 300, "2025-01-20": 500}
    assert walk(tiers(window="rolling_12M"), values, "2025-01-20", joined=joined).tier == "Gold"
    one = tiers(window="rolling_12M", resets=Resets.ANNIVERSARY)
    assert walk(one, values, "2025-01-20", joined=joined).tier == "Silver"
    assert walk(one, {"2023-12-01": 500}, "2024-01-10", joined=joined).tier == "Gold"


def test_an_anniversary_restarts_the_count_for_a_renewal() -> None:
    """After the reset a renewal is counted from nothing, as the next tier is."""
    one = tiers(window="since_renewal", downgrade=Downgrade.ONE_DOWN, expires_in="2Y", resets=Resets.ANNIVERSARY)
    held = walk(one, {"2024-02-01": 100}, "2025-01-02")
    assert (held.gains, held.renewed) == ((), 0)
    assert walk(one, {"2025-02-01": 200}, "2025-02-01", start=held).since == day("2025-02-01")


def test_qualifying_again_since_the_renewal_renews_at_once() -> None:
    """Counted from the last renewal, who reaches the threshold again is renewed from that date."""
    one = tiers(window="since_renewal", downgrade=Downgrade.ONE_DOWN, expires_in="12M")
    held = walk(one, {"2024-02-01": 100}, "2024-02-01")
    assert walk(one, {"2024-05-01": 199}, "2024-05-01", start=held).since == day("2024-02-01")
    renewed = walk(one, {"2024-05-01": 200}, "2024-05-01", start=held)
    assert (renewed.since, renewed.expires_at, renewed.gains) == (day("2024-05-01"), day("2025-05-01"), ())


# --- An attribute as the anchor --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anchored_on", "expires_on"),
    [("2020-05-15", "2024-05-15"), ("2024-04-01", "2024-04-01"), ("2024-03-01", "2025-03-01"), (None, "2025-01-01")],
)
def test_cycles_from_the_day_of_an_attribute(anchored_on: str | None, expires_on: str) -> None:
    """A tier lasts to the next cycle counted from the day that the attribute names; without one, from joining."""
    one = tiers(
        downgrade=Downgrade.ONE_DOWN, expires_in="12M", anchor=Anchor.CUSTOMER_ATTRIBUTE, anchor_attribute="since"
    )
    start = Standing(anchored_on=None if anchored_on is None else date.fromisoformat(anchored_on))
    assert walk(one, GOLD, "2024-03-01", start=start).expires_at == day(expires_on)


# --- The warning -----------------------------------------------------------------------------------------------------


def warned(**settings: Any) -> TierSet:
    """Make a tier set that tells of an end ten days before."""
    told = {"notices": frozenset({TierNotice.ENDING}), "ending_days": 10}
    return tiers(**{"downgrade": Downgrade.ONE_DOWN, "expires_in": "12M", "window": "rolling_12M", **told, **settings})


def test_a_tier_that_will_be_lost_is_noted_days_before() -> None:
    """From n days before the end it is known that a tier will not be kept."""
    one = warned()
    before = walk(one, GOLD, "2025-02-18")
    assert before.is_warned is None
    assert next_change(before, one) == at("2025-02-19")
    assert walk(one, GOLD, "2025-02-19").is_warned is True
    assert walk(one, GOLD, "2025-03-01").is_warned is None


def test_a_tier_that_will_be_kept_is_not_noted() -> None:
    """Who has what the tier needs at its end is not warned, unless something is taken back after that."""
    one = warned(levels=LEVELS[:2])
    held = walk(one, {**GOLD, "2025-01-02": 1000}, "2025-02-25")
    assert (held.is_warned, next_change(held, one)) == (False, at("2025-03-01"))
    assert walk(one, {"2025-02-26": 900}, "2025-02-26", start=held).is_warned is True


def test_where_nothing_is_lost_nothing_is_noted() -> None:
    """Under `never` no tier is about to be lost."""
    assert walk(warned(downgrade=Downgrade.NEVER), GOLD, "2025-02-25").is_warned is False


def test_a_year_that_ends_with_the_tier_counts_for_it() -> None:
    """What the ending year has brought counts where the tier is judged."""
    one = warned(window="calendar_year", anchor=Anchor.ABSOLUTE)
    assert walk(one, {**GOLD, "2025-06-01": 1000 - 1}, "2025-12-25").is_warned is True
    assert walk(one, {**GOLD, "2025-06-01": 1000}, "2025-12-25").is_warned is False


def test_a_balance_warns_by_what_it_is() -> None:
    """A lifetime measure is judged by its value."""
    one = warned(window="lifetime", measure=Measure.ACTIVE_BALANCE)
    assert walk(one, {**GOLD, "2024-06-01": 499}, "2025-02-25").is_warned is True


# --- Faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"grace": Duration("1M")}, ["grace"]),
        ({"grace": "1M"}, ["grace"]),
        ({"resets": Resets.ANNIVERSARY}, ["resets"]),
        ({"resets": "never"}, ["resets"]),
        ({"window": "rolling_3M", "resets": Resets.TIER_CHANGE, "downgrade": Downgrade.REAL_TIME}, ["resets"]),
        ({"anchor": Anchor.CUSTOMER_ATTRIBUTE}, ["anchor_attribute"]),
        ({"anchor_attribute": "since"}, ["anchor_attribute"]),
        ({"anchor_attribute": "Since!"}, ["anchor_attribute"]),
        ({"measure": Measure.FUNCTION}, ["function"]),
        ({"function": "visits"}, ["function"]),
        ({"function": "Visits"}, ["function"]),
        ({"notices": {"tier_up"}}, ["notices"]),
        ({"ending_days": 0}, ["ending_days"]),
        ({"ending_days": True}, ["ending_days"]),
        ({"ending_days": 367}, ["ending_days"]),
    ],
)
def test_settings_that_do_not_go_together(settings: dict[str, Any], paths: list[str]) -> None:
    """Each setting that is wrong, or goes with no other one that is said, is named."""
    with pytest.raises(InvalidDocument) as caught:
        tiers(**settings)
    assert [fault.path for fault in caught.value.faults] == paths


def test_a_function_may_have_thresholds_of_both_kinds() -> None:
    """What a host's function gives is compared as it is: whole numbers or amounts."""
    level = attrs.evolve(LEVELS[0], at=Decimal("12.50"))
    assert tiers((level, LEVELS[1]), measure=Measure.FUNCTION, function="worth").thresholds[1] == 500


def test_a_standing_without_an_end_is_not_due() -> None:
    """Where nothing ends there is nothing to look at."""
    assert next_change(Standing(tier="Gold"), warned()) == NEVER
    assert advance(Standing(), tiers(), ZONE, JOINED, (), at("2024-01-01") + DAY).tier is None
