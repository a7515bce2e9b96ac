"""post_many: 100,000 operations of 10,000 customers: the facade, ready rows written by hand, and Django's ORM.

`python -m benchmarks.post_many 20000` does a fifth of it.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks._floor import rows_of
from benchmarks._many import Many, Written, commands, divided
from benchmarks._measure import ROUNDS, Row, at_least, at_most, ratio, show
from benchmarks._orm import Orm, in_file
from benchmarks._workload import posting
from loyalcore.adapters.sqlalchemy._tables import TABLE_OF
from loyalcore.domain.ledger import Lot
from loyalcore.testing.postgres import Databases, running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore import Award, Spend

OPERATIONS = 100_000
DJANGO_PART = 100
"""Django does one operation in so many: its time for one does not depend on how many there are."""

_CHANGED_LOT = (
    "UPDATE loyal_lot SET free = ?, held = ?"
    " WHERE environment = ? AND holder_id = ? AND program_id = ? AND ledger = ? AND lot = ?"
)


def run(operations: int = OPERATIONS) -> list[Row]:
    """Measure on a file of SQLite with `synchronous=FULL`, and on PostgreSQL."""
    begin = time.perf_counter()
    wanted = commands(operations)
    built = (time.perf_counter() - begin) / operations
    rows = [Row("post_many", "making and checking the commands, per operation", built * 1e6, "µs")]
    with tempfile.TemporaryDirectory() as folder:
        rows += _sqlite(Path(folder), wanted)
    with running_server(is_durable=True) as server:
        rows += _postgresql(Databases(server.url()), wanted)
    return rows


# SQLite ---------------------------------------------------------------------------------------------------------------


def _sqlite(folder: Path, wanted: list[Award | Spend]) -> Iterator[Row]:
    base = folder / "base.db"
    with closing(Many(f"sqlite:///{base}")) as shop:
        shop.open_accounts(len(wanted))
    units = _watched_file(base, folder / "watched.db", wanted)
    seconds: dict[str, list[float]] = {"facade": [], "floor": []}
    for number in range(ROUNDS):
        paths = {name: _copy(base, folder / f"{name}_{number}.db") for name in seconds}
        for name in sorted(seconds, reverse=number % 2 == 1):
            with closing(
                SqliteFloor(paths[name], units) if name == "floor" else Many(f"sqlite:///{paths[name]}")
            ) as one:
                seconds[name].append(timed(lambda one=one: one.post(wanted)))  # type: ignore[misc]
        if rows_of(paths["facade"]) != rows_of(paths["floor"]):
            raise RuntimeError("the facade and the ready rows differ")
    with closing(Orm("orm", in_file(folder / "orm.db", "FULL"))) as orm:
        orm.open_accounts()
        seconds["orm"] = [_django(orm, number, len(wanted)) for number in range(ROUNDS)]
    yield from _rows("post_many_sqlite", "executemany", seconds, len(wanted), 1.8, 100)


def _watched_file(base: Path, path: Path, wanted: list[Award | Spend]) -> list[list[Written]]:
    with closing(Many(f"sqlite:///{_copy(base, path)}")) as shop:
        return shop.watched(wanted)


def _copy(source: Path, target: Path) -> Path:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
    return target


class SqliteFloor:
    """The floor: ready rows, by the driver's executemany, in the same units and with the same durability."""

    def __init__(self, path: Path, units: list[list[Written]]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-16384"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        by_kind = {written.kind: written.statement for unit in units for written in unit}
        inserts = {kind: _insert(kind) for kind in by_kind}
        updates = {
            written.kind: written.statement
            for unit in units
            for written in unit
            if written.statement.startswith("UPDATE")
        }
        updates[Lot] = _CHANGED_LOT
        self._units = [
            [(inserts[kind], rows) for kind, rows in new.items()]
            + [
                (updates[kind], [(*row[6:8], *row[:5]) if kind is Lot else row for row in rows])
                for kind, rows in changed.items()
            ]
            for new, changed in divided(units)
        ]

    def post(self, _wanted: object) -> None:
        """Write everything."""
        execute = self._connection.execute
        for statements in self._units:
            execute("BEGIN IMMEDIATE")
            for statement, rows in statements:
                self._connection.executemany(statement, rows)
            execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _insert(kind: type[Any]) -> str:
    table = TABLE_OF[kind]
    names = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"


# PostgreSQL -----------------------------------------------------------------------------------------------------------


def _postgresql(server: Databases, wanted: list[Award | Spend]) -> Iterator[Row]:
    with server.fresh() as base:
        with closing(Many(base)) as shop:
            shop.open_accounts(len(wanted))
        with server.fresh(base) as url, closing(Many(url)) as shop:
            units = shop.watched(wanted)
        seconds: dict[str, list[float]] = {"facade": [], "floor": []}
        for number in range(ROUNDS):
            found = {}
            for name in sorted(seconds, reverse=number % 2 == 1):
                with server.fresh(base) as url:
                    with closing(PostgresFloor(url, units) if name == "floor" else Many(url)) as one:
                        seconds[name].append(timed(lambda one=one: one.post(wanted)))  # type: ignore[misc]
                    found[name] = tables_of(url)
            if found["facade"] != found["floor"]:
                raise RuntimeError("the facade and the ready rows differ")
    yield from _rows("post_many_pg", "COPY", seconds, len(wanted), 2.0, None)


class PostgresFloor:
    """The floor: ready rows by COPY, the changed ones through a table of the session's, in the same units."""

    def __init__(self, url: str, units: list[list[Written]]) -> None:
        self._connection = psycopg.connect(url.replace("+psycopg", ""))
        self._units = [
            ([(kind, rows) for kind, rows in new.items()], {kind: _whole(kind, rows) for kind, rows in changed.items()})
            for new, changed in divided(units)
        ]
        with self._connection.cursor() as cursor:
            for kind in {kind for _, changed in self._units for kind in changed}:
                name = TABLE_OF[kind].name
                cursor.execute(f"CREATE TEMP TABLE changed_{name} (LIKE {name}) ON COMMIT DELETE ROWS")
        self._connection.commit()

    def post(self, _wanted: object) -> None:
        """Write everything."""
        for new, changed in self._units:
            with self._connection.cursor() as cursor:
                for kind, rows in new:
                    self._copy(cursor, TABLE_OF[kind].name, rows)
                for kind, rows in changed.items():
                    table = TABLE_OF[kind]
                    self._copy(cursor, f"changed_{table.name}", rows)
                    cursor.execute(_update(kind))
                    if cursor.rowcount != len(rows):
                        raise RuntimeError("a row to be changed was not found")
            self._connection.commit()

    @staticmethod
    def _copy(cursor: Any, name: str, rows: list[Any]) -> None:
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _whole(kind: type[Any], rows: list[Any]) -> list[Any]:
    """Give changed rows in the order of the table's columns: an update names a row at its end."""
    if kind is Lot:
        return rows
    names = len(TABLE_OF[kind].primary_key.columns)
    return [(*row[-names - 1 : -1], *row[: -names - 1]) for row in rows]


def _update(kind: type[Any]) -> str:
    table = TABLE_OF[kind]
    name = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if column.name not in name]
    if kind is Lot:
        others = ["free", "held"]
    changes = ", ".join(f'"{each}" = c."{each}"' for each in others)
    same = " AND ".join(f't."{each}" = c."{each}"' for each in name)
    version = ' AND t."version" = c."version" - 1' if kind is not Lot else ""
    return f"UPDATE {table.name} t SET {changes} FROM changed_{table.name} c WHERE {same}{version}"


