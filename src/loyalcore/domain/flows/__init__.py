"""Flows: one module per family of commands that cross slices, behind one `decide`."""

from loyalcore.domain.flows._case import Case, find_program, payload_digests
from loyalcore.domain.flows._decide import COMMANDS, Command, decide
from loyalcore.domain.flows._desk import Desk
from loyalcore.domain.flows._receipt import Receipt

__all__ = ["COMMANDS", "Case", "Command", "Desk", "Receipt", "decide", "find_program", "payload_digests"]


def __dir__() -> list[str]:
    return __all__
