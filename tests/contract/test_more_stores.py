"""The contract of a store, over SQLite in memory, and over stores whose customers a repository of the host's keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.customers import Customer
from loyalcore.store import with_repository
from loyalcore.testing.contract import StoreContract
from tests.contract._overlay import MarkedCustomers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.store import Store


class TestSqliteInMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        """Give a database in memory."""
        with SqlStore("sqlite://") as store:
            yield store


class TestMemoryWithOwnCustomers(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        """Give a memory store whose customers are kept by a repository of the host's."""
        return with_repository(MemoryStore(), Customer, MarkedCustomers)


class TestSqliteWithOwnCustomers(StoreContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        """Give a database whose customers are kept by a repository of the host's."""
        with SqlStore("sqlite://") as store:
            yield with_repository(store, Customer, MarkedCustomers)
