"""The formula guard: a text that a spreadsheet would run is written so that it is shown, and can be read back."""

from __future__ import annotations

import re
from typing import Final

# What a spreadsheet passes over before it looks for a formula, and what nobody sees: blanks of all kinds, control
# characters, byte order marks, zero-width and directional marks, fillers and variation selectors.
_UNSEEN: Final = (
    r"\x01-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# = + - @, their full-width and small forms, the control characters that some programs cut off, and the apostrophe
# itself, so that a guarded text is told from one that began with an apostrophe.
_STARTS: Final = r"=+\-@\t\r\n\x00'\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\uff07"
_FORMULA: Final = re.compile(f"[{_UNSEEN}]*[{_STARTS}]")
# Most texts begin with one of these and need no closer look.
_PLAIN: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def guard(text: str) -> str:
    """Write an apostrophe before a text that a spreadsheet could take for a formula.

    Args:
        text: The text of a cell.

    Returns:
        The text, or an apostrophe and the text; `unguard` gives the text again.

    Source: DOMAIN 3.10 (never a TAB prefix: CVE-2021-41270).

    Example:
        >>> guard("=1+1"), guard("'tis"), guard("a=1"), guard("")
        ("'=1+1", "''tis", 'a=1', '')
    """
    if text[:1] in _PLAIN or _FORMULA.match(text) is None:
        return text
    return f"'{text}"


def unguard(text: str) -> str:
    """Give the text again that `guard` wrote.

    Args:
        text: The text of a cell.

    Source: DOMAIN 3.10 (reversible).

    Example:
        >>> unguard(guard("=1+1"))
        '=1+1'
    """
    return text.removeprefix("'")
