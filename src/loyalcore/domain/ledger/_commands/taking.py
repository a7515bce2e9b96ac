"""Commands that take or reserve points, and the adjustment that may do either."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from loyalcore.domain.ledger._fields import at_most_one, check_fields, need_reason

if TYPE_CHECKING:
    from datetime import date, datetime


@attrs.frozen
class Spend:
    """Spend active points for a reward or an order, in consumption order.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: 1 to 10^15.
        key: Idempotency key.
        reason: Why.
        order_id: The order they are spent on.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Spend("ada", 50, reason="mug", key="s-1").reason
        'mug'
    """

    name: ClassVar[str] = "points.spend"
    customer_id: str
    points: int
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)


@attrs.frozen
class Deduct:
    """Take active points by hand.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: 1 to 10^15.
        reason: Why; required.
        key: Idempotency key.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or no reason.
        LimitExceeded: A text or an amount beyond its limit.

    Source: TAL "deduct points".

    Example:
        >>> Deduct("ada", 5, reason="mistake", key="d-1").points
        5
    """

    name: ClassVar[str] = "points.deduct"
    customer_id: str
    points: int
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        need_reason(self)


@attrs.frozen
class Adjust:
    """Adjust the balance by a signed number, by hand: up like an award, down like a deduction.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: -10^15 to 10^15, not 0.
        reason: Why; required.
        key: Idempotency key.
        expiry: When points added lapse; None is the program's.
        expires_at: Or the first instant at which they are gone.
        expires_on: Or the last valid day in the program's zone.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger; an unknown subledger is created when points are added.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, no reason, or two ways of saying one thing.
        LimitExceeded: A text or an amount beyond its limit.

    Source: INF "adjust balance"; WIZ "add points (-10 removes ten)".

    Example:
        >>> Adjust("ada", -10, reason="correction", key="j-1").points
        -10
    """

    name: ClassVar[str] = "points.adjust"
    customer_id: str
    points: int = attrs.field(metadata={"check": "signed_points"})
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    expiry: str | None = attrs.field(default=None, kw_only=True)
    expires_at: datetime | None = attrs.field(default=None, kw_only=True)
    expires_on: date | None = attrs.field(default=None, kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        need_reason(self)
        at_most_one(self, "expiry", "expires_at", "expires_on")


@attrs.frozen
class Hold:
    """Reserve active points while a payment is open; the hold's id is this command's key.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        points: 1 to 10^15.
        key: Idempotency key, and the hold's id.
        order_id: The order that is being paid.
        hold_for: How long, for example `30m`; None is the program's.
        lapses_at: Or the instant at which it lapses.
        reason: Why.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or two ways of saying one thing.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Hold("ada", 20, order_id="o-2", key="h-1").key
        'h-1'
    """

    name: ClassVar[str] = "points.hold"
    customer_id: str
    points: int
    key: str = attrs.field(kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    hold_for: str | None = attrs.field(default=None, kw_only=True)
    lapses_at: datetime | None = attrs.field(default=None, kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        at_most_one(self, "hold_for", "lapses_at")


@attrs.frozen
class Capture:
    """Turn a hold into a spend, in whole or in part; the rest is released.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        hold_id: The hold.
        key: Idempotency key.
        points: 1 to what is held; None is all.
        order_id: The order they are spent on.
        reason: Why.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Capture("ada", "h-1", points=15, key="c-1").points
        15
    """

    name: ClassVar[str] = "points.capture"
    customer_id: str
    hold_id: str
    key: str = attrs.field(kw_only=True)
    points: int | None = attrs.field(default=None, kw_only=True)
    order_id: str | None = attrs.field(default=None, kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)


@attrs.frozen
class Release:
    """Give up a hold: its points are free again, those whose time is over expire at once.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        hold_id: The hold.
        key: Idempotency key.
        reason: Why.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Release("ada", "h-1", key="r-1").hold_id
        'h-1'
    """

    name: ClassVar[str] = "points.release"
    customer_id: str
    hold_id: str
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
