"""The contract of a store, over PostgreSQL: as it is, with its tables in partitions, and with all rows in bulk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.sqlalchemy import _postgresql, _reads
from loyalcore.testing.contract import StoreContract

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.store import Store

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


class TestPostgres(StoreContract):
    contested_ledgers = 40 if LONG else StoreContract.contested_ledgers
    hot_spends = 2_000 if LONG else StoreContract.hot_spends
    redelivered_keys = 300 if LONG else StoreContract.redelivered_keys
    crossed_transfers = 25 if LONG else StoreContract.crossed_transfers
    swept_ledgers = 40 if LONG else StoreContract.swept_ledgers

    @pytest.fixture
    def store(self, postgres_store: SqlStore) -> Store:
        """Give a database on PostgreSQL."""
        return postgres_store


class TestPostgresInPartitions(StoreContract):
    @pytest.fixture
    def store(self, partitioned_store: SqlStore) -> Store:
        """Give a database on PostgreSQL whose tables are spread over partitions by holder."""
        return partitioned_store


class TestPostgresInBulk(StoreContract):
    @pytest.fixture
    def store(self, partitioned_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> Store:
        """Give a database on PostgreSQL in partitions, on which even one row goes the way of many."""
        monkeypatch.setattr(_reads, "MANY", 0)
        monkeypatch.setattr(_postgresql, "TOGETHER_MAX", 0)
        return partitioned_store
