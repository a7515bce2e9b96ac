"""Stores that are closed, missing, of another version, read-only or no database: a typed error from every method."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.errors import LoyaltyError, ReadOnlyStore, SchemaMismatch, StoreError, StoreUnavailable
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from tests.corpus._calls import BEANS, bound, dump, good_arguments, methods, open_shop

WITHOUT_A_STORE = {"acting_as"}
ASKING = {
    "preview",
    "customers.count",
    "customers.get",
    "customers.membership",
    "customers.page",
    "customers.stream",
    "entries.count",
    "entries.page",
    "entries.stream",
    "orders.count",
    "orders.get",
    "orders.page",
    "orders.quote",
    "orders.stream",
    "referral_codes.get",
    "referral_codes.page",
    "referral_codes.stream",
    "referrals.count",
    "referrals.expire",
    "referrals.get",
    "referrals.link",
    "referrals.page",
    "referrals.stream",
    "tiers.report",
    "tiers.review",
    "points.balance",
    "points.schedule",
    "points.explain",
    "points.verify",
    "points.entries",
    "points.sweep",
    "outbox.set_aside",
    "outbox.waiting",
    "segments.all",
    "segments.count",
    "segments.get",
    "segments.has",
    "segments.page",
}
METHODS = sorted(set(methods()) - WITHOUT_A_STORE)


def filled(folder: Path) -> Path:
    """Make a file in which something has happened: a copy of the first one that is asked for."""
    path = folder / "shop.db"
    path.write_bytes(_filled())
    return path


@cache
def _filled() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        with SqlStore(f"sqlite:///{path}", synchronous="OFF") as store:
            store.upgrade()
            open_shop(store)
        return path.read_bytes()


def closed_memory(_folder: Path) -> Any:
    """Close a store in memory."""
    store = MemoryStore()
    open_shop(store)
    store.close()
    return store


def closed_file(folder: Path) -> Any:
    """Close a store in a file."""
    store = SqlStore(f"sqlite:///{filled(folder)}")
    store.close()
    return store


def missing_file(folder: Path) -> Any:
    """Name a file that is not there."""
    return SqlStore(f"sqlite:///{folder / 'nowhere.db'}")


def missing_folder(folder: Path) -> Any:
    """Name a file in a folder that is not there."""
    return SqlStore(f"sqlite:///{folder / 'nowhere' / 'shop.db'}")


def a_folder(folder: Path) -> Any:
    """Name a folder."""
    return SqlStore(f"sqlite:///{folder}")


def no_database(folder: Path) -> Any:
    """Name a file that holds something else."""
    path = folder / "notes.txt"
    path.write_text("nothing to see here\n" * 100, encoding="utf-8")
    return SqlStore(f"sqlite:///{path}")


def removed_meanwhile(folder: Path) -> Any:
    """Name a file that was there once."""
    path = filled(folder)
    for each in folder.iterdir():
        each.unlink()
    assert not path.exists()
    return SqlStore(f"sqlite:///{path}")


def without_tables(folder: Path) -> Any:
    """Name a database of somebody else's."""
    path = folder / "empty.db"
    with closing(sqlite3.connect(path)) as link:
        link.execute("CREATE TABLE other (x)")
    return SqlStore(f"sqlite:///{path}")


def another_version(folder: Path) -> Any:
    """Name a file of a later version of the library."""
    path = filled(folder)
    with closing(sqlite3.connect(path)) as link:
        link.execute("UPDATE loyal_revision SET version_num = '9999'")
        link.commit()
    return SqlStore(f"sqlite:///{path}")


STATES: dict[str, tuple[Callable[[Path], Any], type[StoreError]]] = {
    "closed memory": (closed_memory, StoreUnavailable),
    "closed file": (closed_file, StoreUnavailable),
    "missing file": (missing_file, StoreUnavailable),
    "missing folder": (missing_folder, StoreUnavailable),
    "a folder": (a_folder, StoreUnavailable),
    "no database": (no_database, StoreUnavailable),
    "removed meanwhile": (removed_meanwhile, StoreUnavailable),
    "without tables": (without_tables, SchemaMismatch),
    "another version": (another_version, SchemaMismatch),
}


def call(store: Any, name: str) -> Any:
    """Call a method with good arguments on a store as it is."""
    shop = Loyalty(store, [BEANS], clock=FixedClock("2026-01-01T13:00:00Z"), ids=CountedIds(), actor="till")
    return bound(shop, name)(**good_arguments(name, lambda: "one more"))


def names(folder: Path) -> list[Path]:
    """List the files of a folder, but for those that SQLite keeps beside an open one."""
    return sorted(path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))


@pytest.mark.parametrize(("state", "error"), STATES.values(), ids=STATES)
def test_a_store_that_cannot_be_used_says_so(
    state: Callable[[Path], Any], error: type[StoreError], tmp_path: Path
) -> None:
    """Every method of the facade raises the typed error of the store's state, and makes no file."""
    store = state(tmp_path)
    files = names(tmp_path)
    for name in METHODS:
        with pytest.raises(error) as caught:
            call(store, name)
        assert isinstance(caught.value, LoyaltyError)
        assert len(str(caught.value)) < 500
    assert names(tmp_path) == files
    store.close()


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[SqlStore]:
    """A file that holds something and may only be read."""
    path = filled(tmp_path)
    with SqlStore(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        yield store


@pytest.mark.parametrize("name", METHODS)
def test_a_store_that_can_only_be_read_answers_and_refuses(name: str, read_only: SqlStore) -> None:
    """Questions and previews are answered; what would write is refused, and the store is as it was."""
    before = dump(read_only)
    if name in ASKING:
        call(read_only, name)
    else:
        with pytest.raises(ReadOnlyStore):
            call(read_only, name)
    assert dump(read_only) == before


def test_a_sweep_of_what_is_due_needs_to_write(read_only: SqlStore) -> None:
    """A sweep with something to do is refused by a store that can only be read."""
    clock = FixedClock("2027-01-01T12:00:00Z")
    with pytest.raises(ReadOnlyStore):
        Loyalty(read_only, [BEANS], clock=clock, actor="till").points.sweep()
