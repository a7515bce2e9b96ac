"""Referrals between two customers who turn out to be one: nobody refers himself, and a merge takes no points."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.services._friends import FRIEND, WELCOME, open_shop, program

HELLO = {**WELCOME, "id": "hello", "on": "claimed"}
EACH = {**FRIEND, "id": "each", "points": 10, "side": "both", "on": "every_order"}
ACCOUNT = {**FRIEND, "id": "account", "side": "both", "on": "registered"}


def merge(shop: Any, into: str) -> None:
    """Merge the referrer and the referee, whichever survives."""
    gone = "ada" if into == "bob" else "bob"
    shop.customers.merge(gone, into=into)


@pytest.fixture(params=["ada", "bob"])
def into(request: pytest.FixtureRequest) -> str:
    """Let the referrer survive, or the referee."""
    return str(request.param)


def test_what_is_pending_is_cancelled_and_keeps_what_it_brought(into: str) -> None:
    """The points of the claim stay, the code and the campaign are free again, and no order completes the referral."""
    rules = {"rewards": [FRIEND, HELLO], "campaigns": [{"id": "may", "limit": 1}]}
    shop = open_shop(program(rules))
    code = shop.referral_codes.create("ada", campaign="may", key="n-1").code.code
    referral = shop.claim("bob", code)
    merge(shop, into)
    found = shop.referrals.get(referral.referral_id)
    assert (found.state, found.grants) == ("cancelled", referral.grants)
    assert (shop.referral_codes.get(code).used, shop.had(into)) == (0, (30, 0, 0))
    assert (shop.figures(into).total, shop.figures(into).successful) == (1, 0)
    assert shop.close(into, "o-1", code=code).order.referral.refused == "self_referral"
    assert shop.had(into) == (30, 0, 0)
    assert shop.claim("cyd", code).state == "pending"


def test_what_is_held_back_is_cancelled(into: str) -> None:
    """A review that is due no more is in no list of reviews."""
    suspect = {"id": "small", "kind": "small_order", "amount": "100", "weight": 50}
    shop = open_shop(program({"fraud": [suspect]}))
    shop.close("bob", "o-1")
    assert shop.referral_of("bob").state == "on_review"
    merge(shop, into)
    (found,) = shop.referrals.stream()
    assert (found.state, found.review_due_at) == ("cancelled", None)


def test_what_is_completed_stays_and_brings_nothing_more(into: str) -> None:
    """Its rewards are kept; later orders with the code bring none, and one that goes takes back its own."""
    shop = open_shop(program({"rewards": [FRIEND, WELCOME, EACH]}))
    shop.close("bob", "o-1")
    merge(shop, into)
    assert (shop.referral_of(into).state, shop.had(into)) == ("completed", (150, 0, 0))
    assert shop.close(into, "o-2").order.referral.refused == "self_referral"
    assert shop.close(into, "o-3", code=shop.join("cyd")).order.referral.refused == "existing_customer"
    assert (shop.had(into), shop.figures(into).revenue) == ((150, 0, 0), 40)
    shop.orders.cancel("o-1", reason="fault", key="x-1")
    assert (shop.referral_of(into).state, shop.had(into)) == ("reversed", (0, 0, 0))


def test_an_account_made_afterwards_brings_nothing(into: str) -> None:
    """A reward on registration is for a referee who is somebody else."""
    shop = open_shop(program({"rewards": [ACCOUNT]}))
    for name in ("ada", "bob"):
        shop.customers.update(name, is_guest=True, key="u-1")
    shop.close("bob", "o-1")
    merge(shop, into)
    assert not shop.customers.update(into, is_guest=False, key="u-2").entries
    assert shop.had(into) == (0, 0, 0)


def test_referrals_by_others_go_on(into: str) -> None:
    """Who was referred by a third one is so after the merge, and completes that referral."""
    shop = open_shop()
    link = shop.join("cyd")
    shop.claim("bob", link)
    merge(shop, into)
    assert shop.close(into, "o-1", code=link).order.referral.refused is None
    assert (shop.referral_of(into).state, shop.had("cyd"), shop.had(into)) == ("completed", (100, 0, 0), (30, 0, 0))
