"""How often, how long and how soon again a notice is tried: a policy, and the wait that it comes to."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded

ATTEMPTS_MAX: Final = 1_000
"""The most attempts that a policy may allow."""
SECONDS_MAX: Final = 7 * 86_400
"""The longest lease and the longest wait, in seconds: a week."""
_PARTS: Final = 2**32


def check_count(value: object, path: str, limit: int) -> int:
    """Return a whole number from 1 to a limit.

    Raises:
        InvalidInput: It is no whole number (`True` is none), or below 1.
        LimitExceeded: It is above the limit.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be a whole number, not {type(value).__name__}", path=path)
    if value < 1:
        raise InvalidInput("must be at least 1", path=path)
    if value > limit:
        raise LimitExceeded("is too large", path=path, limit=limit)
    return int(value)


@attrs.frozen(kw_only=True)
class DeliveryPolicy:
    """How notices are delivered: how often each is tried, how soon again, and for how long a deliverer has it.

    Args:
        attempts_max: How often a notice is tried before it is set aside, 1 to 1,000.
        delay_seconds: How long to wait after the first attempt, 1 second to a week; twice as long after each further
            one. Between half of it and all of it, so that what failed together does not come back together.
        delay_seconds_max: The longest wait, not shorter than `delay_seconds`, up to a week.
        lease_seconds: For how long a notice is a deliverer's own, 2 seconds to a week: more than twice as long as a
            handler ever takes, and as clocks differ.

    Raises:
        InvalidInput: A value that is no whole number or too small.
        LimitExceeded: A value beyond its limit.

    Source: DOMAIN 3.11; the numbers are a house decision.

    Example:
        >>> DeliveryPolicy(attempts_max=3).lease_seconds
        600
    """

    attempts_max: int = 10
    delay_seconds: int = 60
    delay_seconds_max: int = 6 * 3_600
    lease_seconds: int = 600

    def __attrs_post_init__(self) -> None:
        check_count(self.attempts_max, "attempts_max", ATTEMPTS_MAX)
        for name in ("delay_seconds", "delay_seconds_max", "lease_seconds"):
            check_count(getattr(self, name), name, SECONDS_MAX)
        check_waits(self.delay_seconds, self.delay_seconds_max)
        if self.lease_seconds < 2:
            raise InvalidInput("must be at least 2", path="lease_seconds")


def check_waits(delay_seconds: int, delay_seconds_max: int) -> None:
    """Refuse a longest wait that is shorter than the first.

    Raises:
        InvalidInput: It is.
    """
    if delay_seconds_max < delay_seconds:
        raise InvalidInput("must not be shorter than delay_seconds", path="delay_seconds_max")


def backoff(name: str, attempt: int, delay_seconds: int, delay_seconds_max: int) -> int:
    """Give how long to wait after an attempt that failed: always the same for the same notice and attempt.

    Args:
        name: What tells the notice from all others.
        attempt: The number of the attempt, from 1 on.
        delay_seconds: The wait after the first attempt, in seconds.
        delay_seconds_max: The longest wait, in seconds.

    Returns:
        Microseconds: from half of the wait to all of it.

    Source: House decision (exponential, and spread by a digest in place of chance, so that deciding stays pure).

    Example:
        >>> [backoff("n-1", attempt, 60, 3600) // 1_000_000 for attempt in (1, 2, 3, 20)]
        [59, 73, 176, 2019]
    """
    doublings = min(attempt - 1, SECONDS_MAX.bit_length())
    whole = min(delay_seconds << doublings, delay_seconds_max) * 1_000_000
    part = int.from_bytes(blake2b(f"{attempt}:{name}".encode(), digest_size=4).digest(), "big")
    return whole // 2 + whole * part // (2 * _PARTS)
