"""The stores under the corpus, each made anew as often as a test asks."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.testing.postgres import Databases


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def make_store(request: pytest.FixtureRequest) -> Iterator[Callable[[], Any]]:
    """Give what makes a new store; all are closed afterwards."""
    with ExitStack() as stack:
        if request.param == "memory":
            yield MemoryStore
        elif request.param == "sqlite":
            yield lambda: stack.enter_context(SqlStore("sqlite://"))
        else:
            databases: Databases = request.getfixturevalue("postgres")
            template: str = request.getfixturevalue("postgres_template")
            yield lambda: stack.enter_context(SqlStore(stack.enter_context(databases.fresh(template))))
