"""Amounts of a measure: exact sums of points, orders or money."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

# Wide enough for every sum of amounts: the host's own decimal context makes no difference.
_EXACT: Final = Context(prec=60)


def plus(one: int | Decimal, other: int | Decimal) -> int | Decimal:
    """Return the exact sum."""
    return one + other if isinstance(one, int) and isinstance(other, int) else _EXACT.add(one, other)


def minus(one: int | Decimal, other: int | Decimal) -> int | Decimal:
    """Return the exact difference."""
    return one - other if isinstance(one, int) and isinstance(other, int) else _EXACT.subtract(one, other)
