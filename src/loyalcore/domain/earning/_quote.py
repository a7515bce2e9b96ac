"""Quoting: what an order earns under a program's rules. Awarding calls the same function, so the two are equal.

Each rule counts on its own and exactly; multipliers multiply what comes from the items that they are about; the sum of
each ledger is rounded once, and shared among its rules so that the parts add up; caps come last.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.earning._model import EarningRule, Steps
from loyalcore.domain.earning._redeem import Redemption, value_of
from loyalcore.domain.earning._trace import Quote, QuotedAward, Step, Why
from loyalcore.domain.orders import Weight
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import matcher
from loyalcore.values.clock import to_micros
from loyalcore.values.points import POINTS_MAX, Rounding, round_points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loyalcore.domain.earning._purchase import Purchase
    from loyalcore.domain.orders import ItemRow

_EXACT: Final = Context(prec=150)
_ONE: Final = Decimal(1)
_SHOWN: Final = Context(prec=12)


@attrs.frozen
class _Fired:
    """A rule that grants: its exact points before multipliers, and the lines that they come from."""

    place: int
    rule: EarningRule
    exact: Fraction | int
    lines: Mapping[str, Decimal]
    basis: Decimal | None


def in_order(rules: Sequence[EarningRule]) -> tuple[EarningRule, ...]:
    """Return rules in the order in which they are asked: the highest priority first, ties by id."""
    return tuple(sorted(rules, key=lambda rule: (-rule.priority, rule.id)))


def quote(
    rules: Sequence[EarningRule],
    purchase: Purchase,
    rounding: Rounding,
    functions: Mapping[str, Callable[[Purchase], Any]],
) -> Quote:
    """Return what an order earns.

    Args:
        rules: The rules, `in_order`.
        purchase: The order, its customer and the instant.
        rounding: The program's rounding.
        functions: The host's own rules, by name.

    Raises:
        InvalidInput: A function of the host's gave no exact number, or one below 0.
        LimitExceeded: A rule would grant more points than one award can hold.

    Source: DOMAIN 3.4.
    """
    steps: dict[int, Step] = {}
    fired: list[_Fired] = []
    multipliers: list[tuple[EarningRule, frozenset[str] | None]] = []
    has_first = False
    at = to_micros(purchase.at)
    for place, rule in enumerate(rules):
        rows = _rows(rule, purchase)
        why = _why_not(rule, purchase, at, rows)
        if why is None and not rule.stacks:
            why = Why.NOT_FIRST if has_first else None
            has_first = True
        if why is not None:
            steps[place] = Step(rule=rule.id, why=why)
        elif rule.multiplier is not None:
            multipliers.append((rule, None if rule.items is None else frozenset(row.item.line_id for row in rows)))
            steps[place] = Step(rule=rule.id, why=Why.MULTIPLIED, factor=rule.multiplier)
        else:
            fired.append(_grant(place, rule, purchase, rows, functions))
    awards = _awards(fired, multipliers, purchase, rounding, steps)
    return Quote(
        awards=tuple(awards),
        trace=tuple([steps[place] for place in range(len(rules))]),
        basis=purchase.basis,
        redemption=Redemption(purchase.redeemed, value_of(purchase.redeemed, purchase.policy)),
    )


def barred(rules: Sequence[EarningRule], purchase: Purchase) -> Quote:
    """Return the quote of a customer who takes no part: nothing.

    Args:
        rules: The rules, `in_order`.
        purchase: The order.

    Source: DOMAIN 3.4.
    """
    trace = tuple([Step(rule=rule.id, why=Why.BARRED) for rule in rules])
    return Quote(awards=(), trace=trace, basis=purchase.basis, redemption=Redemption(0, Decimal(0)))


def lessened(quoted: Quote, kept: Sequence[tuple[str, int]]) -> Quote:
    """Return a quote less points that the customer has kept of an earlier closing of the same order.

    Args:
        quoted: What the order earns.
        kept: (ledger, points) that a reopening could not take back; they are left out of the first awards.

    Source: DOMAIN 3.3 (closing again awards less what the reopening could not recover).
    """
    if not kept:
        return quoted
    left = dict(kept)
    awards = []
    for award in quoted.awards:
        less = min(left.get(award.ledger, 0), award.points)
        left[award.ledger] = left.get(award.ledger, 0) - less
        if award.points > less:
            awards.append(attrs.evolve(award, points=award.points - less))
    return attrs.evolve(quoted, awards=tuple(awards))


# Whether a rule has a say ---------------------------------------------------------------------------------------------


def _rows(rule: EarningRule, purchase: Purchase) -> tuple[ItemRow, ...]:
    """Give the lines that a rule is about."""
    if rule.items is None:
        return purchase.items
    meets = matcher(rule.items, purchase.at, purchase.zone)
    return tuple([row for row in purchase.items if meets(row)])


def _why_not(rule: EarningRule, purchase: Purchase, at: int, rows: Sequence[ItemRow]) -> Why | None:
    if not rule.runs_at(at):
        return Why.NOT_RUNNING
    if rule.where is not None and not matcher(rule.where, purchase.at, purchase.zone)(purchase.cart):
        return Why.WHERE
    if rule.who is not None:
        customer = purchase.customer
        if customer is None or not matcher(rule.who, purchase.at, purchase.zone)(customer):
            return Why.WHO
    return None if rows else Why.ITEMS


# What a rule grants ---------------------------------------------------------------------------------------------------


def _grant(
    place: int,
    rule: EarningRule,
    purchase: Purchase,
    rows: Sequence[ItemRow],
    functions: Mapping[str, Callable[[Purchase], Any]],
) -> _Fired:
    is_scoped = rule.items is not None
    lines = {row.item.line_id: row.net for row in rows}
    points = rule.points if rule.by_tier is None else rule.by_tier.get(purchase.tier, 0)
    if points is None:
        name = str(rule.function)
        return _Fired(place, rule, _asked(name, functions[name](purchase)), lines, None)
    if rule.per is None:
        pieces = {row.item.line_id: Decimal(row.item.quantity) for row in rows}
        if is_scoped:
            return _Fired(place, rule, points * int(sum(pieces.values())), pieces, None)
        return _Fired(place, rule, points, lines, None)
    basis = _sum(lines.values()) if is_scoped else purchase.basis
    above, below = basis.as_integer_ratio()
    step_above, step_below = rule.ratio
    if rule.steps is Steps.WHOLE_STEPS:
        return _Fired(place, rule, above * step_below // (below * step_above) * points, lines, basis)
    return _Fired(place, rule, Fraction(above * step_below * points, below * step_above), lines, basis)


def _sum(amounts: Any) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def _asked(name: str, answer: object) -> Fraction | int:
    """Return what a function of the host's grants."""
    if isinstance(answer, bool) or not isinstance(answer, int | Fraction | Decimal):
        raise InvalidInput(f"must give an int, a Decimal or a Fraction, not {type(answer).__name__}", path=name)
    if isinstance(answer, Decimal) and not answer.is_finite():
        raise InvalidInput("must give a finite number", path=name)
    if answer < 0:
        raise InvalidInput("must not give less than 0", path=name)
    return answer if isinstance(answer, int) else Fraction(answer)


