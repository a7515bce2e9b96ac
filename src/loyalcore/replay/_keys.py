"""The keys under which a replay books: the same for the same order whenever it comes, and never two orders' one key."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_MAX: Final = 255
_DIGEST_BYTES: Final = 20


class KeyForms:
    """The keys of one program's replays.

    A key says its program, because keys belong to a holder and not to a program; and how long the rule's name is,
    because both names may hold colons. What would be too long for a key becomes a digest of itself, marked by `#`,
    which no program's id begins with.

    Args:
        program_id: The program.
        rules: The ids of its earning rules.

    Example:
        >>> forms = KeyForms("beans", ["base"])
        >>> forms.spend("o-1"), forms.award("base", "o-1"), forms.seen("o-1")
        ('replay:beans:spend:o-1', 'replay:beans:award:4:base:o-1', 'replay:beans:seen:o-1')
        >>> len(forms.spend("o" * 255))
        48
    """

    __slots__ = ("_award", "_seen", "_spend")

    def __init__(self, program_id: str, rules: Sequence[str]) -> None:
        self._spend = f"replay:{program_id}:spend:"
        self._seen = f"replay:{program_id}:seen:"
        self._award = {rule: f"replay:{program_id}:award:{len(rule)}:{rule}:" for rule in rules}

    def spend(self, order_id: str) -> str:
        """Give the key of the redemption before an order."""
        return fit(self._spend + order_id)

    def award(self, rule: str, order_id: str) -> str:
        """Give the key of what a rule grants for an order."""
        return fit(self._award[rule] + order_id)

    def seen(self, order_id: str) -> str:
        """Give the key of an order for which nothing was booked."""
        return fit(self._seen + order_id)


def fit(key: str) -> str:
    """Give a key as it is, or a digest of it where it is too long."""
    if len(key) <= KEY_MAX:
        return key
    return f"replay:#{blake2b(key.encode(), digest_size=_DIGEST_BYTES).hexdigest()}"
