"""Tiers through the facade: by hand, reported, reviewed, told of, and in subledgers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalcore.domain.customers import Membership
from loyalcore.domain.ledger import Award, Spend
from loyalcore.domain.programs import Program, Registry
from loyalcore.domain.tiers import SetTier
from loyalcore.errors import IdempotencyConflict, InvalidInput, NotFound
from loyalcore.testing._play import records
from tests.unit.services._levels import LEVELS, TOLD, Shop, at, program

# --- By hand ---------------------------------------------------------------------------------------------------------


def test_a_tier_set_by_hand_wins_until_it_ends() -> None:
    """A tier set by hand holds to its last day; then the tier is held that the measure has come to meanwhile."""
    shop = Shop(program())
    receipt = shop.tiers.set("ada", "Platinum", reason="press", expires_on=date(2026, 1, 31), key="t-1")
    assert receipt.membership is not None
    hand = receipt.membership.standing.by_hand
    assert hand is not None
    assert (receipt.membership.tier, hand.actor, hand.reason) == ("Platinum", "ann", "press")
    shop.earn(120)
    assert shop.tier() == "Platinum"
    assert shop.customers.membership("ada", at=at("2026-01-31T23:59:59")).tier == "Platinum"
    assert shop.customers.membership("ada", at=at("2026-02-01")).tier == "Silver"


def test_a_tier_set_by_hand_may_be_lower_or_none() -> None:
    """What the measure gives does not count while a person has said otherwise."""
    shop = Shop(program())
    shop.earn(600)
    shop.tiers.set("ada", None, reason="fraud", key="t-1")
    shop.earn(600)
    assert shop.tier() is None
    assert shop.tiers.clear("ada", reason="sorry", key="t-2").membership.tier == "Platinum"  # type: ignore[union-attr]


def test_to_set_the_same_tier_changes_only_its_end() -> None:
    """The tier that is held already keeps its start."""
    shop = Shop(program())
    shop.tiers.set("ada", "Gold", reason="press", key="t-1")
    shop.time.put(at("2026-02-01"))
    again = shop.tiers.set("ada", "Gold", reason="press", expires_at=at("2026-03-01"), key="t-2").membership
    assert again is not None
    assert (again.standing.since, again.standing.expires_at) == (at("2026-01-01T12:00:00"), at("2026-03-01"))


def test_a_key_answers_again() -> None:
    """The same call with the same key writes nothing; with another tier it is refused."""
    shop = Shop(program())
    first = shop.tiers.set("ada", "Gold", reason="press", key="t-1")
    again = shop.tiers.set("ada", "Gold", reason="press", key="t-1")
    assert (first.replayed, again.replayed, again.membership == first.membership) == (False, True, True)
    assert again.membership is not None
    assert again.membership.tier == "Gold"
    with pytest.raises(IdempotencyConflict):
        shop.tiers.set("ada", "Silver", reason="press", key="t-1")


def test_clearing_what_nobody_set_changes_nothing() -> None:
    """Where nobody has set a tier only the key is new."""
    shop = Shop(program())
    shop.earn(120)
    receipt = shop.tiers.clear("ada", reason="test", key="t-1")
    assert receipt.is_unchanged
    assert shop.tier() == "Silver"


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"tier": "Glod"}, NotFound, "did you mean Gold"),
        ({"tier": "Zzz"}, NotFound, "there are Silver, Gold, Platinum"),
        ({"tier": "Gold", "ledger": "miles"}, NotFound, "ledgers with tiers: ''"),
        ({"tier": "Gold", "expires_at": at("2026-01-01")}, InvalidInput, "not after now"),
        ({"tier": "Gold", "expires_on": date(2025, 12, 31)}, InvalidInput, "not after now"),
        ({"tier": "Gold", "expires_on": at("2027-01-01")}, InvalidInput, "without a time"),
        ({"tier": "Gold", "expires_on": date(1900, 1, 1)}, InvalidInput, "between the years"),
        ({"tier": "Gold", "expires_on": date(2027, 1, 1), "expires_at": at("2027-01-01")}, InvalidInput, "at most one"),
        ({"tier": 7}, InvalidInput, "tier"),
        ({"tier": "Gold", "reason": ""}, InvalidInput, "reason"),
    ],
)
def test_what_cannot_be_set(fields: dict[str, Any], error: type[Exception], said: str) -> None:
    """A tier that does not exist, an end that is over, and two ways of saying one thing are refused."""
    shop = Shop(program())
    with pytest.raises(error, match=said):
        shop.tiers.set("ada", **{"reason": "test", "key": "t-1", **fields})
    assert shop.tier() is None


def test_without_tiers_none_can_be_set() -> None:
    """A program without tiers says so."""
    shop = Shop(Program("beans", currency="EUR", timezone="UTC"))
    with pytest.raises(NotFound, match="the program has no tiers"):
        shop.tiers.set("ada", "Gold", reason="test", key="t-1")
    with pytest.raises(NotFound, match="no tiers of the main ledger of program 'beans': the program has no tiers"):
        shop.tiers.report("ada")
    with pytest.raises(NotFound, match="no tiers of the ledger 'miles': the program has no tiers"):
        shop.tiers.report("ada", ledger="miles")
    assert shop.tiers.review() == 0


def test_a_merge_keeps_what_was_set_by_hand() -> None:
    """The survivor's tier set by hand goes on, else that of the one who ends."""
    shop = Shop(program())
    shop.customers.register("bob")
    shop.tiers.set("bob", "Gold", reason="press", key="t-1")
    shop.earn(120)
    shop.customers.merge("bob", into="ada")
    assert shop.tier() == "Gold"
    assert shop.tiers.clear("ada", reason="over", key="t-2").membership.tier == "Silver"  # type: ignore[union-attr]


