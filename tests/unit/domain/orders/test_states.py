"""The states of an order: every pair of state and move."""

from __future__ import annotations

import itertools

import pytest

from loyalcore.domain.orders import MOVES, OrderState, state_after
from loyalcore.errors import IllegalTransition

ALLOWED = {
    (None, "open"): "open",
    (None, "close"): "closed",
    ("open", "update"): "open",
    ("open", "close"): "closed",
    ("open", "cancel"): "cancelled",
    ("closed", "return_items"): "partially_returned",
    ("closed", "cancel"): "cancelled",
    ("closed", "reopen"): "open",
    ("partially_returned", "return_items"): "partially_returned",
    ("partially_returned", "cancel"): "cancelled",
}
STATES = [None, *OrderState]
NAMES = ["open", "update", "close", "cancel", "reopen", "return_items", "", "Close", "pay"]


@pytest.mark.parametrize(("state", "move"), [*itertools.product(STATES, NAMES)])
def test_every_pair_of_state_and_move(state: OrderState | None, move: str) -> None:
    """A move leads where the domain says; any other pair is refused, naming both."""
    after = ALLOWED.get((state, move))
    if after is not None:
        assert state_after(state, move) is OrderState(after)
        return
    with pytest.raises(IllegalTransition) as caught:
        state_after(state, move)
    assert caught.value.details == {"state": "not there" if state is None else state.value, "move": move}


def test_the_table_holds_these_moves_and_no_others() -> None:
    """The table has a line for every state, and ten moves."""
    assert set(MOVES) == set(STATES)
    table = {(state, move): after.value for state, moves in MOVES.items() for move, after in moves.items()}
    assert table == ALLOWED


def test_what_was_cancelled_stays_so() -> None:
    """No move leads out of cancelled, and every other state can be reached from nothing."""
    assert not MOVES[OrderState.CANCELLED]
    reached: set[OrderState | None] = {None}
    while more := {after for state in reached for after in MOVES[state].values()} - reached:
        reached |= more
    assert reached == set(STATES)
