"""The same by hand on PostgreSQL, through psycopg: head and membership are locked first, in a statement of its own."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg

from benchmarks._floor import Floor


class PostgresFloor(Floor):
    """Postings by hand on PostgreSQL, at READ COMMITTED.

    What is read after the lock is what the one who had it before has committed.

    Args:
        url: The URL of a database with the tables and the accounts.
    """

    begin = "BEGIN"
    find = f"{Floor.find} FOR NO KEY UPDATE OF l, m"
    taken = psycopg.errors.UniqueViolation

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True, prepare_threshold=0)
        self._cursor = _Cursor(self._connection)

    def _undo(self) -> None:
        self._connection.rollback()


class _Cursor:
    """A cursor that takes the marks of the sqlite3 driver."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._cursor = connection.cursor()

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        """Run a statement."""
        return self._cursor.execute(_marked(statement), values or None)


@cache
def _marked(statement: str) -> Any:
    return statement.replace("?", "%s")
