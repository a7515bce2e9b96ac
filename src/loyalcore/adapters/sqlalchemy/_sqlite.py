"""SQLite, through the driver of the standard library: one writer at a time, who has the whole database."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from loyalcore.adapters.sqlalchemy._schema import REVISION_TABLE
from loyalcore.adapters.sqlalchemy._tables import NAME_OF
from loyalcore.adapters.sqlalchemy._wording import SqliteWording
from loyalcore.errors import (
    CapabilityMissing,
    InvalidInput,
    ReadOnlyStore,
    StaleVersion,
    StoreError,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine, FromClause, Select, Table
    from sqlalchemy.dialects.sqlite import Insert
    from sqlalchemy.engine import Dialect as Compiler
    from sqlalchemy.pool import PoolProxiedConnection

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Idiom, Row, Step
    from loyalcore.adapters.sqlalchemy._wording import Wording

SYNCHRONOUS: Final = ("OFF", "NORMAL", "FULL", "EXTRA")
"""How much SQLite waits for the disk: at FULL a commit survives a power cut, at NORMAL the last ones may be lost."""


class SqliteLink:
    """One driver connection, and a cursor on it.

    Args:
        connection: The driver's connection.
        owner: What gave it, where it is to be closed through that: an engine's pool.
    """

    __slots__ = ("_owner", "connection", "cursor")

    def __init__(self, connection: sqlite3.Connection, owner: PoolProxiedConnection | None = None) -> None:
        self.connection: sqlite3.Connection = connection
        self.cursor: sqlite3.Cursor = self.make_cursor()
        self._owner = owner

    def make_cursor(self) -> sqlite3.Cursor:
        """Make a cursor that gives tuples, whatever its connection was told."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        return cursor

    def close(self) -> None:
        """Let the connection go; what was not committed is gone."""
        with contextlib.suppress(sqlite3.Error):
            self.cursor.close()
            (self._owner or self.connection).close()


