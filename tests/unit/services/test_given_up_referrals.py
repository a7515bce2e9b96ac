"""Facts about referrals that have begun under a version of the program, and go on under one that says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.referrals import ReferralState
from loyalcore.errors import NotFound, ReferralRefused
from loyalcore.services import Loyalty
from loyalcore.values.clock import parse_instant
from tests.unit.services._friends import FRIEND, WELCOME, open_shop, program

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.programs import Program

FROM = parse_instant("2026-02-01T00:00:00Z", "at")
UNLIMITED = {"return_policy": "unlimited"}
SMALL = {"id": "small", "kind": "small_order", "amount": "10", "weight": 50}


def later(rules: Program, version: int = 2) -> Program:
    """Make a program the second or third version, from February or March on."""
    return attrs.evolve(rules, version=version, applies_from=FROM.replace(month=version))


def without(version: int = 2) -> Program:
    """Make the version that has no referrals."""
    return later(attrs.evolve(program(points=UNLIMITED), referrals=None), version)


def given_up(referrals: dict[str, Any] | None = None) -> Any:
    """Open a shop whose program has no referrals from February on."""
    return open_shop(program(referrals, points=UNLIMITED), without())


GOING: dict[str, Callable[[Any], object]] = {
    "cancelled": lambda shop: shop.orders.cancel("o-1", key="gone"),
    "reopened": lambda shop: shop.orders.reopen("o-1", key="gone"),
    "returned": lambda shop: shop.orders.return_items("o-1", return_id="r-1", key="gone"),
    "reversed": lambda shop: shop.referrals.reverse(shop.referral_of("bob").referral_id, reason="farm", key="gone"),
}


@pytest.mark.parametrize("way", GOING)
def test_what_a_referral_brought_is_taken_back_after_the_program_gave_referrals_up(way: str) -> None:
    """The order that completed it goes, and so do the rewards of both sides and the count of the referrer."""
    shop = given_up()
    shop.close("bob", "o-1")
    assert (shop.had("ada")[0], shop.had("bob")[0], shop.figures().successful) == (100, 30, 1)
    shop.time.move(days=40)
    GOING[way](shop)
    assert (shop.had("ada")[0], shop.had("bob")[0], shop.figures().successful) == (0, 0, 0)
    assert shop.referral_of("bob").state is ReferralState.REVERSED
    assert shop.figures().revenue == (40 if way == "reversed" else 0)


def test_nothing_begins_after_the_program_gave_referrals_up() -> None:
    """Claims, codes and invitations are refused, and a person lets nothing pass that would bring rewards."""
    shop = given_up({"rewards": [FRIEND], "fraud": [SMALL]})
    shop.close("bob", "o-1", 5)
    referral_id = shop.referral_of("bob").referral_id
    shop.time.move(days=40)
    begun: tuple[Callable[[], object], ...] = (
        lambda: shop.claim("cyd"),
        lambda: shop.referrals.invite("cyd", key=shop.key()),
        lambda: shop.referrals.refer("ada", contact="eve@example.org", key=shop.key()),
        lambda: shop.referral_codes.create("ada", key=shop.key()),
        lambda: shop.referrals.approve(referral_id, reason="known", key=shop.key()),
    )
    for begin in begun:
        with pytest.raises(NotFound, match="no referrals of the program"):
            begin()
    shop.referrals.reject(referral_id, reason="farm", key=shop.key())
    assert shop.referrals.get(referral_id).state is ReferralState.BLOCKED


def test_keys_are_answered_after_the_program_gave_referrals_up() -> None:
    """A command that comes again after the change is answered as before it."""
    shop = given_up()
    commands: tuple[Callable[[], Any], ...] = (
        lambda: shop.referrals.claim("bob", shop.link, key="c-1"),
        lambda: shop.referrals.invite("cyd", key="i-1"),
        lambda: shop.referrals.refer("ada", contact="eve@example.org", key="f-1"),
        lambda: shop.referral_codes.create("ada", key="n-1"),
        lambda: shop.referrals.ban("ada", reason="farm", key="b-1"),
        lambda: shop.referrals.unban("ada", reason="appeal", key="u-1"),
    )
    for command in commands:
        command()
    shop.time.move(days=40)
    assert [command().replayed for command in commands] == [True] * len(commands)


def test_who_is_merged_ends_the_referral_between_the_two_after_the_program_gave_referrals_up() -> None:
    """Nobody refers himself, whichever version applies."""
    shop = given_up()
    referral_id = shop.claim("bob").referral_id
    shop.time.move(days=40)
    shop.customers.merge("bob", into="ada")
    assert shop.referrals.get(referral_id).state is ReferralState.CANCELLED


def test_a_reward_that_goes_makes_room_as_the_version_had_it_that_granted_it() -> None:
    """A cap that was used under the first version is free again under the third, whatever the second one says."""
    capped = {**FRIEND, "max_total": 1}
    shop = open_shop(
        program({"rewards": [capped]}, points=UNLIMITED),
        later(program({"rewards": [WELCOME]}, points=UNLIMITED)),
        later(program({"rewards": [capped]}, points=UNLIMITED), 3),
    )
    shop.close("bob", "o-1")
    shop.time.move(days=40)
    shop.orders.cancel("o-1", key=shop.key())
    shop.time.move(days=40)
    shop.close("cyd", "o-2")
    assert shop.had("ada")[0] == 100


def test_rewards_go_where_the_host_no_longer_runs_the_version_that_granted_them() -> None:
    """A process that knows only the newest version, which has no referrals, takes back what an order brought."""
    shop = open_shop(program({"rewards": [{**FRIEND, "max_total": 1}, WELCOME]}, points=UNLIMITED))
    shop.close("bob", "o-1")
    newest = Loyalty(shop.kept, [attrs.evolve(without(), applies_from=None)], clock=shop.time, actor="ann")
    newest.orders.cancel("o-1", key="gone")
    assert [newest.points.balance(name).active for name in ("ada", "bob")] == [0, 0]
    assert shop.referral_of("bob").state is ReferralState.REVERSED
    with pytest.raises(NotFound, match="no referrals of the program"):
        newest.referrals.ban("ada", reason="farm", key="b-1")


@pytest.mark.parametrize("first", [0, 5])
def test_a_limit_of_a_campaign_counts_what_stood_before_there_was_one(first: int) -> None:
    """A campaign that gets a limit, or a lower one, with the next version is full when so many stand already."""
    rules = [program({"rewards": [], "campaigns": [{"id": "spring", "limit": limit}]}) for limit in (first, 1)]
    shop = open_shop(rules[0], later(rules[1]))
    code = shop.referral_codes.create("ada", campaign="spring", key=shop.key()).code.code
    shop.claim("bob", code)
    shop.time.move(days=40)
    with pytest.raises(ReferralRefused) as refusal:
        shop.claim("cyd", code)
    assert refusal.value.reason == "campaign_limit"


def test_a_receipt_shows_the_membership_as_it_was_written() -> None:
    """What a ban takes back has left the figures that it answers, and so it is when the key comes again."""
    late = {**FRIEND, "activation": "5D"}
    shop = open_shop(program({"rewards": [late]}, points=UNLIMITED))
    shop.close("bob", "o-1")
    banned = shop.referrals.ban("ada", reason="farm", key="b-1").membership
    assert (banned.points.pending, banned.points.reversed) == (0, 100)
    assert banned == shop.member("ada") == shop.referrals.ban("ada", reason="farm", key="b-1").membership
