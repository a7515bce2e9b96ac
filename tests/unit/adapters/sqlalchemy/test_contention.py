from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from sqlalchemy import make_url

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.decision import ChangeSet, Put
from loyalcore.errors import StoreUnavailable
from tests.unit.adapters.sqlalchemy import _samples as samples

if TYPE_CHECKING:
    from collections.abc import Iterator

REF = samples.MAIN
TURNS = 25


def count_up(store: SqlStore, turns: int = TURNS) -> None:
    """Add one to a ledger, again and again, each time in a unit that loads and applies."""
    for _ in range(turns):
        with store.unit() as unit:
            found = unit.load([REF], lock=True)[REF]
            number = found.version + 1
            head = attrs.evolve(found, version=number, seq=number, awarded=found.awarded + 1)
            unit.apply(ChangeSet(puts=(Put(head, found.version),), inserts=(samples.entry(REF, number),)))
            unit.commit()


@pytest.fixture
def begun(in_file: SqlStore) -> SqlStore:
    """A store with one ledger."""
    with in_file.unit() as unit:
        unit.apply(samples.first_write())
        unit.commit()
    return in_file


@pytest.fixture
def other(begun: SqlStore, url: str) -> Iterator[SqlStore]:
    """Another store on the same file."""
    with SqlStore(url, wait_seconds=60) as store:
        yield store


def awarded(store: SqlStore) -> tuple[int, int]:
    """Give the points and the version of the ledger."""
    with store.unit(readonly=True) as unit:
        found = unit.load([REF])[REF]
        return found.awarded, found.version


def test_two_stores(begun: SqlStore, other: SqlStore, url: str) -> None:
    """Two stores on one file, with two threads each, lose no update."""
    with SqlStore(url, wait_seconds=60) as third:
        threads = [threading.Thread(target=count_up, args=(store,)) for store in (other, third) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert awarded(begun) == (5 + 4 * TURNS, 1 + 4 * TURNS)


def test_two_processes(begun: SqlStore, url: str) -> None:
    """Two processes on one file lose no update."""
    code = (
        "import sys; from loyalcore.adapters.sqlalchemy import SqlStore; "
        "from tests.unit.adapters.sqlalchemy.test_contention import count_up; "
        "count_up(SqlStore(sys.argv[1], wait_seconds=60))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(Path.cwd())])}
    racing = [subprocess.Popen([sys.executable, "-c", code, url], env=environment) for _ in range(2)]
    assert [each.wait() for each in racing] == [0, 0]
    assert awarded(begun) == (5 + 2 * TURNS, 1 + 2 * TURNS)


def test_another_writer_is_waited_for(begun: SqlStore, other: SqlStore) -> None:
    """A unit waits for a writer of another store until it ends."""
    with begun.unit() as unit:
        thread = threading.Thread(target=count_up, args=(other, 1))
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
        unit.commit()
    thread.join()
    assert awarded(begun) == (6, 2)


def test_waiting_has_an_end(begun: SqlStore, other: SqlStore) -> None:
    """A writer that does not end is waited for as long as it was said, then the store is unavailable."""
    with other.unit():
        with pytest.raises(StoreUnavailable, match="busy") as caught, begun.unit():
            pytest.fail("two units write at a time")
        assert caught.value.is_retryable
        assert awarded(begun) == (5, 1)
    count_up(begun, 1)


def test_file_locked_by_others(begun: SqlStore, url: str) -> None:
    """A file that another program keeps for itself is busy to readers, to `upgrade` and to the first look too."""
    path = Path(str(make_url(url).database))
    begun.close()
    host = sqlite3.connect(path, isolation_level=None)
    host.execute("PRAGMA locking_mode=EXCLUSIVE")
    host.execute("BEGIN EXCLUSIVE")
    host.execute("UPDATE loyal_revision SET version_num = version_num")
    store = SqlStore(url, wait_seconds=0.02)
    for call in (store.unit, store.upgrade):
        with pytest.raises(StoreUnavailable, match="busy"):
            call()
    host.execute("ROLLBACK")
    host.close()
    assert awarded(store) == (5, 1)
    store.close()
