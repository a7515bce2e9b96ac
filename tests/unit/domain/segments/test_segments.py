"""Segments, and the commands that name them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import pytest

from loyalcore.domain import segments
from loyalcore.domain.decision import SegmentRef
from loyalcore.domain.segments import RemoveSegment, SaveSegment, Segment
from loyalcore.errors import InvalidInput, LimitExceeded

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
EVERYBODY = {"version": 1, "noun": "customer", "where": {"all": []}}


class Numbers(IntEnum):
    SEVEN = 7


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(segments) == sorted(segments.__all__)


def test_a_segment_is_kept_under_environment_and_id() -> None:
    """A segment is found by the host's id, in one environment, and begins at version 1."""
    saved: dict[str, Any] = {"title": "All", "condition": "{}", "created_at": DAY_0, "updated_at": DAY_0}
    segment = Segment(environment="sandbox", segment_id="all", **saved)
    assert (segment.ref, segment.version) == (SegmentRef("sandbox", "all"), 1)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("segment_id", "", InvalidInput),
        ("segment_id", None, InvalidInput),
        ("segment_id", "a\n", InvalidInput),
        ("segment_id", "a" * 256, LimitExceeded),
        ("title", "", InvalidInput),
        ("title", 5, InvalidInput),
        ("title", "\ud800", InvalidInput),
        ("title", "a" * 256, LimitExceeded),
        ("where", None, InvalidInput),
        ("where", "x" * 65_537, LimitExceeded),
        ("version", 0, InvalidInput),
        ("version", -1, InvalidInput),
        ("version", True, InvalidInput),
        ("version", 1.0, InvalidInput),
        ("version", "1", InvalidInput),
        ("version", 10**18 + 1, LimitExceeded),
    ],
)
def test_a_bad_value_is_refused_under_its_name(field: str, value: object, error: type[InvalidInput]) -> None:
    """A command refuses what is of the wrong type or out of range, and says where it stands."""
    fields: dict[str, Any] = {"segment_id": "all", "title": "Everybody", "where": EVERYBODY, field: value}
    with pytest.raises(error) as caught:
        SaveSegment(**fields)
    assert caught.value.path == field


@pytest.mark.parametrize(
    ("field", "value"), [("segment_id", ""), ("segment_id", None), ("version", 0), ("version", True)]
)
def test_a_removal_refuses_bad_values_too(field: str, value: object) -> None:
    """A removal refuses what a save refuses."""
    fields: dict[str, Any] = {"segment_id": "all", field: value}
    with pytest.raises(InvalidInput) as caught:
        RemoveSegment(**fields)
    assert caught.value.path == field


def test_a_title_is_in_normal_form() -> None:
    """A title that was typed with a separate accent is the title with the composed letter; an id stays as it is."""
    command = SaveSegment("Cafe\u0301", "Cafe\u0301", EVERYBODY)
    assert (command.segment_id, command.title) == ("Cafe\u0301", "Caf\u00e9")


def test_a_version_is_a_plain_number() -> None:
    """A version of a class of its own is kept as a plain number; the highest is 10^18."""
    assert type(SaveSegment("all", "All", EVERYBODY, version=Numbers.SEVEN).version) is int
    assert SaveSegment("all", "All", EVERYBODY, version=10**18).version == 10**18
