"""Memberships: what makes a customer a member, which ledgers are listed, and what the tier makes of a booking."""

from __future__ import annotations

import attrs
import pytest

from loyalcore.domain.decision import ChangeSet, LedgerRef, MembershipRef, Put
from loyalcore.domain.ledger import JoinPolicy, Shortfall, Sweep
from loyalcore.domain.tiers import Downgrade, Level, Measure, TierSet
from loyalcore.errors import LimitExceeded, NotFound
from loyalcore.values.points import POINTS_MAX
from tests.unit.domain.ledger._shop import Figures, Shop, instant

TIERS = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 10), Level("Gold", 100)))


@pytest.mark.parametrize(
    ("policy", "joined_on_award", "joined_on_activation"),
    [
        (JoinPolicy.NOT_JOIN, None, None),
        (JoinPolicy.POINTS_EARNED, "2026-01-01", "2026-01-01"),
        (JoinPolicy.POINTS_ACTIVATED, None, "2026-01-06"),
    ],
)
def test_the_join_policy(policy: JoinPolicy, joined_on_award: str | None, joined_on_activation: str | None) -> None:
    """An award of day 0 that activates on day 5 makes a member never, on day 0 or on day 5."""
    shop = Shop(join_policy=policy)
    shop.award(10, activation="5D")
    joined = shop.loyalty.customers.membership("ada").joined_at
    assert joined == (None if joined_on_award is None else instant(joined_on_award))
    shop.at("2026-01-20")
    shop.do("activity")
    joined = shop.loyalty.customers.membership("ada").joined_at
    assert joined == (None if joined_on_activation is None else instant(joined_on_activation))


def test_active_points_join_under_either_policy() -> None:
    """Points that are active at once make a member under `points_activated` too."""
    shop = Shop(join_policy=JoinPolicy.POINTS_ACTIVATED)
    shop.award(10)
    assert shop.loyalty.customers.membership("ada").joined_at == instant("2026-01-01")


def test_points_by_hand_do_not_join() -> None:
    """An adjustment makes no member."""
    shop = Shop()
    shop.do("adjust", 10)
    assert shop.loyalty.customers.membership("ada").joined_at is None


def test_joining_by_hand_is_kept() -> None:
    """Who joins is a member since then, and stays so when points come."""
    shop = Shop()
    receipt = shop.loyalty.customers.join("ada")
    assert receipt.membership is not None
    assert (receipt.membership.joined_at, receipt.membership.ledgers) == (instant("2026-01-01"), ())
    assert shop.loyalty.customers.get("ada").programs == ("beans",)
    shop.at("2026-01-06")
    shop.award(10)
    again = shop.loyalty.customers.join("ada")
    assert again.replayed
    assert again.membership is not None
    assert again.membership.joined_at == instant("2026-01-01")


def test_joining_writes_down_what_time_has_done() -> None:
    """A join finds the ledger as it stands, with what has lapsed by then."""
    shop = Shop(join_policy=JoinPolicy.NOT_JOIN)
    shop.award(10, expiry="1D")
    shop.at("2026-01-06")
    shop.loyalty.customers.join("ada")
    assert shop.kinds() == ["award", "expire"]
    assert shop.figures() == Figures(0, expired=10)


def test_a_tier_is_for_everybody_whom_the_program_knows() -> None:
    """Who has points but has not joined holds the tier that they give; joining changes nothing about it."""
    shop = Shop(join_policy=JoinPolicy.NOT_JOIN, tiers=TIERS)
    shop.award(50)
    before = shop.loyalty.customers.membership("ada")
    assert (before.joined_at, before.tier) == (None, "Silver")
    shop.loyalty.customers.join("ada")
    assert shop.loyalty.customers.membership("ada").standing == before.standing


@pytest.mark.parametrize(("points", "tier"), [(9, None), (10, "Silver"), (99, "Silver"), (100, "Gold")])
def test_a_threshold_is_inclusive(points: int, tier: str | None) -> None:
    """A tier begins at its threshold."""
    shop = Shop(tiers=TIERS)
    shop.award(points)
    assert shop.loyalty.customers.membership("ada").standing.tier == tier


