"""What a bulk action came to: row by row, so far, and in all."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from loyalcore.services._outcomes import REFUSALS_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.flows import Receipt
    from loyalcore.domain.ledger import Entry
    from loyalcore.errors import LoyaltyError


class BulkStatus(StrEnum):
    """What became of a row."""

    DONE = "done"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


@attrs.frozen
class BulkRow:
    """What became of one customer of a bulk action.

    Args:
        customer_id: The id as it was named or found.
        receipt: What the command answered, None where it was refused.
        error: Why it was refused, None where it was not.
    """

    customer_id: str
    receipt: Receipt | None = None
    error: LoyaltyError | None = None

    @property
    def status(self) -> BulkStatus:
        """Done; refused; or unchanged: the key was used before, or there was nothing to change."""
        if self.receipt is None:
            return BulkStatus.REFUSED
        return BulkStatus.UNCHANGED if _is_unchanged(self.receipt) else BulkStatus.DONE


def _is_unchanged(receipt: Receipt) -> bool:
    if receipt.replayed or receipt.is_unchanged:
        return True
    return bool(receipt.entries) and not any(map(_has_moved, receipt.entries))


def _has_moved(entry: Entry) -> bool:
    return bool(entry.points or entry.changes) or entry.account_expires_at is not None


@attrs.frozen(kw_only=True)
class BulkProgress:
    """How far a bulk action has come.

    Args:
        done: How many rows were changed.
        refused: How many were refused.
        unchanged: How many were so before, or were done by an earlier run with the same key.
    """

    done: int = 0
    refused: int = 0
    unchanged: int = 0

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return self.done + self.refused + self.unchanged


@attrs.frozen(kw_only=True)
class BulkResult(BulkProgress):
    """What a bulk action came to.

    Args:
        refusals: The rows that were refused, the first 100.
    """

    refusals: tuple[BulkRow, ...] = ()

    @property
    def progress(self) -> BulkProgress:
        """The numbers alone."""
        return BulkProgress(done=self.done, refused=self.refused, unchanged=self.unchanged)

    def plus(self, rows: Iterable[BulkRow]) -> BulkResult:
        """Give the sum with more rows."""
        count = {BulkStatus.DONE: self.done, BulkStatus.REFUSED: self.refused, BulkStatus.UNCHANGED: self.unchanged}
        refusals = list(self.refusals)
        for row in rows:
            status = row.status
            count[status] += 1
            if status is BulkStatus.REFUSED and len(refusals) < REFUSALS_KEPT:
                refusals.append(row)
        return BulkResult(
            done=count[BulkStatus.DONE],
            refused=count[BulkStatus.REFUSED],
            unchanged=count[BulkStatus.UNCHANGED],
            refusals=tuple(refusals),
        )
