from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.adapters.sqlalchemy._rows import ROW_OF
from loyalcore.adapters.sqlalchemy._tables import TABLE_OF
from loyalcore.domain.customers import Customer, Membership, Standing
from loyalcore.domain.decision import ChangeSet, EntriesRef, KeyRecord, KeyRef, OrdersRef, Put
from loyalcore.domain.ledger import Debt, Entry, EntryKind, HoldState, Lot, PointsHold
from loyalcore.errors import StoreError
from loyalcore.store import KINDS
from loyalcore.testing.contract import _samples as contract
from tests.unit.adapters.sqlalchemy import _samples as samples

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy import SqlStore

RECORDS = {
    "customer": samples.FULL_CUSTOMER,
    "bare customer": Customer(environment="live", customer_id="c", holder_id="h", registered_at=samples.NOW),
    "membership": samples.FULL_MEMBERSHIP,
    "bare membership": Membership(environment="live", holder_id="h", program_id="p"),
    "measured whole": attrs.evolve(samples.FULL_MEMBERSHIP, standing=Standing(measured=0)),
    "lot": samples.FULL_LOT,
    "bare lot": samples.BARE_LOT,
    "closed lot": samples.CLOSED_LOT,
    "lot with a day and no instant": attrs.evolve(samples.FULL_LOT, expires_at=None),
    "hold": samples.FULL_HOLD,
    "closed hold": samples.CLOSED_HOLD,
    "debt": samples.FULL_DEBT,
    "closed debt": samples.CLOSED_DEBT,
    "entry": samples.FULL_ENTRY,
    "bare entry": samples.BARE_ENTRY,
    "entry with empty texts": samples.EMPTY_TEXTS,
    "key": samples.FULL_KEY,
    "bare key": KeyRecord(KeyRef("live", "h", "k"), "", {}),
    "fact": samples.FULL_FACT,
    "note": samples.FULL_NOTE,
    "notice": samples.FULL_NOTICE,
    "segment": samples.FULL_SEGMENT,
    "order": samples.FULL_ORDER,
    "bare order": samples.BARE_ORDER,
    "code": samples.FULL_CODE,
    "bare code": contract.code(),
    "referral": samples.FULL_REFERRAL,
    "bare referral": contract.referral(),
    "counter": samples.FULL_COUNTER,
    "bare counter": contract.counter(count=0),
}


def written(record: Any) -> ChangeSet:
    """Make the change set that writes one record."""
    if hasattr(record, "version"):
        return ChangeSet(puts=(Put(record, None),))
    if isinstance(record, Lot | PointsHold | Debt):
        return ChangeSet(parts=(record,))
    return ChangeSet(inserts=(record,))


@pytest.mark.parametrize("name", RECORDS)
def test_round_trip(store: SqlStore, name: str) -> None:
    """What is loaded equals what was written, every field and its type, of every kind of record."""
    record: Any = RECORDS[name]
    with store.unit() as unit:
        unit.apply(written(record))
        unit.commit()
    with store.unit(readonly=True) as unit:
        found = unit.load([record.ref])[record.ref]
    if isinstance(record, Entry):
        (found,) = found
    assert found == record
    assert repr(found) == repr(record)
    assert hash(found.ref) == hash(record.ref)


@pytest.mark.parametrize(
    ("column", "damage"),
    [
        ("cart", ""),
        ("cart", '{"items":[{"line_id":"1","unit_price":"1'),
        ("cart", '{"items":[{"line_id":"1","unit_price":1.5}]}'),
        ("cart", '{"items":[{"line_id":"1","unit_price":"9999999999999999"}]}'),
        ("cart", "null"),
        ("state", "lost"),
        ("awards", '[["base"]]'),
        ("returns", '[["r-1",0,[["1",1]],"much",0,0,0]]'),
    ],
)
def test_a_damaged_order_is_the_fault_of_the_store(in_memory: SqlStore, column: str, damage: str) -> None:
    """An order whose row does not hold what was written is a `StoreError`, found by its id or by its holder."""
    record = samples.FULL_ORDER
    with in_memory.unit() as unit:
        unit.apply(written(record))
        unit.connection.execute(f"UPDATE loyal_order SET {column} = ?", (damage,))  # noqa: S608
        for ref in (record.ref, OrdersRef(record.environment, record.holder_id)):
            with pytest.raises(StoreError, match="the row of an order is damaged"):
                unit.load([ref])


def test_ledger_round_trip(store: SqlStore) -> None:
    """A ledger comes back with its open lots, holds and debts, and without the closed ones."""
    parts: tuple[Any, ...] = (*samples.FULL_LEDGER.lots, *samples.FULL_LEDGER.holds, *samples.FULL_LEDGER.debts)
    closed = (samples.CLOSED_LOT, samples.CLOSED_HOLD, samples.CLOSED_DEBT)
    with store.unit() as unit:
        unit.apply(ChangeSet(puts=(Put(samples.FULL_LEDGER, None),), parts=(*closed, *parts)))
        unit.commit()
    with store.unit(readonly=True) as unit:
        found = unit.load([samples.REF])[samples.REF]
    assert repr(found) == repr(samples.FULL_LEDGER)


def test_parts_are_ordered(store: SqlStore) -> None:
    """Open lots come in award order, open holds and debts by number, then id."""
    ref = samples.MAIN
    lots = [samples.lot(ref, number) for number in (10, 2, 1)]
    holds = [
        PointsHold(ledger=ref, id=id, points=1, lapses_at=samples.NOW, seq=seq)
        for id, seq in (("b", 10), ("a", 10), ("z", 2))
    ]
    debts = [Debt(ledger=ref, entry_id=id, owed=1, seq=seq) for id, seq in (("b", 10), ("a", 10), ("z", 2))]
    with store.unit() as unit:
        head = samples.ledger(ref, held=3, deficit=3)
        unit.apply(ChangeSet(puts=(Put(head, None),), parts=(*lots, *holds, *debts)))
        found = unit.load([ref])[ref]
    assert [each.lot for each in found.lots] == [1, 2, 10]
    assert [each.id for each in found.holds] == ["z", "a", "b"]
    assert [each.entry_id for each in found.debts] == ["z", "a", "b"]


