"""Sixteen deliverers on PostgreSQL: each of 500 notices is sent by one of them."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Final

from loyalcore import Award, DeliveryPolicy, Loyalty, PointsNotice, PointsPolicy, Program
from loyalcore.testing.contract._contract import race

if TYPE_CHECKING:
    from loyalcore import Delivery
    from loyalcore.adapters.sqlalchemy import SqlStore

NOTICES: Final = 500
DELIVERERS: Final = 16
BEANS: Final = Program(
    "beans", currency="EUR", timezone="UTC", points=PointsPolicy(notices=frozenset({PointsNotice.ADDED}))
)


def test_sixteen_deliverers_send_each_notice_once(postgres_store: SqlStore) -> None:
    """While all of them live: none is sent twice, none is left, and the work is shared."""
    shop = Loyalty(postgres_store, [BEANS], actor="till")
    names = [f"c-{number}" for number in range(50)]
    for name in names:
        shop.customers.register(name)
    shop.points.post_many(Award(names[number % 50], 1, reason="gift", key=f"k-{number}") for number in range(NOTICES))
    sent: list[tuple[int, str]] = []
    lock = Lock()

    def deliver(number: int) -> int:
        def handle(delivery: Delivery) -> None:
            with lock:
                sent.append((number, delivery.id))

        return shop.outbox.deliver(handle, policy=DeliveryPolicy(lease_seconds=3_600)).delivered

    counts = race([lambda number=number: deliver(number) for number in range(DELIVERERS)])  # type: ignore[misc]
    assert all(isinstance(count, int) for count in counts), counts
    assert sum(counts) == NOTICES
    assert Counter(name for _, name in sent).most_common(1)[0][1] == 1
    assert len(sent) == NOTICES
    assert len({number for number, _ in sent}) > 1
    assert shop.outbox.waiting() == ()
