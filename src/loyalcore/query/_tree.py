"""The match-all query: every record of a kind, within a prefix of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen
class All:
    """Every record of one kind in one environment, narrowed from the left of its name.

    Args:
        kind: The class of the records.
        environment: `live` or `sandbox`.
        holder_id: Only this holder's.
        program_id: Only this program's.
        ledger: Only this ledger's; needs `holder_id` and `program_id`.
        due_by: Of ledgers, memberships and notices, only those whose `next_change_at` has come by this instant, UTC.

    What a kind does not have (a customer's program, a key's ledger) narrows nothing.

    Example:
        >>> All(int, "live").holder_id is None
        True
    """

    kind: type[Any]
    environment: str
    holder_id: str | None = attrs.field(default=None, kw_only=True)
    program_id: str | None = attrs.field(default=None, kw_only=True)
    ledger: str | None = attrs.field(default=None, kw_only=True)
    due_by: datetime | None = attrs.field(default=None, kw_only=True)
