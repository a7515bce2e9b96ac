"""Figures of orders and of referrals, put together: those of two members who turn out to be one."""

from __future__ import annotations

from loyalcore.domain.customers._model import OrderFigures, ReferralFigures
from loyalcore.values.money import EXACT, shortest


def merged_figures(one: OrderFigures, other: OrderFigures) -> OrderFigures:
    """Return the figures of the orders of both.

    Args:
        one: The figures of one member.
        other: Those of the other.

    Source: DOMAIN 3.2 (merge), 3.7.

    Example:
        >>> merged_figures(OrderFigures(count=2), OrderFigures(count=1)).count
        3
    """
    firsts = [at for at in (one.first_at, other.first_at) if at is not None]
    lasts = [at for at in (one.last_at, other.last_at) if at is not None]
    return OrderFigures(
        count=one.count + other.count,
        products=one.products + other.products,
        revenue=EXACT.add(one.revenue, other.revenue),
        discounts=EXACT.add(one.discounts, other.discounts),
        discounted=one.discounted + other.discounted,
        undiscounted=one.undiscounted + other.undiscounted,
        first_at=min(firsts, default=None),
        last_at=max(lasts, default=None),
    )


def merged_referrals(one: ReferralFigures, other: ReferralFigures) -> ReferralFigures:
    """Return the figures of both as one referrer.

    Args:
        one: The figures of one member.
        other: Those of the other.

    Source: DOMAIN 2 (BLP), 3.2 (merge).

    Example:
        >>> both = merged_referrals(ReferralFigures(total=2), ReferralFigures(total=1, successful=1))
        >>> both.total, both.successful
        (3, 1)
    """
    return ReferralFigures(
        total=one.total + other.total,
        successful=one.successful + other.successful,
        revenue=shortest(EXACT.add(one.revenue, other.revenue)),
        referrer_revenue=shortest(EXACT.add(one.referrer_revenue, other.referrer_revenue)),
        referee_revenue=shortest(EXACT.add(one.referee_revenue, other.referee_revenue)),
    )


def merged_caps(
    one: tuple[tuple[str, int, int], ...], other: tuple[tuple[str, int, int], ...]
) -> tuple[tuple[str, int, int], ...]:
    """Return what rules with a cap have granted to both: of one rule and one end, the sum.

    Args:
        one: The caps of one member.
        other: Those of the other.

    Source: DOMAIN 3.2 (merge), 3.4.

    Example:
        >>> merged_caps((("base", 7, 10),), (("base", 7, 5), ("bonus", 9, 1)))
        (('base', 7, 15), ('bonus', 9, 1))
    """
    found: dict[tuple[str, int], int] = {}
    for rule, until, points in (*one, *other):
        found[rule, until] = found.get((rule, until), 0) + points
    return tuple([(rule, until, points) for (rule, until), points in sorted(found.items())])
