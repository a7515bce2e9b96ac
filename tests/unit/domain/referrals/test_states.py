"""The states of a referral: every pair of state and move, and what is shown of each."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from loyalcore.domain.decision import ReferralCodeRef, ReferralRef
from loyalcore.domain.referrals import MOVES, SHOWN, ReferralState, state_after
from loyalcore.errors import IllegalTransition
from tests.unit.domain.referrals._people import AT, code, referral

LEADS = {
    None: "invited pending on_review blocked",
    "invited": "pending expired cancelled",
    "pending": "on_review completed blocked expired cancelled",
    "on_review": "pending completed blocked cancelled",
    "blocked": "pending completed expired cancelled",
    "completed": "reversed",
    "expired": "",
    "cancelled": "",
    "reversed": "",
}
"""Where each state leads, as DOMAIN 3.6 has it."""
MOVE_OF = {
    "invited": "invite",
    "on_review": "hold",
    "blocked": "block",
    "completed": "complete",
    "expired": "expire",
    "cancelled": "cancel",
    "reversed": "reverse",
}
STATES = [None, *ReferralState]
NAMES = [*MOVE_OF.values(), "claim", "clear", "", "Claim", "pay"]


def allowed(state: ReferralState | None) -> dict[str, str]:
    """Give the moves from a state by the words of the domain."""
    pending = "claim" if state in (None, ReferralState.INVITED) else "clear"
    after = LEADS[None if state is None else state.value].split()
    return {MOVE_OF.get(each, pending): each for each in after}


@pytest.mark.parametrize(("state", "move"), [*itertools.product(STATES, NAMES)])
def test_every_pair_of_state_and_move(state: ReferralState | None, move: str) -> None:
    """A move leads where the domain says; any other pair is refused, naming both."""
    after = allowed(state).get(move)
    if after is not None:
        assert state_after(state, move) is ReferralState(after)
        return
    with pytest.raises(IllegalTransition) as caught:
        state_after(state, move)
    assert caught.value.details == {"state": "not there" if state is None else state.value, "move": move}


def test_the_table_holds_these_moves_and_no_others() -> None:
    """The table has a line for every state, and the moves of the domain."""
    assert {state: {name: after.value for name, after in each.items()} for state, each in MOVES.items()} == {
        state: allowed(state) for state in STATES
    }


def test_three_are_shown() -> None:
    """BLP shows every state as pending, blocked or completed; what was reversed no longer counts."""
    assert set(SHOWN) == set(ReferralState)
    shown = {name: {state.value for state, each in SHOWN.items() if each == name} for name in SHOWN.values()}
    assert shown == {
        "pending": {"invited", "pending", "on_review"},
        "blocked": {"blocked", "expired", "cancelled", "reversed"},
        "completed": {"completed"},
    }


@pytest.mark.parametrize("state", ReferralState)
def test_a_referral_says_what_is_shown(state: ReferralState) -> None:
    """The status of a referral is what its state is shown as."""
    assert referral(state).status == SHOWN[state]


def test_when_a_code_is_open() -> None:
    """A code is open from its start on, not at its end, and not while it is switched off."""
    tick = timedelta(microseconds=1)
    assert code().is_open_at(AT)
    assert code(starts_at=AT, expires_at=AT + tick).is_open_at(AT)
    assert not code(starts_at=AT + tick).is_open_at(AT)
    assert not code(expires_at=AT).is_open_at(AT)
    assert not code(disabled_at=AT).is_open_at(AT)


def test_who_uses_up_a_code() -> None:
    """A referral uses up its code while it is pending, on review or completed."""
    assert {state.value for state in ReferralState if referral(state).stands} == {"pending", "on_review", "completed"}


@pytest.mark.parametrize("state", ReferralState)
def test_when_its_time_is_over(state: ReferralState) -> None:
    """The time of who is invited or pending is over at the expiry, not before; of all others never."""
    waits = state in {ReferralState.INVITED, ReferralState.PENDING}
    tick = timedelta(microseconds=1)
    assert not referral(state).is_over_at(AT)
    assert not referral(state, expires_at=AT + tick).is_over_at(AT)
    assert referral(state, expires_at=AT).is_over_at(AT) is waits
    assert referral(state, expires_at=AT - tick).is_over_at(AT) is waits


def test_the_names_of_records() -> None:
    """A referral is kept under its id, a code under itself, each in its environment."""
    assert referral().ref == ReferralRef("live", "f-1")
    assert code().ref == ReferralCodeRef("live", "ABCDE-23456")
