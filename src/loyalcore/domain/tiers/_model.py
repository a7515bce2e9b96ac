"""The tier set of a program: levels, what qualifies for them, and what happens when a tier ends."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.tiers._names import check_attribute_name
from loyalcore.domain.tiers._window import Window, WindowKind
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.calendar import Duration
from loyalcore.values.checks import fault_of
from loyalcore.values.clock import DAY
from loyalcore.values.ids import check_name, check_word
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEVEL_NAME_MAX: Final = 64
ENDING_DAYS_MAX: Final = 366


class Measure(StrEnum):
    """What qualifies for a tier; a program must say it, there is no default."""

    POINTS_EARNED = "points_earned"
    """Points that became active, net of reversals."""
    ACTIVE_BALANCE = "active_balance"
    """Points that are active now."""
    MONEY_SPENT = "money_spent"
    """Money spent on orders, in the program's currency."""
    ORDERS = "orders"
    """The number of orders."""
    FUNCTION = "function"
    """What a function of the host's makes of the figures."""


class Downgrade(StrEnum):
    """What becomes of a tier that is not qualified for any more; all but the first two when it expires."""

    NEVER = "never"
    """It stays."""
    REAL_TIME = "real_time"
    """The tier that the measure gives, at once."""
    ONE_DOWN = "one_down"
    """The next lower tier."""
    BALANCE_BASED = "balance_based"
    """The tier that the measure gives."""
    PREVIOUS_TIER = "previous_tier"
    """The tier held before this one."""
    KEEP_HIGHEST = "keep_highest"
    """The higher of what the measure gives and the next lower tier."""


class Anchor(StrEnum):
    """From what a tier's expiry is counted."""

    TIER_START_DATE = "tier_start_date"
    """From the instant at which it was reached or last renewed."""
    PROGRAM_JOIN_DATE = "program_join_date"
    """In cycles from the instant of joining: the first end of a cycle after it was reached."""
    CUSTOMER_ATTRIBUTE = "customer_attribute"
    """In cycles from the day that an attribute of the customer names; from joining where it names none."""
    ABSOLUTE = "absolute"
    """It is kept to the end of the calendar year in which the span from its start ends."""


class Resets(StrEnum):
    """When what was counted in the window of a measure is counted anew, beside what the window itself says."""

    NEVER = "never"
    """Only the window says it."""
    ANNIVERSARY = "anniversary"
    """At each anniversary of joining."""
    TIER_CHANGE = "tier_change"
    """When another tier is reached or lost."""


class TierNotice(StrEnum):
    """What a customer can be told about tiers."""

    UP = "tier_up"
    DOWN = "tier_down"
    ENDING = "tier_ending"


LIFETIME: Final = Window()
AT_EXPIRY: Final = frozenset(
    {Downgrade.ONE_DOWN, Downgrade.BALANCE_BASED, Downgrade.PREVIOUS_TIER, Downgrade.KEEP_HIGHEST},
)


@attrs.frozen
class Level:
    """A tier: a name and the least that qualifies for it.

    Args:
        name: 1 to 64 printable characters, unique in its set.
        at: The threshold, inclusive, 0 or more: points or orders as `int`, money as `Decimal` or `int`.
    """

    name: str
    at: int | Decimal


def _threshold(value: object, measure: Measure, path: str) -> int | Decimal:
    """Return a threshold in the type of its measure, 0 or more."""
    is_whole = isinstance(value, int) and measure is Measure.FUNCTION
    if is_whole or measure not in (Measure.MONEY_SPENT, Measure.FUNCTION):
        return check_points(value, path, minimum=0)
    amount = check_amount(value, path)
    if amount < 0:
        raise InvalidInput("must be at least 0", path=path)
    return amount


