"""The tables' version: finding it, and bringing it up to this library's."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, String, Table, create_engine, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from loyalcore.adapters.sqlalchemy._schema import METADATA, REVISION, REVISION_TABLE, spread
from loyalcore.errors import ReadOnlyStore, SchemaMismatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from loyalcore.adapters.sqlalchemy._dialects import Dialect, Link

_ALEMBIC = threading.Lock()
"""Alembic's context belongs to the process: one migration at a time."""


@contextmanager
def _connection(dialect: Dialect, link: Link) -> Iterator[Connection]:
    """Lend a driver connection to SQLAlchemy, in the transaction that it is in; committing stays with the caller."""
    engine = create_engine(
        f"{dialect.name}://", creator=lambda: _Lent(link.connection), poolclass=StaticPool, **dialect.engine_options
    )
    with engine.connect() as connection, connection.begin():
        yield connection


class _Lent:
    """A driver connection that another may use but neither end its transaction nor close it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Leave it to the owner."""

    rollback = close = commit


def found_revision(dialect: Dialect, link: Link) -> str | None:
    """Give the revision that the tables are at, None where there are none."""
    if not dialect.has_table(link, REVISION_TABLE):
        return None
    row = link.cursor.execute(f"SELECT version_num FROM {REVISION_TABLE}").fetchone()  # noqa: S608 - a constant
    return None if row is None else str(row[0])


def check_revision(dialect: Dialect, link: Link) -> None:
    """Make sure that the tables are this library's.

    Raises:
        SchemaMismatch: There are none, or they are at another revision.
    """
    found = found_revision(dialect, link)
    if found != REVISION:
        raise SchemaMismatch(found=found, expected=REVISION)


def upgrade(dialect: Dialect, link: Link, partitions: int) -> None:
    """Bring the tables up to this library's, in one transaction that keeps others out.

    Args:
        dialect: The database.
        link: A connection to it.
        partitions: Over how many partitions new tables are spread; 0 for tables in one piece.

    Raises:
        SchemaMismatch: They are at a revision that this library does not know: a newer one.
    """
    if not dialect.begin_upgrade(link):
        dialect.rollback(link)
        raise ReadOnlyStore("the store cannot be upgraded: its file or folder is write-protected")
    try:
        found = found_revision(dialect, link)
        if found == REVISION:
            return
        if found is None and (dialect.is_memory or partitions):
            _create(dialect, link, partitions)
        else:
            _migrate(dialect, link, found)
        dialect.commit(link)
    finally:
        dialect.rollback(link)


def _create(dialect: Dialect, link: Link, partitions: int) -> None:
    """Make the tables as they are now, without the migrations; the caller holds a transaction."""
    tables = spread() if partitions else METADATA
    with _connection(dialect, link) as connection:
        tables.create_all(connection)
        for table in tables.sorted_tables:
            for number in range(partitions):
                name = f"{table.name}_{number}"
                values = f"FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
                connection.exec_driver_sql(f"CREATE TABLE {name} PARTITION OF {table.name} {values}")
        versions = Table(REVISION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))
        versions.create(connection)
        connection.execute(insert(versions).values(version_num=REVISION))


def _migrate(dialect: Dialect, link: Link, found: str | None) -> None:
    """Run the migrations that are missing; the caller holds a transaction.

    Raises:
        SchemaMismatch: The tables are at a revision that this library does not know: a newer one.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    if found is not None:
        known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
        if found not in known:
            raise SchemaMismatch(found=found, expected=REVISION)
    try:
        with _ALEMBIC, _connection(dialect, link) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, REVISION)
    except DBAPIError as error:
        raise (error.orig or error) from None
