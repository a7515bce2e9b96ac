"""Cursors of PostgreSQL's: the rows of a query that do not all come at once, the first of them with its beginning."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from psycopg.pq import TransactionStatus

from loyalcore.adapters.sqlalchemy._together import together

if TYPE_CHECKING:
    import psycopg

    from loyalcore.adapters.sqlalchemy._dialects import Row

AHEAD: Final = 500
"""How many rows come with the beginning: a short list costs one round trip, and one for its end."""
_NUMBERS: Final = itertools.count(1)
"""What tells the cursors of the server's apart."""


class Portal:
    """A cursor of the server's, which stays open whatever else runs on its connection.

    Nothing of it is prepared: its name is in every statement, so that none would ever come again.

    Args:
        connection: Its connection, in a transaction.
        cursors: Two cursors of the driver's; others may use them too.
        statement: The query.
        values: Its values.
    """

    def __init__(self, connection: psycopg.Connection[Any], cursors: list[Any], statement: str, values: Row) -> None:
        self._connection = connection
        self._name = f"loyal_{next(_NUMBERS)}"
        self._is_open = True
        begin, self._cursor = cursors
        with together(connection):
            begin.execute(f"DECLARE {self._name} NO SCROLL CURSOR FOR {statement}", values, prepare=False)
            self._cursor.execute(self._fetch(AHEAD), prepare=False)
        self._rows: list[Row] = self._cursor.fetchall()
        self._end_behind(AHEAD)

    def fetchmany(self, size: int) -> list[Row]:
        """Give the next rows, as many as there are at hand, or up to a number; none at the end."""
        if self._is_open and not self._rows:
            self._rows = self._asked(self._fetch(size))
            self._end_behind(size)
        rows, self._rows = self._rows, []
        return rows

    def fetchall(self) -> list[Row]:
        """Give the rows that are left."""
        rows, self._rows = self._rows, []
        return [*rows, *self._asked(self._fetch("ALL"))] if self._is_open else rows

    def close(self) -> None:
        """Let the rest go."""
        if not self._is_open:
            return
        self._is_open = False
        if self._connection.info.transaction_status == TransactionStatus.INTRANS:
            self._cursor.execute(f"CLOSE {self._name}", prepare=False)

    def _end_behind(self, asked: int) -> None:
        if len(self._rows) < asked:
            self.close()

    def _fetch(self, count: int | str) -> str:
        return f"FETCH FORWARD {count} FROM {self._name}"

    def _asked(self, statement: str) -> list[Row]:
        found: list[Row] = self._cursor.execute(statement, prepare=False).fetchall()
        return found
