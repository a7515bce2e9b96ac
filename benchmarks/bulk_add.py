"""bulk_add: five points for each of 100,000 customers: a bulk action over a query, and ready rows written by hand.

`python -m benchmarks.bulk_add 20000` takes a fifth of them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks._floor import rows_of
from benchmarks._many import PER_CUSTOMER, Many, customers
from benchmarks._measure import ROUNDS, Row, ratio, show
from benchmarks.post_many import PostgresFloor, SqliteFloor, tables_of, timed
from benchmarks.post_one import copy
from loyalcore import Adjust
from loyalcore.testing.postgres import Databases, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

CUSTOMERS = 100_000
CHUNK = 1_000
"""A bulk action's own: `post_many` takes the same here."""


class _Bulk(Many):
    """A bulk action over a whole filter, which reads whom it is about too."""

    def post(self, _wanted: object) -> Any:
        """Add to everybody."""
        result = self.shop.bulk.adjust("points:>=500", 5, reason="gift", key="gift")
        return _all_done(result.done, result.rows)


class _Ids(Many):
    """A bulk action on ids."""

    def post(self, wanted: Any) -> Any:
        """Add to each."""
        result = self.shop.bulk.adjust(wanted, 5, reason="gift", key="gift")
        return _all_done(result.done, result.rows)


class _Posted(Many):
    """The same commands by `post_many`, in chunks of the same size."""

    def post(self, wanted: Any) -> Any:
        """Add to each."""
        made = (Adjust(name, 5, reason="gift", key="gift") for name in wanted)
        posted = self.shop.points.post_many(made, chunk=CHUNK)
        return _all_done(posted.done, posted.done + posted.refused)


SHOPS: dict[str, type[Many]] = {"query": _Bulk, "ids": _Ids, "post_many": _Posted}
LABELS = {"query": "bulk over a query", "ids": "bulk on ids", "post_many": "post_many"}


def _all_done(done: int, rows: int) -> None:
    if done != rows:
        raise RuntimeError(f"{rows - done} rows were refused or unchanged")


def run(count: int = CUSTOMERS) -> list[Row]:
    """Measure on a file of SQLite with `synchronous=FULL`, and on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_sqlite(Path(folder), count))
    with running_server(is_durable=True) as server:
        return [*rows, *_postgresql(Databases(server.url()), count)]


def _sqlite(folder: Path, count: int) -> Iterator[Row]:
    base, names = folder / "base.db", customers(count * PER_CUSTOMER)
    with closing(Many(f"sqlite:///{base}")) as shop:
        shop.open_accounts(count * PER_CUSTOMER)
    copy(base, folder / "watched.db")
    with closing(_Ids(f"sqlite:///{folder / 'watched.db'}")) as shop:
        units = shop.watched(names)
    seconds: dict[str, list[float]] = {name: [] for name in (*SHOPS, "floor")}
    found: dict[str, Any] = {}
    for number in range(ROUNDS):
        for name in sorted(seconds, reverse=number % 2 == 1):
            path = folder / f"{name}.db"
            copy(base, path)
            one = SqliteFloor(path, units) if name == "floor" else SHOPS[name](f"sqlite:///{path}")
            seconds[name].append(_posting(one, names))
            if number == 0:
                found[name] = rows_of(path)
            _removed(path)
    yield from _rows("bulk_add_sqlite", "executemany", seconds, found, count)


def _postgresql(server: Databases, count: int) -> Iterator[Row]:
    names = customers(count * PER_CUSTOMER)
    with server.fresh() as base:
        with closing(Many(base)) as shop:
            shop.open_accounts(count * PER_CUSTOMER)
        with server.fresh(base) as url, closing(_Ids(url)) as shop:
            units = shop.watched(names)
        seconds: dict[str, list[float]] = {name: [] for name in (*SHOPS, "floor")}
        found: dict[str, Any] = {}
        for number in range(ROUNDS):
            for name in sorted(seconds, reverse=number % 2 == 1):
                with server.fresh(base) as url:
                    one = PostgresFloor(url, units) if name == "floor" else SHOPS[name](url)
                    seconds[name].append(_posting(one, names))
                    if number == 0:
                        found[name] = tables_of(url)
    yield from _rows("bulk_add_pg", "COPY", seconds, found, count)


def _posting(one: Any, names: list[str]) -> float:
    """Give the seconds that somebody takes, and let them go."""
    with closing(one):
        return timed(lambda: one.post(names))


def _removed(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def _rows(
    benchmark: str, floor: str, seconds: dict[str, list[float]], found: dict[str, Any], count: int
) -> Iterator[Row]:
    if any(rows != found["floor"] for rows in found.values()):
        raise RuntimeError("what was written differs")
    for name, label in LABELS.items():
        yield Row(
            benchmark, f"{label} / {floor} of ready rows, {count:,} rows", ratio(seconds[name], seconds["floor"]), "x"
        )
    for name, label in {**LABELS, "floor": floor}.items():
        yield Row(benchmark, label, count / statistics.median(seconds[name]), "rows/s")


if __name__ == "__main__":
    print(show(run(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)))
