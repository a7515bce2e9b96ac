"""What a replay came to, read back from the store: customers, transactions, totals, and whether they agree."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Standing
from loyalcore.domain.decision import CustomerRef, LedgerRef, MembershipRef
from loyalcore.domain.ledger import Account, Book, Entry, EntryKind, account_of, ledger_of, verify
from loyalcore.errors import NotFound
from loyalcore.execution import without_collector
from loyalcore.exports import TableWriter
from loyalcore.query import All
from loyalcore.screens import MEMBERS, TRANSACTIONS, Member, iso, moved, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program
    from loyalcore.exports import Outputs
    from loyalcore.replay._run import Replayed
    from loyalcore.screens import Transaction
    from loyalcore.store import Store, Unit

FIGURES: tuple[str, ...] = ("awarded", "active", "pending", "held", "spent", "expired", "reversed", "deficit")
CHECKS: tuple[str, ...] = ("conservation", "nothing_negative", "log_adds_up", "stored_is_recomputed")


@attrs.frozen(kw_only=True)
class Report:
    """What a store holds of some customers in a program.

    Args:
        points: The figures of all their ledgers added up, by name.
        tiers: How many of them hold each tier of the program, the lowest first.
        checks: What was checked of every ledger, and whether it holds for all: that no point was lost or made
            (`conservation`), that no figure and no lot is below 0 (`nothing_negative`), that the log's additions less
            its subtractions are what is active and pending, less what is owed (`log_adds_up`), and that the entries
            add up to what is stored (`stored_is_recomputed`).
    """

    points: dict[str, int]
    tiers: dict[str, int]
    checks: dict[str, bool]

    @property
    def is_sound(self) -> bool:
        """Whether every check holds."""
        return all(self.checks.values())


def write_report(
    store: Store,
    program: Program,
    customers: Iterable[str],
    as_of: datetime,
    files: Outputs,
    *,
    environment: str = "live",
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Write `customers.csv` and `transactions.csv` from one view of a store, and check every ledger.

    Args:
        store: Where the records are.
        program: The program.
        customers: The ids of the customers, none of them merged into another, in the order in which they are listed.
        as_of: The instant up to which time passes.
        files: Where to.
        environment: `live` or `sandbox`.
        progress: Told after each customer how many are done.

    Returns:
        The totals and the checks.

    Raises:
        NotFound: A customer is not registered.
        StoreError: The store could not do its part.

    Source: DOMAIN 3.10; the rest is a house decision (`docs/how-to/run-a-replay.md`).
    """
    members = TableWriter(files.open("customers.csv"), MEMBERS)
    transactions = TableWriter(files.open("transactions.csv"), TRANSACTIONS)
    tally = _Tally(program)
    with without_collector(), store.unit(readonly=True) as unit:
        for count, customer_id in enumerate(customers, start=1):
            found = _Found(unit, program, environment, customer_id, as_of)
            transactions.write(found.log)
            members.write([found.member])
            tally.add(found)
            if progress is not None:
                progress(count)
    return tally.report()


