"""Commands that bring points in or change their terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from loyalcore.domain.ledger._fields import at_most_one, check_fields, exactly_one, need_reason
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import date, datetime


@attrs.frozen
class Award:
    """Grant points: one lot, with the program's activation and expiry unless told otherwise.

    With a `rule` and a `source_id` (or an `order_id`) the award pays a business fact, which pays once whatever the key.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: 1 to 10^15, in the program's smallest unit.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        reason: Why; required unless `rule` says it.
        activation: When they become active: `immediate`, `on_action`, or a relative expression such as `14D`.
        active_from: Or the instant.
        expiry: When they lapse: `unlimited` or an expression such as `12M` or `end_of_month(12M)`.
        expires_at: Or the first instant at which they are gone.
        expires_on: Or the last valid day in the program's zone.
        order_id: The order they belong to.
        rule: The rule that grants them.
        source_type: The kind of business fact; `order` where only `order_id` is given.
        source_id: The id of the business fact.
        line: The line of it.
        side: The side of it (referrer, referee).
        cycle: How often it has been opened and closed, from 1.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger; an unknown subledger is created.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or two ways of saying one thing.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.1, 3.2; TAL "add points".

    Example:
        >>> Award("ada", 120, reason="welcome", key="w-1").points
        120
    """

    name: ClassVar[str] = "points.award"
    customer_id: str
    points: int
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    activation: str | None = attrs.field(default=None, kw_only=True)
    active_from: datetime | None = attrs.field(default=None, kw_only=True)
    expiry: str | None = attrs.field(default=None, kw_only=True)
    expires_at: datetime | None = attrs.field(default=None, kw_only=True)
    expires_on: date | None = attrs.field(default=None, kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    rule: str | None = attrs.field(default=None, kw_only=True)
    source_type: str | None = attrs.field(default=None, kw_only=True)
    source_id: str | None = attrs.field(default=None, kw_only=True)
    line: str = attrs.field(default="", kw_only=True)
    side: str = attrs.field(default="", kw_only=True)
    cycle: int = attrs.field(default=1, kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        at_most_one(self, "activation", "active_from")
        at_most_one(self, "expiry", "expires_at", "expires_on")
        if self.rule is None:
            need_reason(self)
            if self.source_id is not None:
                raise InvalidInput("a business fact needs the rule that pays it", path="rule")


@attrs.frozen
class Activate:
    """Make pending points active now, by order or by the entries that awarded them, not both.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        key: Idempotency key.
        order_id: All pending points of this order.
        entry_ids: Or those of these entries.
        reason: Why.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or not exactly one of `order_id` and `entry_ids`.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Activate("ada", order_id="o-1", key="a-1").order_id
        'o-1'
    """

    name: ClassVar[str] = "points.activate"
    customer_id: str
    key: str = attrs.field(kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    entry_ids: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        exactly_one(self, "order_id", "entry_ids")


@attrs.frozen
class Extend:
    """Move the expiry of active and pending points by hand; the entry reports each lot before and after.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        reason: Why; required.
        key: Idempotency key.
        by: A span to add to each date, for example `1M`.
        expiry: Or an expression that counts from now, `unlimited` among them.
        expires_at: Or the first instant at which they are gone.
        expires_on: Or the last valid day in the program's zone.
        entry_ids: Only the points of these entries; empty is all.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, no reason, or not exactly one new expiry.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Extend("ada", by="1M", reason="strike at the post", key="x-1").by
        '1M'
    """

    name: ClassVar[str] = "points.extend"
    customer_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    by: str | None = attrs.field(default=None, kw_only=True)
    expiry: str | None = attrs.field(default=None, kw_only=True)
    expires_at: datetime | None = attrs.field(default=None, kw_only=True)
    expires_on: date | None = attrs.field(default=None, kw_only=True)
    entry_ids: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        need_reason(self)
        exactly_one(self, "by", "expiry", "expires_at", "expires_on")


@attrs.frozen
class Activity:
    """Record that something happened without points, such as a purchase that earned nothing.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        reason: What happened; required.
        key: Idempotency key.
        order_id: The order.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or no reason.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.2 (expiry models).

    Example:
        >>> Activity("ada", reason="visit", key="y-1").reason
        'visit'
    """

    name: ClassVar[str] = "points.activity"
    customer_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        need_reason(self)
