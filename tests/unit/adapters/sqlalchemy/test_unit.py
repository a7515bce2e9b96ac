from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet, Fact, FactRef, KeyRef, Note, NoteRef, Put
from loyalcore.domain.ledger import Ledger
from loyalcore.errors import (
    CapabilityMissing,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    StoreError,
    StoreUnavailable,
)
from loyalcore.query import All
from tests.unit.adapters.sqlalchemy import _samples as samples

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy._dialects import Link

REF = samples.MAIN
CUSTOMER = Customer(environment="live", customer_id="c1", holder_id="h1", registered_at=samples.NOW)


def write(store: SqlStore, *changes: ChangeSet) -> None:
    """Apply change sets in one unit."""
    with store.unit() as unit:
        for each in changes:
            unit.apply(each)
        unit.commit()


def load(store: SqlStore, ref: Any) -> Any:
    """Load one record in a unit of its own."""
    with store.unit(readonly=True) as unit:
        return unit.load([ref])[ref]


# Units (P1-P3) ----------------------------------------------------------------------------------------------------


def test_nothing_without_commit(store: SqlStore) -> None:
    """A unit that ends without a commit leaves nothing behind."""
    with store.unit() as unit:
        unit.apply(samples.first_write())
        assert unit.load([REF])[REF].awarded == 5
    assert load(store, REF) is None


def test_nothing_after_an_error(store: SqlStore) -> None:
    """A unit that an error ends leaves nothing behind, and the next one works."""
    with contextlib.suppress(ZeroDivisionError), store.unit() as unit:
        unit.apply(samples.first_write())
        _ = 1 // 0
    assert load(store, REF) is None
    write(store, samples.first_write())
    assert load(store, REF) is not None


def test_nothing_before_commit(in_file: SqlStore, url: str) -> None:
    """What is applied is invisible to other units, in the same store and in another, until it is committed."""
    with SqlStore(url) as other, in_file.unit() as unit:
        unit.apply(samples.first_write())
        assert load(in_file, REF) is None
        assert load(other, REF) is None
        unit.commit()
        assert load(in_file, REF) is not None
        assert load(other, REF) is not None


def test_readonly_unit_sees_one_state(in_file: SqlStore) -> None:
    """A read-only unit on a file sees the store as it was when it began, whatever is written meanwhile."""
    with in_file.unit(readonly=True) as unit:
        write(in_file, samples.first_write())
        assert unit.load([REF]) == {REF: None}
    assert load(in_file, REF) is not None


def test_write_while_reading(store: SqlStore) -> None:
    """While records are read in one unit, another of the same thread can write."""
    write(store, samples.first_write())
    with store.unit(readonly=True) as unit:
        for found in unit.stream(All(Ledger, "live"), samples.NOW):
            write(store, ChangeSet(puts=(Put(attrs.evolve(found, version=2), 1),)))
    assert load(store, REF).version == 2


def test_unit_has_to_begin(store: SqlStore) -> None:
    """A unit works between its beginning and its end only."""
    for unit in (store.unit(), store.unit(readonly=True)):
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="not begun or has ended"):
                unit.load([REF])
            with pytest.raises(StoreUnavailable, match="not begun or has ended"):
                unit.commit()
            with pytest.raises(StoreUnavailable, match="not begun or has ended"):
                unit.stream(All(Ledger, "live"), samples.NOW)
            with unit:
                assert unit.load([REF]) == {REF: None}
                unit.commit()
    with store.unit() as unit, pytest.raises(StoreUnavailable, match="has begun already"):
        unit.__enter__()


def test_commit_lets_others_go(store: SqlStore) -> None:
    """After its commit a unit is in nobody's way, before it is left."""
    with store.unit() as unit:
        unit.apply(samples.first_write())
        unit.commit()
        write(store, ChangeSet(inserts=(samples.key("k2"),)))
    assert load(store, samples.key("k2").ref) is not None


# Loading (P4-P6) --------------------------------------------------------------------------------------------------


