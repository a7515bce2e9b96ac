"""The outlook: a membership as time makes it, without a booking, and where it stands in its tiers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from loyalcore.domain.flows._desk import Desk
from loyalcore.domain.tiers import report, value_at_end, value_of

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.domain.tiers import TierReport

_TICK: Final = timedelta(microseconds=1)


def membership_at(
    membership: Membership,
    ledger: Ledger | None,
    program: Program,
    at: datetime,
    registry: Registry,
) -> Membership:
    """Give a membership with its figures and tier as they stand at an instant.

    Args:
        membership: The membership as stored.
        ledger: Its main ledger as stored, None where nothing was booked on it.
        program: The program.
        at: The instant, not before the last booking, UTC.
        registry: The host's own functions.

    Source: DOMAIN 3.2 (`advance` alone moves time), 3.8.
    """
    return _desk_at("", membership, ledger, program, at, registry).membership_now()


def _desk_at(
    ledger_id: str,
    membership: Membership,
    ledger: Ledger | None,
    program: Program,
    at: datetime,
    registry: Registry,
) -> Desk:
    """Open a desk on which time has passed up to an instant."""
    named = registry.consumption.get(program.points.consumption)
    environment, holder_id, functions = membership.environment, membership.holder_id, registry.measures
    desk = Desk(program, environment, holder_id, "", membership, named, functions=functions)
    desk.settle_membership(desk.book(ledger_id, ledger, at))
    return desk


def tier_report(
    membership: Membership,
    ledger_id: str,
    ledger: Ledger | None,
    program: Program,
    at: datetime,
    registry: Registry,
) -> TierReport | None:
    """Say where a member stands in the tiers of a ledger, and what time will make of it.

    Args:
        membership: The membership as stored.
        ledger_id: The ledger whose tiers they are, `""` for the main one.
        ledger: It as stored, None where nothing was booked on it.
        program: The program.
        at: The instant, not before the last booking, UTC.
        registry: The host's own functions.

    Returns:
        The report; None where the ledger has no tiers at that instant.

    Source: DOMAIN 3.5 (report): lots that will have lapsed by the end of the tier count no more.
    """

    def looked_at(when: datetime) -> Desk:
        return _desk_at(ledger_id, membership, ledger, program, when, registry)

    desk = looked_at(at)
    standing = desk.membership.standing_in(ledger_id)
    tiers = desk.tiers(ledger_id)
    if tiers is None:
        return None
    kept, projected, ends = None, standing.tier, standing.expires_at
    if ends is not None:
        eve = looked_at(max(at, ends - _TICK))
        whole = eve.measured(ledger_id)
        kept = value_at_end(eve.membership.standing_in(ledger_id), tiers, program.zone, whole)
        projected = looked_at(ends).membership.standing_in(ledger_id).tier
    return report(
        standing,
        tiers,
        ledger=ledger_id,
        at=at,
        value=value_of(standing, tiers, program.zone, desk.measured(ledger_id)),
        kept=kept,
        projected=projected,
    )
