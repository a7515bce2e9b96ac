"""Canonical JSON, and the short digests by which two payloads of one key are compared.

Equal values give equal texts: 10.0 and 10.00 are one amount, 09:00+02:00 and 07:00Z one instant. A float is refused,
because it has no canonical text.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Final

from loyalcore.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["canonical", "differing", "digest", "digests"]


def __dir__() -> list[str]:
    return __all__


_DEPTH_MAX = 32
_BITS_MAX = 256
_DIGITS_MAX = 100
_DIGEST_BYTES = 8

# Only texts up to this length are kept in the cache, so that it cannot grow with what a host sends.
_CACHED_LENGTH_MAX = 255


def canonical(value: object) -> str:
    """Write a value as canonical JSON: keys sorted, no blanks, ASCII only.

    A Decimal becomes its shortest fixed-point text, an instant ISO 8601 in UTC with six decimal places and `Z`, a
    date ISO 8601, an enum its value, a tuple a list.

    Args:
        value: None, bool, int, str, Decimal, date, aware datetime, an Enum of these, or a list, tuple or dict of them.

    Returns:
        The text.

    Raises:
        InvalidInput: It holds another type (floats too), a key that is no text, a naive datetime, or a Decimal that is
            not finite.
        LimitExceeded: It nests deeper than 32, or holds a number of more than 256 bits or 100 digits.

    Source:
        DOMAIN.md 3.2 (canonical JSON of the command); the forms are a house decision.

    Example:
        >>> canonical({"b": Decimal("10.00"), "a": [1, True, None]})
        '{"a":[1,true,null],"b":"10"}'
    """
    return _write(value, 0)


def _write(value: object, depth: int) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None or isinstance(value, int):
        return _write_simple(value)
    if isinstance(value, Decimal):
        return f'"{_decimal_text(value)}"'
    if isinstance(value, datetime):
        return f'"{_instant_text(value)}"'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if depth >= _DEPTH_MAX:
        raise LimitExceeded("nests too deep", path="value", limit=_DEPTH_MAX)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(_write(each, depth + 1) for each in value)}]"
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise InvalidInput("must have texts as its keys", path="value")
        pairs = (f"{encode_basestring_ascii(name)}:{_write(value[name], depth + 1)}" for name in sorted(value))
        return f"{{{','.join(pairs)}}}"
    raise InvalidInput(f"has no canonical JSON: {type(value).__name__}", path="value")


def _write_simple(value: int | None) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value.bit_length() > _BITS_MAX:
        raise LimitExceeded("is too large a number", path="value", limit=_BITS_MAX)
    return str(int(value))


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise InvalidInput("must be a finite number", path="value")
    if not value:
        return "0"
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(digits) > _DIGITS_MAX or abs(exponent) > _DIGITS_MAX:
        raise LimitExceeded("has too many digits", path="value", limit=_DIGITS_MAX)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if exponent < 0 else text


def _instant_text(value: datetime) -> str:
    if value.tzinfo is UTC:
        return f"{value.isoformat(timespec='microseconds')[:-6]}Z"
    offset = value.utcoffset()
    if offset is None:
        raise InvalidInput("must say its zone: a datetime without one is no instant", path="value")
    try:
        instant = value.replace(tzinfo=None) - offset
    except OverflowError:
        raise InvalidInput("is a datetime that has no instant", path="value") from None
    return f"{instant.isoformat(timespec='microseconds')}Z"


def digest(value: object) -> str:
    """Return a short digest of the canonical JSON of a value.

    Args:
        value: What `canonical` takes.

    Returns:
        16 hexadecimal digits: 64 bits of BLAKE2b.

    Raises:
        InvalidInput: As `canonical`.
        LimitExceeded: As `canonical`.

    Source:
        DOMAIN.md 3.2 (a digest per field is kept); its length is a house decision: it tells an honest retry from an
        honest mistake, it guards nothing.

    Example:
        >>> digest(1) == digest(True)
        False
    """
    kept = _KEPT.get(type(value))
    if kept is None or (isinstance(value, str) and len(value) > _CACHED_LENGTH_MAX):
        return _digest(value)
    return kept(value)


def _digest(value: object) -> str:
    return blake2b(canonical(value).encode(), digest_size=_DIGEST_BYTES).hexdigest()


# One cache for each type whose equal values have equal texts; one for all would take 1 for True. A datetime has none:
# two that differ only in `fold` compare equal; nor has a Decimal, of which one (sNaN) has no hash.
_KEPT: Final[dict[type, Callable[[object], str]]] = {
    kind: lru_cache(maxsize=4096)(_digest) for kind in (str, int, bool, type(None), date)
}


def digests(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the digest of each field of a payload.

    Args:
        fields: The payload by field.

    Returns:
        Digests by field, in the order of the fields.

    Raises:
        InvalidInput: As `canonical`.
        LimitExceeded: As `canonical`.

    Source:
        DOMAIN.md 3.2 (a digest per field is kept).

    Example:
        >>> sorted(digests({"points": 5, "reason": "gift"}))
        ['points', 'reason']
    """
    return {name: digest(value) for name, value in fields.items()}


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the fields in which two payloads differ.

    Args:
        first: Digests by field.
        second: Digests by field.

    Returns:
        The names in alphabetical order; a field that only one of the two has differs.

    Source:
        DOMAIN.md 3.2 (`IdempotencyConflict` naming the differing fields).

    Example:
        >>> differing(digests({"points": 5, "reason": "gift"}), digests({"points": 6, "reason": "gift"}))
        ('points',)
    """
    return tuple(sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name)))
