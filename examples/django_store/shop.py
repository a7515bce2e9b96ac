"""A shop's own code: an order in the shop's table and its points are committed together, or neither is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connections, models, transaction

if TYPE_CHECKING:
    from loyalcore import Loyalty


class Purchase(models.Model):
    """An order in the shop's own table, of which loyalcore knows nothing."""

    customer_id = models.CharField(max_length=255)
    total = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        app_label = "django_store"
        db_table = "shop_purchase"


def place(loyalty: Loyalty, customer_id: str, total: Decimal, *, pay: int = 0, using: str = "default") -> Purchase:
    """Keep an order, take the points that it is paid with, and award a point for each whole euro.

    Args:
        loyalty: The library, on a store of the same database.
        customer_id: Who orders.
        total: What the order costs, in euros.
        pay: The points to take for it.
        using: The alias of the database.

    Raises:
        InsufficientPoints: There are not as many points as `pay`; then there is no order either.
    """
    with transaction.atomic(using=using):
        order: Purchase = Purchase.objects.using(using).create(customer_id=customer_id, total=total)
        points = loyalty.within(connections[using]).points
        if pay:
            points.spend(customer_id, pay, order_id=str(order.pk), key=f"order-{order.pk}-paid")
        points.award(customer_id, int(total), reason="order", order_id=str(order.pk), key=f"order-{order.pk}-earned")
    return order
