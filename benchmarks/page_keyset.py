"""page_keyset: pages of a million customers through the facade, on SQLite and PostgreSQL, and by hand-written SQL.

`python -m benchmarks.page_keyset 50000` takes fewer customers. The query plans are printed before the figures.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks._measure import Row, at_most, ratio, show, take_turns
from benchmarks._workload import ACTOR, BEGIN, PROGRAM, CountedIds, SetClock
from loyalcore import Customer, Loyalty, Membership, PointFigures, Program
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.adapters.sqlalchemy._schema import CUSTOMER, MEMBERSHIP
from loyalcore.adapters.sqlalchemy._tables import read_columns
from loyalcore.domain.customers import CustomerRow, customers_noun
from loyalcore.domain.decision import ChangeSet, LedgerRef, Put
from loyalcore.domain.ledger import Ledger, Lot
from loyalcore.query import Listing, Position, parse, write_cursor
from loyalcore.testing.postgres import Databases, running_server
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "page_keyset"
CUSTOMERS = 1_000_000
SIZE = 50
DEEP = 5_000
"""Which page is the deep one."""
ASKS = 25
BLOCKS = 4
CHUNK = 20_000
LATE_PART = 100
"""Of so many members one has a ledger that time changes."""
NOW = BEGIN + timedelta(days=1)
LATE = BEGIN + timedelta(days=31)
SORTED = "sort:-points"

_COLUMNS = ", ".join(
    f"{name}.{column.name}" for name, table in (("m", MEMBERSHIP), ("c", CUSTOMER)) for column in read_columns(table)
)
_PAGE = f"""
SELECT {_COLUMNS} FROM loyal_membership m
  JOIN loyal_customer c ON c.environment = m.environment AND c.customer_id = m.customer_id
 WHERE m.environment = 'live' AND m.program_id = 'beans' AND (m.next_change_at IS NULL OR m.next_change_at > ?)
   AND (m.points_active, m.customer_id) < (?, ?)
 ORDER BY m.points_active DESC, m.customer_id DESC LIMIT 51
"""
_PLACE = """
SELECT points_active, customer_id FROM loyal_membership WHERE environment = 'live' AND program_id = 'beans'
 ORDER BY points_active DESC, customer_id DESC LIMIT 1 OFFSET ?
"""
_FROM_ABOVE = (2**62, "")


def run(customers: int = CUSTOMERS) -> list[Row]:
    """Measure the first page and a deep one of the list by points, on both databases."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        with closing(sqlite3.connect(path)) as connection:
            rows += _run("SQLite", f"sqlite:///{path}", connection.execute, customers)
    with (
        running_server() as server,
        Databases(server.url()).fresh() as url,
        psycopg.connect(url.replace("+psycopg", ""), autocommit=True, cursor_factory=psycopg.RawCursor) as served,
    ):
        rows += _run("PostgreSQL", url, served.execute, customers)
    return rows


