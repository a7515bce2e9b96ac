"""The lines of an order, and what lowers or pays their price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs

from loyalcore.domain.orders._checks import (
    DISCOUNTS_MAX,
    NOTHING,
    check_attributes,
    check_money,
    check_percent,
    check_quantity,
    known,
)
from loyalcore.errors import Fault, InvalidDocument
from loyalcore.values.checks import gather, maybe, read_maybe_money, read_money
from loyalcore.values.ids import check_text


def _discounts(value: Sequence[Discount]) -> tuple[Discount, ...]:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


@attrs.frozen(kw_only=True)
class Discount:
    """What lowers a price: an amount, or a percentage of what the discounts before it left.

    Args:
        amount: Off the price, in the order's currency, 0 or more.
        percent: Or so many hundredths of it, 0 to 100.
        code: The coupon that it comes from.

    Raises:
        InvalidDocument: Not exactly one of the two is given, or one is out of range; `faults` names all.

    Source: DOMAIN 3.4 (percent discounts cascade).

    Example:
        >>> Discount(percent="10").percent
        Decimal('10')
    """

    amount: Decimal | None = attrs.field(default=None, converter=read_maybe_money)
    percent: Decimal | None = attrs.field(default=None, converter=read_maybe_money)
    code: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = gather(
            self,
            {"amount": maybe(check_money), "percent": maybe(check_percent), "code": maybe(check_text)},
        )
        if (self.amount is None) is (self.percent is None):
            faults.append(Fault("", "give an amount or a percent, and not both"))
        if faults:
            raise InvalidDocument(faults)


@attrs.frozen(kw_only=True)
class Payment:
    """How a part of an order is paid; it lowers nothing.

    Args:
        kind: Such as `card`, `gift_card`, `wallet` or `store_credit`; the host's own words are welcome.
        amount: In the order's currency, 0 or more.

    Raises:
        InvalidDocument: The kind is no text, or the amount none; `faults` names all.

    Source: DOMAIN 3.4 (gift cards, wallets and store credit are payments).

    Example:
        >>> Payment(kind="gift_card", amount="50").amount
        Decimal('50')
    """

    kind: str
    amount: Decimal = attrs.field(converter=read_money)

    def __attrs_post_init__(self) -> None:
        if faults := gather(self, {"kind": check_text, "amount": check_money}):
            raise InvalidDocument(faults)


@attrs.frozen
class Item:
    """One line of an order: so many pieces of one thing.

    Args:
        line_id: The host's own id of the line, unique in its order.
        unit_price: Of one piece, in the order's currency, before discounts, without tax and shipping; 0 or more.
        quantity: How many pieces, 1 to 1,000,000.
        sku: The host's own id of what is sold.
        category: What sort of thing it is.
        discounts: What lowers the price of the whole line, one after the other.
        tax: On the whole line, 0 or more.
        shipping: Of the whole line, 0 or more.
        attributes: Texts of the host's own.

    Raises:
        InvalidDocument: A value of the wrong type or out of range, or discounts beyond the price; `faults` names all.

    Source: DOMAIN 3.3, 3.4.

    Example:
        >>> Item("1", unit_price="19.90", quantity=2, sku="mug").quantity
        2
    """

    line_id: str
    unit_price: Decimal = attrs.field(kw_only=True, converter=read_money)
    quantity: int = attrs.field(default=1, kw_only=True)
    sku: str | None = attrs.field(default=None, kw_only=True)
    category: str | None = attrs.field(default=None, kw_only=True)
    discounts: tuple[Discount, ...] = attrs.field(default=(), kw_only=True, converter=_discounts)
    tax: Decimal = attrs.field(default=NOTHING, kw_only=True, converter=read_money)
    shipping: Decimal = attrs.field(default=NOTHING, kw_only=True, converter=read_money)
    attributes: Mapping[str, str] = attrs.field(factory=dict, kw_only=True, repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        faults = gather(self, _ITEM)
        if faults:
            raise InvalidDocument(faults)


_ITEM: Final[Mapping[str, Any]] = {
    "line_id": check_text,
    "unit_price": check_money,
    "quantity": check_quantity,
    "sku": maybe(check_text),
    "category": maybe(check_text),
    "discounts": known(Discount, DISCOUNTS_MAX),
    "tax": check_money,
    "shipping": check_money,
    "attributes": check_attributes,
}
