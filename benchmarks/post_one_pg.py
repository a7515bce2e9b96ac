"""post_one_pg: one operation in one transaction on PostgreSQL: the facade, psycopg by hand, and Django's ORM."""

from __future__ import annotations

import statistics
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg

from benchmarks._floor_pg import PostgresFloor
from benchmarks._measure import Row, at_least, at_most, ratio, take_turns
from benchmarks._orm import Orm, on_server
from benchmarks._workload import Facade
from benchmarks.post_one import BLOCK, BLOCKS, Contestant, awards, spends
from loyalcore.adapters.sqlalchemy._tables import TABLE_OF
from loyalcore.testing.postgres import Databases, running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "post_one_pg"


def run() -> list[Row]:
    """Measure on a server that waits for the disk."""
    with running_server(is_durable=True) as server:
        return list(_run(Databases(server.url())))


def _run(server: Databases) -> Iterator[Row]:
    with server.fresh() as base, server.fresh() as django:
        with closing(Facade(base)) as facade:
            facade.open_accounts()
        with server.fresh(base) as one, server.fresh(base) as other:
            with (
                closing(Facade(one)) as facade,
                closing(PostgresFloor(other)) as floor,
                closing(Orm("django", on_server(django))) as orm,
            ):
                orm.open_accounts()
                contestants: dict[str, Contestant] = {"facade": facade, "floor": floor, "orm": orm}
                stages: dict[str, dict[str, Callable[[int], None]]] = {
                    "award": {name: awards(each) for name, each in contestants.items()},
                    "spend": {name: spends(each) for name, each in contestants.items()},
                }
                seconds = take_turns(stages, blocks=BLOCKS)
            if rows_on(one) != rows_on(other):
                raise RuntimeError("the facade and the hand-written code differ")
    for kind, by in seconds.items():
        yield at_most(NAME, f"{kind}: facade / hand-written", ratio(by["facade"], by["floor"]), 1.5)
        yield at_least(NAME, f"{kind}: Django / facade", ratio(by["orm"], by["facade"]), 1.6)
        for name, label in (("floor", "hand-written"), ("facade", "facade"), ("orm", "Django")):
            each = statistics.median(by[name]) / (BLOCK * BLOCKS)
            yield Row(NAME, f"{kind}: {label}, per operation", each * 1e6, "µs")


def rows_on(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table of a database, in the order of their names."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return {
            table.name: sorted(connection.execute(f"SELECT * FROM {table.name}").fetchall(), key=repr)
            for table in TABLE_OF.values()
        }
