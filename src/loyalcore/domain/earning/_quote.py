"""Quoting: what an order earns under a program's rules. Awarding calls the same function, so the two are equal.

Each rule counts on its own and exactly; multipliers multiply what comes from the items that they are about; the sum of
each ledger is rounded once, and shared among its rules so that the parts add up; caps come last.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from loyalcore.domain.earning._redeem import Redemption, value_of
from loyalcore.domain.earning._share import shared
from loyalcore.domain.earning._trace import Quote, QuotedAward, Step, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loyalcore.domain.earning._plan import Plan
    from loyalcore.domain.earning._purchase import Purchase
    from loyalcore.domain.earning._share import Fired, Multiplier
    from loyalcore.domain.earning._ways import Functions
    from loyalcore.values.points import Rounding

_NOT_REDEEMED: Final = Redemption(0, Decimal(0))


def quote(rules: Sequence[Plan], purchase: Purchase, rounding: Rounding, functions: Functions) -> Quote:
    """Return what an order earns.

    Args:
        rules: The rules, as `plans_of` has them.
        purchase: The order, its customer and the instant.
        rounding: The program's rounding.
        functions: The host's own rules, by name.

    Raises:
        InvalidInput: A function of the host's is not there, gave no exact number, or one below 0.
        LimitExceeded: A rule would grant more points than one award can hold, or a day of a condition is outside of the
            years that there are.

    Source: DOMAIN 3.4.
    """
    steps: list[Step | None] = []
    fired: list[Fired] = []
    multipliers: list[Multiplier] = []
    has_first = False
    cart, customer, at, zone, policy, redeemed = purchase
    amounts, basis = cart.amounts, purchase.basis
    for rule, way, where, who, items, has_limit, is_plain in rules:
        lines = amounts.lines
        why: Why | None = None
        if not is_plain and not rule.runs_at(at):
            why = Why.NOT_RUNNING
        elif where is not None and not where.test(at, zone)(cart):
            why = Why.WHERE
        elif who is not None and (customer is None or not who.test(at, zone)(customer)):
            why = Why.WHO
        if items is not None and why is None:
            meeting = filter(items.test(at, zone), amounts.rows)
            lines = {item.line_id: net for item, net in meeting}
            why = None if lines else Why.ITEMS
        if not is_plain and not rule.stacks and why is None:
            why = Why.NOT_FIRST if has_first else None
            has_first = True
        if why is not None:
            steps.append(Step(rule.id, why))
        elif way is None:
            multipliers.append((rule, None if items is None else frozenset(lines)))
            steps.append(Step(rule.id, Why.MULTIPLIED, 0, None, rule.multiplier))
        else:
            fired.append((len(steps), rule, has_limit, way(rule, purchase, lines, basis, functions)))
            steps.append(None)
    awards = shared(fired, multipliers, purchase, rounding, steps)
    redemption = Redemption(redeemed, value_of(redeemed, policy)) if redeemed else _NOT_REDEEMED
    return tuple.__new__(Quote, (awards, tuple(steps), basis, redemption))


def barred(rules: Sequence[Plan], purchase: Purchase) -> Quote:
    """Return the quote of a customer who takes no part: nothing.

    Args:
        rules: The rules, as `plans_of` has them.
        purchase: The order.

    Source: DOMAIN 3.4.
    """
    return Quote((), tuple([Step(plan.rule.id, Why.BARRED) for plan in rules]), purchase.basis, _NOT_REDEEMED)


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
            awards.append(award._replace(points=award.points - less))
    return quoted._replace(awards=tuple(awards))


def without_over(quoted: Quote, is_over: Callable[[QuotedAward], bool]) -> Quote:
    """Return a quote without awards of points that would be over before they begin.

    Args:
        quoted: What the order earns.
        is_over: Says it of one award.

    Source: DOMAIN 3.1 (an expiry not after the start is refused); that the order is not is a house decision.
    """
    over = {award.rule for award in quoted.awards if is_over(award)}
    if not over:
        return quoted
    awards = tuple([award for award in quoted.awards if award.rule not in over])
    trace = tuple([step._replace(why=Why.OVER, points=0) if step.rule in over else step for step in quoted.trace])
    return quoted._replace(awards=awards, trace=trace)
