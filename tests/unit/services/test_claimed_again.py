"""Facts about referees who come again: after an end, by another referrer, and when an approval finds their orders."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.services._friends import FRIEND, WELCOME, open_shop, program

HELLO = {"id": "hello", "points": 10, "side": "both", "on": "claimed"}
EACH = {"id": "each", "points": 7, "side": "referrer", "on": "every_order"}
ACCOUNT = {"id": "account", "points": 20, "side": "referee", "on": "registered"}
SMALL = {"id": "small", "kind": "small_order", "amount": "10", "weight": 50}
BLOCKING = {"id": "mailbox", "kind": "same_email", "weight": 100}


def same_mailbox(shop: Any) -> None:
    """Give ada and bob one mailbox, written in two ways."""
    shop.customers.update("ada", email="ada@gmail.com", key=shop.key())
    shop.customers.update("bob", email="a.d.a+1@gmail.com", key=shop.key())


@pytest.mark.parametrize("end", ["expire", "cancel"])
def test_a_claim_is_rewarded_once_however_often_it_is_made(end: str) -> None:
    """Who claims again after an end goes on from the earlier referral; what it left with a side is not had again."""
    shop = open_shop(program({"rewards": [HELLO], "claim_expiry": "30D"}, points={"return_policy": "only_pending"}))
    first = shop.claim("bob")
    if end == "cancel":
        shop.referrals.cancel(first.referral_id, reason="asked", key=shop.key())
    else:
        shop.time.move(days=31)
    second = shop.claim("bob")
    assert second.earlier == first.referral_id
    assert [each.refused for each in second.grants] == ["had", "had"]
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (10, 10)
    assert shop.figures().total == 1


def test_what_was_taken_back_is_had_again() -> None:
    """Where cancelling could take everything back, claiming again brings it again: once, in the end."""
    shop = open_shop(program({"rewards": [HELLO]}))
    shop.referrals.cancel(shop.claim("bob").referral_id, reason="asked", key=shop.key())
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (0, 0)
    shop.claim("bob")
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (10, 10)


def test_a_referee_has_a_reward_once_whoever_refers() -> None:
    """A referee who comes by another referrer brings that one a reward, and gets none a second time."""
    shop = open_shop(program({"rewards": [HELLO, FRIEND, WELCOME], "claim_expiry": "30D"}))
    other = shop.join("cyd")
    shop.claim("bob")
    shop.close("bob", "o-1")
    shop.orders.cancel("o-1", key=shop.key())
    second = shop.claim("bob", other)
    assert second.earlier is None
    assert [(each.side, each.refused) for each in second.grants] == [("referrer", None), ("referee", "had")]
    assert (shop.had("ada")[0], shop.had("bob")[0], shop.had("cyd")[0]) == (10, 10, 10)
    assert (shop.figures("ada").total, shop.figures("cyd").total) == (1, 1)
    shop.close("bob", "o-2", code=other)
    shop.orders.cancel("o-2", key=shop.key())
    shop.claim("bob")
    assert (shop.had("ada")[0], shop.had("bob")[0], shop.had("cyd")[0]) == (10, 10, 10)


def test_an_account_is_rewarded_though_the_first_order_went() -> None:
    """What an earlier referral has not brought yet, the next one brings."""
    shop = open_shop(program({"rewards": [ACCOUNT]}))
    shop.customers.update("bob", is_guest=True, key=shop.key())
    shop.close("bob", "o-1")
    shop.orders.cancel("o-1", key=shop.key())
    shop.close("bob", "o-2")
    assert shop.had("bob")[0] == 0
    shop.customers.update("bob", is_guest=False, key=shop.key())
    shop.customers.update("bob", is_guest=True, key=shop.key())
    shop.customers.update("bob", is_guest=False, key=shop.key())
    assert shop.had("bob")[0] == 20


def test_every_order_is_rewarded_by_itself_though_another_was_kept() -> None:
    """What an order could not give back is left out for that order, closed again, and for no other."""
    shop = open_shop(program({"rewards": [EACH]}))
    shop.close("bob", "o-1")
    shop.close("bob", "o-2")
    shop.points.spend("ada", 14, key=shop.key())
    shop.orders.reopen("o-2", reason="edit", key=shop.key())
    shop.close("bob", "o-3")
    assert shop.had("ada")[0] == 7
    for _ in range(2):
        shop.close("bob", "o-2")
        assert shop.had("ada")[0] == 7
        shop.orders.reopen("o-2", reason="edit", key=shop.key())


def test_who_comes_again_is_no_further_referee() -> None:
    """A referrer with as many referees as one may have keeps one whose order is closed again."""
    shop = open_shop(program({"customer_limit": 1}))
    shop.close("bob", "o-1")
    shop.orders.reopen("o-1", reason="edit", key=shop.key())
    assert shop.close("bob", "o-1").order.referral.refused is None
    assert shop.close("cyd", "o-2").order.referral.refused == "customer_limit"
    assert (shop.figures().total, shop.figures().successful) == (1, 1)


def test_an_approval_finds_the_orders_by_itself() -> None:
    """The first order that counts and meets the condition completes; those after it are rewarded as every order."""
    rules = {"rewards": [FRIEND, EACH], "fraud": [BLOCKING], "where": "net:>=20"}
    shop = open_shop(program(rules))
    same_mailbox(shop)
    held = shop.claim("bob")
    assert held.state == "blocked"
    shop.close("bob", "o-1", total=10)
    shop.close("bob", "o-2", total=50)
    shop.time.move(minutes=1)
    shop.close("bob", "o-3", total=20)
    shop.time.move(minutes=1)
    shop.close("bob", "o-4", total=10)
    shop.orders.cancel("o-2", key=shop.key())
    approved = shop.referrals.approve(held.referral_id, reason="known", key=shop.key()).referral
    assert (approved.state, approved.order_id) == ("completed", "o-3")
    assert [each.order_id for each in approved.grants if each.reward == "each"] == ["o-3", "o-4"]
    assert shop.had("ada")[0] == 100 + 7 + 7


def test_an_order_that_came_back_without_the_code_completes_nothing() -> None:
    """An order is asked for the referral that it counts to now, not for the one that it once came under."""
    shop = open_shop(program({"fraud": [SMALL]}))
    shop.close("bob", "o-1", total=5)
    held = shop.referral_of("bob")
    shop.referrals.reject(held.referral_id, reason="farm", key=shop.key())
    shop.orders.reopen("o-1", reason="edit", key=shop.key())
    assert shop.referral_of("bob").order_id is None
    shop.close("bob", "o-1", total=5, code="")
    approved = shop.referrals.approve(held.referral_id, reason="known", key=shop.key()).referral
    assert (approved.state, approved.grants) == ("pending", ())


def test_an_approved_claim_waits_anew() -> None:
    """The time that a review took is not the referee's: from the approval on the claim waits as long as any other."""
    shop = open_shop(program({"fraud": [{**BLOCKING, "weight": 50}], "claim_expiry": "7D"}))
    same_mailbox(shop)
    held = shop.claim("bob")
    shop.time.move(days=10)
    approved = shop.referrals.approve(held.referral_id, reason="known", key=shop.key()).referral
    assert (approved.expires_at - shop.time.now()).days == 7
    shop.close("bob", "o-1")
    assert shop.referral_of("bob").state == "completed"


