"""Codes that people type: share codes, which are random, and bearer codes, which are worth money and derived."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final, Protocol, runtime_checkable

from loyalcore.errors import InvalidInput
from loyalcore.values.ids import check_text

__all__ = [
    "SECRET_BYTES_MIN",
    "SHARE_ALPHABET",
    "SHARE_LENGTH",
    "Codes",
    "SystemCodes",
    "bearer_code",
    "read_code",
]


def __dir__() -> list[str]:
    return __all__


SHARE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The 30 characters of a share code: none of 0 O, 1 I L, U, which are misread or spell words."""
SHARE_LENGTH: Final = 10
"""The characters of a share code: 10 of 30 are 49.07 bits."""
SECRET_BYTES_MIN: Final = 16
"""The fewest bytes of a host's secret."""

_GROUP = 5
_BEARER_BYTES = 20
_TYPED_MAX = 64


@runtime_checkable
class Codes(Protocol):
    """Where new share codes come from; a host or a test may pass its own."""

    def share(self) -> str:
        """Return a new share code as `read_code` returns it."""
        ...


class SystemCodes:
    """Share codes from the random source of the operating system.

    Source:
        DOMAIN.md 3.11 (`secrets`, at least 49 bits).

    Example:
        >>> len(SystemCodes().share())
        11
    """

    __slots__ = ()

    def share(self) -> str:
        """Return a new share code in two groups of five, with a dash between them: 49.07 random bits."""
        return _grouped("".join(secrets.choice(SHARE_ALPHABET) for _ in range(SHARE_LENGTH)))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, SHARE_LENGTH, _GROUP))


def read_code(text: object, path: str) -> str:
    """Return a typed share code in its one form, in which it is stored, compared and shown.

    Args:
        text: The code as typed: case and dashes make no difference.
        path: Where it stands, for the message.

    Returns:
        Upper-case letters and digits in two groups of five, with a dash between them.

    Raises:
        InvalidInput: It is no text, has not exactly ten characters, or one that no share code has.

    Source:
        DOMAIN.md 3.11 (read back case- and dash-insensitively).

    Example:
        >>> read_code("abcde23456", "code")
        'ABCDE-23456'
    """
    if not isinstance(text, str):
        raise InvalidInput(f"must be a text, not {type(text).__name__}", path=path)
    if len(text) > _TYPED_MAX:
        raise InvalidInput(f"must have {SHARE_LENGTH} letters and digits", path=path)
    # Only ASCII is folded: elsewhere one character may become two, or another alphabet's.
    code = text.replace("-", "").upper() if text.isascii() else text
    if not all(character in SHARE_ALPHABET for character in code):
        raise InvalidInput("holds a character that no code has", path=path)
    if len(code) != SHARE_LENGTH:
        raise InvalidInput(f"must have {SHARE_LENGTH} letters and digits", path=path)
    return _grouped(code)


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
