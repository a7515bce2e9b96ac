"""close_order: an order of three items closed at once, one rule, a tier, notices: the facade, and SQL by hand.

On a file and on PostgreSQL, one order in one transaction, of customers who have a membership and a ledger.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks._closing_floor import ClosingFloor, PipedClosingFloor, PostgresClosingFloor
from benchmarks._floor import rows_of
from benchmarks._measure import Row, at_most, ratio, take_turns
from benchmarks._turns import Turns
from benchmarks._workload import CLOSING_DOCUMENT, Closing, Facade
from benchmarks._workload import closing as order_of
from benchmarks.post_one import copy
from benchmarks.post_one_pg import rows_on
from loyalcore.testing.postgres import Databases, PostgresServer, running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NAME = "close_order"
GOAL = 1.6
BLOCK = 25
"""How many orders a contestant closes at a stretch."""
BLOCKS = 8
"""How many such stretches make a round."""


class Contestant(Protocol):
    """Who can close orders."""

    def close_order(self, work: Closing) -> None:
        """Close an order."""

    def close(self) -> None:
        """Let the store go."""


def run() -> list[Row]:
    """Measure on SQLite with `synchronous=FULL`, and on a server that waits for the disk."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [*_on_file(Path(folder))]
    with running_server(is_durable=True) as server, tempfile.TemporaryDirectory() as folder:
        return [*rows, *_on_server(server, folder)]


def _facade(url: str) -> Facade:
    return Facade(url, document=CLOSING_DOCUMENT)


def _on_file(folder: Path) -> Iterator[Row]:
    paths = {name: folder / f"{name}.db" for name in ("facade", "floor")}
    with closing(_facade(f"sqlite:///{paths['facade']}")) as facade:
        facade.open_accounts()
        copy(paths["facade"], paths["floor"])
        with closing(ClosingFloor(paths["floor"], "FULL")) as floor:
            yield from _figures("SQLite", _measured({"facade": facade, "floor": floor}))
            _compare(rows_of(paths["facade"]), rows_of(paths["floor"]))
            with facade.store.unit() as unit:
                by_facade = unit.connection
            after = BLOCK * BLOCKS * 5
            yield Row(NAME, "SQLite: statements, facade", _statements(by_facade, facade, after), "")
            yield Row(NAME, "SQLite: statements, by hand", _statements(floor._connection, floor, after), "")


def _statements(connection: sqlite3.Connection, contestant: Contestant, number: int) -> int:
    """Count the statements of one closing."""
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    contestant.close_order(order_of(number))
    connection.set_trace_callback(None)
    return len(seen)


def _on_server(server: PostgresServer, folder: str) -> Iterator[Row]:
    databases = Databases(server.url())
    with ExitStack() as stack:
        base = stack.enter_context(databases.fresh())
        with closing(_facade(base)) as facade:
            facade.open_accounts()
        urls = {name: stack.enter_context(databases.fresh(base)) for name in _ON_SERVER}
        with ExitStack() as opened:
            contestants = {name: opened.enter_context(closing(make(urls[name]))) for name, make in _ON_SERVER.items()}
            yield from _figures("PostgreSQL", _measured(contestants))
        for name in ("floor", "piped"):
            _compare(rows_on(urls["facade"]), rows_on(urls[name]))
        turns = stack.enter_context(Turns(folder, server.folder))
        for name, make in _ON_SERVER.items():
            with closing(make(urls[name].replace(str(server.folder), folder))) as contestant:
                yield Row(NAME, f"PostgreSQL: round trips, {_LABELS[name]}", _round_trips(turns, contestant), "")


def _round_trips(turns: Turns, contestant: Contestant) -> int:
    """Count the round trips of a closing, once its statements are prepared."""
    first = BLOCK * BLOCKS * 5
    for number in range(first, first + 5):
        contestant.close_order(order_of(number))
    return turns.of(lambda: contestant.close_order(order_of(first + 5)))


_ON_SERVER: dict[str, Callable[[str], Contestant]] = {
    "facade": _facade,
    "floor": PostgresClosingFloor,
    "piped": PipedClosingFloor,
}
_LABELS = {"facade": "facade", "floor": "by hand", "piped": "by hand, written in one round trip"}


def _measured(contestants: Mapping[str, Contestant]) -> dict[str, list[float]]:
    stages = {"close": {name: _closes(each) for name, each in contestants.items()}}
    return take_turns(stages, blocks=BLOCKS)["close"]


def _closes(contestant: Contestant) -> Callable[[int], None]:
    def do(block: int) -> None:
        for number in range(block * BLOCK, (block + 1) * BLOCK):
            contestant.close_order(order_of(number))

    return do


def _figures(where: str, seconds: Mapping[str, list[float]]) -> Iterator[Row]:
    yield at_most(NAME, f"{where}: facade / by hand", ratio(seconds["facade"], seconds["floor"]), GOAL)
    if "piped" in seconds:
        figure = f"{where}: facade / {_LABELS['piped']}"
        yield Row(NAME, figure, ratio(seconds["facade"], seconds["piped"]), "x")
    for name, each in seconds.items():
        yield Row(NAME, f"{where}: {_LABELS[name]}, per order", statistics.median(each) / (BLOCK * BLOCKS) * 1e6, "µs")


def _compare(one: Mapping[str, list[Any]], other: Mapping[str, list[Any]]) -> None:
    for table, rows in one.items():
        if rows != other[table]:
            first, second = next(pair for pair in zip(rows, other[table], strict=False) if pair[0] != pair[1])
            raise RuntimeError(f"{table} differs: facade {first}, hand-written {second}")
