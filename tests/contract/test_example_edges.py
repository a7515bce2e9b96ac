"""What the example stores do beyond the contract: a host's own transaction, and what goes wrong beside them."""

from __future__ import annotations

import pickle
import sqlite3
import threading
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections, transaction

from examples.django_store.standalone import open_store, setup
from examples.plain_store.store import PlainStore
from loyalcore import Loyalty, Program
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet
from loyalcore.domain.ledger import Entry
from loyalcore.errors import (
    CapabilityMissing,
    InsufficientPoints,
    InvalidInput,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    StoreError,
    StoreUnavailable,
)
from loyalcore.query import All
from loyalcore.testing._play import records
from loyalcore.testing.contract import _samples as samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from examples.django_store.store import DjangoStore
    from loyalcore.store import Store
    from loyalcore.testing.postgres import Databases

setup()

from examples.django_store.shop import Purchase, place  # noqa: E402 - models need the settings


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DjangoStore]:
    """Give a Django store in each of its databases."""
    if request.param == "sqlite":
        yield open_store(f"sqlite:///{tmp_path}/shop.db")
    else:
        with request.getfixturevalue("postgres").fresh() as url:
            yield open_store(url)


@pytest.fixture
def loyalty(store: DjangoStore) -> Loyalty:
    """Open a shop with a customer who has 100 points."""
    shop = Loyalty(store, [Program("beans", currency="EUR", timezone="UTC")], actor="checkout")
    shop.customers.register("ada")
    shop.points.award("ada", 100, reason="welcome", key="w-1")
    return shop


def orders(store: DjangoStore) -> int:
    """Count the orders of the shop."""
    return int(Purchase.objects.using(store.using).count())


# A host's own transaction -----------------------------------------------------------------------------------------


def test_an_order_is_committed_with_its_points(store: DjangoStore, loyalty: Loyalty) -> None:
    """The row of the shop and the entries of its points are there together, seen from another connection."""
    order = place(loyalty, "ada", Decimal("25.90"), pay=60, using=store.using)
    assert orders(store) == 1
    assert loyalty.points.balance("ada").active == 65
    assert [(entry.kind.value, entry.order_id) for entry in records(store, Entry)[1:]] == [
        ("spend", str(order.pk)),
        ("award", str(order.pk)),
    ]


def test_an_order_is_refused_with_its_points(store: DjangoStore, loyalty: Loyalty) -> None:
    """Points that are not there leave no order behind."""
    with pytest.raises(InsufficientPoints):
        place(loyalty, "ada", Decimal(80), pay=500, using=store.using)
    assert orders(store) == 0
    assert loyalty.points.balance("ada").active == 100


def test_points_are_rolled_back_with_the_order(store: DjangoStore, loyalty: Loyalty) -> None:
    """What fails after the booking takes the points along; the same keys are free again."""

    def act() -> None:
        with transaction.atomic(using=store.using):
            place(loyalty, "ada", Decimal(80), pay=50, using=store.using)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert orders(store) == 0
    assert loyalty.points.balance("ada").active == 100
    place(loyalty, "ada", Decimal(80), pay=50, using=store.using)
    assert loyalty.points.balance("ada").active == 130


def test_a_refused_command_leaves_the_block_open(store: DjangoStore, loyalty: Loyalty) -> None:
    """A command that is refused within a block undoes its own savepoint only."""
    with transaction.atomic(using=store.using):
        lent = loyalty.within(connections[store.using])
        Purchase.objects.using(store.using).create(customer_id="ada", total=5)
        with pytest.raises(InsufficientPoints):
            lent.points.spend("ada", 500, key="s-1")
        lent.points.spend("ada", 40, key="s-2")
        assert lent.points.balance("ada").active == 60
        assert loyalty.points.balance("ada").active == 100
    assert orders(store) == 1
    assert loyalty.points.balance("ada").active == 60


def test_a_taken_name_leaves_the_block_open(store: DjangoStore, loyalty: Loyalty) -> None:
    """A change set that is refused as stale within a block leaves what the block did before."""
    with transaction.atomic(using=store.using):
        Purchase.objects.using(store.using).create(customer_id="ada", total=5)
        lent = store.within(connections[store.using])
        with pytest.raises(StaleVersion), lent.unit() as unit:
            unit.apply(ChangeSet(inserts=(samples.key(), samples.key())))
        with lent.unit() as unit:
            unit.apply(ChangeSet(inserts=(samples.key(),)))
            unit.commit()
        with pytest.raises(ReadOnlyStore), lent.unit(readonly=True) as unit:
            unit.apply(ChangeSet(inserts=(samples.note(),)))
    assert orders(store) == 1


def test_booking_in_a_block_needs_within(store: DjangoStore, loyalty: Loyalty) -> None:
    """A command inside a block that is not told of it is refused: its answer would come before the commit."""
    with transaction.atomic(using=store.using), pytest.raises(InvalidInput, match="within"):
        loyalty.points.award("ada", 5, reason="a", key="k-1")
    assert loyalty.points.balance("ada").active == 100


@pytest.mark.parametrize("connection", [None, "connection", 5])
def test_within_takes_a_connection_in_a_block(store: DjangoStore, loyalty: Loyalty, connection: Any) -> None:
    """What is no connection of Django's is refused, and so is one outside of `atomic`, or one that was lent twice."""
    for wrong in (connection, connections[store.using]):
        with pytest.raises(InvalidInput, match="atomic"):
            loyalty.within(wrong)
    with transaction.atomic(using=store.using), pytest.raises(CapabilityMissing):
        loyalty.within(connections[store.using]).within(connections[store.using])