def test_a_referee_who_is_gone_completes_nothing() -> None:
    """Where the referee was erased, there are no orders to find."""
    shop = open_shop(program({"fraud": [SMALL]}))
    shop.close("bob", "o-1", total=5)
    held = shop.referral_of("bob")
    shop.customers.erase("bob")
    assert shop.referrals.approve(held.referral_id, reason="known", key=shop.key()).referral.state == "pending"


def test_what_a_reversal_by_hand_let_go_is_not_had_again() -> None:
    """A reward that a person took back was spent by then: its owner has kept it, and has none when both begin again."""
    shop = open_shop(program({"rewards": [HELLO]}, points={"return_policy": "only_pending"}))
    first = shop.claim("bob")
    shop.points.reverse("ada", 4, entry_id=first.grants[0].entry_id, key=shop.key())
    shop.referrals.cancel(first.referral_id, reason="asked", key=shop.key())
    ended = shop.referrals.get(first.referral_id)
    assert [each.waived for each in ended.grants] == [10, 10]
    second = shop.claim("bob")
    assert ([each.refused for each in second.grants], shop.had("ada")[0]) == (["had", "had"], 10)


@pytest.mark.parametrize(("weight", "state"), [(60, "on_review"), (100, "blocked")])
def test_a_friend_who_was_invited_is_looked_at_as_any_other(weight: int, state: str) -> None:
    """A claim or an order with the code of an invitation is held back or blocked, and the order closes all the same."""
    shop = open_shop(program({"fraud": [{**BLOCKING, "weight": weight}]}))
    same_mailbox(shop)
    for order_id in (None, "o-1"):
        invited = shop.referrals.refer("ada", contact="bob@example.org", key=shop.key())
        if order_id is None:
            found = shop.claim("bob", invited.code.code)
            shop.referrals.cancel(found.referral_id, reason="asked", key=shop.key())
        else:
            assert shop.close("bob", order_id, code=invited.code.code).order.referral.refused is None
            found = shop.referral_of("bob")
        assert (found.referral_id, found.state.value, found.contact) == (invited.referral.referral_id, state, None)
    assert shop.had("ada") == shop.had("bob") == (0, 0, 0)


def test_a_reward_that_would_be_over_before_it_begins_is_none() -> None:
    """A claim and an order go on where the day of a reward has passed; the referral says why there is none."""
    shop = open_shop(program({"rewards": [{**HELLO, "expiry": "on(2025-12-31)"}, WELCOME]}))
    shop.close("bob", "o-1")
    assert [each.refused for each in shop.referral_of("bob").grants] == ["over", "over", None]
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (0, 30)


def test_an_approval_brings_nothing_where_the_referee_was_erased() -> None:
    """Nobody is left who was referred, so that the referrer is not rewarded either."""
    shop = open_shop(program({"rewards": [HELLO], "fraud": [{**BLOCKING, "weight": 60}]}))
    same_mailbox(shop)
    held = shop.claim("bob")
    shop.customers.erase("bob")
    approved = shop.referrals.approve(held.referral_id, reason="known", key=shop.key()).referral
    assert (approved.state.value, approved.grants, shop.had("ada")) == ("pending", (), (0, 0, 0))
