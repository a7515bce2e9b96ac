"""The violation: what a history and a store do not agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from loyalcore.testing.history._line import Line

LINES_MAX: Final = 12
"""How many lines of the history a violation shows."""


@attrs.frozen
class Violation:
    """One law that does not hold.

    Args:
        law: Which.
        subject: Of which key, entry, lot or ledger.
        fault: What is wrong with it.
        lines: The lines of the history that it is about.

    Example:
        >>> print(Violation("acknowledged", "key 'k-1' of 'ada'", "is not stored"))
        acknowledged: key 'k-1' of 'ada' is not stored
    """

    law: str
    subject: str
    fault: str
    lines: tuple[Line, ...] = ()

    def __str__(self) -> str:
        shown = [f"    {line.shown()}" for line in self.lines[:LINES_MAX]]
        if len(self.lines) > LINES_MAX:
            shown.append(f"    and {len(self.lines) - LINES_MAX} more")
        return "\n".join([f"{self.law}: {self.subject} {self.fault}", *shown])
