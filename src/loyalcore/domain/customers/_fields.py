"""The field table of customers: what a condition may ask of them."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from loyalcore.domain.customers._model import Customer
from loyalcore.query import Id, Noun

_CUSTOMER_ID: Final = Id("customer_id", attrgetter("customer_id"), is_required=True)

CUSTOMERS: Final[Noun] = Noun("customer", (_CUSTOMER_ID,), ids=(_CUSTOMER_ID,), kind=Customer)
"""Customers as queries see them."""
