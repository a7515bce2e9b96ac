"""Names that a tier set gives to what stands elsewhere: attributes of customers."""

from __future__ import annotations

import re
from typing import Final

from loyalcore.errors import InvalidInput
from loyalcore.values.ids import WORD_MAX, check_text

_ATTRIBUTE: Final = re.compile(r"[a-z0-9_.-]+")


def check_attribute_name(value: object, path: str) -> str:
    """Return the name of an attribute of customers: lower-case ASCII letters, digits, `_`, `.` and `-`."""
    text = check_text(value, path, length_max=WORD_MAX)
    if _ATTRIBUTE.fullmatch(text) is None:
        raise InvalidInput("must be lower-case letters, digits, _, . and -", path=path)
    return text