# Multipliers, rounding, caps ------------------------------------------------------------------------------------------


def _awards(
    fired: Sequence[_Fired],
    multipliers: Sequence[tuple[EarningRule, frozenset[str] | None]],
    purchase: Purchase,
    rounding: Rounding,
    steps: dict[int, Step],
) -> list[QuotedAward]:
    awards = []
    sums: dict[str, Fraction | int] = {}
    given: dict[str, int] = {}
    for each in fired:
        rule = each.rule
        exact, lines, factor = each.exact, each.lines, None
        if multipliers and exact:
            lines, factor = _multiplied(lines, multipliers, purchase)
            exact *= factor
        before = given.get(rule.ledger, 0)
        sums[rule.ledger] = sums.get(rule.ledger, 0) + exact
        given[rule.ledger] = round_points(sums[rule.ledger], rounding)
        points = given[rule.ledger] - before
        allowed = _allowed(rule, points, purchase)
        if allowed > POINTS_MAX:
            raise LimitExceeded("grants too many points", path=f"earning[{rule.id}]", limit=POINTS_MAX)
        why = Why.CAPPED if allowed < points else Why.GRANTED if points else Why.TOO_LITTLE
        shown = None if factor is None else _SHOWN.divide(Decimal(factor.numerator), Decimal(factor.denominator))
        steps[each.place] = Step(rule=rule.id, why=why, points=allowed, basis=each.basis, factor=shown)
        if allowed:
            weights = tuple([Weight(line, weight) for line, weight in lines.items()])
            awards.append(
                QuotedAward(
                    rule=rule.id,
                    ledger=rule.ledger,
                    points=allowed,
                    weights=weights,
                    activation=rule.activation,
                    expiry=rule.expiry,
                )
            )
    return awards


def _multiplied(
    lines: Mapping[str, Decimal],
    multipliers: Sequence[tuple[EarningRule, frozenset[str] | None]],
    purchase: Purchase,
) -> tuple[dict[str, Decimal], Fraction]:
    """Return the weights of lines after multipliers, and by how much they multiply what comes from these lines."""
    weights = dict(lines)
    if not any(weights.values()):
        weights = {row.item.line_id: Decimal(row.item.quantity) for row in purchase.items if row.item.line_id in lines}
    raised = {}
    for line, weight in weights.items():
        raised[line] = weight
        for rule, about in multipliers:
            if about is None or line in about:
                raised[line] = _EXACT.multiply(raised[line], rule.multiplier or _ONE)
    return raised, Fraction(_sum(raised.values())) / Fraction(_sum(weights.values()))


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
