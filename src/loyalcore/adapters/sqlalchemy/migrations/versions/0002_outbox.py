"""The outbox.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import ENTRY_ID_MAX, key_text, table_options

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of notices that are not delivered yet."""
    op.create_table(
        "loyal_outbox",
        sa.Column("environment", key_text(), primary_key=True),
        sa.Column("holder_id", key_text(), primary_key=True),
        sa.Column("notice_id", key_text(ENTRY_ID_MAX), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("details", sa.Text, nullable=True),
        **table_options(),
    )


def downgrade() -> None:
    """Drop the table, with every notice in it."""
    op.drop_table("loyal_outbox")
