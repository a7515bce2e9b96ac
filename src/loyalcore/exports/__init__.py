"""Exports: files for people and other systems, written whole or not at all."""

from loyalcore.exports._files import Outputs
from loyalcore.exports._guard import guard, unguard
from loyalcore.exports._tables import TableWriter

__all__ = ["Outputs", "TableWriter", "guard", "unguard"]


def __dir__() -> list[str]:
    return __all__
