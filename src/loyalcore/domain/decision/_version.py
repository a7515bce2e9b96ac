"""The version that was read, as a command names it."""

from __future__ import annotations

from typing import Final

from loyalcore.errors import InvalidInput, LimitExceeded

VERSION_MAX: Final = 10**18


def check_version(value: object, path: str) -> int:
    """Return the version of a record that was read.

    Args:
        value: A whole number from 1 on.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is no whole number (`True` is none), or below 1.
        LimitExceeded: It is higher than any version is.

    Source: HOUSE 4 (what was read has its version).

    Example:
        >>> check_version(3, "version")
        3
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be the whole number that was read, not {type(value).__name__}", path=path)
    if value < 1:
        raise InvalidInput("must be at least 1", path=path)
    if value > VERSION_MAX:
        raise LimitExceeded("is too high a version", path=path, limit=VERSION_MAX)
    return int(value)
