"""Amounts of a measure: exact sums of points, orders or money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.values.money import EXACT

if TYPE_CHECKING:
    from decimal import Decimal


def plus(one: int | Decimal, other: int | Decimal) -> int | Decimal:
    """Return the exact sum."""
    return one + other if isinstance(one, int) and isinstance(other, int) else EXACT.add(one, other)


def minus(one: int | Decimal, other: int | Decimal) -> int | Decimal:
    """Return the exact difference."""
    return one - other if isinstance(one, int) and isinstance(other, int) else EXACT.subtract(one, other)
