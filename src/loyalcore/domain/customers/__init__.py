"""Customers: the directory, and memberships in programs."""

from loyalcore.domain.customers._commands import Join, Register
from loyalcore.domain.customers._directory import survivor
from loyalcore.domain.customers._fields import CUSTOMERS
from loyalcore.domain.customers._model import Customer, Membership, Standing

__all__ = ["CUSTOMERS", "Customer", "Join", "Membership", "Register", "Standing", "survivor"]


def __dir__() -> list[str]:
    return __all__
