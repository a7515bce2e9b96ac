"""The tier set: thresholds, ranks, and what it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loyalcore.domain.tiers import Anchor, Downgrade, Level, Measure, TierSet, Window, WindowKind
from loyalcore.errors import InvalidDocument
from loyalcore.values.calendar import Duration

BRONZE_UP = (Level("Bronze", 0), Level("Silver", 10000), Level("Gold", 20000))
BASIC_UP = (Level("Basic", 0), Level("Silver", 100), Level("Gold", 500), Level("Platinum", 1000))
YEAR = Duration("1Y")


def tiers(*levels: Level, **settings: Any) -> TierSet:
    """Make a tier set of points earned."""
    return TierSet(**{"measure": Measure.POINTS_EARNED, "levels": levels, **settings})


@pytest.mark.parametrize(
    ("levels", "value", "name"),
    [
        pytest.param(BRONZE_UP, 0 + 6000, "Bronze", id="T01"),
        pytest.param(BRONZE_UP, 0 + 25000, "Gold", id="T03"),
        pytest.param(BRONZE_UP, 4000 + 500, "Bronze", id="T04"),
        pytest.param(BASIC_UP, 0, "Basic", id="T09-0"),
        pytest.param(BASIC_UP, 99, "Basic", id="T09-99"),
        pytest.param(BASIC_UP, 100, "Silver", id="T09-100"),
        pytest.param(BASIC_UP, 499, "Silver", id="T09-499"),
        pytest.param(BASIC_UP, 500, "Gold", id="T09-500"),
        pytest.param(BASIC_UP, 999, "Gold", id="T09-999"),
        pytest.param(BASIC_UP, 1000, "Platinum", id="T09-1000"),
        pytest.param(BASIC_UP, -1, None, id="below a threshold of 0"),
        pytest.param(BASIC_UP, 1, "Basic", id="above a threshold of 0"),
        pytest.param(BASIC_UP[1:], 99, None, id="no tier"),
        pytest.param(BASIC_UP, Decimal("99.999999999"), "Basic", id="money just below"),
    ],
)
def test_a_value_gives_the_highest_level_that_it_reaches(levels: tuple[Level, ...], value: Any, name: str) -> None:
    """Thresholds are inclusive, a threshold of 0 is a tier, and no tier is a possible answer."""
    level = tiers(*levels).level_at(value)
    assert (None if level is None else level.name) == name


@pytest.mark.parametrize(
    ("held", "name"),
    [
        pytest.param("Platinum", None, id="T19-top"),
        pytest.param(None, "Basic", id="T19-none"),
        pytest.param("Basic", "Silver", id="between"),
        pytest.param("Unknown", "Basic", id="a tier that the set does not have"),
    ],
)
def test_the_next_level_is_the_one_above(held: str | None, name: str | None) -> None:
    """The next level is the lowest where none is held, and there is none above the top."""
    level = tiers(*BASIC_UP).level_after(held)
    assert (None if level is None else level.name) == name


def test_ranks_rise_from_0() -> None:
    """A tier's rank is its place from 0; no tier and an unknown one rank below all."""
    ranks = [tiers(*BASIC_UP).rank_of(name) for name in (None, "Unknown", "Basic", "Platinum")]
    assert ranks == [-1, -1, 0, 3]


def test_thresholds_of_money_are_decimals() -> None:
    """A threshold of money becomes a decimal, one of points stays an int."""
    money = tiers(Level("A", 0), Level("B", "99.50"), measure=Measure.MONEY_SPENT)  # type: ignore[arg-type]
    assert [(type(level.at), level.at) for level in money.levels] == [(Decimal, 0), (Decimal, Decimal("99.50"))]
    assert [type(level.at) for level in tiers(Level("A", 0)).levels] == [int]


def test_a_list_of_levels_becomes_a_tuple() -> None:
    """A set made of a list of levels equals one made of a tuple, and can be hashed."""
    made = TierSet(measure=Measure.ORDERS, levels=[Level("A", 1)])  # type: ignore[arg-type]
    assert {made} == {TierSet(measure=Measure.ORDERS, levels=(Level("A", 1),))}


