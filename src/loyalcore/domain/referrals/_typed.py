"""The code as somebody has typed it."""

from __future__ import annotations

from loyalcore.errors import InvalidInput
from loyalcore.values.codes import read_code


def typed_code(text: str) -> str | None:
    """Return the code that was typed in the form in which it is kept; None for what no code can be.

    Args:
        text: The code as typed.

    Source: DOMAIN 3.6 (a mistyped code is one that is not found), 3.11.

    Example:
        >>> typed_code("abcde23456"), typed_code("no such thing")
        ('ABCDE-23456', None)
    """
    try:
        return read_code(text, "code")
    except InvalidInput:
        return None
