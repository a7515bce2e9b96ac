"""Replay: a history of orders through a program, one order at a time, into a store; and the report of it."""

from loyalcore.replay._orders import OrdersFile, read_orders
from loyalcore.replay._report import Report, write_report, write_summary
from loyalcore.replay._run import Replayed, replay
from loyalcore.replay._sheet import BadRow, Order, parse_when

__all__ = [
    "BadRow",
    "Order",
    "OrdersFile",
    "Replayed",
    "Report",
    "parse_when",
    "read_orders",
    "replay",
    "write_report",
    "write_summary",
]


def __dir__() -> list[str]:
    return __all__