def test_units_that_read_do_not_share_a_view(store: DjangoStore) -> None:
    """Of two open units that only read, in one thread, each sees what was committed when it began to read."""
    with store.unit(readonly=True) as first:
        assert first.load([samples.REF])[samples.REF] is None
        with store.unit() as unit:
            unit.apply(samples.put(samples.ledger()))
            unit.commit()
        with store.unit(readonly=True) as second:
            assert second.load([samples.REF])[samples.REF] == samples.ledger()
            assert first.load([samples.REF])[samples.REF] is None
        assert first.load([samples.REF])[samples.REF] is None


def test_a_refused_change_set_cannot_be_committed(store: DjangoStore) -> None:
    """A unit whose change set was refused is not committed, whoever asks for it: nothing of it is there."""
    with store.unit() as unit:
        unit.apply(samples.put(samples.customer()))
        with pytest.raises(StaleVersion):
            unit.apply(samples.put(samples.ledger(version=2), 1))
        with pytest.raises(StoreUnavailable):
            unit.commit()
    assert records(store, Customer) == []


# Faults beside the stores -----------------------------------------------------------------------------------------


@pytest.fixture(params=["plain", "django"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Give each of the example stores, on `shop.db`."""
    path = tmp_path / "shop.db"
    return PlainStore(str(path)) if request.param == "plain" else open_store(f"sqlite:///{path}")


def test_a_stream_ends_with_its_unit(either: Store) -> None:
    """Records that are asked for after the unit has ended are an error of the library."""
    with either.unit() as unit:
        for number in range(3):
            unit.apply(samples.put(samples.customer(f"c-{number}")))
        unit.commit()
    with either.unit(readonly=True) as unit:
        stream = unit.stream(All(Customer, "live"), samples.AT)
    with pytest.raises(StoreUnavailable):
        list(stream)


def test_a_unit_that_has_ended_is_refused(either: Store) -> None:
    """What is asked of a unit after its end is an error of the library, a second commit among it."""
    with either.unit() as unit:
        unit.commit()
        with pytest.raises(StoreError):
            unit.commit()
    for act in (lambda: unit.load([samples.REF]), lambda: unit.apply(samples.put(samples.customer())), unit.commit):
        with pytest.raises(StoreError):
            act()


def test_a_file_that_is_no_database_is_unavailable(either: Store, tmp_path: Path) -> None:
    """A file of something else is an error of the library, whatever is asked."""
    for path in tmp_path.glob("shop.db*"):
        path.unlink()
    (tmp_path / "shop.db").write_text("no database " * 100, encoding="ascii")
    for readonly in (False, True):
        with pytest.raises(StoreError), either.unit(readonly=readonly) as unit:
            unit.load([samples.REF])


def test_a_folder_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    """A store whose folder does not exist is unavailable."""
    with pytest.raises(StoreUnavailable):
        PlainStore(str(tmp_path / "none" / "shop.db"))


def test_a_busy_database_is_unavailable(tmp_path: Path) -> None:
    """A writer that waits longer than it may for another one is refused, and comes through afterwards."""
    store = open_store(f"sqlite:///{tmp_path}/shop.db")
    connections.settings[store.using]["OPTIONS"]["timeout"] = 0
    other = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable), store.unit():
        pass
    with store.unit(readonly=True) as unit:
        assert unit.load([samples.REF]) == {samples.REF: None}
    other.close()
    with store.unit() as unit:
        unit.commit()


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_lost_connection_is_unavailable(postgres: Databases, is_kept: bool) -> None:
    """A server that ends a connection ends its unit, and the next one opens another, also where a request keeps it."""
    with postgres.fresh() as url, closing(connections[(store := open_store(url)).using]) as connection:
        if is_kept:
            connection.ensure_connection()
        with store.unit() as unit, store.unit(readonly=True):
            with connections[store.using].cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (number,) = cursor.fetchone()
            with connections[f"{store.using} reading"].cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [number])
            with pytest.raises(StoreUnavailable):
                unit.load([samples.REF])
            with pytest.raises(OutcomeUnknown):
                unit.commit()
        with store.unit() as unit:
            assert unit.load([samples.REF]) == {samples.REF: None}


def test_a_check_of_the_database_is_no_race(store: DjangoStore) -> None:
    """A lot below nothing is refused as a fault, not as a version to try again."""
    with pytest.raises(StoreError), store.unit() as unit:
        unit.apply(ChangeSet(parts=(samples.lot(free=-1),)))
    assert not issubclass(StoreError, StaleVersion)


def test_sixteen_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Threads that make the plain store's file at the same time all get it."""
    gate = threading.Barrier(16)
    found: list[Any] = []

    def act() -> None:
        gate.wait(timeout=30)
        try:
            PlainStore(str(tmp_path / "shop.db"))
        except Exception as error:  # noqa: BLE001 - the assertion shows it
            found.append(error)

    threads = [threading.Thread(target=act) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert found == []


def test_a_copy_of_the_plain_store_opens_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickled store finds its file from any folder."""
    monkeypatch.chdir(tmp_path)
    store = PlainStore("shop.db")
    packed = pickle.dumps(store)
    with store.unit() as unit:
        unit.apply(samples.put(samples.customer()))
        unit.commit()
    monkeypatch.chdir("/")
    assert records(pickle.loads(packed), Customer) == [samples.customer()]  # noqa: S301 - our own bytes
