"""hot_account: 16 ledgers, 8 clients, awards and spends mixed, on PostgreSQL: the facade and lock-first SQL by hand.

`python -m benchmarks.hot_account 50` lets each client do fewer operations.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks._floor_pg import PostgresFloor
from benchmarks._measure import ROUNDS, Row, at_least, ratio, show
from benchmarks._workload import ACTOR, BEGIN, DOCUMENT, CountedIds, Posting, SetClock
from loyalcore import Loyalty, Program
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.errors import InsufficientPoints
from loyalcore.testing.postgres import Databases, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Barrier

NAME = "hot_account"
LEDGERS = 16
CLIENTS = 8
OPERATIONS = 200
"""How many operations a client does."""

_QUESTIONS = {
    "negative lots": "SELECT count(*) FROM loyal_lot WHERE free < 0 OR held < 0",
    "ledgers that are not the sum of their lots": """
        SELECT count(*) FROM loyal_ledger l
         WHERE l.active <> (SELECT coalesce(sum(o.free), 0) FROM loyal_lot o WHERE o.holder_id = l.holder_id)
            OR l.active <> l.awarded - l.spent""",
    "ledgers that are not the sum of their entries": """
        SELECT count(*) FROM loyal_ledger l
         WHERE l.seq <> (SELECT count(*) FROM loyal_entry e WHERE e.holder_id = l.holder_id)
            OR l.awarded <> (SELECT sum(e.points) FROM loyal_entry e
                              WHERE e.holder_id = l.holder_id AND e.kind = 'award')""",
}


def run(operations: int = OPERATIONS) -> list[Row]:
    """Measure on a server that waits for the disk."""
    with running_server(is_durable=True) as server:
        return list(_run(Databases(server.url()), operations))


def _run(server: Databases, operations: int) -> Iterator[Row]:
    rates: dict[str, list[float]] = {"facade": [], "floor": []}
    faults = dict.fromkeys([*_QUESTIONS, "lost updates"], 0)
    with server.fresh() as base:
        _open_accounts(base)
        for number in range(ROUNDS):
            for name in sorted(rates, reverse=number % 2 == 1):
                with server.fresh(base) as url:
                    seconds, done = _race(name, url, operations)
                    rates[name].append(CLIENTS * operations / seconds)
                    with psycopg.connect(url.replace("+psycopg", "")) as connection:
                        for fault, question in _QUESTIONS.items():
                            faults[fault] += _number(connection, question) if name == "facade" else 0
                        entries = _number(connection, "SELECT count(*) FROM loyal_entry") - LEDGERS
                        faults["lost updates"] += done - entries if name == "facade" else 0
    yield at_least(NAME, "facade / lock-first SQL, operations per second", ratio(rates["facade"], rates["floor"]), 0.8)
    for name, label in (("floor", "lock-first SQL"), ("facade", "facade")):
        yield Row(NAME, f"{label}, operations per second", statistics.median(rates[name]), "/s")
    for fault, count in faults.items():
        yield Row(NAME, fault, count, "", "0", count == 0)


def _number(connection: psycopg.Connection[Any], question: Any) -> int:
    return int((connection.execute(question).fetchone() or (0,))[0])


def _shop(url: str, clock: SetClock) -> Loyalty:
    return Loyalty(SqlStore(url), [Program.from_document(DOCUMENT)], clock=clock, ids=CountedIds(), actor=ACTOR)


def _open_accounts(url: str) -> None:
    with SqlStore(url) as store:
        store.upgrade()
        clock = SetClock()
        shop = Loyalty(store, [Program.from_document(DOCUMENT)], clock=clock, ids=CountedIds(), actor=ACTOR)
        for number in range(LEDGERS):
            shop.customers.register(f"customer-{number:04}")
            shop.points.award(f"customer-{number:04}", 500, reason="welcome", key="welcome")


def _race(name: str, url: str, operations: int) -> tuple[float, int]:
    """Let all clients work at once, and give the seconds and how many operations were done and not refused."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(CLIENTS + 1)
    answers = context.Queue()
    clients = [
        context.Process(target=_client, args=(name, url, number, operations, start, answers))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    start.wait(timeout=120)
    begin = time.perf_counter()
    done = sum(answers.get(timeout=300) for _ in clients)
    seconds = time.perf_counter() - begin
    for client in clients:
        client.join()
    return seconds, done


def _client(name: str, url: str, number: int, operations: int, start: Barrier, answers: Any) -> None:
    works = [_work(number, each) for each in range(operations)]
    done = 0
    if name == "floor":
        with closing(PostgresFloor(url)) as floor:
            start.wait()
            for is_award, work in works:
                try:
                    (floor.award if is_award else floor.spend)(work)
                    done += 1
                except ValueError:
                    continue  # not enough points
    else:
        clock = SetClock()
        points = _shop(url, clock).points
        points.balance("customer-0000")  # connect before the start, as the other does
        start.wait()
        for is_award, work in works:
            clock.at = work.at
            post = points.award if is_award else points.spend
            try:
                post(
                    work.customer_id,
                    work.points,
                    reason="order" if is_award else "cart",
                    order_id=work.order_id,
                    key=work.key,
                )
                done += 1
            except InsufficientPoints:
                continue
    answers.put(done)


def _work(client: int, each: int) -> tuple[bool, Posting]:
    """Give what a client does next: awards and spends in turn, all ledgers in an order of its own."""
    order_id = f"order-{client}-{each}"
    customer = (client * 5 + each * 7) % LEDGERS
    return each % 2 == 0, Posting(f"customer-{customer:04}", 100 + each % 7, order_id, f"key-{order_id}", BEGIN)


if __name__ == "__main__":
    print(show(run(int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS)))
