"""The quote: what an order earns, and why, rule by rule."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from loyalcore.domain.earning._redeem import Redemption


class Why(StrEnum):
    """Why a rule granted what it did, or nothing.

    Source: DOMAIN 3.4 (a trace of each rule that fired or why it did not).
    """

    GRANTED = "granted"
    """It granted points."""
    MULTIPLIED = "multiplied"
    """It multiplied what others grant."""
    CAPPED = "capped"
    """It would have granted more, or something at all, but for its cap."""
    NOT_RUNNING = "not_running"
    """It has not begun, or has ended."""
    WHERE = "where"
    """The order does not meet its condition."""
    WHO = "who"
    """The customer does not meet its condition, or is not known."""
    ITEMS = "items"
    """No item meets its condition."""
    NOT_FIRST = "not_first"
    """It does not stack, and one before it does not either."""
    TOO_LITTLE = "too_little"
    """What it counts does not make one point."""
    OVER = "over"
    """Its points would be over before they begin: the day of its expiry has passed, say."""
    BARRED = "barred"
    """The customer takes no part: excluded, deactivated, or a guest where guests do not."""


class Step(NamedTuple):
    """What became of one rule.

    Args:
        rule: The rule's id.
        why: Why it granted what it did, or nothing.
        points: What it granted, after multipliers, rounding and caps.
        basis: The money that it counted; None where it came to nothing before, or counts no money.
        factor: By how much its points were multiplied; of a multiplier, by how much it multiplies.
    """

    rule: str
    why: Why
    points: int = 0
    basis: Decimal | None = None
    factor: Decimal | None = None

    @property
    def has_fired(self) -> bool:
        """Whether it had a say."""
        return self.why in {Why.GRANTED, Why.MULTIPLIED, Why.CAPPED}


class QuotedAward(NamedTuple):
    """What one rule grants for an order.

    Args:
        rule: The rule's id.
        ledger: The ledger that it grants in.
        points: How many points, at least 1.
        weights: What each line stands for in it, by its id, as a share of the sum; a return takes back by them.
        activation: When they become active; None: as the program says.
        expiry: When they lapse; None: as the program says.
    """

    rule: str
    ledger: str
    points: int
    weights: Mapping[str, Decimal]
    activation: str | None = None
    expiry: str | None = None


class Quote(NamedTuple):
    """What an order earns, and what it redeems.

    Args:
        awards: What each rule grants, the rule of the highest priority first.
        trace: What became of each rule, in the same order.
        basis: The money by which the order as a whole earns.
        redemption: The points that pay for it, and the money that they stand for.
    """

    awards: tuple[QuotedAward, ...]
    trace: tuple[Step, ...]
    basis: Decimal
    redemption: Redemption

    @property
    def points(self) -> int:
        """What all rules grant together."""
        return sum(award.points for award in self.awards)