def test_the_tier_follows_the_main_ledger() -> None:
    """Points of a subledger count for no tier."""
    shop = Shop(tiers=TIERS)
    shop.award(100, ledger="gifts")
    assert shop.loyalty.customers.membership("ada").standing.tier is None


def test_a_tier_by_active_balance_falls_with_time() -> None:
    """Under `real_time` the tier is lost at the instant at which the points lapse, seen without a sweep."""
    shop = Shop(
        tiers=TierSet(measure=Measure.ACTIVE_BALANCE, levels=(Level("Silver", 10),), downgrade=Downgrade.REAL_TIME)
    )
    shop.award(10, expiry="10D")
    assert shop.loyalty.customers.membership("ada").standing.tier == "Silver"
    assert shop.loyalty.customers.membership("ada", at=instant("2026-01-11")).standing.tier is None
    shop.at("2026-01-11")
    shop.points.sweep()
    assert shop.loyalty.customers.membership("ada").standing.tier is None


def test_a_measure_of_money_is_not_the_ledgers() -> None:
    """A program whose tiers measure money moves none of them by points."""
    shop = Shop(tiers=TierSet(measure=Measure.MONEY_SPENT, levels=(Level("Silver", 10),)))
    shop.award(100)
    assert shop.loyalty.customers.membership("ada").standing.tier is None


@pytest.mark.parametrize(("count", "is_taken"), [(99, True), (100, False)])
@pytest.mark.parametrize("main", [(), ("",)])
def test_a_hundred_subledgers_are_the_limit(count: int, is_taken: bool, main: tuple[str, ...]) -> None:
    """The hundredth subledger is taken, the next one refused; the main ledger is none of them."""
    shop = Shop()
    shop.loyalty.customers.join("ada")
    ref = MembershipRef("live", "holder-1", "beans")
    with shop.store.unit() as unit:
        member = unit.load([ref])[ref]
        listed = (*main, *(f"l-{number}" for number in range(count)))
        unit.apply(ChangeSet(puts=(Put(attrs.evolve(member, ledgers=listed, version=3), member.version),)))
        unit.commit()
    if is_taken:
        shop.award(5, ledger="new")
    else:
        with pytest.raises(LimitExceeded) as caught:
            shop.award(5, ledger="new")
        assert (caught.value.path, caught.value.limit) == ("ledger", 100)
    shop.award(5)


@pytest.mark.parametrize(("room", "is_taken"), [(POINTS_MAX, True), (POINTS_MAX - 1, False)])
def test_a_ledger_takes_a_trillion_millions(room: int, is_taken: bool) -> None:
    """A ledger whose totals would pass 10^18 refuses the booking: a store could not keep them."""
    shop = Shop(shortfall=Shortfall.CLAMP)
    shop.award(5)
    ref = LedgerRef("live", "holder-1", "beans")
    with shop.store.unit() as unit:
        head = unit.load([ref])[ref]
        unit.apply(ChangeSet(puts=(Put(attrs.evolve(head, awarded=10**18 - room, version=2), 1),)))
        unit.commit()
    if is_taken:
        shop.award(POINTS_MAX)
    else:
        with pytest.raises(LimitExceeded) as caught:
            shop.award(POINTS_MAX)
        assert (caught.value.path, caught.value.limit) == ("points", 10**18)


def test_a_sweep_names_its_ledger() -> None:
    """A sweep of a ledger that is not there is not found; of one with nothing due it writes nothing."""
    shop = Shop()
    shop.award(5, expiry="1D")
    assert shop.loyalty.run(Sweep("holder-1")).entries == ()
    shop.at("2026-01-06")
    assert [entry.kind.value for entry in shop.loyalty.run(Sweep("holder-1")).entries] == ["expire"]
    with pytest.raises(NotFound, match="ledger"):
        shop.loyalty.run(Sweep("holder-9"))
