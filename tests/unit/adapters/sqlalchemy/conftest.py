"""Stores to test: one in memory, one in a file, and either in turn."""

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


@pytest.fixture(params=["in_file", "in_memory"])
def store(request: pytest.FixtureRequest) -> SqlStore:
    """A store of either kind."""
    found: SqlStore = request.getfixturevalue(request.param)
    return found
