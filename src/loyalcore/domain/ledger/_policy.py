"""The policy of a ledger: every setting of DOMAIN 3.2 as one frozen value with its default."""

from __future__ import annotations

from enum import StrEnum

import attrs

from loyalcore.domain.ledger._entry import EntryKind
from loyalcore.domain.ledger._notices import PointsNotice
from loyalcore.values.calendar import Duration, Expiry, Start, parse_duration, parse_expiry, parse_start
from loyalcore.values.points import Rounding


class ExpiryModel(StrEnum):
    """How points lapse."""

    PER_LOT = "per_lot"
    INACTIVITY = "inactivity"
    ROLLING = "rolling"


class ExpiryAnchor(StrEnum):
    """From which instant an expiry counts."""

    AWARDED = "awarded"
    ACTIVATED = "activated"
    ORDER_CLOSED = "order_closed"


class Shortfall(StrEnum):
    """What happens when more is taken than there is."""

    REJECT = "reject"
    CLAMP = "clamp"
    ALLOW_NEGATIVE = "allow_negative"


class ReturnPolicy(StrEnum):
    """How far a reversal may reach beyond the points of its own award."""

    ONLY_PENDING = "only_pending"
    WITHIN_BALANCE = "within_balance"
    UNLIMITED = "unlimited"


class JoinPolicy(StrEnum):
    """What makes a customer a member."""

    NOT_JOIN = "not_join"
    POINTS_EARNED = "points_earned"
    POINTS_ACTIVATED = "points_activated"


ACTIVITIES = frozenset(
    {
        EntryKind.AWARD,
        EntryKind.SPEND,
        EntryKind.DEDUCT,
        EntryKind.ADJUST,
        EntryKind.CAPTURE,
        EntryKind.ACTIVITY,
    },
)


@attrs.frozen(kw_only=True)
class PointsPolicy:
    """The settings of a program's points.

    Args:
        name: What the points are called on screens.
        scale: Decimal places for showing only, 0 to 4; amounts are integers in the smallest unit.
        activation: When an award becomes active.
        expiry: When an award lapses.
        expiry_anchor: From which instant `expiry` counts.
        expiry_model: Lot by lot, the whole account after inactivity, or rolled forward by activity.
        inactivity: The span after the last qualifying activity (`inactivity`, `rolling`); None means `expiry`'s own.
        activities: The entry kinds that count as activity.
        consumption: `soonest_expiry`, `oldest_first`, `newest_first`, or a name in the registry.
        shortfall: What happens when more is taken than there is.
        overdraft_max: The most that may be owed under `allow_negative`, in points; None sets no limit.
        return_policy: How far a reversal may reach.
        rounding: The one rounding of earned points.
        join_policy: What makes a customer a member.
        hold_for: How long a hold lasts when the host does not say.
        notices: What a customer is told of; each is kept in the outbox until it is delivered.
        balance_marks: Active points of the main ledger at which a customer is told of the highest that was reached.
        expiring_notices: How long before points expire a customer is told of it, in days or weeks, rising.

    Source: DOMAIN 3.1, 3.2, 3.3.
    """

    name: str = "points"
    scale: int = 0
    activation: Start = parse_start("immediate", "activation")
    expiry: Expiry = parse_expiry("unlimited", "expiry")
    expiry_anchor: ExpiryAnchor = ExpiryAnchor.AWARDED
    expiry_model: ExpiryModel = ExpiryModel.PER_LOT
    inactivity: Duration | None = None
    activities: frozenset[EntryKind] = ACTIVITIES
    consumption: str = "soonest_expiry"
    shortfall: Shortfall = Shortfall.REJECT
    overdraft_max: int | None = None
    return_policy: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE
    rounding: Rounding = Rounding.FLOOR
    join_policy: JoinPolicy = JoinPolicy.POINTS_EARNED
    hold_for: Duration = parse_duration("24h", "hold_for")
    notices: frozenset[PointsNotice] = frozenset()
    balance_marks: tuple[int, ...] = ()
    expiring_notices: tuple[Duration, ...] = ()
