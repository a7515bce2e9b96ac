"""The tables of the Django store: a model for each kind of record, with the columns of `loyalcore.store.to_columns`.

Behind them stand those of `list_columns`, by which lists are filtered and sorted.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from loyalcore.store import sortable

OF_LEDGER = ("environment", "holder_id", "program_id", "ledger")


class Exact:
    """What makes a text compare exactly and sort by code points, as SQLite's texts do by themselves."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Give the type of the column, and on PostgreSQL its collation."""
        exact = {"collation": "C"} if connection.vendor == "postgresql" else {}
        return {**super().db_parameters(connection), **exact}  # type: ignore[misc]


class NameField(Exact, models.CharField):
    """A text of a name."""

    def __init__(self, *args: Any, max_length: int = 255, **options: Any) -> None:
        super().__init__(*args, max_length=max_length, **options)


class ExactField(Exact, models.TextField):
    """A text of any length by which lists are filtered and sorted."""


class AmountField(models.Field):
    """An exact amount of money; SQLite has none, so there it is a text that sorts as amounts do."""

    def db_type(self, connection: Any) -> str:
        """Give the type of the column."""
        return "text" if connection.vendor == "sqlite" else "numeric"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Give an amount as the column has it."""
        return sortable(value) if value is not None and connection.vendor == "sqlite" else value


def folded() -> ExactField:
    """Make a column for a folded text."""
    return ExactField(null=True)


def entry_id(**options: Any) -> NameField:
    """Make a column for the id of an entry: three names, and a number."""
    return NameField(max_length=800, **options)


class OfLedger(models.Model):
    """A row that belongs to a ledger."""

    environment = NameField()
    holder_id = NameField()
    program_id = NameField()
    ledger = NameField()

    class Meta:
        abstract = True


class Customer(models.Model):
    """The directory: the shop's own customer id leads to the holder of the points."""

    environment = NameField()
    customer_id = NameField()
    holder_id = NameField()
    registered_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    merged_into = NameField(null=True)
    absorbed = models.JSONField()
    programs = models.JSONField()
    first_name = models.TextField(null=True)
    last_name = models.TextField(null=True)
    email = models.TextField(null=True)
    street = models.TextField(null=True)
    postal_code = models.TextField(null=True)
    city = models.TextField(null=True)
    region = models.TextField(null=True)
    country = models.TextField(null=True)
    birth_on = models.DateField(null=True)
    language = models.TextField(null=True)
    shop_url = models.TextField(null=True)
    attributes = models.JSONField()
    tags = models.JSONField()
    has_newsletter = models.BooleanField(null=True)
    shop_created_at = models.DateTimeField(null=True)
    is_guest = models.BooleanField()
    is_excluded = models.BooleanField()
    deactivated_at = models.DateTimeField(null=True)
    version = models.BigIntegerField()
    name_fold = folded()
    first_name_fold = folded()
    last_name_fold = folded()
    email_fold = folded()
    street_fold = folded()
    postal_code_fold = folded()
    city_fold = folded()
    region_fold = folded()
    country_fold = folded()
    language_fold = folded()
    shop_url_fold = folded()
    attributes_fold = models.JSONField(null=True)
    tags_fold = models.JSONField(null=True)

    class Meta:
        db_table = "loyalty_customer"
        constraints = (UniqueConstraint(fields=("environment", "customer_id"), name="loyalty_customer_name"),)
        indexes = (Index(fields=("environment", "holder_id"), name="loyalty_customer_holder"),)


