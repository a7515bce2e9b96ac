"""The tables: one metadata for every dialect; the name's columns come first in each table, in the order of the name.

Instants are microseconds since 1970 in UTC: exact, sortable, and the same on every database. Dates are ISO text; what
is nested (draws, lots, digests) is compact JSON, NULL where it is empty. A text that lists are filtered and sorted by
has beside it, at the end of its table, the same text folded. Columns stand in the order in which migrations add them.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import fields
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

from loyalcore.adapters.sqlalchemy._columns import (
    ENTRY_ID_MAX,
    NOTHING,
    amount_text,
    exact_text,
    key_text,
    partial,
    table_options,
)
from loyalcore.domain.customers import PointFigures

REVISION: Final = "0009"
"""The revision of the migrations that makes these tables."""
REVISION_TABLE: Final = "loyal_revision"
"""Where Alembic keeps the revision; not its default, so that a host's own migrations can live beside it."""

METADATA: Final = MetaData()


def _names(*names: str) -> list[Column[Any]]:
    return [Column(name, key_text(), primary_key=True) for name in names]


def _of_ledger() -> list[Column[Any]]:
    return _names("environment", "holder_id", "program_id", "ledger")


def _number(name: str, *, is_null: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=is_null)


def _number_name(name: str) -> Column[Any]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _instant(name: str, *, is_null: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=is_null)


def _flag(name: str, *, is_null: bool = False, server_default: Any = None) -> Column[Any]:
    return Column(name, Boolean(create_constraint=False), nullable=is_null, server_default=server_default)


def _text(name: str, *, is_null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=is_null)


def _json(name: str) -> Column[Any]:
    return Column(name, Text, nullable=True)


FOLDED: Final = (
    "name",
    "first_name",
    "last_name",
    "email",
    "street",
    "postal_code",
    "city",
    "region",
    "country",
    "language",
    "shop_url",
    "tags",
    "attributes",
)
"""What of a customer is kept folded too."""

CUSTOMER: Final = Table(
    "loyal_customer",
    METADATA,
    *_names("environment", "customer_id"),
    Column("holder_id", key_text(), nullable=False),
    _instant("registered_at"),
    _text("merged_into", is_null=True),
    _json("absorbed"),
    _json("programs"),
    _number("version"),
    *(_instant(name, is_null=True) for name in ("updated_at", "shop_created_at", "deactivated_at")),
    *(_text(name, is_null=True) for name in ("first_name", "last_name", "email", "street", "postal_code", "city")),
    *(_text(name, is_null=True) for name in ("region", "country", "language", "shop_url")),
    _json("attributes"),
    _json("tags"),
    Column("birth_on", String(10), nullable=True),
    _flag("has_newsletter", is_null=True),
    *(_flag(name, server_default=false()) for name in ("is_guest", "is_excluded")),
    *(Column(f"{name}_fold", exact_text(), nullable=True) for name in FOLDED),
    Index("loyal_customer_holder", "environment", "holder_id"),
    *(
        Index(f"loyal_customer_{name}", "environment", column, "customer_id")
        for name, column in (
            ("registered", "registered_at"),
            ("updated", "updated_at"),
            ("shop_created", "shop_created_at"),
            ("name", "name_fold"),
        )
    ),
    **table_options(),
)

ORDER_COUNTS: Final = ("count", "products", "discounted", "undiscounted")
ORDER_MONEY: Final = ("revenue", "discounts")
ORDER_INSTANTS: Final = ("first_at", "last_at")
"""The figures of a member's orders, as they stand in the table."""
REFERRAL_COUNTS: Final = ("total", "successful")
REFERRAL_MONEY: Final = ("revenue", "referrer_revenue", "referee_revenue")
"""The figures of a member as a referrer."""

