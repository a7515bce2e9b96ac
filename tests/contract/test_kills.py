"""Real kills: writers of SQLite, clients of PostgreSQL and its server die in the middle of their work.

By default few are killed. With `LOYALCORE_KILLS=long`, as `nox -s kills` sets it, many are, and the figures are shown.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

import psycopg
import pytest

from examples.plain_store.store import PlainStore
from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.errors import CapabilityMissing, StoreUnavailable
from loyalcore.testing.history.kills import Tally, kill_servers, kill_workers
from loyalcore.testing.postgres import REQUIRED, Databases, running_server
from tests.contract._late import LateStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loyalcore.testing.postgres import PostgresServer

IS_LONG = os.environ.get("LOYALCORE_KILLS") == "long"
SETTLED_MAX = 30.0
"""How long PostgreSQL may take to notice that a client is dead, in seconds."""


def shown(what: str, tally: Tally, capsys: pytest.CaptureFixture[str]) -> None:
    """Check that every law held after every kill, and show the figures of a long run."""
    assert tally.is_ok, str(tally)
    assert tally.acknowledged > 0
    if IS_LONG:
        with capsys.disabled():
            print(f"\n{what}: {tally}")


class TestSqlite:
    kills: ClassVar[int] = 50 if IS_LONG else 6

    @pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
    def test_killed_writers(self, synchronous: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Of writers to a file that are killed nothing acknowledged is lost, and what is in doubt has one effect."""
        with SqlStore(f"sqlite:///{tmp_path}/shop.db", synchronous=synchronous, wait_seconds=30) as store:
            store.upgrade()
            tally = kill_workers(store, kills=self.kills, seed=1)
        assert tally.kills == self.kills
        shown(f"SQLite at {synchronous}", tally, capsys)

    def test_killed_writers_of_the_example_store(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The same holds of the example store."""
        tally = kill_workers(PlainStore(str(tmp_path / "plain.db")), kills=self.kills, seed=2)
        shown("the example store", tally, capsys)


class TestPostgres:
    clients: ClassVar[int] = 30 if IS_LONG else 4
    servers: ClassVar[int] = 5 if IS_LONG else 1

    def test_killed_clients(self, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Of clients that are killed nothing acknowledged is lost, and what is in doubt has one effect."""
        with SqlStore(postgres_url, wait_seconds=30) as store:
            tally = kill_workers(store, kills=self.clients, seed=3, at_once=3, settle=lambda: await_quiet(postgres_url))
        assert tally.kills == self.clients
        shown("PostgreSQL, clients", tally, capsys)

    def test_killed_servers(self, durable_server: PostgresServer, capsys: pytest.CaptureFixture[str]) -> None:
        """A server that is killed, all of it, recovers what it acknowledged, and the clients go on by themselves."""
        with (
            Databases(durable_server.url()).fresh() as url,
            SqlStore(url, wait_seconds=30) as store,
        ):
            store.upgrade()
            tally = kill_servers(store, durable_server, kills=self.servers, seed=4)
        assert tally.kills == self.servers
        shown("PostgreSQL, servers", tally, capsys)


@pytest.fixture
def durable_server() -> Iterator[PostgresServer]:
    """A server of the test's own that waits for the disk."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server(is_durable=True))
        except StoreUnavailable as error:
            if os.environ.get(REQUIRED):
                raise
            pytest.skip(f"PostgreSQL cannot be started, so this stays unproven: {error}")
        yield server


def await_quiet(url: str) -> None:
    """Wait until no other connection to a database is in the middle of something."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND state <> 'idle'"
    )
    end = time.monotonic() + SETTLED_MAX
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True) as connection:
        while connection.execute(busy).fetchone() != (0,):
            assert time.monotonic() < end, "the server did not notice that its clients are dead"
            time.sleep(0.01)


def test_kills_show_a_store_that_commits_in_two_steps(tmp_path: Path) -> None:
    """A store that writes a command's key in a second transaction is caught: retried keys have a second effect."""
    tally = kill_workers(LateStore(str(tmp_path / "late.db")), kills=30, seed=5, at_once=1)
    laws = {violation.law for report in tally.reports for violation in report.violations}
    assert not tally.is_ok
    assert laws <= {"attempted", "once"}
    assert tally.kills < 30


def test_a_store_of_one_process_has_no_workers() -> None:
    """A store that does not declare `processes` cannot be given to workers."""
    with pytest.raises(CapabilityMissing, match="processes"):
        kill_workers(MemoryStore(), kills=1)