def test_every_ref_is_answered(store: SqlStore) -> None:
    """Every ref is answered, the missing ones with None, entries with an empty tuple, no refs with nothing."""
    records: list[Any] = [
        *(CUSTOMER, samples.FULL_MEMBERSHIP, samples.lot(), samples.FULL_HOLD, samples.FULL_DEBT),
        *(samples.key(), samples.FULL_FACT, samples.FULL_NOTE, samples.FULL_NOTICE, samples.ledger()),
    ]
    refs = [record.ref for record in records]
    with store.unit() as unit:
        assert unit.load(refs) == dict.fromkeys(refs)
        assert unit.load(refs, lock=True) == dict.fromkeys(refs)
        assert unit.load([samples.entry().ref]) == {samples.entry().ref: ()}
        assert unit.load([]) == {}


def test_parts_show_only_as_the_head_says(embedded: SqlStore) -> None:
    """Holds and debts are looked for only where the head says that points are held or owed."""
    with embedded.unit() as unit:
        unit.apply(samples.first_write())
        statements: list[str] = []
        unit._working().connection.set_trace_callback(statements.append)
        unit.load([REF])
        unit._working().connection.set_trace_callback(None)
    assert len(statements) == 2


def test_unknown_refs_and_records(store: SqlStore) -> None:
    """What the store does not keep is named."""
    with store.unit() as unit:
        with pytest.raises(CapabilityMissing, match="'str'"):
            unit.load(["x"])  # type: ignore[list-item]
        with pytest.raises(CapabilityMissing, match="'str'"):
            unit.apply(ChangeSet(inserts=("x",)))  # type: ignore[arg-type]
        with pytest.raises(CapabilityMissing, match="'LedgerRef'"):
            unit.apply(ChangeSet(puts=(Put(REF, 1),)))  # type: ignore[arg-type]
        with pytest.raises(CapabilityMissing, match="'int'"):
            unit.stream(All(int, "live"), samples.NOW)


def test_writers_take_turns(embedded: SqlStore) -> None:
    """A unit that writes waits until the one before it ends; too long is `StoreUnavailable`."""
    with embedded.unit(), pytest.raises(StoreUnavailable, match="busy"), embedded.unit():
        pytest.fail("two units write at a time")
    write(embedded, samples.first_write())


def test_waiting_ends(embedded: SqlStore) -> None:
    """A unit that waits goes on as soon as the other has ended, and reads what it has written."""
    begun, seen = threading.Event(), []

    def wait() -> None:
        begun.set()
        with embedded.unit() as unit:
            seen.append(unit.load([REF], lock=True)[REF])

    with embedded.unit() as unit:
        thread = threading.Thread(target=wait)
        thread.start()
        begun.wait()
        time.sleep(0.02)
        assert seen == []
        unit.apply(samples.first_write())
        unit.commit()
    thread.join()
    assert seen[0] is not None


# Applying (P8-P11) ------------------------------------------------------------------------------------------------


def test_version_must_be_the_expected(store: SqlStore) -> None:
    """A record is replaced only where it has the expected version."""
    for first in (CUSTOMER, samples.FULL_MEMBERSHIP, samples.ledger()):
        record: Any = attrs.evolve(first, version=5)
        write(store, ChangeSet(puts=(Put(record, None),)))
        newer = attrs.evolve(record, version=6)
        for expected in (None, 4, 6, 0):
            with pytest.raises(StaleVersion, match=type(record).__name__.lower()):
                write(store, ChangeSet(puts=(Put(newer, expected),)))
        assert load(store, record.ref) == record
        write(store, ChangeSet(puts=(Put(newer, 5),)))
        assert load(store, record.ref) == newer


def test_missing_record_is_stale(store: SqlStore) -> None:
    """A record that is expected but missing is stale, and is not made."""
    with pytest.raises(StaleVersion):
        write(store, ChangeSet(puts=(Put(samples.ledger(version=2), 1),)))
    assert load(store, REF) is None


def test_one_of_many_is_stale(store: SqlStore) -> None:
    """Of many records one that is stale refuses all of them."""
    refs = [attrs.evolve(REF, holder_id=f"h{number}") for number in range(50)]
    write(store, ChangeSet(puts=tuple(Put(samples.ledger(ref), None) for ref in refs)))
    expected = dict.fromkeys(refs, 1) | {refs[30]: 2}
    with pytest.raises(StaleVersion):
        write(store, ChangeSet(puts=tuple(Put(samples.ledger(ref, 2), expected[ref]) for ref in refs)))
    assert {load(store, ref).version for ref in refs} == {1}


