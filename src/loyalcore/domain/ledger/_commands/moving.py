"""Commands over whole ledgers: transfer, merge, sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from loyalcore.domain.ledger._fields import check_fields, need_reason
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime


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


@attrs.frozen
class Sweep:
    """Write down what time has done to one ledger and to the holder's tier; changes no balance, may come twice.

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
class TellExpiring:
    """Have a holder told of the points of one ledger that expire soon, once for each day and lead; may come twice.

    Args:
        holder_id: The holder of the ledger.
        ledger: The ledger.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.11 (points expiring, n days or weeks ahead).

    Example:
        >>> TellExpiring("h1", program="beans").ledger
        ''
    """

    name: ClassVar[str] = "points.tell_expiring"
    holder_id: str
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_fields(self)
