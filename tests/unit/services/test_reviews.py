"""What a person decides about referrals and referrers; invitations; erasing and merging who refers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loyalcore.domain.customers import Erase, Join, Membership
from loyalcore.domain.decision import HolderRef, World
from loyalcore.domain.flows import decide
from loyalcore.domain.programs import Registry
from loyalcore.domain.referrals import Ban, Claim, CreateCode, DisableCode, ExpireReferral, Refer, ReferralCode
from loyalcore.errors import IllegalTransition, Ineligible, InvalidInput, NotFound, ReferralRefused
from loyalcore.testing import CountedIds
from tests.unit.services._friends import FRIEND, WELCOME, Shop, open_shop, program

SMALL = {"id": "small", "kind": "small_order", "amount": "10", "weight": 50}
TOLD = ["referral_completed", "referral_blocked"]


@pytest.fixture
def shop() -> Any:
    """Open a shop where an order below 10 comes under review."""
    return open_shop(program({"fraud": [SMALL], "notices": TOLD}))


def held_back(shop: Any, name: str = "bob", order_id: str = "o-1") -> str:
    """Let an order come under review, and name its referral."""
    shop.close(name, order_id, total=5)
    referral = shop.referral_of(name)
    assert (referral.state, referral.order_id) == ("on_review", order_id)
    return str(referral.referral_id)


def kinds(shop: Any) -> list[str]:
    """Give the kinds of the notices that wait."""
    return sorted(notice.kind for notice in shop.outbox.waiting())


# Reviews --------------------------------------------------------------------------------------------------------------


def test_a_review_holds_the_reward_back_until_somebody_decides(shop: Any) -> None:
    """Nothing is granted while it is due, and nothing by being overdue."""
    name = held_back(shop)
    due = shop.referrals.get(name).review_due_at
    assert due == datetime(2026, 1, 15, 12, tzinfo=UTC)
    shop.time.put("2026-03-01T00:00:00Z")
    overdue = shop.referrals.page("state:on_review review_due_at:<today").items
    assert [each.referral_id for each in overdue] == [name]
    assert shop.had("ada")[0] == 0


def test_an_approved_order_completes(shop: Any) -> None:
    """Both sides are rewarded, and the referrer is told; the key answers again."""
    name = held_back(shop)
    done = shop.referrals.approve(name, reason="known", key="a-1")
    assert (done.referral.state, done.referral.review_due_at, done.points) == ("completed", None, 100)
    assert (shop.had("ada")[0], shop.had("bob")[0], kinds(shop)) == (100, 30, ["referral_completed"])
    again = shop.referrals.approve(name, reason="known", key="a-1")
    assert (again.replayed, again.referral) == (True, done.referral)


def test_a_rejected_order_is_denied_and_may_be_approved_after_all(shop: Any) -> None:
    """A rejected referral leaves the figures and frees the code; an approval brings it back."""
    name = held_back(shop)
    assert shop.referrals.reject(name, reason="farm", key="r-1").referral.state == "blocked"
    assert (shop.figures().revenue, shop.referral_codes.get(shop.link).used, kinds(shop)) == (
        0,
        0,
        ["referral_blocked"],
    )
    assert shop.referrals.reject(name, reason="farm", key="r-1").replayed
    assert shop.referrals.approve(name, reason="known", key="a-1").referral.state == "completed"
    assert (shop.figures().revenue, shop.referral_codes.get(shop.link).used) == (5, 1)


def test_an_order_that_is_gone_is_not_approved(shop: Any) -> None:
    """Whose order was cancelled under review goes on pending, and the next order is looked at anew."""
    name = held_back(shop)
    shop.orders.cancel("o-1", reason="fault", key="x-1")
    assert (shop.referrals.get(name).state, shop.referrals.get(name).order_id) == ("on_review", None)
    assert shop.referrals.approve(name, reason="known", key="a-1").referral.state == "pending"
    shop.close("bob", "o-2", total=50)
    assert shop.referrals.get(name).state == "completed"


def test_an_order_returned_under_review_counts_no_more(shop: Any) -> None:
    """A referral whose order was returned in full before the decision is only cleared."""
    name = held_back(shop)
    shop.orders.return_items("o-1", return_id="r-1", reason="fault", key="x-1")
    assert shop.referrals.approve(name, reason="known", key="a-1").referral.state == "pending"


def test_an_order_that_comes_under_a_review_completes_with_it() -> None:
    """A claim under review takes its first order along; approving completes it by that."""
    shop = open_shop(program({"fraud": [{"id": "device", "kind": "same_token", "weight": 60}]}))
    shop.claim("cyd", tokens=("device:1",))
    referral = shop.claim("bob", shop.join("cyd"), tokens=("device:1",))
    assert referral.state == "on_review"
    code = shop.member("cyd").referral_code
    shop.close("bob", "o-1", code=code)
    shop.close("bob", "o-2", code=code)
    assert shop.referral_of("bob").order_id == "o-1"
    assert shop.referrals.approve(referral.referral_id, reason="twins", key="a-1").referral.state == "completed"


def test_a_claim_that_is_approved_before_an_order_is_pending() -> None:
    """It brings what the claim brings, and waits for its order."""
    hello = {**WELCOME, "id": "hello", "on": "claimed"}
    shop = open_shop(program({"rewards": [hello], "fraud": [{"id": "device", "kind": "same_token", "weight": 60}]}))
    shop.claim("cyd", tokens=("device:1",))
    referral = shop.claim("bob", shop.join("cyd"), tokens=("device:1",))
    assert shop.had("bob")[0] == 0
    shop.referrals.approve(referral.referral_id, reason="twins", key="a-1")
    assert shop.had("bob")[0] == 30


def test_an_order_that_is_wrong_is_blocked_at_once() -> None:
    """Evidence beyond `block_at` blocks; the order closes, and is told."""
    shop = open_shop(program({"fraud": [{**SMALL, "weight": 100}], "notices": TOLD}))
    shop.close("bob", "o-1", total=5)
    assert (shop.referral_of("bob").state, shop.figures().revenue, kinds(shop)) == ("blocked", 0, ["referral_blocked"])
    shop.close("bob", "o-2", total=50)
    assert shop.referral_of("bob").state == "blocked"


def test_cancelling_ends_a_referral_and_lets_the_referee_come_by_another(shop: Any) -> None:
    """A cancelled referral frees the code, and the referee."""
    first = shop.claim("bob")
    assert shop.referrals.cancel(first.referral_id, reason="asked", key="c-1").referral.state == "cancelled"
    assert shop.claim("bob", shop.join("cyd")).referrer_id == "cyd"


def test_reversing_by_hand_takes_everything_back(shop: Any) -> None:
    """Every reward goes, whatever brought it, and is not brought again by the same order."""
    shop = open_shop(program({"rewards": [FRIEND, {**WELCOME, "on": "claimed"}]}))
    shop.close("bob", "o-1")
    name = shop.referral_of("bob").referral_id
    done = shop.referrals.reverse(name, reason="farm", key="r-1")
    assert (done.referral.state, shop.had("ada")[0], shop.had("bob")[0]) == ("reversed", 0, 0)
    shop.orders.cancel("o-1", reason="fault", key="x-1")
    assert shop.referrals.get(name) == shop.referral_of("bob")
    assert (shop.referral_of("bob").state, shop.figures().revenue) == ("reversed", 0)


def test_a_reward_that_a_program_has_no_more_is_taken_back(shop: Any) -> None:
    """Rewards go by what was granted, not by what the program says by now."""
    shop.close("bob", "o-1", total=50)
    later = Shop.__new__(Shop)
    later.__dict__.update(shop.__dict__)
    super(Shop, later).__init__(shop.kept, [program({"rewards": [WELCOME]})], clock=shop.time, actor="ann")
    later.orders.cancel("o-1", reason="fault", key="x-1")
    assert (later.had("ada")[0], later.had("bob")[0]) == (0, 0)


# Bans -----------------------------------------------------------------------------------------------------------------


def test_a_ban_ends_what_was_open(shop: Any) -> None:
    """The links are off, reviews are blocked, pending rewards go; active ones stay."""
    shop = open_shop(program({"fraud": [SMALL], "rewards": [{**FRIEND, "activation": "14D"}, WELCOME]}))
    shop.customers.register("dan")
    shop.close("bob", "o-1", total=50)
    shop.time.put("2026-01-16T00:00:00Z")
    shop.close("cyd", "o-2", total=50)
    name = held_back(shop, "dan", "o-3")
    assert shop.had("ada")[:2] == (100, 100)
    done = shop.referrals.ban("ada", reason="farm", key="b-1")
    assert done.membership.banned_at == shop.time.now()
    assert (shop.had("ada")[:2], shop.referrals.get(name).state) == ((100, 0), "blocked")
    assert shop.referral_codes.get(shop.link).disabled_at == shop.time.now()
    assert shop.referrals.ban("ada", reason="farm", key="b-1").replayed
    assert shop.referrals.ban("ada", reason="farm", key="b-2").is_unchanged


def test_a_banned_referrer_gets_no_reward_for_who_came_before(shop: Any) -> None:
    """Who claimed before the ban still completes; the referee is rewarded, the referrer is not."""
    shop.claim("bob")
    shop.referrals.ban("ada", reason="farm", key="b-1")
    shop.close("bob", "o-1", total=50)
    assert (shop.had("ada")[0], shop.had("bob")[0]) == (0, 30)
    assert [each.refused for each in shop.referral_of("bob").grants] == ["banned", None]


def test_who_is_let_off_refers_again(shop: Any) -> None:
    """Links that the ban switched off are on again; one that was off before stays off."""
    off = shop.referral_codes.create("ada", key="k-1").code.code
    shop.referral_codes.disable(off, reason="leaked", key="k-2")
    shop.time.move(hours=1)
    shop.referrals.ban("ada", reason="farm", key="b-1")
    with pytest.raises(ReferralRefused):
        shop.claim("bob")
    assert shop.referrals.unban("ada", reason="a family", key="b-2").membership.banned_at is None
    assert shop.referrals.unban("ada", reason="a family", key="b-2").replayed
    assert shop.referrals.unban("ada", reason="a family", key="b-3").is_unchanged
    assert shop.claim("bob").state == "pending"
    assert shop.referral_codes.get(off).disabled_at is not None


# Codes ----------------------------------------------------------------------------------------------------------------


def test_a_code_is_made_once(shop: Any) -> None:
    """The same key makes no second code; a campaign must be there, and an end come after the start."""
    shop.referral_codes.create("ada", key="k-1")
    assert shop.referral_codes.create("ada", key="k-1").replayed
    assert len(list(shop.referral_codes.stream())) == 2
    with pytest.raises(NotFound, match="campaign"):
        shop.referral_codes.create("ada", campaign="none", key="k-2")
    with pytest.raises(InvalidInput, match="not after the start"):
        shop.referral_codes.create("ada", expires_at=shop.time.now(), key="k-2")


def test_a_code_is_switched_off_once(shop: Any) -> None:
    """Who has claimed it goes on; a second time changes nothing."""
    shop.claim("bob")
    done = shop.referral_codes.disable(shop.link, reason="leaked", key="k-1")
    assert done.code.disabled_at == shop.time.now()
    again = shop.referral_codes.disable(shop.link, reason="leaked", key="k-1")
    assert (again.replayed, again.code) == (True, done.code)
    assert shop.referral_codes.disable(shop.link, reason="leaked", key="k-2").is_unchanged
    shop.close("bob", "o-1", total=50)
    assert shop.referral_of("bob").state == "completed"
    for code in ("nonsense", "ZZZZZ-ZZZZZ"):
        with pytest.raises(NotFound):
            shop.referral_codes.disable(code, reason="leaked", key="k-3")


# Friends and invitations ----------------------------------------------------------------------------------------------


def test_an_invited_friend_is_waited_for(shop: Any) -> None:
    """The friend's code is of one use, names the referral, and forgets the address when it is claimed."""
    made = shop.referrals.refer("ada", contact="bob@example.com", key="r-1")
    assert (made.referral.state, made.referral.contact, made.code.limit) == ("invited", "bob@example.com", 1)
    assert "bob@example.com" not in repr(made)
    assert shop.referrals.refer("ada", contact="bob@example.com", key="r-1").replayed
    claimed = shop.claim("bob", made.code.code)
    assert (claimed.referral_id, claimed.contact) == (made.referral.referral_id, None)
    with pytest.raises(ReferralRefused, match="often"):
        shop.claim("cyd", made.code.code)


