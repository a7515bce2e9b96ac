"""Orders from a file: every row is checked before anything is booked, and all faults are told at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, NotFound
from loyalcore.replay._sheet import Sheet

if TYPE_CHECKING:
    import os

    from loyalcore.domain.programs import Program
    from loyalcore.replay._rows import BadRow
    from loyalcore.replay._sheet import Order


@attrs.frozen(kw_only=True)
class OrdersFile:
    """What a file of orders holds.

    Args:
        orders: The good rows, in the order of the file.
        faults: Every fault of every bad row, by line.
        skipped: How many rows are bad.
        ignored: The columns that are not known and were not looked at.
    """

    orders: tuple[Order, ...]
    faults: tuple[BadRow, ...] = ()
    skipped: int = 0
    ignored: tuple[str, ...] = ()


def read_orders(source: str | os.PathLike[str], program: Program, *, skip_bad: bool = False) -> OrdersFile:
    r"""Read a file of orders and check every row.

    The file is CSV in UTF-8 (a byte order mark is passed over) with a header. The columns `order_id`, `customer_id`,
    `ordered_at` and `total` are required in any order; `currency` may be there, an empty cell of it means the
    program's. Empty lines are passed over.

    Args:
        source: The path of the file.
        program: The program that the orders will earn in: its zone, its currency, its rules.
        skip_bad: Go on without the rows that are bad.

    Returns:
        The orders; with `skip_bad` also the faults of those that were left out.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no file that can be read.
        InvalidDocument: The header is wrong; or rows are, and `skip_bad` does not let them pass. `faults` names all.

    Source: DOMAIN 3.1, 3.9; what an empty currency means is a house decision.

    Example:
        >>> import tempfile
        >>> from loyalcore.domain.programs import Program
        >>> beans = Program("beans", currency="EUR", timezone="Europe/Berlin")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "orders.csv")
        ...     _ = path.write_text("order_id,customer_id,ordered_at,total\no-1,ada,2024-10-12,19.90\n")
        ...     read_orders(path, beans).orders[0].total
        Decimal('19.90')
    """
    name = str(source)
    sheet = Sheet(read_bytes(source), program)
    try:
        orders = tuple(sheet.orders())
    except InvalidDocument as error:
        raise InvalidDocument(error.faults, path=name) from None
    if sheet.faults and not skip_bad:
        raise InvalidDocument([Fault(fault.place, fault.reason) for fault in sheet.faults], path=name)
    return OrdersFile(orders=orders, faults=tuple(sheet.faults), skipped=sheet.skipped, ignored=sheet.ignored)


def read_bytes(source: str | os.PathLike[str]) -> bytes:
    """Read a file.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no file that can be read.
    """
    try:
        return Path(source).read_bytes()
    except FileNotFoundError:
        raise NotFound("file of orders", str(source)) from None
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise InvalidInput(f"cannot be read: {reason}", path="orders") from None
