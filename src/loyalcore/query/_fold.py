"""How texts are compared: without case, and whichever way their accents were typed."""

from __future__ import annotations

from unicodedata import normalize


def fold(text: str) -> str:
    """Return the form of a text in which it is compared and sorted.

    Args:
        text: Any text.

    Returns:
        The case-folded text in Unicode normal form C; folding it again changes nothing. A store that compares texts
        keeps this form in a column of its own, because databases differ in how they ignore case.

    Source:
        DOMAIN.md 3.8 (text compares NFC and casefold). It is taken apart before it is folded, as the Unicode Standard
        has it (3.13, canonical caseless matching).

    Example:
        >>> fold("Stra\u00dfe") == fold("STRASSE")
        True
    """
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFD", text).casefold())
