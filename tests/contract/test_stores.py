"""The contract of a store, over the stores that are shipped: in memory, and SQLite in a file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.testing.contract import StoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loyalcore.store import Store


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        """Give a memory store."""
        return MemoryStore()


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file with the tables once, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "shop.db"
    with SqlStore(f"sqlite:///{path}") as store:
        store.upgrade()
    return path


class TestSqliteInAFile(StoreContract):
    @pytest.fixture
    def store(self, empty_file: Path, tmp_path: Path) -> Iterator[Store]:
        """Give a database in a file; that it survives a power cut is not asked here."""
        path = shutil.copy(empty_file, tmp_path)
        with SqlStore(f"sqlite:///{path}", synchronous="OFF") as store:
            yield store
