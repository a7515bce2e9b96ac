"""Screens: which columns a product's page or export shows, each preset a tuple of columns over one record."""

from loyalcore.screens._columns import Column, iso, row_maker
from loyalcore.screens.members import MEMBERS, Member
from loyalcore.screens.talon import TRANSACTIONS, Transaction, moved, transaction

__all__ = ["MEMBERS", "TRANSACTIONS", "Column", "Member", "Transaction", "iso", "moved", "row_maker", "transaction"]


def __dir__() -> list[str]:
    return __all__
