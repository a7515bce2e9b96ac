"""Segments.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import key_text, table_options

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of saved filters."""
    op.create_table(
        "loyal_segment",
        sa.Column("environment", key_text(), primary_key=True),
        sa.Column("segment_id", key_text(), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        **table_options(),
    )


def downgrade() -> None:
    """Drop the table, with every segment in it."""
    op.drop_table("loyal_segment")
