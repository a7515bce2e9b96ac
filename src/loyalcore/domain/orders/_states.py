"""The states of an order, and every move between them as one table.

An order is made open (a cart at the checkout) or closed (paid for). Closing is what earns. A closed order may be
reopened while nothing of it was returned, be returned item by item, or be cancelled; what was cancelled stays so. A
further return, the last item's too, leaves it partially returned. A move that is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from loyalcore.errors import IllegalTransition


class OrderState(StrEnum):
    """Where an order stands."""

    OPEN = "open"
    """It can still change; it has earned nothing."""
    CLOSED = "closed"
    """It was paid for, and has earned."""
    PARTIALLY_RETURNED = "partially_returned"
    """Something of it was returned, perhaps everything."""
    CANCELLED = "cancelled"
    """It counts no more; what it earned was taken back."""


MOVES: Final[Mapping[OrderState | None, Mapping[str, OrderState]]] = {
    None: {"open": OrderState.OPEN, "close": OrderState.CLOSED},
    OrderState.OPEN: {"update": OrderState.OPEN, "close": OrderState.CLOSED, "cancel": OrderState.CANCELLED},
    OrderState.CLOSED: {
        "return_items": OrderState.PARTIALLY_RETURNED,
        "cancel": OrderState.CANCELLED,
        "reopen": OrderState.OPEN,
    },
    OrderState.PARTIALLY_RETURNED: {
        "return_items": OrderState.PARTIALLY_RETURNED,
        "cancel": OrderState.CANCELLED,
    },
    OrderState.CANCELLED: {},
}
"""From each state (None: there is no such order yet), each move that may be made, and where it leads."""


def state_after(state: OrderState | None, move: str) -> OrderState:
    """Return the state that a move leads to.

    Args:
        state: The state before; None where there is no such order yet.
        move: `open`, `update`, `close`, `cancel`, `reopen` or `return_items`.

    Raises:
        IllegalTransition: The move may not be made from there.

    Source: DOMAIN 3.3.

    Example:
        >>> state_after(OrderState.CLOSED, "reopen").value
        'open'
    """
    after = MOVES[state].get(move)
    if after is None:
        moves = ", ".join(MOVES[state])
        hint = f"what can be done with it is {moves}" if moves else "nothing can be done with it any more"
        raise IllegalTransition(state="not there" if state is None else state.value, move=move, hint=hint)
    return after