INSERTS = {
    "entry": samples.entry(),
    "key": samples.key(),
    "fact": Fact(FactRef("live", "h1", "beans", "r", "order", "o1"), REF, 1),
    "note": Note(NoteRef(REF, 1), "text"),
}


@pytest.mark.parametrize("name", INSERTS)
def test_taken_names_are_stale(store: SqlStore, name: str) -> None:
    """What is inserted must be new; what was there stays, and nothing beside it is written."""
    record: Any = INSERTS[name]
    write(store, ChangeSet(inserts=(record,)))
    with pytest.raises(StaleVersion, match=name):
        write(store, ChangeSet(puts=(Put(CUSTOMER, None),), inserts=(samples.key("k9"), record)))
    assert load(store, CUSTOMER.ref) is None
    assert load(store, KeyRef("live", "h1", "k9")) is None
    assert load(store, record.ref) in (record, (record,))


def test_twice_in_one_change_set(store: SqlStore) -> None:
    """A name that is inserted twice at once is taken."""
    with pytest.raises(StaleVersion):
        write(store, ChangeSet(inserts=(samples.key(), samples.key())))
    assert load(store, samples.key().ref) is None


def test_parts_are_written_over(store: SqlStore) -> None:
    """Lots, holds and debts are written over as they are; of one given twice the last counts."""
    closed = (samples.lot(free=0), samples.lot(free=3), samples.lot(free=0))
    write(store, samples.first_write(), ChangeSet(parts=(samples.lot(free=2),)), ChangeSet(parts=closed))
    assert load(store, samples.lot().ref) == samples.lot(free=0)
    assert load(store, REF).lots == ()


def test_unit_goes_on_after_a_refusal(store: SqlStore) -> None:
    """After a refused change set a unit goes on as if it had not been applied: the first, and one of several."""
    write(store, samples.first_write())
    refused = ChangeSet(puts=(Put(CUSTOMER, None),), inserts=(samples.key("k2"), samples.key("k1")))
    with store.unit() as unit:
        with pytest.raises(StaleVersion):
            unit.apply(refused)
        unit.apply(ChangeSet(inserts=(samples.key("k3"),)))
        with pytest.raises(StaleVersion):
            unit.apply(refused)
        unit.apply(ChangeSet(inserts=(samples.key("k4"),)))
        unit.commit()
    names = ("k1", "k2", "k3", "k4")
    assert [load(store, samples.key(name).ref) is not None for name in names] == [True, False, True, True]
    assert load(store, CUSTOMER.ref) is None


@pytest.mark.parametrize("part", [samples.lot(free=-1), attrs.evolve(samples.FULL_DEBT, owed=-1)])
def test_tables_have_rules(store: SqlStore, part: Any) -> None:
    """A lot or a debt below nothing is refused by its table, and this is no conflict that a retry could mend."""
    with pytest.raises(StoreError, match="breaks a rule of its table") as caught:
        write(store, samples.first_write(), ChangeSet(parts=(part,)))
    assert not isinstance(caught.value, StoreUnavailable)
    assert not caught.value.is_retryable
    assert load(store, REF) is None


def test_readonly_unit_refuses(store: SqlStore) -> None:
    """A read-only unit applies nothing."""
    with store.unit(readonly=True) as unit, pytest.raises(ReadOnlyStore, match="read-only unit"):
        unit.apply(samples.first_write())


def test_many_rows(in_file: SqlStore) -> None:
    """A change set of tens of thousands of rows is applied at once, and loaded again."""
    refs = [attrs.evolve(REF, holder_id=f"h{number}") for number in range(5000)]
    sets = [samples.first_write(ref) for ref in refs]
    whole = ChangeSet(
        puts=tuple(put for each in sets for put in each.puts),
        parts=tuple(part for each in sets for part in each.parts),
        inserts=tuple(record for each in sets for record in each.inserts),
    )
    write(in_file, whole)
    with in_file.unit(readonly=True) as unit:
        found = unit.load(refs)
    assert all(len(found[ref].lots) == 1 for ref in refs)


# Failing (P14) ----------------------------------------------------------------------------------------------------


