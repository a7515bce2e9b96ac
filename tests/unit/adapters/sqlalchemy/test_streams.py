from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import (
    ChangeSet,
    CounterRef,
    Fact,
    FactRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    Note,
    NoteRef,
    Notice,
    NoticeRef,
    Put,
)
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.segments import Segment
from loyalcore.errors import StoreUnavailable
from loyalcore.query import All
from loyalcore.store import KINDS
from tests.unit.adapters.sqlalchemy import _samples as samples
from tests.unit.adapters.sqlalchemy._samples import NOW

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy import SqlStore

NAMES = [
    (environment, holder, program, ledger)
    for environment in ("live", "sandbox")
    for holder in ("H", "h", "h ", "é")
    for program in ("a", "b")
    for ledger in ("", "side")
]
REFS = [LedgerRef(*name) for name in NAMES]


def written() -> ChangeSet:
    """Make records of every kind in every ledger; half of the ledgers have nothing open."""
    puts: list[Put] = []
    parts: list[Any] = []
    inserts: list[Any] = []
    for number, ref in enumerate(REFS):
        is_open = number % 2 == 0
        due = NOW + timedelta(days=number) if number % 3 else None
        figures = {"held": 2, "deficit": 2} if is_open else {}
        puts.append(Put(samples.ledger(ref, next_change_at=due, **figures), None))
        for each in (10, 9, 2):
            parts.append(samples.lot(ref, each, free=5 if is_open and each != 9 else 0))
        for id, seq in (("b", 1), ("a", 1), ("c", 0)):
            parts.append(PointsHold(ledger=ref, id=id, points=1, lapses_at=NOW, seq=seq))
            parts.append(Debt(ledger=ref, entry_id=id, owed=1, seq=seq))
        if not is_open:
            parts = [part for part in parts if part.ledger != ref or isinstance(part, Lot)]
        inserts += [samples.entry(ref, 10), samples.entry(ref, 2), Note(NoteRef(ref, 1), "text")]
        told: Any = {"kind": "points_added", "program_id": ref.program_id, "at": NOW}
        inserts.append(Notice(ref=NoticeRef(*NAMES[number][:2], ref.entry_id(2)), **told))
        inserts.append(Fact(FactRef(*NAMES[number][:3], f"r{ref.ledger}", "order", "1"), ref, 1))
        if ref.ledger == "":
            name: Any = {"environment": ref.environment, "holder_id": ref.holder_id}
            puts.append(Put(Membership(program_id=ref.program_id, **name), None))
            puts.append(Put(Customer(customer_id=f"{ref.holder_id}/{ref.program_id}", registered_at=NOW, **name), None))
            inserts.append(KeyRecord(KeyRef(ref.environment, ref.holder_id, ref.program_id), "award", {}))
            saved: Any = {"title": "t", "condition": "{}", "created_at": NOW, "updated_at": NOW}
            segment_id = f"{ref.holder_id}/{ref.program_id}"
            puts.append(Put(samples.order(ref, f"{ref.holder_id}/{ref.program_id}"), None))
            puts.append(Put(Segment(environment=ref.environment, segment_id=segment_id, **saved), None))
            puts += [Put(record, None) for record in referred(ref)]
    return ChangeSet(puts=tuple(puts), parts=tuple(parts), inserts=tuple(inserts))


def referred(ref: LedgerRef) -> list[Any]:
    """Make a referral code, a referral and a counter."""
    world: Any = {"environment": ref.environment, "program_id": ref.program_id}
    name = f"{ref.holder_id}/{ref.program_id}"
    return [
        attrs.evolve(samples.FULL_CODE, code=name, holder_id=ref.holder_id, **world),
        attrs.evolve(samples.FULL_REFERRAL, referral_id=name, **world),
        attrs.evolve(samples.FULL_COUNTER, ref=CounterRef(ref.environment, ref.program_id, ref.holder_id)),
    ]


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """A store with records of every kind."""
    with store.unit() as unit:
        unit.apply(written())
        unit.commit()
    return store


