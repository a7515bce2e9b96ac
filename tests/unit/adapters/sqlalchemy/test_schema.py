from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import UniqueConstraint, create_engine, inspect
from sqlalchemy.pool import NullPool

from loyalcore.adapters.sqlalchemy import SqlStore, _upgrade
from loyalcore.adapters.sqlalchemy._schema import METADATA, REVISION, REVISION_TABLE
from loyalcore.domain.customers import Customer, Membership, ReferralFigures
from loyalcore.domain.ledger import Ledger
from loyalcore.domain.orders import Order
from loyalcore.domain.tiers import Downgrade, Level, Measure, TierSet, parse_window
from loyalcore.errors import CapabilityMissing, InvalidInput
from loyalcore.testing._play import records
from loyalcore.values.calendar import parse_duration
from tests.unit.domain.ledger._shop import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def engine(in_file: SqlStore, url: str) -> Iterator[Engine]:
    """An engine on the file of a store."""
    found = create_engine(url, poolclass=NullPool)
    yield found
    found.dispose()


@pytest.fixture
def script() -> ScriptDirectory:
    """The shipped migrations."""
    config = Config()
    config.set_main_option("script_location", f"{_upgrade.__file__.removesuffix('_upgrade.py')}migrations")
    return ScriptDirectory.from_config(config)


def schema(store: SqlStore) -> dict[str, str]:
    """Give the statements that made what is in a store, without their blanks and quotes."""
    with store.unit() as unit:
        rows = unit._working().cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: _plain(sql) for name, sql in rows}


def _plain(sql: str) -> str:
    bare = re.sub(r'[\s"]+|CONSTRAINT \w+_pkc', "", sql)
    return bare.replace("CONSTRAINTloyal_revision_pkc", "")


