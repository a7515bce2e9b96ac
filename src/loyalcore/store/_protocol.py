"""What a store is: units of work over records, and what each promises.

A store keeps sixteen kinds of record, each under its ref. The rules below are numbered; the contract suite in
`loyalcore.testing` names the number that a store breaks.

Units
    P1   A unit reads what was committed before it was opened, or later; never what another unit has not committed.
    P2   Nothing of a unit is visible to others before `commit`; all of it is afterwards, and after a crash too.
    P3   A unit that ends without `commit` leaves nothing behind.

    A unit sees what it applied itself, and its change sets follow each other; the executor asks for one. After
    `StaleVersion` it is neither asked for anything more nor committed.

Loading
    P4   `load` answers every ref: the record, or None where there is none (`EntriesRef`: a tuple, perhaps empty;
         `OrdersRef`, `ReferralsRef`, `ReferralCodesRef`: a tuple of all that the holder has, as the records stand, in
         the order of their names; `HolderRef`: the customer whose holder it is).
    P5   A loaded ledger carries its open lots in award order, its open holds and open debts by `seq`, then id. It has
         open holds only where `held` is above 0, and open debts only where `deficit` is.
    P6   `load(refs, lock=True)` makes other units that lock the same ledgers, memberships, customers, segments,
         orders, notices, referral codes, referrals or counters wait or fail with `StaleVersion` until this one ends;
         refs are locked in one total order, before anything else that the call asks for is read: a key that the lock
         was waited for is found. A `HolderRef`, and a ref that leads to all that a holder has, is only read.
    P7   Texts compare exactly: case, accents, trailing blanks and all. Instants keep their microseconds and are UTC.

Applying
    P8   `apply` is refused whole with `StaleVersion` when a `Put` does not find its expected version (None: when the
         record exists), compared in the same statement or under the same lock as the write.
    P9   `apply` is refused whole with `StaleVersion` when an insert's ref is taken: an entry's (ledger, seq), a key, a
         fact, a note, a notice.
    P10  Parts (lots, holds, debts) are written over as they are; inserted records are never changed afterwards, though
         they may be wiped (P19). A notice alone is inserted, and then written and removed like what is put.
    P11  Sequence numbers are the core's: a store neither makes nor skips them.

Streaming
    P12  `stream` gives the records of a query one by one in the order of their names, from one consistent view.
    P13  A ledger, membership or notice that is due (`All.due_by`) is found by `next_change_at` alone, whatever made it
         due.

Listing
    P20  `page` gives the rows that the in-memory evaluation gives, in its order: at most `count` of them from the place
         on, the nearest first; `count` gives their number. Rows that a listing means: of customers, who has not been
         merged or erased, with the membership in the program; of entries, orders, referrals and referral codes, those
         of the scope. With `is_settled` rows whose `next_change_at` has come are left out. What a store cannot ask its
         database is refused with `CapabilityMissing` before anything is read; it never reads everything instead.

Failing
    P14  A failure of the store is a `StoreError`: unavailable, read-only, of another schema, outcome unknown. A call
         that needs what the store does not offer raises `CapabilityMissing` naming it.

Sharing
    P15  What a store declares is so. `threads`: threads share it. `durable`: its records outlive it. `processes`: it
         can be pickled, and the copy opens the same records in another process.
    P16  Writers of one ledger come through one after the other: of 16 at once none needs more than the executor's five
         attempts, and no two units wait for each other for ever.

Taking away
    P17  `apply` is refused whole with `StaleVersion` when a `Remove` does not find its expected version, compared as
         for a `Put`.
    P18  What was removed or wiped is gone for `load` and `stream`, and its name can be taken anew, in the same change
         set too: what it takes away goes before anything that it writes.
    P19  A `Wipe` takes all records of its kind and holder that its unit sees, and none of another kind, holder or
         environment; that there are none is no fault. What others add meanwhile is kept out by the version of a record
         that the same change set writes or removes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import Counter, Fact, KeyRecord, Note, Notice
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.query import All, Listing

KINDS: tuple[type[Any], ...] = (
    Customer,
    Membership,
    Ledger,
    Lot,
    PointsHold,
    Debt,
    Entry,
    KeyRecord,
    Fact,
    Note,
    Notice,
    Segment,
    Order,
    ReferralCode,
    Referral,
    Counter,
)
"""The kinds of record that a store keeps."""


class Repository(Protocol):
    """Where records of one kind, or of all, are kept; the same methods for every kind."""

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref (P4, P5), locked until the unit ends if asked (P6)."""
        ...

    def apply(self, changes: ChangeSet) -> None:
        """Write a change set, or refuse it whole (P8-P11, P17-P19).

        Raises:
            StaleVersion: Something has changed since it was read, or a ref is taken.
        """

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give the records that a query matches at an instant, one by one (P12, P13)."""
        ...


class Lists(Protocol):
    """What a unit of a store with the ability `pages` can do beside; and a repository of such a store."""

    def page(self, listing: Listing, at: datetime) -> Sequence[Any]:
        """Give the rows of a listing from its place on, the nearest first (P20).

        Raises:
            CapabilityMissing: It has no such list, or keeps no column of a field.
        """
        ...

    def count(self, listing: Listing, at: datetime) -> int:
        """Give the number of rows of a listing, wherever its place is (P20).

        Raises:
            CapabilityMissing: It has no such list, or keeps no column of a field.
        """
        ...


class Unit(Repository, Protocol):
    """One unit of work over every kind: a repository that commits or leaves nothing behind (P1-P3)."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; without a commit, leave nothing behind."""

    def commit(self) -> None:
        """Make everything applied visible and durable.

        Raises:
            StaleVersion: Another unit was faster.
            OutcomeUnknown: The answer was lost; the same command with the same key settles it.
        """


class Store(Protocol):
    """Where a host keeps its loyalty records."""

    @property
    def abilities(self) -> frozenset[str]:
        """What the store offers beyond the promises.

        `durable`: what is committed outlives the process. `threads`, `processes`: several may use it at once. `within`:
        it has a method of that name, which takes an open connection of the host's and gives a store whose units run
        inside its transaction. `pages`: its units are `Lists` too.
        """
        ...

    def unit(self, *, readonly: bool = False) -> Unit:
        """Open a unit of work; a read-only one may be cheaper and refuses to apply.

        Raises:
            StoreUnavailable: Closed, missing or out of reach.
            SchemaMismatch: Its tables are of another version.
        """
        ...
