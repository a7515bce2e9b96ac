"""Why claims are refused: each of sixteen reasons, and of any two the earlier."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import OrderFigures, ReferralFigures
from loyalcore.domain.referrals import (
    REFUSALS,
    Campaign,
    ClaimCase,
    ReferralPolicy,
    ReferralRefusal,
    ReferralState,
    refusal_of,
    refused,
)
from loyalcore.errors import ReferralRefused
from loyalcore.fields import CustomerFields
from tests.unit.domain.referrals._people import AT, BERLIN, code, customer, member, referral

R = ReferralRefusal
TICK = timedelta(microseconds=1)
POLICY = ReferralPolicy(campaigns=(Campaign("spring"),))


def case(**parts: Any) -> ClaimCase:
    """Make a claim by Grace of Ada's code that nothing is wrong with; `code__used=1` changes a part of a part."""
    whole: dict[str, Any] = {
        "code": code(campaign="spring"),
        "referrer": customer("ada"),
        "referrer_member": member("ada"),
        "referee": customer("grace"),
        "referee_member": member("grace"),
        "earlier": None,
        "is_cycle": False,
        "campaign_count": 0,
        "at": AT,
        "policy": POLICY,
        "zone": BERLIN,
    }
    for name, value in parts.items():
        part, _, field = name.partition("__")
        whole[part] = attrs.evolve(whole[part], **{field: value}) if field else value
    return ClaimCase(**whole)


WRONG: dict[ReferralRefusal, dict[str, Any]] = {
    R.NOT_FOUND: {"code__disabled_at": AT},
    R.ADVOCATE_NOT_FOUND: {"referrer_member": None},
    R.SELF_REFERRAL: {"referee__absorbed": ("h-old", "h-ada")},
    R.EXCLUDED: {"referrer__is_excluded": True},
    R.CYCLE: {"is_cycle": True},
    R.NOT_STARTED: {"code__starts_at": AT + TICK},
    R.EXPIRED: {"code__expires_at": AT},
    R.OTHER_RECIPIENT: {"code__referee_id": "heidi"},
    R.EXISTING_CUSTOMER: {"referee_member__orders": OrderFigures(count=1)},
    R.YOUNGER_REFERRER: {"referrer__shop_created_at": AT},
    R.ALREADY_REFERRED: {"earlier": referral(ReferralState.PENDING)},
    R.CODE_LIMIT: {"code__limit": 3, "code__used": 3},
    R.CUSTOMER_LIMIT: {"policy__customer_limit": 3, "referrer_member__referrals": ReferralFigures(total=3)},
    R.CAMPAIGN_LIMIT: {"policy__campaigns": [Campaign("spring", limit=3)], "campaign_count": 3},
    R.CAMPAIGN_NOT_RUNNING: {"code__campaign": "autumn"},
    R.CONDITION_NOT_MET: {"policy__who": CustomerFields.tags.has("student")},
}
"""What is wrong in each case, and nothing else."""

# The membership of the referrer must be there for one of the two, the code must be of a limited campaign for the other.
OTHERWISE: dict[tuple[ReferralRefusal, ReferralRefusal], dict[str, Any]] = {
    (R.ADVOCATE_NOT_FOUND, R.CUSTOMER_LIMIT): {"referrer": None, **WRONG[R.CUSTOMER_LIMIT]},
    (R.CAMPAIGN_LIMIT, R.CAMPAIGN_NOT_RUNNING): {
        "policy__campaigns": [Campaign("spring", limit=3, is_running=False)],
        "campaign_count": 3,
    },
}


def test_nothing_is_wrong_with_the_case() -> None:
    """A claim that nothing is wrong with is not refused."""
    assert refusal_of(case()) is None


def test_the_order_is_that_of_the_domain() -> None:
    """There are sixteen refusals, in the order in which the domain names them."""
    assert [each.value for each in REFUSALS] == [each.value for each in ReferralRefusal]
    assert ", ".join(ReferralRefusal) == (
        "not_found, advocate_not_found, self_referral, excluded, cycle, not_started, expired, other_recipient, "
        "existing_customer, younger_referrer, already_referred, code_limit, customer_limit, campaign_limit, "
        "campaign_not_running, condition_not_met"
    )


@pytest.mark.parametrize("refusal", ReferralRefusal)
def test_each_refusal(refusal: ReferralRefusal) -> None:
    """Each reason alone is the one that is given."""
    assert refusal_of(case(**WRONG[refusal])) is refusal
    assert [each for each, how in REFUSALS.items() if how.holds(case(**WRONG[refusal]))] == [refusal]


@pytest.mark.parametrize(("first", "second"), [*itertools.combinations(ReferralRefusal, 2)])
def test_of_two_the_earlier_is_given(first: ReferralRefusal, second: ReferralRefusal) -> None:
    """Where two reasons hold, the one is given that the domain names first."""
    both = case(**OTHERWISE.get((first, second), {**WRONG[second], **WRONG[first]}))
    assert REFUSALS[first].holds(both)
    assert REFUSALS[second].holds(both)
    assert refusal_of(both) is first


