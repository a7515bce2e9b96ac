"""Law: beneath a tier set by hand everything goes on as if nobody had set it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers import TierSet, advance, beneath, set_by_hand
from loyalcore.values.clock import DAY, from_micros
from tests.property.test_tiers import LEVELS, START, histories, instants, joining, recomputed, tier_sets, zones

hands = st.lists(
    st.tuples(
        instants, st.sampled_from([None, *(level.name for level in LEVELS[1:])]), st.none() | st.integers(1, 400)
    ),
    max_size=4,
)


@given(tiers=tier_sets(), zone=zones, joined=instants, history=histories(), hands=hands, stops=st.lists(instants))
def test_beneath_a_hand_everything_goes_on(
    tiers: TierSet,
    zone: ZoneInfo,
    joined: int,
    history: list[tuple[int, int]],
    hands: list[tuple[int, str | None, int | None]],
    stops: list[int],
) -> None:
    """Whatever tiers are set by hand, what stands beneath them is what would be without; the hand wins till its end."""
    end = max([START, joined, *stops, *(at for at, _ in history), *(at for at, _, _ in hands)])
    steps: list[tuple[int, int, tuple[tuple[int, int], ...], tuple[str | None, int | None] | None]] = [
        *((at, 0, ((at, value),), None) for at, value in history),
        *((at, 1, (), None) for at in [*stops, end]),
        *((at, 2, (), (tier, span)) for at, tier, span in hands),
    ]
    steps.sort(key=lambda step: step[:2])
    standing = Standing()
    last: tuple[str | None, datetime | None] | None = None
    for at, _, checkpoints, hand in steps:
        standing = advance(standing, tiers, zone, joining(joined), checkpoints, at)
        if hand is not None:
            tier, span = hand
            ends: datetime | None = None if span is None else from_micros(at + span * DAY)
            standing = set_by_hand(standing, tier, at=at, expires_at=ends, actor="ann", reason="test")
            last = (tier, ends)
    without = recomputed(tiers, zone, joined, history, end)
    standing = advance(standing, tiers, zone, joining(joined), (), end)
    assert beneath(standing) == without
    if last is not None and (last[1] is None or last[1] > from_micros(end)):
        assert (standing.tier, standing.expires_at) == last
    else:
        assert standing == without


@given(tiers=tier_sets(), zone=zones, joined=instants, history=histories(), span=st.integers(1, 400))
def test_a_hand_that_is_cleared_leaves_nothing(
    tiers: TierSet, zone: ZoneInfo, joined: int, history: list[tuple[int, int]], span: int
) -> None:
    """To set a tier and clear it again comes to nothing, at once and later."""
    at = max([START, joined, *(when for when, _ in history)])
    before = recomputed(tiers, zone, joined, history, at)
    held = set_by_hand(before, LEVELS[2].name, at=at, expires_at=None, actor="ann", reason="test")
    assert beneath(held) == before
    later = advance(held, tiers, zone, joining(joined), (), at + span * DAY)
    assert beneath(later) == advance(before, tiers, zone, joining(joined), (), at + span * DAY)
