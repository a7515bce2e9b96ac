"""The commands about referring: invite, refer a friend, claim a code, make one and switch it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from loyalcore.domain.referrals._command_checks import check_command
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen
class Invite:
    """Invite a customer to become a referrer: a notice goes out; accepting it is joining the program.

    Args:
        customer_id: The host's customer id, 1 to 255 printable characters.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 2 (BLP invite), 3.11.

    Example:
        >>> Invite("ada", key="i-1").name
        'referrals.invite'
    """

    name: ClassVar[str] = "referrals.invite"
    customer_id: str
    key: str = attrs.field(kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class Refer:
    """Refer a friend by name: a referral is invited, and waits for the friend to claim the link.

    Args:
        customer_id: The host's customer id of the referrer, 1 to 255 printable characters.
        contact: The e-mail address of the friend, up to 254 characters; personal.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6 (invited).

    Example:
        >>> Refer("ada", contact="grace@example.org", key="r-1")
        Refer(customer_id='ada', key='r-1', program=None)
    """

    name: ClassVar[str] = "referrals.refer"
    customer_id: str
    contact: str = attrs.field(kw_only=True, repr=False)
    key: str = attrs.field(kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class Claim:
    """Claim a referral code, or the link that leads to it, for the customer who was referred.

    Args:
        customer_id: The host's customer id of the referee, 1 to 255 printable characters.
        code: The code as it was typed, 1 to 64 printable characters; case and dashes make no difference.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        tokens: What the host can tell the referee by, at most 20: a kind of `[a-z_]` up to 32 characters such as
            `device`, a colon, and an HMAC of the host's own; up to 200 characters in all.
        occurred_at: When it happened, aware; None: now.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit, or too many tokens.

    Source: DOMAIN 3.6.

    Example:
        >>> Claim("grace", "abcde-23456", tokens=["device:3f9a"], key="c-1").code
        'abcde-23456'
    """

    name: ClassVar[str] = "referrals.claim"
    customer_id: str
    code: str
    key: str = attrs.field(kw_only=True)
    tokens: tuple[str, ...] = attrs.field(default=(), kw_only=True, repr=False)
    occurred_at: datetime | None = attrs.field(default=None, kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)


@attrs.frozen
class CreateCode:
    """Make a further code for a referrer.

    Args:
        customer_id: The host's customer id of the referrer, 1 to 255 printable characters.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        campaign: The campaign that it belongs to, up to 64 printable characters; `""` for none.
        starts_at: From when on it may be used, aware; None: at once.
        expires_at: The first instant at which it may be used no more, aware; None: as the program says.
        limit: How many referrals may stand that used it; 0 or None for no limit.
        referee_id: The host's customer id of the only one who may use it; None for everybody.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or an end that is not after its start.
        LimitExceeded: A text or the limit beyond its limit.

    Source: DOMAIN 2 (TAL referral codes), 3.6.

    Example:
        >>> CreateCode("ada", campaign="spring", limit=10, key="n-1").limit
        10
    """

    name: ClassVar[str] = "referrals.create_code"
    customer_id: str
    key: str = attrs.field(kw_only=True)
    campaign: str = attrs.field(default="", kw_only=True)
    starts_at: datetime | None = attrs.field(default=None, kw_only=True)
    expires_at: datetime | None = attrs.field(default=None, kw_only=True)
    limit: int | None = attrs.field(default=None, kw_only=True)
    referee_id: str | None = attrs.field(default=None, kw_only=True)
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)
        if self.starts_at is not None and self.expires_at is not None and self.expires_at <= self.starts_at:
            raise InvalidInput("must be after starts_at", path="expires_at")


@attrs.frozen
class DisableCode:
    """Switch a code off, for good.

    Args:
        code: The code, 1 to 64 printable characters; case and dashes make no difference.
        reason: Why, without personal data.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text beyond its limit.

    Source: DOMAIN 3.6.

    Example:
        >>> DisableCode("ABCDE-23456", reason="printed in a newspaper", key="d-1").name
        'referrals.disable_code'
    """

    name: ClassVar[str] = "referrals.disable_code"
    code: str
    reason: str = attrs.field(kw_only=True)
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_command(self)
