"""The commands of the ledger: frozen values that say what is wanted.

Every command names its fields alike (see `_fields`): `customer_id` and `points` come first, all else is keyword-only.
`key` is the idempotency key, unique per holder; `reason` a short code or text without personal data; `program` may be
left out where the host runs only one; `ledger` is `""` for the main ledger. Instants are aware datetimes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from loyalcore.domain.ledger._fields import at_most_one, check_fields, exactly_one, need_reason
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = [
    "Activate",
    "Activity",
    "Adjust",
    "Award",
    "Capture",
    "Deduct",
    "Extend",
    "Hold",
    "Merge",
    "Release",
    "Restore",
    "Reverse",
    "Spend",
    "Sweep",
    "Transfer",
]


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


@attrs.frozen
class Transfer:
    """Move active points to another customer or ledger; they keep their dates.

    Args:
        customer_id: The customer who gives, 1 to 255 printable characters.
        points: 1 to 10^15.
        to: The customer who receives; the same one where only the ledger differs.
        reason: Why; required.
        key: Idempotency key.
        ledger: The ledger that gives.
        to_ledger: The ledger that receives; an unknown subledger is created.
        occurred_at: When it happened.
        note: Free text kept apart, at most 500 characters.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range, no reason, or both ledgers are the same.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Transfer("ada", 10, to="bob", reason="gift", key="g-1").to
        'bob'
    """

    name: ClassVar[str] = "points.transfer"
    customer_id: str
    points: int
    to: str = attrs.field(kw_only=True)
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    to_ledger: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    note: str | None = attrs.field(default=None, kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        need_reason(self)
        if self.to == self.customer_id and self.to_ledger == self.ledger:
            raise InvalidInput("points move to another customer or another ledger", path="to")


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


@attrs.frozen
class Sweep:
    """Write down what time has done to one ledger; changes no balance, idempotent by what it names.

    Args:
        holder_id: The holder of the ledger.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Sweep("h1", program="beans").ledger
        ''
    """

    name: ClassVar[str] = "points.sweep"
    holder_id: str
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)


@attrs.frozen
class Merge:
    """Merge a customer into another (a guest into a member, a duplicate into the original), in every program.

    Idempotent by what it names: the second merge changes nothing.

    Args:
        customer_id: The customer who ends.
        into: The survivor.
        reason: Why.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or a customer merged into itself.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.2.

    Example:
        >>> Merge("guest-7", into="ada").into
        'ada'
    """

    name: ClassVar[str] = "customers.merge"
    customer_id: str
    into: str = attrs.field(kw_only=True)
    reason: str = attrs.field(default="merge", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
        if self.into == self.customer_id:
            raise InvalidInput("a customer is merged into another one", path="into")