def test_a_friend_who_was_cancelled_is_not_waited_for(shop: Any) -> None:
    """The code of an invitation that was cancelled is off."""
    made = shop.referrals.refer("ada", contact="bob@example.com", key="r-1")
    shop.referrals.cancel(made.referral.referral_id, reason="asked", key="c-1")
    with pytest.raises(ReferralRefused, match="no such code"):
        shop.claim("bob", made.code.code)


def test_a_friend_whose_claim_was_cancelled_may_claim_again(shop: Any) -> None:
    """The code of an invitation is good for another claim once the first one was cancelled; its address is gone."""
    made = shop.referrals.refer("ada", contact="bob@example.com", key="r-1")
    first = shop.claim("bob", made.code.code)
    shop.referrals.cancel(first.referral_id, reason="asked", key="c-1")
    second = shop.claim("bob", made.code.code)
    assert (second.state, second.contact, second.earlier) == ("pending", None, first.referral_id)


def test_a_code_that_is_off_stays_so_when_its_invitation_ends(shop: Any) -> None:
    """Cancelling an invitation whose code is off already leaves the code as it is."""
    made = shop.referrals.refer("ada", contact="bob@example.com", key="r-1")
    off = shop.referral_codes.disable(made.code.code, reason="leaked", key="d-1").code
    shop.time.move(hours=1)
    shop.referrals.cancel(made.referral.referral_id, reason="asked", key="c-1")
    assert shop.referral_codes.get(off.code) == off


