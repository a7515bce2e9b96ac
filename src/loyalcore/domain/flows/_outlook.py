"""The outlook: a membership as time makes it, without a booking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.flows._desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from loyalcore.domain.customers import Membership
    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program


def membership_at(
    membership: Membership,
    ledger: Ledger | None,
    program: Program,
    at: datetime,
    consumption: Callable[[Any], Any] | None = None,
) -> Membership:
    """Give a membership with its figures and tier as they stand at an instant.

    Args:
        membership: The membership as stored.
        ledger: Its main ledger as stored, None where nothing was booked on it.
        program: The program.
        at: The instant, not before the last booking, UTC.
        consumption: The host's own consumption order, where the program names one.

    Source: DOMAIN 3.2 (`advance` alone moves time), 3.8.
    """
    desk = Desk(program, membership.environment, membership.holder_id, "", membership, consumption)
    desk.settle_membership(desk.book("", ledger, at))
    return desk.membership_now()