# --- Reported --------------------------------------------------------------------------------------------------------


def test_a_report_says_what_is_missing() -> None:
    """Current, next, and how much is missing; the lowest tier is next where none is held, nothing at the top."""
    shop = Shop(program())
    none = shop.tiers.report("ada")
    assert (none.current, none.next, none.to_next, none.value, none.to_stay) == (None, "Silver", 100, 0, None)
    shop.earn(120)
    silver = shop.tiers.report("ada")
    assert (silver.current, silver.next, silver.to_next, silver.projected) == ("Silver", "Gold", 380, "Silver")
    shop.earn(2000)
    top = shop.tiers.report("ada")
    assert (top.current, top.next, top.to_next, top.expires_at) == ("Platinum", None, None, None)


def test_a_report_about_money_is_in_money() -> None:
    """What is measured in money is money also where it is none, and points stay points."""
    levels = [{"name": "Silver", "at": 0}, {"name": "Gold", "at": "10.50"}]
    money = {"measure": "money_spent", "levels": levels, "downgrade": "one_down", "expires_in": "12M"}
    shown = Shop(program(money)).tiers.report("ada")
    assert [type(each) for each in (shown.value, shown.to_next, shown.to_stay)] == [Decimal, Decimal, type(None)]
    shop = Shop(program(money))
    shop.orders.close("ada", "o-1", {"total": "10.50"}, key="k-1")
    shown = shop.tiers.report("ada")
    assert [type(each) for each in (shown.value, shown.to_next, shown.to_stay)] == [Decimal, type(None), Decimal]
    shown = Shop(program()).tiers.report("ada")
    assert (type(shown.value), type(shown.to_next)) == (int, int)


def test_a_report_counts_what_will_have_lapsed() -> None:
    """Lots that lapse before the tier ends do not help to stay, and the projected tier is without them."""
    ends = {"measure": "active_balance", "downgrade": "balance_based", "expires_in": "12M"}
    shop = Shop(program(ends))
    shop.earn(450, expiry="6M")
    shop.earn(150)
    shown = shop.tiers.report("ada")
    assert (shown.current, shown.value, shown.to_stay, shown.projected) == ("Gold", 600, 350, "Silver")
    assert shown.expires_at == at("2027-01-01T12:00:00")


def test_a_report_counts_what_rolls_out() -> None:
    """Gains that leave the window by the end of the tier do not help to stay."""
    shop = Shop(program({"window": "rolling_12M", "downgrade": "one_down", "expires_in": "12M"}))
    shop.earn(500)
    shop.time.put(at("2026-06-01"))
    shop.earn(120)
    shown = shop.tiers.report("ada")
    assert (shown.value, shown.to_stay, shown.projected) == (620, 380, "Silver")
    later = shop.tiers.report("ada", at=at("2027-01-01T12:00:00"))
    assert (later.current, later.value) == ("Silver", 120)


def test_a_report_of_a_tier_set_by_hand() -> None:
    """What was set by hand does not depend on the measure; the projected tier is the one beneath."""
    shop = Shop(program())
    shop.earn(120)
    shop.tiers.set("ada", "Gold", reason="press", expires_at=at("2026-06-01"), key="t-1")
    shown = shop.tiers.report("ada")
    assert (shown.is_by_hand, shown.to_stay, shown.projected, shown.next) == (True, None, "Silver", "Platinum")


def test_a_report_of_the_past_is_refused() -> None:
    """The standing is kept as it is now: an instant before the last booking is refused."""
    shop = Shop(program())
    shop.earn(120)
    with pytest.raises(InvalidInput, match="not before the last booking"):
        shop.tiers.report("ada", at=at("2025-01-01"))


# --- Told of ---------------------------------------------------------------------------------------------------------


