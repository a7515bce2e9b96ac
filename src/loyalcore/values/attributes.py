"""Attributes: texts of the host's own by their names, on customers and orders, with their limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.ids import check_name, check_text

__all__ = [
    "ATTRIBUTES_BYTES_MAX",
    "ATTRIBUTES_MAX",
    "bytes_of",
    "check_changes",
    "merged_attributes",
]


def __dir__() -> list[str]:
    return __all__


ATTRIBUTES_MAX: Final = 100
"""The most attributes of one customer, order or item."""
ATTRIBUTES_BYTES_MAX: Final = 16 * 1_024
"""The most bytes of them, names and values in UTF-8."""

_NAME_MAX: Final = 64
_VALUE_MAX: Final = 1_000
_NAME: Final = re.compile(r"[a-z0-9_.-]+")


def check_changes(value: object, path: str) -> dict[str, str | None]:
    """Return changes of attributes: None takes one away.

    Args:
        value: A mapping of names to texts or None.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is no mapping, or a name or a text is none.
        LimitExceeded: A name or a text is too long.

    Source: DOMAIN 3.9.

    Example:
        >>> check_changes({"size": "42", "old": None}, "attributes")
        {'size': '42', 'old': None}
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"must be a mapping of names to texts, not {type(value).__name__}", path=path)
    changes: dict[str, str | None] = {}
    for name, each in value.items():
        text = check_text(name, path, length_max=_NAME_MAX)
        if _NAME.fullmatch(text) is None:
            raise InvalidInput("must have names of a-z, 0-9, _, . and -", path=path)
        where = f"{path}.{text}"
        changes[text] = None if each is None else check_name(each, where, length_max=_VALUE_MAX)
    return changes


def merged_attributes(kept: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return attributes after changes, in the order of their names.

    Args:
        kept: The attributes before.
        changes: New values by their names; None takes one away.

    Raises:
        LimitExceeded: There would be more than 100, or more than 16 KiB of them.

    Source: DOMAIN 3.9.

    Example:
        >>> merged_attributes({"size": "42", "old": "x"}, {"size": "43", "old": None})
        {'size': '43'}
    """
    both = {**kept, **changes}
    found = {name: value for name in sorted(both) if (value := both[name]) is not None}
    if len(found) > ATTRIBUTES_MAX:
        raise LimitExceeded("holds too many attributes", path="attributes", limit=ATTRIBUTES_MAX)
    if bytes_of(found) > ATTRIBUTES_BYTES_MAX:
        raise LimitExceeded("holds too many bytes", path="attributes", limit=ATTRIBUTES_BYTES_MAX)
    return found


def bytes_of(attributes: Mapping[str, str]) -> int:
    """Count the bytes of attributes, names and values in UTF-8.

    Args:
        attributes: Texts by their names.

    Source: DOMAIN 3.9.

    Example:
        >>> bytes_of({"size": "42"})
        6
    """
    return sum(len(name) + len(value.encode()) for name, value in attributes.items())