MEMBERSHIP: Final = Table(
    "loyal_membership",
    METADATA,
    *_names("environment", "holder_id", "program_id"),
    _instant("known_at", is_null=True),
    _instant("joined_at", is_null=True),
    _text("tier", is_null=True),
    _instant("tier_since", is_null=True),
    _instant("tier_expires_at", is_null=True),
    _text("tier_previous", is_null=True),
    _json("measured"),
    _json("gains"),
    _json("ledgers"),
    _number("version"),
    Column("customer_id", key_text(), nullable=True),
    *(Column(f"points_{field.name}", BigInteger, nullable=False, server_default="0") for field in fields(PointFigures)),
    _instant("next_change_at", is_null=True),
    Column("tier_fold", exact_text(), nullable=True),
    *(Column(f"orders_{name}", BigInteger, nullable=False, server_default="0") for name in ORDER_COUNTS),
    *(Column(f"orders_{name}", amount_text(), nullable=False, server_default=NOTHING) for name in ORDER_MONEY),
    *(_instant(f"orders_{name}", is_null=True) for name in ORDER_INSTANTS),
    _json("caps"),
    _json("standing_rest"),
    _json("standings"),
    *(Column(f"referrals_{name}", BigInteger, nullable=False, server_default="0") for name in REFERRAL_COUNTS),
    *(Column(f"referrals_{name}", amount_text(), nullable=False, server_default=NOTHING) for name in REFERRAL_MONEY),
    *(Column(name, key_text(), nullable=True) for name in ("referral_code", "referral_id")),
    _json("reward_lots"),
    _instant("invited_at", is_null=True),
    Column("invitations", BigInteger, nullable=False, server_default="0"),
    _instant("banned_at", is_null=True),
    _json("tokens"),
    Index("loyal_membership_customer", "environment", "program_id", "customer_id"),
    Index("loyal_membership_points", "environment", "program_id", "points_active", "customer_id"),
    Index("loyal_membership_joined", "environment", "program_id", "joined_at", "customer_id"),
    Index("loyal_membership_orders", "environment", "program_id", "orders_count", "customer_id"),
    Index("loyal_membership_revenue", "environment", "program_id", "orders_revenue", "customer_id"),
    Index("loyal_membership_referrals", "environment", "program_id", "referrals_successful", "customer_id"),
    Index("loyal_membership_due", "environment", "next_change_at", **partial("next_change_at IS NOT NULL")),
    **table_options(),
)

LEDGER: Final = Table(
    "loyal_ledger",
    METADATA,
    *_of_ledger(),
    _number("version"),
    _number("seq"),
    _instant("at"),
    _instant("recorded_at"),
    _number("lot_count"),
    _number("awarded"),
    _number("active"),
    _number("pending"),
    _number("held"),
    _number("spent"),
    _number("expired"),
    _number("reversed"),
    _number("deficit"),
    _number("earned"),
    _instant("account_expires_at", is_null=True),
    _number("lapsed_lots"),
    _instant("next_change_at", is_null=True),
    Index("loyal_ledger_due", "environment", "next_change_at", **partial("next_change_at IS NOT NULL")),
    **table_options(),
)

LOT: Final = Table(
    "loyal_lot",
    METADATA,
    *_of_ledger(),
    _number_name("lot"),
    _number("granted"),
    _number("free"),
    _number("held"),
    _instant("active_from", is_null=True),
    _instant("expires_at", is_null=True),
    Column("expires_on", String(10), nullable=True),
    _text("expiry", is_null=True),
    _flag("is_earned"),
    _text("origin", is_null=True),
    CheckConstraint("free >= 0 AND held >= 0", name="loyal_lot_left"),
    Index("loyal_lot_open", "environment", "holder_id", "program_id", "ledger", "lot", **partial("free + held > 0")),
    **table_options(),
)

HOLD: Final = Table(
    "loyal_hold",
    METADATA,
    *_of_ledger(),
    *_names("hold_id"),
    _number("points"),
    _instant("lapses_at"),
    Column("state", String(16), nullable=False),
    _json("draws"),
    _number("seq"),
    Index(
        "loyal_hold_open",
        *("environment", "holder_id", "program_id", "ledger", "seq", "hold_id"),
        **partial("state = 'open'"),
    ),
    **table_options(),
)

