"""The first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import ENTRY_ID_MAX, key_text, partial, table_options

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _customer()
    _membership()
    _ledger()
    _lot()
    _hold()
    _debt()
    _entry()
    _key()
    _fact()
    _note()


def downgrade() -> None:
    """Drop the tables, with everything in them."""
    for name in ("note", "fact", "key", "entry", "debt", "hold", "lot", "ledger", "membership", "customer"):
        op.drop_table(f"loyal_{name}")


def _customer() -> None:
    op.create_table(
        "loyal_customer",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("customer_id", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("absorbed", sa.Text(), nullable=True),
        sa.Column("programs", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "customer_id"),
        **table_options(),
    )
    op.create_index("loyal_customer_holder", "loyal_customer", ["environment", "holder_id"])


def _membership() -> None:
    op.create_table(
        "loyal_membership",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("tier_since", sa.BigInteger(), nullable=True),
        sa.Column("tier_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("tier_previous", sa.Text(), nullable=True),
        sa.Column("measured", sa.Text(), nullable=True),
        sa.Column("gains", sa.Text(), nullable=True),
        sa.Column("ledgers", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id"),
        **table_options(),
    )


def _ledger() -> None:
    op.create_table(
        "loyal_ledger",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("ledger", key_text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("lot_count", sa.BigInteger(), nullable=False),
        sa.Column("awarded", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.Column("reversed", sa.BigInteger(), nullable=False),
        sa.Column("deficit", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("account_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("lapsed_lots", sa.BigInteger(), nullable=False),
        sa.Column("next_change_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id", "ledger"),
        **table_options(),
    )
    op.create_index(
        "loyal_ledger_due", "loyal_ledger", ["environment", "next_change_at"], **partial("next_change_at IS NOT NULL")
    )


def _lot() -> None:
    op.create_table(
        "loyal_lot",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("ledger", key_text(), nullable=False),
        sa.Column("lot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("active_from", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.String(length=10), nullable=True),
        sa.Column("expiry", sa.Text(), nullable=True),
        sa.Column("is_earned", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.CheckConstraint("free >= 0 AND held >= 0", name="loyal_lot_left"),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id", "ledger", "lot"),
        **table_options(),
    )
    op.create_index(
        "loyal_lot_open",
        "loyal_lot",
        ["environment", "holder_id", "program_id", "ledger", "lot"],
        **partial("free + held > 0"),
    )


def _hold() -> None:
    op.create_table(
        "loyal_hold",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("ledger", key_text(), nullable=False),
        sa.Column("hold_id", key_text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("lapses_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("draws", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id", "ledger", "hold_id"),
        **table_options(),
    )
    op.create_index(
        "loyal_hold_open",
        "loyal_hold",
        ["environment", "holder_id", "program_id", "ledger", "seq", "hold_id"],
        **partial("state = 'open'"),
    )


def _debt() -> None:
    op.create_table(
        "loyal_debt",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("ledger", key_text(), nullable=False),
        sa.Column("entry_id", key_text(ENTRY_ID_MAX), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Text(), nullable=True),
        sa.CheckConstraint("owed >= 0", name="loyal_debt_owed"),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id", "ledger", "entry_id"),
        **table_options(),
    )
    op.create_index(
        "loyal_debt_open",
        "loyal_debt",
        ["environment", "holder_id", "program_id", "ledger", "seq", "entry_id"],
        **partial("owed > 0"),
    )


def _entry() -> None:
    op.create_table(
        "loyal_entry",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("ledger", key_text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=True),
        sa.Column("draws", sa.Text(), nullable=True),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("lots", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("waived", sa.BigInteger(), nullable=False),
        sa.Column("program_version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order_id", key_text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.Text(), nullable=True),
        sa.Column("lapses_at", sa.BigInteger(), nullable=True),
        sa.Column("corrects", key_text(ENTRY_ID_MAX), nullable=True),
        sa.Column("counterpart", sa.Text(), nullable=True),
        sa.Column("account_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("carried", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id", "ledger", "seq"),
        **table_options(),
    )
    op.create_index(
        "loyal_entry_corrects",
        "loyal_entry",
        ["environment", "holder_id", "program_id", "ledger", "corrects"],
        **partial("corrects IS NOT NULL"),
    )
    op.create_index(
        "loyal_entry_order",
        "loyal_entry",
        ["environment", "holder_id", "program_id", "ledger", "order_id"],
        **partial("order_id IS NOT NULL"),
    )


def _key() -> None:
    op.create_table(
        "loyal_key",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("key", key_text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("digests", sa.Text(), nullable=True),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("environment", "holder_id", "key"),
        **table_options(),
    )


def _fact() -> None:
    op.create_table(
        "loyal_fact",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("rule", key_text(), nullable=False),
        sa.Column("source_type", key_text(), nullable=False),
        sa.Column("source_id", key_text(), nullable=False),
        sa.Column("line", key_text(), nullable=False),
        sa.Column("side", key_text(), nullable=False),
        sa.Column("cycle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("paid_in", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "environment", "holder_id", "program_id", "rule", "source_type", "source_id", "line", "side", "cycle"
        ),
        **table_options(),
    )


def _note() -> None:
    op.create_table(
        "loyal_note",
        sa.Column("environment", key_text(), nullable=False),
        sa.Column("holder_id", key_text(), nullable=False),
        sa.Column("program_id", key_text(), nullable=False),
        sa.Column("ledger", key_text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "holder_id", "program_id", "ledger", "seq"),
        **table_options(),
    )
