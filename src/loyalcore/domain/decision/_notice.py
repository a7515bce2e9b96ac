"""What the host should tell somebody: kept in the outbox, in the commit of what it is about, until it is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loyalcore.domain.decision._refs import NoticeRef


@attrs.frozen(kw_only=True)
class Notice:
    """Something the host should tell somebody.

    Args:
        ref: The name it is kept under; the same again when the same thing is decided again.
        kind: What it is, such as `points_added`.
        program_id: In which program.
        at: When it came about, UTC.
        details: What it says, as plain values; nothing personal: who it goes to is looked up when it is delivered.
        next_change_at: From when on it may be delivered, or taken over from a deliverer whose lease has ended; None
            where it was set aside.
        attempts: How often somebody has set out to deliver it.
        claimed_by: Who is delivering it, opaque; None where nobody is.
        error: The name of the class of the last error; never its message, which may tell of a person.
        version: 1 when it is made, then one more with every step of its delivery.
    """

    ref: NoticeRef
    kind: str
    program_id: str
    at: datetime
    details: Mapping[str, str | int | None] = attrs.field(factory=dict)
    next_change_at: datetime | None = attrs.field(default=attrs.Factory(lambda self: self.at, takes_self=True))
    attempts: int = 0
    claimed_by: str | None = None
    error: str | None = None
    version: int = 1

    @property
    def is_set_aside(self) -> bool:
        """Whether it was given up, until somebody puts it back."""
        return self.next_change_at is None
