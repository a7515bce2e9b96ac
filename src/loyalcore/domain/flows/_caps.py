"""What rules with a cap have granted to a member: counted when an order is closed, given back when it is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loyalcore.domain.earning import EarningRule
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
    return _moved(caps, [(program, award.rule, award.points) for award in awards], order)


def freed(caps: Caps, reversals: Iterable[Entry], awards: Mapping[str, Entry], program: Program, order: Order) -> Caps:
    """Return the caps after awards of an order were taken back, as the versions had them that granted the awards.

    Args:
        caps: (rule, until, points) before.
        reversals: The entries that took them back.
        awards: The awards, by their ids.
        program: The program.
        order: The order as it was closed.
    """
    corrected = [(awards[str(entry.corrects)], entry) for entry in reversals if entry.rule]
    points = [(program.version_of(award.program_version), str(award.rule), -entry.points) for award, entry in corrected]
    return _moved(caps, points, order)


def _moved(caps: Caps, points: list[tuple[Program, str, int]], order: Order) -> Caps:
    capped = [(rule, program, each) for program, name, each in points if (rule := _capped(program, name)) is not None]
    if order.closed_at is None or not (caps or capped):
        return caps
    at = to_micros(order.closed_at)
    counted = {(rule, until): granted for rule, until, granted in caps if until > at}
    for rule, program, each in capped:
        place = (rule.id, rule.capped_until(at, program.zone))
        counted[place] = max(counted.get(place, 0) + each, 0)
    return tuple([(name, until, granted) for (name, until), granted in sorted(counted.items()) if granted])


def _capped(program: Program, name: str) -> EarningRule | None:
    """Find a rule that has a cap."""
    return next((rule for rule in program.earning if rule.id == name and rule.has_cap), None)
