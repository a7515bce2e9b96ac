"""Points inside a transaction of the host's."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from loyalcore import Award, Loyalty, Program, Spend
from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet, HolderRef, KeyRecord, KeyRef, Note, Remove, Wipe
from loyalcore.errors import (
    CapabilityMissing,
    IdempotencyConflict,
    InsufficientPoints,
    InvalidInput,
    SchemaMismatch,
    StaleVersion,
    StoreUnavailable,
)
from loyalcore.store import with_repository
from loyalcore.testing import FixedClock
from tests.contract._overlay import MarkedCustomers
from tests.corpus._values import NASTY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.domain.decision import Ref
    from loyalcore.domain.flows import Receipt

BEANS = Program("beans", currency="EUR", timezone="Europe/Berlin")


class Host:
    """A host with a table of orders in the store's database, and connections to it.

    Args:
        store: The store.
        connect: Opens a connection of the driver's.
        begin: What begins a transaction.
    """

    def __init__(self, store: SqlStore, connect: Callable[[], Any], begin: str) -> None:
        self.store = store
        self.connect = connect
        self.begin = begin
        self.shop = Loyalty(store, [BEANS], actor="checkout")
        self.shop.customers.register("ada")
        self.connection: Any = connect()
        self.connection.execute("CREATE TABLE shop_order (id TEXT)")

    def orders(self) -> int:
        """Count the orders that are committed."""
        connection = self.connect()
        try:
            return int(connection.execute("SELECT count(*) FROM shop_order").fetchone()[0])
        finally:
            connection.close()


def _sqlite(url: str) -> Iterator[Host]:
    path = make_url(url).database or ""
    with SqlStore(url, wait_seconds=5) as store:
        store.upgrade()
        host = Host(store, lambda: sqlite3.connect(path, isolation_level=None, timeout=0), "BEGIN IMMEDIATE")
        yield host
        host.connection.close()


def _postgres(url: str) -> Iterator[Host]:
    dsn = url.replace("+psycopg", "")
    with SqlStore(url, wait_seconds=5) as store:
        host = Host(store, lambda: psycopg.connect(dsn, autocommit=True), "BEGIN")
        yield host
        host.connection.close()
        with host.connect() as connection:  # the database is the next test's
            connection.execute("DROP TABLE shop_order")


@pytest.fixture
def sqlite_host(url: str) -> Iterator[Host]:
    """A host on SQLite."""
    yield from _sqlite(url)


@pytest.fixture
def postgres_host(postgres_url: str) -> Iterator[Host]:
    """A host on PostgreSQL."""
    yield from _postgres(postgres_url)


@pytest.fixture(params=["sqlite_host", "postgres_host"])
def host(request: pytest.FixtureRequest) -> Host:
    """A host on either database."""
    found: Host = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_an_order_and_its_points_are_one(host: Host, end: str) -> None:
    """An order row and its points are committed together, and rolled back together."""
    host.connection.execute(host.begin)
    host.connection.execute("INSERT INTO shop_order VALUES ('o-1')")
    inside = host.shop.within(host.connection)
    inside.points.award("ada", 10, reason="order", order_id="o-1", key="o-1")
    inside.points.spend("ada", 4, key="s-1")
    assert inside.points.balance("ada").active == 6
    if host.begin == "BEGIN":
        assert host.shop.points.balance("ada").active == 0  # nobody else sees it yet
    host.connection.execute(end)
    is_kept = end == "COMMIT"
    assert (host.orders(), host.shop.points.balance("ada").active) == ((1, 6) if is_kept else (0, 0))
    assert host.shop.points.award("ada", 10, reason="order", order_id="o-1", key="o-1").replayed is is_kept
    assert host.shop.points.verify("ada").is_ok


def test_a_refusal_leaves_the_transaction_as_it_was(host: Host) -> None:
    """A command that is refused undoes its own savepoint; what the host did before is committed."""
    host.shop.points.award("ada", 1, reason="a", key="k-1")
    host.connection.execute(host.begin)
    host.connection.execute("INSERT INTO shop_order VALUES ('o-1')")
    inside = host.shop.within(host.connection)
    with pytest.raises(InsufficientPoints):
        inside.points.spend("ada", 4, key="s-1")
    with pytest.raises(IdempotencyConflict):
        inside.points.award("ada", 2, reason="a", key="k-1")
    inside.points.spend("ada", 1, key="s-1")
    host.connection.execute("COMMIT")
    assert (host.orders(), host.shop.points.balance("ada").spent) == (1, 1)


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_what_goes_inside_goes_with_the_transaction(host: Host, end: str) -> None:
    """A removal and a wipe are undone with the host's transaction; one that is refused leaves it as it was."""
    host.shop.points.award("ada", 5, reason="a", note="a note", key="k-1")
    row = host.shop.customers.get("ada")
    wipes = tuple(Wipe(kind, "live", row.holder_id) for kind in (KeyRecord, Note))
    refs: list[Ref] = [row.ref, HolderRef("live", row.holder_id), KeyRef("live", row.holder_id, "k-1")]
    host.connection.execute(host.begin)
    host.connection.execute("INSERT INTO shop_order VALUES ('o-1')")
    lent = host.store.within(host.connection)
    with pytest.raises(StaleVersion), lent.unit() as unit:
        unit.apply(ChangeSet(removes=(Remove(row.ref, row.version - 1),), wipes=wipes))
    with lent.unit() as unit:
        assert all(unit.load(refs).values())
        unit.apply(ChangeSet(removes=(Remove(row.ref, row.version),), wipes=wipes))
        assert not any(unit.load(refs).values())
        unit.commit()
    host.connection.execute(end)
    is_gone = end == "COMMIT"
    with host.store.unit(readonly=True) as unit:
        assert [found is None for found in unit.load(refs).values()] == [is_gone] * 3
    assert host.orders() == is_gone


