"""Postings of many customers at once: the work, the shop that does it, and what it wrote, row by row."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks._workload import ACTOR, BEGIN, DOCUMENT, CountedIds, SetClock
from loyalcore import Award, Loyalty, Program, Spend
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.customers import Register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loyalcore import Posted

PER_CUSTOMER = 10
"""How many operations a customer has on average."""


def customers(operations: int) -> list[str]:
    """Name the customers of so many operations."""
    return [f"customer-{number:05}" for number in range(operations // PER_CUSTOMER)]


def commands(operations: int) -> list[Award | Spend]:
    """Make awards and spends in turn, each of some customer or other, as they come in over a day."""
    names, chance = customers(operations), random.Random(1)  # noqa: S311 - the same work in every run
    made: list[Award | Spend] = []
    for number in range(operations):
        name, points = names[chance.randrange(len(names))], 100 + number % 7
        if number % 2:
            made.append(
                Award(name, points, reason="order", order_id=f"order-{number}", key=f"key-order-{number}"),
            )
        else:
            made.append(Spend(name, points, reason="cart", order_id=f"cart-{number}", key=f"key-cart-{number}"))
    return made


class Written(NamedTuple):
    """What one statement wrote: of which kind, how, and the rows."""

    kind: type[Any]
    statement: str
    rows: Sequence[tuple[Any, ...]]


class Many:
    """loyalcore, called as a host calls it.

    Args:
        url: The URL of its store.
    """

    def __init__(self, url: str) -> None:
        self.store = SqlStore(url)
        self.store.upgrade()
        clock = SetClock()
        clock.at = BEGIN
        self.shop = Loyalty(self.store, [Program.from_document(DOCUMENT)], clock=clock, ids=CountedIds(), actor=ACTOR)

    def open_accounts(self, operations: int) -> None:
        """Register every customer, with a first lot."""
        names = customers(operations)
        for begin in range(0, len(names), 1_000):
            self.shop.run_many([Register(name) for name in names[begin : begin + 1_000]], atomic=True)
        self.shop.points.post_many(Award(name, 500, reason="welcome", key="welcome") for name in names)

    def post(self, wanted: Sequence[Any]) -> Posted:
        """Post everything, in chunks of the usual size."""
        return self.shop.points.post_many(wanted)

    def watched(self, wanted: Sequence[Any]) -> list[list[Written]]:
        """Post everything, and give the rows that were written, unit by unit."""
        units: list[list[Written]] = []
        dialect: Any = self.store._dialect
        write = dialect.write

        def noting(link: Any, steps: Any) -> None:
            write(link, steps)
            units.append([Written(step.kind, step.statement, step.rows) for step in steps])

        dialect.write = noting
        try:
            self.post(wanted)
        finally:
            del dialect.write
        return units

    def close(self) -> None:
        """Let the store go."""
        self.store.close()


def divided(units: list[list[Written]]) -> Iterator[tuple[dict[type[Any], list[Any]], dict[type[Any], list[Any]]]]:
    """Give for each unit the new rows and the changed ones, by kind: a lot may be either."""
    lots: set[Any] = set()
    for unit in units:
        new: dict[type[Any], list[Any]] = {}
        changed: dict[type[Any], list[Any]] = {}
        for kind, statement, rows in unit:
            if statement.startswith("UPDATE"):
                changed.setdefault(kind, []).extend(rows)
            elif "ON CONFLICT" in statement:
                for row in rows:
                    # A lot that nothing was drawn from before is new: what is left of it may be anything.
                    is_new = row[:5] not in lots and row[4] > 1
                    lots.add(row[:5])
                    (new if is_new else changed).setdefault(kind, []).append(row)
            else:
                new.setdefault(kind, []).extend(rows)
        yield new, changed
