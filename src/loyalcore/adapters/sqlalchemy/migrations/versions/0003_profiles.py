"""Profiles of customers, and the figures of members: what lists are filtered and sorted by.

Revision ID: 0003
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import exact_text, key_text, partial
from loyalcore.query import fold

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INSTANTS = ("updated_at", "shop_created_at", "deactivated_at", "first_order_at")
_NAMES = ("first_name", "last_name", "email")
_PLACES = ("street", "postal_code", "city", "region", "country")
_TEXTS = (*_NAMES, *_PLACES, "language", "shop_url")
_FIGURES = ("active", "pending", "held", "spent", "expired", "reversed", "deficit", "awarded", "earned")
_LISTED = {
    "registered": "registered_at",
    "updated": "updated_at",
    "shop_created": "shop_created_at",
    "name": "name_fold",
}


_MEMBERSHIP = sa.table("loyal_membership", sa.column("tier", sa.Text), sa.column("tier_fold", sa.Text))


def _profile() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in _INSTANTS),
        *(sa.Column(name, sa.Text, nullable=True) for name in (*_TEXTS, "attributes", "tags")),
        sa.Column("birth_on", sa.String(10), nullable=True),
        sa.Column("has_newsletter", sa.Boolean(create_constraint=False), nullable=True),
        *(
            sa.Column(name, sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false())
            for name in ("is_guest", "is_excluded")
        ),
        sa.Column("orders", sa.BigInteger, nullable=False, server_default="0"),
        *(sa.Column(f"{name}_fold", exact_text(), nullable=True) for name in ("name", *_TEXTS, "tags", "attributes")),
    ]


def _figures() -> list[sa.Column[Any]]:
    return [
        sa.Column("customer_id", key_text(), nullable=True),
        *(sa.Column(f"points_{name}", sa.BigInteger, nullable=False, server_default="0") for name in _FIGURES),
        sa.Column("next_change_at", sa.BigInteger, nullable=True),
        sa.Column("tier_fold", exact_text(), nullable=True),
    ]


def upgrade() -> None:
    """Add the columns, fill in what is known, and make the indexes of the lists.

    When gains of a window stop to count is known to the program alone: who has some is due at once, and a sweep says
    the date.
    """
    for column in _profile():
        op.add_column("loyal_customer", column)
    for column in _figures():
        op.add_column("loyal_membership", column)
    op.execute("UPDATE loyal_customer SET updated_at = registered_at")
    op.execute(
        "UPDATE loyal_membership SET customer_id = (SELECT c.customer_id FROM loyal_customer AS c"
        " WHERE c.environment = loyal_membership.environment AND c.holder_id = loyal_membership.holder_id"
        " AND c.merged_into IS NULL)"
    )
    for name in (*(f"points_{figure}" for figure in _FIGURES), "next_change_at"):
        source = name.removeprefix("points_")
        kept = f"coalesce(l.{source}, 0)" if name.startswith("points_") else f"l.{source}"
        op.execute(
            f"UPDATE loyal_membership SET {name} = (SELECT {kept} FROM loyal_ledger AS l"  # noqa: S608 - constants
            " WHERE l.environment = loyal_membership.environment AND l.holder_id = loyal_membership.holder_id"
            " AND l.program_id = loyal_membership.program_id AND l.ledger = '')"
            " WHERE EXISTS (SELECT 1 FROM loyal_ledger AS l"
            " WHERE l.environment = loyal_membership.environment AND l.holder_id = loyal_membership.holder_id"
            " AND l.program_id = loyal_membership.program_id AND l.ledger = '')"
        )
    op.execute(
        "UPDATE loyal_membership SET next_change_at = tier_expires_at WHERE customer_id IS NOT NULL"
        " AND tier_expires_at < coalesce(next_change_at, tier_expires_at + 1)"
    )
    op.execute(
        "UPDATE loyal_membership SET next_change_at = coalesce(known_at, 0)"
        " WHERE customer_id IS NOT NULL AND gains IS NOT NULL"
    )
    op.execute("UPDATE loyal_membership SET next_change_at = NULL WHERE customer_id IS NULL")
    connection = op.get_bind()
    for (tier,) in connection.execute(sa.select(_MEMBERSHIP.c.tier).distinct()).fetchall():
        if tier is not None:
            named = sa.update(_MEMBERSHIP).where(_MEMBERSHIP.c.tier == tier)
            connection.execute(named.values(tier_fold=fold(tier)))
    for name, listed in _LISTED.items():
        op.create_index(f"loyal_customer_{name}", "loyal_customer", ["environment", listed, "customer_id"])
    of_program = ["environment", "program_id"]
    op.create_index("loyal_membership_customer", "loyal_membership", [*of_program, "customer_id"])
    op.create_index("loyal_membership_points", "loyal_membership", [*of_program, "points_active", "customer_id"])
    op.create_index("loyal_membership_joined", "loyal_membership", [*of_program, "joined_at", "customer_id"])
    op.create_index(
        "loyal_membership_due",
        "loyal_membership",
        ["environment", "next_change_at"],
        **partial("next_change_at IS NOT NULL"),
    )
    op.create_index(
        "loyal_entry_recorded",
        "loyal_entry",
        ["environment", "program_id", "recorded_at", "holder_id", "ledger", "seq"],
    )


def downgrade() -> None:
    """Drop the columns, with every profile in them."""
    op.drop_index("loyal_entry_recorded", "loyal_entry")
    for name in ("due", "joined", "points", "customer"):
        op.drop_index(f"loyal_membership_{name}", "loyal_membership")
    for name in _LISTED:
        op.drop_index(f"loyal_customer_{name}", "loyal_customer")
    for column in _figures():
        op.drop_column("loyal_membership", column.name)
    for column in _profile():
        op.drop_column("loyal_customer", column.name)
