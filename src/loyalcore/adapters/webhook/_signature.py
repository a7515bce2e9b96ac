"""The signature of a webhook, as Standard Webhooks has it: made by who sends, checked by who receives."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from loyalcore.errors import InvalidInput
from loyalcore.values.clock import check_instant, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
TOLERANCE: Final = timedelta(minutes=5)
_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = range(24, 65)
_SIGNATURES_MAX: Final = 20


def read_secret(value: object, path: str) -> bytes:
    """Read a secret: `whsec_` and the base64 of 24 to 64 bytes, or the bytes themselves.

    Args:
        value: The secret; never shown.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is no such secret.

    Source: Standard Webhooks 1.0 (secret serialization).

    Example:
        >>> len(read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret"))
        24
    """
    secret = value if isinstance(value, bytes) else b""
    if isinstance(value, str):
        try:
            secret = b64decode(value.removeprefix(_PREFIX), validate=True)
        except ValueError:
            secret = b""
    if len(secret) not in _SECRET_BYTES:
        raise InvalidInput("must be 24 to 64 bytes, or whsec_ and their base64", path=path)
    return secret


def sign(message_id: str, timestamp: int, body: bytes, secret: bytes) -> str:
    """Give the signature of a message.

    Args:
        message_id: The stable name of the message.
        timestamp: When it is sent, in seconds since 1970.
        body: The body, byte by byte as it is sent.
        secret: What sender and receiver share.

    Source: Standard Webhooks 1.0 (signature scheme).

    Example:
        >>> secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret")
        >>> sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', secret)
        'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"v1,{b64encode(hmac.new(secret, signed, sha256).digest()).decode()}"


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Iterable[str | bytes],
    *,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """Make sure that a webhook is from who shares a secret, and not an old one sent again; for receivers.

    Args:
        headers: The headers of the request; their names compare without case.
        body: The body, byte by byte as it came.
        secrets: The secrets that are good, more than one while they are changed.
        now: The instant, aware.
        tolerance: How far its timestamp may be from now, before or after.

    Returns:
        Its id: one that was seen before is a repeat, to be dropped.

    Raises:
        InvalidInput: A header is missing or wrong, the time is too far away, or no signature is right; `path` names
            the header.

    Source: Standard Webhooks 1.0 (verifying signatures).

    Example:
        >>> from datetime import UTC, datetime
        >>> verify(
        ...     {
        ...         "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        ...         "Webhook-Timestamp": "1614265330",
        ...         "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ...     },
        ...     b'{"test": 2432232314}',
        ...     ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        ...     now=datetime.fromtimestamp(1614265330, UTC),
        ... )
        'msg_p5jXN8AQM9LWM0D4loKWxJek'
    """
    good = [read_secret(secret, "secrets") for secret in secrets]
    found = {name.lower(): value for name, value in headers.items()}
    for name in (ID, TIMESTAMP, SIGNATURE):
        if not found.get(name):
            raise InvalidInput("is missing", path=name)
    digits = found[TIMESTAMP]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise InvalidInput("must be seconds since 1970", path=TIMESTAMP)
    seconds = int(digits)
    away = abs(to_micros(check_instant(now, "now")) - seconds * 1_000_000)
    if away > tolerance / timedelta(microseconds=1):
        raise InvalidInput("is too far from now", path=TIMESTAMP)
    given = [each.encode() for each in found[SIGNATURE].split(" ")[:_SIGNATURES_MAX]]
    right = [sign(found[ID], seconds, body, secret).encode() for secret in good]
    matches = [hmac.compare_digest(mine, theirs) for mine in right for theirs in given]
    if not any(matches):
        raise InvalidInput("is not right", path=SIGNATURE)
    return found[ID]
