"""Referrals, their codes and counters, and what memberships and orders keep of them.

Revision ID: 0008
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import ENTRY_ID_MAX, NOTHING, amount_text, key_text, table_options

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COUNTS = ("total", "successful")
_MONEY = ("revenue", "referrer_revenue", "referee_revenue")
_LISTED = {"used": "code", "created": "created_at", "completed": "completed_at", "review": "review_due_at"}


def _names(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, key_text(), primary_key=True) for name in names]


def _texts(*names: str, is_null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, key_text(), nullable=is_null) for name in names]


def _numbers(*names: str, is_null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger, nullable=is_null) for name in names]


def _json(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=True) for name in names]


def _of_membership() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(f"referrals_{name}", sa.BigInteger, nullable=False, server_default="0") for name in _COUNTS),
        *(sa.Column(f"referrals_{name}", amount_text(), nullable=False, server_default=NOTHING) for name in _MONEY),
        *_texts("referral_code", "referral_id", is_null=True),
        *_json("reward_lots"),
        *_numbers("invited_at", is_null=True),
        sa.Column("invitations", sa.BigInteger, nullable=False, server_default="0"),
        *_numbers("banned_at", is_null=True),
        *_json("tokens"),
    ]


def _of_order() -> list[sa.Column[Any]]:
    return [
        *_texts("referral_id", "referral_refused", is_null=True),
        sa.Column("is_referrer", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
        *_texts("referee_of", is_null=True),
    ]


def upgrade() -> None:
    """Make the tables, and add what members and orders keep; nobody has referred anybody yet."""
    op.create_table(
        "loyal_referral_code",
        *_names("environment", "code"),
        *_texts("program_id", "holder_id", "campaign"),
        *_numbers("created_at"),
        *_numbers("starts_at", "expires_at", is_null=True),
        *_numbers("limit", "used"),
        *_texts("referee_id", "referral_id", is_null=True),
        *_numbers("disabled_at", is_null=True),
        *_numbers("version"),
        **table_options(),
    )
    op.create_index("loyal_referral_code_holder", "loyal_referral_code", ["environment", "holder_id"])
    op.create_index(
        "loyal_referral_code_created", "loyal_referral_code", ["environment", "program_id", "created_at", "code"]
    )
    op.create_table(
        "loyal_referral",
        *_names("environment", "referral_id"),
        *_texts("program_id", "code", "campaign"),
        sa.Column("state", key_text(24), nullable=False),
        *_texts("referrer_holder_id"),
        *_texts("referrer_id", "referee_holder_id", "referee_id", is_null=True),
        *_numbers("created_at", "updated_at"),
        *_numbers("claimed_at", "expires_at", "review_due_at", "completed_at", is_null=True),
        *_texts("order_id", is_null=True),
        sa.Column("revenue_amount", amount_text(), nullable=False),
        *_json("evidence", "grants", "earlier", "unrecovered", "contact"),
        *_numbers("version"),
        **table_options(),
    )
    columns = ["environment", "referrer_holder_id", "program_id", "state"]
    op.create_index("loyal_referral_referrer", "loyal_referral", columns)
    op.create_index("loyal_referral_referee", "loyal_referral", ["environment", "referee_holder_id"])
    columns = ["environment", "program_id", "state", "expires_at", "referral_id"]
    op.create_index("loyal_referral_state", "loyal_referral", columns)
    for name, column in _LISTED.items():
        columns = ["environment", "program_id", column, "referral_id"]
        op.create_index(f"loyal_referral_{name}", "loyal_referral", columns)
    op.create_table(
        "loyal_counter",
        *_names("environment", "program_id"),
        sa.Column("counter_id", key_text(ENTRY_ID_MAX), primary_key=True),
        *_numbers("count"),
        *_json("times"),
        *_numbers("version"),
        **table_options(),
    )
    for figure in _of_membership():
        op.add_column("loyal_membership", figure)
    columns = ["environment", "program_id", "referrals_successful", "customer_id"]
    op.create_index("loyal_membership_referrals", "loyal_membership", columns)
    for told in _of_order():
        op.add_column("loyal_order", told)


def downgrade() -> None:
    """Drop the tables, with every referral in them, and what members and orders keep."""
    for told in _of_order():
        op.drop_column("loyal_order", told.name)
    op.drop_index("loyal_membership_referrals", "loyal_membership")
    for figure in _of_membership():
        op.drop_column("loyal_membership", figure.name)
    for name in ("loyal_counter", "loyal_referral", "loyal_referral_code"):
        op.drop_table(name)
