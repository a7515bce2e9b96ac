"""What a program says about referrals: its settings, at and beyond their limits."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from loyalcore.domain.referrals import (
    DEFAULT_FRAUD,
    Campaign,
    FraudKind,
    FraudRule,
    ReferralNotice,
    ReferralPolicy,
    ReferralReward,
    RewardEvent,
    RewardSide,
    _campaign,
    _policy,
    _rewards,
    _rules,
    rewards_for,
)
from loyalcore.errors import InvalidDocument
from loyalcore.fields import CartFields, CustomerFields, ItemFields
from loyalcore.values.clock import NEVER, to_micros
from loyalcore.values.periods import Period
from tests.unit.domain.referrals._people import AT, BERLIN

LATER = datetime(2026, 4, 1, tzinfo=UTC)


def reward(id: str = "hello", **settings: Any) -> ReferralReward:
    """Make a reward of 100 points for a referrer's first order."""
    return ReferralReward(id, **{"points": 100, "side": RewardSide.REFERRER, "on": RewardEvent.FIRST_ORDER, **settings})


def campaign(id: str = "spring", **settings: Any) -> Campaign:
    """Make a campaign."""
    return Campaign(id, **settings)


def rule(id: str = "small", kind: FraudKind = FraudKind.SAME_EMAIL, **settings: Any) -> FraudRule:
    """Make a fraud rule."""
    return FraudRule(id, kind, **settings)


def faults(make: Any, **settings: Any) -> list[tuple[str, str]]:
    """Give the faults of a value: where they stand and what they say."""
    with pytest.raises(InvalidDocument) as caught:
        make(**settings)
    return [(fault.path, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("kind", "checks"),
    [
        (Campaign, _campaign.CHECKS),
        (ReferralReward, _rewards.CHECKS),
        (FraudRule, _rules.CHECKS),
        (ReferralPolicy, _policy.CHECKS),
    ],
)
def test_every_setting_has_a_check(kind: type[Any], checks: dict[str, Any]) -> None:
    """There is a check for each setting of each part."""
    assert [*checks] == [field.name for field in attrs.fields(kind)]


def test_the_defaults() -> None:
    """A program that says nothing of referrals has codes without links, limits or rewards, and three fraud rules."""
    policy = ReferralPolicy()
    assert (policy.url, policy.link("ABCDE-23456"), policy.campaigns, policy.rewards) == (None, None, (), ())
    assert (policy.claim_expiry, policy.code_expiry, policy.code_limit, policy.customer_limit) == (None, None, 0, 0)
    assert (policy.who, policy.where, policy.invite_again_days, policy.notices) == (None, None, None, frozenset())
    assert (policy.review_at, policy.block_at, policy.review_days) == (50, 100, 14)
    assert [each.kind for each in policy.fraud] == ["same_email", "same_token", "many_claims"]
    assert policy.fraud is DEFAULT_FRAUD
    many = DEFAULT_FRAUD[2]
    assert (many.token, many.count, many.days, many.weight) == ("address", 10, 7, 100)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "https://shop.example/{code}"},
        {"url": "http://shop.example?{code}#{code}"},
        {"url": "https://shop.example/" + "a" * 973 + "{code}"},
        {"campaigns": [campaign(), campaign("summer")]},
        {"claim_expiry": "30D", "code_expiry": "12M_U"},
        {"code_limit": 1_000_000_000, "customer_limit": 1},
        {"who": CustomerFields.tags.has("vip"), "where": CartFields.net >= 10},
        {"rewards": [reward(str(number)) for number in range(50)]},
        {"fraud": ()},
        {"fraud": [rule(str(number)) for number in range(50)]},
        {"review_at": 1, "block_at": 1},
        {"review_at": 1_000_000, "block_at": 1_000_000},
        {"review_days": 1, "invite_again_days": 366},
        {"notices": frozenset(ReferralNotice)},
    ],
)
def test_what_may_be_set(settings: dict[str, Any]) -> None:
    """The settings at their limits."""
    assert ReferralPolicy(**settings) == ReferralPolicy(**settings)