def test_migrations_make_the_metadata(engine: Engine) -> None:
    """The migrated schema is the one that the metadata describes."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "version_table": REVISION_TABLE}
        )
        assert compare_metadata(context, METADATA) == []


def test_memory_equals_file(in_file: SqlStore, in_memory: SqlStore) -> None:
    """What is made in memory is what the migrations make, to the checks and the conditions of the indexes."""
    assert {name: sql for name, sql in schema(in_memory).items() if name != REVISION_TABLE} == {
        name: sql for name, sql in schema(in_file).items() if name != REVISION_TABLE
    }
    assert REVISION_TABLE in schema(in_memory)


def test_revision_is_the_newest(script: ScriptDirectory) -> None:
    """The revision that the library asks for is the newest that it ships."""
    assert script.get_heads() == [REVISION]


def test_migrations_go_back(engine: Engine, script: ScriptDirectory) -> None:
    """Every migration can be undone, to the last table."""
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for revision in script.walk_revisions():
                revision.module.downgrade()
    assert inspect(engine).get_table_names() == [REVISION_TABLE]


@pytest.mark.parametrize("window", ["lifetime", "rolling_1M"])
def test_members_of_before_are_listed(in_file: SqlStore, engine: Engine, script: ScriptDirectory, window: str) -> None:
    """Who was a member before there were figures has them, with the folded tier and the date of the next change."""
    tiers = TierSet(
        measure=Measure.POINTS_EARNED,
        levels=(Level("Größe", 10),),
        window=parse_window(window, "window"),
        downgrade=Downgrade.ONE_DOWN,
        expires_in=parse_duration("1M", "expires_in"),
    )
    shop = Shop(store=in_file, tiers=tiers)
    for name in ("cem", "dan", "eve"):
        shop.loyalty.customers.register(name)
    shop.award(20, expiry="90D")
    shop.award(10, who="bob", expiry="5D")
    shop.award(5, who="cem")
    shop.award(5, who="dan", expiry="2D")
    shop.spend(3)
    shop.loyalty.customers.merge("dan", into="cem")
    before = records(in_file, Membership)
    tiers_before = _rows(engine, "SELECT holder_id, tier_fold FROM loyal_membership ORDER BY 1")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        newer = [revision.module for revision in script.walk_revisions(base="0003", head="heads")]
        for module in newer:
            module.downgrade()
        for module in reversed(newer):
            module.upgrade()
    assert _rows(engine, "SELECT holder_id, tier_fold FROM loyal_membership ORDER BY 1") == tiers_before
    after = records(in_file, Membership)
    if window != "lifetime":
        assert [member.next_change_at for member in after if member.standing.gains] == [shop.clock.now()] * 3
        shop.points.sweep()
        after = [attrs.evolve(member, version=1) for member in records(in_file, Membership)]
        before = [attrs.evolve(member, version=1) for member in before]
    assert after == before
    assert {customer.updated_at for customer in records(in_file, Customer)} == {shop.clock.now()}


@pytest.mark.parametrize("where", ["in_file", "on_server"])
def test_members_and_orders_of_before_referrals_are_there(
    request: pytest.FixtureRequest, script: ScriptDirectory, where: str
) -> None:
    """Who was a member before there were referrals has referred nobody, and can; orders have nothing to do with any."""
    store: SqlStore = request.getfixturevalue(where)
    engine = create_engine(request.getfixturevalue("url" if where == "in_file" else "postgres_url"), poolclass=NullPool)
    shop = Shop(store=store)
    shop.award(20, expiry="90D")
    shop.loyalty.orders.close("bob", "o-1", {"total": "30.50"}, key="k-1")
    kinds = (Customer, Membership, Ledger, Order)
    before = {kind: records(store, kind) for kind in kinds}
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        newer = [revision.module for revision in script.walk_revisions(base="0006", head="heads")]
        for module in newer:
            module.downgrade()
        for module in reversed(newer):
            module.upgrade()
    engine.dispose()
    assert {kind: records(store, kind) for kind in kinds} == before
    assert {each.referrals for each in before[Membership]} == {ReferralFigures()}
    found = shop.loyalty.customers.page("referrals:0 sort:referrals.revenue").items
    assert [row.customer.customer_id for row in found] == ["ada", "bob"]


def _rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


OWN_ID = {
    "loyal_customer": "customer_id",
    "loyal_order": "order_id",
    "loyal_segment": "segment_id",
    "loyal_referral": "referral_id",
    "loyal_referral_code": "code",
    "loyal_counter": "counter_id",
}
"""What tells the records apart that are found without their holder."""


def test_names_begin_with_environment_and_holder() -> None:
    """Every name and everything unique begins with the environment and the holder, where there is one."""
    for table in METADATA.tables.values():
        second = "program_id" if table.name == "loyal_counter" else OWN_ID.get(table.name, "holder_id")
        names = [[column.name for column in table.primary_key.columns]]
        names += [[each.name for each in one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
        names += [[each.name for each in index.columns] for index in table.indexes if index.unique]
        assert all(name[:2] == ["environment", second] for name in names), table.name
        assert names[0] == [column.name for column in table.columns][: len(names[0])], table.name


def test_tables_are_loyal() -> None:
    """The tables can stand among a host's own: their names say whose they are."""
    assert sorted(METADATA.tables) == [
        "loyal_counter",
        "loyal_customer",
        "loyal_debt",
        "loyal_entry",
        "loyal_fact",
        "loyal_hold",
        "loyal_key",
        "loyal_ledger",
        "loyal_lot",
        "loyal_membership",
        "loyal_note",
        "loyal_order",
        "loyal_outbox",
        "loyal_referral",
        "loyal_referral_code",
        "loyal_segment",
    ]


def test_every_table_is_spread_by_holder(partitioned_store: SqlStore) -> None:
    """On PostgreSQL the tables are partitioned by the hash of their holder, those without one by their own id."""
    with partitioned_store.unit() as unit:
        rows = unit.connection.execute(
            "SELECT relname, pg_get_partkeydef(oid) FROM pg_class WHERE relkind = 'p' AND relname LIKE 'loyal%'"
        ).fetchall()
    spread = dict(rows)
    assert set(spread) == set(METADATA.tables)
    assert spread == {name: f"HASH ({OWN_ID.get(name, 'holder_id')})" for name in METADATA.tables}


@pytest.mark.parametrize("partitions", [1, -1, 1001, True, 2.0, "4", None])
def test_partitions_out_of_range(postgres_store: SqlStore, partitions: Any) -> None:
    """A number of partitions that makes no sense is refused."""
    with pytest.raises(InvalidInput) as caught:
        postgres_store.upgrade(partitions=partitions)
    assert caught.value.path == "partitions"


def test_sqlite_spreads_nothing(in_file: SqlStore) -> None:
    """A database without partitions says so."""
    with pytest.raises(CapabilityMissing, match="partitions"):
        in_file.upgrade(partitions=4)


def test_migrations_make_the_metadata_on_postgres(postgres_url: str) -> None:
    """On PostgreSQL, too, the migrated schema is the one that the metadata describes."""
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": REVISION_TABLE})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
