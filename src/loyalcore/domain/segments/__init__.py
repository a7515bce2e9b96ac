"""Segments: conditions over customers that are saved under a title, and replaced or removed by version."""

from loyalcore.domain.segments._commands import RemoveSegment, SaveSegment
from loyalcore.domain.segments._document import check_document, document_of, read_condition
from loyalcore.domain.segments._model import Segment

__all__ = ["RemoveSegment", "SaveSegment", "Segment", "check_document", "document_of", "read_condition"]


def __dir__() -> list[str]:
    return __all__
