"""The floor of a replay: one loop in plain Python that knows its one program, and writes the same rows.

It keeps each customer's lots in a list, spends the soonest to expire first, and writes a customer's rows with one
`executemany` per table in one transaction per customer, locked from its beginning and as durable as the store's. It
checks nothing: no order, no key, no version.
"""

from __future__ import annotations

import csv
import sqlite3
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import blake2b
from json import JSONEncoder
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = "beans"
ZONE = "Europe/Berlin"
MONTHS = 6
REDEEM = 100
LEVELS = ((0, "Basic"), (100, "Silver"), (500, "Gold"))
DOCUMENT = {
    "id": PROGRAM,
    "currency": "EUR",
    "timezone": ZONE,
    "points": {"expiry": f"{MONTHS}M"},
    "earning": [{"id": "base", "points": 1, "per": 1}],
    "tiers": {"measure": "points_earned", "levels": [{"name": name, "at": at} for at, name in LEVELS]},
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = ZoneInfo(ZONE)
_MICRO = timedelta(microseconds=1)
_DAY = 86_400_000_000
_NEVER = 2**63 - 1

_COLUMNS = {
    "customer": "environment, customer_id, holder_id, registered_at, programs, version",
    "membership": "environment, holder_id, program_id, known_at, joined_at, tier, tier_since, tier_previous, ledgers, "
    "version, customer_id, points_active, points_spent, points_expired, points_awarded, points_earned, next_change_at, "
    "tier_fold",
    "ledger": "environment, holder_id, program_id, ledger, version, seq, at, recorded_at, lot_count, awarded, active, "
    "pending, held, spent, expired, reversed, deficit, earned, lapsed_lots, next_change_at",
    "lot": "environment, holder_id, program_id, ledger, lot, granted, free, held, active_from, expires_at, is_earned",
    "entry": "environment, holder_id, program_id, ledger, seq, kind, points, recorded_at, effective_at, occurred_at, "
    "draws, lots, owed, waived, program_version, actor, reason, order_id, rule",
    "key": "environment, holder_id, key, command, digests, entries",
    "fact": "environment, holder_id, program_id, rule, source_type, source_id, line, side, cycle, paid_in, seq",
}
_INSERT = {
    table: f"INSERT INTO loyal_{table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"
    for table, columns in _COLUMNS.items()
}

_json = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@cache
def _offset(day: date) -> int | None:
    """Give the offset from UTC on a local day in microseconds, None where the clocks change on it."""
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=_ZONE) + timedelta(days=days) for days in (0, 1))
    one, other = begin.utcoffset(), end.utcoffset()
    if one is None or one != other:
        return None
    return one // _MICRO