def test_everything_can_be_asked_inside(host: Host) -> None:
    """Balance, schedule, entries, verify and sweep work inside, and see what was booked there."""
    host.connection.execute(host.begin)
    inside = host.shop.within(host.connection)
    inside.customers.register("bob")
    inside.points.award("bob", 5, reason="a", expiry="1M", key="k-1")
    assert [change.points for change in inside.points.schedule("bob")] == [5]
    assert [entry.points for entry in inside.points.entries("bob")] == [5]
    assert inside.points.verify("bob").is_ok
    assert inside.points.sweep() == 0
    host.connection.execute("ROLLBACK")


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_batches_and_sweeps_work_inside(host: Host, end: str) -> None:
    """Many commands at once and a sweep belong to the transaction, too, whatever they come to."""
    clock = FixedClock("2026-01-01T12:00:00Z")
    shop = Loyalty(host.store, [BEANS], actor="checkout", clock=clock)
    shop.points.award("ada", 7, reason="a", expiry="1D", key="old")
    clock.move(days=2)
    host.connection.execute(host.begin)
    inside = shop.within(host.connection)
    assert inside.points.sweep() == 1
    posted = inside.points.post_many([Award("ada", 5, reason="a", key=f"k-{number}") for number in range(70)])
    assert posted.done == 70
    refused, undone = inside.run_many([Spend("ada", 351, key="s-1"), Spend("ada", 1, key="s-2")], atomic=True)
    assert (refused.error is not None, undone.is_undone) == (True, True)
    assert inside.points.balance("ada").active == 350
    host.connection.execute(end)
    assert [entry.kind.value for entry in shop.points.entries("ada")] == (
        ["award", "expire", *["award"] * 70] if end == "COMMIT" else ["award"]
    )
    assert shop.points.verify("ada").is_ok


@pytest.mark.parametrize("kind", ["sqlite_host", "postgres_host"])
def test_a_connection_of_sqlalchemy_is_taken(kind: str, request: pytest.FixtureRequest, url: str) -> None:
    """SQLAlchemy's connection is lent like the driver's; its transaction stays its own."""
    host: Host = request.getfixturevalue(kind)
    source = url if kind == "sqlite_host" else request.getfixturevalue("postgres_url")
    engine = create_engine(source, poolclass=NullPool)
    for end in ("rollback", "commit"):
        with engine.connect() as connection:
            with pytest.raises(InvalidInput, match=r"connection\.begin\(\)"):
                host.shop.within(connection)
            connection.begin()
            if kind == "sqlite_host":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            host.shop.within(connection).points.award("ada", 10, reason="a", key="k-1")
            getattr(connection, end)()
        assert host.shop.points.balance("ada").active == (10 if end == "commit" else 0)
    engine.dispose()


