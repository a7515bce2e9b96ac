"""Bearer codes: worth money, derived from the host's secret, and never stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from loyalcore.errors import InvalidInput
from loyalcore.values.ids import check_text

__all__ = ["SECRET_BYTES_MIN", "bearer_code"]


def __dir__() -> list[str]:
    return __all__


SECRET_BYTES_MIN: Final = 16
"""The fewest bytes of a host's secret."""

_BEARER_BYTES = 20


def bearer_code(secret: bytes, coupon_id: str) -> str:
    """Derive the code of a coupon that is worth money; the same again for the same secret and coupon.

    Nothing of it needs to be stored: it is derived again for the recipient's screen and for a repeated receipt.

    Args:
        secret: The host's own secret, at least 16 bytes.
        coupon_id: The id of the coupon.

    Returns:
        32 characters of base32: the first 160 bits of HMAC-SHA-256.

    Raises:
        InvalidInput: The secret is no `bytes` or too short, or the id is no printable text.
        LimitExceeded: The id is longer than 255 characters.

    Source:
        DOMAIN.md 3.11 (base32 of HMAC-SHA-256 of host secret and coupon id, at least 128 bits); 160 bits are a house
        decision: the most that base32 writes in 32 characters without padding.

    Example:
        >>> bearer_code(b"a secret of the host", "coupon-1")
        'ODNLYYUV3K2TFAOVRRXHHY62SZQW44FN'
    """
    if not isinstance(secret, bytes):
        raise InvalidInput(f"must be bytes, not {type(secret).__name__}", path="secret")
    if len(secret) < SECRET_BYTES_MIN:
        raise InvalidInput(f"must have at least {SECRET_BYTES_MIN} bytes", path="secret")
    message = check_text(coupon_id, "coupon_id").encode()
    derived = hmac.new(secret, message, hashlib.sha256).digest()
    return base64.b32encode(derived[:_BEARER_BYTES]).decode()
