"""The watch: every law, asked of what a commit touched; now and then of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import KeyRecord, LedgerRef, Put
from loyalcore.domain.ledger import TIME, Account, Award, Entry, EntryKind, Ledger, Merge, ledger_of, with_parts
from loyalcore.store import KINDS
from loyalcore.testing._play import dump
from loyalcore.testing.laws import (
    advanced,
    check_corrections,
    check_debts,
    check_figures,
    check_merge,
    check_moved,
    check_parts,
    check_referrals,
    difference_of,
    most_owed,
)
from loyalcore.testing.simulation._orders import Orders
from loyalcore.testing.simulation._referrals import check_moves
from loyalcore.testing.simulation._shadow import Shadow
from loyalcore.testing.simulation._tiers import Tiers
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.domain.programs import Program
    from loyalcore.store import Store

EVERYTHING = 100
"""After how many commits everything is looked at, not only what was touched."""


class Violation(AssertionError):  # noqa: N818 - a law is violated, nothing has erred
    """A law that does not hold.

    Args:
        law: Its name.
        what: How it is broken.
    """

    def __init__(self, law: str, what: str) -> None:
        super().__init__(f"{law}: {what}")
        self.law = law
        self.what = what
        self.act: int | None = None


def hold(law: str, holds: bool, what: str, *told: object) -> None:
    """Check that a law holds.

    Args:
        law: Its name.
        holds: Whether it does.
        what: How it is broken, with a pair of braces for each thing that is told.
        told: What is told.

    Raises:
        Violation: It does not.
    """
    if not holds:
        raise Violation(law, what.format(*told))


class Watch:
    """Looks at every commit.

    Args:
        store: The store that is tried.
        program: The program that runs on it.
        environment: `live` or `sandbox`.
    """

    def __init__(self, store: Store, program: Program, environment: str = "live") -> None:
        self.shadow = Shadow()
        self.looks = 0
        self.named: dict[tuple[Any, str], Any] = {}
        """What the names of referrals and codes in commands have stood for, by key and field."""
        self._store = store
        self._program = program
        self._environment = environment
        self._accounts: dict[LedgerRef, Account] = {}
        self._most = most_owed(program)
        self._merges = 0
        self._ended: set[str] = set()
        self._facts: set[tuple[str | None, ...]] = set()
        self._orders = Orders(program)
        ledgers = {"": program.tiers, **program.ledger_tiers}
        self._tiers = [Tiers(tiers, program.zone, ledger) for ledger, tiers in ledgers.items() if tiers is not None]

    def committed(self, changes: ChangeSet, command: Any) -> None:
        """Note what was committed, and check it against what was there before.

        Raises:
            Violation: A law does not hold.
        """
        self._check_new(changes)
        changes = attrs.evolve(changes, puts=tuple(self._whole(put, changes.parts) for put in changes.puts))
        heads = {put.record.ref: put.record for put in changes.puts if isinstance(put.record, Ledger)}
        entries: dict[LedgerRef, list[Entry]] = {ref: [] for ref in heads}
        for record in changes.inserts:
            if isinstance(record, Entry):
                entries.setdefault(record.ledger, []).append(record)
        hold("sequence", entries.keys() == heads.keys(), "entries without their ledger")
        self._merges += isinstance(command, Merge)
        for ref in heads:
            hold("merged", ref.holder_id not in self._ended, "booked after its holder was merged: {}", ref)
        for put in changes.puts:
            if isinstance(put.record, Customer) and put.record.merged_into is not None:
                self._ended.add(put.record.holder_id)
        before = {ref: self.shadow.find(ref) for ref in heads}
        for ref, found in entries.items():
            self._check_order(ref, found)
            self._check_fact(command, found)
        with lawful("referrals"):
            check_moves(changes, self.shadow)
        self.shadow.record(changes)
        with lawful("ledger"):
            self._check_movement(heads, before, entries, command)
            for ref, head in heads.items():
                self._check_head(ref, head, entries[ref])
        with lawful("orders"):
            self._orders.follow(changes, self.shadow)
        with lawful("tier"):
            for tiers in self._tiers:
                tiers.follow(changes, self.shadow, command)

    def _whole(self, put: Put, parts: Iterable[Any]) -> Put:
        """Give a ledger with what is open in it, which its head need not carry when it is written."""
        head = put.record
        if not isinstance(head, Ledger):
            return put
        known: Ledger | None = self.shadow.find(put.ref)
        still = () if known is None else (*known.lots, *known.holds, *known.debts)
        named = {part.ref: part for part in (*still, *parts) if part.ledger == head.ref}
        return Put(with_parts(head, named.values()), put.expected)

    def _check_new(self, changes: ChangeSet) -> None:
        """What is put follows what was there, and what is inserted is new: a lost update or a second effect shows."""
        for remove in changes.removes:
            known = self.shadow.find(remove.ref)
            is_read = known is not None and known.version == remove.expected
            hold("version", is_read, "removed in a version it had not read: {}", remove.ref)
        gone = self.shadow.taken(changes)
        for put in changes.puts:
            known = None if put.ref in gone else self.shadow.find(put.ref)
            version = None if known is None else known.version
            hold("version", put.expected == version, "written over a version it had not read: {}", put.ref)
            hold("version", put.record.version == (version or 0) + 1, "a gap in versions: {}", put.ref)
        for record in changes.inserts:
            if isinstance(record, Entry):
                continue
            if record.ref in gone:
                continue
            hold("once", self.shadow.find(record.ref) is None, "inserted twice: {}", record.ref)
            if isinstance(record, KeyRecord):
                hold("once", record.ref.key not in self.shadow.keys, "a second effect of {}", record.ref)

    def _check_fact(self, command: Any, entries: list[Entry]) -> None:
        """A business fact is paid once to each holder, whatever the keys."""
        if isinstance(command, Award) and command.rule is not None:
            for entry in entries:
                if entry.kind is EntryKind.AWARD:
                    fact = (entry.ledger.holder_id, command.rule, command.source_id or command.order_id)
                    hold("once", fact[-1] is None or fact not in self._facts, "paid twice: {}", fact)
                    self._facts.add(fact)

    def _check_order(self, ref: LedgerRef, found: list[Entry]) -> None:
        known = self.shadow.entries.get(ref, [])
        last = known[-1] if known else None
        for count, entry in enumerate(found, start=len(known) + 1):
            hold("sequence", entry.seq == count, "a gap in the numbers at {} of {}", count, ref)
            if last is not None:
                in_order = last.recorded_at <= entry.recorded_at and last.effective_at <= entry.effective_at
                hold("sequence", in_order, "out of order at {} of {}", count, ref)
            last = entry

    def _check_movement(
        self,
        heads: dict[LedgerRef, Ledger],
        before: dict[LedgerRef, Ledger | None],
        entries: dict[LedgerRef, list[Entry]],
        command: Any,
    ) -> None:
        moved = {}
        for ref, head in heads.items():
            old = before[ref]
            if old is not None:
                old = self._at(old, head.recorded_at)
            moved[ref] = difference_of(old, head)
        if isinstance(command, Merge):
            times = {(ref.ledger, head.recorded_at) for ref, head in heads.items()}
            is_one_time = len(times) == len({ledger for ledger, _at in times})
            found = [entry for each in entries.values() for entry in each]
            check_merge(found, moved, is_one_time=is_one_time)
            return
        for ref, change in moved.items():
            check_moved([entry for entry in entries[ref] if entry.actor != TIME], change)

    def _at(self, head: Ledger, at: datetime) -> Ledger:
        """Give a ledger as time makes it by an instant, in one step as in two."""
        end = to_micros(at)
        whole = advanced(self._program, head, [end])
        if head.next_change_at is not None and head.next_change_at <= at:
            parts = advanced(self._program, head, [to_micros(head.next_change_at), end])
            hold("time", whole == parts, "by way of {} time makes {}, else {}", head.next_change_at, parts, whole)
        return whole[1]

    def _check_head(self, ref: LedgerRef, head: Ledger, entries: list[Entry]) -> None:
        check_figures(head)
        check_parts(head)
        check_debts(head, self._most * (1 + self._merges))
        account = self._accounts.setdefault(ref, Account())
        for entry in entries:
            account.apply(entry)
        folded = attrs.evolve(ledger_of(account, ref, head.version), at=head.at)
        hold("verification", folded == head, "the entries add up to {}, stored is {}", folded, head)

    # What the store holds ---------------------------------------------------------------------------------------

    def look(self, changes: ChangeSet) -> None:
        """Read back what a unit applied, now that it has ended: all of it or nothing; and now and then everything.

        Raises:
            Violation: The store holds something else.
        """
        refs: set[Ref] = {put.ref for put in changes.puts}
        refs |= {part.ref for part in changes.parts} | {record.ref for record in changes.inserts}
        refs |= self.shadow.taken(changes)
        with self._store.unit(readonly=True) as unit:
            found = unit.load(refs)
        for ref in refs:
            kept = self.shadow.find(ref)
            hold("stored", found[ref] == kept, "stored is {}, committed was {}", found[ref], kept)
        self.looks += 1
        if self.looks % EVERYTHING == 0:
            self.look_at_everything()

    def look_at_everything(self) -> None:
        """Compare the whole store with everything that was committed.

        Raises:
            Violation: Something is missing, too much, or otherwise.
        """
        kept = self.shadow.records()
        found = self._everything()
        for ref in kept.keys() | found.keys():
            one, other = kept.get(ref), found.get(ref)
            hold("stored", one == other, "stored is {}, committed was {}", other, one)
        if self._program.referrals is not None:
            with lawful("referrals"):
                check_referrals(self._store, self._program)
        with lawful("corrections"):
            check_corrections(entry for entries in self.shadow.entries.values() for entry in entries)

    def _everything(self) -> dict[Ref, Any]:
        return {
            record.ref: record for found in dump(self._store, self._environment, KINDS).values() for record in found
        }


class lawful:  # noqa: N801 - reads as a clause: with lawful("ledger")
    """Turns what a check raises into a violation of a law; a fault of the code under test counts as one."""

    def __init__(self, law: str) -> None:
        self._law = law

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, Violation):
            raise Violation(self._law, f"{type(error).__name__}: {error}") from error
