"""Referrals through the facade: links, claims, what they bring, and orders that go."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.decision import Counter, KeyRef
from loyalcore.domain.referrals import ReferralCode, ReferralPolicy
from loyalcore.errors import IdempotencyConflict, IllegalTransition, NotFound, ReferralRefused
from tests.unit.services._friends import FRIEND, WELCOME, open_shop, program, refusal

SMALL = {"id": "small", "kind": "small_order", "amount": "10", "weight": 50}


@pytest.fixture
def shop() -> Any:
    """Open the shop."""
    return open_shop()


# Links ----------------------------------------------------------------------------------------------------------------


def test_joining_makes_the_link(shop: Any) -> None:
    """Who joins has a code; joining again keeps it, and who has not joined has none."""
    assert shop.referrals.link("ada") == shop.link == shop.join("ada")
    assert shop.referrals.link("bob") is None


def test_a_link_is_the_url_of_the_program_with_the_code() -> None:
    """The host gives the address, the code stands in its place."""
    shop = open_shop(program({"url": "https://shop.example/r/{code}"}))
    assert shop.referrals.link("ada") == f"https://shop.example/r/{shop.link}"


def test_a_link_that_is_off_is_none(shop: Any) -> None:
    """Who is banned has no link until the ban ends; a code that was switched off is none either."""
    shop.referrals.ban("ada", reason="farm", key="b-1")
    assert shop.referrals.link("ada") is None
    assert shop.member("ada").referral_code == shop.link
    shop.referrals.unban("ada", reason="mistake", key="b-2")
    assert shop.referrals.link("ada") == shop.link
    shop.referral_codes.disable(shop.link, reason="leaked", key="b-3")
    assert shop.referrals.link("ada") is None


def test_a_link_that_is_over_is_none() -> None:
    """A code that has expired is no link any more, from the very instant of its end."""
    shop = open_shop(program({"code_expiry": "30D"}))
    end = shop.referral_codes.get(shop.link).expires_at
    shop.time.put(end - timedelta(microseconds=1))
    assert shop.referrals.link("ada") == shop.link
    shop.time.put(end)
    assert shop.referrals.link("ada") is None


def test_joining_by_points_makes_the_link_too(shop: Any) -> None:
    """The first award joins by the program's policy, and so makes the link."""
    shop.points.award("bob", 5, reason="gift", key="a-1")
    code = shop.member("bob").referral_code
    assert code is not None
    assert shop.referral_codes.get(code).holder_id == shop.member("bob").holder_id


def test_a_program_without_referrals_makes_no_link() -> None:
    """Nothing of referrals is there, and asking for it says so."""
    rules = program()
    plain = type(rules)("plain", currency="EUR", timezone="UTC")
    shop = open_shop(rules, plain)
    assert shop.customers.join("bob", program="plain").membership.referral_code is None
    with pytest.raises(NotFound, match="referrals of the program"):
        shop.referrals.link("bob", program="plain")
    with pytest.raises(NotFound, match="referrals of the program"):
        shop.referrals.invite("bob", key="i-1", program="plain")


def test_a_link_lasts_and_counts_as_the_program_says() -> None:
    """The link that joining makes has the program's expiry and limit."""
    shop = open_shop(program({"code_expiry": "30D", "code_limit": 1}))
    code = shop.referral_codes.get(shop.link)
    assert (code.limit, code.expires_at) == (1, shop.time.now().replace(day=31))
    shop.claim("bob")
    assert refusal(shop, "cyd") == "code_limit"
    shop.time.put("2026-02-01T00:00:00Z")
    assert refusal(shop, "cyd") == "expired"


# Claims ---------------------------------------------------------------------------------------------------------------


def test_a_claim_is_pending_and_counts(shop: Any) -> None:
    """A claim names both sides, uses up the code once, and counts as a referee of the referrer."""
    referral = shop.claim("bob", tokens=("device:1",))
    assert (referral.state, referral.referrer_id, referral.referee_id) == ("pending", "ada", "bob")
    assert shop.member("bob").referral_id == referral.referral_id
    assert shop.member("bob").tokens == ("device:1",)
    assert shop.referral_codes.get(shop.link).used == 1
    assert (shop.figures().total, shop.figures().successful) == (1, 0)


