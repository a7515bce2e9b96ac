"""The overlay store: one kind of record kept by the host, the rest in a store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import pytest

from loyalcore import store as room
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    KeyRecord,
    LedgerRef,
    Note,
    Put,
    ReferralCodesRef,
    ReferralsRef,
    Remove,
    Wipe,
)
from loyalcore.domain.ledger import Debt, Ledger, Lot
from loyalcore.domain.referrals import ReferralCode
from loyalcore.errors import InvalidInput, LoyaltyError
from loyalcore.query import All
from loyalcore.store import KINDS, OverlayStore, Repository, Unit, with_repository
from loyalcore.testing import example
from loyalcore.testing._play import dump
from loyalcore.testing.contract import _samples as samples


class Table:
    """A host's own table of customers."""

    def __init__(self) -> None:
        self.rows: dict[Any, Any] = {}
        self.locks: list[bool] = []
        self.units: list[Unit] = []

    def open(self, unit: Unit) -> Repository:
        """Note the unit that the table is used in."""
        self.units.append(unit)
        return self

    def load(self, refs: Collection[Any], lock: bool = False) -> dict[Any, Any]:
        """Give rows by their refs."""
        self.locks.append(lock)
        return {ref: self.rows.get(ref) for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Write rows."""
        assert changes
        for remove in changes.removes:
            del self.rows[remove.ref]
        for ref in [ref for ref in self.rows if Wipe.of(ref) in changes.wipes]:
            del self.rows[ref]
        for put in changes.puts:
            self.rows[put.ref] = put.record
        for record in (*changes.parts, *changes.inserts):
            self.rows[record.ref] = record

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give all rows."""
        yield from self.rows.values()


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(room) == sorted(room.__all__)
    assert len(KINDS) == 16


def test_a_host_keeps_its_customers() -> None:
    """Customers are read and written in the host's table, everything else in the store."""
    table, rest = Table(), MemoryStore()
    shop = example(with_repository(rest, Customer, table.open))
    shop.points.award("ada", 120, reason="welcome", key="w-1")
    assert shop.points.balance("ada").active == 120
    assert [type(row) for row in table.rows.values()] == [Customer]
    with rest.unit() as unit:
        ada = CustomerRef("live", "ada")
        assert unit.load([ada])[ada] is None
        assert len(list(unit.stream(All(Ledger, "live"), shop._executor.now()))) == 1


@pytest.mark.parametrize("kind", [KeyRecord, Lot])
def test_any_kind_can_be_kept(kind: type[Any]) -> None:
    """Records that are inserted and parts of ledgers go to where their kind is kept."""
    table, rest = Table(), MemoryStore()
    shop = example(with_repository(rest, kind, table.open))
    shop.points.award("ada", 120, reason="welcome", key="w-1")
    assert {type(row) for row in table.rows.values()} == {kind}


@pytest.mark.parametrize("kind", [Customer, KeyRecord])
def test_what_goes_is_taken_from_where_it_is_kept(kind: type[Any]) -> None:
    """A removal and a wipe are sent to where their kind is kept, and a side that has nothing to do is not asked."""
    table, rest = Table(), MemoryStore()
    overlay = with_repository(rest, kind, table.open)
    shop = example(overlay)
    shop.points.award("ada", 120, reason="welcome", note="a note", key="w-1")
    row = shop.customers.get("ada")
    assert len(table.rows) == 1
    with overlay.unit() as unit:
        changes = ChangeSet(removes=(Remove(row.ref, row.version),), wipes=(Wipe(KeyRecord, "live", row.holder_id),))
        unit.apply(changes)
        unit.apply(ChangeSet(wipes=(Wipe(Note, "live", row.holder_id),)))
        unit.commit()
    assert table.rows == {}
    left = {name: len(found) for name, found in dump(rest).items() if found}
    assert left == {"Membership": 1, "Ledger": 1, "Lot": 1, "Entry": 1}


def test_a_stream_comes_from_where_its_kind_is_kept() -> None:
    """Customers are streamed from the host's table, ledgers from the store."""
    table = Table()
    overlay = with_repository(MemoryStore(), Customer, table.open)
    shop = example(overlay)
    shop.points.award("ada", 120, reason="welcome", key="w-1")
    now = shop._executor.now()
    with overlay.unit(readonly=True) as unit:
        assert [row.customer_id for row in unit.stream(All(Customer, "live"), now)] == ["ada"]
        assert [head.awarded for head in unit.stream(All(Ledger, "live"), now)] == [120]


def test_both_are_asked_with_the_same_lock() -> None:
    """A load under lock is one for both, and a load of one side does not ask the other."""
    table = Table()
    overlay = with_repository(MemoryStore(), Customer, table.open)
    ada, main = CustomerRef("live", "ada"), LedgerRef("live", "h1", "beans")
    with overlay.unit() as unit:
        assert unit.load([ada, main], lock=True) == {ada: None, main: None}
        assert unit.load([main]) == {main: None}
        assert unit.load([ada]) == {ada: None}
    assert table.locks == [True, False]


def test_all_that_a_holder_has_is_asked_where_it_is_kept() -> None:
    """A ref that leads to all codes of a holder goes to where codes are kept, the one of referrals to the store."""
    mine = MemoryStore()
    code, referral = samples.code(), samples.referral()
    codes, referrals = ReferralCodesRef("live", "holder-1"), ReferralsRef("live", "holder-1", "referrer")
    own = mine.unit()
    with with_repository(MemoryStore(), ReferralCode, lambda unit: own).unit() as unit:
        unit.apply(ChangeSet(puts=(Put(code, None), Put(referral, None))))
        assert unit.load([codes, referrals]) == {codes: (code,), referrals: (referral,)}
        assert own.load([codes, referrals]) == {codes: (code,), referrals: ()}


def test_the_repository_belongs_to_the_unit() -> None:
    """Each unit makes its own repository, within the store's unit."""
    table = Table()
    overlay = with_repository(MemoryStore(), Customer, table.open)
    for _ in range(2):
        with overlay.unit():
            pass
    assert len(set(map(id, table.units))) == 2
    assert overlay.abilities == frozenset({"threads"})


def test_a_unit_without_a_repository_is_ended() -> None:
    """When the repository cannot be made, the store's unit ends before the error is raised."""
    ended: list[object] = []

    class Rest(MemoryStore):
        def unit(self, *, readonly: bool = False) -> Any:
            unit = super().unit(readonly=readonly)
            leave = unit.__exit__

            class Seen:
                def __enter__(self) -> Any:
                    return unit.__enter__()

                def __exit__(self, *error: Any) -> None:
                    ended.append(error[0])
                    leave(*error)

            return Seen()

    def broken(unit: Unit) -> Repository:
        raise LoyaltyError("no table")

    with pytest.raises(LoyaltyError, match="no table"), OverlayStore(Rest(), Customer, broken).unit():
        pass
    assert ended == [LoyaltyError]


@pytest.mark.parametrize("kind", [int, None, "Customer", CustomerRef])
def test_only_kinds_of_records_can_be_kept(kind: Any) -> None:
    """What is no kind of record is refused."""
    with pytest.raises(InvalidInput) as caught:
        with_repository(MemoryStore(), kind, Table().open)
    assert caught.value.path == "kind"
    assert with_repository(MemoryStore(), Debt, Table().open).kind is Debt
