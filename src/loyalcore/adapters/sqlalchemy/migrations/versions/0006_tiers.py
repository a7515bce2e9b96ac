"""Tiers: what few standings have, and standings in the tiers of subledgers.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NAMES = ("standing_rest", "standings")


def upgrade() -> None:
    """Add the columns; no member has anything in them yet."""
    for name in _NAMES:
        op.add_column("loyal_membership", sa.Column(name, sa.Text, nullable=True))


def downgrade() -> None:
    """Drop the columns, with the tiers that were set by hand and those of subledgers."""
    for name in _NAMES:
        op.drop_column("loyal_membership", name)