@cache
def _end_day(day: date) -> date:
    """Give the day six months after a day, the last of its month where that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + MONTHS, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _expiry(wall: datetime) -> int:
    """Give the instant six months after a wall time, in microseconds since 1970."""
    day = _end_day(wall.date())
    offset = _offset(day)
    if offset is None:
        return (wall.replace(year=day.year, month=day.month, day=day.day, tzinfo=_ZONE) - _EPOCH) // _MICRO
    clock = wall.hour * 3_600_000_000 + wall.minute * 60_000_000 + wall.second * 1_000_000 + wall.microsecond
    days = day.toordinal() - 719_163
    return days * _DAY + clock - offset


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


_digest_kept = lru_cache(maxsize=4096)(_digest)
_AWARD, _SPEND, _BASE, _REDEMPTION = (
    _digest(f'"{text}"') for text in ("points.award", "points.spend", "base", "redemption")
)


def read(path: Path) -> dict[str, list[tuple[datetime, str, int, int]]]:
    """Read the orders of each customer: (wall time, order, instant, points), in order."""
    found: dict[str, list[tuple[datetime, str, int, int]]] = {}
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for order_id, customer_id, ordered_at, total in rows:
            wall = datetime.fromisoformat(ordered_at)
            offset = _offset(wall.date())
            if offset is None:
                at = (wall.replace(tzinfo=_ZONE) - _EPOCH) // _MICRO
                # A wall time that the clocks skip is the one that they show then.
                wall = (_EPOCH + timedelta(microseconds=at)).astimezone(_ZONE).replace(tzinfo=None)
            else:
                at = (wall.replace(tzinfo=UTC) - _EPOCH) // _MICRO - offset
            found.setdefault(customer_id, []).append((wall, order_id, at, int(Decimal(total))))
    for orders in found.values():
        orders.sort(key=itemgetter(2, 1))
    return dict(sorted(found.items()))


def replay(orders: Path, store: Path, as_of: int, new_holder: Callable[[], str]) -> int:
    """Replay a file of orders into a file with empty tables; give the number of entries."""
    history = read(orders)
    connection = sqlite3.connect(store, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-16384")
    cursor = connection.cursor()
    entries = 0
    for customer_id, mine in history.items():
        rows = _book(customer_id, mine, as_of, new_holder())
        entries += len(rows["entry"])
        cursor.execute("BEGIN IMMEDIATE")
        for table, each in rows.items():
            cursor.executemany(_INSERT[table], each)
        cursor.execute("COMMIT")
    connection.close()
    return entries


def _book(  # noqa: PLR0915 - one loop, as a hand would write it
    customer_id: str, orders: list[tuple[datetime, str, int, int]], as_of: int, holder: str
) -> dict[str, list[tuple[Any, ...]]]:
    entries: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    facts: list[tuple[Any, ...]] = []
    lots: list[list[int]] = []  # number, granted, free, active from, expires at
    open_lots: list[list[int]] = []
    seq = awarded = active = spent = expired = 0
    soonest = _NEVER
    tier, previous, since, level = None, None, 0, 0
    joined = 0
    name = ("live", holder, PROGRAM, "")
    paid_in = _json(name)
    named = paid_in[:-1]

    def lapse(now: int) -> None:
        nonlocal seq, expired, active, open_lots, soonest
        while soonest <= now:
            at = soonest
            over = [lot for lot in open_lots if lot[4] <= at]
            points = sum(lot[2] for lot in over)
            seq += 1
            draws = _json([(lot[0], lot[2]) for lot in over])
            entries.append(
                (*name, seq, "expire", points, now, at, None, draws, None, 0, 0, 1, "time", "expired", None, None)
            )
            for lot in over:
                lot[2] = 0
            expired += points
            active -= points
            open_lots = [lot for lot in open_lots if lot[2]]
            soonest = min([lot[4] for lot in open_lots], default=_NEVER)

    for wall, order_id, at, points in orders:
        lapse(at)
        wanted = active // REDEEM * REDEEM
        text = _digest(f'"{order_id}"')
        moment = (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds")
        occurred = _digest(f'"{moment[:-6]}Z"')
        if wanted:
            left, draws = wanted, []
            for lot in sorted(open_lots, key=itemgetter(4, 3, 0)):
                taken = min(lot[2], left)
                lot[2] -= taken
                left -= taken
                draws.append((lot[0], taken))
                if not left:
                    break
            open_lots = [lot for lot in open_lots if lot[2]]
            soonest = min([lot[4] for lot in open_lots], default=_NEVER)
            active -= wanted
            spent += wanted
            seq += 1
            entries.append(
                (
                    *name,
                    seq,
                    "spend",
                    wanted,
                    at,
                    at,
                    at,
                    _json(draws),
                    None,
                    0,
                    0,
                    1,
                    "replay",
                    "redemption",
                    order_id,
                    None,
                )
            )
            digests = {
                "command": _SPEND,
                "points": _digest_kept(str(wanted)),
                "reason": _REDEMPTION,
                "order_id": text,
                "occurred_at": occurred,
            }
            key = f"replay:{PROGRAM}:spend:{order_id}"
            keys.append(("live", holder, key, "points.spend", _json(digests), f"[{named},[{seq}]]]"))
        if points:
            end = _expiry(wall)
            lot = [len(lots) + 1, points, points, at, end]
            lots.append(lot)
            open_lots.append(lot)
            soonest = min(soonest, end)
            active += points
            awarded += points
            seq += 1
            new = f"[[{lot[0]},{points},{at},{end},null,null,true,null,0]]"
            entries.append(
                (*name, seq, "award", points, at, at, at, None, new, 0, 0, 1, "replay", "base", order_id, "base")
            )
            digests = {
                "command": _AWARD,
                "points": _digest_kept(str(points)),
                "order_id": text,
                "rule": _BASE,
                "occurred_at": occurred,
            }
            key = f"replay:{PROGRAM}:award:4:base:{order_id}"
            keys.append(("live", holder, key, "points.award", _json(digests), f"[{named},[{seq}]]]"))
            facts.append(("live", holder, PROGRAM, "base", "order", order_id, "", "", 1, paid_in, seq))
            joined = joined or at
            reached = level
            while reached < len(LEVELS) and LEVELS[reached][0] <= awarded:
                reached += 1
            if reached > level:
                tier, previous, since, level = LEVELS[reached - 1][1], tier, at, reached
        else:
            raise NotImplementedError("every order of the workload earns")
    recorded = orders[-1][2]
    if soonest <= as_of:
        lapse(as_of)
        recorded = as_of
    next_change_at = None if soonest == _NEVER else soonest
    return {
        "customer": [("live", customer_id, holder, orders[0][2], f'["{PROGRAM}"]', 1)],
        "membership": [
            (
                *("live", holder, PROGRAM, joined, joined, tier, since, previous, '[""]', 1, customer_id),
                *(active, spent, expired, awarded, awarded, next_change_at, tier and tier.casefold()),
            )
        ],
        "ledger": [
            (
                *(*name, 1, seq, as_of, recorded, len(lots), awarded, active, 0, 0, spent, expired, 0, 0, awarded, 0),
                next_change_at,
            )
        ],
        "lot": [(*name, number, granted, free, 0, start, end, 1) for number, granted, free, start, end in lots],
        "entry": entries,
        "key": keys,
        "fact": facts,
    }
