"""Turn the invoice lines of Online Retail (UCI 352) into files of order lines and of returns for a replay.

`python -m examples.online_retail.returns online_retail.csv.gz lines.csv returns.csv` reads lines with the columns
invoice_no, stock_code, quantity, invoiced_at, unit_price and customer_id (others may stand between them).

A line of an invoice is a line of an order, at the earliest time of its invoice; lines of one product at one price are
put together. A cancellation (an invoice that begins with C) names no earlier invoice: each of its lines is taken for a
return of the customer's latest earlier purchases of that product of which pieces are left, the latest first, and what
finds none is told. What is left out is counted: lines without a customer, corrections (A), lines with a price or
quantity that no purchase has, and pieces that were never bought.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from examples.online_retail.orders import open_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Line(NamedTuple):
    """One product at one price of one invoice."""

    order_id: str
    customer_id: str
    line_id: str
    sku: str
    price: Decimal


class Back(NamedTuple):
    """Pieces of one line that came back."""

    return_id: str
    order_id: str
    at: str
    line_id: str
    quantity: int
    refund: Decimal


class Shop:
    """What was bought, and what of it came back."""

    def __init__(self) -> None:
        self.bought: dict[Line, int] = {}
        self.times: dict[str, str] = {}
        self.back: list[Back] = []
        self.left_out: Counter[str] = Counter()

    def read(self, lines: Iterable[Mapping[str, str]]) -> None:
        """Sort lines into purchases and cancellations, then find for each of the latter what it cancels."""
        cancelled = []
        for line in lines:
            number, quantity, price = line["invoice_no"], int(line["quantity"]), Decimal(line["unit_price"])
            sku, customer_id = line["stock_code"], line["customer_id"]
            if not customer_id:
                self.left_out["lines without a customer"] += 1
            elif number.startswith("A"):
                self.left_out["lines of corrections"] += 1
            elif number.startswith("C"):
                cancelled.append((line["invoiced_at"], number, sku, customer_id, -quantity, price))
            elif quantity <= 0 or price < 0:
                self.left_out["lines that no purchase has"] += 1
            else:
                self._buy(number, line, quantity, price)
        self._match(sorted(cancelled))

    def _buy(self, number: str, line: Mapping[str, str], quantity: int, price: Decimal) -> None:
        sku = line["stock_code"]
        bought = Line(number, line["customer_id"], f"{sku}@{price:f}", sku, price)
        self.bought[bought] = self.bought.get(bought, 0) + quantity
        self.times[number] = min(self.times.get(number, line["invoiced_at"]), line["invoiced_at"])

    def _match(self, cancelled: list[tuple[str, str, str, str, int, Decimal]]) -> None:
        """Match cancellations, in the order in which they came, to the latest earlier purchases."""
        owned: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in sorted(self.bought, key=lambda each: (self.times[each.order_id], each.order_id, each.line_id)):
            owned[line.customer_id, line.sku].append(line)
        left = dict(self.bought)
        for at, number, sku, customer_id, quantity, price in cancelled:
            pieces = quantity
            for line in reversed(owned[customer_id, sku]):  # the latest first
                taken = min(pieces, left[line]) if self.times[line.order_id] <= at else 0
                pieces -= taken
                if taken:
                    left[line] -= taken
                    name = f"{number}/{line.order_id}"
                    self.back.append(Back(name, line.order_id, at, line.line_id, taken, taken * price))
            if pieces:
                self.left_out["lines of cancellations for more than was bought before"] += 1
                self.left_out["pieces that were not bought before"] += pieces


def _write(path: Path, header: list[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(rows)


def main(words: list[str] | None = None) -> int:
    """Write the files of lines and of returns, and tell what became of the rest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("source", type=Path, help="online_retail.csv.gz")
    parser.add_argument("lines", type=Path, help="the file of order lines to write")
    parser.add_argument("returns", type=Path, help="the file of returns to write")
    given = parser.parse_args(words)
    shop = Shop()
    with open_lines(given.source) as file:
        shop.read(csv.DictReader(file))
    times = shop.times
    _write(
        given.lines,
        ["order_id", "customer_id", "ordered_at", "line_id", "sku", "quantity", "unit_price", "currency"],
        (
            (
                line.order_id,
                line.customer_id,
                times[line.order_id],
                line.line_id,
                line.sku,
                count,
                line.price,
                "GBP",
            )
            for line, count in shop.bought.items()
        ),
    )
    _write(
        given.returns,
        ["return_id", "order_id", "returned_at", "line_id", "quantity", "refund"],
        ((*each[:5], f"{each.refund:f}") for each in shop.back),
    )
    orders = len({line.order_id for line in shop.bought})
    print(f"{orders:,} orders with {len(shop.bought):,} lines: {given.lines}")
    print(f"{len({each.return_id for each in shop.back}):,} returns with {len(shop.back):,} lines: {given.returns}")
    for reason, count in sorted(shop.left_out.items()):
        print(f"left out: {count:,} {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
