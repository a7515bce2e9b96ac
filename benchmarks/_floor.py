"""The floor: the same rows with the same guarantees, written by hand on the sqlite3 driver.

It knows the one program that it serves. In one transaction, locked from its beginning: one look-up that joins
directory, membership and ledger; for a spend the open lots, the soonest to expire first; then the ledger's head and the
membership with its figures, each under the version that was read, the lot, the entry, and the key with the digests of
its payload. A key that was used is found by its unique name, and answered from what it wrote.
"""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from json import JSONEncoder
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from benchmarks._workload import ACTOR, PROGRAM, ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks._workload import Posting

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BERLIN = ZoneInfo(ZONE)
_MICRO = timedelta(microseconds=1)

_FIND = """
SELECT c.holder_id, c.merged_into, c.absorbed, m.joined_at, l.seq, l.recorded_at, l.version, m.version, l.lot_count,
       l.awarded, l.active, l.spent, l.earned, l.next_change_at
  FROM loyal_customer c
  JOIN loyal_membership m ON m.environment = c.environment AND m.holder_id = c.holder_id AND m.program_id = ?
  JOIN loyal_ledger l ON l.environment = c.environment AND l.holder_id = c.holder_id AND l.program_id = m.program_id
                     AND l.ledger = ''
 WHERE c.environment = 'live' AND c.customer_id = ?
"""
_OPEN_LOTS = """
SELECT lot, free, expires_at FROM loyal_lot
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND ledger = '' AND free + held > 0
 ORDER BY expires_at, lot
"""
_HEAD_AFTER_AWARD = """
UPDATE loyal_ledger
   SET version = ?, seq = ?, at = ?, recorded_at = ?, lot_count = ?, awarded = ?, active = ?, earned = ?,
       next_change_at = ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND ledger = '' AND version = ?
"""
_HEAD_AFTER_SPEND = """
UPDATE loyal_ledger SET version = ?, seq = ?, at = ?, recorded_at = ?, active = ?, spent = ?, next_change_at = ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND ledger = '' AND version = ?
"""
_MEMBER_AFTER_AWARD = """
UPDATE loyal_membership
   SET version = ?, points_active = ?, points_awarded = ?, points_earned = ?, next_change_at = ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND version = ?
"""
_MEMBER_AFTER_SPEND = """
UPDATE loyal_membership SET version = ?, points_active = ?, points_spent = ?, next_change_at = ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND version = ?
"""
_NEW_LOT = """
INSERT INTO loyal_lot (environment, holder_id, program_id, ledger, lot, granted, free, held, active_from, expires_at,
                       expires_on, is_earned)
VALUES ('live', ?, ?, '', ?, ?, ?, 0, ?, ?, ?, TRUE)
"""
_DRAW = """
UPDATE loyal_lot SET free = free - ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND ledger = '' AND lot = ?
"""
_ENTRY = """
INSERT INTO loyal_entry (environment, holder_id, program_id, ledger, seq, kind, points, recorded_at, effective_at,
                         draws, lots, owed, waived, program_version, actor, reason, order_id)
VALUES ('live', ?, ?, '', ?, ?, ?, ?, ?, ?, ?, 0, 0, 1, ?, ?, ?)
"""
_KEY = """
INSERT INTO loyal_key (environment, holder_id, key, command, digests, entries) VALUES ('live', ?, ?, ?, ?, ?)
"""
_USED_KEY = "SELECT digests, entries FROM loyal_key WHERE environment = 'live' AND holder_id = ? AND key = ?"

_json = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@lru_cache(maxsize=64)
def _end_of_month(day: date) -> tuple[int, str]:
    """Give the instant and the last valid day of `end_of_month(12M)`, counted from a local day."""
    last = date(day.year + 1, day.month, monthrange(day.year + 1, day.month)[1])
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), _BERLIN)
    return (midnight - _EPOCH) // _MICRO, last.isoformat()


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


_digest_kept = lru_cache(maxsize=4096)(_digest)


def _digests(command: str, work: Posting, reason: str) -> str:
    return _json(
        {
            "command": _digest_kept(f'"{command}"'),
            "points": _digest_kept(str(work.points)),
            "reason": _digest_kept(f'"{reason}"'),
            "order_id": _digest(f'"{work.order_id}"'),
        }
    )


