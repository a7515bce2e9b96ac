"""The laws of referrals: whatever is claimed, bought, returned and decided, in any order and any number of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.domain.ledger import ReturnPolicy
from loyalcore.errors import LoyaltyError
from loyalcore.testing._play import dump
from loyalcore.testing.laws import check_referrals
from tests.property._examples import share
from tests.property._referrals import CUSTOMERS, EVENTS, MOVES, Friends, program

if TYPE_CHECKING:
    from loyalcore.domain.flows import Command

AGREEING: Final = {
    "returned": ("claim", "close", "return one", "return all"),
    "cancelled": ("claim", "close", "return one", "cancel"),
    "bought twice": ("claim", "account", "close", "close, more"),
    "held back": ("claim", "account", "close, small", "close, more", "approve"),
    "blocked": ("mailbox", "claim", "close, more", "approve"),
}
"""Events that mean the same in the end, in whichever order they come."""

UNLIMITED, WITHIN = ReturnPolicy.UNLIMITED, ReturnPolicy.WITHIN_BALANCE
ANY: Final = {
    "reopened": (UNLIMITED, ("claim", "close", "reopen", "close", "return all", "cancel")),
    "spent, and closed again and again": (WITHIN, ("close", "spend", "reopen", "close", "reopen", "close")),
    "held back": (UNLIMITED, ("claim", "close, small", "approve", "reject", "return all", "end")),
    "blocked, and held back": (WITHIN, ("mailbox", "claim", "close, small", "approve", "close, more")),
    "banned": (UNLIMITED, ("claim", "close", "ban", "unban", "return all")),
    "reversed by hand": (WITHIN, ("claim", "close", "reverse", "reopen", "close", "cancel")),
    "ended, and claimed again": (WITHIN, ("claim", "spend", "end", "claim", "account", "close")),
    "over, and claimed again": (UNLIMITED, ("claim", "expire", "claim", "account", "close", "cancel")),
    "another referrer": (WITHIN, ("claim", "close", "cancel", "claim, another's", "close, more", "cancel, more")),
    "without the code at last": (
        UNLIMITED,
        ("close, small", "approve", "reject", "reopen", "close, no code", "cancel"),
    ),
}
"""Events of which some exclude others, and the same ones with another key."""


class Walk:
    """Every order in which events can reach a shop, each of them again and again until it is accepted.

    What is refused changes nothing, so that every permutation of the deliveries is one of the ways that are walked.
    """

    def __init__(self) -> None:
        self.ends: dict[str, list[tuple[str, ...]]] = {}

    def go(
        self,
        friends: Friends,
        waiting: list[tuple[str, str]],
        path: tuple[str, ...] = (),
        done: tuple[Command, ...] = (),
    ) -> None:
        """Go on from where a shop stands, by every event that it accepts."""
        is_end, seen = True, set()
        for place, (name, key) in enumerate(waiting):
            if name in seen:
                continue
            seen.add(name)
            branch = friends.fork()
            command = EVENTS[name](branch, key)
            if isinstance(branch.give(command), LoyaltyError):
                continue
            is_end = False
            _check(branch, (*path, name))
            self.go(branch, waiting[:place] + waiting[place + 1 :], (*path, name), (*done, command))
        if is_end:
            _redeliver(friends, done)
            friends.check()
            self.ends.setdefault(str(_ended(friends)), []).append(path)


def _check(friends: Friends, path: tuple[str, ...]) -> None:
    try:
        check_referrals(friends.store, friends.program)
    except AssertionError as error:
        raise AssertionError(f"after {path}") from error


def _redeliver(friends: Friends, done: tuple[Command, ...]) -> None:
    """Deliver once more what was accepted under a key: it is answered, and nothing is written."""
    before = dump(friends.store)
    for command in (each for each in done if hasattr(each, "key")):
        answer = friends.give(command)
        assert not isinstance(answer, LoyaltyError), f"refused what it had accepted: {command}, {answer!r}"
    assert dump(friends.store) == before, "a redelivery wrote something"


def _ended(friends: Friends) -> Any:
    """Give what has come of it all: what everybody has, and what the referrer has brought."""
    return friends.points(), friends.shop.customers.membership("ada").referrals


@pytest.mark.parametrize("name", ANY)
def test_events_in_any_order_are_never_half_applied(name: str) -> None:
    """Every order of up to six events, each tried until it is accepted, keeps every figure and rewards nobody twice."""
    policy, names = ANY[name]
    walk = Walk()
    walk.go(Friends(program(policy)), [(each, f"e-{number}") for number, each in enumerate(names)])
    assert walk.ends


@pytest.mark.parametrize("name", AGREEING)
def test_events_in_any_order_converge(name: str) -> None:
    """Events that do not exclude each other come to the same points and figures, in whichever order they come."""
    walk = Walk()
    walk.go(Friends(program()), [(each, f"e-{number}") for number, each in enumerate(AGREEING[name])])
    assert len(walk.ends) == 1, walk.ends


customers = st.integers(0, len(CUSTOMERS) - 1)
often = ("claim", "claim", "close", "close", "close", "close again")
moves = st.tuples(st.sampled_from([*often, *sorted(MOVES)]), customers, customers, st.integers(0, 3))


@share(4)
@given(policy=st.sampled_from(ReturnPolicy), history=st.lists(moves, min_size=3, max_size=16))
def test_any_history_keeps_the_law(policy: ReturnPolicy, history: list[tuple[str, int, int, int]]) -> None:
    """Chains, rings, campaigns, merges and bans: figures and counts are recomputed ones, and nobody is paid twice."""
    friends = Friends(program(policy))
    done: list[Command] = []
    for number, (name, who, other, more) in enumerate(history):
        command = MOVES[name](friends, who, other, more, f"m-{number}")
        if command is not None and not isinstance(friends.give(command), LoyaltyError):
            done.append(command)
            _check(friends, tuple(each.name for each in done))
    friends.check()
    _redeliver(friends, tuple(done))
