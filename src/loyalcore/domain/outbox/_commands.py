"""The commands of the outbox: each a step in the delivery of one notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from loyalcore.domain.outbox._policy import ATTEMPTS_MAX, SECONDS_MAX, check_count, check_waits
from loyalcore.errors import InvalidInput
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable

NOTICE_ID_MAX: Final = 800
"""The longest name of a notice: as long as that of an entry."""


def _seconds(value: object, path: str) -> int:
    return check_count(value, path, SECONDS_MAX)


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(f"must be true or false, not {type(value).__name__}", path=path)
    return value


_CHECKS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "holder_id": check_text,
    "notice_id": lambda value, path: check_text(value, path, length_max=NOTICE_ID_MAX),
    "by": check_text,
    "error": check_text,
    "attempts_max": lambda value, path: check_count(value, path, ATTEMPTS_MAX),
    "lease_seconds": _seconds,
    "delay_seconds": _seconds,
    "delay_seconds_max": _seconds,
    "retry_in": lambda value, path: None if value is None else _seconds(value, path),
    "is_permanent": _flag,
}


def _check(command: ClaimNotice | SettleNotice | FailNotice | RetryNotice) -> None:
    for field in attrs.fields(type(command)):
        object.__setattr__(command, field.name, _CHECKS[field.name](getattr(command, field.name), field.name))


@attrs.frozen
class ClaimNotice:
    """Take a notice that is due for a while, so that nobody else delivers it; again by the same one: for longer.

    One that has been tried as often as it may be is set aside instead: whoever had it has not said what became of it.

    Args:
        holder_id: Whom it is about.
        notice_id: Its name.
        by: Who takes it, opaque, 1 to 255 printable characters.
        lease_seconds: For how long, 1 second to a week.
        attempts_max: How often it may be tried, 1 to 1,000.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text or a number beyond its limit.

    Source: House decision (a lease in the place of a lock).

    Example:
        >>> ClaimNotice("h1", "h1:beans:1:", by="d-1", lease_seconds=600, attempts_max=10).name
        'outbox.claim'
    """

    name: ClassVar[str] = "outbox.claim"
    holder_id: str
    notice_id: str
    by: str = attrs.field(kw_only=True)
    lease_seconds: int = attrs.field(kw_only=True)
    attempts_max: int = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class SettleNotice:
    """Take a notice out of the outbox: it was delivered, or there is nobody to tell; may come twice.

    Args:
        holder_id: Whom it is about.
        notice_id: Its name.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 1 (a notice is kept until it is delivered).

    Example:
        >>> SettleNotice("h1", "h1:beans:1:").notice_id
        'h1:beans:1:'
    """

    name: ClassVar[str] = "outbox.settle"
    holder_id: str
    notice_id: str

    def __attrs_post_init__(self) -> None:
        _check(self)


@attrs.frozen
class FailNotice:
    """Say that a notice could not be delivered: it is tried later, or set aside; changes nothing of somebody else's.

    Args:
        holder_id: Whom it is about.
        notice_id: Its name.
        by: Who had taken it.
        error: The name of the error's class; never what it says, which may tell of a person.
        attempts_max: How often it may be tried, 1 to 1,000.
        delay_seconds: How long to wait after the first attempt, 1 second to a week.
        delay_seconds_max: The longest wait, up to a week.
        retry_in: How long the receiver asks to wait, in seconds; None where it does not say.
        is_permanent: Whether no further attempt can help.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text or a number beyond its limit.

    Source: House decision (back-off, and what is poison is set aside).

    Example:
        >>> failed = FailNotice(
        ...     "h1", "n", by="d-1", error="TimeoutError", attempts_max=3, delay_seconds=60, delay_seconds_max=600
        ... )
        >>> failed.is_permanent
        False
    """

    name: ClassVar[str] = "outbox.fail"
    holder_id: str
    notice_id: str
    by: str = attrs.field(kw_only=True)
    error: str = attrs.field(kw_only=True)
    attempts_max: int = attrs.field(kw_only=True)
    delay_seconds: int = attrs.field(kw_only=True)
    delay_seconds_max: int = attrs.field(kw_only=True)
    retry_in: int | None = attrs.field(default=None, kw_only=True)
    is_permanent: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check(self)
        check_waits(self.delay_seconds, self.delay_seconds_max)


@attrs.frozen
class RetryNotice:
    """Put a notice back that was set aside, as if it had never been tried; one that waits is left as it is.

    Args:
        holder_id: Whom it is about.
        notice_id: Its name.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: House decision.

    Example:
        >>> RetryNotice("h1", "h1:beans:1:").name
        'outbox.retry'
    """

    name: ClassVar[str] = "outbox.retry"
    holder_id: str
    notice_id: str

    def __attrs_post_init__(self) -> None:
        _check(self)
