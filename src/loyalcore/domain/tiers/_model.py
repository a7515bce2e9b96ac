"""The tier set of a program: levels, what qualifies for them, and what happens when a tier ends."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.tiers._window import Window, WindowKind
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.calendar import Duration
from loyalcore.values.ids import check_name
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEVEL_NAME_MAX: Final = 64


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
    ABSOLUTE = "absolute"
    """It is kept to the end of the calendar year in which the span from its start ends."""


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
    if measure is not Measure.MONEY_SPENT:
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
    thresholds: tuple[int | Decimal, ...] = attrs.field(init=False, repr=False, eq=False, default=())
    ranks: dict[str, int] = attrs.field(init=False, repr=False, eq=False, factory=dict)
    only_climbs: bool = attrs.field(init=False, repr=False, eq=False, default=False)

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
            ("thresholds", tuple(level.at for level in kept)),
            ("ranks", {level.name: rank for rank, level in enumerate(kept)}),
            ("only_climbs", is_simple and self.window.kind is WindowKind.LIFETIME),
        ):
            object.__setattr__(self, name, value)

    def _type_faults(self) -> Iterator[Fault]:
        for name, kind in (("measure", Measure), ("window", Window), ("downgrade", Downgrade), ("anchor", Anchor)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                yield Fault(name, f"must be a {kind.__name__}, not {type(value).__name__}")
        if self.expires_in is not None and not isinstance(self.expires_in, Duration):
            yield Fault("expires_in", f"must be a Duration or None, not {type(self.expires_in).__name__}")

    def _policy_faults(self) -> Iterator[Fault]:
        if self.measure is Measure.ACTIVE_BALANCE and self.window.kind is not WindowKind.LIFETIME:
            yield Fault("window", "must be lifetime for active_balance: a balance is not counted over a time")
        if self.expires_in is None and self.downgrade in AT_EXPIRY:
            yield Fault("expires_in", f"is needed: {self.downgrade} happens when a tier expires")
        if self.expires_in is None and self.window.kind is WindowKind.SINCE_RENEWAL:
            yield Fault("expires_in", "is needed: without an expiry no tier is ever renewed")

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
                faults.append(Fault(error.path, error.message.removeprefix(f"{error.path}: ")))
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
