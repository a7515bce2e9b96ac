"""Names that a tier set gives to what stands elsewhere: functions of the host's, attributes of customers."""

from __future__ import annotations

import re
from typing import Final

from loyalcore.errors import InvalidInput
from loyalcore.values.ids import check_text

_NAME_MAX: Final = 64
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")
_ATTRIBUTE: Final = re.compile(r"[a-z0-9_.-]+")


def check_word(value: object, path: str) -> str:
    """Return the name of a function of the host's: lower-case ASCII letters, digits and `_`."""
    text = check_text(value, path, length_max=_NAME_MAX)
    if _WORD.fullmatch(text) is None:
        raise InvalidInput("must be lower-case letters, digits and _, beginning with a letter", path=path)
    return text


def check_attribute_name(value: object, path: str) -> str:
    """Return the name of an attribute of customers: lower-case ASCII letters, digits, `_`, `.` and `-`."""
    text = check_text(value, path, length_max=_NAME_MAX)
    if _ATTRIBUTE.fullmatch(text) is None:
        raise InvalidInput("must be lower-case letters, digits, _, . and -", path=path)
    return text
