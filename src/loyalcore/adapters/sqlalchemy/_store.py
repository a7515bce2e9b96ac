"""The SQL store: SQLite in a file or in memory, and PostgreSQL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from loyalcore.adapters.sqlalchemy import _upgrade
from loyalcore.adapters.sqlalchemy._lent import LentStore
from loyalcore.adapters.sqlalchemy._links import Links
from loyalcore.adapters.sqlalchemy._schema import REVISION
from loyalcore.adapters.sqlalchemy._sqlite import SYNCHRONOUS, SqliteDialect
from loyalcore.adapters.sqlalchemy._statements import statements_of
from loyalcore.adapters.sqlalchemy._unit import BriefUnit, SqlUnit
from loyalcore.errors import CapabilityMissing, InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from loyalcore.adapters.sqlalchemy._dialects import Dialect


WAIT_MAX = 3600.0
"""The longest that a unit may be told to wait, in seconds."""
PARTITIONS_MAX = 1000
"""Over how many partitions tables may be spread at the most."""


def _read_source(source: object) -> URL | Engine:
    if isinstance(source, Engine):
        return source
    try:
        url = source if isinstance(source, URL) else make_url(str(source) if isinstance(source, str) else "")
    except (ArgumentError, ValueError):
        raise InvalidInput("must be a database URL such as sqlite:///shop.db, or an engine", path="source") from None
    if "\0" in (url.database or ""):
        raise InvalidInput("must not hold a NUL character", path="source")
    return url


def _read_wait(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= WAIT_MAX:
        raise InvalidInput(f"must be a number of seconds from 0 to {WAIT_MAX:g}", path="wait_seconds")
    return float(value)


def _read_partitions(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not (value == 0 or 2 <= value <= PARTITIONS_MAX):
        raise InvalidInput(f"must be 0 for none, or a number from 2 to {PARTITIONS_MAX}", path="partitions")
    return value


def _dialect_of(source: URL | Engine, synchronous: str, wait_seconds: float) -> Dialect:
    """Give the dialect of a database.

    Raises:
        CapabilityMissing: It is not built for this database or driver, or its driver is not installed.
    """
    url = source if isinstance(source, URL) else source.url
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return SqliteDialect(source, synchronous)
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        try:
            from loyalcore.adapters.sqlalchemy._postgresql import PostgresDialect
        except ImportError:
            raise CapabilityMissing("psycopg: install loyalcore[postgresql]") from None
        return PostgresDialect(source, wait_seconds)
    raise CapabilityMissing(url.drivername)


def _reopened(url: str, synchronous: str, wait_seconds: float) -> SqlStore:
    return SqlStore(url, synchronous=synchronous, wait_seconds=wait_seconds)


class SqlStore:
    """A store in a SQL database.

    Opening it makes nothing: `upgrade` makes the tables, and on SQLite the file. A store in memory is upgraded by
    itself, lives as long as this object, and may be used by many threads. Any other may be pickled: the copy opens the
    same database in another process.

    Args:
        source: A database URL such as `sqlite:///shop.db`, `sqlite://` for one in memory, or
            `postgresql://user:word@host/shop`; or an engine of yours, from which the store takes connections that it
            keeps.
        synchronous: How much SQLite waits for the disk: OFF, NORMAL, FULL or EXTRA. At FULL a commit survives a
            power cut. On PostgreSQL the server's own setting counts.
        wait_seconds: How long a unit waits while others write before `StoreUnavailable`, in seconds from 0 to 3600.

    Raises:
        InvalidInput: The URL, `wait_seconds` or `synchronous` cannot be read.
        CapabilityMissing: This database or driver is not supported.

    Source:
        HOUSE.md 4 (SQLite: WAL, FULL by default, the write lock from the beginning, own retry with jitter;
        PostgreSQL: one optimistic try on one state, then row locks).

    Example:
        >>> store = SqlStore("sqlite://")
        >>> sorted(store.abilities)
        ['pages', 'threads', 'within']
        >>> with store.unit(readonly=True) as unit:
        ...     unit.load([])
        {}
        >>> store.close()
    """

    def __init__(self, source: str | URL | Engine, *, synchronous: str = "FULL", wait_seconds: float = 5.0) -> None:
        found = _read_source(source)
        waiting = _read_wait(wait_seconds)
        if str(synchronous).upper() not in SYNCHRONOUS:
            raise InvalidInput(f"must be one of {', '.join(SYNCHRONOUS)}", path="synchronous")
        url = found if isinstance(found, URL) else found.url
        self._name = url.render_as_string(hide_password=True)
        self._opening = (url.render_as_string(hide_password=False), str(synchronous).upper(), waiting)
        self._dialect = _dialect_of(found, str(synchronous).upper(), waiting)
        self._statements = statements_of(self._dialect.idiom)
        self._links = Links(self._dialect, waiting)
        self._is_checked = False
        if self._links.is_shared:
            self.upgrade()

    def __repr__(self) -> str:
        return f"SqlStore({self._name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as a URL, and open the same records there.

        Raises:
            CapabilityMissing: The store is in memory.
        """
        if self._links.is_shared:
            raise CapabilityMissing("processes")
        return (_reopened, self._opening)

    @property
    def abilities(self) -> frozenset[str]:
        """`pages`, `threads` and `within`, and but for one in memory `durable` and `processes`."""
        return frozenset({"pages", "threads", "within", *(() if self._links.is_shared else ("durable", "processes"))})

    def unit(self, *, readonly: bool = False) -> SqlUnit:
        """Open a unit of work.

        Args:
            readonly: Whether it refuses to apply; it then waits for no writer.

        Raises:
            StoreUnavailable: Closed, missing, or no database.
            SchemaMismatch: There are no tables, or they are of another version.

        Source:
            HOUSE.md 4 (what a host implements).

        Example:
            >>> from loyalcore.domain.decision import CustomerRef
            >>> ref = CustomerRef("live", "c1")
            >>> with SqlStore("sqlite://").unit() as unit:
            ...     unit.load([ref])[ref] is None
            True
        """
        if self._links.is_closed:
            raise StoreUnavailable("the store is closed")
        if not self._is_checked:
            self._check()
        if readonly and self._links.is_shared:
            return BriefUnit(self._links, self._statements)
        return SqlUnit(self._links, self._statements, readonly)

    def within(self, connection: object) -> LentStore:
        """Give a store whose units run inside the transaction of a connection of yours, and never commit it.

        Args:
            connection: A connection of `sqlite3` or `psycopg`, or SQLAlchemy's, to the database of this store, in a
                transaction: on SQLite begun by BEGIN IMMEDIATE, on PostgreSQL at READ COMMITTED.

        Raises:
            InvalidInput: It is no such connection, has no transaction, or one in which the winner of a race could not
                be read.
            SchemaMismatch: The database that it leads to has no tables, or of another version.
            StoreUnavailable: It is broken, or another connection writes.

        Source:
            HOUSE.md 4 (a host can lend its own open transaction).

        Example:
            >>> from sqlalchemy import create_engine
            >>> engine = create_engine("sqlite://")
            >>> store = SqlStore(engine)
            >>> with engine.connect() as connection:
            ...     begun = connection.exec_driver_sql("BEGIN IMMEDIATE")
            ...     with store.within(connection).unit(readonly=True) as unit:
            ...         unit.load([])
            {}
            >>> store.close()
            >>> engine.dispose()
        """
        return LentStore(self._dialect, self._statements, connection, self.abilities)

    def _check(self) -> None:
        links = self._links
        link = links.take()
        try:
            links.patiently(partial(_upgrade.check_revision, self._dialect, link))
        finally:
            links.give(link)
        self._is_checked = True

    def upgrade(self, *, partitions: int = 0) -> None:
        """Make the tables, or bring them up to this library's version; does nothing where that is done.

        Two processes may call it at the same time.

        Args:
            partitions: On PostgreSQL, over how many partitions new tables are spread by the hash of their holder, 2 to
                1,000; 0 makes them in one piece, and tables that exist stay as they are.

        Raises:
            InvalidInput: `partitions` is out of range.
            CapabilityMissing: The database does not spread tables.
            StoreUnavailable: Closed, the folder is missing, no database, or busy for too long.
            ReadOnlyStore: The file cannot be written.
            SchemaMismatch: The tables are of a newer version.

        Source:
            HOUSE.md 4 (Alembic migrations shipped).

        Example:
            >>> import tempfile
            >>> folder = tempfile.TemporaryDirectory()
            >>> store = SqlStore(f"sqlite:///{folder.name}/shop.db")
            >>> store.upgrade()
            >>> store.upgrade()
            >>> store.close()
            >>> folder.cleanup()
        """
        if _read_partitions(partitions) and not self._dialect.spreads:
            raise CapabilityMissing("partitions")
        links = self._links
        links.wait_turn()
        try:
            link = links.take(create=True)
            try:
                found = links.patiently(partial(_upgrade.found_revision, self._dialect, link))
                if found != REVISION:
                    links.patiently(partial(_upgrade.upgrade, self._dialect, link, partitions))
            except BaseException:
                links.drop(link)
                raise
            links.give(link)
        finally:
            links.end_turn()
        self._is_checked = True

    def close(self) -> None:
        """Let the connections go; units that are open end as they would."""
        self._links.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
