"""The desk: one holder in one program while something is booked, and the changes it comes to.

A decision opens a desk on the records it loaded, books on it, and takes its changes; a replay keeps one open over many
events. Either way the same lines book, join, and move the tier.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Membership
from loyalcore.domain.decision import LedgerRef, Put
from loyalcore.domain.flows._climb import Climb, figures_of
from loyalcore.domain.flows._linking import new_link
from loyalcore.domain.ledger import (
    Book,
    Entry,
    EntryKind,
    JoinPolicy,
    Ledger,
    account_of,
    ledger_of,
    mark_notice,
    notices_of,
    touched,
)
from loyalcore.domain.tiers import tier_notices
from loyalcore.errors import LimitExceeded
from loyalcore.values.clock import NEVER, from_micros, to_micros
from loyalcore.values.drafts import evolved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

    from loyalcore.domain.customers import Customer, OrderFigures, Standing
    from loyalcore.domain.decision import Notice, Part
    from loyalcore.domain.ledger import PointsNotice
    from loyalcore.domain.programs import Program
    from loyalcore.domain.tiers import TierSet
    from loyalcore.values.ids import Ids

SUBLEDGERS_MAX = 100
TOTAL_MAX = 10**18
"""The most points that a ledger ever takes in or gives out: what a 64-bit column of a store can hold, with room."""


class Desk:
    """A holder's ledgers and membership in one program, while they are booked on.

    Args:
        program: The program.
        environment: `live` or `sandbox`.
        holder_id: The holder.
        actor: Who acts.
        customer: The directory row that leads to the holder, where the desk may enrol it in the program.
        customer_id: Whom a membership that is made here stands for; the customer's where None.
        membership: The membership as loaded, None where there is none yet.
        consumption: The host's own consumption order, where the program names one.
        functions: The measures of tiers that are the host's functions, by name.
        ids: Where the share codes of links come from; None where none are made.
    """

    def __init__(
        self,
        program: Program,
        environment: str,
        holder_id: str,
        actor: str,
        membership: Membership | None,
        consumption: Callable[[Any], Any] | None = None,
        customer: Customer | None = None,
        customer_id: str | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        ids: Ids | None = None,
    ) -> None:
        self.customer = self._person = customer
        if customer is not None:
            customer_id = customer.customer_id
        self.program = program
        self.actor = actor
        self.loaded = membership
        self._opened = membership or Membership(
            environment=environment, holder_id=holder_id, program_id=program.id, customer_id=customer_id
        )
        self.membership: Membership = self._opened
        self._is_touched = False
        self._is_nobodys = membership is not None and membership.has_ended
        self.books: dict[str, Book] = {}
        self._consumption = consumption
        self._loaded: dict[str, Ledger | None] = {}
        self._kept_membership = self._opened
        self._kept: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._climb = Climb(program, self._opened.orders, functions or {})
        self._active = self._kept_active = 0
        self._told: list[Notice] = []
        self._kept_told = 0
        self._ids = ids

    def book(self, ledger_id: str, ledger: Ledger | None, now: datetime) -> Book:
        """Open the book of a ledger at an instant; none is an empty one."""
        member = self.membership
        book = self.books.get(ledger_id)
        if book is None:
            account = account_of(ledger)
            if not ledger_id and self.program.points.balance_marks:
                self._active = self._kept_active = account.active
            book = self.books[ledger_id] = Book(
                account,
                LedgerRef(member.environment, member.holder_id, member.program_id, ledger_id),
                self.program.points,
                self.program.zone,
                program_version=self.program.version,
                actor=self.actor,
                consumption=self._consumption,
                on_entry=self._climb.open(ledger_id, account),
                earlier=self._earlier(),
            )
            self._loaded[ledger_id] = ledger
        if book.recorded_at is not now or not book.is_open:
            book.open_at(now)
        return book

    def _earlier(self) -> tuple[tuple[int, int], ...]:
        """Until when the versions before this one applied, with their numbers."""
        found = []
        for version, after in pairwise(self.program.versions):
            if version.version >= self.program.version or after.applies_from is None:
                break
            found.append((to_micros(after.applies_from), version.version))
        return tuple(found)

    def measure(self, at: int, value: int | Decimal) -> None:
        """Note the value of a measure that no ledger holds, such as money spent, from an instant on."""
        self._climb.note("", at, value)

    @property
    def ledgers_of_orders(self) -> list[str]:
        """The ledgers whose tiers orders move: their books must be open where orders are counted."""
        return self._climb.by_orders()

    def count(self, orders: OrderFigures) -> None:
        """Take new figures of the orders, and note what they come to in the books that are open."""
        self.membership = evolved(self.membership, orders=orders)
        self._climb.orders = orders
        for ledger_id, book in self.books.items():
            self._climb.count(ledger_id, book.account)

    def touch(self) -> None:
        """Have the membership written even where nothing of it changes: whoever read it meanwhile decides again."""
        self._is_touched = True

    def settle_membership(self, book: Book) -> None:
        """After a booking: join by policy, list a new ledger, and move the tier by what was measured since.

        A membership that had ended before is left as it is: time goes on over its ledgers, and nobody holds the tier.
        """
        self._settle([book])

    def settle_books(self) -> None:
        """After all bookings: settle the membership with every book that is open.

        Who becomes known by one of them is so in the tiers of all.
        """
        self._settle(list(self.books.values()))

    def _settle(self, books: list[Book]) -> None:
        if self._is_nobodys:
            self._climb.forget()
            return
        for book in books:
            self._learn(book)
        for book in books:
            self._move(book)

    def _learn(self, book: Book) -> None:
        """Take into the membership that a ledger is there, and since when it has joined and is known."""
        member = self.membership
        ledger_id = book.ref.ledger
        if book.entries and ledger_id not in member.ledgers:
            if ledger_id and sum(map(bool, member.ledgers)) >= SUBLEDGERS_MAX:
                raise LimitExceeded("too many subledgers", path="ledger", limit=SUBLEDGERS_MAX)
            member = evolved(member, ledgers=(*member.ledgers, ledger_id))
        if member.joined_at is None:
            joined_at = self._joined_at(book.entries[self._seen.get(ledger_id, 0) :])
            if joined_at is not None:
                member = evolved(member, joined_at=joined_at)
        self._seen[ledger_id] = len(book.entries)
        if member.known_at is None:
            member = evolved(member, known_at=self._known_at(book))
        self.membership = member

    def _move(self, book: Book) -> None:
        """Move the tiers to the instant of a book, and tell of the marks that its balance has passed."""
        ledger_id = book.ref.ledger
        if ledger_id and "" not in self.books:
            # Who is known by a subledger alone counts in the main tiers too; what is measured there is as it was.
            self._climb.rebase("", self.membership.points)
            self._follow("", book)
        self._follow(ledger_id, book)
        marks = self.program.points.balance_marks
        if marks and not ledger_id:
            active = book.account.active
            self._told += mark_notice(self._active, active, marks, book.ref, book.recorded_at, self._mark)
            self._active = active

    def _follow(self, ledger_id: str, book: Book) -> None:
        """Move the standing in the tiers of a ledger to the instant of a book."""
        member = self.membership
        before = member.standing_in(ledger_id)
        standing = self._climb.anchored(ledger_id, before, self._person)
        standing = self._climb.follow(ledger_id, standing, member.known_at, member.joined_at, book.account.at)
        if standing is not before:
            self._put_standing(ledger_id, book, standing)

    def tiers(self, ledger_id: str) -> TierSet | None:
        """Give the tiers under which the standing in a ledger has come about."""
        return self._climb.tiers_at(ledger_id, self.membership.standing_in(ledger_id))

    def measured(self, ledger_id: str) -> int | Decimal:
        """Give the measure of the tiers of a ledger that is open on this desk, since the beginning."""
        tiers = self.tiers(ledger_id)
        return 0 if tiers is None else self._climb.value(tiers, self.books[ledger_id].account)

    def set_standing(self, book: Book, standing: Standing) -> None:
        """Put another standing in the place of the one that a ledger's tiers have come to.

        Args:
            book: The ledger, settled.
            standing: The standing.
        """
        self._put_standing(book.ref.ledger, book, standing)

    def _put_standing(self, ledger_id: str, book: Book, standing: Standing) -> None:
        """Put a standing in its place, and note what the customer is to be told of it."""
        before = self.membership.standing_in(ledger_id)
        self.membership = self.membership.with_standing(ledger_id, standing)
        tiers = self._climb.tiers_at(ledger_id, standing)
        if tiers is not None and tiers.notices:
            ref = attrs.evolve(book.ref, ledger=ledger_id)
            self._told += tier_notices(before, standing, tiers, ref, book.recorded_at, self._mark)

    @property
    def _mark(self) -> str:
        """What tells the next notice of this holder from all others, the same when it is decided again."""
        return f"{0 if self.loaded is None else self.loaded.version}.{len(self._told)}"

    def _known_at(self, book: Book) -> datetime | None:
        """When the program first heard of the holder, None where it has not."""
        first_at = self._climb.first_at(book.ref.ledger)
        if first_at is not None:
            return from_micros(first_at)
        return book.entries[0].effective_at if book.entries else None

    def _joined_at(self, entries: Iterable[Entry]) -> datetime | None:
        policy = self.program.points.join_policy
        if policy is JoinPolicy.NOT_JOIN:
            return None
        for entry in entries:
            if entry.kind is EntryKind.AWARD:
                lot = entry.lots[0]
                is_active = lot.active_from is not None and lot.active_from <= entry.effective_at
                if policy is JoinPolicy.POINTS_EARNED or is_active:
                    return entry.effective_at
            elif entry.kind is EntryKind.ACTIVATE:
                return entry.effective_at
        return None

    def membership_now(self) -> Membership:
        """Give the membership with the figures of the main ledger, as far as that is open on this desk."""
        member, main = self.membership, self.books.get("")
        if member.has_ended:
            return member
        if main is None:
            points = member.points
            changes_at = NEVER if member.next_change_at is None else to_micros(member.next_change_at)
        else:
            account = main.account
            points = figures_of(account)
            changes_at = account.next_change
        changes_at = min(changes_at, self._climb.next_change(member))
        if self.program.tiers is not None:
            changes_at = min(changes_at, self._begins_at())
        next_change_at = None if changes_at == NEVER else from_micros(changes_at)
        return evolved(member, points=points, next_change_at=next_change_at)

    def _begins_at(self) -> int:
        """When a member begins to count who does not yet: after a clock that went back, a merge brings a later date."""
        since = self.membership.joined_at or self.membership.known_at
        if since is None or self.membership.standing.since is not None:
            return NEVER
        at = to_micros(since)
        return at if max((book.account.at for book in self.books.values()), default=at) < at else NEVER

    def check_totals(self) -> None:
        """Make sure that no ledger holds more points than a store can keep.

        Raises:
            LimitExceeded: One would.
        """
        for book in self.books.values():
            if max(book.account.awarded, book.account.spent) > TOTAL_MAX and book.entries:
                raise LimitExceeded("too many points in one ledger", path="points", limit=TOTAL_MAX)

    # Many events on one desk ---------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Take what was booked up to here as done: `undo` comes back to it.

        Raises:
            LimitExceeded: A ledger would hold more points than a store can keep.
        """
        self.check_totals()
        self._kept_membership = self.membership
        self._kept_active, self._kept_told = self._active, len(self._told)
        for ledger_id, book in self.books.items():
            self._kept[ledger_id] = len(book.entries)

    def fresh(self, book: Book) -> tuple[Entry, ...]:
        """Give the entries of a book since `keep`."""
        return tuple(book.entries[self._kept.get(book.ref.ledger, 0) :])

    def fresh_notices(self) -> list[Notice]:
        """Give what the customer is to be told of what was booked since `keep`."""
        told, wanted = self._told[self._kept_told :], self._wanted_notices()
        if not wanted:
            return told
        return [*notices_of([entry for book in self.books.values() for entry in self.fresh(book)], wanted), *told]

    def undo(self) -> None:
        """Forget what was booked since `keep`, and what time has done since.

        A ledger on which nothing was kept is closed; another is the one that was opened, with what was kept applied.
        """
        self.membership = self._kept_membership
        self._active = self._kept_active
        del self._told[self._kept_told :]
        self._climb.orders = self.membership.orders
        for ledger_id, book in list(self.books.items()):
            count = self._kept.get(ledger_id, 0)
            if len(book.entries) == count:
                continue
            self._climb.forget()
            del book.entries[count:]
            self._seen[ledger_id] = count
            if not count:
                del self.books[ledger_id]
                continue
            book.account = account_of(self._loaded[ledger_id])
            for entry in book.entries:
                book.account.apply(entry)
            self._climb.rebase(ledger_id, book.account)

    # What it comes to ----------------------------------------------------------------------------------------------

    def puts(self, *, heads_only: bool = False) -> list[Put]:
        """The ledger heads and the membership to write, with the versions they must still have.

        Args:
            heads_only: Whether what is open in the ledgers is left out of them: `parts` has what is to be written.

        Raises:
            LimitExceeded: A ledger would hold more points than a store can keep.
        """
        self.check_totals()
        puts = []
        for ledger_id, book in self.books.items():
            if book.entries:
                loaded = self._loaded[ledger_id]
                expected = None if loaded is None else loaded.version
                head = ledger_of(book.account, book.ref, 1 if expected is None else expected + 1, heads_only)
                puts.append(Put(head, expected))
        membership = self.membership_now()
        link = None if self._ids is None else new_link(membership, self.program, self._ids)
        if link is not None:
            membership = attrs.evolve(membership, referral_code=link.code)
            puts.append(Put(link, None))
        if self._is_touched or membership != self._opened:
            expected = None if self.loaded is None else self.loaded.version
            version = 1 if expected is None else expected + 1
            puts.append(Put(evolved(membership, version=version), expected))
        customer = self.customer
        if puts and customer is not None and self.program.id not in customer.programs:
            programs = (*customer.programs, self.program.id)
            row = evolved(customer, programs=programs, version=customer.version + 1)
            puts.append(Put(row, customer.version))
        return puts

    def parts(self) -> list[Part]:
        """The lots, holds and debts to write."""
        return [part for book in self.books.values() if book.entries for part in touched(book.account, book.ref)]

    def notices(self) -> list[Notice]:
        """What the customer is to be told of the entries written so far, as the program says."""
        wanted = self._wanted_notices()
        return [*notices_of(self.entries(), wanted), *self._told] if wanted else list(self._told)

    def _wanted_notices(self) -> Collection[PointsNotice]:
        """What the program tells its customers; of what nobody holds there is nobody to tell."""
        return () if self._is_nobodys else self.program.points.notices

    def entries(self) -> list[Entry]:
        """The entries written so far, ledger by ledger."""
        return [entry for book in self.books.values() for entry in book.entries]
