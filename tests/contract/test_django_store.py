"""The contract of a store, over the example store on the Django ORM."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.django_store.standalone import open_store
from loyalcore.store import Store
from loyalcore.testing.contract import StoreContract
from loyalcore.testing.postgres import Databases


class TestDjangoOnSqlite(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        """Make a new database in a file."""
        return open_store(f"sqlite:///{tmp_path}/shop.db")


class TestDjangoOnPostgres(StoreContract):
    @pytest.fixture
    def store(self, postgres: Databases) -> Iterator[Store]:
        """Make a new database on PostgreSQL."""
        with postgres.fresh() as url:
            yield open_store(url)