def test_who_may_not_refer_invites_nobody(shop: Any) -> None:
    """A banned or deactivated referrer invites no friend."""
    shop.referrals.ban("ada", reason="farm", key="b-1")
    shop.customers.deactivate("cyd", key="d-1")
    for name in ("ada", "cyd"):
        with pytest.raises(ReferralRefused):
            shop.referrals.refer(name, contact="dan@example.com", key="r-1")


def test_an_invitation_is_told_once(shop: Any) -> None:
    """Who was invited is not invited again, who has joined needs no invitation, who takes no part gets none."""
    done = shop.referrals.invite("bob", key="i-1")
    assert ([each.kind for each in done.notices], done.membership.invitations) == (["invitation"], 1)
    again = shop.referrals.invite("bob", key="i-1")
    assert (again.replayed, again.membership.invited_at) == (True, shop.time.now())
    with pytest.raises(IllegalTransition, match="there is no second one"):
        shop.referrals.invite("bob", key="i-2")
    assert shop.referrals.invite("ada", key="i-1").is_unchanged
    shop.customers.deactivate("cyd", key="d-1")
    with pytest.raises(Ineligible):
        shop.referrals.invite("cyd", key="i-1")
    shop.join("bob")
    assert shop.member("bob").referral_code is not None


def test_inviting_again_is_a_setting() -> None:
    """After the days that the program says, an invitation is sent once more."""
    shop = open_shop(program({"invite_again_days": 7}))
    shop.referrals.invite("bob", key="i-1")
    shop.time.move(days=6)
    with pytest.raises(IllegalTransition, match="after 7 days"):
        shop.referrals.invite("bob", key="i-2")
    shop.time.move(days=1)
    assert shop.referrals.invite("bob", key="i-2").membership.invitations == 2


