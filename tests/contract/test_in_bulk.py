"""The contract of a store, with everything read and written many rows at a time, however few there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.sqlalchemy import _postgresql, _reads
from loyalcore.testing.contract import StoreContract

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.store import Store


@pytest.fixture(autouse=True)
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take even one row the way of many."""
    monkeypatch.setattr(_reads, "MANY", 0)
    monkeypatch.setattr(_postgresql, "TOGETHER_MAX", 0)


class TestPostgresInBulk(StoreContract):
    @pytest.fixture
    def store(self, postgres_store: SqlStore) -> Store:
        """Give a database on PostgreSQL."""
        return postgres_store


class TestPostgresInPartitionsInBulk(StoreContract):
    @pytest.fixture
    def store(self, partitioned_store: SqlStore) -> Store:
        """Give a database on PostgreSQL whose tables are spread over partitions by holder."""
        return partitioned_store