def test_a_claim_is_made_however_the_code_is_typed(shop: Any) -> None:
    """Case and dashes make no difference; what can be no code is not found."""
    assert shop.claim("bob", shop.link.lower().replace("-", "")).code == shop.link
    assert refusal(shop, "cyd", "O" + shop.link[1:]) == "not_found"
    assert refusal(shop, "cyd", "ZZZZZ-ZZZZZ") == "not_found"


def test_the_same_key_claims_once(shop: Any) -> None:
    """A claim that is delivered again is answered with its referral, one that differs is refused."""
    first = shop.referrals.claim("bob", shop.link, key="c-1")
    again = shop.referrals.claim("bob", shop.link, key="c-1")
    assert (again.replayed, again.referral) == (True, first.referral)
    with pytest.raises(IdempotencyConflict):
        shop.referrals.claim("bob", shop.link, key="c-1", tokens=("device:1",))
    assert shop.figures().total == 1


def test_a_repeated_invitation_of_a_friend_has_its_code(shop: Any) -> None:
    """Whoever lost the first receipt has the code of the second, and with it the referral, as both are by now."""
    first = shop.referrals.refer("ada", contact="grace@example.org", key="r-1")
    shop.referrals.refer("ada", contact="grace@example.org", key="r-2")
    again = shop.referrals.refer("ada", contact="grace@example.org", key="r-1")
    assert (again.replayed, again.code, again.referral) == (True, first.code, first.referral)
    shop.claim("bob", first.code.code)
    later = shop.referrals.refer("ada", contact="grace@example.org", key="r-1")
    assert (later.code.code, later.code.used) == (first.code.code, 1)
    assert (later.referral.referral_id, later.referral.state) == (first.referral.referral_id, "pending")


def test_nobody_refers_himself_by_name(shop: Any) -> None:
    """The customer's own mailbox is no friend's, however it is written."""
    shop.customers.update("ada", email="ada@gmail.com", key="u-1")
    with pytest.raises(ReferralRefused) as caught:
        shop.referrals.refer("ada", contact="A.da+me@gmail.com", key="r-1")
    assert caught.value.reason == "self_referral"
    assert shop.referrals.refer("ada", contact="eve@gmail.com", key="r-1").code is not None


def test_a_repeated_making_of_a_code_has_it(shop: Any) -> None:
    """So it is with a code that is made, and with one that is switched off."""
    made = shop.referral_codes.create("ada", key="m-1", limit=3)
    off = shop.referral_codes.disable(made.code.code, key="m-2", reason="over")
    assert off.code.disabled_at is not None
    for again in (
        shop.referral_codes.create("ada", key="m-1", limit=3),
        shop.referral_codes.disable(made.code.code, key="m-2", reason="over"),
    ):
        assert (again.replayed, again.code) == (True, off.code)


def test_a_key_of_before_keys_kept_codes_answers_for_its_code(shop: Any) -> None:
    """What is switched off is named by the command itself, so that a key needs not know it."""
    code = shop.referral_codes.create("ada", key="m-1").code
    shop.referral_codes.disable(code.code, key="m-2", reason="over")
    kept, ref = shop.kept._shelf._records, KeyRef("live", code.holder_id, "m-2")
    kept[ref] = attrs.evolve(kept[ref], code=None)
    again = shop.referral_codes.disable(code.code, key="m-2", reason="over")
    assert (again.replayed, again.code.code) == (True, code.code)


def test_a_claim_of_a_code_of_another_program_is_refused() -> None:
    """A code belongs to one program; who names another one does not find it."""
    rules = program()
    other = type(rules)("other", currency="EUR", timezone="UTC", referrals=ReferralPolicy())
    shop = open_shop(rules, other)
    assert refusal(shop, "bob", program="other") == "not_found"
    assert shop.claim("bob", program="beans").program_id == "beans"
    code = shop.customers.join("ada", program="other").membership.referral_code
    assert shop.close("cyd", "o-1", code=code).order.referral.refused == "not_found"


def test_an_own_code_and_a_ring_are_refused(shop: Any) -> None:
    """Nobody refers oneself, nor whoever one came by, however far."""
    assert refusal(shop, "ada") == "self_referral"
    shop.claim("bob")
    of_bob = shop.join("bob")
    shop.claim("cyd", of_bob)
    assert refusal(shop, "ada", shop.join("cyd")) == "cycle"
    assert refusal(shop, "ada", of_bob) == "cycle"


def test_a_referrer_with_referees_may_be_referred_by_somebody_else(shop: Any) -> None:
    """Having referred somebody makes no ring by itself, be the way up short or long."""
    shop.claim("bob")
    for name in ("dan", "eve"):
        shop.customers.register(name)
    shop.claim("eve", shop.join("dan"))
    assert shop.claim("ada", shop.join("eve")).state == "pending"


