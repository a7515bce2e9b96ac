"""Everything in which databases differ, as one protocol; each database has a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
    from sqlalchemy.engine import Dialect as Compiler

    from loyalcore.adapters.sqlalchemy._wording import Wording
    from loyalcore.errors import StaleVersion, StoreError

Row = tuple[Any, ...]
Ask = tuple[str, Row]
"""A statement and its values."""


class Step(NamedTuple):
    """Rows to write by one statement, in a table's own kind of record.

    Args:
        kind: The class of the records.
        statement: What writes one row.
        rows: The rows.
        is_exact: Whether each row has to be found: an update that finds no row came too late.
        is_removal: Whether rows are taken away: by name and version where it is exact, else all of a holder.
    """

    kind: type[Any]
    statement: str
    rows: Sequence[Row]
    is_exact: bool = False
    is_removal: bool = False


class Link(Protocol):
    """One driver connection, and a cursor on it."""

    connection: Any
    cursor: Any

    def close(self) -> None:
        """Let the connection go; what was not committed is gone."""


class Idiom(Protocol):
    """How the statements of one database are written: the same for all stores on such a database.

    Attributes:
        compiler: What writes them.
        wording: The words of what queries ask.
        locks: Whether rows are locked one by one; else a writing unit has everything locked from its beginning.
    """

    compiler: Compiler
    wording: Wording
    locks: bool

    def __hash__(self) -> int:
        """Let what was compiled for it be found again."""
        ...

    def by_index(self, asked: Select[Any], table: Table, index: str, *, is_joined: bool = False) -> Select[Any]:
        """Make a query read a table by one of its indexes, where the database has to be told."""
        ...

    def insert(self, table: Table) -> SqliteInsert | PostgresInsert:
        """Give the statement that makes a row, with what to do where its name is taken still to be said."""
        ...


class Dialect(Protocol):
    """One database, and how it is spoken to; each takes the links that it has made itself.

    Attributes:
        Error: What its driver raises.
        name: What SQLAlchemy calls it, for a connection that is lent to it.
        engine_options: What an engine on a lent connection has to be told.
        idiom: How its statements are written.
        is_memory: Whether there is a single connection, which must be kept.
        takes_turns: Whether the writers of one process wait for each other before they begin.
        spreads: Whether tables can be spread over partitions.
        takes_arrays: Whether a parameter can be a whole column, so that one statement reads or writes many rows.
    """

    Error: type[Exception]
    name: str
    engine_options: Mapping[str, Any]
    idiom: Idiom
    is_memory: bool
    takes_turns: bool
    takes_arrays: bool
    spreads: bool

    # Connecting

    def connect(self, *, create: bool = False) -> Link:
        """Open a connection; `create` says whether a file may be made.

        Raises:
            StoreUnavailable: There is no such file or folder.
            Error: It cannot be opened, now or at all.
        """
        ...

    def lend(self, connection: object) -> Link:
        """Give the link of a connection that the host lends, in its transaction.

        Raises:
            InvalidInput: It is no connection of this driver, has no transaction, or one in which the winner of a race
                could not be read.
            StoreUnavailable: It is broken, or another connection writes.
        """
        ...

    def is_broken(self, link: Any) -> bool:
        """Say whether a connection can be used no more."""
        ...

    def has_table(self, link: Any, name: str) -> bool:
        """Say whether a table exists."""
        ...

    # Units

    def begin(self, link: Any, readonly: bool) -> bool:
        """Begin a transaction in which all reads see one state; say whether it can write."""
        ...

    def begin_upgrade(self, link: Any) -> bool:
        """Begin a transaction that keeps other upgrades out; say whether it can write."""
        ...

    def see_newest(self, link: Any) -> None:
        """Let a transaction that has not read yet read what is newest, as one that locks must."""

    def is_begun(self, link: Any) -> bool:
        """Say whether there is a transaction."""
        ...

    def commit(self, link: Any) -> None:
        """Make the transaction durable."""

    def rollback(self, link: Any) -> None:
        """Undo the transaction, if there is one."""

    def end_reading(self, link: Any) -> None:
        """End a transaction that has only read, if there is one."""

    # Statements

    def ask(self, link: Any, asks: Sequence[Ask]) -> list[list[Row]]:
        """Run queries in order, and give the rows of each."""
        ...

    def write(self, link: Any, steps: Sequence[Step]) -> None:
        """Write rows, step by step.

        Raises:
            StaleVersion: A row of an exact step was not found, or a name is taken.
            StoreError: The database refused for another reason.
        """

    def scan(self, link: Any, statement: str, values: Row) -> Any:
        """Open a cursor on the rows of a query, which stays open whatever else runs on its connection."""
        ...

    # Errors

    def is_busy(self, error: Exception) -> bool:
        """Say whether another connection was in the way, and it is worth while to try again."""
        ...

    def is_undone(self, error: Exception) -> bool:
        """Say whether an error of a commit tells for certain that nothing was written."""
        ...

    def blame(self, error: Exception, what: str) -> StoreError | StaleVersion:
        """Give the library's error for one of the driver's about a kind of record."""
        ...
