"""The commands about segments: save one, remove one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NewType

import attrs

from loyalcore.domain.decision import check_version
from loyalcore.domain.segments._document import check_document
from loyalcore.values.ids import check_name, check_text

Document = NewType("Document", str)
"""The canonical JSON text of a document; the JSON form of a command has the document itself."""


def _segment_id(value: str) -> str:
    return check_text(value, "segment_id")


def _title(value: str) -> str:
    return check_name(value, "title")


def _where(value: Mapping[str, Any] | str) -> Document:
    return Document(check_document(value, "where"))


def _version(value: int | None) -> int | None:
    return None if value is None else check_version(value, "version")


@attrs.frozen
class SaveSegment:
    """Save a segment: make it, or replace the version that was read; idempotent by what it says.

    Args:
        segment_id: The host's own id, 1 to 255 printable characters.
        title: What people call it, 1 to 255 printable characters.
        where: The versioned document of the condition, as a mapping or as JSON text; kept as canonical JSON text.
        version: The version that is replaced; None makes a new segment.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text, a number or the document beyond its limit.

    Source: WIZ (segments, saved and named), DOMAIN 3.8.

    Example:
        >>> everybody = {"version": 1, "noun": "customer", "where": {"all": []}}
        >>> SaveSegment("all", "Everybody", everybody).where
        '{"noun":"customer","version":1,"where":{"all":[]}}'
    """

    name: ClassVar[str] = "segments.save"
    segment_id: str = attrs.field(converter=_segment_id)
    title: str = attrs.field(converter=_title)
    where: Document = attrs.field(converter=_where)
    version: int | None = attrs.field(default=None, converter=_version, kw_only=True)


@attrs.frozen
class RemoveSegment:
    """Remove a segment; idempotent by what it names.

    Args:
        segment_id: The host's own id, 1 to 255 printable characters.
        version: The version that is removed; None is whichever it is.

    Raises:
        InvalidInput: A value of the wrong type or out of range.
        LimitExceeded: A text or a number beyond its limit.

    Source: WIZ (segments, saved and named).

    Example:
        >>> RemoveSegment("vip", version=3)
        RemoveSegment(segment_id='vip', version=3)
    """

    name: ClassVar[str] = "segments.remove"
    segment_id: str = attrs.field(converter=_segment_id)
    version: int | None = attrs.field(default=None, converter=_version, kw_only=True)
