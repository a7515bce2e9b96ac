"""Replay: a history of orders through a program, one order at a time, into a store; and the report of it."""

from loyalcore.replay._history import History, Left, replay_history
from loyalcore.replay._lines import Bought, LinesFile, Returned, carts_of, has_lines, is_plain, read_lines, read_returns
from loyalcore.replay._orders import OrdersFile, read_orders
from loyalcore.replay._report import Report, write_report, write_summary
from loyalcore.replay._rows import BadRow, parse_when
from loyalcore.replay._run import Replayed, replay
from loyalcore.replay._sheet import Order

__all__ = [
    "BadRow",
    "Bought",
    "History",
    "Left",
    "LinesFile",
    "Order",
    "OrdersFile",
    "Replayed",
    "Report",
    "Returned",
    "carts_of",
    "has_lines",
    "is_plain",
    "parse_when",
    "read_lines",
    "read_orders",
    "read_returns",
    "replay",
    "replay_history",
    "write_report",
    "write_summary",
]


def __dir__() -> list[str]:
    return __all__
