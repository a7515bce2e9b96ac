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
    check_percent,
    check_quantity,
    check_texts,
    gather,
    known,
    maybe,
    maybe_money,
    money,
)
from loyalcore.errors import Fault, InvalidDocument
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_currency
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING: Final = Decimal(0)
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

    amount: Decimal | None = attrs.field(default=None, converter=maybe_money)
    percent: Decimal | None = attrs.field(default=None, converter=maybe_money)
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
    amount: Decimal = attrs.field(converter=money)

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
    unit_price: Decimal = attrs.field(kw_only=True, converter=money)
    quantity: int = attrs.field(default=1, kw_only=True)
    sku: str | None = attrs.field(default=None, kw_only=True)
    category: str | None = attrs.field(default=None, kw_only=True)
    discounts: tuple[Discount, ...] = attrs.field(default=(), kw_only=True, converter=_discounts)
    tax: Decimal = attrs.field(default=NOTHING, kw_only=True, converter=money)
    shipping: Decimal = attrs.field(default=NOTHING, kw_only=True, converter=money)
    attributes: Mapping[str, str] = attrs.field(factory=dict, kw_only=True, hash=False)

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
    shipping: Decimal = attrs.field(default=NOTHING, converter=money)
    tax: Decimal = attrs.field(default=NOTHING, converter=money)
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
                object.__setattr__(self, "amounts", amounts_of(self))
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