def streamed(store: SqlStore, query: All) -> list[Any]:
    """Stream a query in a unit of its own."""
    with store.unit(readonly=True) as unit:
        return list(unit.stream(query, NOW))


def name_of(record: Any) -> tuple[Any, ...]:
    """Give the name of a record as one flat tuple."""
    ref = record.ref
    if isinstance(record, Entry):
        return (*attrs.astuple(ref.ledger), ref.value)
    values = attrs.astuple(ref, recurse=False)
    return (*attrs.astuple(values[0]), *values[1:]) if isinstance(values[0], LedgerRef) else values


def everything(kind: type[Any]) -> list[Any]:
    """Give all records of a kind that were written, in the order of their names."""
    changes = written()
    found = [put.record for put in changes.puts] + list(changes.parts) + list(changes.inserts)
    records: list[Any] = [record for record in found if type(record) is kind]
    if kind is Ledger:
        records = [with_parts(record, changes.parts) for record in records]
    return sorted(records, key=name_of)


def with_parts(head: Ledger, parts: tuple[Any, ...]) -> Ledger:
    """Give a ledger with what is open in it."""
    mine = [part for part in parts if part.ledger == head.ref and part.is_open]
    return attrs.evolve(
        head,
        lots=tuple(sorted((part for part in mine if isinstance(part, Lot)), key=lambda lot: lot.lot)),
        holds=tuple(
            sorted((part for part in mine if isinstance(part, PointsHold)), key=lambda hold: (hold.seq, hold.id))
        ),
        debts=tuple(
            sorted((part for part in mine if isinstance(part, Debt)), key=lambda debt: (debt.seq, debt.entry_id))
        ),
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_in_order(filled: SqlStore, kind: type[Any]) -> None:
    """A stream gives every record of one kind and environment, whole, in the order of their names."""
    expected = [record for record in everything(kind) if name_of(record)[0] == "live"]
    assert len(expected) >= 8
    assert streamed(filled, All(kind, "live")) == expected
    assert streamed(filled, All(kind, "Live")) == []


@pytest.mark.parametrize("kind", [Ledger, Lot, PointsHold, Debt, Entry, Note], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    "narrowing",
    [
        {"holder_id": "h"},
        {"holder_id": "h "},
        {"holder_id": "h", "program_id": "b"},
        {"holder_id": "h", "program_id": "b", "ledger": ""},
        {"holder_id": "h", "program_id": "b", "ledger": "side"},
        {"program_id": "b"},
        {"holder_id": "nobody"},
    ],
    ids=str,
)
def test_narrowed(filled: SqlStore, kind: type[Any], narrowing: Any) -> None:
    """A stream is narrowed to a holder, a program and a ledger."""
    places = {"holder_id": 1, "program_id": 2, "ledger": 3}
    expected = [
        record
        for record in everything(kind)
        if name_of(record)[0] == "live"
        and all(name_of(record)[places[name]] == value for name, value in narrowing.items())
    ]
    assert streamed(filled, All(kind, "live", **narrowing)) == expected


@pytest.mark.parametrize("kind", [Customer, Membership, KeyRecord, Fact], ids=lambda kind: kind.__name__)
def test_narrowed_to_a_holder(filled: SqlStore, kind: type[Any]) -> None:
    """Records without a ledger in their name are narrowed to a holder, the customers by where they lead."""
    found = streamed(filled, All(kind, "live", holder_id="é"))
    holder = attrgetter("holder_id" if kind is Customer else "ref.holder_id")
    assert found == [each for each in everything(kind) if each.ref.environment == "live" and holder(each) == "é"]
    assert found


@pytest.mark.parametrize("days", [0, 1, 4, 40])
@pytest.mark.parametrize(
    "narrowing", [{}, {"holder_id": "h"}, {"holder_id": "h", "program_id": "b", "ledger": ""}], ids=str
)
def test_due(filled: SqlStore, days: int, narrowing: Any) -> None:
    """A ledger is due at its next change, neither before nor without one, and comes with what is open in it."""
    at = NOW + timedelta(days=days)
    expected = [
        record
        for record in everything(Ledger)
        if record.ref.environment == "live"
        and record.next_change_at is not None
        and record.next_change_at <= at
        and all(getattr(record.ref, name) == value for name, value in narrowing.items())
    ]
    assert streamed(filled, All(Ledger, "live", due_by=at, **narrowing)) == expected
    assert streamed(filled, All(Ledger, "live", due_by=at - timedelta(microseconds=1), **narrowing)) == [
        record for record in expected if record.next_change_at < at
    ]


def test_other_kinds_are_never_due(filled: SqlStore) -> None:
    """`due_by` is about ledgers; of other kinds it takes nothing away."""
    assert streamed(filled, All(Lot, "live", due_by=NOW)) == streamed(filled, All(Lot, "live"))


def many(count: int, ref: LedgerRef = samples.MAIN) -> ChangeSet:
    """Make many entries."""
    return ChangeSet(inserts=tuple(samples.entry(ref, seq) for seq in range(1, count + 1)))


def test_other_statements_meanwhile(store: SqlStore) -> None:
    """A stream goes on whatever else its unit reads and writes, and shows the records as they were when it began."""
    with store.unit() as unit:
        unit.apply(many(2000))
        unit.apply(samples.first_write(LedgerRef("live", "h9", "beans")))
        found = unit.stream(All(Entry, "live"), NOW)
        ledgers = unit.stream(All(Ledger, "live"), NOW)
        first = next(found)
        assert unit.load([first.ref])[first.ref] == (first,)
        assert len(list(unit.stream(All(Entry, "live"), NOW))) == 2001
        unit.apply(ChangeSet(inserts=(samples.entry(seq=2001), samples.entry(LedgerRef("live", "h0", "beans")))))
        lot = samples.lot(LedgerRef("live", "h9", "beans"), free=0)
        unit.apply(ChangeSet(parts=(lot,)))
        assert [first.seq, *(entry.seq for entry in found)] == [*range(1, 2001), 1]
        assert [len(ledger.lots) for ledger in ledgers] == [1]
        assert len(list(unit.stream(All(Entry, "live"), NOW))) == 2003


def test_refused_changes_meanwhile(store: SqlStore) -> None:
    """A change set that is refused while a stream is read does not end the stream."""
    with store.unit() as unit:
        unit.apply(many(1500))
        unit.commit()
    with store.unit() as unit:
        found = unit.stream(All(Entry, "live"), NOW)
        next(found)
        with pytest.raises(Exception, match="has changed"):
            unit.apply(many(1))
        assert len(list(found)) == 1499


def test_other_units_meanwhile(store: SqlStore) -> None:
    """What other units write while a stream is read does not show in it."""
    with store.unit() as unit:
        unit.apply(many(1500))
        unit.commit()
    with store.unit(readonly=True) as unit:
        found = unit.stream(All(Entry, "live"), NOW)
        next(found)
        with store.unit() as other:
            other.apply(ChangeSet(inserts=(samples.entry(seq=1501),)))
            other.commit()
        assert len(list(found)) == 1499


def test_stream_ends_with_its_unit(in_file: SqlStore) -> None:
    """A stream that is read on after its unit has ended says so; one that was read to its end stays at its end."""
    with in_file.unit() as unit:
        unit.apply(many(1500))
        unit.commit()
    with in_file.unit(readonly=True) as unit:
        found, whole = (unit.stream(All(Entry, "live"), NOW) for _ in range(2))
        next(found)
        assert len(list(whole)) == 1500
    assert list(whole) == []
    with pytest.raises(StoreUnavailable, match="unit of this stream has ended"):
        list(found)


def test_left_streams_close(in_file: SqlStore) -> None:
    """A stream that nobody reads on does not keep the unit from ending, nor the file from being written."""
    with in_file.unit() as unit:
        unit.apply(many(1500))
        next(unit.stream(All(Entry, "live"), NOW))
        unit.commit()
    with in_file.unit() as unit:
        next(unit.stream(All(Entry, "live"), NOW))
    with in_file.unit() as unit:
        unit.apply(ChangeSet(inserts=(samples.key(),)))
        unit.commit()
