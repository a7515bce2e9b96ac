"""The field tables: what lists of each noun are filtered and sorted by.

`loyalcore.fields.CustomerFields.points.active >= 500` is a condition, and `CUSTOMERS` the noun that it is about.
"""

from loyalcore.domain.customers import CUSTOMERS, CustomerFields
from loyalcore.domain.ledger import ENTRIES, EntryFields
from loyalcore.domain.orders import CARTS, ITEMS, ORDERS, CartFields, ItemFields, OrderFields
from loyalcore.domain.referrals import CODES, REFERRALS, CodeFields, ReferralFields

__all__ = [
    "CARTS",
    "CODES",
    "CUSTOMERS",
    "ENTRIES",
    "ITEMS",
    "ORDERS",
    "REFERRALS",
    "CartFields",
    "CodeFields",
    "CustomerFields",
    "EntryFields",
    "ItemFields",
    "OrderFields",
    "ReferralFields",
]


def __dir__() -> list[str]:
    return __all__
