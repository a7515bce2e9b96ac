"""The names of things, and the one check of a text that a host passes in.

Ids are opaque: they are compared case-sensitively and byte for byte. A message never repeats a text, for it may be
personal data.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from typing import Final, NewType, Protocol, runtime_checkable

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.codes import Codes, SystemCodes

__all__ = [
    "WORD_MAX",
    "CustomerId",
    "EntryId",
    "HoldId",
    "HolderId",
    "Ids",
    "Key",
    "LedgerId",
    "OrderId",
    "ProgramId",
    "SystemIds",
    "check_name",
    "check_text",
    "check_word",
]


def __dir__() -> list[str]:
    return __all__


CustomerId = NewType("CustomerId", str)
"""The host's own id of a customer, never an e-mail address."""
HolderId = NewType("HolderId", str)
"""The id minted at registration of whoever holds ledgers: a customer or a card."""
ProgramId = NewType("ProgramId", str)
"""The id of a loyalty program."""
LedgerId = NewType("LedgerId", str)
"""The id of a ledger of a holder in a program; the empty text is the main ledger."""
OrderId = NewType("OrderId", str)
"""The host's own id of an order."""
HoldId = NewType("HoldId", str)
"""The id of a hold."""
EntryId = NewType("EntryId", str)
"""The id of a ledger entry."""
Key = NewType("Key", str)
"""An idempotency key, unique per environment and holder."""

WORD_MAX: Final = 64
"""The most characters of a word of the library's or the host's."""

_WORD = re.compile(r"[a-z][a-z0-9_]*")
# A composed character of NFC is written with at most four code points where it is fully taken apart.
_DECOMPOSED_MAX = 4


def check_text(value: object, path: str, *, length_max: int = 255, length_min: int = 1) -> str:
    """Return a text that can be stored, shown on one line and compared.

    Args:
        value: The text as the host gave it.
        path: Where it stands, for the message.
        length_max: The most characters (code points).
        length_min: The fewest characters (code points).

    Returns:
        The same characters as a plain `str`.

    Raises:
        InvalidInput: It is not a text, or too short.
        LimitExceeded: It is too long.
        InvalidInput: It holds a control character, a lone surrogate or another unprintable character.

    Source:
        DOMAIN.md 3.9.

    Example:
        >>> check_text("order-17", "key")
        'order-17'
    """
    if not isinstance(value, str):
        raise InvalidInput(f"must be a text, not {type(value).__name__}", path=path)
    length = len(value)
    if length < length_min:
        noun = "character" if length_min == 1 else "characters"
        raise InvalidInput(f"must have at least {length_min} {noun}", path=path)
    if length > length_max:
        raise LimitExceeded(f"has {length} characters", path=path, limit=length_max)
    if not value.isprintable():
        raise InvalidInput("must not hold control characters or other unprintable ones", path=path)
    return value if type(value) is str else str.__str__(value)


def check_name(value: object, path: str, *, length_max: int = 255, length_min: int = 1) -> str:
    """Return a name in Unicode normal form C, so that two ways of typing it are one name.

    Args:
        value: The name as the host gave it.
        path: Where it stands, for the message.
        length_max: The most characters (code points) in normal form.
        length_min: The fewest characters (code points) in normal form.

    Returns:
        The name in normal form C.

    Raises:
        InvalidInput: It is not a text, or too short.
        LimitExceeded: It is too long.
        InvalidInput: It holds an unprintable character.

    Source:
        DOMAIN.md 3.9.

    Example:
        >>> check_name("Cafe\u0301", "name") == "Caf\u00e9"
        True
    """
    if isinstance(value, str) and len(value) <= length_max * _DECOMPOSED_MAX:
        value = unicodedata.normalize("NFC", value)
    return check_text(value, path, length_max=length_max, length_min=length_min)


def check_word(value: object, path: str) -> str:
    """Return the name of a function of the library or the host: lower-case ASCII letters, digits and `_`.

    Args:
        value: The name as the host gave it, 1 to 64 characters, the first of them a letter.
        path: Where it stands, for the message.

    Returns:
        The same characters as a plain `str`.

    Raises:
        InvalidInput: It is not a text, or empty.
        LimitExceeded: It has more than 64 characters.
        InvalidInput: It holds another character, or begins with none of the letters.

    Source:
        House decision: a word stands in documents as it does in Python.

    Example:
        >>> check_word("largest_first", "consumption")
        'largest_first'
    """
    text = check_text(value, path, length_max=WORD_MAX)
    if _WORD.fullmatch(text) is None:
        raise InvalidInput("must be lower-case letters, digits and _, beginning with a letter", path=path)
    return text


@runtime_checkable
class Ids(Codes, Protocol):
    """Where new ids and share codes come from; a host or a test may pass its own."""

    def new(self, kind: str) -> str:
        """Return an id that was never returned before; `kind` says for what, such as `holder` or `entry`."""
        ...


class SystemIds(SystemCodes):
    """Random ids (UUID version 4, 122 random bits, 32 hexadecimal digits), and random share codes.

    Source:
        House decision (HOUSE.md 1): only execution, services and cli use it.

    Example:
        >>> len(SystemIds().new("entry"))
        32
    """

    __slots__ = ()

    def new(self, kind: str) -> str:
        """Return a random id; the kind makes no difference."""
        return uuid.uuid4().hex
