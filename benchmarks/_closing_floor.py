"""The floor of closing an order: the same rows with the same guarantees, by hand, in the fewest statements.

One look-up that joins directory, membership and ledger, then eight statements that write: the ledger's head and the
membership with the figures of orders and the tier, each under the version that was read; the order, the lot, the entry,
the key, the fact, and what the customer is told. That the order is new, the key unused and the fact unpaid is left to
their unique names. It knows the one program that it serves.
"""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal
from hashlib import blake2b
from json import dumps
from typing import TYPE_CHECKING, Any

from benchmarks._floor import _BERLIN, _EPOCH, _MICRO, Floor, _digest, _digest_kept, _end_of_month, _json
from benchmarks._floor_pg import PostgresFloor
from benchmarks._workload import ACTOR, PROGRAM

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from benchmarks._workload import Closing

_FIND = """
SELECT c.holder_id, c.merged_into, c.absorbed, c.is_excluded, c.deactivated_at, l.recorded_at, l.next_change_at,
       l.version, l.seq, l.lot_count, l.awarded, l.active, l.earned, m.version, m.tier, m.tier_since, m.tier_previous,
       m.orders_count, m.orders_products, m.orders_undiscounted, m.orders_revenue, m.orders_first_at
  FROM loyal_customer c
  JOIN loyal_membership m ON m.environment = c.environment AND m.holder_id = c.holder_id AND m.program_id = ?
  JOIN loyal_ledger l ON l.environment = c.environment AND l.holder_id = c.holder_id AND l.program_id = m.program_id
                     AND l.ledger = ''
 WHERE c.environment = 'live' AND c.customer_id = ?
"""
_HEAD = """
UPDATE loyal_ledger
   SET version = ?, seq = ?, at = ?, recorded_at = ?, lot_count = ?, awarded = ?, active = ?, earned = ?,
       next_change_at = ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND ledger = '' AND version = ?
"""
_MEMBER = """
UPDATE loyal_membership
   SET version = ?, points_active = ?, points_awarded = ?, points_earned = ?, next_change_at = ?,
       tier = ?, tier_fold = ?, tier_since = ?, tier_previous = ?,
       orders_count = ?, orders_products = ?, orders_undiscounted = ?, orders_revenue = ?, orders_first_at = ?,
       orders_last_at = ?
 WHERE environment = 'live' AND holder_id = ? AND program_id = ? AND version = ?
"""
_ORDER = """
INSERT INTO loyal_order (environment, order_id, holder_id, customer_id, program_id, state, created_at, updated_at,
                         closed_at, cycle, redeemed, cart, awards, version, net, discount, total, products, returned,
                         awarded, state_fold)
VALUES ('live', ?, ?, ?, ?, 'closed', ?, ?, ?, 1, 0, ?, ?, 1, ?, ?, ?, ?, 0, ?, 'closed')
"""
_LOT = """
INSERT INTO loyal_lot (environment, holder_id, program_id, ledger, lot, granted, free, held, active_from, expires_at,
                       expires_on, is_earned)
VALUES ('live', ?, ?, '', ?, ?, ?, 0, ?, ?, ?, TRUE)
"""
_ENTRY = """
INSERT INTO loyal_entry (environment, holder_id, program_id, ledger, seq, kind, points, recorded_at, effective_at,
                         lots, owed, waived, program_version, actor, reason, order_id, rule)
VALUES ('live', ?, ?, '', ?, 'award', ?, ?, ?, ?, 0, 0, 1, ?, 'base', ?, 'base')
"""
_KEY = """
INSERT INTO loyal_key (environment, holder_id, key, command, digests, entries)
VALUES ('live', ?, ?, 'orders.close', ?, ?)
"""
_FACT = """
INSERT INTO loyal_fact (environment, holder_id, program_id, rule, source_type, source_id, line, side, cycle, paid_in,
                        seq)
VALUES ('live', ?, ?, 'base', 'order', ?, '', '', 1, ?, ?)
"""
_NOTICES = (
    """
INSERT INTO loyal_outbox (environment, holder_id, notice_id, kind, program_id, at, next_change_at, details)
VALUES ('live', ?, ?, 'points_added', ?, ?, ?, ?)
""",
    """
INSERT INTO loyal_outbox (environment, holder_id, notice_id, kind, program_id, at, next_change_at, details)
VALUES ('live', ?, ?, 'points_added', ?, ?, ?, ?), ('live', ?, ?, 'tier_up', ?, ?, ?, ?)
""",
)
_LEVELS = (("Gold", 200), ("Silver", 100), ("Base", 0))
_ZERO = 10**30


