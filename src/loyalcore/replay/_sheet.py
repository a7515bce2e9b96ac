"""A sheet of orders of which the totals are known: its rows, and every fault of each."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.earning import earn
from loyalcore.domain.ledger import Account, Book, EntryKind, grant
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.replay._rows import Rows
from loyalcore.values.money import EXACT
from loyalcore.values.points import POINTS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from loyalcore.domain.programs import Program

# Spans that end after they begin, and before the calendar does for any instant up to `_YEAR_SAFE`.
_LATER = re.compile(r"[0-9]{1,3}[WMY]|[0-9]{1,5}[smhD]")
_YEAR_SAFE: Final = 8000


class Order(NamedTuple):
    """An order of a history.

    Args:
        order_id: The host's id of the order, unique in the history.
        customer_id: The host's id of the customer.
        ordered_at: When, UTC.
        total: The money that earns, in the program's currency, 0 or more.
    """

    order_id: str
    customer_id: str
    ordered_at: datetime
    total: Decimal


class Sheet(Rows):
    """A file of orders that is being read.

    Args:
        data: The bytes of the file.
        program: The program that the orders will earn in.
    """

    required: ClassVar[tuple[str, ...]] = ("order_id", "customer_id", "ordered_at", "total")
    known: ClassVar[tuple[str, ...]] = (*required, "currency")

    def __init__(self, data: bytes, program: Program) -> None:
        super().__init__(data, program)
        self._lines: dict[str, int] = {}
        self._earns = _earning_check(program)

    def orders(self) -> Iterator[Order]:
        """Read the header and give the good rows; the faults of the others are in `faults` afterwards.

        Raises:
            InvalidDocument: The header is wrong.
        """
        places: list[int] = []
        faults = self.faults
        for line, row in self.rows(places):
            before = len(faults)
            order = self._order(line, row, places)
            if order is not None and len(faults) == before:
                yield order

    def _order(self, line: int, row: list[str], places: list[int]) -> Order | None:
        order_id, customer_id, ordered_at, total = row[places[0]], row[places[1]], row[places[2]], row[places[3]]
        if self._is_text(line, "order_id", order_id):
            first = self._lines.setdefault(order_id, line)
            if first != line:
                self._fault(line, "order_id", f"is the order_id of line {first} already")
        self._is_text(line, "customer_id", customer_id)
        at = self._instants.get(ordered_at) or self._instant(line, ordered_at)
        amount = self._money(line, total)
        if places[4] >= 0 and row[places[4]] not in ("", self._program.currency):
            self._fault(line, "currency", f"must be {self._program.currency}, the program's")
        if at is None or amount is None:
            return None
        if self._earns is not None:
            self._earns(self, line, at, amount)
        return Order(order_id, customer_id, at, amount)


# What a row would earn, looked at before anything is booked --------------------------------------------------------


def _earning_check(program: Program) -> Callable[[Sheet, int, datetime, Decimal], None] | None:
    """Give the check that an order's award can be made at all; None where the program's rules rule nothing out."""
    rules, points = program.earning, program.points
    if not rules or not all(rule.is_plain for rule in rules):
        return None
    # Below this total no rule grants more than an award can hold.
    safe = min(EXACT.multiply(rule.per or 1, Decimal(POINTS_MAX // (rule.points or 1))) for rule in rules)
    always_later = points.expiry.text == "unlimited" or (
        points.activation.text == "immediate" and _LATER.fullmatch(points.expiry.text) is not None
    )

    def check(sheet: Sheet, line: int, at: datetime, total: Decimal) -> None:
        if always_later and total < safe and at.year < _YEAR_SAFE:
            return
        try:
            earned = earn(rules, total, points.rounding)
        except LimitExceeded as error:
            sheet._fault(line, "total", error)
            return
        if earned:
            try:
                book = Book(Account(), _NOWHERE, points, program.zone, program_version=1, actor="")
                book.open_at(at)
                grant(book, EntryKind.AWARD, earned[0].points)
            except (InvalidInput, LimitExceeded) as error:
                sheet._fault(line, "ordered_at", error)

    return check


_NOWHERE: Final = LedgerRef("live", "", "")
