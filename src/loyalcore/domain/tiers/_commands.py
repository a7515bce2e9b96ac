"""The commands about tiers: set one by hand, clear it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from loyalcore.domain.tiers._model import LEVEL_NAME_MAX
from loyalcore.errors import InvalidInput
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_name, check_text

if TYPE_CHECKING:
    from collections.abc import Callable

_YEARS: Final = range(1970, 9991)


def _day(value: object, path: str) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidInput("give a date without a time: the last valid day", path=path)
    if value.year not in _YEARS:
        raise InvalidInput("give a day between the years 1970 and 9990", path=path)
    return value


_CHECKS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "customer_id": check_text,
    "key": check_text,
    "reason": check_text,
    "ledger": lambda value, path: check_text(value, path, length_min=0),
}
_OPTIONAL: Final[dict[str, Callable[[Any, str], Any]]] = {
    "tier": lambda value, path: check_name(value, path, length_max=LEVEL_NAME_MAX),
    "expires_at": check_instant,
    "expires_on": _day,
    "program": check_text,
}


def _check(command: SetTier | ClearTier) -> None:
    for field in attrs.fields(type(command)):
        value = getattr(command, field.name)
        if field.name in _CHECKS:
            object.__setattr__(command, field.name, _CHECKS[field.name](value, field.name))
        elif value is not None:
            object.__setattr__(command, field.name, _OPTIONAL[field.name](value, field.name))


@attrs.frozen
class SetTier:
    """Set a tier by hand: it wins over what the measure gives until it ends or is cleared.

    To set the tier that is held already changes only when it ends.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        tier: The name of a tier of the program; None for no tier at all.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        reason: Why, without personal data.
        expires_at: The first instant at which it is gone, aware; None: it lasts until it is cleared.
        expires_on: Or the last valid day in the program's zone.
        ledger: The ledger whose tiers they are, `""` for the main one.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or two ways of saying one thing.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.5 (by hand); INF "set the tier by hand".

    Example:
        >>> SetTier("ada", "Gold", reason="press", key="t-1").tier
        'Gold'
    """

    name: ClassVar[str] = "tiers.set"
    customer_id: str
    tier: str | None
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(kw_only=True)
    expires_at: datetime | None = attrs.field(default=None, kw_only=True)
    expires_on: date | None = attrs.field(default=None, kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)
        if self.expires_at is not None and self.expires_on is not None:
            raise InvalidInput("give at most one of expires_at and expires_on", path="expires_on")


@attrs.frozen
class ClearTier:
    """Clear a tier that was set by hand: the tier is held again that would be, had nobody set one.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        reason: Why, without personal data.
        ledger: The ledger whose tiers they are, `""` for the main one.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.5 (by hand).

    Example:
        >>> ClearTier("ada", reason="over", key="t-2").name
        'tiers.clear'
    """

    name: ClassVar[str] = "tiers.clear"
    customer_id: str
    key: str = attrs.field(kw_only=True)
    reason: str = attrs.field(kw_only=True)
    ledger: str = attrs.field(default="", kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)
