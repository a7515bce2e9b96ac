"""Instants: aware, UTC, with microseconds; inside the library as `int` microseconds since 1970.

`datetime` stands at the doors, the kernels hold integers, where comparing and adding cost nothing and no zone can be
forgotten. `NEVER` stands for "no such instant" and sorts after all of them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol, runtime_checkable

from loyalcore.errors import InvalidInput

__all__ = [
    "DAY",
    "EPOCH",
    "FAR",
    "MICROSECOND",
    "NEVER",
    "YEAR_MAX",
    "YEAR_MIN",
    "Clock",
    "SystemClock",
    "check_instant",
    "from_micros",
    "parse_instant",
    "to_micros",
]


def __dir__() -> list[str]:
    return __all__


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The instant 0."""
NEVER: Final = 2**63 - 1
"""No such instant: after every other one; has no `datetime`."""
DAY: Final = 86_400_000_000
"""The microseconds of 24 hours."""
YEAR_MIN: Final = 1970
"""The first year of an instant that a host may pass."""
YEAR_MAX: Final = 9990
"""The last year of an instant that a host may pass; what is worked out from it has room until 9999."""

MICROSECOND: Final = timedelta(microseconds=1)
"""A number of microseconds since 1970 times this, added to `EPOCH`, is its instant."""
FAR: Final = (datetime(YEAR_MAX + 1, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
"""The first instant after `YEAR_MAX`, in microseconds: every instant that is not `NEVER` is before it."""

KEPT_MAX: Final = 2_048
"""How many instants are kept that were made of microseconds."""
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


@runtime_checkable
class Clock(Protocol):
    """Where `now` comes from; a host or a test may pass its own."""

    def now(self) -> datetime:
        """Return the present instant, aware."""
        ...


class SystemClock:
    """The clock of the machine.

    Source:
        House decision (HOUSE.md 1): only execution, services and cli use it.

    Example:
        >>> SystemClock().now().tzinfo
        datetime.timezone.utc
    """

    __slots__ = ()

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


def to_micros(instant: datetime) -> int:
    """Return the microseconds from 1970-01-01T00:00:00Z to an aware instant.

    Args:
        instant: An aware instant of any zone, already checked.

    Returns:
        Microseconds, negative before 1970.

    Source:
        DOMAIN.md 3.1 (instants are stored UTC with microseconds).

    Example:
        >>> to_micros(datetime(1970, 1, 2, tzinfo=UTC))
        86400000000
    """
    span = instant - EPOCH
    return span.days * DAY + span.seconds * 1_000_000 + span.microseconds


@lru_cache(KEPT_MAX)
def from_micros(at: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970.

    The instants made last are kept: the records of one fact, and all that ends with one day, have the same ones.

    Args:
        at: Microseconds since 1970-01-01T00:00:00Z; not `NEVER`.

    Returns:
        The instant in UTC.

    Raises:
        InvalidInput: No `datetime` can hold it; `NEVER` is such a value.

    Source:
        DOMAIN.md 3.1 (instants are stored UTC with microseconds).

    Example:
        >>> from_micros(86_400_000_000)
        datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        return EPOCH + at * MICROSECOND
    except OverflowError:
        raise InvalidInput("is outside of the years 1 to 9999", path="at") from None


def check_instant(value: object, path: str) -> datetime:
    """Return an instant in UTC.

    Args:
        value: An aware `datetime` of any zone.
        path: Where it stands, for the message.

    Returns:
        The same instant as a plain `datetime` in UTC.

    Raises:
        InvalidInput: It is no `datetime`, has no zone, or is outside of the years 1970 to 9990 (UTC).

    Source:
        DOMAIN.md 3.1 (a naive datetime is refused); the years are a house decision.

    Example:
        >>> from datetime import timezone
        >>> check_instant(datetime(2024, 10, 12, 9, 20, tzinfo=timezone(timedelta(hours=2))), "at")
        datetime.datetime(2024, 10, 12, 7, 20, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(value, datetime):
        raise InvalidInput(f"must be a datetime, not {type(value).__name__}", path=path)
    if value.tzinfo is UTC and type(value) is datetime:
        instant = value
    else:
        instant = _in_utc(value, path)
    if not YEAR_MIN <= instant.year <= YEAR_MAX:
        raise InvalidInput(f"must be within the years {YEAR_MIN} to {YEAR_MAX}", path=path)
    return instant


def _in_utc(value: datetime, path: str) -> datetime:
    try:
        if value.utcoffset() is None:
            raise InvalidInput("must say its zone: a datetime without one is no instant", path=path)
        # Not astimezone(): a subclass would answer with its own type.
        return EPOCH + to_micros(value) * MICROSECOND
    except (OverflowError, TypeError) as error:
        raise InvalidInput("is a datetime that has no instant", path=path) from error
    except ValueError as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("is a datetime that has no instant", path=path) from error


def parse_instant(text: object, path: str) -> datetime:
    """Read an instant written in ISO 8601 with its offset.

    The form is `YYYY-MM-DDTHH:MM[:SS[.ffffff]]` and then `Z` or `+HH:MM`; nothing is guessed or cut off.

    Args:
        text: The text, such as `2024-10-12T07:20:50Z`.
        path: Where it stands, for the message.

    Returns:
        The instant in UTC.

    Raises:
        InvalidInput: It is no text of that form, names a day that does not exist, or is outside of the years 1970 to
            9990 (UTC).

    Source:
        HOUSE.md 5 (instants of scenario files are ISO).

    Example:
        >>> parse_instant("2024-10-12T09:20:50+02:00", "at")
        datetime.datetime(2024, 10, 12, 7, 20, 50, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(text, str):
        raise InvalidInput(f"must be a text, not {type(text).__name__}", path=path)
    if _ISO.fullmatch(text) is None:
        raise InvalidInput("must be an ISO 8601 instant with its offset, such as 2024-10-12T07:20:50Z", path=path)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("names a day that does not exist", path=path) from None
    return check_instant(instant, path)
