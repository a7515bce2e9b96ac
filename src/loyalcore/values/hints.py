"""Hints: what somebody may have meant who has written a name that is not known."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean"]


def __dir__() -> list[str]:
    return __all__


_LOOKED_AT_MAX: Final = 40
"""How much of a name is compared: two long texts take long."""


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Say which known name comes closest to one that is not known, to be put behind the message of an error.

    Args:
        name: What was written; what is no text is like none.
        known: The names that there are.

    Returns:
        Such as `; did you mean tier?`; an empty text where none is close.

    Source:
        HOUSE.md 3 (errors that say how to mend it).

    Example:
        >>> did_you_mean("teir", ["tier", "points"]), did_you_mean("spent", ["points", "points.spent"])
        ('; did you mean tier?', '; did you mean points.spent?')
    """
    if not isinstance(name, str):
        return ""
    name, names = str.__str__(name), [*known]
    # A figure by its last word alone, such as `spent` for `points.spent`.
    last = [each for each in names if name and each.endswith(f".{name}")]
    close = last[:1] or get_close_matches(name[:_LOOKED_AT_MAX], names, n=1)
    return f"; did you mean {close[0]}?" if close else ""
