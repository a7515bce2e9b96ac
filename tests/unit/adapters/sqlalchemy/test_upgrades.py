"""Upgrades of databases that hold data: what was written under an older schema is right afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import pytest
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from loyalcore.adapters.sqlalchemy import SqlStore, _upgrade
from loyalcore.domain.customers import Customer, Membership, OrderFigures
from loyalcore.domain.ledger import Ledger
from loyalcore.domain.orders import Order
from loyalcore.domain.programs import Program
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import records
from loyalcore.values.clock import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

LEVELS = [{"name": "Base", "at": 0}, {"name": "Gold", "at": 100}]
RULES = [{"id": "base", "points": 1, "per": 1}, {"id": "club", "points": 2, "per": 1, "ledger": "club"}]
START = "2026-01-01T12:00:00Z"


class Kept(NamedTuple):
    """A store whose schema can be taken back."""

    store: SqlStore
    engine: Engine

    def go_back(self, revision: str) -> None:
        """Undo the migrations after a revision: what they have added is gone, whatever it holds."""
        config = Config()
        config.set_main_option("script_location", f"{_upgrade.__file__.removesuffix('_upgrade.py')}migrations")
        script = ScriptDirectory.from_config(config)
        with self.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            for each in script.walk_revisions():
                if each.revision > revision:
                    each.module.downgrade()
            connection.exec_driver_sql(f"UPDATE loyal_revision SET version_num = '{revision}'")  # noqa: S608

    def stored(self) -> dict[str, Any]:
        """Give what hangs on the figures, but for the numbers of its versions."""
        kinds = (Customer, Membership, Ledger, Order)
        return {kind.__name__: [attrs.evolve(each, version=1) for each in records(self.store, kind)] for kind in kinds}


@pytest.fixture(params=["in_file", "on_server"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    """A store in a file, and one on PostgreSQL."""
    store = request.getfixturevalue(request.param)
    url = request.getfixturevalue("url" if request.param == "in_file" else "postgres_url")
    engine = create_engine(url, poolclass=NullPool)
    yield Kept(store, engine)
    store.upgrade()  # whatever became of the test: the next one finds the tables of today
    engine.dispose()


def shop_of(kept: Kept, **tiers: Any) -> tuple[Loyalty, FixedClock]:
    """Open a shop with tiers of the given settings, in which `ada` and `bob` are registered."""
    rules = {"levels": LEVELS, **tiers}
    document = {"id": "beans", "currency": "EUR", "timezone": "UTC", "earning": RULES}
    program = Program.from_document({**document, "tiers": rules, "ledger_tiers": {"club": rules}})
    clock = FixedClock(START)
    shop = Loyalty(kept.store, [program], clock=clock, ids=CountedIds(), actor="till")
    for customer_id in ("ada", "bob"):
        shop.customers.register(customer_id)
    return shop, clock


def test_points_of_before_orders_are_there(kept: Kept) -> None:
    """A database without orders keeps members, ledgers and tiers, and counts the orders that are closed later."""
    shop, clock = shop_of(kept, measure="points_earned")
    shop.points.award("ada", 90, reason="gift", expiry="1Y", key="a-1")
    shop.points.award("bob", 120, reason="gift", key="a-2")
    shop.points.spend("bob", 20, key="s-1")
    before = kept.stored()
    kept.go_back("0004")
    kept.store.upgrade()
    assert kept.stored() == before
    assert [shop.customers.membership(each).orders for each in ("ada", "bob")] == [OrderFigures()] * 2
    clock.put(clock.now() + timedelta(days=1))
    shop.orders.close("ada", "o-1", {"total": "30.50"}, key="k-1")
    ada, bob = (shop.customers.membership(each) for each in ("ada", "bob"))
    assert (ada.orders.count, ada.orders.revenue, ada.tier, ada.points.active) == (1, Decimal("30.5"), "Gold", 120)
    assert (bob.orders.count, bob.tier, bob.points.active) == (0, "Gold", 100)
    assert [row.customer.customer_id for row in shop.customers.page("orders:1").items] == ["ada"]
    assert shop.points.verify("ada").difference is None


def test_orders_of_before_the_tiers_of_subledgers_are_there(kept: Kept) -> None:
    """A database with orders, and without what tiers have beside them, keeps all figures; the next order moves both."""
    shop, clock = shop_of(kept, measure="money_spent", window="rolling_12M", downgrade="real_time")
    for number, total in enumerate(("60", "70"), 1):
        shop.orders.close("ada", f"o-{number}", {"total": total}, key=f"k-{number}")
    shop.orders.close("bob", "o-3", {"total": "20"}, key="k-3")
    before = kept.stored()
    assert [dict(each.standings)["club"].tier for each in before["Membership"]] == ["Gold", "Base"]
    kept.go_back("0005")
    kept.store.upgrade()
    bare = [attrs.evolve(each, standings=()) for each in before["Membership"]]
    assert kept.stored() == {**before, "Membership": bare}
    clock.put(clock.now() + timedelta(days=1))
    shop.orders.return_items("o-2", return_id="r-1", key="k-4")
    shop.orders.close("bob", "o-4", {"total": "80"}, key="k-5")
    ada, bob = (shop.customers.membership(each) for each in ("ada", "bob"))
    assert (ada.tier, ada.orders.count, ada.orders.revenue) == ("Base", 2, Decimal(60))
    assert (bob.tier, bob.orders.count, bob.orders.revenue) == ("Gold", 2, Decimal(100))
    assert [row.customer.customer_id for row in shop.customers.page("tier:gold").items] == ["bob"]
    assert all(
        shop.points.verify(each, ledger=name).difference is None for each in ("ada", "bob") for name in ("", "club")
    )


def test_a_tier_of_before_ends_when_it_is_to_end(kept: Kept) -> None:
    """A standing of an older schema has its end, without what it was renewed by; a review finds it when it is due."""
    shop, clock = shop_of(
        kept, measure="points_earned", window="since_renewal", downgrade="one_down", expires_in="12M", grace="1M"
    )
    shop.points.award("ada", 150, reason="gift", key="a-1")
    before = shop.customers.membership("ada").standing
    kept.go_back("0005")
    kept.store.upgrade()
    assert (before.renewed, before.expires_at) == (150, parse_instant("2027-01-01T12:00:00Z", "at"))
    assert shop.customers.membership("ada").standing == attrs.evolve(before, renewed=None)
    for day, tier in (("2027-01-15", "Gold"), ("2028-01-15", "Gold"), ("2028-02-02", "Base")):
        clock.put(f"{day}T12:00:00Z")  # renewed by the 150; nothing since, but in its grace; after its grace
        assert (shop.tiers.review(), shop.customers.membership("ada").tier) == (1, tier)
