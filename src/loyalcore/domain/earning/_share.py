"""From what rules grant exactly to awards: multipliers, the one rounding of each ledger, caps, and the trace."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from loyalcore.domain.earning._trace import QuotedAward, Step, Why
from loyalcore.domain.earning._ways import pieces_of, sum_of, too_many
from loyalcore.errors import LimitExceeded
from loyalcore.values.clock import to_micros
from loyalcore.values.money import EXACT
from loyalcore.values.points import POINTS_MAX, Rounding, round_points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loyalcore.domain.earning._model import EarningRule
    from loyalcore.domain.earning._purchase import Purchase
    from loyalcore.domain.earning._ways import Granted
    from loyalcore.domain.orders import Cart

    Fired = tuple[int, EarningRule, bool, Granted]
    """A rule that grants: its place, the rule, whether it has a cap, and what it grants before multipliers."""
    Multiplier = tuple[EarningRule, frozenset[str] | None]
    """A rule that multiplies, and the lines that it is about; None for all of them."""

_SHOWN: Final = Context(prec=12)
_NOTHING: Final = (Fraction(0), 0)
_ONE: Final = Decimal(1)
_GRANTED, _CAPPED, _TOO_LITTLE = Why.GRANTED, Why.CAPPED, Why.TOO_LITTLE


def shared(
    fired: Sequence[Fired],
    multipliers: Sequence[Multiplier],
    purchase: Purchase,
    rounding: Rounding,
    steps: list[Step | None],
) -> tuple[QuotedAward, ...]:
    """Return what each rule grants, and put the step of each in its place.

    Args:
        fired: The rules that grant.
        multipliers: What they are multiplied by.
        purchase: The order, its customer and the instant.
        rounding: The program's rounding.
        steps: The trace, None in the places of these rules.

    Raises:
        LimitExceeded: A rule would grant more points than one award can hold.

    Source: DOMAIN 3.4.
    """
    new, awards = tuple.__new__, []  # which makes a named tuple without the call of a function of its own
    sums: dict[str, tuple[Fraction, int]] = {}
    for place, rule, has_limit, (granted, given, money) in fired:
        points, lines, shown = granted, given, None
        if multipliers and granted:
            lines, above, below = _multiplied(given, multipliers, purchase.cart)
            points = _times(granted, above, below)
            shown = _SHOWN.divide(Decimal(above), Decimal(below))
        if not isinstance(points, int):
            points = _rounded(points, rounding, rule, sums)
        allowed = _allowed(rule, points, purchase) if has_limit else points
        if allowed > POINTS_MAX:
            raise too_many(rule)
        why = _CAPPED if allowed < points else _GRANTED if points else _TOO_LITTLE
        steps[place] = new(Step, (rule.id, why, allowed, money, shown))
        if allowed:
            parts = (rule.id, rule.ledger, allowed, lines, rule.activation, rule.expiry)
            awards.append(new(QuotedAward, parts))
    return tuple(awards)


def _rounded(exact: Fraction, rounding: Rounding, rule: EarningRule, sums: dict[str, tuple[Fraction, int]]) -> int:
    """Return a rule's share of the rounded sum of its ledger.

    Only what is no whole number is summed up: a whole number moves a sum and what it is rounded to alike.
    """
    before, given = sums.get(rule.ledger, _NOTHING)
    after = before + exact
    try:
        points = round_points(after, rounding)
    except LimitExceeded:
        raise too_many(rule) from None
    sums[rule.ledger] = (after, points)
    return points - given


def _times(points: Fraction | int, above: int, below: int) -> Fraction | int:
    """Return points times a fraction of two integers; a whole number where it is one."""
    if isinstance(points, Fraction):
        return points * Fraction(above, below)
    whole, rest = divmod(points * above, below)
    return Fraction(points * above, below) if rest else whole


def _multiplied(
    lines: Mapping[str, Decimal], multipliers: Sequence[Multiplier], cart: Cart
) -> tuple[Mapping[str, Decimal], int, int]:
    """Return the weights of lines after multipliers, and by which fraction these multiply what comes from the lines.

    What multiplies all lines alike leaves their weights, which are shares, as they are.
    """
    above = below = 1
    scoped = []
    for rule, about in multipliers:
        if about is None:
            over, under = (rule.multiplier or _ONE).as_integer_ratio()
            above, below = above * over, below * under
        elif not about.isdisjoint(lines):
            scoped.append((rule, about))
    if not scoped:
        return lines, above, below
    weights = lines if any(lines.values()) else pieces_of(lines, cart)
    raised = dict(weights)
    for rule, about in scoped:
        for line in about.intersection(raised):
            raised[line] = EXACT.multiply(raised[line], rule.multiplier or _ONE)
    over, under = sum_of(raised.values()).as_integer_ratio()
    whole, part = sum_of(weights.values()).as_integer_ratio()
    return raised, above * over * part, below * under * whole


def _allowed(rule: EarningRule, points: int, purchase: Purchase) -> int:
    """Return how many of a rule's points its caps let through."""
    if rule.max_per_order is not None:
        points = min(points, rule.max_per_order)
    cap = rule.cap
    if cap is None:
        return points
    until = rule.capped_until(to_micros(purchase.at), purchase.zone)
    member = None if purchase.customer is None else purchase.customer.membership
    used = 0
    if member is not None:
        used = sum(granted for name, end, granted in member.caps if name == rule.id and end == until)
    return min(points, max(cap - used, 0))
