"""The earning rule: who earns, by which orders or items, how many points, and in which ledger."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.earning._checks import (
    NOUNS,
    check_ledger,
    check_multiplier,
    check_priority,
    check_tiers,
)
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.query import check_condition
from loyalcore.values.calendar import parse_expiry, parse_start
from loyalcore.values.checks import check_flag, maybe, member_of
from loyalcore.values.clock import NEVER, check_instant
from loyalcore.values.ids import check_text, check_word
from loyalcore.values.money import check_amount
from loyalcore.values.periods import Period, period_of
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query import Condition

RULE_ID_MAX: Final = 64


class Steps(StrEnum):
    """How money becomes points.

    Source: DOMAIN 3.4.
    """

    WHOLE_STEPS = "whole_steps"
    """So many points for every full step: 1999 at 1 per 100 is 19."""
    PROPORTIONAL = "proportional"
    """Money times points by the step, rounded once for the whole order: 1999 at 1 per 100 is 19.99."""


def _money(value: Decimal | int | str | None) -> Decimal | None:
    """Read a text or an int; what is no amount is left as it is, to be named beside the other faults."""
    try:
        return None if value is None else check_amount(value, "")
    except (InvalidInput, LimitExceeded):
        return value  # type: ignore[return-value]


@attrs.frozen
class EarningRule:
    """A rule by which orders earn; each rule counts on its own.

    What it grants is said in one of four ways: `points` (for every `per` of money, or without `per` once for the order,
    or once for each piece where it is about items), `by_tier` (the same, with points by the tier held), `function` (the
    host's own), or `multiplier`, by which it multiplies what the other rules grant.

    Args:
        id: The rule's name in its program, 1 to 64 printable characters; it stands in every entry that it grants.
        points: The points of one step, one order or one piece, at least 1, in the program's smallest unit.
        per: The size of one step in the program's currency, more than 0.
        by_tier: Points by the name of the tier held, `""` for none, 0 or more; a tier that is not named earns nothing.
        function: The name of a function of the host's, in the registry's `earning`.
        multiplier: By how much it multiplies, more than 0 and at most 1,000.
        steps: Whether only full steps count.
        where: Which orders: a condition over `loyalcore.fields.CARTS`.
        who: Which customers: a condition over `loyalcore.fields.CUSTOMERS`; nobody who is not known meets it.
        items: Which items: a condition over `loyalcore.fields.ITEMS`; the rule is then about these alone, and
            order-wide discounts do not touch what they earn.
        starts_at: From when on it runs, UTC; None: always has.
        ends_at: The first instant at which it runs no more, UTC.
        priority: The higher comes first; ties by id.
        stacks: Whether it counts beside others; of those that do not, only the first counts.
        max_per_order: The most points that it grants for one order.
        max_per_customer: The most that it ever grants to one customer.
        max_per_period: The most that it grants to one customer in a calendar `period`.
        period: That period, in the program's zone.
        activation: When its points become active; None: as the program says.
        expiry: When they lapse; None: as the program says.
        ledger: The ledger that it grants in, `""` for the main one.

    Raises:
        InvalidDocument: One or more of them are of another type, out of range, or contradict each other; all are named.

    Source: DOMAIN 3.4; that the three conditions must all be met, and are each about one thing, is a house decision.

    Example:
        >>> EarningRule("base", points=1, per="1.50").per
        Decimal('1.50')
        >>> from loyalcore.domain.orders import ItemFields
        >>> EarningRule("shoes", multiplier=2, items=ItemFields.category == "shoes").is_multiplier
        True
    """

    id: str
    points: int | None = attrs.field(default=None, kw_only=True)
    per: Decimal | None = attrs.field(default=None, kw_only=True, converter=_money)
    by_tier: Mapping[str, int] | None = attrs.field(default=None, kw_only=True, hash=False)
    function: str | None = attrs.field(default=None, kw_only=True)
    multiplier: Decimal | None = attrs.field(default=None, kw_only=True, converter=_money)
    steps: Steps = attrs.field(default=Steps.WHOLE_STEPS, kw_only=True)
    where: Condition | None = attrs.field(default=None, kw_only=True, eq=repr, hash=False)
    who: Condition | None = attrs.field(default=None, kw_only=True, eq=repr, hash=False)
    items: Condition | None = attrs.field(default=None, kw_only=True, eq=repr, hash=False)
    starts_at: datetime | None = attrs.field(default=None, kw_only=True)
    ends_at: datetime | None = attrs.field(default=None, kw_only=True)
    priority: int = attrs.field(default=0, kw_only=True)
    stacks: bool = attrs.field(default=True, kw_only=True)
    max_per_order: int | None = attrs.field(default=None, kw_only=True)
    max_per_customer: int | None = attrs.field(default=None, kw_only=True)
    max_per_period: int | None = attrs.field(default=None, kw_only=True)
    period: Period | None = attrs.field(default=None, kw_only=True)
    activation: str | None = attrs.field(default=None, kw_only=True)
    expiry: str | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    ratio: tuple[int, int] = attrs.field(init=False, repr=False, eq=False, default=(1, 1))

    def __attrs_post_init__(self) -> None:
        faults = [*self._field_faults()]
        wrong = {fault.path for fault in faults}
        faults += [fault for fault in self._contradictions() if fault.path not in wrong]
        if faults:
            raise InvalidDocument(faults)
        if self.per is not None:
            # The step as a fraction of two integers, worked out once: earning is integer arithmetic, exact at any size.
            object.__setattr__(self, "ratio", self.per.as_integer_ratio())

    def _field_faults(self) -> Iterator[Fault]:
        for name, check in _CHECKS.items():
            given = getattr(self, name)
            try:
                checked = check(given, name)
            except (InvalidInput, LimitExceeded) as error:
                yield Fault(error.path, error.message.removeprefix(f"{error.path}: "))
            else:
                if checked is not given:
                    object.__setattr__(self, name, checked)

    def _contradictions(self) -> Iterator[Fault]:
        ways = [name for name in _WAYS if getattr(self, name) is not None]
        if not ways:
            yield Fault("points", f"is required, or one of {', '.join(_WAYS[1:])} in its place")
        for name in ways[1:]:
            yield Fault(name, f"cannot stand beside {ways[0]}: a rule grants in one way")
        if self.per is not None and not {"points", "by_tier"}.intersection(ways):
            yield Fault("per", "needs points or by_tier: so many points per so much money")
        if self.is_multiplier:
            for name in _GRANTING:
                if getattr(self, name) is not None:
                    yield Fault(name, "cannot be said of a multiplier: it grants nothing itself")
            if self.ledger:
                yield Fault("ledger", "cannot be said of a multiplier: it multiplies in every ledger")
        if (self.max_per_period is None) is not (self.period is None):
            missing = "period" if self.period is None else "max_per_period"
            yield Fault(missing, "is needed: a cap per period says how many points in which period")
        if self.max_per_period is not None and self.max_per_customer is not None:
            yield Fault("max_per_customer", "cannot stand beside max_per_period: give one cap for the customer")
        if None not in (self.starts_at, self.ends_at) and self.ends_at <= self.starts_at:  # type: ignore[operator]
            yield Fault("ends_at", "must be after starts_at")

    @property
    def is_multiplier(self) -> bool:
        """Whether it multiplies what others grant."""
        return self.multiplier is not None

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but points for every full step of money, for everybody and always."""
        return self == EarningRule(self.id, points=self.points or 1, per=self.per or 1) and self.per is not None

    @property
    def has_cap(self) -> bool:
        """Whether what it has granted to a customer is counted."""
        return self.max_per_customer is not None or self.max_per_period is not None

    @property
    def cap(self) -> int | None:
        """The most that it grants to one customer, ever or in its period; None for no limit."""
        return self.max_per_customer if self.max_per_period is None else self.max_per_period

    def capped_until(self, at: int, zone: ZoneInfo) -> int:
        """Return the instant at which what it has granted is counted anew.

        Args:
            at: When it grants, in microseconds since 1970.
            zone: The program's zone.

        Returns:
            Microseconds since 1970, `NEVER` for a cap that is for good.
        """
        return NEVER if self.period is None else period_of(at, self.period, zone)[1]

    def runs_at(self, at: datetime) -> bool:
        """Return whether it runs at an instant, UTC."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


_WAYS: Final = ("points", "by_tier", "function", "multiplier")
_GRANTING: Final = ("max_per_order", "max_per_customer", "max_per_period", "activation", "expiry")


def _id(value: object, path: str) -> str:
    return check_text(value, path, length_max=RULE_ID_MAX)


def _per(value: object, path: str) -> Decimal:
    amount = check_amount(value, path)
    if amount <= 0:
        raise InvalidInput("must be more than 0", path=path)
    return amount


_CHECKS: Final[Mapping[str, Any]] = {
    "id": _id,
    "points": maybe(check_points),
    "per": maybe(_per),
    "by_tier": maybe(check_tiers),
    "function": maybe(check_word),
    "multiplier": maybe(check_multiplier),
    "steps": member_of(Steps),
    "where": maybe(lambda value, path: check_condition(value, NOUNS["cart"], path)),
    "who": maybe(lambda value, path: check_condition(value, NOUNS["customer"], path)),
    "items": maybe(lambda value, path: check_condition(value, NOUNS["item"], path)),
    "starts_at": maybe(check_instant),
    "ends_at": maybe(check_instant),
    "priority": check_priority,
    "stacks": check_flag,
    "max_per_order": maybe(check_points),
    "max_per_customer": maybe(check_points),
    "max_per_period": maybe(check_points),
    "period": maybe(member_of(Period)),
    "activation": maybe(lambda value, path: parse_start(check_text(value, path), path).text),
    "expiry": maybe(lambda value, path: parse_expiry(check_text(value, path), path).text),
    "ledger": check_ledger,
}
