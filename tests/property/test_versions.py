"""The laws of a change of the program: what was granted keeps its terms, what is decided tells its version."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any, Final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Membership, Standing
from loyalcore.domain.decision import LotRef
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import Account, Entry, Lot, PointsPolicy, ReturnPolicy
from loyalcore.domain.programs import Program, by_id
from loyalcore.domain.tiers import Downgrade, Level, Measure, TierSet, Window, WindowKind, advance, switched
from loyalcore.errors import LoyaltyError
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import records
from loyalcore.values.calendar import parse_expiry, parse_start
from loyalcore.values.clock import NEVER, parse_instant, to_micros
from tests.property._examples import share
from tests.property.test_tiers import tier_sets

START: Final = parse_instant("2026-03-01T12:00:00Z", "at")
RULES: Final = (
    (EarningRule("base", points=1, per=1),),
    (EarningRule("base", points=3, per=2), EarningRule("fixed", points=4, expiry="7D")),
    (),
    (EarningRule("tiered", by_tier={"": 1, "Silver": 3, "Platinum": 8}, per=4),),
)
"""The last one needs tiers."""

policies = st.builds(
    lambda start, expiry, policy: PointsPolicy(
        activation=parse_start(start, "activation"), expiry=parse_expiry(expiry, "expiry"), return_policy=policy
    ),
    st.sampled_from(["immediate", "3D"]),
    st.sampled_from(["unlimited", "10D", "end_of_month(1M)"]),
    st.sampled_from(ReturnPolicy),
)
orders_set = TierSet(measure=Measure.ORDERS, levels=(Level("Base", 0), Level("Silver", 2), Level("Platinum", 3)))
balance_set = attrs.evolve(orders_set, measure=Measure.ACTIVE_BALANCE, downgrade=Downgrade.REAL_TIME)
sets = st.none() | tier_sets() | st.sampled_from([orders_set, balance_set])


@st.composite
def lines(draw: st.DrawFn) -> list[Program]:
    """Make two or three versions of a program, each from an instant, some of them from the middle of a day."""
    spans = draw(st.lists(st.integers(1, 40) | st.integers(90, 300), min_size=1, max_size=2))
    instants = [None, *(START + timedelta(hours=8 * hours) for hours in accumulate(spans))]
    found = []
    for number, at in enumerate(instants, 1):
        tiers = draw(sets)
        rules = draw(st.sampled_from(RULES[: None if tiers else -1]))
        fields: dict[str, Any] = {"points": draw(policies), "earning": rules, "tiers": tiers}
        fields |= {"version": number, "applies_from": at}
        found.append(Program("beans", currency="EUR", timezone="Europe/Berlin", **fields))
    return found


acts = st.one_of(
    st.tuples(st.just("close"), st.integers(1, 40)),
    st.tuples(st.just("award"), st.integers(1, 9)),
    st.tuples(st.sampled_from(["close", "close", "award", "spend"]), st.integers(1, 20)),
    st.tuples(st.just("return"), st.integers(0, 5)),
    st.tuples(st.just("write down"), st.none()),
)
# A move is a pause in hours, and what is done after it.
moves = st.tuples(st.sampled_from([0, 1, 8, 24, 24, 60, 100, 400, 900]), acts)
histories = st.lists(moves, min_size=5, max_size=14)


class Shop:
    """A customer over the versions of a program, and the terms of every lot as they were first seen."""

    def __init__(self, programs: list[Program], *, writes_down: bool = True) -> None:
        self.line = by_id(programs)["beans"]
        self.store = MemoryStore()
        self.clock = FixedClock(START)
        self.shop = Loyalty(self.store, programs, clock=self.clock, ids=CountedIds(), actor="till")
        self.writes_down = writes_down
        self.terms: dict[LotRef, Any] = {}
        self.shop.customers.register("ada")
        self.shop.customers.join("ada")

    def do(self, number: int, move: tuple[int, tuple[str, Any]]) -> None:
        """Make a move; one that is refused moves nothing."""
        pause, (what, more) = move
        self.clock.move(hours=pause)
        if what == "write down":
            if self.writes_down:
                self.shop.points.sweep()
                self.shop.tiers.review()
        elif what == "close":
            self._close(f"o-{number}", {"total": more}, f"k-{number}")
        else:
            self._try(what, more, f"k-{number}")
        for lot in records(self.store, Lot):
            terms = (lot.granted, lot.active_from, lot.expires_at, lot.expires_on)
            assert self.terms.setdefault(lot.ref, terms) == terms

    def _close(self, order_id: str, cart: dict[str, Any], key: str) -> None:
        quoted = self.shop.orders.quote("ada", cart)
        order = self.shop.orders.close("ada", order_id, cart, key=key).order
        assert order is not None
        awarded = [(award.rule, award.points) for award in order.awards]
        assert awarded == [(award.rule, award.points) for award in quoted.awards]

    def _try(self, what: str, more: int, key: str) -> None:
        try:
            if what == "award":
                self.shop.points.award("ada", more, reason="gift", key=key)
            elif what == "spend":
                self.shop.points.spend("ada", more, key=key)
            else:
                self.shop.orders.return_items(f"o-{more}", return_id=key, key=key)
        except LoyaltyError:
            return

    def recomputed(self) -> Standing:
        """Give the standing from the entries alone: one stretch for each version, and a switch between two."""
        versions, now = self.line.versions, to_micros(self.clock.now())
        account, checkpoints = Account(), []
        for entry in records(self.store, Entry):
            account.apply(entry)
            checkpoints.append((account.at, account.earned, account.active))
        ends = [to_micros(each.applies_from or START) for each in versions[1:]] + [NEVER]
        standing, begun, before = Standing(), 0, None
        for version, end in zip(versions, ends, strict=True):
            tiers, joined = version.tiers, START
            if begun > now:
                break
            if begun and tiers != before:
                earlier = [_measured(each, tiers) for each in checkpoints if each[0] < begun]
                value = earlier[-1] if earlier else 0
                standing = switched(standing, before, tiers, version.zone, joined, begun, value)
            if tiers is not None:
                within = [(each[0], _measured(each, tiers)) for each in checkpoints if begun <= each[0] < end]
                standing = advance(standing, tiers, version.zone, joined, within, min(end - 1, now))
            begun, before = end, tiers
        return standing


def _measured(checkpoint: tuple[int, int, int], tiers: TierSet | None) -> int:
    """Give what a tier set measures, of (when, earned, active)."""
    is_balance = tiers is not None and tiers.measure is Measure.ACTIVE_BALANCE
    return checkpoint[2] if is_balance else checkpoint[1]


@share(2)
@given(programs=lines(), history=histories)
def test_a_change_of_the_program_keeps_what_was(programs: list[Program], history: list[tuple[int, Any]]) -> None:
    """Lots keep their terms, entries tell the version of their instant, what was quoted was awarded, sums agree."""
    shop = Shop(programs)
    for number, move in enumerate(history):
        shop.do(number, move)
    for entry in records(shop.store, Entry):
        assert entry.program_version == shop.line.at(entry.effective_at).version
    assert shop.shop.points.verify("ada").difference is None


@share(2)
@given(programs=lines(), history=histories)
def test_a_tier_comes_through_versions_by_itself(programs: list[Program], history: list[tuple[int, Any]]) -> None:
    """Written down often, late, or at the end alone: after a review members stand where time and versions put them."""
    often, once = Shop(programs), Shop(programs, writes_down=False)
    for shop in (often, once):
        for number, move in enumerate(history):
            shop.do(number, move)
        shown = shop.shop.customers.membership("ada")
        shop.shop.points.sweep()
        shop.shop.tiers.review()
        (stored,) = records(shop.store, Membership)
        assert attrs.evolve(shown, version=stored.version) == stored
    one, other = (records(shop.store, Membership)[0] for shop in (often, once))
    assert attrs.evolve(one, version=other.version) == other
    if all(each.tiers is None or each.tiers.measure is not Measure.ORDERS for each in programs):
        again = once.recomputed()
        names = ("tier", "since", "expires_at", "previous", "completed", "gains")
        assert [getattr(other.standing, name) for name in names] == [getattr(again, name) for name in names]


@share(2)
@given(
    window=st.sampled_from([Window(WindowKind.CALENDAR_YEAR), Window(WindowKind.ANNIVERSARY_YEAR)])
    | st.integers(1, 14).map(lambda months: Window(WindowKind.ROLLING, months)),
    days=st.integers(1, 500),
    history=histories,
)
def test_what_a_window_has_counted_counts_in_the_next_version(
    window: Window, days: int, history: list[tuple[int, Any]]
) -> None:
    """Levels that come with a version find the same measure as if they had always been there, whatever the window."""
    levels = (Level("Base", 0), Level("Silver", 10), Level("Platinum", 30))
    always = TierSet(measure=Measure.POINTS_EARNED, window=window, downgrade=Downgrade.REAL_TIME, levels=levels)
    fields: dict[str, Any] = {"currency": "EUR", "timezone": "Europe/Berlin", "earning": RULES[0]}
    before = Program("beans", tiers=attrs.evolve(always, levels=levels[:1]), **fields)
    after = Program("beans", tiers=always, version=2, applies_from=START + timedelta(days=days), **fields)
    shops = Shop([Program("beans", tiers=always, **fields)]), Shop([before, after])
    for number, move in enumerate(history):
        for shop in shops:
            shop.do(number, move)
    for pause in (days, 20, 60, 200, 400):
        for shop in shops:
            shop.clock.move(days=pause)
        one, other = (shop.shop.customers.membership("ada").standing for shop in shops)
        assert (one.tier, one.gains) == (other.tier, other.gains)
