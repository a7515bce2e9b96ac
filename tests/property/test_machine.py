"""Law: what a repository gives back is what the memory store gives back, after every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hypothesis import settings

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.testing.machine import LedgerMachine

if TYPE_CHECKING:
    from loyalcore.store import Store


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
