"""PostgreSQL, through psycopg: many writers at once, who meet at rows.

An optimistic unit reads one state (REPEATABLE READ): what others change meanwhile makes its writes fail, never its
reads lie. A unit that locks reads what is newest (READ COMMITTED), each row after its lock. What is asked at once, and
what is written at once, travels at once (a pipeline of libpq).
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import RawCursor
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import URL
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.base import PGDialect

from loyalcore.adapters.sqlalchemy import _bulk
from loyalcore.adapters.sqlalchemy._portal import Portal
from loyalcore.adapters.sqlalchemy._tables import NAME_OF, TABLE_OF
from loyalcore.adapters.sqlalchemy._together import together
from loyalcore.adapters.sqlalchemy._wording import PostgresWording
from loyalcore.domain.ledger import Debt, Lot, PointsHold
from loyalcore.errors import CapabilityMissing, InvalidInput, ReadOnlyStore, StaleVersion, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine, Select, Table
    from sqlalchemy.dialects.postgresql import Insert
    from sqlalchemy.engine import Dialect as Compiler
    from sqlalchemy.pool import PoolProxiedConnection

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Idiom, Row, Step
    from loyalcore.adapters.sqlalchemy._wording import Wording

PREPARED_MAX: Final = 500
"""How many statements a connection keeps prepared."""
TOGETHER_MAX: Final = 50
"""How many rows travel at once, each with its own answer; more are sent by COPY, table by table."""

_LOST: Final = frozenset({"08", "57"})
"""The classes of errors after which nobody knows: the connection broke, the server was shut down."""
_RACED: Final = frozenset({"40001", "40P01", "23505"})
"""Serialisation failure, deadlock, a name that is taken: another unit was faster."""
_LATER: Final = ("starting up", "shutting down", "recovery", "too many clients", "connection slots")
"""What a server says that will let us in later; libpq gives no code with it."""
_NUMBERS: Final = itertools.count(1)
"""What tells the tables of a session's apart."""
PARTS: Final = frozenset({Lot, PointsHold, Debt})
"""The kinds that are written over."""
_KINDS: Final = {table.name: kind for kind, table in TABLE_OF.items()}


class PostgresLink:
    """One driver connection, and cursors on it.

    Args:
        connection: The driver's connection.
        owner: What gave it, where it is to be closed through that: an engine's pool.
    """

    __slots__ = ("_owner", "_spare", "connection", "cursor")

    def __init__(self, connection: psycopg.Connection[Any], owner: PoolProxiedConnection | None = None) -> None:
        self.connection: psycopg.Connection[Any] = connection
        self.cursor: Any = _plain(RawCursor(connection, row_factory=tuple_row))
        self._spare: list[Any] = []
        self._owner = owner

    def cursors(self, number: int) -> list[Any]:
        """Give so many cursors, for statements that travel together."""
        while len(self._spare) < number:
            self._spare.append(_plain(RawCursor(self.connection, row_factory=tuple_row)))
        return self._spare[:number]

    def close(self) -> None:
        """Let the connection go; what was not committed is gone."""
        with contextlib.suppress(psycopg.Error):
            (self._owner or self.connection).close()


class PostgresIdiom:
    """How statements are written for PostgreSQL."""

    locks = True

    def __init__(self) -> None:
        make: Any = PGDialect
        self.compiler: Compiler = make(paramstyle="numeric_dollar")
        self.wording: Wording = PostgresWording(self.compiler)

    def by_index(self, asked: Select[Any], table: Table, index: str, *, is_joined: bool = False) -> Select[Any]:
        """Leave a query as it is: the planner knows."""
        return asked

    def insert(self, table: Table) -> Insert:
        """Give the statement that makes a row, with what to do where its name is taken still to be said."""
        return postgresql.insert(table)