class Membership(models.Model):
    """A customer in a program, and the customer: by this join lists find the profile."""

    environment = NameField()
    holder_id = NameField()
    program_id = NameField()
    customer_id = NameField(null=True)
    known_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    standing = models.JSONField()
    ledgers = models.JSONField()
    points = models.JSONField()
    next_change_at = models.DateTimeField(null=True)
    version = models.BigIntegerField()
    tier_fold = folded()
    tier_since = models.DateTimeField(null=True)
    tier_expires_at = models.DateTimeField(null=True)
    points_active = models.BigIntegerField()
    points_pending = models.BigIntegerField()
    points_held = models.BigIntegerField()
    points_spent = models.BigIntegerField()
    points_expired = models.BigIntegerField()
    points_reversed = models.BigIntegerField()
    points_deficit = models.BigIntegerField()
    points_awarded = models.BigIntegerField()
    points_earned = models.BigIntegerField()
    orders = models.JSONField()
    caps = models.JSONField()
    standings = models.JSONField()
    referral_code = NameField(null=True)
    referral_id = NameField(null=True)
    referrals = models.JSONField()
    reward_lots = models.JSONField()
    invited_at = models.DateTimeField(null=True)
    invitations = models.BigIntegerField()
    banned_at = models.DateTimeField(null=True)
    tokens = models.JSONField()
    orders_count = models.BigIntegerField()
    orders_products = models.BigIntegerField()
    orders_discounted = models.BigIntegerField()
    orders_undiscounted = models.BigIntegerField()
    orders_revenue = AmountField()
    orders_discounts = AmountField()
    orders_first_at = models.DateTimeField(null=True)
    orders_last_at = models.DateTimeField(null=True)
    referrals_total = models.BigIntegerField()
    referrals_successful = models.BigIntegerField()
    referrals_revenue = AmountField()
    referrals_referrer_revenue = AmountField()
    referrals_referee_revenue = AmountField()
    customer = models.ForeignObject(
        Customer,
        from_fields=("environment", "customer_id"),
        to_fields=("environment", "customer_id"),
        on_delete=models.DO_NOTHING,
        related_name="+",
    )

    class Meta:
        db_table = "loyalty_membership"
        constraints = (
            UniqueConstraint(fields=("environment", "holder_id", "program_id"), name="loyalty_membership_name"),
        )
        indexes = (
            Index(
                fields=("environment", "program_id", "points_active", "customer_id"), name="loyalty_membership_points"
            ),
        )


class Ledger(OfLedger):
    """The head of a ledger: its figures, and when time changes them next."""

    version = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    lot_count = models.BigIntegerField()
    awarded = models.BigIntegerField()
    active = models.BigIntegerField()
    pending = models.BigIntegerField()
    held = models.BigIntegerField()
    spent = models.BigIntegerField()
    expired = models.BigIntegerField()
    reversed = models.BigIntegerField()
    deficit = models.BigIntegerField()
    earned = models.BigIntegerField()
    account_expires_at = models.DateTimeField(null=True)
    lapsed_lots = models.BigIntegerField()
    next_change_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "loyalty_ledger"
        constraints = (UniqueConstraint(fields=OF_LEDGER, name="loyalty_ledger_name"),)
        indexes = (
            Index(
                fields=("environment", "next_change_at"),
                condition=Q(next_change_at__isnull=False),
                name="loyalty_ledger_due",
            ),
        )


class Lot(OfLedger):
    """The points of one award."""

    lot = models.BigIntegerField()
    granted = models.BigIntegerField()
    free = models.BigIntegerField()
    held = models.BigIntegerField()
    active_from = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)
    expiry = models.TextField(null=True)
    is_earned = models.BooleanField()
    origin = models.TextField(null=True)

    is_open = Q(free__gt=0) | Q(held__gt=0)

    class Meta:
        db_table = "loyalty_lot"
        constraints = (
            UniqueConstraint(fields=(*OF_LEDGER, "lot"), name="loyalty_lot_name"),
            CheckConstraint(condition=Q(free__gte=0, held__gte=0), name="loyalty_lot_left"),
        )
        indexes = (Index(fields=(*OF_LEDGER, "lot"), condition=Q(free__gt=0) | Q(held__gt=0), name="loyalty_lot_open"),)


