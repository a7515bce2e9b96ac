"""Stores to test: one in memory, one in a file, one on PostgreSQL, and each in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.sqlalchemy import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'a shop?#%41.db'}".replace("?", "")


@pytest.fixture
def in_file(url: str) -> Iterator[SqlStore]:
    """A store in a file, with its tables."""
    store = SqlStore(url, wait_seconds=0.2)
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def in_memory() -> Iterator[SqlStore]:
    """A store in memory."""
    store = SqlStore("sqlite://", wait_seconds=0.2)
    yield store
    store.close()


@pytest.fixture
def on_server(postgres_url: str) -> Iterator[SqlStore]:
    """A store on PostgreSQL."""
    with SqlStore(postgres_url, wait_seconds=0.2) as store:
        yield store


@pytest.fixture(params=["in_file", "in_memory", "on_server"])
def store(request: pytest.FixtureRequest) -> SqlStore:
    """A store of each kind."""
    found: SqlStore = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["in_file", "in_memory"])
def embedded(request: pytest.FixtureRequest) -> SqlStore:
    """A store on SQLite, of either kind."""
    found: SqlStore = request.getfixturevalue(request.param)
    return found