class PostgresDialect:
    """PostgreSQL, through psycopg.

    Args:
        source: The URL of a database, or an engine of the host's.
        wait_seconds: How long a lock is waited for, in seconds.
    """

    Error: type[Exception] = psycopg.Error
    name = "postgresql+psycopg"
    engine_options: Mapping[str, Any] = {"use_native_hstore": False}
    is_memory = False
    takes_turns = False
    takes_arrays = True
    spreads = True
    idiom: Idiom = PostgresIdiom()

    def __init__(self, source: URL | Engine, wait_seconds: float) -> None:
        self._wait_milliseconds = max(int(wait_seconds * 1000), 1)  # 0 would wait for ever
        self._engine = None if isinstance(source, URL) else source
        url = source if isinstance(source, URL) else source.url
        self._words, self._options = self._told(url)

    # Connecting

    def _told(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        """Give what the driver is told of a URL."""
        of: Any = url.set(drivername=self.name).get_dialect()
        words, options = of().create_connect_args(url)
        return list(words), dict(options)

    def connect(self, *, create: bool = False) -> PostgresLink:
        """Open a connection.

        Args:
            create: Not used: a database is made by its administrator.

        Raises:
            Error: It cannot be opened, now or at all.
        """
        fairy = None if self._engine is None else self._engine.raw_connection()
        if fairy is None:
            connection = psycopg.connect(*self._words, **self._options)
        else:
            found = fairy.dbapi_connection
            if not isinstance(found, psycopg.Connection):
                fairy.close()
                raise CapabilityMissing("a driver other than psycopg")
            fairy.detach()
            connection = found
        connection.autocommit = True  # we say BEGIN ourselves, with its isolation
        connection.prepare_threshold = 0
        connection.prepared_max = PREPARED_MAX
        link = PostgresLink(connection, fairy)
        link.cursor.execute(f"SET lock_timeout = {self._wait_milliseconds}")
        return link

    def lend(self, connection: object) -> PostgresLink:
        """Give the link of a connection in whose transaction the host works, at READ COMMITTED."""
        if not isinstance(connection, psycopg.Connection):
            raise InvalidInput(f"give a connection of psycopg, not {type(connection).__name__}", path="connection")
        link = PostgresLink(connection)
        if self.is_broken(link):
            raise StoreUnavailable("the connection that was lent is closed or broken")
        status = connection.info.transaction_status
        if status == TransactionStatus.INERROR:
            raise InvalidInput("the transaction has failed: roll it back first", path="connection")
        if status == TransactionStatus.IDLE and connection.autocommit:
            raise InvalidInput("begin a transaction first: with connection.transaction()", path="connection")
        (level,) = link.cursor.execute("SHOW transaction_isolation").fetchone() or ("",)
        if level != "read committed":
            raise InvalidInput(
                f"the transaction runs at {level}, in which the winner of a race could not be read: use READ COMMITTED",
                path="connection",
            )
        return link

    def is_broken(self, link: PostgresLink) -> bool:
        """Say whether a connection is closed, was lost, or is in the middle of something."""
        status = link.connection.info.transaction_status
        return link.connection.closed or status in {TransactionStatus.UNKNOWN, TransactionStatus.ACTIVE}

    def has_table(self, link: PostgresLink, name: str) -> bool:
        """Say whether a table is on the search path."""
        row = link.cursor.execute("SELECT to_regclass($1) IS NOT NULL", (name,)).fetchone()
        return bool(row and row[0])

    # Units

    def begin(self, link: PostgresLink, readonly: bool) -> bool:
        """Begin a transaction that sees one state."""
        link.cursor.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ{' READ ONLY' if readonly else ''}")
        return not readonly

    def begin_upgrade(self, link: PostgresLink) -> bool:
        """Begin a transaction that keeps other upgrades out."""
        link.cursor.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        link.cursor.execute("SELECT pg_advisory_xact_lock(hashtext('loyalcore.upgrade'))")
        return True

    def see_newest(self, link: PostgresLink) -> None:
        """Let a transaction that has not read yet read what is newest with each statement."""
        link.cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def is_begun(self, link: PostgresLink) -> bool:
        """Say whether there is a transaction that can go on."""
        return link.connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    def commit(self, link: PostgresLink) -> None:
        """Make the transaction durable; a transaction that has failed answers ROLLBACK, without an error."""
        link.cursor.execute("COMMIT")
        if link.cursor.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("the transaction had failed before its commit")

    def rollback(self, link: PostgresLink) -> None:
        """Undo the transaction, if there is one."""
        if link.connection.info.transaction_status != TransactionStatus.IDLE:
            link.cursor.execute("ROLLBACK")

    def end_reading(self, link: PostgresLink) -> None:
        """End a transaction that has only read: by COMMIT, for after a ROLLBACK psycopg prepares everything anew."""
        if link.connection.info.transaction_status != TransactionStatus.IDLE:
            link.cursor.execute("COMMIT")

    # Statements

    def ask(self, link: PostgresLink, asks: Sequence[Ask]) -> list[list[Row]]:
        """Run queries in order, all in one round trip, and give the rows of each."""
        if len(asks) == 1:
            return [link.cursor.execute(*asks[0]).fetchall()]
        cursors = link.cursors(len(asks))
        with together(link.connection):
            for cursor, (statement, values) in zip(cursors, asks, strict=True):
                cursor.execute(statement, values)
        return [cursor.fetchall() for cursor in cursors]

    def write(self, link: PostgresLink, steps: Sequence[Step]) -> None:
        """Write rows, step by step; few of them in one round trip.

        Raises:
            StaleVersion: A row of an exact step was not found, or a name is taken.
            StoreError: The database refused for another reason.
        """
        try:
            if sum(len(step.rows) for step in steps) <= TOGETHER_MAX:
                self._write_together(link, steps)
            else:
                for step in steps:
                    self._write_many(link, step)
        except psycopg.Error as error:
            raise self.blame(error, "record") from error

    @staticmethod
    def _write_together(link: PostgresLink, steps: Sequence[Step]) -> None:
        asks = [(step, row) for step in steps for row in step.rows]
        cursors = link.cursors(len(asks))
        with together(link.connection):
            for cursor, (step, row) in zip(cursors, asks, strict=True):
                cursor.execute(step.statement, row)
        for cursor, (step, _row) in zip(cursors, asks, strict=True):
            _check(step.kind, cursor.rowcount == 1 or not step.is_exact)

    @staticmethod
    def _write_many(link: PostgresLink, step: Step) -> None:
        cursor, kind = link.cursor, step.kind
        if step.is_removal:
            cursor.execute(_bulk.remove_many(kind, is_exact=step.is_exact), _bulk.columns_of(step.rows))
            _check(kind, cursor.rowcount == len(step.rows) or not step.is_exact)
            return
        if not step.is_exact and kind not in PARTS:
            _copy(cursor, _bulk.copy_into(kind), step.rows)
            return
        name = f"loyal_given_{next(_NUMBERS)}"
        staged = _bulk.update_from(kind, name) if step.is_exact else _bulk.upsert_from(kind, name)
        cursor.execute(staged.make, prepare=False)
        _copy(cursor, staged.copy, step.rows)
        cursor.execute(staged.write, prepare=False)
        _check(kind, cursor.rowcount == len(step.rows))

    def scan(self, link: PostgresLink, statement: str, values: Row) -> Portal:
        """Open a cursor of the server's on the rows of a query: they do not all come at once."""
        return Portal(link.connection, link.cursors(2), statement, values)

    # Errors

    def is_busy(self, error: Exception) -> bool:
        """Say whether the server will let us in later."""
        return _state(error) in {"53300", "57P03"} or (not _state(error) and any(w in str(error) for w in _LATER))

    def is_undone(self, error: Exception) -> bool:
        """Say whether the server itself said that it wrote nothing."""
        state = _state(error)
        return bool(state) and state[:2] not in _LOST and state != "40003"

    def blame(self, error: Exception, what: str) -> StoreError | StaleVersion:
        """Give the library's error for one of the driver's.

        Args:
            error: What the driver raised.
            what: The kind of record that it was about, where the server does not say.
        """
        state = _state(error)
        named = getattr(getattr(error, "diag", None), "table_name", None) or ""
        what = NAME_OF[_KINDS[named]] if named in _KINDS else what
        if state in _RACED:
            return StaleVersion(what)
        if state == "25006":
            return ReadOnlyStore("the store can be read but not written: its transactions are read-only")
        if state == "42501":
            return ReadOnlyStore("the store's user may not write to its tables: grant it INSERT, UPDATE and DELETE")
        if state == "55P03":
            return StoreUnavailable("the store is busy: another unit has a lock on what this one needs")
        if state[:2] in {"22", "23"} or isinstance(error, psycopg.DataError):
            return StoreError(f"a {what} breaks a rule of its table: {error}")
        said = " ".join(str(error).split()) or type(error).__name__
        return StoreUnavailable(f"the database {'answered' if state else 'cannot be reached'}: {said}")


def _plain(cursor: Any) -> Any:
    """Let all numbers travel as one type, so that a statement is prepared once."""
    cursor.adapters.register_dumper(int, Int8Dumper)
    return cursor


def _copy(cursor: Any, statement: str, rows: Sequence[Row]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _check(kind: type[Any], is_found: bool) -> None:
    if not is_found:
        raise StaleVersion(NAME_OF[kind])


def _state(error: Exception) -> str:
    return getattr(error, "sqlstate", None) or ""