@pytest.mark.parametrize(
    ("settings", "path", "message"),
    [
        ({"url": 1}, "url", "must be a text, not int"),
        ({"url": "https://shop.example/" + "a" * 974 + "{code}"}, "url", "has 1001 characters (at most 1000)"),
        ({"campaigns": "spring"}, "campaigns", "must be a tuple of Campaign, not str"),
        ({"campaigns": ["spring"]}, "campaigns[0]", "must be a Campaign, not str"),
        ({"campaigns": [campaign(), campaign()]}, "campaigns[1].id", "is the id of an earlier one; ids are unique"),
        ({"campaigns": [campaign(str(each)) for each in range(101)]}, "campaigns", "holds too many (at most 100)"),
        ({"claim_expiry": "30 days"}, "claim_expiry", None),
        ({"claim_expiry": "unlimited"}, "claim_expiry", None),
        ({"code_expiry": 30}, "code_expiry", "must be a text, not int"),
        ({"code_limit": -1}, "code_limit", "must be at least 0"),
        ({"code_limit": True}, "code_limit", "must be a whole number, not bool"),
        ({"customer_limit": None}, "customer_limit", "must be a whole number, not NoneType"),
        ({"customer_limit": 1_000_000_001}, "customer_limit", "is too many (at most 1000000000)"),
        ({"who": "tag:vip"}, "who", "must be a condition over the fields of a customer, not str"),
        ({"who": ItemFields.category == "tea"}, "who", "'category' is no field of customer"),
        ({"where": CustomerFields.city == "Paris"}, "where", "'city' is no field of cart"),
        ({"rewards": [reward(), reward()]}, "rewards[1].id", "is the id of an earlier one; ids are unique"),
        ({"fraud": {"id": "x"}}, "fraud", "must be a tuple of FraudRule, not dict"),
        ({"review_at": 0}, "review_at", "must be at least 1"),
        ({"review_at": 101}, "review_at", "must be at most block_at: what is blocked needs no review"),
        ({"block_at": 49}, "review_at", "must be at most block_at: what is blocked needs no review"),
        ({"block_at": "100"}, "block_at", "must be a whole number, not str"),
        ({"review_days": 367}, "review_days", "is too many (at most 366)"),
        ({"invite_again_days": 0}, "invite_again_days", "must be at least 1"),
        ({"notices": {ReferralNotice.BLOCKED}}, "notices", "must be a frozenset of ReferralNotice"),
        ({"notices": frozenset({"tier_up"})}, "notices", "must be a frozenset of ReferralNotice"),
    ],
)
def test_what_may_not_be_set(settings: dict[str, Any], path: str, message: str | None) -> None:
    """A setting of another type, out of range or in contradiction is one fault, under its name."""
    [(where, words)] = faults(ReferralPolicy, **settings)
    assert where == path
    assert message in (None, words)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://shop.example/",
        "https://{code}.example/",
        "https://shop.example/{code}/{x}",
        "https://ada@shop.example/{code}",
        "https:///{code}",
        "shop.example/{code}",
        "javascript:alert({code})",
        "https://shop.example/a b/{code}",
        "https://shop.example{code}",
    ],
)
def test_what_is_no_link(url: str) -> None:
    """A link is an address of the web with the code behind the name of the host, and with nothing else to fill in."""
    assert faults(ReferralPolicy, url=url)[0][0] == "url"


def test_all_faults_of_a_policy_at_once() -> None:
    """A policy names every fault that it has."""
    found = faults(ReferralPolicy, url="", code_limit="x", rewards=[1, reward(), None], review_at=7, block_at=0)
    assert [path for path, _ in found] == ["url", "code_limit", "rewards[0]", "rewards[2]", "block_at"]


def test_a_link_and_a_campaign_are_found() -> None:
    """The code stands wherever the address says; a campaign is found by its id, another is none."""
    policy = ReferralPolicy(url="https://shop.example/{code}?again={code}", campaigns=(campaign(name="Spring"),))
    assert policy.link("ABCDE-23456") == "https://shop.example/ABCDE-23456?again=ABCDE-23456"
    assert policy.campaign("spring") == campaign(name="Spring")
    assert policy.campaign("Spring") is None