class PointsHold(OfLedger):
    """Points reserved during a payment."""

    hold_id = NameField()
    points = models.BigIntegerField()
    lapses_at = models.DateTimeField()
    state = models.CharField(max_length=16)
    draws = models.JSONField()
    seq = models.BigIntegerField()

    is_open = Q(state="open")

    class Meta:
        db_table = "loyalty_hold"
        constraints = (UniqueConstraint(fields=(*OF_LEDGER, "hold_id"), name="loyalty_hold_name"),)


class Debt(OfLedger):
    """Points owed."""

    entry_id = entry_id()
    owed = models.BigIntegerField()
    seq = models.BigIntegerField()
    paid = models.JSONField()

    is_open = Q(owed__gt=0)

    class Meta:
        db_table = "loyalty_debt"
        constraints = (
            UniqueConstraint(fields=(*OF_LEDGER, "entry_id"), name="loyalty_debt_name"),
            CheckConstraint(condition=Q(owed__gte=0), name="loyalty_debt_owed"),
        )


class Entry(OfLedger):
    """What happened: written once, numbered without a gap."""

    seq = models.BigIntegerField()
    kind = NameField(max_length=16)
    points = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True)
    draws = models.JSONField()
    settled = models.JSONField()
    lots = models.JSONField()
    changes = models.JSONField()
    owed = models.BigIntegerField()
    waived = models.BigIntegerField()
    program_version = models.IntegerField()
    actor = ExactField()
    reason = ExactField()
    order_id = NameField(null=True)
    rule = ExactField(null=True)
    hold_id = ExactField(null=True)
    lapses_at = models.DateTimeField(null=True)
    corrects = entry_id(null=True)
    counterpart = ExactField(null=True)
    account_expires_at = models.DateTimeField(null=True)
    carried = models.JSONField(null=True)

    class Meta:
        db_table = "loyalty_entry"
        constraints = (UniqueConstraint(fields=(*OF_LEDGER, "seq"), name="loyalty_entry_name"),)
        indexes = (
            Index(fields=(*OF_LEDGER, "order_id"), name="loyalty_entry_order"),
            Index(fields=(*OF_LEDGER, "corrects"), name="loyalty_entry_corrects"),
        )


class KeyRecord(models.Model):
    """An idempotency key that was used."""

    environment = NameField()
    holder_id = NameField()
    key = NameField()
    command = models.TextField()
    digests = models.JSONField()
    entries = models.JSONField()
    code = NameField(null=True)

    class Meta:
        db_table = "loyalty_key"
        constraints = (UniqueConstraint(fields=("environment", "holder_id", "key"), name="loyalty_key_name"),)


class Fact(models.Model):
    """A business fact that was paid, and where."""

    environment = NameField()
    holder_id = NameField()
    program_id = NameField()
    rule = NameField()
    source_type = NameField()
    source_id = NameField()
    line = NameField()
    side = NameField()
    cycle = models.BigIntegerField()
    ledger = models.JSONField()
    seq = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_fact"
        constraints = (
            UniqueConstraint(
                fields=(
                    *("environment", "holder_id", "program_id", "rule"),
                    *("source_type", "source_id", "line", "side", "cycle"),
                ),
                name="loyalty_fact_name",
            ),
        )


class Note(OfLedger):
    """Free text about an entry, which can be erased."""

    seq = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        db_table = "loyalty_note"
        constraints = (UniqueConstraint(fields=(*OF_LEDGER, "seq"), name="loyalty_note_name"),)


class Notice(models.Model):
    """The outbox: what the shop should tell somebody; delivered, it is deleted."""

    environment = NameField()
    holder_id = NameField()
    notice_id = entry_id()
    kind = models.TextField()
    program_id = NameField()
    at = models.DateTimeField()
    details = models.JSONField()
    next_change_at = models.DateTimeField(null=True)
    attempts = models.BigIntegerField()
    claimed_by = NameField(null=True)
    error = models.TextField(null=True)
    version = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_notice"
        constraints = (UniqueConstraint(fields=("environment", "holder_id", "notice_id"), name="loyalty_notice_name"),)
        indexes = (
            Index(
                fields=("environment", "next_change_at"),
                condition=Q(next_change_at__isnull=False),
                name="loyalty_notice_due",
            ),
        )


