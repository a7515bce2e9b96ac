"""Referrals, looked at again: every move is in the table, and what was decided of a reward stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.referrals import MOVES, Referral, ReferralCode

if TYPE_CHECKING:
    from loyalcore.domain.decision import ChangeSet
    from loyalcore.testing.simulation._shadow import Shadow


def check_moves(changes: ChangeSet, shadow: Shadow) -> None:
    """Check the referrals and codes that are about to be committed against those of before.

    Args:
        changes: What is committed.
        shadow: What was committed before it.

    Raises:
        AssertionError: A referral moved as none may, a reward was forgotten or had again, or a code used too often.
    """
    for put in changes.puts:
        record = put.record
        if isinstance(record, Referral):
            _check_move(shadow.find(put.ref), record)
        elif isinstance(record, ReferralCode):
            assert not record.limit or record.used <= record.limit, f"was used too often: {record}"


def _check_move(before: Referral | None, after: Referral) -> None:
    known: Any = None if before is None else before.state
    # One commit may make two moves, such as a claim by an order that completes it.
    next_ones = set(MOVES[known].values())
    reached = next_ones | {state for each in next_ones for state in MOVES[each].values()}
    assert after.state in {known, *reached}, f"moved from {known} to {after.state}: {after}"
    if before is None:
        return
    assert len(after.grants) >= len(before.grants), f"forgot a reward: {before}, {after}"
    for old, new in zip(before.grants, after.grants, strict=False):
        assert (old.reward, old.side, old.entry_id) == (new.reward, new.side, new.entry_id), f"another: {old}, {new}"
        assert old.taken_back_at in {None, new.taken_back_at}, f"was had again: {old}, {new}"
