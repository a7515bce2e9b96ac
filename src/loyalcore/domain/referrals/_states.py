"""The states of a referral, and every move between them as one table.

A referral begins when a friend is invited by name (`invite`) or when a referee brings a code (`claim`). A claim that
looks wrong begins, or comes, under review (`hold`) or is blocked (`block`). The first closed order that used the code
completes it. A person clears what was held back: it goes on pending (`clear`), or is completed where its order is there
already (`complete`). When the order that completed it goes, so does the referral (`reverse`). A move that is not in the
table is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from loyalcore.errors import IllegalTransition


class ReferralState(StrEnum):
    """Where a referral stands."""

    INVITED = "invited"
    """A friend was invited by name, and has not come yet."""
    PENDING = "pending"
    """A referee has come, and has not ordered with the code yet."""
    ON_REVIEW = "on_review"
    """It looks wrong: a person decides."""
    BLOCKED = "blocked"
    """It is wrong: the referee is no valid one."""
    COMPLETED = "completed"
    """The referee has ordered with the code."""
    EXPIRED = "expired"
    """Its time was over before the referee ordered."""
    CANCELLED = "cancelled"
    """A person has ended it."""
    REVERSED = "reversed"
    """The order that completed it was returned or cancelled: it counts no more."""


MOVES: Final[Mapping[ReferralState | None, Mapping[str, ReferralState]]] = {
    None: {
        "invite": ReferralState.INVITED,
        "claim": ReferralState.PENDING,
        "hold": ReferralState.ON_REVIEW,
        "block": ReferralState.BLOCKED,
    },
    ReferralState.INVITED: {
        "claim": ReferralState.PENDING,
        "expire": ReferralState.EXPIRED,
        "cancel": ReferralState.CANCELLED,
    },
    ReferralState.PENDING: {
        "hold": ReferralState.ON_REVIEW,
        "complete": ReferralState.COMPLETED,
        "block": ReferralState.BLOCKED,
        "expire": ReferralState.EXPIRED,
        "cancel": ReferralState.CANCELLED,
    },
    ReferralState.ON_REVIEW: {
        "clear": ReferralState.PENDING,
        "complete": ReferralState.COMPLETED,
        "block": ReferralState.BLOCKED,
        "cancel": ReferralState.CANCELLED,
    },
    ReferralState.BLOCKED: {
        "clear": ReferralState.PENDING,
        "complete": ReferralState.COMPLETED,
        "expire": ReferralState.EXPIRED,
        "cancel": ReferralState.CANCELLED,
    },
    ReferralState.COMPLETED: {"reverse": ReferralState.REVERSED},
    ReferralState.EXPIRED: {},
    ReferralState.CANCELLED: {},
    ReferralState.REVERSED: {},
}
"""From each state (None: there is no such referral yet), each move that may be made, and where it leads."""

SHOWN: Final[Mapping[ReferralState, str]] = {
    ReferralState.INVITED: "pending",
    ReferralState.PENDING: "pending",
    ReferralState.ON_REVIEW: "pending",
    ReferralState.BLOCKED: "blocked",
    ReferralState.EXPIRED: "blocked",
    ReferralState.CANCELLED: "blocked",
    ReferralState.COMPLETED: "completed",
    ReferralState.REVERSED: "blocked",
}
"""What BLP shows for each state."""

STANDING: Final = frozenset({ReferralState.PENDING, ReferralState.ON_REVIEW, ReferralState.COMPLETED})
"""The states in which a referral uses up its code and its campaign."""


def state_after(state: ReferralState | None, move: str) -> ReferralState:
    """Return the state that a move leads to.

    Args:
        state: The state before; None where there is no such referral yet.
        move: `invite`, `claim`, `hold`, `clear`, `complete`, `block`, `expire`, `cancel` or `reverse`.

    Raises:
        IllegalTransition: The move may not be made from there.

    Source: DOMAIN 3.6.

    Example:
        >>> state_after(ReferralState.PENDING, "complete").value
        'completed'
    """
    after = MOVES[state].get(move)
    if after is None:
        raise IllegalTransition(state="not there" if state is None else state.value, move=move)
    return after