def test_customers_are_told_of_their_tiers() -> None:
    """Up when one is reached, coming down n days ahead, down when it is lost; each once."""
    ends = {"window": "rolling_12M", "downgrade": "one_down", "expires_in": "12M", "notices": TOLD, "ending_days": 30}
    shop = Shop(program(ends))
    shop.earn(500)
    assert shop.tell() == [("tier_up", "Gold")]
    shop.time.put(at("2026-12-10"))
    assert (shop.tiers.review(), shop.tiers.review()) == (1, 0)
    assert shop.tell()[1:] == [("tier_ending", "Gold")]
    shop.time.put(at("2027-01-02"))
    assert shop.tiers.review() == 1
    assert shop.tell()[2:] == [("tier_down", "Silver")]


def test_only_the_highest_mark_is_told() -> None:
    """Marks 50 and 100; balances 0, 50, 99, 100, 0, 100 give 50, nothing, 100, nothing, 100."""
    shop = Shop(program(points={"balance_marks": [50, 100]}))
    for points in (50, 49, 1, -100, 100):
        shop.number += 1
        shop.points.adjust("ada", points, reason="test", key=f"j-{shop.number}")
        shop.time.put(shop.time.now() + timedelta(hours=1))
    assert shop.tell() == [("balance_mark", 50), ("balance_mark", 100), ("balance_mark", 100)]


def test_a_batch_tells_what_single_commands_tell() -> None:
    """Many postings in one unit leave the same notices; a refused one leaves none."""
    shop = Shop(program({"notices": TOLD}, points={"balance_marks": [50]}))
    posted = shop.points.post_many(
        [
            Award("ada", 40, reason="t", key="a"),
            Spend("ada", 90, key="b"),
            Award("ada", 60, reason="t", key="c"),
            Spend("ada", 90, key="d"),
            Award("ada", 400, reason="t", key="e"),
        ]
    )
    assert (posted.done, posted.refused) == (4, 1)
    ups = [("tier_up", "Gold"), ("tier_up", "Silver")]
    assert sorted(shop.tell()) == [("balance_mark", 50), ("balance_mark", 50), *ups]


# --- Subledgers, functions, attributes -------------------------------------------------------------------------------

MILES = {"miles": {"measure": "active_balance", "downgrade": "real_time", "levels": [{"name": "Star", "at": 10}]}}


def test_a_subledger_has_tiers_of_its_own() -> None:
    """Points of a subledger move its tiers, and no others; the report and the hand take the ledger."""
    shop = Shop(program(ledger_tiers=MILES))
    shop.earn(15, ledger="miles", expiry="1M")
    member = shop.customers.membership("ada")
    assert (member.tier, member.standing_in("miles").tier) == (None, "Star")
    assert shop.tiers.report("ada", ledger="miles").current == "Star"
    shop.points.spend("ada", 10, ledger="miles", key="s-1")
    assert shop.tiers.report("ada", ledger="miles").current is None
    shop.tiers.set("ada", "Star", reason="press", expires_at=at("2026-02-10"), ledger="miles", key="t-1")
    assert shop.tiers.report("ada", ledger="miles").projected is None
    shop.time.put(at("2026-02-10"))
    assert shop.tiers.review() == 1
    assert shop.customers.membership("ada").standing_in("miles").tier is None
    assert shop.tiers.review() == 0


def test_orders_move_the_tiers_of_subledgers() -> None:
    """A tier set of a subledger may be measured by orders: it moves when one is closed and when members are merged."""
    levels = [{"name": "Buyer", "at": 1}, {"name": "Fan", "at": 2}]
    shop = Shop(program(ledger_tiers={"club": {"measure": "orders", "levels": levels}}))
    shop.customers.register("bob")
    for who in ("ada", "bob"):
        shop.orders.close(who, f"o-{who}", {"total": "9"}, key="c-1")
    assert shop.tiers.report("ada", ledger="club").current == "Buyer"
    shop.customers.merge("bob", into="ada")
    assert shop.tiers.report("ada", ledger="club").current == "Fan"


def test_a_subledger_without_bookings_is_reviewed() -> None:
    """A standing by orders in a subledger on which nothing was booked ends with time as every other one."""
    club = {"measure": "orders", "downgrade": "one_down", "expires_in": "1M", "window": "rolling_1M"}
    shop = Shop(program(ledger_tiers={"club": {**club, "levels": [{"name": "Buyer", "at": 1}]}}))
    shop.orders.close("ada", "o-1", {"total": "9"}, key="c-1")
    shop.time.put(at("2026-03-01"))
    assert (shop.tiers.review(), shop.tiers.review()) == (1, 0)
    assert shop.customers.membership("ada").standing_in("club").tier is None


GIFTS = {"id": "gifts", "points": 1, "per": 1, "ledger": "gift"}
CLUB = {"measure": "orders", "levels": [{"name": "Buyer", "at": 1}]}