def test_a_way_up_ends_at_who_was_erased(shop: Any) -> None:
    """Whoever was erased is nobody's referrer: the look for a ring ends there."""
    shop.claim("bob")
    for name in ("dan", "eve"):
        shop.customers.register(name)
    shop.claim("eve", shop.join("dan"))
    of_eve = shop.join("eve")
    shop.customers.erase("dan")
    assert shop.claim("ada", of_eve).state == "pending"


def test_a_claim_expires_and_makes_room(shop: Any) -> None:
    """From its end on a claim completes no more; it frees the code, and the referee may come by another."""
    shop = open_shop(program({"claim_expiry": "10D", "code_limit": 1}))
    first = shop.claim("bob")
    shop.time.put("2026-01-11T12:00:00Z")
    second = shop.claim("bob", shop.join("cyd"))
    assert shop.referrals.get(first.referral_id).state == "expired"
    assert shop.referral_codes.get(shop.link).used == 0
    assert (second.state, second.referrer_id) == ("pending", "cyd")


def test_expiring_writes_down_what_time_has_decided() -> None:
    """The job writes each claim whose time is over, once; a claim that is not due is left."""
    shop = open_shop(program({"claim_expiry": "10D"}))
    first = shop.claim("bob")
    shop.referrals.refer("ada", contact="dan@example.com", key="r-1")
    assert shop.referrals.expire() == 0
    shop.time.put("2026-01-11T12:00:00Z")
    shop.claim("cyd")
    assert shop.referrals.expire(program="beans") == 2
    assert shop.referrals.expire() == 0
    assert shop.referrals.get(first.referral_id).state == "expired"
    assert [each.referee_id for each in shop.referrals.stream("state:pending")] == ["cyd"]


def test_a_campaign_bounds_its_referrals() -> None:
    """Of a campaign with a limit of one, one referral stands; a rejected one makes room."""
    shop = open_shop(program({"campaigns": [{"id": "spring", "limit": 1}]}))
    code = shop.referral_codes.create("ada", campaign="spring", key="k").code.code
    first = shop.claim("bob", code)
    assert first.campaign == "spring"
    assert refusal(shop, "cyd", code) == "campaign_limit"
    shop.referrals.reject(first.referral_id, reason="farm", key="r-1")
    assert shop.claim("cyd", code).state == "pending"
    assert [each.count for each in shop.everything(Counter)] == [1]


def test_claims_with_one_token_are_blocked_beyond_the_tenth() -> None:
    """The eleventh claim with one address token within seven days is blocked; then the first ones are forgotten."""
    shop = open_shop()
    for number in range(12):
        shop.customers.register(f"c-{number}")
    states = [shop.claim(f"c-{number}", tokens=("address:1",)).state for number in range(11)]
    assert states == ["pending"] * 10 + ["blocked"]
    shop.time.put("2026-01-08T12:00:01Z")
    assert shop.claim("c-11", tokens=("address:1",)).state == "pending"


def test_a_shared_token_blocks_and_is_told() -> None:
    """The same device on both sides blocks the claim; the referrer is told where the program says so."""
    shop = open_shop(program({"notices": ["referral_blocked", "referral_completed"]}))
    shop.claim("cyd", tokens=("device:9",))
    blocked = shop.claim("bob", shop.join("cyd"), tokens=("device:9",))
    assert blocked.state == "blocked"
    assert [each.rule for each in blocked.evidence] == ["same-token"]
    (told,) = shop.outbox.waiting()
    assert (told.kind, told.ref.holder_id) == ("referral_blocked", shop.member("cyd").holder_id)


# An order that goes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", ["cancel", "reopen", "return"])
def test_an_order_that_goes_takes_the_referral_along(shop: Any, move: str) -> None:
    """Rewards are taken back, and the referral leaves the counts and revenues."""
    shop.close("bob", "o-1")
    if move == "return":
        shop.orders.return_items("o-1", return_id="r-1", reason="fault", key="x-1")
    else:
        getattr(shop.orders, move)("o-1", reason="fault", key="x-1")
    referral = shop.referral_of("bob")
    assert (referral.state, referral.revenue) == ("reversed", 0)
    assert all(each.taken_back_at is not None for each in referral.grants)
    assert (shop.had("ada"), shop.had("bob")) == ((0, 0, 0), (0, 0, 0))
    assert (shop.figures().total, shop.figures().successful, shop.figures().revenue) == (1, 0, 0)
    assert shop.referral_codes.get(shop.link).used == 0