@pytest.mark.parametrize("kind", EntryKind)
def test_every_kind_of_entry(in_memory: SqlStore, kind: EntryKind) -> None:
    """Every kind of entry comes back as itself."""
    record = attrs.evolve(samples.BARE_ENTRY, kind=kind)
    with in_memory.unit() as unit:
        unit.apply(ChangeSet(inserts=(record,)))
        assert unit.load([record.ref])[record.ref] == (record,)


@pytest.mark.parametrize("state", HoldState)
def test_every_state_of_a_hold(in_memory: SqlStore, state: HoldState) -> None:
    """Every state of a hold comes back as itself."""
    record = attrs.evolve(samples.FULL_HOLD, state=state)
    with in_memory.unit() as unit:
        unit.apply(ChangeSet(parts=(record,)))
        assert unit.load([record.ref])[record.ref] == record


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, microsecond=1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 30, 0, 999999, tzinfo=UTC),
    ],
)
def test_instants(in_memory: SqlStore, instant: datetime) -> None:
    """Instants keep their microseconds from 1970 to 9999 and come back in UTC."""
    record = attrs.evolve(samples.FULL_CUSTOMER, registered_at=instant)
    with in_memory.unit() as unit:
        unit.apply(written(record))
        found = unit.load([record.ref])[record.ref]
    assert found.registered_at == instant
    assert found.registered_at.tzinfo is UTC


@pytest.mark.parametrize("texts", [("a", "A"), ("a", "a "), ("é", "e\u0301"), ("", " "), ("ß", "ss")])
def test_names_compare_exactly(store: SqlStore, texts: tuple[str, str]) -> None:
    """Two names that differ only in case, blanks, accents or what is composed are two names."""
    first, second = (attrs.evolve(samples.FULL_CUSTOMER, customer_id=text, holder_id=text) for text in texts)
    with store.unit() as unit:
        unit.apply(written(first))
        assert unit.load([second.ref]) == {second.ref: None}
        unit.apply(written(second))
        assert unit.load([first.ref, second.ref]) == {first.ref: first, second.ref: second}


def test_amounts_keep_their_type(in_memory: SqlStore) -> None:
    """A measure that is a Decimal keeps its zeros, one that is an int stays one."""
    gains = ((1, 2), (3, Decimal("2.00")), (5, Decimal("1E+2")))
    record = attrs.evolve(samples.FULL_MEMBERSHIP, standing=Standing(measured=Decimal("2.0"), gains=gains))
    with in_memory.unit() as unit:
        unit.apply(written(record))
        standing = unit.load([record.ref])[record.ref].standing
    assert repr(standing.gains) == repr(gains)
    assert repr(standing.measured) == "Decimal('2.0')"


def test_entries_by_order_and_by_what_they_correct(store: SqlStore) -> None:
    """Entries are found by number, by order and by what they correct, in their order; others are not."""
    ref, other = samples.MAIN, attrs.evolve(samples.MAIN, ledger="side")
    entries = [samples.entry(ref, 3, "o1"), samples.entry(ref, 1, "o1"), samples.entry(ref, 2, corrects="x")]
    refs = [EntriesRef(ref, "order_id", "o1"), EntriesRef(ref, "corrects", "x"), EntriesRef(ref, "seq", 2)]
    missing = [EntriesRef(ref, "order_id", "O1"), EntriesRef(ref, "corrects", ""), EntriesRef(ref, "seq", 4)]
    with store.unit() as unit:
        unit.apply(ChangeSet(inserts=(*entries, samples.entry(other, 1, "o1"))))
        found = unit.load([*refs, *missing])
    assert [[each.seq for each in found[ref]] for ref in refs] == [[1, 3], [2], [2]]
    assert [found[ref] for ref in missing] == [(), (), ()]


FULL: tuple[Any, ...] = (
    *(samples.FULL_CUSTOMER, samples.FULL_MEMBERSHIP, samples.FULL_MEMBERSHIP.standing, samples.FULL_LEDGER),
    *(samples.FULL_LOT, samples.FULL_DEBT, samples.FULL_ENTRY, samples.FULL_ENTRY.carried, samples.FULL_KEY),
    *(samples.FULL_FACT, samples.FULL_FACT.ref, samples.FULL_NOTE, samples.FULL_SEGMENT),
    *(samples.FULL_ORDER, samples.FULL_ORDER.referral, samples.FULL_MEMBERSHIP.referrals),
    *(samples.FULL_CODE, samples.FULL_REFERRAL, samples.FULL_COUNTER),
)


@pytest.mark.parametrize("record", FULL, ids=lambda record: type(record).__name__)
def test_samples_are_full(record: Any) -> None:
    """The records of the round trip fill every field: one that is added later and not kept would be missed."""
    for field in attrs.fields(type(record)):
        default = field.default() if callable(field.default) else field.default
        assert getattr(record, field.name) not in (None, default), field.name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_rows_fit_their_tables(kind: type[Any]) -> None:
    """A row has one value for each column of its table."""
    full = [*RECORDS.values(), samples.FULL_LEDGER]
    record = next(each for each in full if type(each) is kind)
    assert len(ROW_OF[kind](record)) == len(TABLE_OF[kind].columns)