def test_many_are_invited_at_once(shop: Any) -> None:
    """Each row is answered on its own, and a second run with the key invites nobody twice."""
    first = shop.bulk.invite("program_status:not_joined", key="spring")
    assert (first.done, first.refused) == (2, 0)
    assert shop.bulk.invite("program_status:not_joined", key="spring").unchanged == 2
    assert kinds(shop) == ["invitation", "invitation"]


# Time -----------------------------------------------------------------------------------------------------------------


def test_a_referral_that_is_not_due_does_not_expire(shop: Any) -> None:
    """Writing down what time has decided changes nothing where it has decided nothing."""
    referral = shop.claim("bob")
    done = shop.run(ExpireReferral(referral.referral_id))
    assert (done.is_unchanged, done.referral) == (True, referral)
    with pytest.raises(NotFound):
        shop.run(ExpireReferral("nowhere"))
    with pytest.raises(NotFound):
        shop.referrals.approve("nowhere", reason="no", key="a-1")


# Erasing and merging --------------------------------------------------------------------------------------------------


def test_an_erased_referee_leaves_no_trace_in_the_referral(shop: Any) -> None:
    """The referral and its figures stay, without the id, the tokens and the code of who is gone."""
    shop.close("bob", "o-1", total=50)
    of_bob = shop.join("bob")
    name = shop.referral_of("bob").referral_id
    shop.customers.erase("bob")
    referral = shop.referrals.get(name)
    assert (referral.referee_id, referral.referrer_id, referral.state) == (None, "ada", "completed")
    assert shop.figures().successful == 1
    assert [code.code for code in shop.everything(ReferralCode)] == [shop.link]
    with pytest.raises(ReferralRefused, match=r".") as raised:
        shop.claim("cyd", of_bob)
    assert raised.value.reason == "not_found"
    assert shop.referrals.reverse(name, reason="farm", key="r-1").referral.state == "reversed"
    assert shop.had("ada")[0] == 0