DEBT: Final = Table(
    "loyal_debt",
    METADATA,
    *_of_ledger(),
    Column("entry_id", key_text(ENTRY_ID_MAX), primary_key=True),
    _number("owed"),
    _number("seq"),
    _json("paid"),
    CheckConstraint("owed >= 0", name="loyal_debt_owed"),
    Index(
        "loyal_debt_open",
        *("environment", "holder_id", "program_id", "ledger", "seq", "entry_id"),
        **partial("owed > 0"),
    ),
    **table_options(),
)

ENTRY: Final = Table(
    "loyal_entry",
    METADATA,
    *_of_ledger(),
    _number_name("seq"),
    Column("kind", String(16), nullable=False),
    _number("points"),
    _instant("recorded_at"),
    _instant("effective_at"),
    _instant("occurred_at", is_null=True),
    _json("draws"),
    _json("settled"),
    _json("lots"),
    _json("changes"),
    _number("owed"),
    _number("waived"),
    Column("program_version", Integer, nullable=False),
    _text("actor"),
    _text("reason"),
    Column("order_id", key_text(), nullable=True),
    _text("rule", is_null=True),
    _text("hold_id", is_null=True),
    _instant("lapses_at", is_null=True),
    Column("corrects", key_text(ENTRY_ID_MAX), nullable=True),
    _text("counterpart", is_null=True),
    _instant("account_expires_at", is_null=True),
    _json("carried"),
    Index(
        "loyal_entry_recorded",
        *("environment", "program_id", "recorded_at", "holder_id", "ledger", "seq"),
    ),
    Index(
        "loyal_entry_order",
        *("environment", "holder_id", "program_id", "ledger", "order_id"),
        **partial("order_id IS NOT NULL"),
    ),
    Index(
        "loyal_entry_corrects",
        *("environment", "holder_id", "program_id", "ledger", "corrects"),
        **partial("corrects IS NOT NULL"),
    ),
    **table_options(),
)

KEY: Final = Table(
    "loyal_key",
    METADATA,
    *_names("environment", "holder_id", "key"),
    _text("command"),
    _json("digests"),
    _json("entries"),
    Column("code", key_text(), nullable=True),
    **table_options(),
)

FACT: Final = Table(
    "loyal_fact",
    METADATA,
    *_names("environment", "holder_id", "program_id", "rule", "source_type", "source_id", "line", "side"),
    _number_name("cycle"),
    _json("paid_in"),
    _number("seq"),
    **table_options(),
)

NOTE: Final = Table(
    "loyal_note",
    METADATA,
    *_of_ledger(),
    _number_name("seq"),
    _text("text"),
    **table_options(),
)

NOTICE: Final = Table(
    "loyal_outbox",
    METADATA,
    *_names("environment", "holder_id"),
    Column("notice_id", key_text(ENTRY_ID_MAX), primary_key=True),
    _text("kind"),
    Column("program_id", key_text(), nullable=False),
    _instant("at"),
    _json("details"),
    _instant("next_change_at", is_null=True),
    Column("attempts", BigInteger, nullable=False, server_default="0"),
    Column("claimed_by", key_text(), nullable=True),
    Column("error", Text, nullable=True),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Index("loyal_outbox_due", "environment", "next_change_at", **partial("next_change_at IS NOT NULL")),
    **table_options(),
)

SEGMENT: Final = Table(
    "loyal_segment",
    METADATA,
    *_names("environment", "segment_id"),
    _text("title"),
    _text("condition"),
    _instant("created_at"),
    _instant("updated_at"),
    _number("version"),
    **table_options(),
)

