"""The amounts of a cart: what each line costs after every discount, exactly, whatever the host's decimal context is.

A percentage of an amount may have more places than money has; a line is rounded once, to at most nine, after its last
discount. An order-wide discount is shared among the lines by what they cost.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.errors import Fault, InvalidDocument
from loyalcore.values.money import EXACT, FRACTION_DIGITS_MAX, INTEGER_DIGITS_MAX, exact_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loyalcore.domain.orders._item import Discount, Item

_PLACE: Final = Decimal(1).scaleb(-FRACTION_DIGITS_MAX)
_MOST: Final = Decimal(10) ** INTEGER_DIGITS_MAX
_HUNDRED: Final = Decimal(100)
_NOTHING: Final = Decimal(0)


@attrs.frozen(kw_only=True)
class Amounts:
    """What a cart costs, in its currency.

    Args:
        gross: All lines before discounts.
        lines: Each line after its own discounts, by its id.
        net: All lines after every discount, the order-wide ones too.
        tax: On the lines and on the order.
        shipping: Of the lines and of the order.
    """

    gross: Decimal
    lines: Mapping[str, Decimal]
    net: Decimal
    tax: Decimal
    shipping: Decimal

    @property
    def discount(self) -> Decimal:
        """What all discounts took off."""
        return EXACT.subtract(self.gross, self.net)

    @property
    def total(self) -> Decimal:
        """What is to be paid: lines after every discount, tax and shipping."""
        return exact_sum((self.net, self.tax, self.shipping))


def amounts_of(items: Sequence[Item], discounts: Sequence[Discount], tax: Decimal, shipping: Decimal) -> Amounts:
    """Work out what a cart costs.

    Args:
        items: Its lines.
        discounts: What lowers the price of the whole.
        tax: On the whole, beside that of the lines.
        shipping: Of the whole, beside that of the lines.

    Raises:
        InvalidDocument: Discounts of an amount take off more than is left, or the order costs more than can be said.

    Source: DOMAIN 3.4 (percent discounts cascade: 300, 270, 243, 218.7).
    """
    faults: list[Fault] = []
    gross: list[Decimal] = []
    lines: dict[str, Decimal] = {}
    for index, item in enumerate(items):
        price = EXACT.multiply(item.unit_price, Decimal(item.quantity))
        gross.append(price)
        lines[item.line_id] = _lowered(price, item.discounts, f"items[{index}].discounts", faults)
    net = _lowered(exact_sum([*lines.values()]), discounts, "discounts", faults)
    amounts = Amounts(
        gross=exact_sum(gross),
        lines=lines,
        net=net,
        tax=exact_sum([tax, *(item.tax for item in items)]),
        shipping=exact_sum([shipping, *(item.shipping for item in items)]),
    )
    if max(amounts.gross, amounts.total) >= _MOST:
        faults.append(Fault("items", f"cost too much: at most {INTEGER_DIGITS_MAX} digits before the point"))
    if faults:
        raise InvalidDocument(faults)
    return amounts


def _lowered(price: Decimal, discounts: Sequence[Discount], path: str, faults: list[Fault]) -> Decimal:
    """Take discounts off a price, one after the other; rounded once where percentages made it longer than money."""
    for index, discount in enumerate(discounts):
        if discount.amount is not None:
            if discount.amount > price:
                faults.append(Fault(f"{path}[{index}].amount", "takes off more than is left of the price"))
                return price
            price = EXACT.subtract(price, discount.amount)
        else:
            kept = EXACT.subtract(_HUNDRED, discount.percent or _NOTHING)
            price = EXACT.divide(EXACT.multiply(price, kept), _HUNDRED)
    if -int(price.as_tuple().exponent) > FRACTION_DIGITS_MAX:
        price = price.quantize(_PLACE, ROUND_HALF_UP, EXACT)
    return price
