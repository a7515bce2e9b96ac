"""The cart: what is ordered, what it costs, and how it is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.orders._amounts import Amounts, amounts_of
from loyalcore.domain.orders._checks import (
    CODES_MAX,
    DISCOUNTS_MAX,
    ITEMS_MAX,
    PAYMENTS_MAX,
    check_attributes,
    check_money,
    check_texts,
    known,
)
from loyalcore.domain.orders._item import NOTHING, Discount, Item, Payment
from loyalcore.errors import Fault, InvalidDocument
from loyalcore.values.checks import gather, maybe, read_money
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_currency
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_AMOUNTS: Any = None


def _discounts(value: Sequence[Discount]) -> tuple[Discount, ...]:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def _items(value: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def _payments(value: Sequence[Payment]) -> tuple[Payment, ...]:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def _coupons(value: Sequence[str]) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


@attrs.frozen(kw_only=True)
class Cart:
    """What is ordered, what it costs, and how it is paid.

    Args:
        items: The lines, 1 to 1,000, their ids unique.
        discounts: What lowers the price of the order as a whole, one after the other, after those of its lines.
        shipping: Of the order as a whole, 0 or more.
        tax: On the order as a whole, 0 or more.
        payments: How it is paid; they lower nothing.
        coupons: The codes that were used.
        referral_code: The referral code that was used.
        store: Which of several shops it is from.
        currency: The ISO code of its money; None is the program's.
        redeem: How many points the customer wants to spend on it, 0 or more, in the program's smallest unit.
        attributes: Texts of the host's own.

    Raises:
        InvalidDocument: A value of the wrong type or out of range, a line id twice, or discounts beyond the price;
            `faults` names all of them by their paths.

    Source: DOMAIN 3.3, 3.4.

    Example:
        >>> cart = Cart(items=[Item("1", unit_price="100"), Item("2", unit_price="50")], coupons=["SPRING"])
        >>> len(cart.items)
        2
        >>> Cart.of_total("19.90").items[0].unit_price
        Decimal('19.90')
    """

    items: tuple[Item, ...] = attrs.field(converter=_items)
    discounts: tuple[Discount, ...] = attrs.field(default=(), converter=_discounts)
    shipping: Decimal = attrs.field(default=NOTHING, converter=read_money)
    tax: Decimal = attrs.field(default=NOTHING, converter=read_money)
    payments: tuple[Payment, ...] = attrs.field(default=(), converter=_payments)
    coupons: tuple[str, ...] = attrs.field(default=(), converter=_coupons)
    referral_code: str | None = None
    store: str | None = None
    currency: str | None = None
    redeem: int = 0
    attributes: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    amounts: Amounts = attrs.field(init=False, repr=False, eq=False, default=_NO_AMOUNTS)

    def __attrs_post_init__(self) -> None:
        faults = gather(self, _CART)
        if not faults:
            faults += _line_faults(self.items)
        if not faults:
            try:
                object.__setattr__(self, "amounts", amounts_of(self.items, self.discounts, self.tax, self.shipping))
            except InvalidDocument as error:
                faults += error.faults
        if faults:
            raise InvalidDocument(faults)

    @classmethod
    def of_total(cls, total: Decimal | int | str, **others: Any) -> Cart:
        """Make a cart of which only the total is known: one line `total`.

        Args:
            total: What the order costs without tax and shipping, 0 or more.
            others: All else that a cart may have.

        Raises:
            InvalidDocument: The total is no amount, or another value is out of range.

        Source: House decision.

        Example:
            >>> Cart.of_total(12, coupons=["A"]).coupons
            ('A',)
        """
        try:
            item = Item("total", unit_price=total)
        except InvalidDocument as error:
            faults = [Fault("total", fault.message) for fault in error.faults]
            raise InvalidDocument(faults) from None
        return cls(items=(item,), **others)

    def item(self, line_id: str) -> Item | None:
        """Find a line by its id; None where there is none."""
        return next((item for item in self.items if item.line_id == line_id), None)

    @property
    def products(self) -> int:
        """How many pieces were ordered."""
        return sum(item.quantity for item in self.items)


_CART: Final[Mapping[str, Any]] = {
    "items": known(Item, ITEMS_MAX, least=1),
    "discounts": known(Discount, DISCOUNTS_MAX),
    "shipping": check_money,
    "tax": check_money,
    "payments": known(Payment, PAYMENTS_MAX),
    "coupons": check_texts(CODES_MAX),
    "referral_code": maybe(check_text),
    "store": maybe(check_text),
    "currency": maybe(check_currency),
    "redeem": lambda value, path: check_points(value, path, minimum=0),
    "attributes": check_attributes,
}


def _line_faults(items: tuple[Item, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.line_id in seen:
            yield Fault(f"items[{index}].line_id", "is the id of an earlier line; ids of lines are unique")
        seen.add(item.line_id)
