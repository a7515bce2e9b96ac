"""Lists over the example store on the Django ORM: the suite of compilers, and the facts of lists through the facade."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from examples.django_store.standalone import open_store
from loyalcore.testing.conformance import BackEnd, QueryConformance
from tests.contract._profile import IS_LONG
from tests.unit.services import test_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from examples.django_store.store import DjangoStore
    from loyalcore.store import Store
    from loyalcore.testing.postgres import Databases


globals().update({name: fact for name, fact in vars(test_lists).items() if name.startswith("test_")})


@pytest.fixture
def store(shop: DjangoStore) -> Iterator[Store]:
    """Empty a database that the facts of lists have one after the other."""
    yield shop
    from django.apps import apps

    for model in apps.get_app_config("django_store").get_models():
        model.objects.using(shop.using).all().delete()


@pytest.fixture(scope="module")
def shop(postgres: Databases) -> Iterator[DjangoStore]:
    """Make a new database on PostgreSQL, which differs the most from what is known of memory."""
    with postgres.fresh() as url, opened(url) as found:
        yield found


@contextmanager
def opened(url: str) -> Iterator[DjangoStore]:
    """Open a store, and close its connections."""
    found = open_store(url)
    from django.db import connections

    yield found
    connections[found.using].close()


@contextmanager
def kept(url: str) -> Iterator[BackEnd]:
    """Give what keeps rows in a database."""
    with opened(url) as found:
        from tests.contract._django_kept import Kept

        yield Kept(found.using)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackEnd]:
    """Make a new database in a file, for all parts."""
    with kept(f"sqlite:///{tmp_path_factory.mktemp('queries')}/shop.db") as backend:
        yield backend


@pytest.fixture(scope="module")
def on_postgres(postgres: Databases) -> Iterator[BackEnd]:
    """Make a new database on PostgreSQL, for all parts."""
    with postgres.fresh() as url, kept(url) as backend:
        yield backend


class Queries(QueryConformance):
    """Less of the suite than there is, unless much is asked for: the ORM takes its time."""

    share = 1.0 if IS_LONG else 0.04
    stride = 1 if IS_LONG else 29


class TestQueriesOnSqlite(Queries):
    @pytest.fixture
    def backend(self, on_sqlite: BackEnd) -> BackEnd:
        """Ask SQLite."""
        return on_sqlite


class TestQueriesOnPostgres(Queries):
    @pytest.fixture
    def backend(self, on_postgres: BackEnd) -> BackEnd:
        """Ask PostgreSQL."""
        return on_postgres
