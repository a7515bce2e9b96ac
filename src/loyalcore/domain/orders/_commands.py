"""The commands about orders: open, update, close, cancel, reopen, return items."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from loyalcore.domain.orders._cart import Cart
from loyalcore.domain.orders._checks import ITEMS_MAX, check_list, check_money, check_quantity
from loyalcore.domain.orders._document import read_cart
from loyalcore.errors import InvalidInput
from loyalcore.values.checks import maybe
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_text
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.values.checks import Check


def _reason(value: object, path: str) -> str:
    return check_text(value, path, length_min=0)


def _pieces(value: object, path: str) -> tuple[tuple[str, int], ...]:
    """Return (line id, pieces) of a mapping or of a list of such pairs, each line once."""
    pairs = check_list([*value.items()] if isinstance(value, Mapping) else value, path, ITEMS_MAX)
    found: dict[str, int] = {}
    for index, pair in enumerate(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InvalidInput("must be pairs of a line id and a number of pieces", path=path)
        line_id = check_text(pair[0], f"{path}[{index}]")
        if line_id in found:
            raise InvalidInput("names a line twice", path=f"{path}[{index}]")
        found[line_id] = check_quantity(pair[1], f"{path}[{index}]")
    if not found:
        raise InvalidInput("must name at least one line; leave it out to return all that is left", path=path)
    return tuple(sorted(found.items()))


_CHECKS: Final[Mapping[str, Check]] = {
    "customer_id": check_text,
    "order_id": check_text,
    "key": check_text,
    "program": maybe(check_text),
    "reason": _reason,
    "occurred_at": maybe(check_instant),
    "cart": maybe(read_cart),
    "items": maybe(_pieces),
    "return_id": check_text,
    "refund": maybe(check_money),
    "restore": maybe(lambda value, path: check_points(value, path, minimum=0)),
}


def _check(command: Any) -> None:
    """Check every field of a command by its name."""
    for field in attrs.fields(type(command)):
        value = getattr(command, field.name)
        if value is None and field.default is not None:
            raise InvalidInput("is required", path=field.name)
        checked = _CHECKS[field.name](value, field.name)
        if checked is not value:
            object.__setattr__(command, field.name, checked)


@attrs.frozen
class OpenOrder:
    """Record an order that can still change, such as a cart at the checkout; it earns nothing yet.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        order_id: The host's order id, unique in the environment.
        cart: What is ordered, as a `Cart` or as its document.
        key: Idempotency key.
        occurred_at: When it happened.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        InvalidDocument: The cart has faults.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.3.

    Example:
        >>> OpenOrder("ada", "o-1", Cart.of_total("19.90"), key="k-1").order_id
        'o-1'
    """

    name: ClassVar[str] = "orders.open"
    customer_id: str
    order_id: str
    cart: Cart
    key: str = attrs.field(kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class UpdateOrder:
    """Replace the cart of an open order.

    Args:
        order_id: The order.
        cart: What is ordered now, as a `Cart` or as its document.
        key: Idempotency key.
        occurred_at: When it happened.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        InvalidDocument: The cart has faults.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.3.

    Example:
        >>> UpdateOrder("o-1", Cart.of_total("9.90"), key="k-2").order_id
        'o-1'
    """

    name: ClassVar[str] = "orders.update"
    order_id: str
    cart: Cart
    key: str = attrs.field(kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class CloseOrder:
    """Close an order that was paid for: spend what it redeems, award what it earns, count it.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        order_id: The host's order id, unique in the environment.
        cart: What was ordered, as a `Cart` or as its document; None is the cart of the open order.
        key: Idempotency key.
        occurred_at: When it happened; an expiry that counts from the order counts from it.
        program: The program's id.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        InvalidDocument: The cart has faults.
        LimitExceeded: A text or an amount beyond its limit.

    Source: DOMAIN 3.3, 3.4.

    Example:
        >>> CloseOrder("ada", "o-1", {"total": "19.90"}, key="k-3").cart.amounts.net
        Decimal('19.90')
    """

    name: ClassVar[str] = "orders.close"
    customer_id: str
    order_id: str
    cart: Cart | None = None
    key: str = attrs.field(kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class CancelOrder:
    """Cancel an order: give back what was spent on it, take back what it earned, count it no more.

    Args:
        order_id: The order.
        key: Idempotency key.
        reason: Why.
        occurred_at: When it happened.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.3.

    Example:
        >>> CancelOrder("o-1", key="k-4", reason="payment expired").reason
        'payment expired'
    """

    name: ClassVar[str] = "orders.cancel"
    order_id: str
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class ReopenOrder:
    """Open a closed order again: take back what closing gave, so that it can change and be closed anew.

    Args:
        order_id: The order.
        key: Idempotency key.
        reason: Why.
        occurred_at: When it happened.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.3.

    Example:
        >>> ReopenOrder("o-1", key="k-5").key
        'k-5'
    """

    name: ClassVar[str] = "orders.reopen"
    order_id: str
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class ReturnItems:
    """Record that pieces of an order were returned: give back what was spent on it, take back what they earned.

    Args:
        order_id: The order.
        items: Pieces by line id, as a mapping or as pairs; None is all that is left.
        return_id: The host's own id of the return, unique in its order: a second return has another one.
        key: Idempotency key.
        refund: The money that was given back, 0 or more; None: what the pieces cost.
        restore: How many of the points spent on the order come back now, at most what is left of them; None: by the
            program's `partial_restore`.
        reason: Why.
        occurred_at: When it happened.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or no items.
        LimitExceeded: A text, a number or an amount beyond its limit.

    Source: DOMAIN 3.3.

    Example:
        >>> ReturnItems("o-1", {"1": 2}, return_id="r-1", key="k-6").items
        (('1', 2),)
    """

    name: ClassVar[str] = "orders.return_items"
    order_id: str
    items: tuple[tuple[str, int], ...] | None = None
    return_id: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    refund: Decimal | None = attrs.field(default=None, kw_only=True)
    restore: int | None = attrs.field(default=None, kw_only=True)
    reason: str = attrs.field(default="", kw_only=True)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


OrderCommand = OpenOrder | UpdateOrder | CloseOrder | CancelOrder | ReopenOrder | ReturnItems
"""Every command about an order: it names the order by `order_id`."""
