"""Fixtures on PostgreSQL: one server for all tests, and a database of its own for each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.errors import StoreUnavailable
from loyalcore.testing.postgres import REQUIRED, databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.testing.postgres import Databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A place for databases on PostgreSQL; without one the test is passed over, or fails where it is required."""
    try:
        with databases() as found:
            yield found
    except StoreUnavailable as error:
        if os.environ.get(REQUIRED):
            raise
        pytest.skip(f"PostgreSQL is missing, so this stays unproven: {error}")


@pytest.fixture(scope="session")
def postgres_template(postgres: Databases) -> Iterator[str]:
    """A database with the tables and nothing in them, to be copied."""
    with postgres.fresh() as url:
        with SqlStore(url) as store:
            store.upgrade()
        yield url


@pytest.fixture(scope="session")
def partitioned_database(postgres: Databases) -> Iterator[str]:
    """A database whose tables are spread over partitions by the hash of their holder."""
    with postgres.fresh() as url:
        with SqlStore(url) as store:
            store.upgrade(partitions=4)
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres: Databases, postgres_template: str) -> Iterator[str]:
    """The database that tests have one after the other."""
    with postgres.fresh(postgres_template) as url:
        yield url


@pytest.fixture
def postgres_url(postgres: Databases, postgres_database: str) -> Iterator[str]:
    """A database with the tables and nothing in them, for one test at a time."""
    with postgres.emptied(postgres_database) as url:
        yield url


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """A store on PostgreSQL that holds nothing."""
    with SqlStore(postgres_url) as store:
        yield store


@pytest.fixture
def partitioned_store(postgres: Databases, partitioned_database: str) -> Iterator[SqlStore]:
    """A store on PostgreSQL that holds nothing, spread over partitions."""
    with postgres.emptied(partitioned_database) as url, SqlStore(url) as store:
        yield store