def tables_of(url: str) -> dict[str, list[Any]]:
    """Give every row of every table of a database, in one order."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return {
            table.name: sorted(connection.execute(f"SELECT * FROM {table.name}").fetchall(), key=repr)
            for table in TABLE_OF.values()
        }


# Both -----------------------------------------------------------------------------------------------------------------


def timed(act: Callable[[], object]) -> float:
    """Act, and give the seconds that it took."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def _django(orm: Orm, number: int, operations: int) -> float:
    """Let Django do its part of the operations, and give the time for all of them."""
    part = operations // DJANGO_PART
    works = [
        (posting(each // 2, is_award=each % 2 == 0), each % 2 == 0)
        for each in range(number * part, number * part + part)
    ]

    def do() -> None:
        for work, is_award in works:
            (orm.award if is_award else orm.spend)(work)

    return timed(do) * DJANGO_PART


def _rows(
    name: str, floor: str, seconds: dict[str, list[float]], operations: int, most: float, least: float | None
) -> Iterator[Row]:
    yield at_most(name, f"facade / {floor} of ready rows", ratio(seconds["facade"], seconds["floor"]), most)
    if least is not None:
        yield at_least(name, "Django / facade", ratio(seconds["orm"], seconds["facade"]), least)
    for key, label in (("floor", floor), ("facade", "facade"), ("orm", "Django")):
        if key in seconds:
            each = statistics.median(seconds[key]) / operations
            yield Row(name, f"{label}, per operation", each * 1e6, "µs")


if __name__ == "__main__":
    print(show(run(int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS)))