class Broken:
    """A cursor that fails at a statement as it is told, before or after running it."""

    def __init__(self, cursor: Any, statement: str, error: Exception, *, after: bool = False) -> None:
        self._cursor = cursor
        self._statement = statement
        self._error: Exception | None = error
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, statement: str, *values: Any) -> Any:
        """Run a statement, or fail once."""
        if not statement.startswith(self._statement) or self._error is None:
            return self._cursor.execute(statement, *values)
        error, self._error = self._error, None
        if self._after:
            self._cursor.execute(statement, *values)
        raise error


def error_of(code: int, text: str = "trouble") -> sqlite3.OperationalError:
    """Make an error of the driver."""
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


def breaking(link: Link, *told: Any, **options: Any) -> None:
    """Make a link's cursor fail."""
    link.cursor = Broken(link.cursor, *told, **options)


@pytest.mark.parametrize("after", [False, True])
def test_outcome_unknown(in_file: SqlStore, after: bool) -> None:
    """An error in the middle of a commit leaves its outcome open; the next unit tells, and has a new connection."""
    with in_file.unit() as unit:
        unit.apply(samples.first_write())
        broken = unit._working()
        breaking(broken, "COMMIT", error_of(sqlite3.SQLITE_IOERR), after=after)
        with pytest.raises(OutcomeUnknown):
            unit.commit()
    assert broken not in in_file._links._free
    assert (load(in_file, REF) is not None) == after
    write(in_file, ChangeSet(inserts=(samples.key("k2"),)))


def test_busy_commit_is_tried_again(embedded: SqlStore) -> None:
    """A commit that another process is in the way of is tried again."""
    with embedded.unit() as unit:
        unit.apply(samples.first_write())
        breaking(unit._working(), "COMMIT", error_of(sqlite3.SQLITE_BUSY))
        unit.commit()
    assert load(embedded, REF) is not None


def test_read_only_commit(embedded: SqlStore) -> None:
    """A database that turns read-only before a commit says so, and nothing is written."""
    with embedded.unit() as unit:
        unit.apply(samples.first_write())
        breaking(unit._working(), "COMMIT", error_of(sqlite3.SQLITE_READONLY))
        with pytest.raises(ReadOnlyStore):
            unit.commit()
    assert load(embedded, REF) is None


def test_full_disk(embedded: SqlStore) -> None:
    """When the database undoes more than a change set, the unit ends: nothing of it can be committed."""
    with embedded.unit() as unit:
        unit.apply(samples.first_write())
        breaking(unit._working(), "SAVEPOINT", error_of(sqlite3.SQLITE_FULL, "database or disk is full"))
        unit._working().connection.rollback()
        with pytest.raises(StoreUnavailable, match="disk is full"):
            unit.apply(ChangeSet(inserts=(samples.key("k2"),)))
        with pytest.raises(StoreUnavailable, match="has ended"):
            unit.commit()
    assert load(embedded, REF) is None
    write(embedded, samples.first_write())


def test_failing_load(embedded: SqlStore) -> None:
    """An error of the driver while loading is the store's."""
    with embedded.unit() as unit:
        breaking(unit._working(), "SELECT", error_of(sqlite3.SQLITE_IOERR, "disk I/O error"))
        with pytest.raises(StoreUnavailable, match="disk I/O error") as caught:
            unit.load([REF])
        assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_failing_rollback(in_file: SqlStore) -> None:
    """A connection that cannot even roll back is not used again."""
    with in_file.unit() as unit:
        unit.apply(samples.first_write())
        broken = unit._working()
        breaking(broken, "ROLLBACK", error_of(sqlite3.SQLITE_IOERR))
    assert broken not in in_file._links._free
    assert load(in_file, REF) is None


def test_lost_tables(store: SqlStore) -> None:
    """Tables that vanish while a store is open are the store's failure, in every call."""
    write(store, samples.first_write())
    with store.unit() as unit:
        for table in ("loyal_ledger", "loyal_key"):
            unit._working().cursor.execute(f"DROP TABLE {table}")
        with pytest.raises(StoreUnavailable):
            unit.load([REF])
        with pytest.raises(StoreUnavailable):
            unit.stream(All(Ledger, "live"), samples.NOW)
        with pytest.raises(StoreUnavailable):
            unit.apply(ChangeSet(inserts=(samples.key("k2"),)))
