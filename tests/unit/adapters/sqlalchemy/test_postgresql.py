"""What only a server can do: break a connection, find a deadlock, refuse a commit, forbid a write."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.adapters.sqlalchemy._portal import AHEAD
from loyalcore.domain.decision import ChangeSet, KeyRecord, KeyRef, LedgerRef, Put
from loyalcore.errors import (
    CapabilityMissing,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    StoreError,
    StoreUnavailable,
)
from loyalcore.query import All
from loyalcore.testing.postgres import CUT_OFF, running_server
from tests.unit.adapters.sqlalchemy import _samples as samples
from tests.unit.adapters.sqlalchemy._samples import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = LedgerRef("live", "h2", "beans")


def write(store: SqlStore, *changes: ChangeSet) -> None:
    """Apply change sets in one unit and commit it."""
    with store.unit() as unit:
        for change in changes:
            unit.apply(change)
        unit.commit()


def head(ref: LedgerRef, version: int) -> ChangeSet:
    """Make the change set that writes a version of a ledger's head."""
    return ChangeSet(puts=(Put(samples.ledger(ref, version=version), version - 1 or None),))


def kick(url: str) -> None:
    """End every other connection to a database, as an administrator or a network can."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(CUT_OFF)


@pytest.fixture
def patient(postgres_url: str) -> Iterator[SqlStore]:
    """A store on PostgreSQL that waits."""
    with SqlStore(postgres_url, wait_seconds=10) as store:
        yield store


def test_a_broken_connection_is_replaced(on_server: SqlStore, postgres_url: str) -> None:
    """Connections that broke while nobody used them are replaced without a word."""
    write(on_server, samples.first_write())
    kick(postgres_url)
    write(on_server, ChangeSet(inserts=(samples.key("k2"),)))
    kick(postgres_url)
    with on_server.unit(readonly=True) as unit:
        assert unit.load([MAIN])[MAIN] is not None


def test_a_connection_that_breaks_within_a_unit(on_server: SqlStore, postgres_url: str) -> None:
    """A connection that breaks in the middle is the store's failure; nothing is written, and the next unit works."""
    with on_server.unit() as unit:
        unit.load([MAIN])
        kick(postgres_url)
        with pytest.raises(StoreUnavailable):
            unit.apply(samples.first_write())
    with on_server.unit() as unit:
        assert unit.load([MAIN])[MAIN] is None


def test_a_connection_that_breaks_in_a_commit(on_server: SqlStore, postgres_url: str) -> None:
    """When the connection is lost before the answer to a commit, nobody knows what became of it."""
    with on_server.unit() as unit:
        unit.apply(samples.first_write())
        kick(postgres_url)
        with pytest.raises(OutcomeUnknown):
            unit.commit()


def test_a_failed_transaction_is_not_committed_quietly(on_server: SqlStore) -> None:
    """PostgreSQL answers ROLLBACK, without an error, to the commit of a transaction that has failed: we do not."""
    with on_server.unit() as unit:
        unit.apply(samples.first_write())
        with pytest.raises(psycopg.Error):
            unit.connection.execute("SELECT 1 / 0")
        with pytest.raises(StoreError):
            unit.commit()
    with on_server.unit() as unit:
        assert unit.load([MAIN])[MAIN] is None


