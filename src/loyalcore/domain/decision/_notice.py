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
    """

    ref: NoticeRef
    kind: str
    program_id: str
    at: datetime
    details: Mapping[str, str | int | None] = attrs.field(factory=dict)
