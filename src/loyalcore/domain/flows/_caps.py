"""What rules with a cap have granted to a member: counted when an order is closed, given back when it is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.ledger import Entry
    from loyalcore.domain.orders import Order, OrderAward
    from loyalcore.domain.programs import Program

    Caps = tuple[tuple[str, int, int], ...]


def added(caps: Caps, awards: Iterable[OrderAward], program: Program, order: Order) -> Caps:
    """Return the caps after an order was closed; those whose time is over are left out.

    Args:
        caps: (rule, until, points) before.
        awards: What closing awarded.
        program: The program, whose rules say which of them have a cap and for how long it is counted.
        order: The order, closed.
    """
    return _moved(caps, [(award.rule, award.points) for award in awards], program, order)


def freed(caps: Caps, reversals: Iterable[Entry], program: Program, order: Order) -> Caps:
    """Return the caps after awards of an order were taken back.

    Args:
        caps: (rule, until, points) before.
        reversals: The entries that took them back.
        program: The program.
        order: The order as it was closed.
    """
    return _moved(caps, [(entry.rule, -entry.points) for entry in reversals if entry.rule], program, order)


def _moved(caps: Caps, points: list[tuple[str, int]], program: Program, order: Order) -> Caps:
    rules = {rule.id: rule for rule in program.earning}
    if order.closed_at is None or not (caps or any(rules[each].has_cap for each, _ in points if each in rules)):
        return caps
    at = to_micros(order.closed_at)
    counted = {(rule, until): granted for rule, until, granted in caps if until > at}
    for name, each in points:
        rule = rules.get(name)
        if rule is not None and rule.has_cap:
            place = (name, rule.capped_until(at, program.zone))
            counted[place] = max(counted.get(place, 0) + each, 0)
    return tuple([(name, until, granted) for (name, until), granted in sorted(counted.items()) if granted])
