"""What tests of several rooms share: a store of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.store import Store


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A new store in memory, and one in SQL."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with SqlStore("sqlite://") as opened:
        yield opened