class Floor:
    """Postings by hand.

    Args:
        path: A file with the tables and the accounts.
        synchronous: `FULL` or `NORMAL`.
    """

    begin = "BEGIN IMMEDIATE"
    find = _FIND
    taken: type[Exception] = sqlite3.IntegrityError

    def __init__(self, path: Path, synchronous: str) -> None:
        self._connection: Any = sqlite3.connect(path, timeout=0, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(f"PRAGMA synchronous={synchronous}")
        self._connection.execute("PRAGMA cache_size=-16384")
        self._cursor: Any = self._connection.cursor()

    def award(self, work: Posting) -> tuple[int, int]:
        """Award the points of an order; give the number of the entry and the new balance."""
        execute = self._cursor.execute
        execute(self.begin)
        try:
            holder, seq, now, head = self._open(work)
            version, of_member, lot_count, awarded, active, _spent, earned, next_change = head
            lot, points = lot_count + 1, work.points
            end, on = _end_of_month(work.at.astimezone(_BERLIN).date())
            next_change = end if next_change is None else min(end, next_change)
            awarded, active, earned = awarded + points, active + points, earned + points
            head = (version + 1, seq, now, now, lot, awarded, active, earned, next_change)
            self._change(_HEAD_AFTER_AWARD, (*head, holder, PROGRAM, version))
            member = (of_member + 1, active, awarded, earned, next_change)
            self._change(_MEMBER_AFTER_AWARD, (*member, holder, PROGRAM, of_member))
            execute(_NEW_LOT, (holder, PROGRAM, lot, points, points, now, end, on))
            lots = _json([[lot, points, now, end, on, None, True, None, 0]])
            self._write(work, holder, seq, now, "award", "order", None, lots)
            execute("COMMIT")
        except BaseException:
            self._undo()
            raise
        return seq, active

    def spend(self, work: Posting) -> tuple[int, int]:
        """Spend points on an order; give the number of the entry and the new balance."""
        execute = self._cursor.execute
        execute(self.begin)
        try:
            holder, seq, now, head = self._open(work)
            version, of_member, _lot_count, _awarded, active, spent, _earned, _next_change = head
            left = work.points
            if active < left:
                raise ValueError("not enough points")
            draws, next_change = [], None
            for lot, free, end in execute(_OPEN_LOTS, (holder, PROGRAM)).fetchall():
                taken = min(free, left)
                if taken:
                    draws.append((lot, taken))
                    left -= taken
                if free > taken:
                    next_change = end
                    break
            active, spent = active - work.points, spent + work.points
            head = (version + 1, seq, now, now, active, spent, next_change)
            self._change(_HEAD_AFTER_SPEND, (*head, holder, PROGRAM, version))
            member = (of_member + 1, active, spent, next_change)
            self._change(_MEMBER_AFTER_SPEND, (*member, holder, PROGRAM, of_member))
            for lot, taken in draws:
                execute(_DRAW, (taken, holder, PROGRAM, lot))
            self._write(work, holder, seq, now, "spend", "cart", _json(draws), None)
            execute("COMMIT")
        except BaseException:
            self._undo()
            raise
        return seq, active

    def _open(self, work: Posting) -> tuple[str, int, int, tuple[Any, ...]]:
        """Give the holder, the number and the instant of the next entry, the two versions, and the figures."""
        row = self._cursor.execute(self.find, (PROGRAM, work.customer_id)).fetchone()
        if row is None:
            raise LookupError("no such customer, or no member")
        holder, merged_into, absorbed, joined_at, seq, recorded_at, *head = row
        now, next_change = max((work.at - _EPOCH) // _MICRO, recorded_at), head[-1]
        if merged_into is not None or absorbed is not None or joined_at is None:
            raise NotImplementedError("the workload has no such case")
        if next_change is not None and next_change <= now:
            raise NotImplementedError("no lot of the workload lapses")
        return holder, seq + 1, now, tuple(head)

    def _change(self, statement: str, values: tuple[Any, ...]) -> None:
        if self._cursor.execute(statement, values).rowcount != 1:
            raise RuntimeError("somebody else was faster")

    def _write(
        self,
        work: Posting,
        holder: str,
        seq: int,
        now: int,
        kind: str,
        reason: str,
        draws: str | None,
        lots: str | None,
    ) -> None:
        execute = self._cursor.execute
        entry = (holder, PROGRAM, seq, kind, work.points, now, now, draws, lots, ACTOR, reason, work.order_id)
        execute(_ENTRY, entry)
        digests = _digests(f"points.{kind}", work, reason)
        written = _json([["live", holder, PROGRAM, "", [seq]]])
        try:
            execute(_KEY, (holder, work.key, f"points.{kind}", digests, written))
        except self.taken:
            used = execute(_USED_KEY, (holder, work.key)).fetchone()
            raise RuntimeError(f"the key was used for {used}") from None

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table of a store's file, in the order of their names."""
    connection = sqlite3.connect(path)
    named = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'loyal@_%' ESCAPE '@'"
    )
    tables = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in named.fetchall()}
    connection.close()
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}
