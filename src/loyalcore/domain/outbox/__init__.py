"""The outbox: the steps in which a notice is delivered once, by one of many, and set aside where it cannot be."""

from loyalcore.domain.outbox._commands import ClaimNotice, FailNotice, RetryNotice, SettleNotice
from loyalcore.domain.outbox._decide import LEASE_ENDED, claimed, failed, put_back
from loyalcore.domain.outbox._delivery import Delivery, Recipient, delivery_id
from loyalcore.domain.outbox._policy import SECONDS_MAX, DeliveryPolicy, backoff, check_count

__all__ = [
    "LEASE_ENDED",
    "SECONDS_MAX",
    "ClaimNotice",
    "Delivery",
    "DeliveryPolicy",
    "FailNotice",
    "Recipient",
    "RetryNotice",
    "SettleNotice",
    "backoff",
    "check_count",
    "claimed",
    "delivery_id",
    "failed",
    "put_back",
]


def __dir__() -> list[str]:
    return __all__
