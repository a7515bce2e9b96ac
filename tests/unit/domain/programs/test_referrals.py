"""The table of referrals in a program's document: what it may say, and all the faults that it can have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loyalcore.domain.earning import EarningRule
from loyalcore.domain.programs import Program, Registry
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
)
from loyalcore.errors import InvalidDocument, InvalidInput
from loyalcore.fields import CartFields, CustomerFields
from loyalcore.values.periods import Period

LEAST: dict[str, Any] = {"id": "beans", "currency": "EUR", "timezone": "UTC"}
REWARD = {"id": "hello", "points": 100, "side": "both", "on": "claimed"}
FULL: dict[str, Any] = {
    "url": "https://shop.example/?ref={code}",
    "claim_expiry": "30D",
    "code_expiry": "12M_U",
    "code_limit": 50,
    "customer_limit": 100,
    "who": "newsletter:yes",
    "where": "net:>=20",
    "review_at": 40,
    "block_at": 90,
    "review_days": 7,
    "invite_again_days": 90,
    "notices": ["invitation", "referral_completed", "referral_blocked"],
    "campaigns": [
        {"id": "spring", "name": "Spring", "starts_at": "2026-03-01T00:00:00Z", "limit": 10},
        {"id": "old", "is_running": False, "ends_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
    "rewards": [
        {
            **REWARD,
            "ledger": "miles",
            "activation": "14D",
            "expiry": "12M",
            "max_per_customer": 5,
            "period": "monthly",
            "max_total": 1000,
        },
        {"id": "order", "points": 1, "side": "referee", "on": "every_order"},
    ],
    "fraud": [
        {"id": "mail", "kind": "same_email", "weight": 60},
        {"id": "device", "kind": "same_token", "token": "device"},
        {"id": "many", "kind": "many_claims", "token": "payment", "count": 3, "days": 30},
        {"id": "fast", "kind": "fast_order", "minutes": 5},
        {"id": "small", "kind": "small_order", "amount": "9.50"},
        {"id": "scan", "kind": "function", "function": "scan"},
    ],
}


def program(referrals: Any, **more: Any) -> Program:
    """Read a program with a table of referrals."""
    return Program.from_document({**LEAST, "referrals": referrals, **more})


def faults(referrals: Any, **more: Any) -> list[str]:
    """Give the paths of the faults of a document."""
    with pytest.raises(InvalidDocument) as caught:
        program(referrals, **more)
    return [fault.path for fault in caught.value.faults]


def test_a_program_without_referrals() -> None:
    """Without the table a program has no referrals; with an empty one it has every default."""
    assert Program.from_document(LEAST).referrals is None
    assert "referrals" not in Program.from_document(LEAST).to_document()
    assert program({}).referrals == ReferralPolicy()


def test_every_setting_can_be_said() -> None:
    """The document says what a policy that is built in Python has."""
    yes = CustomerFields.has_newsletter.is_(True)
    assert program(FULL).referrals == ReferralPolicy(
        url="https://shop.example/?ref={code}",
        claim_expiry="30D",
        code_expiry="12M_U",
        code_limit=50,
        customer_limit=100,
        who=yes,
        where=CartFields.net >= 20,
        review_at=40,
        block_at=90,
        review_days=7,
        invite_again_days=90,
        notices=frozenset(ReferralNotice),
        campaigns=(
            Campaign("spring", name="Spring", starts_at=datetime(2026, 3, 1, tzinfo=UTC), limit=10),
            Campaign("old", is_running=False, ends_at=datetime(2026, 1, 1, tzinfo=UTC)),
        ),
        rewards=(
            ReferralReward(
                "hello",
                points=100,
                side=RewardSide.BOTH,
                on=RewardEvent.CLAIMED,
                ledger="miles",
                activation="14D",
                expiry="12M",
                max_per_customer=5,
                period=Period.MONTHLY,
                max_total=1000,
            ),
            ReferralReward("order", points=1, side=RewardSide.REFEREE, on=RewardEvent.EVERY_ORDER),
        ),
        fraud=(
            FraudRule("mail", FraudKind.SAME_EMAIL, weight=60),
            FraudRule("device", FraudKind.SAME_TOKEN, **{"token": "device"}),  # type: ignore[arg-type]
            FraudRule("many", FraudKind.MANY_CLAIMS, count=3, days=30, **{"token": "payment"}),  # type: ignore[arg-type]
            FraudRule("fast", FraudKind.FAST_ORDER, minutes=5),
            FraudRule("small", FraudKind.SMALL_ORDER, amount="9.50"),
            FraudRule("scan", FraudKind.FUNCTION, function="scan"),
        ),
    )


@pytest.mark.parametrize("referrals", [{}, FULL, {"fraud": []}, {"rewards": [REWARD]}])
def test_a_program_writes_what_it_reads(referrals: dict[str, Any]) -> None:
    """The document of a program reads as the same program, and says the same again."""
    made = program(referrals)
    assert Program.from_document(made.to_document()) == made
    assert Program.from_document(made.to_document()).to_document() == made.to_document()


def test_the_document_says_every_rule() -> None:
    """The fraud rules that hold by default are said in the document, and an empty list of them too."""
    assert program({}).to_document()["referrals"] == {
        "code_limit": 0,
        "customer_limit": 0,
        "review_at": 50,
        "block_at": 100,
        "review_days": 14,
        "notices": [],
        "campaigns": [],
        "rewards": [],
        "fraud": [
            {"id": "same-email", "kind": "same_email"},
            {"id": "same-token", "kind": "same_token"},
            {"id": "many-claims", "kind": "many_claims", "token": "address"},
        ],
    }
    assert program({"fraud": []}).to_document()["referrals"]["fraud"] == []
    assert ReferralPolicy().fraud == DEFAULT_FRAUD


@pytest.mark.parametrize(
    ("referrals", "paths"),
    [
        ([], [""]),
        ({"rewadrs": []}, [".rewadrs"]),
        ({"url": "nowhere", "claim_expiry": 30, "code_limit": 1.0}, [".code_limit", ".url", ".claim_expiry"]),
        ({"who": "city:Paris sort:name", "where": "city:Paris"}, [".who", ".where"]),
        ({"who": 1, "where": {"version": 2}}, [".who", ".where"]),
        ({"review_at": 101}, [".review_at"]),
        ({"review_at": 101, "block_at": None}, [".block_at"]),
        ({"notices": "invitation"}, [".notices"]),
        ({"notices": ["tier_up"]}, [".notices"]),
        ({"campaigns": {}}, [".campaigns"]),
        ({"campaigns": [1, {}]}, [".campaigns[0]", ".campaigns[1].id"]),
        ({"campaigns": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}, [".campaigns[2].id"]),
        (
            {"campaigns": [{"id": "a", "starts_at": "x", "ends_at": "2026-01-01T00:00:00Z"}]},
            [".campaigns[0].starts_at"],
        ),
        ({"campaigns": [{"id": "a", "starts_at": "2026-01-01"}]}, [".campaigns[0].starts_at"]),
        ({"campaigns": [{"id": str(each)} for each in range(101)]}, [".campaigns"]),
        ({"rewards": [{}]}, [f".rewards[0].{name}" for name in ("id", "points", "side", "on")]),
        ({"rewards": [{**REWARD, "points": 0, "side": "bot", "max_total": "1"}]}, None),
        ({"rewards": [{**REWARD, "period": "monthly"}]}, [".rewards[0].max_per_customer"]),
        ({"rewards": [{**REWARD, "period": "monthly", "max_per_customer": 1.5}]}, [".rewards[0].max_per_customer"]),
        ({"rewards": [{**REWARD, "kind": "points"}]}, [".rewards[0].kind"]),
        ({"fraud": [{"id": "a", "kind": "fast", "minutes": 0}]}, [".fraud[0].kind", ".fraud[0].minutes"]),
        ({"fraud": [{"id": "a", "kind": "fast_order", "minutes": 1.5}]}, [".fraud[0].minutes"]),
        ({"fraud": [{"id": "a", "kind": "same_email", "amount": "1"}]}, [".fraud[0].amount"]),
    ],
)
def test_faults_are_named_by_their_paths(referrals: Any, paths: list[str] | None) -> None:
    """Each fault stands where it is in the document, once, and all of them are found."""
    expected = paths or [".rewards[0].side", ".rewards[0].points", ".rewards[0].max_total"]
    assert faults(referrals) == [f"referrals{path}" for path in expected]


def test_twenty_faults_beside_others() -> None:
    """The faults of referrals are found in one reading with those of the rest of the document."""
    many = {"campaigns": [{"id": "", "limit": -1} for _ in range(10)]}
    found = faults(many, currency="euro", tiers={"measure": "orders", "levels": 3}, earning=[{"per": 1.5}])
    assert len([path for path in found if path.startswith("referrals.")]) == 20
    assert {"currency", "tiers.levels", "earning[0].per"} <= set(found)


@pytest.mark.parametrize("rule", ["hello", "referral:hello"])
def test_a_reward_is_told_from_an_earning_rule(rule: str) -> None:
    """A reward has no name of an earning rule, nor is it counted under one."""
    assert faults({"rewards": [{**REWARD, "id": "x"}, REWARD]}, earning=[{"id": rule}]) == ["referrals.rewards[1].id"]
    assert program({"rewards": [REWARD]}, earning=[{"id": "base"}]).referrals is not None


def test_a_policy_of_another_type() -> None:
    """What is no policy is a fault beside the others."""
    with pytest.raises(InvalidDocument) as caught:
        Program("Beans", currency="EUR", timezone="UTC", referrals={}, earning=(EarningRule("a", points=1),))  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == ["id", "referrals"]


def test_functions_are_looked_up_in_the_registry() -> None:
    """A fraud rule names a function of the registry; one that is not there is refused with the nearest name."""
    made = program({"fraud": [{"id": "a", "kind": "function", "function": "scan"}, {"id": "b", "kind": "same_email"}]})
    Registry(fraud={"scan": lambda _: None}).check(made)
    with pytest.raises(InvalidInput) as caught:
        Registry(fraud={"scans": lambda _: None}).check(made)
    assert caught.value.path == "referrals.fraud[a].function"
    assert caught.value.message.endswith("scan is not in the registry's fraud; did you mean scans?")
    with pytest.raises(InvalidDocument) as refused:
        Registry(fraud={"Scan": 1})  # type: ignore[dict-item]
    assert {fault.path for fault in refused.value.faults} == {"fraud[0]"}