def _order_faults(levels: Sequence[Level | None]) -> Iterator[Fault]:
    """Name the levels that repeat a name or do not rise; None stands for a level with faults of its own."""
    names: set[str] = set()
    last: Level | None = None
    for index, level in enumerate(levels):
        if level is None:
            continue
        if level.name in names:
            yield Fault(f"levels[{index}].name", "is the name of an earlier level; names are unique")
        names.add(level.name)
        if last is not None and level.at <= last.at:
            yield Fault(f"levels[{index}].at", "must be more than the threshold before it: write the levels rising")
        last = level


@attrs.frozen(kw_only=True)
class TierSet:
    """The tiers of a program.

    Args:
        measure: What qualifies.
        window: Over what it is taken.
        downgrade: What becomes of a tier that is not qualified for any more.
        expires_in: How long a tier lasts until it is looked at again; None: it does not end.
        anchor: From what that is counted.
        levels: The tiers by rising threshold, at least one.
        function: The name of the host's function, where that is the measure.
        grace: How much longer a tier is kept that was not qualified for again; None: not at all.
        resets: When the window's counter begins anew.
        anchor_attribute: The attribute of the customer that holds an ISO date, where that is the anchor.
        notices: What a customer is told of.
        ending_days: How many days before its end a customer is told that a tier is about to be lost, 1 to 366.

    Raises:
        InvalidDocument: One or more settings are of another type, out of range, or contradict each other.

    Source: DOMAIN 3.5.

    Example:
        >>> tiers = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 100), Level("Gold", 500)))
        >>> tiers.level_at(499)
        Level(name='Silver', at=100)
        >>> tiers.level_at(99) is None
        True
    """

    measure: Measure
    window: Window = LIFETIME
    downgrade: Downgrade = Downgrade.NEVER
    expires_in: Duration | None = None
    anchor: Anchor = Anchor.TIER_START_DATE
    levels: tuple[Level, ...]
    function: str | None = None
    grace: Duration | None = None
    resets: Resets = Resets.NEVER
    anchor_attribute: str | None = None
    notices: frozenset[TierNotice] = frozenset()
    ending_days: int = 30
    thresholds: tuple[int | Decimal, ...] = attrs.field(init=False, repr=False, eq=False, default=())
    ranks: dict[str, int] = attrs.field(init=False, repr=False, eq=False, factory=dict)
    only_climbs: bool = attrs.field(init=False, repr=False, eq=False, default=False)
    warns: int = attrs.field(init=False, repr=False, eq=False, default=0)

    def __attrs_post_init__(self) -> None:
        faults = [*self._type_faults()]
        if not faults:
            faults += self._policy_faults()
        levels = [*self._read_levels(faults)]
        faults += _order_faults(levels)
        if faults:
            raise InvalidDocument(faults)
        kept = tuple(level for level in levels if level is not None)
        is_simple = self.downgrade is Downgrade.NEVER and self.expires_in is None
        for name, value in (
            ("levels", kept),
            ("warns", DAY * self.ending_days if TierNotice.ENDING in self.notices else 0),
            ("thresholds", tuple(level.at for level in kept)),
            ("ranks", {level.name: rank for rank, level in enumerate(kept)}),
            ("only_climbs", is_simple and self.window.kind is WindowKind.LIFETIME),
        ):
            object.__setattr__(self, name, value)

    def _type_faults(self) -> Iterator[Fault]:
        for name, kind in _KINDS.items():
            value = getattr(self, name)
            if not isinstance(value, kind):
                yield Fault(name, f"must be a {kind.__name__}, not {type(value).__name__}")
        for name in ("expires_in", "grace"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, Duration):
                yield Fault(name, f"must be a Duration or None, not {type(value).__name__}")
        for name, check in (("function", check_word), ("anchor_attribute", check_attribute_name)):
            value = getattr(self, name)
            try:
                if value is not None:
                    check(value, name)
            except (InvalidInput, LimitExceeded) as error:
                yield fault_of(error)
        if not isinstance(self.notices, frozenset) or not all(isinstance(each, TierNotice) for each in self.notices):
            yield Fault("notices", "must be a frozenset of TierNotice")
        if type(self.ending_days) is not int or not 1 <= self.ending_days <= ENDING_DAYS_MAX:
            yield Fault("ending_days", f"must be a whole number of 1 to {ENDING_DAYS_MAX}")

    def _policy_faults(self) -> Iterator[Fault]:
        is_lifetime = self.window.kind is WindowKind.LIFETIME
        if self.measure is Measure.ACTIVE_BALANCE and not is_lifetime:
            yield Fault("window", "must be lifetime for active_balance: a balance is not counted over a time")
        if self.expires_in is None and self.downgrade in AT_EXPIRY:
            yield Fault("expires_in", f"is needed: {self.downgrade} happens when a tier expires")
        elif self.expires_in is None and self.window.kind is WindowKind.SINCE_RENEWAL:
            yield Fault("expires_in", "is needed: without an expiry no tier is ever renewed")
        yield from self._pair_faults()
        if self.grace is not None and self.downgrade not in AT_EXPIRY:
            yield Fault("grace", f"must not be said beside {self.downgrade}: no tier is lost when it expires")
        if self.resets is not Resets.NEVER and is_lifetime:
            yield Fault("resets", "must be never for a lifetime window: nothing is counted anew in it")
        elif self.resets is Resets.TIER_CHANGE and self.downgrade is Downgrade.REAL_TIME:
            yield Fault("resets", "must not be tier_change beside real_time: a tier would be lost as it is reached")

    def _pair_faults(self) -> Iterator[Fault]:
        """Name the settings of which one needs the other."""
        for name, is_meant, value in (
            ("function", self.measure is Measure.FUNCTION, "the measure is function"),
            ("anchor_attribute", self.anchor is Anchor.CUSTOMER_ATTRIBUTE, "the anchor is customer_attribute"),
        ):
            if is_meant and getattr(self, name) is None:
                yield Fault(name, f"is needed: {value}")
            elif not is_meant and getattr(self, name) is not None:
                yield Fault(name, f"must not be said unless {value}")

    def _read_levels(self, faults: list[Fault]) -> Iterator[Level | None]:
        if not isinstance(self.levels, tuple | list) or not self.levels:
            faults.append(Fault("levels", "must be a tuple of at least one Level"))
            return
        for index, level in enumerate(self.levels):
            path = f"levels[{index}]"
            if not isinstance(level, Level):
                faults.append(Fault(path, f"must be a Level, not {type(level).__name__}"))
                yield None
                continue
            try:
                name = check_name(level.name, f"{path}.name", length_max=LEVEL_NAME_MAX)
                yield Level(name, _threshold(level.at, self.measure, f"{path}.at"))
            except (InvalidInput, LimitExceeded) as error:
                faults.append(fault_of(error))
                yield None

    def rank_at(self, value: int | Decimal) -> int:
        """Return the rank that a value of the measure gives, from 0; -1 for no tier."""
        return bisect_right(self.thresholds, value) - 1

    def rank_of(self, tier: str | None) -> int:
        """Return the rank of a tier, from 0; -1 for none and for one that the set does not have."""
        return -1 if tier is None else self.ranks.get(tier, -1)

    def level_at(self, value: int | Decimal) -> Level | None:
        """Return the tier that a value of the measure gives, None below the lowest threshold.

        Args:
            value: Points, orders or money; a threshold is inclusive.

        Source: DOMAIN 3.5.
        """
        rank = self.rank_at(value)
        return None if rank < 0 else self.levels[rank]

    def level_after(self, tier: str | None) -> Level | None:
        """Return the next higher tier: the lowest where none is held, None at the top.

        Args:
            tier: The name of the tier held, None for none.

        Source: DOMAIN 3.5 (report).
        """
        rank = self.rank_of(tier) + 1
        return self.levels[rank] if rank < len(self.levels) else None


_KINDS: Final[dict[str, type]] = {
    "measure": Measure,
    "window": Window,
    "downgrade": Downgrade,
    "anchor": Anchor,
    "resets": Resets,
}