def test_an_order_returned_in_part_keeps_the_referral(shop: Any) -> None:
    """What is returned leaves the revenue; the referral stands until everything is returned."""
    items = [{"line_id": "1", "unit_price": "30"}, {"line_id": "2", "unit_price": "10"}]
    cart = {"items": items, "referral_code": shop.link}
    shop.orders.close("bob", "o-1", cart, key="o-1")
    shop.orders.return_items("o-1", {"1": 1}, return_id="r-1", reason="fault", key="x-1")
    assert (shop.referral_of("bob").state, shop.figures().revenue) == ("completed", 10)
    assert shop.had("ada")[0] == 100


def test_closing_again_goes_on_from_the_reversed_referral(shop: Any) -> None:
    """The new referral names the earlier one, counts the referee once, and brings the rewards of the order again."""
    rewards = [FRIEND, {**WELCOME, "on": "claimed"}]
    shop = open_shop(program({"rewards": rewards}))
    shop.close("bob", "o-1")
    first = shop.referral_of("bob")
    shop.orders.reopen("o-1", reason="edit", key="x-1")
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (0, 30)
    shop.close("bob", "o-1")
    second = shop.referral_of("bob")
    assert (second.earlier, second.state) == (first.referral_id, "completed")
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (100, 30)
    assert (shop.figures().total, shop.figures().successful) == (1, 1)


def test_what_reversing_could_not_take_back_is_left_out_of_the_next_reward(shop: Any) -> None:
    """Under `within_balance` the 60 that the referrer has spent stay, and the next reward is 40."""
    shop.close("bob", "o-1")
    shop.points.spend("ada", 60, key="s-1")
    shop.orders.reopen("o-1", reason="edit", key="x-1")
    assert shop.had("ada") == (0, 0, 0)
    shop.close("bob", "o-1")
    assert shop.referral_of("bob").unrecovered == (("friend", "referrer", None, 60),)
    assert shop.had("ada")[0] == 40


def test_a_reward_that_is_wholly_left_out_books_nothing() -> None:
    """Where everything was spent, the side has had the reward: no entry follows, however often the order comes back."""
    shop = open_shop(program({"rewards": [FRIEND]}))
    shop.close("bob", "o-1")
    shop.points.spend("ada", 100, key="s-1")
    shop.orders.reopen("o-1", reason="edit", key="x-1")
    for number in range(2, 4):
        again = shop.close("bob", "o-1")
        assert again.entries == ()
        (done,) = shop.referral_of("bob").grants
        assert (done.points, done.entry_id, done.refused) == (0, None, "had")
        shop.orders.reopen("o-1", reason="edit", key=f"x-{number}")


def test_a_reversed_referee_with_other_orders_is_an_existing_customer(shop: Any) -> None:
    """Whoever has ordered beside is nobody's new friend any more."""
    shop.close("bob", "o-1")
    shop.close("bob", "o-2", code="")
    shop.orders.cancel("o-1", reason="fault", key="x-1")
    assert shop.close("bob", "o-3").order.referral.refused == "existing_customer"


def test_the_same_order_closed_again_is_still_the_first(shop: Any) -> None:
    """An order that is reopened to be edited keeps its referral, whatever the referee has ordered since."""
    shop.close("bob", "o-1")
    before = (shop.had("ada"), shop.had("bob"))
    shop.close("bob", "o-2", code="")
    shop.orders.reopen("o-1", reason="edit", key="x-1")
    assert (shop.referral_of("bob").state, shop.figures().successful) == ("reversed", 0)
    shop.close("bob", "o-1")
    assert (shop.referral_of("bob").state, shop.figures().successful, shop.figures().total) == ("completed", 1, 1)
    assert (shop.had("ada"), shop.had("bob")) == before
    shop.orders.cancel("o-1", reason="fault", key="x-2")
    assert (shop.had("ada"), shop.had("bob")) == ((0, 0, 0), (0, 0, 0))


