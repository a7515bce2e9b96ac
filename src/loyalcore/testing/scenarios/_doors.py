"""What a step may name: the methods of the facade by their own paths, and questions to the program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from loyalcore.domain.flows import find_program, from_json, read_value
from loyalcore.domain.orders import Cart, read_cart
from loyalcore.errors import InvalidInput
from loyalcore.services import Customers, Entries, Orders, Points, ReferralCodes, Referrals, Segments, Tiers
from loyalcore.values.calendar import check_zone, parse_duration, parse_expiry, parse_start, wall_to_micros
from loyalcore.values.clock import NEVER, check_instant, from_micros, parse_instant, to_micros
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points
from loyalcore.values.zones import wall_at

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program
    from loyalcore.services import Loyalty

_QUESTIONS: Final = frozenset(
    {
        "customers.count",
        "customers.get",
        "customers.membership",
        "customers.page",
        "entries.count",
        "entries.page",
        "orders.count",
        "orders.get",
        "orders.page",
        "orders.quote",
        "points.balance",
        "points.entries",
        "points.explain",
        "points.schedule",
        "points.verify",
        "referral_codes.get",
        "referral_codes.page",
        "referrals.count",
        "referrals.get",
        "referrals.link",
        "referrals.page",
        "segments.count",
        "segments.get",
        "segments.has",
        "segments.page",
        "tiers.report",
    },
)


_NO_STEPS: Final = frozenset(
    {
        "customers.stream",
        "entries.stream",
        "orders.stream",
        "points.post_many",
        "referral_codes.stream",
        "referrals.expire",
        "referrals.stream",
        "segments.all",
    }
)
"""What no step names: many commands, rows one by one, and what others have saved in the same store."""

_PARTS: Final = {
    "customers": Customers,
    "entries": Entries,
    "orders": Orders,
    "points": Points,
    "referral_codes": ReferralCodes,
    "referrals": Referrals,
    "segments": Segments,
    "tiers": Tiers,
}


class Asked(NamedTuple):
    """Whom a step speaks to: the facade, and the instant of the step."""

    shop: Loyalty
    now: datetime


@attrs.frozen(kw_only=True)
class Door:
    """One path that a step may name.

    Args:
        call: What is called, with whom it speaks to and the named values.
        types: The annotated type of each parameter.
        parameters: Each parameter, and whether it is required.
        is_question: Whether it only asks.
        takes_command: Whether its one value is a command in its JSON form.
    """

    call: Callable[..., Any]
    types: Mapping[str, str] = attrs.field(factory=dict)
    parameters: Mapping[str, bool] = attrs.field(factory=dict)
    is_question: bool = False
    takes_command: bool = False

    def answer(self, asked: Asked, values: Mapping[str, Any]) -> Any:
        """Read the values by their types and ask.

        Raises:
            LoyaltyError: What the values or the method raise.
        """
        if self.takes_command:
            return self.call(asked, from_json(values))
        return self.call(asked, **{name: read_value(self.types[name], value, name) for name, value in values.items()})


def _door(call: Callable[..., Any], signed: Callable[..., Any], *, is_question: bool) -> Door:
    """Make a door of a function; its first parameter is whom it speaks to."""
    parameters = [*inspect.signature(signed).parameters.values()][1:]
    return Door(
        call=call,
        types={each.name: str(each.annotation) for each in parameters},
        parameters={each.name: each.default is inspect.Parameter.empty for each in parameters},
        is_question=is_question,
    )


def _of_facade(part: str, name: str) -> Callable[..., Any]:
    return lambda asked, **values: getattr(getattr(asked.shop, part), name)(**values)


def _facade_doors() -> dict[str, Door]:
    doors = {}
    for part, kind in _PARTS.items():
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            path = f"{part}.{name}"
            if not name.startswith("_") and path not in _NO_STEPS:
                doors[path] = _door(_of_facade(part, name), method, is_question=path in _QUESTIONS)
    return doors


# Questions to the program ---------------------------------------------------------------------------------------------


def _rules(asked: Asked, program: str | None) -> Program:
    return find_program({each.id: each for each in asked.shop.programs}, program)


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
    if (total is None) is (cart is None):
        raise InvalidInput("give a total or a cart, and not both", path="total")
    bought = read_cart(cart, "cart") if total is None else Cart.of_total(total)
    quoted = _rules(asked, program).quote(bought, at=asked.now)
    return {
        "points": quoted.points,
        "rules": {award.rule: award.points for award in quoted.awards},
        "basis": quoted.basis,
        "trace": quoted.trace,
    }


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


def _preview(asked: Asked, command: Any) -> Any:
    return asked.shop.preview(command)


def _run(asked: Asked, command: Any) -> Any:
    return asked.shop.run(command)


DOORS: Final[dict[str, Door]] = {
    **_facade_doors(),
    "preview": Door(call=_preview, is_question=True, takes_command=True),
    "run": Door(call=_run, takes_command=True),
    "calendar.start": _door(_start, _start, is_question=True),
    "calendar.expiry": _door(_expiry, _expiry, is_question=True),
    "calendar.duration": _door(_duration, _duration, is_question=True),
    "earning.quote": _door(_quote, _quote, is_question=True),
    "tiers.level": _door(_level, _level, is_question=True),
}
"""Every path that a step may name."""