A = Level("A", 1)


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        pytest.param({"levels": ()}, ["levels"], id="no levels"),
        pytest.param({"levels": None}, ["levels"], id="levels of another type"),
        pytest.param({"levels": ("A",)}, ["levels[0]"], id="a level of another type"),
        pytest.param({"levels": (A, Level("A", 2))}, ["levels[1].name"], id="a name twice"),
        pytest.param({"levels": (A, Level("B", 1))}, ["levels[1].at"], id="a threshold twice"),
        pytest.param({"levels": (A, Level("B", 0))}, ["levels[1].at"], id="falling"),
        pytest.param({"levels": (Level("", 1), Level("B", -1))}, ["levels[0].name", "levels[1].at"], id="each level"),
        pytest.param({"levels": (Level("A", Decimal(1)),)}, ["levels[0].at"], id="points as decimal"),
        pytest.param({"levels": (Level("A", True),)}, ["levels[0].at"], id="bool"),
        pytest.param({"levels": (Level("A", 10**15 + 1),)}, ["levels[0].at"], id="too many points"),
        pytest.param({"levels": (Level("x" * 65, 1),)}, ["levels[0].name"], id="long name"),
        pytest.param(
            {"measure": Measure.MONEY_SPENT, "levels": (Level("A", -1),)}, ["levels[0].at"], id="negative money"
        ),
        pytest.param({"measure": Measure.MONEY_SPENT, "levels": (Level("A", 1.5),)}, ["levels[0].at"], id="float"),  # type: ignore[arg-type]
        pytest.param({"measure": "points"}, ["measure"], id="measure"),
        pytest.param({"window": "lifetime"}, ["window"], id="window"),
        pytest.param({"downgrade": "never", "anchor": None}, ["downgrade", "anchor"], id="downgrade and anchor"),
        pytest.param({"expires_in": "1Y"}, ["expires_in"], id="expires_in"),
        pytest.param(
            {"measure": Measure.ACTIVE_BALANCE, "window": Window(WindowKind.ROLLING, 12)}, ["window"], id="balance"
        ),
        pytest.param({"downgrade": Downgrade.ONE_DOWN}, ["expires_in"], id="one_down without an end"),
        pytest.param({"downgrade": Downgrade.BALANCE_BASED}, ["expires_in"], id="balance_based without an end"),
        pytest.param({"downgrade": Downgrade.PREVIOUS_TIER}, ["expires_in"], id="previous_tier without an end"),
        pytest.param({"downgrade": Downgrade.KEEP_HIGHEST}, ["expires_in"], id="keep_highest without an end"),
        pytest.param({"window": Window(WindowKind.SINCE_RENEWAL)}, ["expires_in"], id="since_renewal without an end"),
        pytest.param(
            {"downgrade": Downgrade.ONE_DOWN, "levels": (A, Level("B", 0))},
            ["expires_in", "levels[1].at"],
            id="settings and levels at once",
        ),
    ],
)
def test_a_set_names_all_its_faults(settings: dict[str, Any], paths: list[str]) -> None:
    """A tier set that cannot be is refused with the paths of all its faults."""
    with pytest.raises(InvalidDocument) as caught:
        TierSet(**{"measure": Measure.POINTS_EARNED, "levels": (A,), **settings})
    assert [fault.path for fault in caught.value.faults] == paths


@pytest.mark.parametrize("downgrade", Downgrade)
@pytest.mark.parametrize("anchor", Anchor)
def test_every_policy_goes_with_an_end(downgrade: Downgrade, anchor: Anchor) -> None:
    """Every downgrade and every anchor may be combined where tiers end."""
    named = "since" if anchor is Anchor.CUSTOMER_ATTRIBUTE else None
    made = tiers(A, downgrade=downgrade, anchor=anchor, anchor_attribute=named, expires_in=YEAR)
    assert made.only_climbs is False


@pytest.mark.parametrize(
    ("settings", "only_climbs"),
    [
        ({}, True),
        ({"expires_in": YEAR}, False),
        ({"downgrade": Downgrade.REAL_TIME}, False),
        ({"window": Window(WindowKind.CALENDAR_YEAR)}, False),
    ],
)
def test_tiers_only_climb_where_nothing_takes_them(settings: dict[str, Any], only_climbs: bool) -> None:
    """Tiers only climb over a lifetime measure, without an end and without a downgrade."""
    assert tiers(A, **settings).only_climbs is only_climbs
