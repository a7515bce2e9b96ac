"""What a program says about orders: what lowers the basis of earning, what points are worth, and what returns do."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.orders._checks import check_money, check_percent
from loyalcore.errors import InvalidInput
from loyalcore.values.calendar import Duration
from loyalcore.values.checks import check_flag, gather, maybe, read_maybe_money, read_money
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.errors import Fault
    from loyalcore.values.checks import Check


class RollbackBasis(StrEnum):
    """From what the points that a return takes back are worked out."""

    RECORDED = "recorded"
    """The recorded award of the returned pieces."""
    REFUND_AMOUNT = "refund_amount"
    """The refunded money, times the recorded points, by the recorded basis."""


class PartialRestore(StrEnum):
    """When points that were spent on an order come back as it is returned piece by piece."""

    AT_COMPLETION = "at_completion"
    """All of them with the last piece."""
    PRO_RATA = "pro_rata"
    """By what the returned pieces cost."""


@attrs.frozen(kw_only=True)
class OrderPolicy:
    """What a program says about orders.

    Args:
        earns_on_tax: Whether tax is part of the basis of earning.
        earns_on_shipping: Whether shipping is.
        earns_on_redeemed: Whether what was paid with points is; without it points redeemed lower the basis.
        point_value: What one point of the smallest unit is worth when it is redeemed, in the program's currency, more
            than 0; None: points cannot be redeemed for an order.
        redeem_step: Points are redeemed in whole multiples of this, at least 1.
        redeem_min: Fewer points than these are not redeemed, 0 or more.
        redeem_cap: The most of an order that points may pay, in percent, 0 to 100.
        rollback_basis: From what the points that a return takes back are worked out.
        partial_restore: When points that were spent on an order come back.
        restore_grace: How long what comes back lives at least, where it has lapsed meanwhile; None: it comes back
            lapsed.

    Source: DOMAIN 3.3, 3.4.

    Example:
        >>> OrderPolicy(point_value="0.01").redeem_cap
        Decimal('100')
    """

    earns_on_tax: bool = False
    earns_on_shipping: bool = False
    earns_on_redeemed: bool = False
    point_value: Decimal | None = attrs.field(default=None, converter=read_maybe_money)
    redeem_step: int = 1
    redeem_min: int = 0
    redeem_cap: Decimal = attrs.field(default=Decimal(100), converter=read_money)
    rollback_basis: RollbackBasis = RollbackBasis.RECORDED
    partial_restore: PartialRestore = PartialRestore.AT_COMPLETION
    restore_grace: Duration | None = None

    def faults(self) -> list[Fault]:
        """Name every setting that is of another type or out of range."""
        return gather(self, CHECKS)


def _point_value(value: object, path: str) -> Decimal:
    amount = check_money(value, path)
    if not amount:
        raise InvalidInput("must be more than 0", path=path)
    return amount


def _kind(kind: type[Any], form: str) -> Check:
    def check(value: object, path: str) -> Any:
        if not isinstance(value, kind):
            raise InvalidInput(f"must be a {kind.__name__}, not {type(value).__name__}: {form}", path=path)
        return value

    return check


CHECKS: Final[Mapping[str, Check]] = {
    "earns_on_tax": check_flag,
    "earns_on_shipping": check_flag,
    "earns_on_redeemed": check_flag,
    "point_value": maybe(_point_value),
    "redeem_step": check_points,
    "redeem_min": lambda value, path: check_points(value, path, minimum=0),
    "redeem_cap": check_percent,
    "rollback_basis": _kind(RollbackBasis, "write RollbackBasis.RECORDED"),
    "partial_restore": _kind(PartialRestore, "write PartialRestore.AT_COMPLETION"),
    "restore_grace": maybe(_kind(Duration, "call values.calendar.parse_duration")),
}
"""What each setting must be, once it is a value of Python."""
