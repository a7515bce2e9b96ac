"""The document of a cart: what a command's JSON form and a scenario write of it.

Reading goes on after a fault, so that all of them are found at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.orders._cart import Cart
from loyalcore.domain.orders._item import Discount, Item, Payment
from loyalcore.errors import Fault, InvalidDocument
from loyalcore.values.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final[Mapping[str, type[Any]]] = {"items": Item, "discounts": Discount, "payments": Payment}
_ITEMS: Final = "items"
_TOTAL: Final = "total"
"""What may stand in the place of the items of a cart."""
_FAULTY: Final = object()
_SHOWN_MAX: Final = 40


def read_cart(value: object, path: str) -> Cart:
    """Read a cart from its document.

    Args:
        value: A mapping with the fields of a cart by their names, money as text or whole numbers; `total` may stand in
            place of `items`. A cart is returned as it is.
        path: Where it stands, for the message.

    Raises:
        InvalidDocument: It has faults: all of them, by their paths.

    Source: House decision.

    Example:
        >>> cart = read_cart({"items": [{"line_id": "1", "unit_price": "9.50", "quantity": 2}]}, "cart")
        >>> cart.amounts.net
        Decimal('19.00')
    """
    if isinstance(value, Cart):
        return value
    faults: list[Fault] = []
    cart: Any = _read(Cart, value, path, faults)
    if faults:
        raise InvalidDocument(faults)
    return cart  # type: ignore[no-any-return]


def _read(kind: type[Any], value: object, path: str, faults: list[Fault]) -> Any:
    """Read one table; what has a fault is no value, and the fault is told."""
    if not isinstance(value, Mapping):
        faults.append(Fault(path, f"must be a table, not {type(value).__name__}"))
        return _FAULTY
    before = len(faults)
    fields = {field.name: field for field in attrs.fields(kind) if field.init}
    make: Any = kind
    if kind is Cart and _TOTAL in value and _ITEMS not in value:
        fields[_TOTAL] = fields.pop(_ITEMS)
        make = Cart.of_total
    faults += _names(value, fields, path)
    given = {name: _part(name, each, f"{path}.{name}", faults) for name, each in value.items() if name in fields}
    if len(faults) == before:
        try:
            return make(**given)
        except InvalidDocument as error:
            faults += [Fault(f"{path}.{fault.path}" if fault.path else path, fault.message) for fault in error.faults]
    return _FAULTY


def _names(value: Mapping[Any, Any], fields: Mapping[str, Any], path: str) -> Iterator[Fault]:
    for name in value:
        if name not in fields:
            shown = ascii(name)[1:-1][:_SHOWN_MAX] if isinstance(name, str) else type(name).__name__
            if shown == _TOTAL and _ITEMS in fields:
                yield Fault(f"{path}.{shown}", "cannot stand beside items, which say it: leave one of them out")
                continue
            known = [*fields, _TOTAL] if _ITEMS in fields else fields
            yield Fault(f"{path}.{shown}", f"is no key here{did_you_mean(shown, known)}")
    for name, field in fields.items():
        if field.default is attrs.NOTHING and name not in value:
            yield Fault(f"{path}.{name}", "is required" + (", or a total in their place" if name == _ITEMS else ""))


def _part(name: str, value: object, path: str, faults: list[Fault]) -> Any:
    kind = _TABLES.get(name)
    if kind is None or not isinstance(value, list | tuple):
        return value
    return tuple([_read(kind, each, f"{path}[{index}]", faults) for index, each in enumerate(value)])


def cart_document(cart: Cart) -> dict[str, Any]:
    """Write a cart as a document: what is not its default, money as text.

    Args:
        cart: The cart.

    Source: House decision.

    Example:
        >>> cart_document(Cart.of_total("9.50"))
        {'items': [{'line_id': 'total', 'unit_price': '9.50'}]}
    """
    return _written(cart)


def _written(value: Any) -> dict[str, Any]:
    table = {}
    for name, default in _WRITTEN[type(value)]:
        each = getattr(value, name)
        if each is not default and each != default:
            table[name] = _plain(each)
    return table


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return [_written(each) if attrs.has(type(each)) else each for each in value]
    return dict(value) if isinstance(value, Mapping) else value


_WRITTEN: Final[Mapping[type[Any], list[tuple[str, Any]]]] = {
    kind: [
        (field.name, {} if field.name == "attributes" else field.default) for field in attrs.fields(kind) if field.init
    ]
    for kind in (Cart, Item, Discount, Payment)
}
"""The fields of each part that are written, with the default that is not."""
