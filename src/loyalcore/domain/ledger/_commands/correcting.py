"""Commands that take back an award or give back a spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from loyalcore.domain.ledger._fields import check_fields, exactly_one

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen
class Reverse:
    """Take back an award, or all awards of an order; more than is left is clamped to what is left.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: 1 to 10^15; None is all that is left.
        key: Idempotency key.
        entry_id: The award entry.
        order_id: Or the order.
        reason: Why.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or not exactly one of `entry_id` and `order_id`.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.2, 3.3.

    Example:
        >>> Reverse("ada", order_id="o-1", key="v-1").points is None
        True
    """

    name: ClassVar[str] = "points.reverse"
    customer_id: str
    points: int | None = None
    key: str = attrs.field(kw_only=True)
    entry_id: str | None = attrs.field(default=None, kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        exactly_one(self, "entry_id", "order_id")


@attrs.frozen
class Restore:
    """Give back a spend, or all spends of an order, to the lots they came from, with their old dates.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: 1 to what is left of the spend; None is all that is left.
        key: Idempotency key.
        entry_id: The spend or capture entry.
        order_id: Or the order.
        reason: Why.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or not exactly one of `entry_id` and `order_id`.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.2, 3.3.

    Example:
        >>> Restore("ada", 10, order_id="o-1", key="t-1").points
        10
    """

    name: ClassVar[str] = "points.restore"
    customer_id: str
    points: int | None = None
    key: str = attrs.field(kw_only=True)
    entry_id: str | None = attrs.field(default=None, kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        exactly_one(self, "entry_id", "order_id")
