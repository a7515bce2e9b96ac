from __future__ import annotations

import gc
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import StaticPool

from loyalcore.adapters.sqlalchemy import SqlStore, _upgrade
from loyalcore.adapters.sqlalchemy._schema import REVISION
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import Ledger
from loyalcore.errors import CapabilityMissing, InvalidInput, ReadOnlyStore, SchemaMismatch, StoreUnavailable
from loyalcore.query import All
from tests.unit.adapters.sqlalchemy import _samples as samples

if TYPE_CHECKING:
    from collections.abc import Callable


def path_of(url: str) -> Path:
    """Give the file of a URL."""
    return Path(str(make_url(url).database))


def has_first_write(store: SqlStore) -> bool:
    """Say whether the samples' first write can be read."""
    with store.unit(readonly=True) as unit:
        return unit.load([samples.MAIN])[samples.MAIN] is not None


def write_first(store: SqlStore) -> None:
    """Write the samples' first change set."""
    with store.unit() as unit:
        unit.apply(samples.first_write())
        unit.commit()


# What is opened ---------------------------------------------------------------------------------------------------


def test_opening_makes_no_file(url: str) -> None:
    """Opening a store whose file is missing says so, and makes none."""
    store = SqlStore(url)
    with pytest.raises(StoreUnavailable, match="does not exist: call upgrade"):
        store.unit()
    with pytest.raises(StoreUnavailable):
        store.unit(readonly=True)
    assert list(path_of(url).parent.iterdir()) == []


def test_upgrade_makes_the_file(url: str) -> None:
    """`upgrade` makes the file and its tables; a second one does nothing."""
    with SqlStore(url) as store:
        store.upgrade()
        write_first(store)
        store.upgrade()
        assert has_first_write(store)
    assert path_of(url).is_file()
    with SqlStore(url) as store:
        assert has_first_write(store)


def test_missing_folder(tmp_path: Path) -> None:
    """A missing folder is named as what is missing, also by `upgrade`."""
    store = SqlStore(f"sqlite:///{tmp_path}/none/shop.db")
    for call in (store.unit, store.upgrade):
        with pytest.raises(StoreUnavailable, match="folder of the store's file does not exist"):
            call()


def test_folder_instead_of_file(tmp_path: Path) -> None:
    """A folder is no store."""
    store = SqlStore(f"sqlite:///{tmp_path}")
    for call in (store.unit, store.upgrade):
        with pytest.raises(StoreUnavailable, match="is a folder"):
            call()


def test_name_too_long(tmp_path: Path) -> None:
    """A path that the system refuses is a store out of reach."""
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        SqlStore(f"sqlite:///{tmp_path}/{'x' * 5000}").unit()


def test_no_database(tmp_path: Path) -> None:
    """A file that is no database is left as it is."""
    file = tmp_path / "letter.txt"
    file.write_bytes(b"Dear shop, " * 1000)
    store = SqlStore(f"sqlite:///{file}")
    for call in (store.unit, store.upgrade):
        with pytest.raises(StoreUnavailable, match="not a database"):
            call()
    assert file.read_bytes() == b"Dear shop, " * 1000


def test_no_tables(tmp_path: Path) -> None:
    """A database without the tables says that it needs an upgrade; afterwards it is a store beside what was there."""
    file = tmp_path / "host.db"
    host = sqlite3.connect(file)
    host.execute("CREATE TABLE mine (x)")
    host.close()
    store = SqlStore(f"sqlite:///{file}")
    with pytest.raises(SchemaMismatch) as caught:
        store.unit()
    assert (caught.value.found, caught.value.expected) == (None, REVISION)
    store.upgrade()
    write_first(store)
    assert has_first_write(store)
    store.close()


def test_newer_tables(in_file: SqlStore, url: str) -> None:
    """Tables of a revision that the library does not know are refused, by `upgrade` too."""
    with in_file.unit() as unit:
        unit._working().cursor.execute("UPDATE loyal_revision SET version_num = '9999'")
        unit.commit()
    store = SqlStore(url)
    for call in (store.unit, store.upgrade):
        with pytest.raises(SchemaMismatch) as caught:
            call()
        assert (caught.value.found, caught.value.expected) == ("9999", REVISION)
    store.close()


