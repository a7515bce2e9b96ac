"""expiry_sweep: a million open lots of which a tenth is due: the facade's sweep and set-based SQL by hand, on SQLite.

`python -m benchmarks.expiry_sweep 50000` takes fewer lots.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._floor import rows_of
from benchmarks._measure import ROUNDS, Row, at_most, ratio, show
from benchmarks._workload import ACTOR, BEGIN, PROGRAM, CountedIds, SetClock
from benchmarks.post_one import copy
from loyalcore import Award, Loyalty, Program
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.customers import Register
from loyalcore.values.clock import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "expiry_sweep"
LOTS = 1_000_000
PER_CUSTOMER = 5
DUE_AT = BEGIN + timedelta(days=30)
SWEPT_AT = BEGIN + timedelta(days=40)
LATER = BEGIN + timedelta(days=300)
UNIT_LEDGERS = 1_000

_DUE = """
CREATE TEMP TABLE due AS
SELECT l.holder_id, l.seq + 1 AS seq, o.lot, o.free, o.expires_at
  FROM loyal_ledger l INDEXED BY loyal_ledger_due CROSS JOIN loyal_lot o INDEXED BY loyal_lot_open
    ON o.environment = l.environment AND o.holder_id = l.holder_id AND o.program_id = l.program_id
   AND o.ledger = l.ledger
 WHERE l.environment = 'live' AND l.next_change_at <= :now AND o.free + o.held > 0 AND o.expires_at <= :now
 ORDER BY l.holder_id
"""
_ENTRIES = """
INSERT INTO loyal_entry (environment, holder_id, program_id, ledger, seq, kind, points, recorded_at, effective_at,
                         draws, owed, waived, program_version, actor, reason)
SELECT 'live', holder_id, :program, '', seq, 'expire', free, :now, expires_at, '[[' || lot || ',' || free || ']]',
       0, 0, 1, 'time', 'expired'
  FROM due WHERE rowid > :after AND rowid <= :upto
"""
_LOTS = """
UPDATE loyal_lot SET free = 0 FROM due
 WHERE loyal_lot.environment = 'live' AND loyal_lot.holder_id = due.holder_id AND loyal_lot.program_id = :program
   AND loyal_lot.ledger = '' AND loyal_lot.lot = due.lot AND due.rowid > :after AND due.rowid <= :upto
"""
_HEADS = """
UPDATE loyal_ledger
   SET version = version + 1, seq = due.seq, at = :now, recorded_at = :now, active = active - due.free,
       expired = expired + due.free,
       next_change_at = (SELECT min(o.expires_at) FROM loyal_lot o INDEXED BY loyal_lot_open
                          WHERE o.environment = 'live' AND o.holder_id = due.holder_id AND o.program_id = :program
                            AND o.ledger = '' AND o.free + o.held > 0)
  FROM due
 WHERE loyal_ledger.environment = 'live' AND loyal_ledger.holder_id = due.holder_id
   AND loyal_ledger.program_id = :program AND loyal_ledger.ledger = '' AND due.rowid > :after AND due.rowid <= :upto
"""
_MEMBERS = """
UPDATE loyal_membership
   SET version = version + 1,
       (points_active, points_expired, next_change_at)
           = (SELECT l.active, l.expired, l.next_change_at FROM loyal_ledger l
               WHERE l.environment = 'live' AND l.holder_id = due.holder_id AND l.program_id = :program
                 AND l.ledger = '')
  FROM due
 WHERE loyal_membership.environment = 'live' AND loyal_membership.holder_id = due.holder_id
   AND loyal_membership.program_id = :program AND due.rowid > :after AND due.rowid <= :upto
"""


def run(lots: int = LOTS) -> list[Row]:
    """Measure the sweep of the same file, copied for each round."""
    with tempfile.TemporaryDirectory() as folder:
        return list(_run(Path(folder), lots))


def _run(folder: Path, lots: int) -> Iterator[Row]:
    base = folder / "base.db"
    with closing(_Shop(base)) as shop:
        shop.open_accounts(lots)
    seconds: dict[str, list[float]] = {"facade": [], "floor": []}
    swept = 0
    for number in range(ROUNDS):
        paths = {name: folder / f"{name}.db" for name in seconds}
        for name in sorted(seconds, reverse=number % 2 == 1):
            paths[name].unlink(missing_ok=True)
            copy(base, paths[name])
            with closing(_Floor(paths[name]) if name == "floor" else _Shop(paths[name])) as one:
                begin = time.perf_counter()
                swept = one.sweep()
                seconds[name].append(time.perf_counter() - begin)
        if number == 0 and rows_of(paths["facade"]) != rows_of(paths["floor"]):
            raise RuntimeError("the sweep and the hand-written SQL differ")
    yield at_most(NAME, f"facade / set-based SQL, {lots:,} lots, {swept:,} due", ratio(**_pair(seconds)), 1.2)
    for name, label in (("floor", "set-based SQL"), ("facade", "facade")):
        yield Row(NAME, f"{label}, per lot due", statistics.median(seconds[name]) / swept * 1e6, "µs")


def _pair(seconds: dict[str, list[float]]) -> dict[str, list[float]]:
    return {"above": seconds["facade"], "below": seconds["floor"]}


class _Shop:
    """loyalcore, called as a host calls it."""

    def __init__(self, path: Path) -> None:
        self.store = SqlStore(f"sqlite:///{path}")
        self.store.upgrade()
        self.clock = SetClock()
        program = Program(PROGRAM, currency="EUR", timezone="UTC")
        self.shop = Loyalty(self.store, [program], clock=self.clock, ids=CountedIds(), actor=ACTOR)

    def open_accounts(self, lots: int) -> None:
        """Give every customer five lots; of every second one the first is soon due."""
        self.clock.at = BEGIN
        names = [f"customer-{number:07}" for number in range(lots // PER_CUSTOMER)]
        for begin in range(0, len(names), 1_000):
            self.shop.run_many([Register(name) for name in names[begin : begin + 1_000]], atomic=True)
        self.shop.points.post_many(
            Award(
                name,
                100,
                reason="welcome",
                key=f"w-{lot}",
                expires_at=DUE_AT if lot == 0 and number % 2 else LATER + timedelta(days=lot),
            )
            for number, name in enumerate(names)
            for lot in range(PER_CUSTOMER)
        )

    def sweep(self) -> int:
        """Sweep everything."""
        self.clock.at = SWEPT_AT
        return self.shop.points.sweep()

    def close(self) -> None:
        """Let the store go."""
        self.store.close()


class _Floor:
    """Set-based SQL by hand, in units of as many ledgers; it knows that each has one lot due."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-16384"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()

    def sweep(self) -> int:
        """Sweep everything."""
        execute, now = self._connection.execute, to_micros(SWEPT_AT)
        execute(_DUE, {"now": now})
        (count,) = execute("SELECT count(*) FROM due").fetchone()
        for after in range(0, count, UNIT_LEDGERS):
            values = {"now": now, "program": PROGRAM, "after": after, "upto": after + UNIT_LEDGERS}
            execute("BEGIN IMMEDIATE")
            for statement in (_ENTRIES, _LOTS, _HEADS, _MEMBERS):
                execute(statement, values)
            execute("COMMIT")
        return int(count)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


if __name__ == "__main__":
    print(show(run(int(sys.argv[1]) if len(sys.argv) > 1 else LOTS)))
