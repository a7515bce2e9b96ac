"""A small shop to try things in, as the examples of the docs do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.programs import Program
from loyalcore.services import Loyalty

if TYPE_CHECKING:
    from loyalcore.store import Store
    from loyalcore.values.clock import Clock


def example(store: Store | None = None, clock: Clock | None = None, **rules: Any) -> Loyalty:
    """Open a shop with one program, `beans`, and one customer, `ada`.

    Args:
        store: Where its records are; None is a new memory store.
        clock: What time it is; the system's where None.
        rules: Further settings of the program.

    Example:
        >>> example().customers.get("ada").customer_id
        'ada'
    """
    beans = Program("beans", currency="EUR", timezone="Europe/Berlin", **rules)
    shop = Loyalty(store or MemoryStore(), [beans], clock=clock, actor="checkout")
    shop.customers.register("ada")
    return shop