def test_claims_and_codes_end_on_the_wall_clock() -> None:
    """A span counts on the program's wall clock, over a change of it; without one there is no end."""
    policy = ReferralPolicy(claim_expiry="31D", code_expiry="1M_U")
    assert policy.claim_ends(AT, BERLIN) == datetime(2026, 4, 1, 11, tzinfo=UTC)
    assert policy.code_ends(AT, BERLIN) == datetime(2026, 4, 30, 21, 59, 59, tzinfo=UTC)
    assert (ReferralPolicy().claim_ends(AT, BERLIN), ReferralPolicy().code_ends(AT, BERLIN)) == (None, None)


# Campaigns ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "at", "runs"),
    [
        ({}, AT, True),
        ({"is_running": False}, AT, False),
        ({"starts_at": LATER}, AT, False),
        ({"starts_at": AT}, AT, True),
        ({"ends_at": AT}, AT, False),
        ({"ends_at": LATER}, AT, True),
        ({"starts_at": AT, "ends_at": LATER, "is_running": False}, AT, False),
        ({"starts_at": AT, "ends_at": LATER}, LATER, False),
    ],
)
def test_when_a_campaign_runs(settings: dict[str, Any], at: datetime, runs: bool) -> None:
    """A campaign runs from its start to before its end, unless it is paused."""
    assert campaign(**settings).runs_at(at) is runs


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"id": ""}, ["id"]),
        ({"id": "a" * 65}, ["id"]),
        ({"name": 1}, ["name"]),
        ({"is_running": "yes"}, ["is_running"]),
        ({"starts_at": datetime(2026, 1, 1)}, ["starts_at"]),
        ({"ends_at": "2026-01-01"}, ["ends_at"]),
        ({"limit": -1}, ["limit"]),
        ({"starts_at": LATER, "ends_at": LATER}, ["ends_at"]),
        ({"starts_at": "now", "ends_at": AT, "limit": None}, ["starts_at", "limit"]),
    ],
)
def test_faults_of_a_campaign(settings: dict[str, Any], paths: list[str]) -> None:
    """A campaign names all of its faults."""
    assert [path for path, _ in faults(campaign, **settings)] == paths


# Rewards --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"id": "\n"}, ["id"]),
        ({"points": 0}, ["points"]),
        ({"points": True}, ["points"]),
        ({"side": "referrer"}, ["side"]),
        ({"on": None}, ["on"]),
        ({"ledger": None}, ["ledger"]),
        ({"activation": "14 days"}, ["activation"]),
        ({"activation": 14}, ["activation"]),
        ({"expiry": "never"}, ["expiry"]),
        ({"max_per_customer": 0}, ["max_per_customer"]),
        ({"period": "monthly"}, ["period", "max_per_customer"]),
        ({"period": Period.MONTHLY}, ["max_per_customer"]),
        ({"period": Period.MONTHLY, "max_per_customer": "1"}, ["max_per_customer"]),
        ({"max_total": 0}, ["max_total"]),
    ],
)
def test_faults_of_a_reward(settings: dict[str, Any], paths: list[str]) -> None:
    """A reward names all of its faults."""
    assert [path for path, _ in faults(reward, **settings)] == paths