def test_the_winner_of_a_race_is_answered_inside(postgres_host: Host) -> None:
    """A key that another connection is committing is waited for, and its receipt is answered inside the transaction."""
    host = postgres_host
    winner = host.connect()
    winner.execute("BEGIN")
    first = host.shop.within(winner).points.award("ada", 10, reason="a", key="k-1")
    answers: list[Receipt] = []

    def late() -> None:
        host.connection.execute("BEGIN")
        host.connection.execute("INSERT INTO shop_order VALUES ('o-1')")
        answers.append(host.shop.within(host.connection).points.award("ada", 10, reason="a", key="k-1"))
        host.connection.execute("COMMIT")

    thread = threading.Thread(target=late)
    thread.start()
    thread.join(timeout=0.3)
    assert thread.is_alive(), "it had to wait for the other transaction"
    winner.execute("COMMIT")
    thread.join(timeout=30)
    winner.close()
    assert [(answer.replayed, answer.entries) for answer in answers] == [(True, first.entries)]
    assert (host.orders(), host.shop.points.balance("ada").active) == (1, 10)


def test_a_transaction_is_needed(host: Host) -> None:
    """Without a transaction of its own a connection is refused, and so is what is no connection."""
    for lent in (host.connection, *NASTY.values()):
        with pytest.raises(InvalidInput) as caught:
            host.shop.within(lent)
        assert caught.value.path == "connection"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_another_level_is_refused(postgres_host: Host, level: str) -> None:
    """On PostgreSQL a transaction that could not read the winner of a race is refused at entry."""
    postgres_host.connection.execute(f"BEGIN ISOLATION LEVEL {level}")
    with pytest.raises(InvalidInput, match=f"runs at {level.lower()}"):
        postgres_host.shop.within(postgres_host.connection)
    postgres_host.connection.execute("ROLLBACK")


def test_a_failed_transaction_is_refused(postgres_host: Host) -> None:
    """On PostgreSQL a transaction that has failed is refused at entry, and so is a closed connection."""
    connection = postgres_host.connection
    connection.execute("BEGIN")
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM nothing")
    with pytest.raises(InvalidInput, match="has failed"):
        postgres_host.shop.within(connection)
    connection.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        postgres_host.shop.within(connection)


def test_an_old_state_is_refused(sqlite_host: Host) -> None:
    """On SQLite a transaction that has read an older state, or cannot write now, is refused at entry."""
    host = sqlite_host
    host.connection.execute("BEGIN")
    host.connection.execute("SELECT count(*) FROM shop_order").fetchone()
    host.shop.points.award("ada", 1, reason="a", key="k-1")
    with pytest.raises(InvalidInput, match="BEGIN IMMEDIATE"):
        host.shop.within(host.connection)
    host.connection.execute("ROLLBACK")
    other = host.connect()
    other.execute("BEGIN IMMEDIATE")
    host.connection.execute("BEGIN")
    with pytest.raises(StoreUnavailable, match="busy"):
        host.shop.within(host.connection)
    other.close()
    host.connection.execute("ROLLBACK")


def test_another_database_is_refused(sqlite_host: Host) -> None:
    """A connection to a database without the tables is told apart."""
    stranger = sqlite3.connect(":memory:", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(SchemaMismatch):
        sqlite_host.shop.within(stranger)
    stranger.close()


def test_rows_of_another_form_do_not_matter(sqlite_host: Host) -> None:
    """A host's connection may give rows of its own form."""
    host = sqlite_host
    host.connection.row_factory = sqlite3.Row
    host.connection.execute("BEGIN IMMEDIATE")
    host.shop.within(host.connection).points.award("ada", 10, reason="a", key="k-1")
    host.connection.execute("COMMIT")
    assert host.shop.points.balance("ada").active == 10


def test_own_customers_are_kept_inside(sqlite_host: Host) -> None:
    """A host's repository works inside the same transaction."""
    shop = Loyalty(with_repository(sqlite_host.store, Customer, MarkedCustomers), [BEANS], actor="checkout")
    sqlite_host.connection.execute("BEGIN IMMEDIATE")
    shop.within(sqlite_host.connection).customers.register("cem")
    sqlite_host.connection.execute("ROLLBACK")
    assert not shop.customers.register("cem").replayed


def test_a_store_in_memory_lends_nothing() -> None:
    """A store without the ability says so."""
    with pytest.raises(CapabilityMissing, match="within"):
        Loyalty(MemoryStore(), [BEANS]).within(object())