def write_summary(
    files: Outputs,
    program: Program,
    replayed: Replayed,
    report: Report,
    *,
    as_of: datetime,
    skipped: int,
    seconds: float,
) -> dict[str, Any]:
    """Write `summary.json`.

    Args:
        files: Where to.
        program: The program.
        replayed: What the replay did.
        report: What the store holds now.
        as_of: The instant up to which time passed.
        skipped: How many bad rows were left out.
        seconds: How long it took.

    Returns:
        What was written.

    Source: house decision (`docs/how-to/run-a-replay.md`).
    """
    summary: dict[str, Any] = {
        "program_id": program.id,
        "program_version": program.version,
        "as_of": iso(as_of),
        "customers": len(replayed.customers),
        "orders": replayed.orders,
        "skipped": skipped,
        "after_as_of": replayed.after_as_of,
        "points": report.points,
        "tiers": report.tiers,
        "checks": report.checks,
        "seconds": round(seconds, 3),
    }
    files.open("summary.json").write(json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
    return summary


class _Found:
    """One customer in a program, as a store has it."""

    def __init__(self, unit: Unit, program: Program, environment: str, customer_id: str, as_of: datetime) -> None:
        customer = unit.load([ref := CustomerRef(environment, customer_id)])[ref]
        if customer is None:
            raise NotFound("customer", customer_id)
        holder_id = customer.holder_id
        membership_ref = MembershipRef(environment, holder_id, program.id)
        membership: Membership | None = unit.load([membership_ref])[membership_ref]
        ledgers = () if membership is None else membership.ledgers
        refs = [LedgerRef(environment, holder_id, program.id, each) for each in ledgers]
        heads: dict[Any, Ledger | None] = dict(unit.load(refs)) if refs else {}
        query = All(Entry, environment, holder_id=holder_id, program_id=program.id)
        booked = groupby(unit.stream(query, as_of), key=lambda entry: entry.ledger) if refs else ()
        self.log: list[Transaction] = []
        self.figures = dict.fromkeys(FIGURES, 0)
        self.checks = dict.fromkeys(CHECKS, True)
        entries = {ref: list(each) for ref, each in booked}
        for ref, head in heads.items():
            self._add(customer_id, program, ref, head, entries.get(ref, []), as_of)
        self.member = _member(customer, membership, self.figures)

    def _add(
        self,
        customer_id: str,
        program: Program,
        ref: LedgerRef,
        head: Ledger | None,
        entries: list[Entry],
        as_of: datetime,
    ) -> None:
        checks = self.checks
        is_whole = verify(entries, head, ref).is_ok
        checks["stored_is_recomputed"] &= is_whole
        if head is None:
            return
        if is_whole and head.next_change_at is not None and head.next_change_at <= as_of:
            # What no sweep has written yet, as it will be written.
            book = Book(account_of(head), ref, program.points, program.zone, program_version=program.version, actor="")
            book.open_at(as_of)
            head, entries = ledger_of(book.account, ref, head.version), [*entries, *book.entries]
        lines = list(_lines(customer_id, entries, is_whole))
        self.log += lines
        values = {name: getattr(head, name) for name in FIGURES}
        worth = head.active + head.pending - head.deficit
        checks["conservation"] &= head.awarded == worth + head.held + head.spent + head.expired + head.reversed
        checks["log_adds_up"] &= sum([line.moved for line in lines]) == worth
        checks["nothing_negative"] &= min(values.values()) >= 0
        checks["nothing_negative"] &= all(lot.free >= 0 and lot.held >= 0 for lot in head.lots)
        for name, value in values.items():
            self.figures[name] += value


def _lines(customer_id: str, entries: list[Entry], is_whole: bool) -> Iterator[Transaction]:
    """Give the log of one ledger: what moves nothing is left out."""
    merges = is_whole and any(entry.kind is EntryKind.MERGE for entry in entries)
    account = Account()
    for entry in entries:
        points = moved(entry)
        if merges:
            before = _worth(account)
            account.apply(entry)
            if entry.kind is EntryKind.MERGE:
                points = _worth(account) - before
        if points:
            yield transaction(customer_id, entry, points)


def _worth(account: Account) -> int:
    """What is active and pending, less what is owed."""
    return account.awarded - account.held - account.spent - account.expired - account.reversed


def _member(customer: Customer, membership: Membership | None, figures: dict[str, int]) -> Member:
    standing = Standing() if membership is None else membership.standing
    return Member(
        customer_id=customer.customer_id,
        active=figures["active"],
        pending=figures["pending"],
        held=figures["held"],
        awarded=figures["awarded"],
        spent=figures["spent"],
        expired=figures["expired"],
        reversed=figures["reversed"],
        deficit=figures["deficit"],
        tier=standing.tier,
        tier_since=None if standing.tier is None else standing.since,
        tier_expires_at=standing.expires_at,
        joined_at=None if membership is None else membership.joined_at,
        registered_at=customer.registered_at,
    )


class _Tally:
    """The totals of a report, while they are added up."""

    def __init__(self, program: Program) -> None:
        self._points = dict.fromkeys(FIGURES, 0)
        self._tiers = {} if program.tiers is None else {level.name: 0 for level in program.tiers.levels}
        self._checks = dict.fromkeys(CHECKS, True)

    def add(self, found: _Found) -> None:
        for name, value in found.figures.items():
            self._points[name] += value
        for name, holds in found.checks.items():
            self._checks[name] &= holds
        tier = found.member.tier
        if tier is not None:
            self._tiers[tier] = self._tiers.get(tier, 0) + 1

    def report(self) -> Report:
        return Report(points=self._points, tiers=self._tiers, checks=self._checks)
