"""Notices by webhook: signed as Standard Webhooks has it, posted, and checked by who receives them."""

from loyalcore.adapters.webhook._handler import WebhookHandler, body_of
from loyalcore.adapters.webhook._settings import WebhookSettings
from loyalcore.adapters.webhook._signature import ID, SIGNATURE, TIMESTAMP, TOLERANCE, read_secret, sign, verify

__all__ = [
    "ID",
    "SIGNATURE",
    "TIMESTAMP",
    "TOLERANCE",
    "WebhookHandler",
    "WebhookSettings",
    "body_of",
    "read_secret",
    "sign",
    "verify",
]


def __dir__() -> list[str]:
    return __all__