def test_a_reward_is_counted_in_its_period() -> None:
    """A cap of a month is counted anew at the first midnight of the next month in the program's zone, others never."""
    at = to_micros(datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    monthly = reward(period=Period.MONTHLY, max_per_customer=3)
    assert monthly.capped_until(at, BERLIN) == to_micros(datetime(2026, 3, 31, 22, tzinfo=UTC))
    assert monthly.capped_until(at, ZoneInfo("UTC")) == to_micros(datetime(2026, 4, 1, tzinfo=UTC))
    assert reward(max_per_customer=3).capped_until(at, BERLIN) == NEVER
    assert monthly.cap_name == "referral:hello"


def test_the_rewards_of_an_event() -> None:
    """An event brings its own rewards in their order, and one for both sides to the referrer, then the referee."""
    both = reward("both", side=RewardSide.BOTH)
    policy = ReferralPolicy(
        rewards=(reward("a", side=RewardSide.REFEREE), reward("other", on=RewardEvent.CLAIMED), both, reward("z"))
    )
    found = [(each.id, side.value) for each, side in rewards_for(policy, RewardEvent.FIRST_ORDER)]
    assert found == [("a", "referee"), ("both", "referrer"), ("both", "referee"), ("z", "referrer")]
    assert rewards_for(policy, RewardEvent.EVERY_ORDER) == ()


# Fraud rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (FraudKind.SAME_EMAIL, {"weight": 1}),
        (FraudKind.SAME_TOKEN, {"token": "a" * 32, "weight": 1_000}),
        (FraudKind.MANY_CLAIMS, {"token": "device", "count": 1_000, "days": 366}),
        (FraudKind.MANY_CLAIMS, {"count": 1, "days": 1}),
        (FraudKind.FAST_ORDER, {"minutes": 527_040}),
        (FraudKind.SMALL_ORDER, {"amount": "0.01"}),
        (FraudKind.FUNCTION, {"function": "scan"}),
    ],
)
def test_what_a_fraud_rule_may_say(kind: FraudKind, settings: dict[str, Any]) -> None:
    """Each kind has its own settings, at their limits."""
    made = rule(kind=kind, **settings)
    assert all(str(getattr(made, name)) == str(value) for name, value in settings.items())


def test_the_money_of_a_fraud_rule_is_exact() -> None:
    """A least amount is a Decimal, given as text or as a whole number."""
    small = [rule(kind=FraudKind.SMALL_ORDER, amount=given).amount for given in ("12.50", 12, Decimal(12))]
    assert small == [Decimal("12.50"), Decimal(12), Decimal(12)]


@pytest.mark.parametrize(
    ("kind", "settings", "found"),
    [
        ("same_email", {}, [("kind", "must be a FraudKind, not str")]),
        (FraudKind.SAME_EMAIL, {"id": 7}, [("id", "must be a text, not int")]),
        (FraudKind.SAME_EMAIL, {"weight": 0}, [("weight", "must be at least 1")]),
        (FraudKind.SAME_EMAIL, {"weight": 1_001}, [("weight", "is too many (at most 1000)")]),
        (FraudKind.SAME_TOKEN, {"token": "Device"}, [("token", "must be lower-case letters and _")]),
        (FraudKind.SAME_TOKEN, {"token": "a" * 33}, [("token", "has 33 characters (at most 32)")]),
        (
            FraudKind.MANY_CLAIMS,
            {"count": 0, "days": 367},
            [("count", "must be at least 1"), ("days", "is too many (at most 366)")],
        ),
        (FraudKind.FAST_ORDER, {}, [("minutes", "is needed: the kind is fast_order")]),
        (FraudKind.FAST_ORDER, {"minutes": 0}, [("minutes", "must be at least 1")]),
        (FraudKind.SMALL_ORDER, {}, [("amount", "is needed: the kind is small_order")]),
        (FraudKind.SMALL_ORDER, {"amount": 0}, [("amount", "must be more than 0")]),
        (FraudKind.SMALL_ORDER, {"amount": 1.5}, [("amount", "must be a text, an int or a Decimal, not float")]),
        (FraudKind.FUNCTION, {}, [("function", "is needed: the kind is function")]),
        (FraudKind.FUNCTION, {"function": "my function"}, None),
        (
            FraudKind.SAME_EMAIL,
            {"token": "device", "count": 3, "days": 3, "minutes": 1, "amount": 1, "function": "scan"},
            [
                ("token", "must not be said unless the kind is same_token or many_claims"),
                ("count", "must not be said unless the kind is many_claims"),
                ("days", "must not be said unless the kind is many_claims"),
                ("minutes", "must not be said unless the kind is fast_order"),
                ("amount", "must not be said unless the kind is small_order"),
                ("function", "must not be said unless the kind is function"),
            ],
        ),
    ],
)
def test_faults_of_a_fraud_rule(kind: Any, settings: dict[str, Any], found: list[tuple[str, str]] | None) -> None:
    """A fraud rule names all of its faults, and what its kind does not have."""
    told = faults(rule, kind=kind, **settings)
    assert told == (found or [("function", told[0][1])])