def test_upgrade_is_whole(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that fails in the middle leaves no table behind, and the next one succeeds."""
    store = SqlStore(url)

    def migrate(dialect: Any, link: Any, found: str | None) -> None:
        link.cursor.execute("CREATE TABLE loyal_ledger (x)")
        real(dialect, link, found)

    real = _upgrade._migrate
    monkeypatch.setattr(_upgrade, "_migrate", migrate)
    with pytest.raises(StoreUnavailable, match="already exists"):
        store.upgrade()
    monkeypatch.undo()
    with pytest.raises(SchemaMismatch) as caught:
        store.unit()
    assert caught.value.found is None
    store.upgrade()
    store.close()


def test_upgrades_race(url: str) -> None:
    """Two processes that upgrade at the same time both succeed, and the tables are made once."""
    code = f"from loyalcore.adapters.sqlalchemy import SqlStore; SqlStore({url!r}, wait_seconds=60).upgrade()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    racing = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [each.wait() for each in racing] == [0, 0]
    with SqlStore(url) as store:
        write_first(store)
        assert has_first_write(store)


def test_upgrades_race_in_one_process(url: str) -> None:
    """Two stores that upgrade one file from two threads both succeed."""
    stores = [SqlStore(url, wait_seconds=30) for _ in range(2)]
    failures: list[BaseException] = []

    def upgrade(store: SqlStore) -> None:
        try:
            store.upgrade()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for store in stores:
        store.close()


def test_memory_is_ready_and_its_own() -> None:
    """A store in memory has its tables at once; two of them share nothing."""
    with SqlStore("sqlite://") as one, SqlStore("sqlite:///:memory:") as two:
        one.upgrade()
        write_first(one)
        assert has_first_write(one)
        assert not has_first_write(two)


def test_closed(store: SqlStore) -> None:
    """A closed store is unavailable, for a unit that was opened before too; closing twice is closing once."""
    early = store.unit()
    store.close()
    store.close()
    for call in (store.unit, store.upgrade, early.__enter__):
        with pytest.raises(StoreUnavailable, match="closed"):
            call()


def test_unit_survives_close(in_file: SqlStore, url: str) -> None:
    """A unit that has begun ends as it would when its store is closed meanwhile."""
    with in_file.unit() as unit:
        unit.apply(samples.first_write())
        in_file.close()
        unit.commit()
    with SqlStore(url) as store:
        assert has_first_write(store)


def test_abilities(in_file: SqlStore, in_memory: SqlStore) -> None:
    """A file is durable and may be shared by processes; memory by threads only."""
    assert in_file.abilities == {"durable", "pages", "processes", "threads", "within"}
    assert in_memory.abilities == {"pages", "threads", "within"}


def test_settings(in_file: SqlStore, url: str) -> None:
    """A file is in WAL mode and waits for the disk at every commit unless told otherwise; SQLite never waits itself."""
    with SqlStore(url, synchronous="normal") as other:
        for store, level in ((in_file, 2), (other, 1)):
            with store.unit() as unit:
                execute = unit._working().cursor.execute
                assert execute("PRAGMA journal_mode").fetchone() == ("wal",)
                assert execute("PRAGMA synchronous").fetchone() == (level,)
                assert execute("PRAGMA busy_timeout").fetchone() == (0,)


def test_repr_has_no_password() -> None:
    """The text of a store shows no password."""
    assert repr(SqlStore("sqlite://")) == "SqlStore('sqlite://')"
    assert "secret" not in repr(SqlStore("sqlite://me:secret@host/x.db"))


@pytest.mark.parametrize("source", ["", "no url", "sqlite://:x", "sqlite:///a\0b", None, 5, b"sqlite://", Path("x.db")])
def test_source_is_checked(source: Any) -> None:
    """What is no URL is invalid input."""
    with pytest.raises(InvalidInput) as caught:
        SqlStore(source)
    assert caught.value.path == "source"


@pytest.mark.parametrize("url", ["oracle://localhost/shop", "mysql://localhost/shop", "sqlite+aiosqlite:///x.db"])
def test_other_databases(url: str) -> None:
    """A database or driver that is not built is named."""
    with pytest.raises(CapabilityMissing) as caught:
        SqlStore(url)
    assert caught.value.capability == url.partition(":")[0]


@pytest.mark.parametrize("value", ["", "SOMETIMES", None, 1, "full "])
def test_synchronous_is_checked(value: Any) -> None:
    """`synchronous` is one of four words."""
    with pytest.raises(InvalidInput) as caught:
        SqlStore("sqlite://", synchronous=value)
    assert caught.value.path == "synchronous"


@pytest.mark.parametrize("value", [-1, 1e9, float("nan"), float("inf"), True, "1", None])
def test_wait_is_checked(value: Any) -> None:
    """The time to wait is a number of seconds."""
    with pytest.raises(InvalidInput) as caught:
        SqlStore("sqlite://", wait_seconds=value)
    assert caught.value.path == "wait_seconds"


# Other ways to name it --------------------------------------------------------------------------------------------


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is read when the store is made, not whenever it connects."""
    monkeypatch.chdir(tmp_path)
    store = SqlStore("sqlite:///shop.db")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    store.upgrade()
    store.close()
    assert (tmp_path / "shop.db").is_file()


def test_engine_of_the_host(in_file: SqlStore, url: str) -> None:
    """An engine of the host's is enough; its own connections stay as they were."""
    engine = create_engine(url)
    write_first(in_file)
    with SqlStore(engine) as store:
        assert has_first_write(store)
        assert store.abilities == in_file.abilities
    with engine.connect() as connection:
        assert connection.connection.dbapi_connection is not None
        assert connection.connection.dbapi_connection.isolation_level == ""
    engine.dispose()


def test_engine_makes_no_file(url: str) -> None:
    """With an engine too, only `upgrade` makes the file."""
    engine = create_engine(url)
    with SqlStore(engine) as store:
        with pytest.raises(StoreUnavailable):
            store.unit()
        assert not path_of(url).exists()
        store.upgrade()
        write_first(store)
        assert has_first_write(store)
    engine.dispose()


def test_engine_in_memory() -> None:
    """An engine in memory, with one connection, becomes a store; what it holds is kept when the store is closed."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    with SqlStore(engine) as store:
        write_first(store)
    with SqlStore(engine) as store:
        assert has_first_write(store)
    engine.dispose()


def test_read_only_by_url(in_file: SqlStore, url: str) -> None:
    """A URL that asks for reading only is read, and refuses to write, to upgrade what is old, and to be made."""
    write_first(in_file)
    with SqlStore(f"sqlite:///file:{path_of(url)}?mode=ro&uri=true") as store:
        assert has_first_write(store)
        with store.unit() as unit:
            assert unit.load([samples.MAIN])[samples.MAIN] is not None
            with pytest.raises(ReadOnlyStore):
                unit.apply(samples.first_write())
            unit.commit()
        store.upgrade()


def test_read_only_is_not_upgraded(tmp_path: Path) -> None:
    """A database without the tables that can only be read is not upgraded."""
    file = tmp_path / "host.db"
    host = sqlite3.connect(file)
    host.execute("CREATE TABLE mine (x)")
    host.close()
    with SqlStore(f"sqlite:///file:{file}?mode=ro&uri=true") as store, pytest.raises(ReadOnlyStore):
        store.upgrade()


READING = """
import os, sys
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.errors import ReadOnlyStore
from tests.unit.adapters.sqlalchemy import _samples as samples
SqlStore("sqlite://").close()
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
store = SqlStore(sys.argv[1])
with store.unit() as unit:
    assert unit.load([samples.MAIN])[samples.MAIN] is not None
    try:
        unit.apply(samples.first_write())
    except ReadOnlyStore:
        print("read only")
store.close()
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs POSIX permissions")
def test_read_only_file() -> None:
    """A file that may not be written is read all the same, and says `ReadOnlyStore` when it is applied to."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        url = f"sqlite:///{folder}/shop.db"
        with SqlStore(url) as store:
            store.upgrade()
            write_first(store)
        path_of(url).chmod(0o444)
        # A reader who may write nothing cannot measure its coverage either.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        environment["PYTHONPATH"] = os.pathsep.join([*sys.path, str(Path.cwd())])
        done = subprocess.run(
            [sys.executable, "-c", READING, url], env=environment, capture_output=True, text=True, check=False
        )
    assert (done.stdout, done.stderr) == ("read only\n", "")


# Threads and processes --------------------------------------------------------------------------------------------


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_fork(in_file: SqlStore) -> None:
    """A process that is forked opens connections of its own, and leaves those of its parent alone."""
    write_first(in_file)
    parent = in_file._links._free[0]
    child = os.fork()
    if child == 0:
        try:
            is_well = (
                has_first_write(in_file) and parent not in in_file._links._free and parent.connection.total_changes >= 0
            )
        finally:
            os._exit(0 if is_well else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert has_first_write(in_file)
    assert in_file._links._free[0] is parent


def test_connections_are_kept(in_file: SqlStore) -> None:
    """Units one after another use one connection; of many at a time a few are kept."""
    for _ in range(3):
        has_first_write(in_file)
    assert len(in_file._links._free) == 1
    units = [in_file.unit(readonly=True) for _ in range(20)]
    for unit in units:
        unit.__enter__()
    for unit in units:
        unit.__exit__(None, None, None)
    assert len(in_file._links._free) == 16


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_forgotten_stores_close(url: str) -> None:
    """A store that nobody closed closes its connections when it is forgotten."""
    store = SqlStore(url)
    store.upgrade()
    free = store._links._free
    del store
    gc.collect()
    assert not free


def in_threads(count: int, act: Callable[[int], None]) -> None:
    """Run something in several threads, and pass on the first failure."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 - passed on
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.parametrize("in_what", ["file", "memory"])
def test_threads(url: str, in_what: str) -> None:
    """Threads that write and read at the same time lose nothing and see only what is whole."""
    store = SqlStore(url if in_what == "file" else "sqlite://", wait_seconds=60)
    store.upgrade()

    def act(number: int) -> None:
        for turn in range(20):
            ref = LedgerRef("live", f"h{number}-{turn}", "beans")
            with store.unit() as unit:
                unit.apply(samples.first_write(ref))
                unit.commit()
            with store.unit(readonly=True) as unit:
                for found in unit.stream(All(Ledger, "live"), samples.NOW):
                    assert len(found.lots) == 1
                    assert unit.load([found.ref])[found.ref] == found

    in_threads(4, act)
    with store.unit(readonly=True) as unit:
        assert len(list(unit.stream(All(Ledger, "live"), samples.NOW))) == 80
        assert list(unit.stream(All(Customer, "live"), samples.NOW)) == []
    store.close()
