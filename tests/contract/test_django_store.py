"""The contract of a store, over the example store on the Django ORM."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from examples.django_store.standalone import open_store
from loyalcore.store import Store
from loyalcore.testing.contract import StoreContract
from loyalcore.testing.postgres import Databases


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables once, in a file to be copied."""
    path = tmp_path_factory.mktemp("django") / "shop.db"
    open_store(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="module")
def made_on_postgres(postgres: Databases) -> Iterator[str]:
    """Make the tables once, in a database that tests have one after the other."""
    with postgres.fresh() as url:
        open_store(url)
        yield url


class TestDjangoOnSqlite(StoreContract):
    @pytest.fixture
    def store(self, made: Path, tmp_path: Path) -> Store:
        """Make a new database in a file."""
        return open_store(f"sqlite:///{shutil.copy(made, tmp_path)}")


class TestDjangoOnPostgres(StoreContract):
    @pytest.fixture
    def store(self, postgres: Databases, made_on_postgres: str) -> Iterator[Store]:
        """Give a database on PostgreSQL that holds nothing."""
        with postgres.emptied(made_on_postgres) as url:
            store = open_store(url)
            yield store
            connections[store.using].close()
