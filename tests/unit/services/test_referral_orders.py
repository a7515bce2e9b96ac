"""Orders that use a code: they complete a referral, and are counted for the referrer."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.decision import Fact
from tests.unit.services._friends import FRIEND, WELCOME, open_shop, program, refusal


@pytest.fixture
def shop() -> Any:
    """Open the shop."""
    return open_shop()


def test_the_first_order_with_the_code_completes(shop: Any) -> None:
    """Both sides are rewarded in the commit of the order, and the figures count it."""
    shop.claim("bob")
    closed = shop.close("bob", "o-1")
    assert [(entry.rule, entry.points) for entry in closed.entries] == [
        ("referral:friend", 100),
        ("referral:welcome", 30),
    ]
    referral = shop.referral_of("bob")
    assert (referral.state, referral.order_id, referral.revenue) == ("completed", "o-1", 40)
    assert closed.order.referral.referral_id == referral.referral_id
    assert shop.had("ada")[0] == 100
    assert shop.had("bob")[0] == 30
    assert (shop.figures().successful, shop.figures().revenue) == (1, 40)
    assert len(shop.everything(Fact)) == 2


def test_an_order_claims_its_code_by_itself(shop: Any) -> None:
    """No claim is needed before: the order makes it, and completes it."""
    shop.close("bob", "o-1")
    assert shop.referral_of("bob").state == "completed"
    assert (shop.figures().total, shop.referral_codes.get(shop.link).used) == (1, 1)


def test_an_order_closes_whatever_becomes_of_its_code(shop: Any) -> None:
    """A refused code stands in the order with its reason; nothing of a referral is written."""
    closed = shop.close("ada", "o-1")
    assert (closed.order.state, closed.order.referral.refused) == ("closed", "self_referral")
    assert shop.close("bob", "o-2", code="nonsense").order.referral.refused == "not_found"
    assert shop.close("bob", "o-3").order.referral.refused == "existing_customer"
    assert shop.referrals.count() == 0


def test_an_order_of_nothing_moves_no_revenue(shop: Any) -> None:
    """It completes the referral like any order, and leaves the figures of money as they are."""
    shop.close("bob", "o-1", total=0)
    assert (shop.referral_of("bob").state, shop.figures().revenue) == ("completed", 0)


def test_an_order_without_the_code_completes_nothing(shop: Any) -> None:
    """Completion needs an order that used the code."""
    shop.claim("bob")
    assert shop.close("bob", "o-1", code="").order.referral.referral_id is None
    assert shop.referral_of("bob").state == "pending"
    shop.close("bob", "o-2")
    assert shop.referral_of("bob").state == "completed"


def test_an_order_with_the_code_of_another_referrer_is_refused(shop: Any) -> None:
    """The first referrer keeps the referee."""
    shop.claim("bob")
    assert shop.close("bob", "o-1", code=shop.join("cyd")).order.referral.refused == "already_referred"
    assert shop.figures("cyd").total == 0


def test_an_order_is_refused_for_the_first_reason_that_there_is(shop: Any) -> None:
    """Who has ordered is an existing customer before it matters who referred them, by an order as by a claim."""
    other = shop.join("cyd")
    shop.close("bob", "o-1")
    assert shop.close("bob", "o-2", code=other).order.referral.refused == "existing_customer"
    assert refusal(shop, "bob", other) == "existing_customer"
    late = shop.referral_codes.create("cyd", starts_at=shop.time.now().replace(year=2030), key="late").code.code
    assert shop.close("bob", "o-3", code=late).order.referral.refused == "not_started"


def test_an_order_must_meet_the_condition_of_the_program() -> None:
    """An order that does not is counted, and leaves the referral pending for the next one."""
    shop = open_shop(program({"where": "net:>=50"}))
    shop.close("bob", "o-1", total=40)
    assert (shop.referral_of("bob").state, shop.figures().revenue) == ("pending", 40)
    shop.close("bob", "o-2", total=60)
    assert (shop.referral_of("bob").order_id, shop.figures().revenue) == ("o-2", 100)


def test_a_claim_that_has_expired_is_made_anew_by_its_order() -> None:
    """The code is still good, so that the order claims it again and completes it."""
    shop = open_shop(program({"claim_expiry": "10D"}))
    first = shop.claim("bob")
    shop.time.put("2026-02-01T12:00:00Z")
    shop.close("bob", "o-1")
    assert shop.referrals.get(first.referral_id).state == "expired"
    assert shop.referral_of("bob").state == "completed"
    assert shop.figures().successful == 1


def test_every_order_is_rewarded_once() -> None:
    """A reward on every order comes with each order that used the code; each goes with its own order."""
    each = {**FRIEND, "id": "each", "points": 10, "on": "every_order"}
    shop = open_shop(program({"rewards": [each]}))
    for number in (1, 2):
        shop.close("bob", f"o-{number}")
    assert shop.had("ada")[0] == 20
    shop.orders.cancel("o-2", reason="fault", key="x-1")
    assert (shop.had("ada")[0], shop.referral_of("bob").state) == (10, "completed")


def test_an_order_closed_again_is_rewarded_again() -> None:
    """A reopened order that is not the first one gives its reward back, and brings it anew."""
    each = {**FRIEND, "id": "each", "points": 10, "on": "every_order"}
    shop = open_shop(program({"rewards": [each]}))
    shop.close("bob", "o-1")
    shop.close("bob", "o-2")
    shop.orders.reopen("o-2", reason="edit", key="x-1")
    assert shop.had("ada")[0] == 10
    shop.close("bob", "o-2")
    assert shop.had("ada")[0] == 20
    assert len(shop.everything(Fact)) == 3


def test_the_claim_and_the_account_are_rewarded() -> None:
    """A reward on the claim comes with it; one on registration once the referee is no guest."""
    rewards = [{**WELCOME, "id": "hello", "on": "claimed"}, {**FRIEND, "id": "account", "on": "registered"}]
    shop = open_shop(program({"rewards": rewards}))
    shop.customers.update("bob", is_guest=True, key="u-1")
    shop.claim("bob")
    assert (shop.had("bob")[0], shop.had("ada")[0]) == (30, 0)
    signed_up = shop.customers.update("bob", is_guest=False, key="u-2")
    assert [entry.rule for entry in signed_up.entries] == ["referral:account"]
    assert shop.had("ada")[0] == 100
    shop.customers.update("bob", is_guest=True, key="u-3")
    assert not shop.customers.update("bob", is_guest=False, key="u-4").entries
    shop.claim("cyd")
    assert shop.had("ada")[0] == 200


def test_signing_up_without_a_referral_brings_nothing() -> None:
    """Who came by nobody, by a referral that is over, or in a program without referrals is not rewarded."""
    rules = program({"rewards": [{**FRIEND, "on": "registered"}], "claim_expiry": "1D"})
    plain = type(rules)("plain", currency="EUR", timezone="UTC")
    shop = open_shop(rules, plain)
    for name in ("bob", "cyd"):
        shop.customers.update(name, is_guest=True, key="u-1")
    shop.claim("cyd")
    shop.time.put("2026-02-01T12:00:00Z")
    for name in ("bob", "cyd"):
        assert not shop.customers.update(name, is_guest=False, key="u-2").entries
    assert shop.had("ada")[0] == 0


def test_a_reward_may_wait_and_stand_in_another_ledger() -> None:
    """The delay is the activation of its points, and a subledger is made by it."""
    rewards = [{**FRIEND, "activation": "14D"}, {**WELCOME, "ledger": "gifts"}]
    shop = open_shop(program({"rewards": rewards}))
    shop.close("bob", "o-1")
    assert shop.had("ada")[:2] == (0, 100)
    assert shop.points.balance("bob", ledger="gifts").active == 30
    assert shop.member("bob").reward_lots == ()


def test_rewards_are_capped_by_member_period_and_in_all() -> None:
    """A member gets a reward so many times in a period, all members so many times in all; what is not had says why."""
    rewards = [
        {**FRIEND, "max_per_customer": 1, "period": "monthly"},
        {**WELCOME, "max_total": 2},
    ]
    shop = open_shop(program({"rewards": rewards}))
    for name in ("dan", "eve"):
        shop.customers.register(name)
    shop.close("bob", "o-1")
    shop.close("cyd", "o-2")
    shop.time.put("2026-02-01T12:00:00Z")
    shop.close("dan", "o-3")
    assert shop.had("ada")[0] == 200
    assert [shop.had(name)[0] for name in ("bob", "cyd", "dan")] == [30, 30, 0]
    assert [(each.reward, each.refused) for each in shop.referral_of("cyd").grants] == [
        ("friend", "capped"),
        ("welcome", None),
    ]
    assert [each.refused for each in shop.referral_of("dan").grants] == [None, "capped"]
    shop.orders.cancel("o-1", reason="fault", key="x-1")
    shop.orders.cancel("o-3", reason="fault", key="x-2")
    shop.close("eve", "o-4")
    assert (shop.had("ada")[0], shop.had("eve")[0]) == (100, 30)


def test_who_takes_no_part_gets_no_reward(shop: Any) -> None:
    """A referrer who was deactivated since the claim gets nothing; the referee does."""
    shop.claim("bob")
    shop.customers.deactivate("ada", key="d-1")
    shop.close("bob", "o-1")
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (0, 30)
    assert [each.refused for each in shop.referral_of("bob").grants] == ["ineligible", None]
