"""What kinds of notice there are: each slice declares its own, with the names and types of what they tell."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision._notice import Notice
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loyalcore.domain.decision._refs import NoticeRef


class Detail(StrEnum):
    """What a detail of a notice is."""

    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"
    """An ISO text, UTC."""
    DAY = "day"
    """An ISO text."""


@attrs.frozen
class NoticeKind:
    """A kind of notice: what it is called, and what it tells.

    Args:
        name: The kind, as notices and programs name it.
        meaning: What has happened, in a sentence.
        details: What each of its details is, by name.
        optional: The details that may be None.

    Source: DOMAIN 3.11 (notices).

    Example:
        >>> kind = NoticeKind("tea_time", "Tea is ready.", {"cups": Detail.NUMBER})
        >>> from datetime import UTC, datetime
        >>> from loyalcore.domain.decision import NoticeRef
        >>> at = datetime(2026, 1, 1, tzinfo=UTC)
        >>> kind.notice(NoticeRef("live", "h1", "tea:1"), "beans", at, cups=2).details
        {'cups': 2}
    """

    name: str
    meaning: str
    details: Mapping[str, Detail]
    optional: frozenset[str] = frozenset()

    def notice(self, ref: NoticeRef, program_id: str, at: datetime, **details: str | int | None) -> Notice:
        """Make a notice of this kind.

        Args:
            ref: The name it is kept under.
            program_id: In which program.
            at: When it came about, UTC.
            details: What it tells: all that the kind names, and nothing else.

        Raises:
            InvalidInput: A detail is missing, unknown, or of another type.
        """
        if details.keys() != self.details.keys():
            raise InvalidInput(f"must have the details {', '.join(self.details)}", path=self.name)
        for name, value in details.items():
            is_number = isinstance(value, int) and not isinstance(value, bool)
            wanted = is_number if self.details[name] is Detail.NUMBER else isinstance(value, str)
            if not wanted and not (value is None and name in self.optional):
                raise InvalidInput(f"must be a {self.details[name].value}", path=f"{self.name}.{name}")
        return Notice(ref=ref, kind=self.name, program_id=program_id, at=at, details=details)
