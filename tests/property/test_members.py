"""Law: a membership has the figures of its main ledger, and nothing changes before it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.domain.tiers import Anchor, Downgrade, Level, Measure, TierSet, parse_window
from loyalcore.testing import laws
from loyalcore.testing.strategies import histories, programs
from loyalcore.values.calendar import parse_duration
from tests.property._examples import share

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program
    from loyalcore.testing.strategies import Step

LEVELS = (Level("Base", 0), Level("Silver", 10), Level("Gold", 25))


@st.composite
def tiers(draw: st.DrawFn) -> TierSet:
    """Draw tiers that time ends, in every way that fits."""
    window = draw(st.sampled_from(["lifetime", "rolling_1M", "calendar_year", "anniversary_year", "since_renewal"]))
    measure = Measure.POINTS_EARNED if window != "lifetime" else draw(st.sampled_from([*Measure][:2]))
    return TierSet(
        measure=measure,
        levels=LEVELS[draw(st.integers(0, 1)) :],
        window=parse_window(window, "window"),
        downgrade=draw(st.sampled_from([each for each in Downgrade if each is not Downgrade.REAL_TIME])),
        expires_in=parse_duration(draw(st.sampled_from(["1D", "6D", "1M", "1Y"])), "expires_in"),
        anchor=draw(st.sampled_from([Anchor.TIER_START_DATE, Anchor.PROGRAM_JOIN_DATE])),
    )


@share(3)
@given(programs(), histories())
def test_members(program: Program, steps: list[Step]) -> None:
    """After every step each member's figures are those of the ledger, and hold until the member is due."""
    laws.members(program, steps)


@share(3)
@given(programs(tiers=False), tiers(), histories())
def test_members_whose_tiers_end(program: Program, ending: TierSet, steps: list[Step]) -> None:
    """So they do where tiers end, are renewed and are lost by time."""
    laws.members(attrs.evolve(program, tiers=ending), steps)