class _Hinting(SQLiteCompiler):
    """Writes a hint behind the table that it is about."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """Write the hint as it is."""
        return text


class SqliteIdiom:
    """How statements are written for SQLite."""

    locks = False

    def __init__(self) -> None:
        self.compiler: Compiler = sqlite.dialect(paramstyle="qmark")
        self.compiler.statement_compiler = _Hinting
        self.wording: Wording = SqliteWording()

    def by_index(self, asked: Select[Any], table: Table, index: str, *, is_joined: bool = False) -> Select[Any]:
        """Make a query read a table by one of its indexes.

        Without statistics SQLite reads the whole history in the order of the names; and of a join it may read the
        second table first, unless told `CROSS`, a word that changes nothing else.

        Args:
            asked: The query.
            table: The table.
            index: The name of the index.
            is_joined: Whether another table is joined behind it, to be looked up for each of its rows.
        """
        return asked.with_hint(table, f"INDEXED BY {index}{' CROSS' if is_joined else ''}", "sqlite")

    def insert(self, table: Table) -> Insert:
        """Give the statement that makes a row, with what to do where its name is taken still to be said."""
        return sqlite.insert(table)


class SqliteDialect:
    """SQLite, through the driver of the standard library.

    Args:
        source: The URL of a database, or an engine of the host's.
        synchronous: One of `SYNCHRONOUS`.
    """

    Error: type[Exception] = sqlite3.Error
    name = "sqlite"
    engine_options: Mapping[str, Any] = {}
    takes_turns = True
    takes_arrays = False
    spreads = False
    idiom: Idiom = SqliteIdiom()

    def __init__(self, source: URL | Engine, synchronous: str) -> None:
        self._synchronous = synchronous
        self._engine = None if isinstance(source, URL) else source
        url = source if isinstance(source, URL) else source.url
        database, query = url.database or "", dict(url.query)
        self.is_memory: bool = database in {"", ":memory:", "file::memory:"} or query.get("mode") == "memory"
        self.path: Path | None = None
        self._uri = ":memory:"
        if self.is_memory:
            return
        is_uri = str(query.pop("uri", "")).lower() in {"1", "true"} and database.startswith("file:")
        for name in ("timeout", "isolation_level", "check_same_thread", "cached_statements", "detect_types"):
            query.pop(name, None)
        self.path = Path(database.removeprefix("file:") if is_uri else database).absolute()
        self._options = {name: str(value) for name, value in query.items()}

    # Connecting

    def connect(self, *, create: bool = False) -> SqliteLink:
        """Open a connection.

        Args:
            create: Whether the file may be made.

        Raises:
            StoreUnavailable: There is no such file or folder.
            Error: It cannot be opened, now or at all.
        """
        if self.path is not None:
            try:
                self._check_path(self.path, create)
            except OSError as error:
                raise StoreUnavailable(f"the store's file cannot be reached: {error.strerror}") from error
        link = self._open(create)
        try:
            execute = link.cursor.execute
            execute("PRAGMA busy_timeout=0")
            execute(f"PRAGMA synchronous={self._synchronous}")
            execute("PRAGMA temp_store=MEMORY")
            execute("PRAGMA cache_size=-16384")
        except sqlite3.Error:
            link.close()
            raise
        return link

    @staticmethod
    def _check_path(path: Path, create: bool) -> None:
        if path.is_dir():
            raise StoreUnavailable("the store's file is a folder")
        if not path.parent.is_dir():
            raise StoreUnavailable("the folder of the store's file does not exist: make it first")
        if not create and not path.exists():
            raise StoreUnavailable("the store's file does not exist: call upgrade() once to make it")

    def _open(self, create: bool) -> SqliteLink:
        if self._engine is not None:
            fairy = self._engine.raw_connection()
            connection = fairy.dbapi_connection
            if not isinstance(connection, sqlite3.Connection):
                fairy.close()
                raise CapabilityMissing("a driver other than sqlite3")
            if not self.is_memory:
                fairy.detach()
            connection.isolation_level = None
            return SqliteLink(connection, fairy)
        if self.path is None:
            name = self._uri
        else:
            options = {"mode": "rwc" if create else "rw", **self._options}
            name = f"{self.path.as_uri()}?" + "&".join(f"{key}={value}" for key, value in options.items())
        return SqliteLink(
            sqlite3.connect(
                name, uri=True, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=256
            )
        )

    def lend(self, connection: object) -> SqliteLink:
        """Give the link of a connection in whose transaction the host writes.

        The write lock is taken now: who only reads so far could wait for ever for what another has read.
        """
        if not isinstance(connection, sqlite3.Connection):
            raise InvalidInput(f"give a connection of sqlite3, not {type(connection).__name__}", path="connection")
        try:
            if not connection.in_transaction:
                raise InvalidInput("begin a transaction first: BEGIN IMMEDIATE", path="connection")
            link = SqliteLink(connection)
            if self.has_table(link, REVISION_TABLE):
                link.cursor.execute(f"UPDATE {REVISION_TABLE} SET version_num = version_num WHERE 0")  # noqa: S608
        except sqlite3.Error as error:
            if _extended(error) == sqlite3.SQLITE_BUSY_SNAPSHOT:
                raise InvalidInput(
                    "the transaction reads an older state: begin it with BEGIN IMMEDIATE", path="connection"
                ) from error
            raise self.blame(error, "store") from error
        return link

    def is_broken(self, link: SqliteLink) -> bool:
        """Say no: a connection to a file does not break by itself."""
        return False

    def has_table(self, link: SqliteLink, name: str) -> bool:
        """Say whether a table exists."""
        asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return link.cursor.execute(asked, (name,)).fetchone() is not None

    # Units

    def begin(self, link: SqliteLink, readonly: bool) -> bool:
        """Begin a transaction, a writing one with the write lock.

        Returns:
            Whether it can write: a file that may only be read is read.
        """
        if not readonly:
            try:
                link.cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if _code(error) != sqlite3.SQLITE_READONLY:
                    raise
            else:
                return True
        link.cursor.execute("BEGIN")
        try:
            link.cursor.execute("PRAGMA schema_version").fetchone()  # from now on this is what the transaction sees
        except sqlite3.Error:
            self.rollback(link)
            raise
        return False

    def begin_upgrade(self, link: SqliteLink) -> bool:
        """Begin with the write lock, and let readers read while another writes, with every connection from now on."""
        if not self.is_memory:
            link.cursor.execute("PRAGMA journal_mode=WAL").fetchall()
        return self.begin(link, False)

    def see_newest(self, link: SqliteLink) -> None:
        """Do nothing: nobody writes while a writing transaction lasts."""

    def is_begun(self, link: SqliteLink) -> bool:
        """Say whether there is a transaction."""
        return link.connection.in_transaction

    def commit(self, link: SqliteLink) -> None:
        """Make the transaction durable."""
        link.cursor.execute("COMMIT")

    def rollback(self, link: SqliteLink) -> None:
        """Undo the transaction, if there is one."""
        if link.connection.in_transaction:
            link.cursor.execute("ROLLBACK")

    def end_reading(self, link: SqliteLink) -> None:
        """End a transaction that has only read, if there is one."""
        self.rollback(link)

    # Statements

    def ask(self, link: SqliteLink, asks: Sequence[Ask]) -> list[list[Row]]:
        """Run queries in order, and give the rows of each."""
        execute = link.cursor.execute
        return [execute(statement, values).fetchall() for statement, values in asks]

    def write(self, link: SqliteLink, steps: Sequence[Step]) -> None:
        """Write rows, step by step.

        Raises:
            StaleVersion: A row of an exact step was not found, or a name is taken.
            StoreError: The database refused for another reason.
        """
        cursor = link.cursor
        for kind, statement, rows, is_exact, _ in steps:
            try:
                if len(rows) == 1:
                    cursor.execute(statement, rows[0])
                else:
                    cursor.executemany(statement, rows)
            except sqlite3.Error as error:
                raise self.blame(error, NAME_OF[kind]) from error
            if is_exact and cursor.rowcount != len(rows):
                raise StaleVersion(NAME_OF[kind])

    def scan(self, link: SqliteLink, statement: str, values: Row) -> sqlite3.Cursor:
        """Open a cursor on the rows of a query."""
        return link.make_cursor().execute(statement, values)

    # Errors

    def is_busy(self, error: Exception) -> bool:
        """Say whether another connection was in the way, and it is worth while to try again."""
        return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

    def is_undone(self, error: Exception) -> bool:
        """Say whether an error of a commit tells for certain that nothing was written."""
        return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY}

    def blame(self, error: Exception, what: str) -> StoreError | StaleVersion:
        """Give the library's error for one of the driver's.

        Args:
            error: What the driver raised.
            what: The kind of record that it was about.
        """
        code = _code(error)
        if code == sqlite3.SQLITE_CONSTRAINT:
            if _extended(error) in {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}:
                return StaleVersion(what)
            return StoreError(f"a {what} breaks a rule of its table: {error}")
        if code == sqlite3.SQLITE_READONLY:
            return ReadOnlyStore("the store can be read but not written: its file or folder is write-protected")
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return StoreUnavailable("the store is busy: another unit is writing to it")
        if code == sqlite3.SQLITE_NOTADB:
            return StoreUnavailable("the store's file is not a database")
        return StoreUnavailable(f"the database answered: {error}")


def _extended(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", None) or 0


def _code(error: Exception) -> int:
    return _extended(error) & 0xFF
