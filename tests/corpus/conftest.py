"""The stores under the corpus, each made anew as often as a test asks."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.testing.postgres import Databases


@pytest.fixture(scope="session")
def postgres_databases(postgres: Databases, postgres_template: str) -> Iterator[Callable[[int], str]]:
    """Give the database of a number, made when it is first asked for; whoever has it empties it afterwards."""
    with ExitStack() as stack:
        made: dict[int, str] = {}

        def lend(number: int) -> str:
            if number not in made:
                made[number] = stack.enter_context(postgres.fresh(postgres_template))
            return made[number]

        yield lend


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
            lend: Callable[[int], str] = request.getfixturevalue("postgres_databases")
            number = count()
            yield lambda: stack.enter_context(SqlStore(stack.enter_context(databases.emptied(lend(next(number))))))
