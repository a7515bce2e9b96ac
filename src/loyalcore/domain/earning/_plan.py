"""The plan: what quoting has to know of a rule, made ready once, so that an order costs no second look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loyalcore.domain.earning._model import Steps
from loyalcore.domain.earning._ways import asked, by_order, by_piece, in_proportion, in_steps
from loyalcore.query import Compiled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.earning._model import EarningRule
    from loyalcore.domain.earning._ways import Way
    from loyalcore.query import Condition


class Plan(NamedTuple):
    """A rule, and what quoting has to know of it.

    Args:
        rule: The rule.
        way: What works out its points; None for a multiplier.
        where: What tests orders; None where all of them meet it, as for the next two.
        who: What tests customers.
        items: What tests items.
        has_limit: Whether it has a cap of any kind.
        is_plain: Whether it runs always, and stacks.
    """

    rule: EarningRule
    way: Way | None
    where: Compiled | None
    who: Compiled | None
    items: Compiled | None
    has_limit: bool
    is_plain: bool


def plans_of(rules: Iterable[EarningRule]) -> tuple[Plan, ...]:
    """Return the plans of rules in the order in which they are asked: the highest priority first, ties by id.

    Args:
        rules: The rules of a program.

    Source: DOMAIN 3.4; PERFORMANCE.md (an order under three rules at most three times an if-chain).
    """
    return tuple(
        [
            Plan(
                rule=rule,
                way=_way_of(rule),
                where=_compiled(rule.where),
                who=_compiled(rule.who),
                items=_compiled(rule.items),
                has_limit=rule.has_cap or rule.max_per_order is not None,
                is_plain=rule.stacks and rule.starts_at is None and rule.ends_at is None,
            )
            for rule in sorted(rules, key=lambda each: (-each.priority, each.id))
        ]
    )


def _way_of(rule: EarningRule) -> Way | None:
    if rule.is_multiplier:
        return None
    if rule.function is not None:
        return asked
    if rule.per is None:
        return by_order if rule.items is None else by_piece
    return in_steps if rule.steps is Steps.WHOLE_STEPS else in_proportion


def _compiled(condition: Condition | None) -> Compiled | None:
    return None if condition is None else Compiled(condition)
