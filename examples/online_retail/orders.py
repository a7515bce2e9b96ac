"""Turn the invoice lines of Online Retail (UCI 352) into a file of orders for a replay.

`python examples/online_retail/orders.py online_retail.csv.gz orders.csv` reads lines with the columns invoice_no,
quantity, invoiced_at, unit_price and customer_id (others may stand between them), and makes one order of each invoice:
at its earliest time, with the exact sum of quantity × unit price. What is left out is counted and told: lines without a
customer, cancellations (invoices that begin with C), corrections (with A), and invoices that come to less than nothing.
An invoice that comes to nothing is an order: it earns nothing, but somebody was there.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEFT_OUT = {"C": "lines of cancellations", "A": "lines of corrections"}


class Invoice(NamedTuple):
    """An invoice, as far as its lines have been read."""

    customer_id: str
    ordered_at: str
    total: Decimal


def gather(lines: Iterable[Mapping[str, str]]) -> tuple[dict[str, Invoice], Counter[str]]:
    """Put the lines of each invoice together, and count what is left out and why."""
    invoices: dict[str, Invoice] = {}
    left_out: Counter[str] = Counter()
    for line in lines:
        number, customer_id = line["invoice_no"], line["customer_id"]
        if reason := LEFT_OUT.get(number[:1], "" if customer_id else "lines without a customer"):
            left_out[reason] += 1
            continue
        at, price = line["invoiced_at"], int(line["quantity"]) * Decimal(line["unit_price"])
        found = invoices.setdefault(number, Invoice(customer_id, at, Decimal(0)))
        if found.customer_id != customer_id:
            raise ValueError(f"invoice {number} has two customers")
        invoices[number] = Invoice(customer_id, min(found.ordered_at, at), found.total + price)
    for number, invoice in list(invoices.items()):
        if invoice.total < 0:
            left_out["invoices that come to less than nothing"] += 1
            del invoices[number]
    return invoices, left_out


def open_lines(path: Path) -> TextIO:
    """Open a file of lines, packed or not."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def main(words: list[str] | None = None) -> int:
    """Write the file of orders, sorted by time, and tell what became of the lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("lines", type=Path, help="online_retail.csv.gz")
    parser.add_argument("orders", type=Path, help="the file of orders to write")
    given = parser.parse_args(words)
    with open_lines(given.lines) as file:
        invoices, left_out = gather(csv.DictReader(file))
    with given.orders.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["order_id", "customer_id", "ordered_at", "total", "currency"])
        for number, (customer_id, at, total) in sorted(
            invoices.items(), key=lambda each: (each[1].ordered_at, each[0])
        ):
            table.writerow([number, customer_id, at, f"{total:f}", "GBP"])
    customers = len({invoice.customer_id for invoice in invoices.values()})
    print(f"{len(invoices):,} orders of {customers:,} customers: {given.orders}")
    for reason, count in sorted(left_out.items()):
        print(f"left out: {count:,} {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
