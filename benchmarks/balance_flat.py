"""balance_flat: the balance of a ledger with a short and with a long history, each in a file of its own."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._measure import Row, at_most, ratio, take_turns
from benchmarks._workload import ACTOR, BEGIN, Facade
from loyalcore.domain.decision import ChangeSet, LedgerRef, MembershipRef
from loyalcore.domain.flows import Desk
from loyalcore.domain.ledger import EntryKind, grant, take

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "balance_flat"
CUSTOMER = "ada"
SHORT, LONG = 10, 100_000
"""How many entries the two histories have."""
UNIT = 10_000
"""How many entries are committed in one unit while a history is made."""
ASKS = 100
BLOCKS = 20

_BALANCE = """
SELECT l.active, l.pending, l.held, l.spent, l.expired, l.reversed, l.deficit, l.awarded, l.earned, l.next_change_at
  FROM loyal_customer c
  JOIN loyal_ledger l ON l.environment = c.environment AND l.holder_id = c.holder_id AND l.program_id = 'beans'
                     AND l.ledger = ''
 WHERE c.environment = 'live' AND c.customer_id = ? AND c.merged_into IS NULL
"""


def run() -> list[Row]:
    """Measure the balance as it stands now, which no lapse separates from what was written."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Facade(f"sqlite:///{folder}/short.db")) as short,
        closing(Facade(f"sqlite:///{folder}/long.db")) as long,
        closing(sqlite3.connect(Path(folder) / "long.db", isolation_level=None)) as connection,
    ):
        for facade, entries in ((short, SHORT), (long, LONG)):
            _make_history(facade, entries)
            facade.clock.at += timedelta(minutes=1)
            if not facade.shop.points.verify(CUSTOMER).is_ok:
                raise RuntimeError("the history does not add up to its ledger")
        by_hand = connection.execute(_BALANCE, (CUSTOMER,)).fetchone()
        shown = long.shop.points.balance(CUSTOMER)
        if (shown.active, shown.spent, shown.awarded) != (by_hand[0], by_hand[3], by_hand[7]):
            raise RuntimeError(f"the facade says {shown}, its row {by_hand}")
        cursor = connection.cursor()
        asked = {
            "short": _ask(lambda: short.shop.points.balance(CUSTOMER)),
            "long": _ask(lambda: long.shop.points.balance(CUSTOMER)),
            "by hand": _ask(lambda: cursor.execute(_BALANCE, (CUSTOMER,)).fetchone()),
        }
        by = take_turns({"balance": asked}, blocks=BLOCKS)["balance"]
    each = {name: statistics.median(seconds) / (ASKS * BLOCKS) * 1e6 for name, seconds in by.items()}
    return [
        at_most(NAME, f"growth, history {SHORT} → {LONG:,} entries", ratio(by["long"], by["short"]), 1.2),
        Row(NAME, f"facade, {SHORT} entries, per question", each["short"], "µs"),
        Row(NAME, f"facade, {LONG:,} entries, per question", each["long"], "µs"),
        Row(NAME, f"one hand-written SELECT, {LONG:,} entries", each["by hand"], "µs"),
    ]


def _ask(question: Callable[[], object]) -> Callable[[int], None]:
    def do(_block: int) -> None:
        for _ in range(ASKS):
            question()

    return do


def _make_history(facade: Facade, entries: int) -> None:
    """Register the customer and book awards and spends in turn, many to a unit."""
    shop, clock = facade.shop, facade.clock
    (program,) = shop.programs
    customer = shop.customers.register(CUSTOMER).customer
    assert customer is not None
    member_ref = MembershipRef("live", customer.holder_id, program.id)
    ledger_ref = LedgerRef("live", customer.holder_id, program.id)
    clock.at = BEGIN
    for begin in range(0, entries, UNIT):
        with facade.store.unit() as unit:
            found = unit.load([member_ref, ledger_ref, customer.ref])
            desk = Desk(program, "live", customer.holder_id, ACTOR, found[member_ref], None, found[customer.ref])
            for number in range(begin, min(begin + UNIT, entries)):
                clock.at += timedelta(seconds=1)
                book = desk.book("", found[ledger_ref], clock.at)
                if number % 2 == 0:
                    grant(book, EntryKind.AWARD, 100, reason="order", order_id=f"order-{number}")
                else:
                    take(book, EntryKind.SPEND, 100 - (number < SHORT), reason="cart")
                desk.settle_membership(book)
            unit.apply(ChangeSet(puts=tuple(desk.puts()), parts=tuple(desk.parts()), inserts=tuple(desk.entries())))
            unit.commit()
