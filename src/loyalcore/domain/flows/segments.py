"""The commands about segments, decided: save, remove.

Both are idempotent by what they name: what is so already is answered as an earlier call's doing, whatever version is
given, so that a call whose answer was lost can be repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.customers import CUSTOMERS
from loyalcore.domain.decision import ChangeSet, Decision, Put, Remove, SegmentRef
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.segments import RemoveSegment, SaveSegment, Segment, document_of, read_condition
from loyalcore.errors import NotFound, VersionConflict
from loyalcore.query import Query

if TYPE_CHECKING:
    from loyalcore.domain.flows._case import Case


def decide_save(command: SaveSegment, case: Case) -> Decision:
    """Make a segment, or replace the version that was read."""
    condition = document_of(Query(CUSTOMERS, read_condition(command.where, CUSTOMERS)))
    ref = SegmentRef(case.world.environment, command.segment_id)
    found: Segment | None = case.world.get(ref)
    if found is None:
        if command.version is not None:
            raise NotFound("segment", command.segment_id, hint="leave the version out to make it")
        segment = Segment(
            environment=ref.environment,
            segment_id=ref.segment_id,
            title=command.title,
            condition=condition,
            created_at=case.now,
            updated_at=case.now,
        )
        return _saved(command, Put(segment, None), segment)
    if (found.title, found.condition) == (command.title, condition):
        return Decision(ChangeSet(), Receipt(command=command.name, segment=found, replayed=True))
    if command.version != found.version:
        raise VersionConflict("segment", found=found.version, given=command.version)
    segment = attrs.evolve(
        found,
        title=command.title,
        condition=condition,
        updated_at=max(case.now, found.updated_at),
        version=found.version + 1,
    )
    return _saved(command, Put(segment, found.version), segment)


def _saved(command: SaveSegment, put: Put, segment: Segment) -> Decision:
    return Decision(ChangeSet(puts=(put,)), Receipt(command=command.name, segment=segment))


def decide_remove(command: RemoveSegment, case: Case) -> Decision:
    """Remove a segment; the second removal finds nothing left to do."""
    ref = SegmentRef(case.world.environment, command.segment_id)
    found: Segment | None = case.world.get(ref)
    if found is None:
        return Decision(ChangeSet(), Receipt(command=command.name, replayed=True))
    if command.version not in {None, found.version}:
        raise VersionConflict("segment", found=found.version, given=command.version)
    removed = ChangeSet(removes=(Remove(ref, found.version),))
    return Decision(removed, Receipt(command=command.name, segment=found))
