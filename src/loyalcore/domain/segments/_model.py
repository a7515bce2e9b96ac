"""What is kept of a segment: whom it means, and which version of it this is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import SegmentRef

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen(kw_only=True)
class Segment:
    """A saved filter of customers: who is in it is worked out whenever it is asked.

    Args:
        environment: `live` or `sandbox`; the same id in both is two unrelated segments.
        segment_id: The host's own id, opaque.
        title: What people call it.
        condition: The condition, as the canonical JSON text of its versioned document; days such as `today` stay as
            they were written.
        created_at: When it was first saved, UTC.
        updated_at: When this version was saved, UTC.
        version: 1 when it is first saved, then one more with every change.
    """

    environment: str
    segment_id: str
    title: str
    condition: str
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def ref(self) -> SegmentRef:
        """The name it is kept under."""
        return SegmentRef(self.environment, self.segment_id)
