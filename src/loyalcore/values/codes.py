"""Share codes: random, short, and typed by people."""

from __future__ import annotations

import secrets
from typing import Final, Protocol, runtime_checkable

from loyalcore.errors import InvalidInput

__all__ = [
    "SHARE_ALPHABET",
    "SHARE_LENGTH",
    "Codes",
    "SystemCodes",
    "code_of",
    "read_code",
]


def __dir__() -> list[str]:
    return __all__


SHARE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The 30 characters of a share code: none of 0 O, 1 I L, U, which are misread or spell words."""
SHARE_LENGTH: Final = 10
"""The characters of a share code: 10 of 30 are 49.07 bits."""

_GROUP = 5
_TYPED_MAX = 64


@runtime_checkable
class Codes(Protocol):
    """Where new share codes come from; a host or a test may pass its own."""

    def share_code(self) -> str:
        """Return a new share code as `read_code` returns it."""
        ...


class SystemCodes:
    """Share codes from the random source of the operating system.

    Source:
        DOMAIN.md 3.11 (`secrets`, at least 49 bits).

    Example:
        >>> len(SystemCodes().share_code())
        11
    """

    __slots__ = ()

    def share_code(self) -> str:
        """Return a new share code in two groups of five, with a dash between them: 49.07 random bits."""
        return _grouped("".join(secrets.choice(SHARE_ALPHABET) for _ in range(SHARE_LENGTH)))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, SHARE_LENGTH, _GROUP))


def code_of(number: int) -> str:
    """Return the share code of a number, for ids that count instead of being random: tests and simulations.

    Args:
        number: 0 or more; beyond 30 to the power of 10 it begins anew.

    Source: House decision.

    Example:
        >>> code_of(1)
        '22222-22223'
    """
    characters = []
    for _ in range(SHARE_LENGTH):
        number, rest = divmod(number, len(SHARE_ALPHABET))
        characters.append(SHARE_ALPHABET[rest])
    return _grouped("".join(reversed(characters)))


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