ORDER: Final = Table(
    "loyal_order",
    METADATA,
    *_names("environment", "order_id"),
    Column("holder_id", key_text(), nullable=False),
    Column("customer_id", key_text(), nullable=False),
    Column("program_id", key_text(), nullable=False),
    Column("state", String(24), nullable=False),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("closed_at", is_null=True),
    _instant("cancelled_at", is_null=True),
    _number("cycle"),
    _number("redeemed"),
    _text("cart"),
    _json("spends"),
    _json("awards"),
    _json("unrecovered"),
    _json("returns"),
    _number("version"),
    *(Column(name, amount_text(), nullable=False) for name in ("net", "discount", "total")),
    _number("products"),
    _number("returned"),
    _number("awarded"),
    Column("state_fold", exact_text(), nullable=False),
    *(
        Column(f"{name}_fold", exact_text(), nullable=True)
        for name in ("store", "referral_code", "coupons", "attributes")
    ),
    *(Column(name, key_text(), nullable=True) for name in ("referral_id", "referral_refused")),
    _flag("is_referrer", server_default=false()),
    Column("referee_of", key_text(), nullable=True),
    Index("loyal_order_holder", "environment", "holder_id"),
    *(
        Index(f"loyal_order_{name}", "environment", "program_id", column, "order_id")
        for name, column in (("created", "created_at"), ("closed", "closed_at"), ("net", "net"))
    ),
    **table_options(),
)

CODE: Final = Table(
    "loyal_referral_code",
    METADATA,
    *_names("environment", "code"),
    *(Column(name, key_text(), nullable=False) for name in ("program_id", "holder_id", "campaign")),
    _instant("created_at"),
    *(_instant(name, is_null=True) for name in ("starts_at", "expires_at")),
    *(_number(name) for name in ("limit", "used")),
    *(Column(name, key_text(), nullable=True) for name in ("referee_id", "referral_id")),
    _instant("disabled_at", is_null=True),
    _number("version"),
    Index("loyal_referral_code_holder", "environment", "holder_id"),
    Index("loyal_referral_code_created", "environment", "program_id", "created_at", "code"),
    **table_options(),
)

REFERRAL: Final = Table(
    "loyal_referral",
    METADATA,
    *_names("environment", "referral_id"),
    *(Column(name, key_text(), nullable=False) for name in ("program_id", "code", "campaign")),
    Column("state", key_text(24), nullable=False),
    Column("referrer_holder_id", key_text(), nullable=False),
    *(Column(name, key_text(), nullable=True) for name in ("referrer_id", "referee_holder_id", "referee_id")),
    *(_instant(name) for name in ("created_at", "updated_at")),
    *(_instant(name, is_null=True) for name in ("claimed_at", "expires_at", "review_due_at", "completed_at")),
    Column("order_id", key_text(), nullable=True),
    Column("revenue_amount", amount_text(), nullable=False),
    *(_json(name) for name in ("evidence", "grants")),
    _text("earlier", is_null=True),
    _json("unrecovered"),
    _text("contact", is_null=True),
    _number("version"),
    Index("loyal_referral_referrer", "environment", "referrer_holder_id", "program_id", "state"),
    Index("loyal_referral_referee", "environment", "referee_holder_id"),
    Index("loyal_referral_state", "environment", "program_id", "state", "expires_at", "referral_id"),
    *(
        Index(f"loyal_referral_{name}", "environment", "program_id", column, "referral_id")
        for name, column in (
            ("used", "code"),
            ("created", "created_at"),
            ("completed", "completed_at"),
            ("review", "review_due_at"),
        )
    ),
    **table_options(),
)

COUNTER: Final = Table(
    "loyal_counter",
    METADATA,
    *_names("environment", "program_id"),
    Column("counter_id", key_text(ENTRY_ID_MAX), primary_key=True),
    _number("count"),
    _json("times"),
    _number("version"),
    **table_options(),
)

_SPREAD_BY: Final = {
    CUSTOMER: "customer_id",
    SEGMENT: "segment_id",
    ORDER: "order_id",
    CODE: "code",
    REFERRAL: "referral_id",
    COUNTER: "counter_id",
}
"""What the tables without a holder in their name are spread by: their own id."""


def spread() -> MetaData:
    """Give the tables partitioned by the hash of their holder, on PostgreSQL; those without one by their own id."""
    tables = MetaData()
    for table in METADATA.sorted_tables:
        copy = table.to_metadata(tables)
        column = _SPREAD_BY.get(table, "holder_id")
        copy.dialect_options["postgresql"]["partition_by"] = f"HASH ({column})"
    return tables
