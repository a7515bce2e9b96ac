"""Files of order lines and of returns: every row is checked before anything is booked, and all faults are told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import attrs

from loyalcore.domain.orders import Cart, Item
from loyalcore.errors import Fault, InvalidDocument
from loyalcore.replay._orders import read_bytes
from loyalcore.replay._rows import Rows
from loyalcore.values.money import EXACT

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from loyalcore.domain.programs import Program
    from loyalcore.replay._orders import OrdersFile
    from loyalcore.replay._rows import BadRow

_WHOLE = re.compile(r"[0-9]{1,9}")


class Bought(NamedTuple):
    """An order of a history, with its lines.

    Args:
        order_id: The host's id of the order, unique in the history.
        customer_id: The host's id of the customer.
        ordered_at: When, UTC.
        cart: What was bought.
    """

    order_id: str
    customer_id: str
    ordered_at: datetime
    cart: Cart


class Returned(NamedTuple):
    """A return of a history.

    Args:
        return_id: The host's id of the return, unique in the history.
        order_id: The order.
        returned_at: When, UTC.
        items: Pieces by line id.
        refund: The money that was given back, where it is known.
    """

    return_id: str
    order_id: str
    returned_at: datetime
    items: Mapping[str, int]
    refund: Decimal | None = None


@attrs.frozen(kw_only=True)
class LinesFile:
    """What a file of order lines or of returns holds.

    Args:
        found: The orders or returns of which every row is good.
        faults: Every fault of every bad row, by line.
        skipped: How many rows are bad.
        ignored: The columns that are not known and were not looked at.
    """

    found: tuple[Any, ...]
    faults: tuple[BadRow, ...] = ()
    skipped: int = 0
    ignored: tuple[str, ...] = ()


class _Lines(Rows):
    required: ClassVar[tuple[str, ...]] = (
        "order_id",
        "customer_id",
        "ordered_at",
        "line_id",
        "quantity",
        "unit_price",
    )
    known: ClassVar[tuple[str, ...]] = (*required, "sku", "category", "currency")

    def orders(self) -> tuple[Bought, ...]:
        """Put the lines of each order together; an order with a bad line is left out."""
        places: list[int] = []
        found: dict[str, tuple[int, str, datetime, list[Item]]] = {}
        bad: set[str] = set()
        for line, row in self.rows(places):
            cells = {name: row[place] if place >= 0 else "" for name, place in zip(self.known, places, strict=True)}
            order_id = cells["order_id"]
            item, at = self._item(line, cells)
            if item is None or at is None:
                bad.add(order_id)
                continue
            first, customer_id, begun, items = found.setdefault(order_id, (line, cells["customer_id"], at, []))
            if customer_id != cells["customer_id"]:
                self._fault(line, "customer_id", f"is another one than on line {first}, for the same order")
                bad.add(order_id)
            items.append(item)
            if at < begun:
                found[order_id] = (first, customer_id, at, items)
        return tuple(self._orders(found, bad))

    def _item(self, line: int, cells: dict[str, str]) -> tuple[Item | None, datetime | None]:
        before = len(self.faults)
        self._is_text(line, "order_id", cells["order_id"])
        self._is_text(line, "customer_id", cells["customer_id"])
        at = self._instants.get(cells["ordered_at"]) or self._instant(line, cells["ordered_at"])
        if cells["currency"] not in ("", self._program.currency):
            self._fault(line, "currency", f"must be {self._program.currency}, the program's")
        quantity = self._quantity(line, cells["quantity"])
        if len(self.faults) > before or quantity is None:
            return None, at
        try:
            item = Item(
                cells["line_id"],
                unit_price=cells["unit_price"],
                quantity=quantity,
                sku=cells["sku"] or None,
                category=cells["category"] or None,
            )
        except InvalidDocument as error:
            for fault in error.faults:
                self._fault(line, fault.path, fault.message)
            return None, at
        return item, at

    def _quantity(self, line: int, text: str) -> int | None:
        if _WHOLE.fullmatch(text) is None:
            self._fault(line, "quantity", "must be a whole number of pieces")
            return None
        return int(text)

    def _orders(self, found: Mapping[str, Any], bad: set[str]) -> list[Bought]:
        orders = []
        for order_id, (first, customer_id, at, items) in found.items():
            if order_id in bad:
                continue
            try:
                orders.append(Bought(order_id, customer_id, at, Cart(items=items)))
            except InvalidDocument as error:
                for fault in error.faults:
                    self._fault(first, "order_id", f"begins an order that cannot be: {fault.path}: {fault.message}")
        return orders


class _Returns(Rows):
    required: ClassVar[tuple[str, ...]] = ("return_id", "order_id", "returned_at", "line_id", "quantity")
    known: ClassVar[tuple[str, ...]] = (*required, "refund")

    def returns(self) -> tuple[Returned, ...]:
        """Put the rows of each return together; the refund of one is the sum of its rows."""
        places: list[int] = []
        found: dict[str, Returned] = {}
        bad: set[str] = set()
        for line, row in self.rows(places):
            cells = {name: row[place] if place >= 0 else "" for name, place in zip(self.known, places, strict=True)}
            before = len(self.faults)
            for name in ("return_id", "order_id", "line_id"):
                self._is_text(line, name, cells[name])
            at = self._instant(line, cells["returned_at"], "returned_at")
            if _WHOLE.fullmatch(cells["quantity"]) is None or not int(cells["quantity"]):
                self._fault(line, "quantity", "must be a whole number of pieces, at least 1")
            refund = self._money(line, cells["refund"], "refund") if cells["refund"] else None
            return_id = cells["return_id"]
            known = found.get(return_id)
            if known is not None and known.order_id != cells["order_id"]:
                self._fault(line, "order_id", "is another one than before, for the same return")
            if len(self.faults) > before or at is None:
                bad.add(return_id)
                continue
            items = {} if known is None else dict(known.items)
            items[cells["line_id"]] = items.get(cells["line_id"], 0) + int(cells["quantity"])
            if known is not None and known.refund is not None:
                refund = EXACT.add(known.refund, refund) if refund is not None else known.refund
            found[return_id] = Returned(return_id, cells["order_id"], at, items, refund)
        return tuple(each for return_id, each in found.items() if return_id not in bad)


def is_plain(program: Program) -> bool:
    """Say whether a program's rules need no more of an order than its total.

    Args:
        program: The program.

    Source: House decision.
    """
    return all(rule.is_plain for rule in program.earning)


def carts_of(file: OrdersFile) -> LinesFile:
    """Give orders of which the totals are known as orders with a cart of one line.

    Args:
        file: The orders.

    Source: House decision.
    """
    found = tuple(
        Bought(order.order_id, order.customer_id, order.ordered_at, Cart.of_total(order.total)) for order in file.orders
    )
    return LinesFile(found=found, faults=file.faults, skipped=file.skipped, ignored=file.ignored)


def has_lines(source: str | os.PathLike[str]) -> bool:
    """Say whether a file of orders has a line of an order on each row, by its header.

    Args:
        source: The path of the file.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no file that can be read.

    Source: House decision.
    """
    header = read_bytes(source).partition(b"\n")[0]
    return b"line_id" in header.removeprefix(b"\xef\xbb\xbf").replace(b'"', b"").strip().split(b",")


def read_lines(source: str | os.PathLike[str], program: Program, *, skip_bad: bool = False) -> LinesFile:
    r"""Read a file with one line of an order on each row.

    The columns `order_id`, `customer_id`, `ordered_at`, `line_id`, `quantity` and `unit_price` are required in any
    order; `sku`, `category` and `currency` may be there. The rows of one order need not stand together; it is of the
    earliest of their instants.

    Args:
        source: The path of the file, CSV in UTF-8 with a header.
        program: The program that the orders will earn in.
        skip_bad: Go on without the orders that have a bad row.

    Returns:
        The orders (`Bought`); with `skip_bad` also the faults of those that were left out.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no file that can be read.
        InvalidDocument: The header is wrong; or rows are, and `skip_bad` does not let them pass. `faults` names all.

    Source: House decision (`docs/how-to/run-a-replay.md`).

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from loyalcore.domain.programs import Program
        >>> beans = Program("beans", currency="EUR", timezone="Europe/Berlin")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "lines.csv")
        ...     text = "order_id,customer_id,ordered_at,line_id,quantity,unit_price\no-1,ada,2024-10-12,1,3,9.90\n"
        ...     _ = path.write_text(text)
        ...     read_lines(path, beans).found[0].cart.amounts.net
        Decimal('29.70')
    """
    sheet = _Lines(read_bytes(source), program)
    return _checked(source, sheet, _read(source, sheet.orders), skip_bad)


def read_returns(source: str | os.PathLike[str], program: Program, *, skip_bad: bool = False) -> LinesFile:
    r"""Read a file with one returned line on each row.

    The columns `return_id`, `order_id`, `returned_at`, `line_id` and `quantity` are required in any order; `refund`,
    the money that was given back for the row, may be there.

    Args:
        source: The path of the file, CSV in UTF-8 with a header.
        program: The program in which the orders have earned.
        skip_bad: Go on without the returns that have a bad row.

    Returns:
        The returns (`Returned`); with `skip_bad` also the faults of those that were left out.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no file that can be read.
        InvalidDocument: The header is wrong; or rows are, and `skip_bad` does not let them pass. `faults` names all.

    Source: House decision (`docs/how-to/run-a-replay.md`).

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from loyalcore.domain.programs import Program
        >>> beans = Program("beans", currency="EUR", timezone="Europe/Berlin")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "returns.csv")
        ...     _ = path.write_text("return_id,order_id,returned_at,line_id,quantity\nr-1,o-1,2024-10-12,1,2\n")
        ...     read_returns(path, beans).found[0].items
        {'1': 2}
    """
    sheet = _Returns(read_bytes(source), program)
    return _checked(source, sheet, _read(source, sheet.returns), skip_bad)


def _read(source: object, read: Any) -> tuple[Any, ...]:
    try:
        found: tuple[Any, ...] = read()
    except InvalidDocument as error:
        raise InvalidDocument(error.faults, path=str(source)) from None
    return found


def _checked(source: object, sheet: Rows, found: tuple[Any, ...], skip_bad: bool) -> LinesFile:
    if sheet.faults and not skip_bad:
        raise InvalidDocument([Fault(fault.place, fault.reason) for fault in sheet.faults], path=str(source))
    return LinesFile(found=found, faults=tuple(sheet.faults), skipped=sheet.skipped, ignored=sheet.ignored)