def test_an_erased_referrer_is_rewarded_no_more(shop: Any) -> None:
    """The referee's order goes on, rewards its own side, and the referral leads to nobody on the other."""
    shop.claim("bob")
    made = shop.referrals.refer("ada", contact="dan@example.com", key="r-1").referral
    shop.customers.erase("ada")
    assert shop.referrals.get(made.referral_id).contact is None
    referral = shop.referral_of("bob")
    assert (referral.referrer_id, referral.referee_id) == (None, "bob")
    shop.close("bob", "o-1", total=50)
    assert shop.order("o-1").referral.refused == "not_found"
    shop.referrals.cancel(referral.referral_id, reason="gone", key="c-1")
    with pytest.raises(IllegalTransition):
        shop.referrals.approve(referral.referral_id, reason="gone", key="c-2")
    shop.customers.erase("bob")
    with pytest.raises(NotFound, match="both sides"):
        shop.referrals.approve(referral.referral_id, reason="gone", key="c-3")


def test_a_claim_that_is_delivered_again_after_the_referrer_was_erased_is_answered(shop: Any) -> None:
    """The key answers though the code is gone, and nothing is claimed again."""
    shop.referrals.claim("bob", shop.link, key="c-1")
    shop.customers.erase("ada")
    again = shop.referrals.claim("bob", shop.link, key="c-1")
    assert (again.replayed, again.referral) == (True, None)


def test_a_code_whose_owner_is_just_being_erased_is_not_found(shop: Any) -> None:
    """Between an erasure and what was read before it, a code leads to nobody."""
    code = shop.referral_codes.get(shop.link)
    loaded = {code.ref: code, HolderRef("live", code.holder_id): None}
    rules = {"beans": shop.programs[0]}
    with pytest.raises(NotFound, match="referral code"):
        decide(
            DisableCode(code.code, reason="leaked", key="d-1"),
            World("live", "ann", loaded),
            rules,
            shop.time.now(),
            CountedIds(),
            Registry(),
        )


def test_commands_about_referrals_are_run_together(shop: Any) -> None:
    """In one unit, each as alone: a ban finds the codes and referrals that were made before it in the unit."""
    done = shop.run_many(
        [
            Join("bob"),
            CreateCode("bob", key="k-1"),
            Refer("bob", contact="dan@example.com", key="k-2"),
            Claim("cyd", shop.link, key="k-3"),
            Ban("bob", reason="farm", key="k-4"),
            Ban("ada", reason="farm", key="k-5"),
            Erase("cyd"),
        ],
        atomic=True,
    )
    assert [each.error for each in done] == [None] * 7
    assert all(code.disabled_at is not None for code in shop.everything(ReferralCode))
    assert [each.referee_id for each in shop.referrals.stream("state:pending")] == [None]


def test_a_merged_referrer_refers_on(shop: Any) -> None:
    """Link, figures, referees and points go to the survivor; the old link leads there."""
    shop.claim("cyd", tokens=("device:7",))
    shop.close("bob", "o-1", total=50)
    shop.customers.register("dan")
    shop.referrals.invite("dan", key="i-1")
    shop.customers.merge("ada", into="dan", reason="one person")
    member = shop.member("dan")
    assert (member.referral_code, member.referrals.total, member.referrals.successful) == (shop.link, 2, 1)
    assert (len(member.reward_lots), member.invitations) == (1, 1)
    assert [each.referee_id for each in shop.referrals.stream("status:completed", referrer="dan")] == ["bob"]
    shop.close("cyd", "o-2", total=50)
    assert (shop.had("dan")[0], shop.figures("dan").successful) == (200, 2)
    shop.orders.cancel("o-1", reason="fault", key="x-1")
    assert (shop.had("dan")[0], shop.figures("dan").revenue) == (100, 50)


def test_a_merged_referee_stays_with_the_referrer(shop: Any) -> None:
    """A guest who claimed and then signs up under another id completes the referral."""
    shop.claim("bob", tokens=("device:7",))
    shop.customers.register("dan")
    shop.customers.merge("bob", into="dan", reason="signed up")
    assert shop.member("dan").tokens == ("device:7",)
    shop.close("dan", "o-1", total=50)
    assert (shop.referral_of("dan").state, shop.had("dan")[0]) == ("completed", 30)


def test_a_ban_survives_a_merge(shop: Any) -> None:
    """Who was banned under one id is banned under the other."""
    shop.referrals.ban("ada", reason="farm", key="b-1")
    shop.customers.merge("ada", into="cyd", reason="one person")
    assert shop.member("cyd").banned_at is not None


def test_an_erased_membership_keeps_no_token(shop: Any) -> None:
    """What a member could be told by goes."""
    shop.claim("bob", tokens=("device:7",))
    shop.customers.erase("bob")
    assert [each.tokens for each in shop.everything(Membership)] == [(), (), ()]