@pytest.mark.parametrize("end", ["cancel", "reverse"])
def test_an_order_that_a_person_took_the_referral_from_is_one_of_an_existing_customer(end: str) -> None:
    """Only a referral that the order itself had completed, and took along, comes back with it."""
    shop = open_shop(program({"fraud": [SMALL]}))
    shop.close("bob", "o-1", total=5 if end == "cancel" else 40)
    referral = shop.referral_of("bob")
    assert referral.state == ("on_review" if end == "cancel" else "completed")
    getattr(shop.referrals, end)(referral.referral_id, reason="fraud", key="e-1")
    shop.close("bob", "o-2", code="")
    shop.orders.reopen("o-1", reason="edit", key="x-1")
    assert shop.close("bob", "o-1", total=40).order.referral.refused == "existing_customer"
    assert (shop.had("ada"), shop.had("bob")) == ((0, 0, 0), (0, 0, 0))


# What rewards are used for --------------------------------------------------------------------------------------------


def test_orders_that_use_rewards_are_the_revenues_of_the_referrer() -> None:
    """What the referrer spent with points of referring, and what referees spent with theirs, are figures apart."""
    shop = open_shop(program(orders={"point_value": "0.10", "earns_on_redeemed": True}))
    shop.close("bob", "o-1")
    shop.close("ada", "o-2", total=70, code="", redeem=10)
    shop.close("bob", "o-3", total=50, code="", redeem=10)
    figures = shop.figures()
    assert (figures.referrer_revenue, figures.referee_revenue, figures.revenue) == (70, 50, 40)
    assert shop.order("o-2").referral.is_referrer
    assert shop.order("o-3").referral.referee_of == shop.referral_of("bob").referral_id
    shop.orders.cancel("o-2", reason="fault", key="x-1")
    shop.orders.cancel("o-3", reason="fault", key="x-2")
    figures = shop.figures()
    assert (figures.referrer_revenue, figures.referee_revenue) == (0, 0)


def test_points_that_are_no_reward_are_no_revenue_of_rewards() -> None:
    """An order that redeems other points is not counted, and what a referee of the erased uses is nobody's."""
    shop = open_shop(program(orders={"point_value": "0.10"}))
    shop.close("bob", "o-1")
    shop.points.award("cyd", 50, reason="gift", key="a-1")
    shop.close("cyd", "o-2", code="", redeem=10)
    assert shop.order("o-2").referral == type(shop.order("o-2").referral)()
    shop.customers.erase("ada")
    shop.close("bob", "o-3", code="", redeem=10)
    assert shop.order("o-3").referral.referee_of is not None


# What the store keeps -------------------------------------------------------------------------------------------------


def test_a_replayed_closing_tells_of_its_referral(shop: Any) -> None:
    """The same delivery again is answered, and nothing is rewarded twice."""
    cart = {"total": 40, "referral_code": shop.link}
    first = shop.orders.close("bob", "o-1", cart, key="o-1")
    again = shop.orders.close("bob", "o-1", cart, key="o-1")
    assert (again.replayed, again.entries) == (True, first.entries)
    assert shop.had("ada")[0] == 100


def test_codes_are_listed_with_their_uses(shop: Any) -> None:
    """The codes of a referrer are there with what was used of them, and are found by what is asked."""
    made = shop.referral_codes.create("ada", limit=3, key="k-1").code
    shop.claim("bob", made.code)
    assert [each.code for each in shop.referral_codes.stream("used:1")] == [made.code]
    listed = shop.referral_codes.page(referrer="ada").items
    assert {each.code for each in listed} == {shop.link, made.code}
    assert len(shop.everything(ReferralCode)) == 2
    with pytest.raises(NotFound):
        shop.referral_codes.get("nonsense")
    with pytest.raises(NotFound):
        shop.referral_codes.get("ZZZZZ-ZZZZZ")
    with pytest.raises(NotFound):
        shop.referrals.get("nowhere")


def test_the_figures_are_sorted_and_filtered_by(shop: Any) -> None:
    """Lists of customers know the referral figures."""
    shop.close("bob", "o-1")
    rows = shop.customers.page("referrals.successful:>=1 sort:-referrals.revenue").items
    assert [row.customer.customer_id for row in rows] == ["ada"]
    assert rows[0].membership.referrals.revenue == Decimal(40)


def test_only_moves_of_the_table_are_made(shop: Any) -> None:
    """A completed referral is neither cancelled nor approved."""
    shop.close("bob", "o-1")
    name = shop.referral_of("bob").referral_id
    with pytest.raises(IllegalTransition):
        shop.referrals.cancel(name, reason="no", key="x-1")
    with pytest.raises(IllegalTransition):
        shop.referrals.approve(name, reason="no", key="x-2")