def _run(label: str, url: str, execute: Callable[..., Any], customers: int) -> Iterator[Row]:
    clock = SetClock()
    clock.at = NOW
    with SqlStore(url, synchronous="OFF") as store:
        store.upgrade()
        shop = Loyalty(
            store, [Program(PROGRAM, currency="EUR", timezone="UTC")], clock=clock, ids=CountedIds(), actor=ACTOR
        )
        _fill(store, customers)
        execute("ANALYZE")
        offset = min(DEEP, customers // SIZE - 2) * SIZE - 1
        place = execute(_marked(label, _PLACE), (offset,)).fetchone()
        statement, now = _marked(label, _PAGE), to_micros(NOW)

        def by_hand(first: tuple[int, str]) -> Callable[[int], None]:
            return _asked(lambda: execute(statement, (now, *first)).fetchall())

        cursor = _cursor(shop, place)
        asked = {
            "first": _asked(lambda: shop.customers.page(SORTED, size=SIZE)),
            "deep": _asked(lambda: shop.customers.page(SORTED, size=SIZE, cursor=cursor)),
            "first by hand": by_hand(_FROM_ABOVE),
            "deep by hand": by_hand(tuple(place)),
        }
        shown = [row.customer.customer_id for row in shop.customers.page(SORTED, size=SIZE, cursor=cursor).items]
        found = execute(statement, (now, *place)).fetchall()
        if len(shown) != SIZE or len(found) != SIZE + 1:
            raise RuntimeError("the pages are not full")
        for line in _plan(store, execute, shop, place):
            print(f"{label}: {line}")
        seconds = take_turns({"page": asked}, blocks=BLOCKS)["page"]
        yield at_most(NAME, f"{label}: page {DEEP:,} / page 1", ratio(seconds["deep"], seconds["first"]), 1.3)
        yield at_most(NAME, f"{label}: page / raw SQL", ratio(seconds["deep"], seconds["deep by hand"]), 1.6)
        for name, by in seconds.items():
            yield Row(
                NAME, f"{label}: {name}, {customers:,} customers", statistics.median(by) / ASKS / BLOCKS * 1e6, "µs"
            )
        begin = time.perf_counter()
        shop.customers.count("points:>=50000")
        yield Row(NAME, f"{label}: count of half", (time.perf_counter() - begin) * 1e3, "ms")
        clock.at = LATE
        begin = time.perf_counter()
        shop.customers.page(SORTED, size=SIZE)
        late = f"{label}: page 1 with {customers // LATE_PART:,} members due"
        yield Row(NAME, late, (time.perf_counter() - begin) * 1e3, "ms")


def _marked(label: str, statement: str) -> str:
    """Number the parameters of a statement for PostgreSQL."""
    if label == "SQLite":
        return statement
    parts = statement.split("?")
    return "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], 1)) + parts[-1]


def _asked(question: Callable[[], object]) -> Callable[[int], None]:
    def do(_block: int) -> None:
        for _ in range(ASKS):
            question()

    return do


def _listing(shop: Loyalty, place: tuple[int, str] | None) -> Listing:
    (program,) = shop.programs
    query = parse(SORTED, customers_noun(program.customers, program.zone))
    position = None if place is None else Position((place[0], place[1]))
    return Listing(query, environment="live", program_id=PROGRAM, position=position, count=SIZE + 1, is_settled=True)


def _cursor(shop: Loyalty, place: tuple[int, str]) -> str:
    listing = _listing(shop, place)
    assert listing.position is not None
    return write_cursor(listing.query, listing.position, scope=listing.scope)


def _plan(store: SqlStore, execute: Callable[..., Any], shop: Loyalty, place: tuple[int, str]) -> Iterator[str]:
    """Explain the statement of the deep page."""
    lister, _ = store._statements.listings._lists[CustomerRow]
    for statement, values in lister.asks(_listing(shop, place), NOW):
        explain = "EXPLAIN QUERY PLAN" if store._dialect.name == "sqlite" else "EXPLAIN"
        for row in execute(f"{explain} {statement}", values).fetchall():
            yield str(row[-1])


def _fill(store: SqlStore, customers: int) -> None:
    """Write customers with their figures, and of a few the ledger with a lot that lapses."""
    chance = random.Random(4)  # noqa: S311 - the same points in every run
    for begin in range(0, customers, CHUNK):
        puts: list[Put] = []
        lots: list[Lot] = []
        for number in range(begin, min(begin + CHUNK, customers)):
            points, is_late = chance.randrange(100_000), number % LATE_PART == 0
            holder = f"{number:032x}"
            figures = PointFigures(active=points, awarded=points, earned=points)
            named: dict[str, Any] = {"environment": "live", "holder_id": holder, "customer_id": f"customer-{number:07}"}
            at = BEGIN + number * timedelta(milliseconds=1)
            puts.append(Put(Customer(**named, registered_at=at, updated_at=at, programs=(PROGRAM,)), None))
            next_change_at = LATE - timedelta(hours=1) if is_late else None
            puts.append(
                Put(
                    Membership(
                        **named,
                        program_id=PROGRAM,
                        known_at=at,
                        joined_at=at,
                        ledgers=("",),
                        points=figures,
                        next_change_at=next_change_at,
                    ),
                    None,
                )
            )
            if is_late:
                ref = LedgerRef("live", holder, PROGRAM)
                zeros = dict.fromkeys(("pending", "held", "spent", "expired", "reversed", "deficit"), 0)
                head: dict[str, Any] = {
                    "seq": 1,
                    "at": BEGIN,
                    "recorded_at": BEGIN,
                    "lot_count": 1,
                    "active": points,
                    **zeros,
                }
                head |= {"awarded": points, "earned": points, "next_change_at": next_change_at}
                puts.append(Put(Ledger(ref=ref, **head), None))
                lots.append(
                    Lot(ledger=ref, lot=1, granted=points, free=points, active_from=BEGIN, expires_at=next_change_at)
                )
        with store.unit() as unit:
            unit.apply(ChangeSet(puts=tuple(puts), parts=tuple(lots)))
            unit.commit()


if __name__ == "__main__":
    print(show(run(*map(int, sys.argv[1:]))))
