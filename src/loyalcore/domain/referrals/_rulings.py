"""The commands by which a person, or time, decides about a referral, and about who may refer."""

from __future__ import annotations

from typing import ClassVar

import attrs

from loyalcore.domain.referrals._command_checks import check_command


@attrs.frozen
class ApproveReferral:
    """Let a referral go on that was held back or blocked: it is pending, or completed where its order is there.

    Args:
        referral_id: The id of the referral.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (approve).

    Example:
        >>> ApproveReferral("f-1", reason="checked", key="k-1").name
        'referrals.approve'
    """

    name: ClassVar[str] = "referrals.approve"
    referral_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class RejectReferral:
    """Block a referral that was held back, or is pending: the referee is no valid one.

    Args:
        referral_id: The id of the referral.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (reject).

    Example:
        >>> RejectReferral("f-1", reason="one household", key="k-1").name
        'referrals.reject'
    """

    name: ClassVar[str] = "referrals.reject"
    referral_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class CancelReferral:
    """End a referral that is not completed.

    Args:
        referral_id: The id of the referral.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (cancelled).

    Example:
        >>> CancelReferral("f-1", reason="asked for", key="k-1").name
        'referrals.cancel'
    """

    name: ClassVar[str] = "referrals.cancel"
    referral_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class ReverseReferral:
    """Take a completed referral back, with the rewards that it has brought.

    Args:
        referral_id: The id of the referral.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (completed, reversed).

    Example:
        >>> ReverseReferral("f-1", reason="chargeback", key="k-1").name
        'referrals.reverse'
    """

    name: ClassVar[str] = "referrals.reverse"
    referral_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class ExpireReferral:
    """Write down that the time of a referral is over; idempotent by what it names.

    Args:
        referral_id: The id of the referral.

    Raises:
        InvalidInput: The id is not text, is empty, or holds unprintable characters.
        LimitExceeded: The id is longer than 255 characters.

    Source: DOMAIN 3.6 (expired).

    Example:
        >>> ExpireReferral("f-1").name
        'referrals.expire_one'
    """

    name: ClassVar[str] = "referrals.expire_one"
    referral_id: str

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class Ban:
    """Ban a referrer: the codes lead nowhere, and what is pending brings no reward.

    Args:
        customer_id: The host's customer id of the referrer, 1 to 255 printable characters.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (ban the referrer).

    Example:
        >>> Ban("ada", reason="fraud", key="b-1").name
        'referrals.ban'
    """

    name: ClassVar[str] = "referrals.ban"
    customer_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class Unban:
    """Let a banned referrer refer again.

    Args:
        customer_id: The host's customer id of the referrer, 1 to 255 printable characters.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (ban the referrer).

    Example:
        >>> Unban("ada", reason="appealed", key="b-1").name
        'referrals.unban'
    """

    name: ClassVar[str] = "referrals.unban"
    customer_id: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)
