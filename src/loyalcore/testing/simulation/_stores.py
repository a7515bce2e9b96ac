"""The stores that ship, opened anew for each script."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from loyalcore.adapters.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from loyalcore.store import Store
    from loyalcore.testing.simulation._campaign import Opens


@contextmanager
def _memory() -> Iterator[Opens]:
    @contextmanager
    def opened() -> Iterator[Store]:
        yield MemoryStore()

    yield opened


@contextmanager
def _sqlite() -> Iterator[Opens]:
    from loyalcore.adapters.sqlalchemy import SqlStore

    yield lambda: SqlStore("sqlite://")


@contextmanager
def _sqlite_file() -> Iterator[Opens]:
    from loyalcore.adapters.sqlalchemy import SqlStore

    with tempfile.TemporaryDirectory(prefix="loyalcore-simulation-") as name:
        empty, used = Path(name, "empty.db"), Path(name, "used.db")
        with SqlStore(f"sqlite:///{empty}") as store:
            store.upgrade()

        @contextmanager
        def opened() -> Iterator[Store]:
            for path in Path(name).glob("used.db*"):
                path.unlink()
            shutil.copy(empty, used)
            with SqlStore(f"sqlite:///{used}", synchronous="OFF") as store:
                yield store

        yield opened


@contextmanager
def _postgresql() -> Iterator[Opens]:
    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.testing.postgres import databases

    with databases() as server, server.fresh() as template:
        with SqlStore(template) as store:
            store.upgrade()

        @contextmanager
        def opened() -> Iterator[Store]:
            with server.fresh(template) as url, SqlStore(url) as store:
                yield store

        yield opened


STORES: dict[str, Callable[[], AbstractContextManager[Opens]]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "sqlite-file": _sqlite_file,
    "postgresql": _postgresql,
}
"""By name: what opens a new store for each script; a database in a file lives in a folder that is taken away again."""
