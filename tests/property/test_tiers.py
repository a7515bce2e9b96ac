"""Law: a standing that was carried along step by step is the one that is worked out from the beginning."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from loyalcore.domain.customers import Standing
from loyalcore.domain.tiers import (
    Anchor,
    Downgrade,
    Level,
    Measure,
    Resets,
    TierNotice,
    TierSet,
    Window,
    WindowKind,
    advance,
    next_change,
)
from loyalcore.values.calendar import Duration
from loyalcore.values.clock import DAY, NEVER, from_micros

if TYPE_CHECKING:
    from collections.abc import Iterable

START = 18_262 * DAY  # 2020-01-01
LEVELS = tuple(Level(name, at) for name, at in (("Base", 0), ("Silver", 3), ("Gold", 6), ("Platinum", 10)))

zones = st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")])
windows = st.one_of(
    st.sampled_from([Window(kind) for kind in WindowKind if kind is not WindowKind.ROLLING]),
    st.integers(1, 14).map(lambda months: Window(WindowKind.ROLLING, months)),
)
# Days and half days, so that instants meet; and a microsecond to each side of them.
instants = st.builds(
    lambda halves, off: START + halves * DAY // 2 + off, st.integers(0, 4 * 730), st.sampled_from([0, 0, 0, -1, 1])
)


@st.composite
def tier_sets(draw: st.DrawFn) -> TierSet:
    """Make a tier set of any policy."""
    window = draw(windows)
    downgrade = draw(st.sampled_from(Downgrade))
    ends = st.sampled_from(["1M", "45D", "6M", "12M", "1Y_U"]).map(Duration)
    grace = draw(st.none() | st.sampled_from(["10D", "1M", "1M_U", "45D_D"]).map(Duration))
    resets = draw(st.sampled_from(Resets))
    if window.kind is WindowKind.LIFETIME or (resets is Resets.TIER_CHANGE and downgrade is Downgrade.REAL_TIME):
        resets = Resets.NEVER
    anchor = draw(st.sampled_from(Anchor))
    is_free = downgrade in {Downgrade.NEVER, Downgrade.REAL_TIME} and window.kind is not WindowKind.SINCE_RENEWAL
    return TierSet(
        measure=Measure.POINTS_EARNED,
        window=window,
        downgrade=downgrade,
        expires_in=draw(st.none() | ends if is_free else ends),
        anchor=anchor,
        anchor_attribute="since" if anchor is Anchor.CUSTOMER_ATTRIBUTE else None,
        grace=None if downgrade in {Downgrade.NEVER, Downgrade.REAL_TIME} else grace,
        resets=resets,
        notices=draw(st.sampled_from([frozenset(), frozenset({TierNotice.ENDING})])),
        levels=LEVELS[draw(st.integers(0, 1)) :],
    )


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Make checkpoints of a measure since the beginning: gains, and now and then something taken back."""
    when = sorted(draw(st.lists(instants, max_size=12)))
    value, history = 0, []
    for at in when:
        value = max(0, value + draw(st.integers(-4, 8)))
        history.append((at, value))
    return history


def joining(at: int | None) -> datetime | None:
    """Return the instant of joining."""
    return None if at is None else from_micros(at)


def recomputed(tiers: TierSet, zone: ZoneInfo, joined: int | None, history: Iterable[Any], to: int) -> Standing:
    """Work out a standing from all checkpoints at once."""
    return advance(Standing(), tiers, zone, joining(joined), tuple(history), to)


@given(
    tiers=tier_sets(), zone=zones, joined=st.none() | instants, history=histories(), cuts=st.lists(instants, max_size=6)
)
def test_incremental_equals_recomputed(
    tiers: TierSet, zone: ZoneInfo, joined: int | None, history: list[tuple[int, int]], cuts: list[int]
) -> None:
    """Advancing by single checkpoints and through any stops between them gives what one long step gives."""
    steps: list[tuple[int, tuple[tuple[int, int], ...]]] = [(at, ((at, value),)) for at, value in history]
    end = max([START, *cuts, *(at for at, _ in history)])
    steps = [*sorted([*steps, *((cut, ()) for cut in cuts)], key=lambda step: step[0]), (end, ())]
    standing = Standing()
    for to, checkpoints in steps:
        standing = advance(standing, tiers, zone, joining(joined), checkpoints, to)
    assert standing == recomputed(tiers, zone, joined, history, end)


@given(tiers=tier_sets(), zone=zones, joined=instants, history=histories(), middle=instants, span=st.integers(0, 900))
@example(
    tiers=TierSet(measure=Measure.ORDERS, levels=LEVELS),
    zone=ZoneInfo("UTC"),
    joined=START,
    history=[(START, 3), (START, 6)],
    middle=START,
    span=0,
)
def test_two_steps_equal_one(
    tiers: TierSet, zone: ZoneInfo, joined: int, history: list[tuple[int, int]], middle: int, span: int
) -> None:
    """Advancing to a later instant through an earlier one, before or after what happens at it, changes nothing."""
    end = max([middle, *(at for at, _ in history)]) + span * DAY
    whole = recomputed(tiers, zone, joined, history, end)
    for cut in {bisect_right(history, middle - side, key=lambda each: each[0]) for side in (0, 1)}:
        first = recomputed(tiers, zone, joined, history[:cut], middle)
        assert advance(first, tiers, zone, joining(joined), history[cut:], end) == whole


