"""Cursors: where a page begins, as an opaque text that only its own query takes.

A cursor holds the sort values of one record, and a digest over them, the query and its scope. With a secret the digest
is keyed, so that nobody else can make one; without, it only tells that a text was damaged or is of another query.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._days import Relative
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.digest import canonical
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from loyalcore.query._field import Field
    from loyalcore.query._noun import Query
    from loyalcore.query._sorting import Keys

LENGTH_MAX: Final = 32_768
_SECRET_MAX: Final = 64
_SEAL_BYTES: Final = 12
_VERSION: Final = 1
_FORM: Final = re.compile(r"[A-Za-z0-9_-]+")
_dump = json.JSONEncoder(separators=(",", ":")).encode
_MESSAGE: Final = "is no cursor of this query: begin again without one"


@attrs.frozen
class Position:
    """A place between two records.

    Args:
        keys: The sort values of a record, as `keys_of` gives them.
        is_backward: Whether the page ends before that record, instead of beginning behind it.
        is_inclusive: Whether the record itself belongs to the page, if it is still there.

    Source:
        DOMAIN.md 3.8.
    """

    keys: Keys = attrs.field(repr=False)
    is_backward: bool = False
    is_inclusive: bool = False


def write_cursor(query: Query, position: Position, secret: bytes = b"", scope: str = "") -> str:
    """Return a place as a cursor.

    Args:
        query: The query that is paged.
        position: The place.
        secret: At most 64 bytes that nobody else knows; a host with several processes gives each the same.
        scope: Whose records are paged, such as `Listing.scope`; another scope refuses the cursor.

    Returns:
        Letters, digits, `-` and `_`. Anybody can decode it, so it is as personal as the fields that are sorted by.

    Raises:
        InvalidInput: The secret is no such bytes, or the scope no text.

    Source:
        DOMAIN.md 3.8.
    """
    keys = [_written(order.field, key) for order, key in zip(query.orders(), position.keys, strict=True)]
    body = _dump([_VERSION, position.is_backward, position.is_inclusive, keys]).encode()
    return urlsafe_b64encode(_seal(query, body, secret, scope) + body).decode().rstrip("=")


def read_cursor(query: Query, cursor: str, secret: bytes = b"", scope: str = "") -> Position:
    """Return the place of a cursor.

    Args:
        query: The query that is paged.
        cursor: What `write_cursor` gave for it.
        secret: The secret that it was given then.
        scope: The scope that it was given then.

    Raises:
        InvalidInput: It is no text, was damaged, is of another query or scope, or sealed with another secret; or the
            secret is no such bytes, or the scope no text.

    Source:
        DOMAIN.md 3.8 (opaque, bound to its query, and refused by another).
    """
    if not isinstance(cursor, str) or len(cursor) > LENGTH_MAX or not _FORM.fullmatch(cursor) or len(cursor) % 4 == 1:
        raise InvalidInput(_MESSAGE, path="cursor")
    cursor = str.__str__(cursor)
    data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    seal, body = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
    is_written_so = urlsafe_b64encode(data).decode().rstrip("=") == cursor
    if not is_written_so or not compare_digest(seal, _seal(query, body, secret, scope)):
        raise InvalidInput(_MESSAGE, path="cursor")
    try:
        return _position(query, body)
    except (InvalidInput, LimitExceeded, RecursionError, TypeError, ValueError):
        raise InvalidInput(_MESSAGE, path="cursor") from None


def _written(field: Field, key: Any) -> Any:
    # What is worked out of instants may lie beyond those that a host can write, so it is no text that a field reads.
    return key if key is None else to_micros(key) if field.kind == "instant" else field.write(key)


def _position(query: Query, body: bytes) -> Position:
    """What a body says; whoever knows the digest can write any body where there is no secret."""
    version, is_backward, is_inclusive, keys = json.loads(body)
    if version != _VERSION or not isinstance(is_backward, bool) or not isinstance(is_inclusive, bool):
        raise ValueError(version)
    read = [_key(order.field, key) for order, key in zip(query.orders(), keys, strict=True)]
    return Position(tuple(read), is_backward, is_inclusive)


def _key(field: Field, key: Any) -> Any:
    if key is None and not field.is_required:
        return None
    if field.kind == "text":
        # A folded text may be longer than one that can be asked for.
        return check_text(key, field.name, length_max=LENGTH_MAX, length_min=0)
    if field.kind == "instant":
        if type(key) is not int:
            raise TypeError(field.name)
        return from_micros(key)
    value = field.read(key, field.name)
    if isinstance(value, Relative):
        raise TypeError(field.name)
    return value


def _seal(query: Query, body: bytes, secret: bytes, scope: str) -> bytes:
    if not isinstance(secret, bytes) or len(secret) > _SECRET_MAX:
        raise InvalidInput(f"must be at most {_SECRET_MAX} bytes", path="secret")
    if not isinstance(scope, str):
        raise InvalidInput(f"must be a text, not {type(scope).__name__}", path="scope")
    about = query.written.encode() + canonical(scope).encode()
    return blake2b(len(about).to_bytes(8, "big") + about + body, digest_size=_SEAL_BYTES, key=secret).digest()
