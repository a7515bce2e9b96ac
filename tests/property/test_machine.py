"""Law: what a repository gives back is what the memory store gives back, after every command."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.testing.machine import LedgerMachine

if TYPE_CHECKING:
    from loyalcore.store import Store
    from loyalcore.testing.postgres import Databases


class SqliteMachine(LedgerMachine):
    """The memory store beside SQLite."""

    def make_store(self) -> Store:
        """Make a database in memory."""
        return SqlStore("sqlite://")

    def close_store(self, store: Store) -> None:
        """Let the database go."""
        cast("SqlStore", store).close()


TestSqlite = SqliteMachine.TestCase
TestSqlite.settings = settings(max_examples=max(settings().max_examples // 5, 10))


def test_postgres(postgres: Databases, postgres_template: str) -> None:
    """PostgreSQL gives back what the memory store gives back, after every command."""

    class PostgresMachine(LedgerMachine):
        def make_store(self) -> Store:
            """Make a database of its own."""
            self.stack = ExitStack()
            return self.stack.enter_context(SqlStore(self.stack.enter_context(postgres.fresh(postgres_template))))

        def close_store(self, store: Store) -> None:
            """Drop it."""
            self.stack.close()

    run_state_machine_as_test(PostgresMachine, settings=settings(max_examples=max(settings().max_examples // 15, 5)))