@given(tiers=tier_sets(), zone=zones, joined=instants, history=histories())
def test_saying_a_value_again_changes_nothing(
    tiers: TierSet, zone: ZoneInfo, joined: int, history: list[tuple[int, int]]
) -> None:
    """A checkpoint that repeats the value before it changes nothing, at its own instant or later."""
    doubled = [each for at, value in history for each in ((at, value), (at, value))]
    repeated = [each for (at, value), (then, _) in pairwise(history) for each in ((at, value), (then, value))]
    end = history[-1][0] if history else START
    whole = recomputed(tiers, zone, joined, history, end)
    assert recomputed(tiers, zone, joined, doubled, end) == whole
    assert recomputed(tiers, zone, joined, [*repeated, *history[-1:]], end) == whole


@given(tiers=tier_sets(), zone=zones, joined=instants, history=histories(), span=st.integers(0, 900))
def test_nothing_happens_before_the_next_change(
    tiers: TierSet, zone: ZoneInfo, joined: int, history: list[tuple[int, int]], span: int
) -> None:
    """Up to the next change time alone moves neither the tier nor its start nor its end."""
    at = max([joined, *(at for at, _ in history)])
    standing = recomputed(tiers, zone, joined, history, at)
    until = min(next_change(standing, tiers), at + span * DAY + 1)
    assert until > at
    later = advance(standing, tiers, zone, joining(joined), (), until - 1)
    before, after = ((each.tier, each.since, each.expires_at, each.previous) for each in (standing, later))
    assert before == after


@given(
    window=windows, zone=zones, joined=instants, history=histories(), levels=st.integers(0, 1), span=st.integers(0, 900)
)
def test_in_real_time_the_tier_is_what_the_gains_give(
    window: Window, zone: ZoneInfo, joined: int, history: list[tuple[int, int]], levels: int, span: int
) -> None:
    """Under `real_time` a member holds the tier that the gains within the window give, added up from nothing."""
    if window.kind is WindowKind.SINCE_RENEWAL:
        window = Window()
    tiers = TierSet(measure=Measure.POINTS_EARNED, window=window, downgrade=Downgrade.REAL_TIME, levels=LEVELS[levels:])
    to = max([joined, *(at for at, _ in history)]) + span * DAY
    gains = [(at, value - before) for (_, before), (at, value) in pairwise([(0, 0), *history])]
    counted = [gain for at, gain in gains if window.until(at, joined, zone) > to]
    level = tiers.level_at(max(0, sum(counted)))
    assert recomputed(tiers, zone, joined, history, to).tier == (None if level is None else level.name)


@given(tiers=tier_sets(), zone=zones, joined=instants, history=histories(), span=st.integers(0, 900))
def test_a_tier_is_never_below_what_the_measure_gives(
    tiers: TierSet, zone: ZoneInfo, joined: int, history: list[tuple[int, int]], span: int
) -> None:
    """Under every policy a member holds at least the tier that the measure gives now."""
    to = max([joined, *(at for at, _ in history)]) + span * DAY
    standing = recomputed(tiers, zone, joined, history, to)
    if tiers.window.kind is WindowKind.LIFETIME:
        value = history[-1][1] if history else 0
    else:
        value = max(0, sum(int(amount) for _, amount in standing.gains))
    assert tiers.rank_of(standing.tier) >= tiers.rank_at(value)
    assert all(until > to and amount for until, amount in standing.gains)
    assert standing.expires_at is None or standing.expires_at > from_micros(to)
    assert next_change(standing, tiers) > to or next_change(standing, tiers) == NEVER


@given(
    count=st.integers(1, 40),
    form=st.sampled_from(["{}h", "{}D", "{}D_D", "{}D_U", "{}W", "{}W_U", "{}M", "{}M_U", "{}Y", "{}Y_U"]),
    zone=zones,
    joined=st.integers(0, 2 * 6000).map(lambda halves: 10_957 * DAY + halves * DAY // 2),
    later=st.integers(0, 4 * 6000).map(lambda halves: halves * DAY // 2),
    off=st.sampled_from([0, 0, 1]),
)
def test_a_cycle_ends_at_its_first_end_after_the_start(
    count: int, form: str, zone: ZoneInfo, joined: int, later: int, off: int
) -> None:
    """Counted from joining, a tier lasts to the first end of a cycle after it was reached: the one found by trying."""
    later = min(later, count * 400 * (DAY if form != "{}h" else DAY // 24))
    start = joined + later + off
    tiers = TierSet(
        measure=Measure.POINTS_EARNED,
        downgrade=Downgrade.ONE_DOWN,
        expires_in=Duration(form.format(count)),
        anchor=Anchor.PROGRAM_JOIN_DATE,
        levels=LEVELS[1:],
    )
    number = 1
    while (end := Duration(form.format(count * number)).resolve(joined, zone)) <= start:
        number += 1
    standing = advance(Standing(), tiers, zone, from_micros(joined), [(start, 3)], start)
    assert standing.expires_at == from_micros(end)
