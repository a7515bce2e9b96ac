"""Keys: the referral code that the first answer had.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import key_text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a key that was used before answers without a code, as it did."""
    op.add_column("loyal_key", sa.Column("code", key_text(), nullable=True))


def downgrade() -> None:
    """Drop the column: a repeated command answers without its code."""
    op.drop_column("loyal_key", "code")
