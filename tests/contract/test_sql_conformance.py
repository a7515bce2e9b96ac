"""The suite of compilers over SQL, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from loyalcore.adapters.sqlalchemy._postgresql import PostgresDialect
from loyalcore.adapters.sqlalchemy._sqlite import SqliteDialect
from loyalcore.testing.conformance import QueryConformance
from tests.contract._profile import SHARE
from tests.unit.adapters.sqlalchemy._kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.testing.postgres import Databases

IDS = "holder_id", "program_id", "ledger", "seq"
INDEXES = [
    ("environment", *IDS),
    *(("environment", column, *IDS) for column in ("name_fold", "title_fold", "spent", "seen_at", "born_on", "level")),
    ("environment", "points_active", *IDS),
    ("environment", "program_id", "points_active", "holder_id", "ledger", "seq"),
    ("environment", "is_member", *IDS),
]


@pytest.fixture(scope="module")
def database(postgres: Databases) -> Iterator[str]:
    """A database without tables."""
    with postgres.fresh() as url:
        yield url


class TestSqlite(QueryConformance):
    """SQLite passes the suite."""

    share = SHARE

    @pytest.fixture
    def backend(self) -> Iterator[Kept]:
        """Give rows in a table."""
        kept = Kept(SqliteDialect(make_url("sqlite://"), "OFF"))
        yield kept
        kept.close()


class TestSqliteByIndex(QueryConformance):
    """So does SQLite where it is told by which index to read."""

    share = SHARE

    @pytest.fixture
    def backend(self) -> Iterator[Kept]:
        """Give rows in a table that has an index for each of some sorts."""
        kept = Kept(SqliteDialect(make_url("sqlite://"), "OFF"), *INDEXES)
        yield kept
        kept.close()


class TestPostgres(QueryConformance):
    """PostgreSQL passes the suite."""

    share = SHARE

    @pytest.fixture
    def backend(self, database: str) -> Iterator[Kept]:
        """Give rows in a table that has an index for each of some sorts."""
        kept = Kept(PostgresDialect(make_url(database), 1), *INDEXES)
        yield kept
        kept.close()