class ClosingFloor(Floor):
    """Orders closed by hand on SQLite; see `Floor`."""

    find = _FIND

    def close_order(self, work: Closing) -> None:
        """Close an order."""
        execute = self._cursor.execute
        execute(self.begin)
        try:
            row = execute(self.find, (PROGRAM, work.customer_id)).fetchone()
            if row is None:
                raise LookupError("no such customer, or no member")
            with self.sent_at_once():
                self._write_order(work, row)
            execute("COMMIT")
        except BaseException:
            self._undo()
            raise

    def sent_at_once(self) -> AbstractContextManager[object]:
        """Give what writes run in; here each is sent by itself."""
        return nullcontext()

    def _write_order(self, work: Closing, row: tuple[Any, ...]) -> None:
        holder, merged_into, absorbed, is_excluded, deactivated_at, recorded_at, next_change, *rest = row
        version, seq, lot, awarded, active, earned, of_member, tier, since, previous, *figures = rest
        now = max((work.at - _EPOCH) // _MICRO, recorded_at)
        if merged_into is not None or absorbed is not None or is_excluded or deactivated_at is not None:
            raise NotImplementedError("the workload has no such case")
        if next_change is not None and next_change <= now:
            raise NotImplementedError("no lot of the workload lapses")
        execute = self._cursor.execute
        items = work.cart["items"]
        lines = [(item["line_id"], Decimal(item["unit_price"]) * item.get("quantity", 1)) for item in items]
        pieces = sum(item.get("quantity", 1) for item in items)
        net = sum((cost for _, cost in lines), Decimal(0))
        points = int(net)
        count, products, undiscounted, revenue, first_at = figures
        spent = int(revenue) - _ZERO + int(net.scaleb(9))
        end, on = _end_of_month(work.at.astimezone(_BERLIN).date())
        seq, lot, awarded, active, earned = seq + 1, lot + 1, awarded + points, active + points, earned + points
        next_change = end if next_change is None else min(end, next_change)
        entry_id = f"{holder}:{PROGRAM}:{seq}:"
        told = [holder, entry_id, PROGRAM, now, now]
        told.append(_json({"entry_id": entry_id, "ledger": "", "points": points, "reason": "base"}))
        reached = next(name for name, least in _LEVELS if spent >= least * 10**9)
        if reached != tier:
            told += [holder, f"tier_up:{PROGRAM}::{of_member}.0", PROGRAM, now, now]
            told.append(_json({"ledger": "", "tier": reached, "before": tier}))
            tier, since, previous = reached, now, tier
        head = (version + 1, seq, now, now, lot, awarded, active, earned, next_change)
        self._change(_HEAD, (*head, holder, PROGRAM, version))
        standing = (tier, tier.casefold(), since, previous)
        orders = (count + 1, products + pieces, undiscounted + 1, str(_ZERO + spent), first_at or now, now)
        member = (of_member + 1, active, awarded, earned, next_change, *standing, *orders)
        self._change(_MEMBER, (*member, holder, PROGRAM, of_member))
        amount = str(_ZERO + int(net.scaleb(9)))
        weights = [[line_id, str(cost)] for line_id, cost in lines]
        award = _json([["base", "", entry_id, points, weights, str(net)]])
        names = (work.order_id, holder, work.customer_id, PROGRAM, now, now, now)
        execute(_ORDER, (*names, _json(work.cart), award, amount, str(_ZERO), amount, pieces, points))
        execute(_LOT, (holder, PROGRAM, lot, points, points, now, end, on))
        made = _json([[lot, points, now, end, on, None, True, None, 0]])
        execute(_ENTRY, (holder, PROGRAM, seq, points, now, now, made, ACTOR, work.order_id))
        execute(_KEY, (holder, work.key, _digests(work), _json([["live", holder, PROGRAM, "", [seq]]])))
        execute(_FACT, (holder, PROGRAM, work.order_id, _json(["live", holder, PROGRAM, ""]), seq))
        execute(_NOTICES[len(told) > 6], tuple(told))


def _digests(work: Closing) -> str:
    cart = dumps(work.cart, separators=(",", ":"), sort_keys=True)
    return _json(
        {
            "command": _digest_kept('"orders.close"'),
            "order_id": _digest(f'"{work.order_id}"'),
            "cart": blake2b(cart.encode(), digest_size=8).hexdigest(),
        }
    )


class PostgresClosingFloor(ClosingFloor, PostgresFloor):
    """Orders closed by hand on PostgreSQL: head and membership are locked by the look-up."""

    find = f"{_FIND} FOR NO KEY UPDATE OF l, m"


class PipedClosingFloor(PostgresClosingFloor):
    """The same, with all that is written sent in one round trip."""

    def sent_at_once(self) -> AbstractContextManager[object]:
        """Give a pipeline of the driver's."""
        pipeline: AbstractContextManager[object] = self._connection.pipeline()
        return pipeline

    def _change(self, statement: str, values: tuple[Any, ...]) -> None:
        self._cursor.execute(statement, values)  # the row is locked, so its version is the one that was read