def test_a_deadlock_is_a_conflict(patient: SqlStore) -> None:
    """Of two units that wait for each other the server stops one, which is told that the other was faster."""
    write(patient, head(MAIN, 1), head(OTHER, 1))
    both_hold, ended = threading.Barrier(2, timeout=10), []

    def cross(first: LedgerRef, second: LedgerRef) -> None:
        try:
            with patient.unit() as unit:
                unit.load([first], lock=True)
                both_hold.wait()
                unit.load([second], lock=True)
                ended.append("locked")
        except StaleVersion:
            ended.append("stale")

    threads = [threading.Thread(target=cross, args=pair) for pair in ((MAIN, OTHER), (OTHER, MAIN))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(ended) == ["locked", "stale"]


def test_a_lock_is_waited_for_only_so_long(on_server: SqlStore) -> None:
    """A unit that waits too long for a lock is told that the store is busy."""
    write(on_server, head(MAIN, 1))
    with on_server.unit() as unit:
        unit.load([MAIN], lock=True)
        with pytest.raises(StoreUnavailable, match="busy"), on_server.unit() as late:
            late.load([MAIN], lock=True)


def test_an_optimistic_unit_reads_one_state(on_server: SqlStore) -> None:
    """A unit without locks sees one state in all of its loads, and its write is refused when that is the past."""
    write(on_server, head(MAIN, 1), head(OTHER, 1))
    with on_server.unit() as unit:
        assert unit.load([MAIN])[MAIN].version == 1
        write(on_server, head(MAIN, 2), head(OTHER, 2))
        assert unit.load([OTHER])[OTHER].version == 1
        with pytest.raises(StaleVersion):
            unit.apply(head(OTHER, 2))


def test_a_locking_unit_reads_what_is_newest(patient: SqlStore) -> None:
    """A unit that waited for a lock reads what the one before it has written, keys and all."""
    write(patient, head(MAIN, 1))
    key = KeyRef("live", MAIN.holder_id, "k1")
    found: list[Any] = []

    def late() -> None:
        with patient.unit() as unit:
            found.append(unit.load([key, MAIN], lock=True))

    with patient.unit() as unit:
        unit.load([MAIN], lock=True)
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(timeout=0.2)
        unit.apply(ChangeSet(puts=head(MAIN, 2).puts, inserts=(samples.key("k1"),)))
        unit.commit()
    thread.join(timeout=30)
    assert [(each[MAIN].version, each[key]) for each in found] == [(2, samples.key("k1"))]


def test_a_user_who_may_only_read(on_server: SqlStore, postgres_url: str) -> None:
    """Without the right to write the store can be read and says why it cannot be written."""
    write(on_server, samples.first_write())
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS loyal_reader")
        admin.execute("CREATE ROLE loyal_reader LOGIN")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO loyal_reader")
    url = make_url(postgres_url).set(username="loyal_reader")
    with SqlStore(url) as reader:
        with reader.unit(readonly=True) as unit:
            assert unit.load([MAIN])[MAIN] is not None
        with pytest.raises(ReadOnlyStore, match="grant"):
            write(reader, ChangeSet(inserts=(samples.key("k2"),)))
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("DROP OWNED BY loyal_reader")
        admin.execute("DROP ROLE loyal_reader")


def test_a_database_that_only_reads(postgres_url: str) -> None:
    """A standby, or a database set to read only, says so."""
    url = make_url(postgres_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    with SqlStore(url) as store, pytest.raises(ReadOnlyStore, match="read-only"):
        write(store, samples.first_write())


def test_what_breaks_a_rule_of_a_table(on_server: SqlStore) -> None:
    """A lot below zero, or a text that the database cannot keep, is refused as such."""
    below = ChangeSet(puts=head(MAIN, 1).puts, parts=(samples.lot(free=-1),))
    with pytest.raises(StoreError, match="lot breaks a rule"):
        write(on_server, below)
    with pytest.raises(StoreError, match="breaks a rule"):
        write(on_server, ChangeSet(inserts=(samples.key("a\0b"),)))


def test_a_taken_name_says_of_what(on_server: SqlStore) -> None:
    """A name that is taken is told with the kind of its record, in one write or among many."""
    write(on_server, samples.first_write())
    many = tuple(samples.key(f"many-{number}") for number in range(60))
    for inserts in ((samples.key("k1"),), (*many, samples.key("k1"))):
        with pytest.raises(StaleVersion) as caught:
            write(on_server, ChangeSet(inserts=inserts))
        assert caught.value.what == "key"


def test_a_lost_race_leaves_no_trace_in_the_log(on_server: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    """A unit that another one was faster than raises that, and the driver writes no warning about it."""
    many = tuple(samples.key(f"many-{number}") for number in range(40))
    write(on_server, ChangeSet(inserts=many[:1]))
    for _ in range(30):
        with pytest.raises(StaleVersion):
            write(on_server, ChangeSet(inserts=many))
    assert caplog.records == []


def test_many_rows_are_written_whole(on_server: SqlStore) -> None:
    """A large change set is written like a small one, and refused like it."""
    refs = [LedgerRef("live", f"h{number}", "beans") for number in range(100)]
    write(on_server, ChangeSet(puts=tuple(Put(samples.ledger(ref), None) for ref in refs)))
    newer = [Put(samples.ledger(ref, version=2), 1) for ref in refs]
    with pytest.raises(StaleVersion):
        write(on_server, ChangeSet(puts=(*newer[:-1], Put(samples.ledger(refs[-1], version=3), 2))))
    write(on_server, ChangeSet(puts=tuple(newer)))
    with on_server.unit() as unit:
        assert {head.version for head in unit.load(refs).values()} == {2}


def test_what_is_prepared_stays(on_server: SqlStore) -> None:
    """A read-only unit leaves the statements prepared that it ran: the next one finds them, and makes no others."""
    asked = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%loyal_ledger%' ORDER BY name"
    found = []
    for _ in range(2):
        with on_server.unit(readonly=True) as unit:
            unit.load([MAIN])
            found.append(unit.connection.execute(asked, prepare=False).fetchall())
    assert found[0] == found[1] != []


@pytest.mark.parametrize("count", [0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 2 * AHEAD + 1])
def test_a_stream_of_any_length(on_server: SqlStore, count: int) -> None:
    """A stream gives every record once, whether or not its first rows are all; other statements may run meanwhile."""
    keys = tuple(samples.key(f"k{number:06}") for number in range(count))
    write(on_server, ChangeSet(inserts=keys))
    with on_server.unit(readonly=True) as unit:
        found = []
        for key in unit.stream(All(KeyRecord, "live"), samples.NOW):
            found.append(key.ref.key)
            if len(found) in {1, AHEAD}:
                unit.load([MAIN])
        assert found == [key.ref.key for key in keys]
        assert unit.connection.execute("SELECT name FROM pg_cursors WHERE name LIKE 'loyal%'").fetchall() == []


def test_a_stream_that_is_left_ends_with_its_unit(on_server: SqlStore) -> None:
    """A stream of which not everything was read leaves no cursor behind, and no transaction."""
    write(on_server, ChangeSet(inserts=tuple(samples.key(f"k{number:06}") for number in range(2 * AHEAD))))
    with on_server.unit(readonly=True) as unit:
        next(unit.stream(All(KeyRecord, "live"), samples.NOW))
        connection = unit.connection
    assert connection.info.transaction_status == TransactionStatus.IDLE
    with on_server.unit() as unit:
        records = unit.stream(All(KeyRecord, "live"), samples.NOW)
        unit.apply(ChangeSet(inserts=(samples.key("later"),)))
        assert len(list(records)) == 2 * AHEAD


def test_an_engine_of_the_host(postgres_url: str) -> None:
    """An engine of the host's gives the connections; one with another driver is refused."""
    engine = create_engine(postgres_url, poolclass=NullPool)
    with SqlStore(engine) as store:
        write(store, samples.first_write())
    engine.dispose()
    with pytest.raises(CapabilityMissing):
        SqlStore("postgresql+asyncpg://localhost/shop")


def test_a_server_that_is_out_of_reach() -> None:
    """A server that does not answer is told as such."""
    with SqlStore("postgresql://localhost:1/shop") as store, pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.upgrade()


def test_a_server_that_crashes() -> None:
    """After a crash of the server what was committed is there, and the store goes on by itself."""
    with running_server() as server, SqlStore(server.url()) as store:
        store.upgrade()
        write(store, samples.first_write())
        server.kill()
        with pytest.raises(StoreUnavailable):
            write(store, ChangeSet(inserts=(samples.key("k2"),)))
        server.start()
        write(store, ChangeSet(inserts=(samples.key("k2"),)))
        with store.unit(readonly=True) as unit:
            assert unit.load([MAIN])[MAIN] is not None
