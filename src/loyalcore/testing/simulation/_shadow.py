"""The shadow: what was committed, commit by commit, kept apart from the store that is tried."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import (
    CustomerRef,
    EntriesRef,
    HolderRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    OrderRef,
    OrdersRef,
    ReferralCodeRef,
    ReferralCodesRef,
    ReferralRef,
    ReferralsRef,
    Wipe,
)
from loyalcore.domain.ledger import Entry

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import ChangeSet, Ref


class Shadow:
    """Every record as it stood after every commit.

    What it holds is written by hand from the change sets, in the simplest way there is; a store has to hold the same.
    """

    def __init__(self) -> None:
        self.commits = 0
        self.entries: dict[LedgerRef, list[Entry]] = {}
        self.keys: dict[str, tuple[int, KeyRecord]] = {}
        self._records: dict[Ref, list[tuple[int, Any]]] = {}
        self._entry_commits: dict[LedgerRef, list[int]] = {}

    def record(self, changes: ChangeSet) -> int:
        """Note a change set that was committed, and give its number."""
        self.commits += 1
        for ref in self.taken(changes):
            self._keep(ref, None)
            if isinstance(ref, KeyRef):
                self.keys.pop(ref.key, None)
        for put in changes.puts:
            self._keep(put.ref, put.record)
        for part in changes.parts:
            self._keep(part.ref, part)
        for record in changes.inserts:
            if isinstance(record, Entry):
                self.entries.setdefault(record.ledger, []).append(record)
                self._entry_commits.setdefault(record.ledger, []).append(self.commits)
            else:
                self._keep(record.ref, record)
                if isinstance(record, KeyRecord):
                    self.keys.setdefault(record.ref.key, (self.commits, record))
        return self.commits

    def taken(self, changes: ChangeSet) -> set[Ref]:
        """Name what a change set takes away of what there is."""
        gone: set[Ref] = {remove.ref for remove in changes.removes}
        if changes.wipes:
            gone |= {ref for ref in self._records if Wipe.of(ref) in changes.wipes}
        return gone

    def _keep(self, ref: Ref, record: Any) -> None:
        self._records.setdefault(ref, []).append((self.commits, record))

    def find(self, ref: Ref, commit: int | None = None) -> Any:
        """Give the record of a ref as it is now, or as it was after a commit."""
        if isinstance(ref, EntriesRef):
            return self._find_entries(ref, commit)
        if isinstance(ref, HolderRef):
            return self._find_holder(ref, commit)
        if isinstance(ref, OrdersRef):
            return self._find_all(ref, OrderRef, "holder_id", "order_id", commit)
        if isinstance(ref, ReferralCodesRef):
            return self._find_all(ref, ReferralCodeRef, "holder_id", "code", commit)
        if isinstance(ref, ReferralsRef):
            return self._find_all(ref, ReferralRef, f"{ref.side}_holder_id", "referral_id", commit)
        kept = self._records.get(ref, [])
        count = len(kept) if commit is None else bisect_right(kept, commit, key=lambda each: each[0])
        return kept[count - 1][1] if count else None

    def _find_holder(self, ref: HolderRef, commit: int | None) -> Any:
        found = (self.find(name, commit) for name in self._records if isinstance(name, CustomerRef))
        same = (row for row in found if row is not None and row.environment == ref.environment)
        return next((row for row in same if row.holder_id == ref.holder_id), None)

    def _find_all(self, of: Any, kind: type[Any], holder: str, name: str, commit: int | None) -> tuple[Any, ...]:
        """Give all records of a kind that are of one holder, in the order of their names."""
        found = (self.find(ref, commit) for ref in self._records if isinstance(ref, kind))
        same = [row for row in found if row is not None and row.environment == of.environment]
        return tuple(sorted((row for row in same if getattr(row, holder) == of.holder_id), key=attrgetter(name)))

    def _find_entries(self, ref: EntriesRef, commit: int | None) -> tuple[Entry, ...]:
        known = self.entries.get(ref.ledger, [])
        if commit is not None:
            known = known[: bisect_right(self._entry_commits.get(ref.ledger, []), commit)]
        return tuple(entry for entry in known if getattr(entry, ref.by) == ref.value)

    def holders_of(self, member: Membership) -> tuple[str, ...]:
        """Name the holder of a membership, and those that were merged into it."""
        customer: Customer | None = self.find(CustomerRef(member.environment, str(member.customer_id)))
        return (member.holder_id,) if customer is None else customer.holders

    def records(self) -> dict[Ref, Any]:
        """Give every record by its ref."""
        found = {ref: kept[-1][1] for ref, kept in self._records.items() if kept[-1][1] is not None}
        found.update({entry.ref: entry for entries in self.entries.values() for entry in entries})
        return found
