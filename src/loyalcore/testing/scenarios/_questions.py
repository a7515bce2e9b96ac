"""Questions to the rules themselves: dates, quotes, tiers, the moves of a state, and what a query is met by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from loyalcore.domain import orders, referrals
from loyalcore.domain.earning import price_in_points, redeemable
from loyalcore.domain.flows import find_program
from loyalcore.domain.orders import Cart, read_cart
from loyalcore.errors import InvalidInput
from loyalcore.testing.scenarios._matches import found_by
from loyalcore.values.calendar import check_zone, parse_duration, parse_expiry, parse_start, wall_to_micros
from loyalcore.values.clock import NEVER, check_instant, from_micros, parse_instant, to_micros
from loyalcore.values.hints import did_you_mean
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points
from loyalcore.values.zones import wall_at

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.services import Loyalty


class Asked(NamedTuple):
    """Whom a step speaks to: the facade, the instant of the step, and the functions of the host's."""

    shop: Loyalty
    now: datetime
    registry: Registry


def _rules(asked: Asked, program: str | None) -> Program:
    return find_program({each.id: each for each in asked.shop.programs}, program).at(asked.now)


def _led(asked: Asked, base: str | None, tz: str | None, program: str | None, resolve: Any) -> dict[str, Any]:
    zone = _rules(asked, program).zone if tz is None else check_zone(tz, "tz")
    anchor = to_micros(asked.now) if base is None else _anchor(base, zone)
    at, on = resolve(anchor, zone)
    if at == NEVER:
        return {"at": None, "on": None, "wall": None}
    return {"at": from_micros(at), "on": on, "wall": wall_at(at, zone).isoformat()}


def _anchor(base: object, zone: Any) -> int:
    """Read an instant with its offset, or a date or a wall time of the zone."""
    try:
        return to_micros(parse_instant(base, "base"))
    except InvalidInput:
        if not isinstance(base, str):
            raise
    try:
        wall = datetime.fromisoformat(base)
    except ValueError:
        raise InvalidInput("must be an ISO 8601 instant, wall time or date", path="base") from None
    if wall.tzinfo is not None:
        raise InvalidInput("must be an ISO 8601 instant, wall time or date", path="base")
    check_instant(wall.replace(tzinfo=zone), "base")
    return wall_to_micros(wall, zone)


def _start(
    asked: Asked, expr: str, *, base: str | None = None, tz: str | None = None, program: str | None = None
) -> dict[str, Any]:
    rule = parse_start(expr, "expr")
    return _led(asked, base, tz, program, lambda anchor, zone: (rule.resolve(anchor, zone), None))


def _expiry(
    asked: Asked, expr: str, *, base: str | None = None, tz: str | None = None, program: str | None = None
) -> dict[str, Any]:
    return _led(asked, base, tz, program, parse_expiry(expr, "expr").resolve)


def _duration(
    asked: Asked, expr: str, *, base: str | None = None, tz: str | None = None, program: str | None = None
) -> dict[str, Any]:
    rule = parse_duration(expr, "expr")
    return _led(asked, base, tz, program, lambda anchor, zone: (rule.resolve(anchor, zone), None))


def _quote(
    asked: Asked, total: Decimal | None = None, *, cart: Cart | None = None, program: str | None = None
) -> dict[str, Any]:
    bought = _bought(total, cart)
    quoted = _rules(asked, program).quote(bought, at=asked.now, functions=asked.registry.earning)
    return {
        "points": quoted.points,
        "rules": {award.rule: award.points for award in quoted.awards},
        "basis": quoted.basis,
        "trace": quoted.trace,
    }


def _bought(total: Decimal | None, cart: object) -> Cart:
    if (total is None) is (cart is None):
        raise InvalidInput("give a total or a cart, and not both", path="total")
    return read_cart(cart, "cart") if total is None else Cart.of_total(total)


def _redeemable(
    asked: Asked,
    points: int,
    balance: int,
    *,
    total: Decimal | None = None,
    cart: Cart | None = None,
    program: str | None = None,
) -> dict[str, Any]:
    bought, rules = _bought(total, cart), _rules(asked, program)
    wanted, there = check_points(points, "points", minimum=0), check_points(balance, "balance", minimum=0)
    redeemed = redeemable(bought, there, rules.orders, wanted)
    return {"points": redeemed.points, "value": redeemed.value}


def _price(asked: Asked, amount: Decimal, *, program: str | None = None) -> dict[str, Any]:
    return {"points": price_in_points(amount, _rules(asked, program).orders)}


def _level(asked: Asked, measured: object, *, program: str | None = None) -> dict[str, Any]:
    tiers = _rules(asked, program).tiers
    if tiers is None:
        raise InvalidInput("the program has no tiers", path="program")
    if isinstance(measured, str):
        value: int | Decimal = check_amount(measured, "measured")
    else:
        value = check_points(measured, "measured", minimum=0)
    level = tiers.level_at(value)
    tier = None if level is None else level.name
    after = tiers.level_after(tier)
    return {"tier": tier, "next": None if after is None else after.name}


def _order_moves(asked: Asked, state: str | None = None) -> dict[str, list[str]]:
    return _moves(orders.MOVES, state)


def _referral_moves(asked: Asked, state: str | None = None) -> dict[str, list[str]]:
    return _moves(referrals.MOVES, state)


def _moves(table: Mapping[Any, Mapping[str, Any]], state: object) -> dict[str, list[str]]:
    """Name the moves that may be made from a state, and the states that they lead to."""
    if state is not None and (not isinstance(state, str) or state not in table):
        known = [each.value for each in table if each is not None]
        raise InvalidInput(f"is no state{did_you_mean(state, known)}", path="state")
    moves = table[state]
    return {"moves": sorted(moves), "states": sorted({each.value for each in moves.values()})}


def _matches(
    asked: Asked, query: object, records: object, *, noun: str = "customer", program: str | None = None
) -> dict[str, Any]:
    return found_by(query, records, noun, asked.now, _rules(asked, program).zone)


QUESTIONS: Final[dict[str, Callable[..., Any]]] = {
    "calendar.start": _start,
    "calendar.expiry": _expiry,
    "calendar.duration": _duration,
    "earning.price_in_points": _price,
    "earning.quote": _quote,
    "earning.redeemable": _redeemable,
    "orders.moves": _order_moves,
    "query.matches": _matches,
    "referrals.moves": _referral_moves,
    "tiers.level": _level,
}
"""The questions by their paths; each takes first whom it speaks to."""
