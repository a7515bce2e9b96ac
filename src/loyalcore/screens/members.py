"""The members of one program, as a replay lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.screens._columns import Column, iso

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen(kw_only=True)
class Member:
    """One customer in one program, with the figures of all its ledgers added up.

    Args:
        customer_id: The host's own id.
        active: Points that can be spent.
        pending: Points whose time has not come.
        held: Points reserved by open holds.
        awarded: Points that came in.
        spent: Points spent, less what was restored.
        expired: Points that lapsed.
        reversed: Points of awards that were taken back.
        deficit: Points owed.
        tier: The tier held; None for none.
        tier_since: When it was reached or last renewed, UTC.
        tier_expires_at: When it ends unless qualified for again, UTC.
        joined_at: When the customer joined the program, UTC; None while not a member.
        registered_at: When the customer was registered, UTC.
    """

    customer_id: str
    active: int = 0
    pending: int = 0
    held: int = 0
    awarded: int = 0
    spent: int = 0
    expired: int = 0
    reversed: int = 0
    deficit: int = 0
    tier: str | None = None
    tier_since: datetime | None = None
    tier_expires_at: datetime | None = None
    joined_at: datetime | None = None
    registered_at: datetime | None = None


MEMBERS: tuple[Column, ...] = (
    Column("customer_id", "customer_id", is_text=True),
    Column("points_active", "active"),
    Column("points_pending", "pending"),
    Column("tier", "tier", is_text=True),
    Column("points_awarded", "awarded"),
    Column("points_spent", "spent"),
    Column("points_expired", "expired"),
    Column("joined_at", "joined_at", show=iso),
    Column("points_held", "held"),
    Column("points_reversed", "reversed"),
    Column("points_deficit", "deficit"),
    Column("tier_since", "tier_since", show=iso),
    Column("tier_expires_at", "tier_expires_at", show=iso),
    Column("registered_at", "registered_at", show=iso),
)
"""The columns of a replay's `customers.csv`."""
