"""Orders, and the figures that they leave on memberships.

Revision ID: 0005
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from loyalcore.adapters.sqlalchemy._columns import NOTHING, amount_text, exact_text, key_text, table_options

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COUNTS = ("count", "products", "discounted", "undiscounted")
_MONEY = ("revenue", "discounts")
_INSTANTS = ("first_at", "last_at")
_LISTED = {"created": "created_at", "closed": "closed_at", "net": "net"}


def _figures() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(f"orders_{name}", sa.BigInteger, nullable=False, server_default="0") for name in _COUNTS),
        *(sa.Column(f"orders_{name}", amount_text(), nullable=False, server_default=NOTHING) for name in _MONEY),
        *(sa.Column(f"orders_{name}", sa.BigInteger, nullable=True) for name in _INSTANTS),
        sa.Column("caps", sa.Text, nullable=True),
    ]


def upgrade() -> None:
    """Make the table of orders, and move their figures from customers, where nothing wrote them, to memberships."""
    op.create_table(
        "loyal_order",
        sa.Column("environment", key_text(), primary_key=True),
        sa.Column("order_id", key_text(), primary_key=True),
        *(sa.Column(name, key_text(), nullable=False) for name in ("holder_id", "customer_id", "program_id")),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("cancelled_at", sa.BigInteger, nullable=True),
        sa.Column("cycle", sa.BigInteger, nullable=False),
        sa.Column("redeemed", sa.BigInteger, nullable=False),
        sa.Column("cart", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=True) for name in ("spends", "awards", "unrecovered", "returns")),
        sa.Column("version", sa.BigInteger, nullable=False),
        *(sa.Column(name, amount_text(), nullable=False) for name in ("net", "discount", "total")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("products", "returned", "awarded")),
        sa.Column("state_fold", exact_text(), nullable=False),
        *(
            sa.Column(f"{name}_fold", exact_text(), nullable=True)
            for name in ("store", "referral_code", "coupons", "attributes")
        ),
        **table_options(),
    )
    op.create_index("loyal_order_holder", "loyal_order", ["environment", "holder_id"])
    for name, column in _LISTED.items():
        op.create_index(f"loyal_order_{name}", "loyal_order", ["environment", "program_id", column, "order_id"])
    for figure in _figures():
        op.add_column("loyal_membership", figure)
    for name, column in (("orders", "orders_count"), ("revenue", "orders_revenue")):
        columns = ["environment", "program_id", column, "customer_id"]
        op.create_index(f"loyal_membership_{name}", "loyal_membership", columns)
    for name in ("orders", "first_order_at"):
        op.drop_column("loyal_customer", name)


def downgrade() -> None:
    """Drop the table, with every order in it, and the figures."""
    op.add_column("loyal_customer", sa.Column("first_order_at", sa.BigInteger, nullable=True))
    op.add_column("loyal_customer", sa.Column("orders", sa.BigInteger, nullable=False, server_default="0"))
    for name in ("orders", "revenue"):
        op.drop_index(f"loyal_membership_{name}", "loyal_membership")
    for figure in _figures():
        op.drop_column("loyal_membership", figure.name)
    op.drop_table("loyal_order")