class Segment(models.Model):
    """A saved filter of customers."""

    environment = NameField()
    segment_id = NameField()
    title = models.TextField()
    condition = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_segment"
        constraints = (UniqueConstraint(fields=("environment", "segment_id"), name="loyalty_segment_name"),)


class Order(models.Model):
    """A purchase, with what lists ask for as columns."""

    environment = NameField()
    order_id = NameField()
    holder_id = NameField()
    customer_id = NameField()
    program_id = NameField()
    state = models.TextField()
    cart = models.JSONField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cycle = models.BigIntegerField()
    redeemed = models.BigIntegerField()
    spends = models.JSONField()
    awards = models.JSONField()
    unrecovered = models.JSONField()
    returns = models.JSONField()
    referral = models.JSONField()
    version = models.BigIntegerField()
    state_fold = folded()
    referral_id = NameField(null=True)
    referral_refused = NameField(null=True)
    store_fold = folded()
    referral_code_fold = folded()
    coupons_fold = models.JSONField(null=True)
    attributes_fold = models.JSONField(null=True)
    net = AmountField()
    discount = AmountField()
    total = AmountField()
    products = models.BigIntegerField()
    returned = models.BigIntegerField()
    awarded = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_order"
        constraints = (UniqueConstraint(fields=("environment", "order_id"), name="loyalty_order_name"),)
        indexes = (
            Index(fields=("environment", "holder_id"), name="loyalty_order_holder"),
            Index(fields=("environment", "program_id", "created_at", "order_id"), name="loyalty_order_created"),
        )


class ReferralCode(models.Model):
    """A code by which a customer refers others."""

    environment = NameField()
    code = NameField()
    program_id = NameField()
    holder_id = NameField()
    campaign = NameField()
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    limit = models.BigIntegerField()
    used = models.BigIntegerField()
    referee_id = NameField(null=True)
    referral_id = NameField(null=True)
    disabled_at = models.DateTimeField(null=True)
    version = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_referral_code"
        constraints = (UniqueConstraint(fields=("environment", "code"), name="loyalty_referral_code_name"),)
        indexes = (Index(fields=("environment", "holder_id"), name="loyalty_referral_code_holder"),)


class Referral(models.Model):
    """Who has referred whom, and what came of it."""

    environment = NameField()
    referral_id = NameField()
    program_id = NameField()
    code = NameField()
    campaign = NameField()
    state = NameField(max_length=24)
    referrer_holder_id = NameField()
    referrer_id = NameField(null=True)
    referee_holder_id = NameField(null=True)
    referee_id = NameField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    review_due_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    order_id = NameField(null=True)
    revenue = models.TextField()
    evidence = models.JSONField()
    grants = models.JSONField()
    earlier = NameField(null=True)
    unrecovered = models.JSONField()
    contact = models.TextField(null=True)
    version = models.BigIntegerField()
    revenue_amount = AmountField()

    class Meta:
        db_table = "loyalty_referral"
        constraints = (UniqueConstraint(fields=("environment", "referral_id"), name="loyalty_referral_name"),)
        indexes = (
            Index(fields=("environment", "referrer_holder_id"), name="loyalty_referral_referrer"),
            Index(fields=("environment", "referee_holder_id"), name="loyalty_referral_referee"),
            Index(fields=("environment", "program_id", "created_at", "referral_id"), name="loyalty_referral_created"),
        )


class Counter(models.Model):
    """A count that many customers share: of what has a limit, or of what happened lately."""

    environment = NameField()
    program_id = NameField()
    counter_id = entry_id()
    count = models.BigIntegerField()
    times = models.JSONField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_counter"
        constraints = (
            UniqueConstraint(fields=("environment", "program_id", "counter_id"), name="loyalty_counter_name"),
        )
