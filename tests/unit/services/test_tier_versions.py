"""Tiers under several versions of a program: each applies from its instant, and what was counted is counted on."""

from __future__ import annotations

from typing import Any

import attrs

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.programs import Program
from tests.unit.services._levels import Shop, at, program

FROM = "2026-07-01T00:00:00+00:00"


def second(tiers: dict[str, Any] | None = None, **tables: Any) -> Program:
    """Make the second version."""
    return program(tiers, version=2, applies_from=FROM, **tables)


def test_each_entry_tells_its_version() -> None:
    """What is decided from the instant on is under the new version; what time did before it is under the old one."""
    shop = Shop(program(points={"expiry": "1M"}), second(points={"expiry": "unlimited"}))
    shop.earn(10)
    shop.time.put(at("2026-08-01"))
    shop.earn(10)
    entries = shop.points.entries("ada")
    assert [(entry.kind.value, entry.program_version) for entry in entries] == [
        ("award", 1),
        ("expire", 1),
        ("award", 2),
    ]
    assert [entry.effective_at for entry in entries][1] == at("2026-02-01T12:00:00")
    assert [each.version for each in shop.programs] == [1, 2]


def test_a_new_version_moves_the_tiers_from_its_instant() -> None:
    """Until the instant the old thresholds count, from it on the new ones, though nothing is booked."""
    shop = Shop(program(), second({"levels": [{"name": "Silver", "at": 50}, {"name": "Gold", "at": 100}]}))
    shop.earn(120)
    assert shop.customers.membership("ada", at=at("2026-06-30")).tier == "Silver"
    after = shop.customers.membership("ada", at=at("2026-07-01"))
    assert (after.tier, after.standing.since, after.standing.version) == ("Gold", at("2026-07-01"), 2)
    shop.time.put(at("2026-09-01"))
    assert (shop.tiers.review(), shop.tiers.review()) == (1, 0)
    assert shop.customers.membership("ada").standing == after.standing


def test_a_review_finds_members_from_before_the_version_was_known() -> None:
    """Members who were written when only the first version ran are shown and written under the second."""
    store = MemoryStore()
    old = Shop(program(), store=store)
    old.earn(120)
    new = Shop(program(), second({"levels": [{"name": "Gold", "at": 100}]}), store=store)
    new.time.put(at("2026-09-01"))
    assert [row.membership.tier for row in new.customers.page("").items] == ["Gold"]
    assert (new.tiers.review(program="beans"), new.tiers.review()) == (1, 0)


def test_a_tier_that_is_gone_gives_way_to_what_the_measure_gives() -> None:
    """A tier that the new version does not have is lost at the instant; one of the same name keeps its end."""
    ends = {"downgrade": "one_down", "expires_in": "12M"}
    shop = Shop(program(ends), second({**ends, "levels": [{"name": "Bronze", "at": 50}]}))
    shop.earn(120)
    assert shop.tiers.report("ada", at=at("2026-07-01")).current == "Bronze"
    kept = Shop(program(ends), second({**ends, "levels": [{"name": "Silver", "at": 500}]}))
    kept.earn(120)
    shown = kept.tiers.report("ada", at=at("2026-07-01"))
    assert (shown.current, shown.expires_at, shown.projected) == ("Silver", at("2027-01-01T12:00:00"), None)


def test_tiers_that_begin_and_end_with_a_version() -> None:
    """A version may bring the first tiers, or take the last away."""
    bare = attrs.evolve(program(), tiers=None)
    shop = Shop(bare, second())
    shop.earn(120)
    assert shop.tier() is None
    shop.time.put(at("2026-07-02"))
    assert (shop.tier(), shop.customers.membership("ada").standing.since) == ("Silver", at("2026-07-01"))
    gone = Shop(program(), attrs.evolve(second(), tiers=None))
    gone.earn(120)
    gone.time.put(at("2026-07-02"))
    assert gone.tier() is None


def test_another_measure_counts_from_the_beginning_another_window_from_the_instant() -> None:
    """A lifetime measure of the new version is its own value; a window that begins with it has counted nothing yet."""
    levels = [{"name": "Buyer", "at": 1}]
    shop = Shop(program(), second({"measure": "orders", "levels": levels}))
    shop.orders.close("ada", "o-1", {"total": "9"}, key="c-1")
    assert shop.tier() is None
    shop.time.put(at("2026-07-02"))
    assert shop.tier() == "Buyer"
    rolling = Shop(program(), second({"window": "rolling_12M"}))
    rolling.earn(120)
    rolling.time.put(at("2026-07-02"))
    assert (rolling.tier(), rolling.tiers.report("ada").value) == ("Silver", 0)
    rolling.earn(500)
    assert rolling.tier() == "Gold"


def test_a_window_goes_on_through_a_change_of_thresholds() -> None:
    """Gains of the same measure and window count on until their own ends."""
    window = {"window": "rolling_12M"}
    shop = Shop(program(window), second({**window, "levels": [{"name": "Gold", "at": 300}]}))
    shop.earn(200)
    shop.time.put(at("2026-07-02"))
    shop.earn(100)
    assert shop.tier() == "Gold"


def test_what_was_set_by_hand_goes_on_where_the_tier_is_there() -> None:
    """A new version keeps a tier set by hand that it has, and drops one that it has not."""
    shop = Shop(program(), second({"levels": [{"name": "Gold", "at": 5000}]}))
    shop.tiers.set("ada", "Gold", reason="press", key="t-1")
    assert shop.customers.membership("ada", at=at("2026-07-02")).tier == "Gold"
    shop.tiers.set("ada", "Silver", reason="press", key="t-2")
    assert shop.customers.membership("ada", at=at("2026-07-02")).tier is None


def test_terms_begin_where_a_version_brings_them() -> None:
    """Where tiers did not end, the new version's term begins with it."""
    shop = Shop(program(), second({"downgrade": "one_down", "expires_in": "1M"}))
    shop.earn(120)
    shown = shop.tiers.report("ada", at=at("2026-07-01"))
    assert (shown.current, shown.expires_at) == ("Silver", at("2026-08-01"))


def test_a_step_by_step_answer_through_versions_is_the_one_of_a_long_step() -> None:
    """A member who books often and one who books seldom come to the same standing."""
    rolling = {"window": "rolling_12M", "downgrade": "one_down", "expires_in": "3M"}
    third = attrs.evolve(second({**rolling, "measure": "active_balance", "window": "lifetime"}), version=3)
    third = attrs.evolve(third, applies_from=at("2026-10-01"))
    found = []
    for stops in ([], ["2026-03-15", "2026-06-30", "2026-07-01", "2026-09-30", "2026-10-01", "2026-11-05"]):
        shop = Shop(program(rolling), second(rolling), third)
        shop.earn(600)
        for stop in stops:
            shop.time.put(at(stop))
            shop.tiers.review()
            shop.points.sweep()
        shop.time.put(at("2027-01-15"))
        found.append(shop.customers.membership("ada").standing)
    assert found[0] == found[1]


def test_the_clock_that_went_back_undoes_no_version() -> None:
    """A standing that has come to the new version stays there, though the clock shows an earlier instant."""
    shop = Shop(program(), second({"levels": [{"name": "Gold", "at": 100}]}))
    shop.earn(120)
    shop.time.put(at("2026-07-02"))
    shop.earn(1)
    shop.time.put(at("2026-06-01"))
    shop.earn(1)
    assert shop.tier() == "Gold"