@pytest.mark.parametrize("tables", [{"earning": [GIFTS]}, {"ledger_tiers": {"club": CLUB}}], ids=["earned", "counted"])
def test_who_is_known_by_a_subledger_alone_has_the_tier_of_all(tables: dict[str, Any]) -> None:
    """An order that moves a subledger and nothing else gives the first tier of the main one, in its own commit."""
    shop = Shop(program({"levels": [{"name": "Base", "at": 0}, *LEVELS]}, **tables))
    shop.orders.close("ada", "o-1", {"total": "9"}, key="c-1")
    (stored,) = records(shop.kept, Membership)
    assert stored.standing.tier == "Base"
    assert [row.customer.customer_id for row in shop.customers.page("tier:Base").items] == ["ada"]
    assert shop.tiers.review() == 0


@pytest.mark.parametrize("ledger", ["", "miles"])
def test_a_term_before_joining_is_the_same_whether_it_was_reviewed_or_not(ledger: str) -> None:
    """Terms run from the first booking until the member joins, and from joining from then on."""
    levels = [{"name": "Base", "at": 0}, *LEVELS]
    rules = {"levels": levels, "downgrade": "balance_based", "expires_in": "10D", "anchor": "program_join_date"}
    found = []
    for is_reviewed in (False, True):
        shop = Shop(program(rules, ledger_tiers={"miles": {"measure": "points_earned", **rules}}))
        shop.points.activity("ada", reason="visit", ledger=ledger, key="v-1")
        shop.time.put(at("2026-01-15"))
        if is_reviewed:
            assert shop.tiers.review() == 1
        shop.earn(5, ledger=ledger)
        found.append(shop.customers.membership("ada").standing_in(ledger))
    assert found[0] == found[1]
    assert found[0].expires_at == at("2026-01-21T12:00:00")


@pytest.mark.parametrize("window", ["lifetime", "anniversary_year", "rolling_12M", "calendar_year"])
def test_what_is_earned_by_a_clock_behind_the_joining_counts(window: str) -> None:
    """A server whose clock goes two seconds behind that of another, where the member has just joined, loses nothing."""
    shop = Shop(program({"levels": LEVELS, "window": window}))
    shop.time.put(at("2026-01-01T12:00:02"))
    shop.customers.join("ada")
    shop.time.put(at("2026-01-01T12:00:00"))
    shop.earn(120)
    assert shop.tier() == "Silver"
    shop.time.put(at("2026-06-01"))
    shop.tiers.review()
    assert (shop.tier(), shop.tiers.report("ada").value) == ("Silver", 120)


def worth(points: Any, orders: Any) -> Decimal:
    """Give what a customer is worth."""
    return Decimal(points.awarded + orders.revenue * 10)


def test_a_measure_of_the_hosts_own() -> None:
    """A function in the registry gives the measure from the figures of points and orders."""
    shop = Shop(program({"measure": "function", "function": "worth"}), registry=Registry(measures={"worth": worth}))
    shop.earn(120)
    assert shop.tier() == "Silver"
    shop.orders.close("ada", "o-1", {"total": "40"}, key="c-1")
    assert (shop.tier(), shop.tiers.report("ada").value) == ("Gold", Decimal(520))


@pytest.mark.parametrize("answer", [1.5, True, "5", Decimal("NaN")])
def test_a_function_that_gives_no_amount(answer: Any) -> None:
    """A measure of the host's that gives no exact number is named, and nothing is written."""
    own = Registry(measures={"worth": lambda points, orders: answer})
    shop = Shop(program({"measure": "function", "function": "worth"}), registry=own)
    with pytest.raises(InvalidInput) as caught:
        shop.earn(120)
    assert caught.value.path == "worth"
    assert shop.points.balance("ada").awarded == 0


@pytest.mark.parametrize(
    ("day", "ends"), [("2025-03-10", "2026-03-10"), ("soon", "2027-01-01T12:00:00"), (None, "2027-01-01T12:00:00")]
)
def test_terms_from_an_attribute(day: str | None, ends: str) -> None:
    """A term is counted from the day that the customer's attribute names, from joining where it names none."""
    anchored = {"downgrade": "one_down", "expires_in": "12M", "anchor": "customer_attribute", "anchor_attribute": "day"}
    shop = Shop(program(anchored))
    shop.customers.update("ada", attributes={"day": day}, key="u-1")
    shop.earn(120)
    assert shop.customers.membership("ada").standing.expires_at == at(ends)


def test_a_command_is_a_value() -> None:
    """The facade builds a command that can be run as well."""
    shop = Shop(program())
    assert shop.run(SetTier("ada", "Gold", reason="press", key="t-1")).membership.tier == "Gold"  # type: ignore[union-attr]