def test_a_code_that_is_not_there() -> None:
    """Without a code nothing else is asked, and nothing else holds that is about codes."""
    nothing = case(code=None, referrer=None, referrer_member=None)
    assert refusal_of(nothing) is R.NOT_FOUND
    assert [each for each, how in REFUSALS.items() if how.holds(nothing)] == [R.NOT_FOUND, R.ADVOCATE_NOT_FOUND]


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        pytest.param({"referrer": None}, R.ADVOCATE_NOT_FOUND, id="the referrer was erased"),
        pytest.param({"referee__holder_id": "h-ada"}, R.SELF_REFERRAL, id="the own code"),
        pytest.param({"referrer__holder_id": "h-grace"}, R.SELF_REFERRAL, id="one that a merge brought"),
        pytest.param({"referrer__deactivated_at": AT}, R.EXCLUDED, id="a deactivated referrer"),
        pytest.param({"referrer_member__banned_at": AT}, R.EXCLUDED, id="a banned referrer"),
        pytest.param({"referee__is_excluded": True}, None, id="an excluded referee"),
        pytest.param({"code__starts_at": AT}, None, id="from its start on"),
        pytest.param({"code__expires_at": AT + TICK}, None, id="to before its end"),
        pytest.param({"code__referee_id": "grace"}, None, id="the recipient"),
        pytest.param({"referrer__shop_created_at": AT, "referee__shop_created_at": AT}, None, id="as old"),
        pytest.param(
            {"referrer__shop_created_at": AT, "referee__shop_created_at": AT - TICK}, R.YOUNGER_REFERRER, id="younger"
        ),
        pytest.param({"referrer__registered_at": AT}, R.YOUNGER_REFERRER, id="younger with us, for want of a shop"),
        pytest.param({"referee__registered_at": AT}, None, id="older"),
        pytest.param({"code__limit": 3, "code__used": 2}, None, id="one use is left"),
        pytest.param({"code__limit": 0, "code__used": 9}, None, id="no limit of uses"),
        pytest.param(
            {"policy__customer_limit": 0, "referrer_member__referrals": ReferralFigures(total=9)}, None, id="0"
        ),
        pytest.param(
            {"policy__customer_limit": 3, "referrer_member__referrals": ReferralFigures(total=2)}, None, id="the third"
        ),
        pytest.param(
            {"policy__campaigns": [Campaign("spring", limit=3)], "campaign_count": 2}, None, id="a place is left"
        ),
        pytest.param({"campaign_count": 9}, None, id="no limit of the campaign"),
        pytest.param({"code__campaign": "", "policy__campaigns": []}, None, id="no campaign"),
        pytest.param(
            {"policy__campaigns": [Campaign("spring", ends_at=AT)]}, R.CAMPAIGN_NOT_RUNNING, id="a campaign that ended"
        ),
        pytest.param(
            {"policy__who": CustomerFields.tags.has("student"), "referee__tags": ("student",)}, None, id="who meets it"
        ),
    ],
)
def test_edges(parts: dict[str, Any], refusal: ReferralRefusal | None) -> None:
    """The first and the last instant, the last place, and who is meant."""
    assert refusal_of(case(**parts)) is refusal


@pytest.mark.parametrize(
    ("state", "fields", "refusal"),
    [
        *(
            (state, {}, R.ALREADY_REFERRED)
            for state in ReferralState
            if state not in {"invited", "expired", "cancelled", "reversed"}
        ),
        (ReferralState.EXPIRED, {}, None),
        (ReferralState.CANCELLED, {}, None),
        (ReferralState.REVERSED, {}, None),
        (ReferralState.INVITED, {}, None),
        (ReferralState.INVITED, {"referrer_holder_id": "h-older-ada"}, None),
        (ReferralState.INVITED, {"referrer_holder_id": "h-bob"}, R.ALREADY_REFERRED),
        (ReferralState.COMPLETED, {"referrer_holder_id": "h-bob"}, R.ALREADY_REFERRED),
    ],
)
def test_the_first_referrer_keeps_the_referee(
    state: ReferralState, fields: dict[str, Any], refusal: ReferralRefusal | None
) -> None:
    """Who was referred is referred anew only when that is over, or by the one who has invited."""
    found = refusal_of(case(earlier=referral(state, **fields), referrer__absorbed=("h-older-ada",)))
    assert found is refusal


def test_who_is_referred_anew_has_to_meet_the_rest() -> None:
    """After a reversal by the same referrer, one who has ordered since is an existing customer."""
    again = case(earlier=referral(ReferralState.REVERSED), referee_member__orders=OrderFigures(count=1))
    assert refusal_of(again) is R.EXISTING_CUSTOMER


@pytest.mark.parametrize("refusal", ReferralRefusal)
def test_the_error_says_what_and_how(refusal: ReferralRefusal) -> None:
    """The error carries the reason, says in a sentence what is wrong, and tells nothing of a person."""
    error = refused(refusal)
    assert isinstance(error, ReferralRefused)
    assert (error.code, error.reason, error.details) == ("referral_refused", refusal.value, {"reason": refusal.value})
    assert error.message == REFUSALS[refusal].text
    assert len(error.message.split()) > 5


def test_the_names_of_talon_one() -> None:
    """Twelve of the reasons are also reasons of Talon.One, each under one name."""
    talon = {refusal.value: how.talon for refusal, how in REFUSALS.items() if how.talon}
    assert len(set(talon.values())) == len(talon) == 12
    assert talon["self_referral"] == "ReferralRecipientIdSameAsAdvocate"
    assert (talon["not_started"], talon["expired"]) == ("ReferralStartDateInFuture", "ReferralExpired")
    assert talon["other_recipient"] == "ReferralRecipientDoesNotMatch"
