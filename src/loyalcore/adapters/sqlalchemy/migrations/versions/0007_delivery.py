"""Delivery: from when on a notice may be delivered, who has it, and how often it was tried.

Revision ID: 0007
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import key_text, partial

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("next_change_at", sa.BigInteger, nullable=True),
        sa.Column("attempts", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("claimed_by", key_text(), nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
    ]


def upgrade() -> None:
    """Add the columns; what waits already is due since it came about."""
    for column in _columns():
        op.add_column("loyal_outbox", column)
    outbox = sa.table("loyal_outbox", sa.column("at"), sa.column("next_change_at"))
    op.execute(outbox.update().values(next_change_at=outbox.c.at))
    op.create_index(
        "loyal_outbox_due", "loyal_outbox", ["environment", "next_change_at"], **partial("next_change_at IS NOT NULL")
    )


def downgrade() -> None:
    """Drop the columns: what was set aside waits again, and what somebody had may be delivered twice."""
    op.drop_index("loyal_outbox_due", "loyal_outbox")
    for column in _columns():
        op.drop_column("loyal_outbox", column.name)
