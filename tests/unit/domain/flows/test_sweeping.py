"""The sweep and the members: a tier that time has ended is written down, and nobody stays due for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from loyalcore.domain.customers import Membership
from loyalcore.domain.decision import ChangeSet, MembershipRef, Put
from loyalcore.domain.ledger import PointsNotice, Sweep
from loyalcore.domain.tiers import Downgrade, Level, Measure, TierSet, Window, WindowKind
from loyalcore.errors import NotFound
from loyalcore.query import All
from loyalcore.values.calendar import parse_duration
from tests.unit.domain.ledger._shop import Figures, Shop, instant

if TYPE_CHECKING:
    from datetime import datetime

ENDING = TierSet(
    measure=Measure.POINTS_EARNED,
    levels=(Level("Silver", 10), Level("Gold", 100)),
    window=Window(WindowKind.SINCE_RENEWAL),
    downgrade=Downgrade.ONE_DOWN,
    expires_in=parse_duration("1M", "expires_in"),
)


def stored(shop: Shop, holder_id: str = "holder-1") -> Membership:
    """Give a membership as it is kept, not as it stands now."""
    ref = MembershipRef("live", holder_id, "beans")
    with shop.store.unit(readonly=True) as unit:
        found: Membership = unit.load([ref])[ref]
    return found


def due(shop: Shop) -> list[str]:
    """Name the holders who are due now."""
    now = shop.clock.now()
    with shop.store.unit(readonly=True) as unit:
        return [member.holder_id for member in unit.stream(All(Membership, "live", due_by=now), now)]


def put(shop: Shop, member: Membership, next_change_at: datetime | None) -> None:
    """Write another date of the next change."""
    after = attrs.evolve(member, next_change_at=next_change_at, version=member.version + 1)
    with shop.store.unit() as unit:
        unit.apply(ChangeSet(puts=(Put(after, member.version),)))
        unit.commit()


def test_a_tier_that_has_ended_is_written_down() -> None:
    """Points without an end make no ledger due; the end of the tier does, and a sweep writes down what comes of it."""
    shop = Shop(tiers=ENDING)
    shop.award(100)
    assert (stored(shop).tier, stored(shop).next_change_at) == ("Gold", instant("2026-02-01"))
    shop.at("2026-02-01")
    assert due(shop) == ["holder-1"]
    assert shop.points.sweep() == 0
    assert (stored(shop).tier, stored(shop).next_change_at) == ("Gold", instant("2026-03-01"))
    shop.at("2026-03-01")
    assert shop.points.sweep() == 0
    assert (stored(shop).tier, stored(shop).next_change_at) == ("Silver", instant("2026-04-01"))
    assert due(shop) == []
    shop.at("2026-05-01")
    assert shop.points.sweep() == 0
    assert (stored(shop).tier, stored(shop).next_change_at) == (None, None)
    assert shop.kinds() == ["award"]
    assert shop.figures() == Figures(100)


def test_a_second_sweep_of_a_tier_writes_nothing() -> None:
    """What is written down is due no more."""
    shop = Shop(tiers=ENDING)
    shop.award(100)
    shop.at("2026-02-01")
    shop.points.sweep()
    before = stored(shop)
    shop.points.sweep()
    assert stored(shop) == before
    assert shop.loyalty.run(Sweep("holder-1")).membership is None


def test_a_sweep_tells_of_the_tier() -> None:
    """The receipt of a sweep holds the membership where that has changed."""
    shop = Shop(tiers=ENDING)
    shop.award(100)
    shop.at("2026-03-01")
    receipt = shop.loyalty.run(Sweep("holder-1"))
    assert receipt.membership is not None
    assert (receipt.membership.tier, receipt.entries) == ("Silver", ())


def test_only_one_customer_or_program_is_swept() -> None:
    """A sweep of Bob leaves Ada due, and one of another program both."""
    shop = Shop(tiers=ENDING)
    for who in ("ada", "bob"):
        shop.award(100, who=who)
    shop.at("2026-02-01")
    shop.points.sweep("bob")
    assert due(shop) == ["holder-1"]
    shop.points.sweep(program="beans")
    assert due(shop) == []


def test_who_is_due_without_a_ledger_is_swept() -> None:
    """A date that comes too early is put right where nothing was ever booked."""
    shop = Shop()
    put(shop, stored(shop), instant("2026-01-01"))
    assert due(shop) == ["holder-1"]
    assert shop.points.sweep() == 0
    assert (due(shop), stored(shop).next_change_at) == ([], None)


def test_a_date_that_comes_too_early_is_put_right() -> None:
    """A main ledger that is not due, with a membership that is: the sweep writes the membership alone."""
    shop = Shop()
    shop.award(5, expiry="10D")
    put(shop, stored(shop), instant("2026-01-01"))
    assert shop.points.sweep() == 0
    assert stored(shop).next_change_at == instant("2026-01-11")


def test_main_and_subledger_are_swept_in_one_unit() -> None:
    """Two ledgers of one member count twice, and the membership has the figures of the main one."""
    shop = Shop(tiers=ENDING)
    shop.award(100, expiry="5D")
    shop.award(7, expiry="5D", ledger="gift")
    shop.at("2026-03-01")
    assert shop.points.sweep() == 2
    assert (stored(shop).points.expired, stored(shop).tier, due(shop)) == (100, "Silver", [])


@pytest.mark.parametrize(("holder_id", "ledger"), [("holder-1", ""), ("holder-1", "gift"), ("nobody", "")])
def test_there_is_something_to_sweep(holder_id: str, ledger: str) -> None:
    """A sweep by name needs the ledger, or for the main one the membership."""
    shop = Shop()
    if (holder_id, ledger) == ("holder-1", ""):
        assert shop.loyalty.run(Sweep(holder_id)).entries == ()
        return
    with pytest.raises(NotFound):
        shop.loyalty.run(Sweep(holder_id, ledger=ledger))


def test_time_goes_on_over_what_was_erased() -> None:
    """Points of an erased customer lapse; the membership stays as it ended, and there is nobody to tell."""
    shop = Shop(tiers=ENDING, notices=frozenset({PointsNotice.ADDED, PointsNotice.ACTIVATED}))
    shop.award(100, expiry="5D")
    shop.award(7, activation="3D")
    shop.loyalty.customers.erase("ada")
    ended = stored(shop)
    assert (ended.has_ended, ended.tier, ended.next_change_at) == (True, "Gold", None)
    shop.at("2026-02-01")
    assert shop.points.sweep() == 1
    assert stored(shop) == ended
    assert shop.loyalty.outbox.waiting() == ()
    assert due(shop) == []


def test_who_counts_from_later_on_is_due_then() -> None:
    """After a clock that went back a merge brings a join date to come: the tier begins with it, and is written then."""
    shop = Shop(tiers=TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 10),)))
    shop.award(5)
    shop.at("2025-12-25")
    shop.loyalty.customers.merge("ada", into="bob")
    shop.award(5, who="bob")
    assert (stored(shop, "holder-2").tier, stored(shop, "holder-2").next_change_at) == (None, instant("2026-01-01"))
    shop.award(1, who="bob", ledger="gift")
    assert stored(shop, "holder-2").next_change_at == instant("2026-01-01")
    shop.at("2026-01-01")
    assert due(shop) == ["holder-2"]
    shop.points.sweep()
    assert (stored(shop, "holder-2").tier, due(shop)) == ("Silver", [])
