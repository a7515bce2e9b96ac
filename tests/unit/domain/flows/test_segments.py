"""Segments decided: made, replaced by the version that was read, and found to be so already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from loyalcore.domain.decision import ChangeSet, Needs, Put, Remove, SegmentRef, World
from loyalcore.domain.flows import decide
from loyalcore.domain.programs import Registry
from loyalcore.domain.segments import RemoveSegment, SaveSegment, Segment
from loyalcore.errors import InvalidDocument, LimitExceeded, NotFound, VersionConflict
from loyalcore.testing import CountedIds
from loyalcore.values.clock import parse_instant

NOW = parse_instant("2026-01-31T12:00:00Z", "now")
REF = SegmentRef("live", "friends")
ADA = {"version": 1, "noun": "customer", "where": {"field": "customer_id", "op": "=", "value": "ada"}}
BOB = {"version": 1, "noun": "customer", "where": {"field": "customer_id", "op": "=", "value": "bob"}}
TEXT = '{"noun":"customer","version":1,"where":{"field":"customer_id","op":"=","value":"ada"}}'


def decided(command: Any, found: Segment | None, now: Any = NOW) -> Any:
    """Decide a command where such a segment is kept."""
    return decide(command, World("live", "office", {REF: found}), {}, now, CountedIds(), Registry())


def kept(**fields: Any) -> Segment:
    """Make a segment that is kept."""
    saved: dict[str, Any] = {"title": "Friends", "condition": TEXT, "created_at": NOW, "updated_at": NOW, "version": 3}
    return Segment(environment="live", segment_id="friends", **{**saved, **fields})


@pytest.mark.parametrize("command", [SaveSegment("friends", "Friends", ADA), RemoveSegment("friends")])
def test_a_command_asks_for_the_segment(command: Any) -> None:
    """What a command reads is the segment, in its environment."""
    with pytest.raises(Needs) as caught:
        decide(command, World("live", "office"), {}, NOW, CountedIds(), Registry())
    assert caught.value.refs == (REF,)


def test_a_new_segment_is_made() -> None:
    """Where none is kept, version 1 is made, of this instant."""
    decision = decided(SaveSegment("friends", "Friends", ADA), None)
    made = kept(version=1)
    assert decision.changes.puts == (Put(made, None),)
    assert (decision.receipt.segment, decision.receipt.replayed) == (made, False)
    assert (decision.receipt.command, decision.receipt.points) == ("segments.save", 0)


def test_a_segment_is_replaced_by_its_version() -> None:
    """Where the version that was read is kept, the next one is written, made when the first one was."""
    later = NOW + timedelta(days=1)
    decision = decided(SaveSegment("friends", "Old friends", ADA, version=3), kept(), later)
    replaced = kept(title="Old friends", updated_at=later, version=4)
    assert decision.changes.puts == (Put(replaced, 3),)
    assert decision.receipt.segment == replaced


@pytest.mark.parametrize("version", [None, 1, 2, 3, 4])
def test_what_is_so_already_is_no_change(version: int | None) -> None:
    """A save of what is kept writes nothing and says so, whatever version it names."""
    decision = decided(SaveSegment("friends", "Friends", ADA, version=version), kept())
    assert not decision.changes
    assert (decision.receipt.segment, decision.receipt.replayed) == (kept(), True)


def test_the_same_condition_otherwise_written_is_no_change() -> None:
    """Two ways of writing one condition are one condition."""
    where = {"not": {"field": "customer_id", "op": "!=", "value": "ada"}}
    decision = decided(SaveSegment("friends", "Friends", {**ADA, "where": where, "sort": []}), kept())
    assert decision.receipt.replayed


@pytest.mark.parametrize("version", [None, 2, 4])
@pytest.mark.parametrize(("title", "where"), [("Friends", BOB), ("Old friends", ADA)])
def test_another_version_is_refused(version: int | None, title: str, where: Any) -> None:
    """Who has not read the version that is kept replaces nothing, and is told which one that is."""
    with pytest.raises(VersionConflict) as caught:
        decided(SaveSegment("friends", title, where, version=version), kept())
    assert (caught.value.what, caught.value.found, caught.value.given) == ("segment", 3, version)
    assert not caught.value.is_retryable


def test_a_version_of_nothing_is_not_found() -> None:
    """A version of a segment that is not kept was removed, or never was."""
    with pytest.raises(NotFound):
        decided(SaveSegment("friends", "Friends", ADA, version=1), None)


def test_a_clock_that_goes_back_dates_nothing_back() -> None:
    """A version is not older than the one before it."""
    decision = decided(SaveSegment("friends", "All", ADA, version=3), kept(), NOW - timedelta(days=1))
    assert decision.receipt.segment.updated_at == NOW


@pytest.mark.parametrize("found", [None, kept()])
def test_a_condition_of_something_else_is_refused_first(found: Segment | None) -> None:
    """A condition that says nothing about customers is refused before anything is compared."""
    with pytest.raises(InvalidDocument) as caught:
        decided(SaveSegment("friends", "Friends", {**ADA, "noun": "entry"}, version=9), found)
    assert caught.value.path == "where"
    clauses = {"all": [ADA["where"]] * 51}
    with pytest.raises(LimitExceeded):
        decided(SaveSegment("friends", "Friends", {**ADA, "where": clauses}, version=9), found)


@pytest.mark.parametrize("version", [None, 3])
def test_a_segment_is_removed(version: int | None) -> None:
    """A segment goes, at the version that is kept, and is answered as it was."""
    decision = decided(RemoveSegment("friends", version=version), kept())
    assert decision.changes == ChangeSet(removes=(Remove(REF, 3),))
    assert (decision.receipt.segment, decision.receipt.replayed) == (kept(), False)


@pytest.mark.parametrize("version", [2, 4])
def test_another_version_is_not_removed(version: int) -> None:
    """Who has not read the version that is kept removes nothing."""
    with pytest.raises(VersionConflict) as caught:
        decided(RemoveSegment("friends", version=version), kept())
    assert (caught.value.found, caught.value.given) == (3, version)


@pytest.mark.parametrize("version", [None, 3])
def test_what_is_gone_is_removed_already(version: int | None) -> None:
    """A removal of what is not there writes nothing and says so, whatever version it names."""
    decision = decided(RemoveSegment("friends", version=version), None)
    assert not decision.changes
    assert (decision.receipt.segment, decision.receipt.replayed) == (None, True)
