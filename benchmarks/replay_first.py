"""replay_first: a history of orders into a new SQLite file, order by order, beside a loop written by hand.

The workload is 155,000 orders of 2,500 customers over three years, with expiry, tiers and redemption before each order.
Both read the same file of orders and write the same rows; every table is compared.
"""

from __future__ import annotations

import io
import random
import statistics
import tempfile
import time
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import _replay_floor as floor
from benchmarks._floor import rows_of
from benchmarks._measure import ROUNDS, Row, at_most, ratio
from benchmarks._workload import CountedIds
from loyalcore import Program
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.cli import run_replay
from loyalcore.replay import parse_when, read_orders, replay
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "replay_first"
ORDERS, CUSTOMERS = 155_000, 2_500
AS_OF = "2025-01-01"
PROGRAM = Program.from_document(floor.DOCUMENT)
SEED = 20_240_101


def run() -> list[Row]:
    """Measure the replay, and the whole command with its results, against the loop."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        orders = folder / "orders.csv"
        write_orders(orders)
        document = folder / "beans.toml"
        document.write_text(_toml())
        contestants: dict[str, Callable[[Path], object]] = {
            "replay": lambda path: by_library(orders, path),
            "floor": lambda path: by_hand(orders, path),
            "command": lambda path: by_command(document, orders, path),
        }
        seconds: dict[str, list[float]] = {each: [] for each in contestants}
        for turn in range(ROUNDS):
            names = [*contestants][turn % 3 :] + [*contestants][: turn % 3]
            for each in names:
                path = folder / f"{each}-{turn}.db"
                SqlStore(f"sqlite:///{path}").upgrade()
                begin = time.perf_counter()
                contestants[each](path)
                seconds[each].append(time.perf_counter() - begin)
            _compare(folder / f"replay-{turn}.db", folder / f"floor-{turn}.db")
            for path in folder.glob("*.db*"):
                path.unlink()
    return [
        at_most(NAME, "replay / hand-written loop", ratio(seconds["replay"], seconds["floor"]), 3.0),
        Row(
            NAME,
            "command with results and checks / hand-written loop",
            ratio(seconds["command"], seconds["floor"]),
            "x",
        ),
        *(Row(NAME, f"{each}, per order", statistics.median(seconds[each]) / ORDERS * 1e6, "µs") for each in seconds),
    ]


def write_orders(path: Path) -> None:
    """Write the workload: random instants, random totals that all earn."""
    chance = random.Random(SEED)  # noqa: S311 - a workload, the same in every run
    begin = datetime(2022, 1, 1)  # noqa: DTZ001 - a wall time of the program's zone
    with path.open("w", newline="") as file:
        file.write("order_id,customer_id,ordered_at,total\n")
        for number in range(ORDERS):
            at = begin + timedelta(seconds=chance.randrange(3 * 365 * 86_400))
            customer, total = chance.randrange(CUSTOMERS), chance.randrange(100, 20_000)
            file.write(f"o-{number:06},c-{customer:05},{at.isoformat()},{total // 100}.{total % 100:02}\n")


def by_library(orders: Path, store: Path) -> object:
    """Read, check, book and write through the library."""
    as_of = parse_when(AS_OF, PROGRAM.zone, "as_of")
    with SqlStore(f"sqlite:///{store}") as target:
        found = read_orders(orders, PROGRAM)
        return replay(target, PROGRAM, found.orders, as_of=as_of, ids=CountedIds(), redeem=floor.REDEEM)


def by_hand(orders: Path, store: Path) -> object:
    """Read, book and write in the loop."""
    ids = CountedIds()
    return floor.replay(orders, store, to_micros(parse_when(AS_OF, PROGRAM.zone, "as_of")), lambda: ids.new("holder"))


def by_command(document: Path, orders: Path, store: Path) -> object:
    """Run the command: the replay, the check of every ledger from its entries, and the three files of results."""
    with redirect_stdout(io.StringIO()):
        return run_replay(
            str(document),
            str(orders),
            as_of=AS_OF,
            out=str(store.parent / f"{store.stem}-results"),
            store_url=f"sqlite:///{store}",
            redeem=floor.REDEEM,
        )


def _toml() -> str:
    levels = ", ".join(f'{{ name = "{name}", at = {at} }}' for at, name in floor.LEVELS)
    return (
        f'id = "{floor.PROGRAM}"\ncurrency = "EUR"\ntimezone = "{floor.ZONE}"\n'
        f'[points]\nexpiry = "{floor.MONTHS}M"\n'
        '[[earning]]\nid = "base"\npoints = 1\nper = 1\n'
        f'[tiers]\nmeasure = "points_earned"\nlevels = [{levels}]\n'
    )


def _compare(library: Path, hand: Path) -> None:
    by_library, by_hand = rows_of(library), rows_of(hand)
    for table, rows in by_library.items():
        if rows != by_hand[table]:
            one, other = next(pair for pair in zip(rows, by_hand[table], strict=False) if pair[0] != pair[1])
            raise RuntimeError(f"{table} differs: library {one}, hand-written {other}")
