"""Carts that a store has kept: they were checked when they were written, and are only made carts again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.orders._amounts import amounts_of
from loyalcore.domain.orders._cart import Cart
from loyalcore.domain.orders._item import Discount, Item, Payment
from loyalcore.values.money import check_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    Read = Callable[[Any], Any]


def kept_cart(value: Mapping[str, Any]) -> Cart:
    """Return the cart of a document that `cart_document` gave, without a look at its limits.

    Args:
        value: The document.

    Raises:
        LookupError: A name is missing, or is none of a cart.
        TypeError: A value is of another type.
        ValueError: An amount is none, or discounts are beyond the price.
        LimitExceeded: An amount of too many digits.

    Source: House decision.

    Example:
        >>> kept_cart({"items": [{"line_id": "1", "unit_price": "9.50", "quantity": 2}]}).amounts.net
        Decimal('19.00')
    """
    cart: Cart = _made(Cart, value)
    object.__setattr__(cart, "amounts", amounts_of(cart.items, cart.discounts, cart.tax, cart.shipping))
    return cart


def _made(kind: type[Any], value: Mapping[str, Any]) -> Any:
    """Make one part without its constructor, which would check it."""
    part, known = object.__new__(kind), 0
    for name, default, read in _PLANS[kind]:
        if name in value:
            known += 1
            each = read(value[name])
        elif default is attrs.NOTHING:
            raise LookupError(name)
        else:
            each = default if read is not _attributes else {}
        object.__setattr__(part, name, each)
    if known < len(value):
        raise LookupError(f"a name that is none of {kind.__name__}")
    return part


def _of_type(kind: type[Any], value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{type(value).__name__} in place of {kind.__name__}")
    return value


def _text(value: Any) -> str:
    text: str = _of_type(str, value)
    return text


def _number(value: Any) -> int:
    number: int = _of_type(int, value)
    return number


def _money(value: Any) -> Decimal:
    return check_amount(value, "amount")


def _texts(value: Any) -> tuple[str, ...]:
    return tuple([_text(each) for each in _of_type(list, value)])


def _attributes(value: Any) -> dict[str, str]:
    return {name: _text(each) for name, each in _of_type(dict, value).items()}


def _parts_of(kind: type[Any]) -> Read:
    return lambda value: tuple([_made(kind, each) for each in _of_type(list, value)])


_READS: Final[Mapping[str, Read]] = {
    **dict.fromkeys(("line_id", "sku", "category", "code", "kind", "referral_code", "store", "currency"), _text),
    **dict.fromkeys(("unit_price", "tax", "shipping", "amount", "percent"), _money),
    **dict.fromkeys(("quantity", "redeem"), _number),
    "coupons": _texts,
    "attributes": _attributes,
    "items": _parts_of(Item),
    "discounts": _parts_of(Discount),
    "payments": _parts_of(Payment),
}
"""What reads the value of a field, by its name."""

_PLANS: Final[Mapping[type[Any], list[tuple[str, Any, Read]]]] = {
    kind: [(field.name, field.default, _READS[field.name]) for field in attrs.fields(kind) if field.init]
    for kind in (Cart, Item, Discount, Payment)
}
"""The fields of each part of a cart, with their defaults."""
