"""The handler that posts notices: a signed body, and what the receiver's answer means."""

from __future__ import annotations

import ssl
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from loyalcore.adapters.webhook._settings import WebhookSettings
from loyalcore.adapters.webhook._signature import ID, SIGNATURE, TIMESTAMP, sign
from loyalcore.errors import DeliveryFailed, InvalidInput, Undeliverable
from loyalcore.values.clock import Clock, SystemClock, to_micros
from loyalcore.values.digest import canonical

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.outbox import Delivery

_AGAIN: Final = frozenset({408, 409, 425, 429})
"""The answers of the 400s that a later attempt may change."""


class WebhookHandler:
    """Posts each notice, signed, to one address.

    The body tells whom it is about by the host's own customer id, and nothing that is personal.

    Args:
        settings: Where to, and the secrets.
        clock: What time it is; the system's where None.
        context: How certificates are checked; None is as the system does.

    Raises:
        InvalidInput: An argument of the wrong type.

    Source: DOMAIN 1 (notice: mail, webhook); Standard Webhooks 1.0.

    Example:
        >>> hook = WebhookSettings(url="https://example.org/hook", secrets=[b"a secret of at least 24 bytes"])
        >>> callable(WebhookHandler(hook))
        True
    """

    def __init__(
        self, settings: WebhookSettings, *, clock: Clock | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        if not isinstance(settings, WebhookSettings):
            raise InvalidInput(f"give WebhookSettings, not {type(settings).__name__}", path="settings")
        if not isinstance(clock, Clock | None):
            raise InvalidInput(f"give a clock, not {type(clock).__name__}", path="clock")
        self._settings = settings
        self._clock: Clock = clock or SystemClock()
        self._context = context

    def __call__(self, delivery: Delivery) -> None:
        """Post a notice.

        Raises:
            DeliveryFailed: No answer, one of the 300s or 500s, or 408, 409, 425 or 429; with the wait that the
                receiver asks for.
            Undeliverable: Another answer of the 400s.
        """
        body = body_of(delivery)
        timestamp = to_micros(self._clock.now()) // 1_000_000
        signatures = [sign(delivery.id, timestamp, body, secret) for secret in self._settings.secrets]
        headers = {
            "content-type": "application/json",
            "user-agent": "loyalcore",
            ID: delivery.id,
            TIMESTAMP: str(timestamp),
            SIGNATURE: " ".join(signatures),
        }
        status, asked = self._post(body, headers)
        if 200 <= status < 300:
            return
        if 400 <= status < 500 and status not in _AGAIN:
            raise Undeliverable(f"the receiver answers {status}")
        raise DeliveryFailed(f"the receiver answers {status}", retry_in=self._retry_in(asked))

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str | None]:
        """Post a body, and give the answer's code and what it asks to wait."""
        parts, timeout = urlsplit(self._settings.url), self._settings.timeout_seconds
        host = parts.hostname or ""
        connection: HTTPConnection
        if parts.scheme == "https":
            context = self._context or ssl.create_default_context()
            connection = HTTPSConnection(host, parts.port, timeout=timeout, context=context)
        else:
            connection = HTTPConnection(host, parts.port, timeout=timeout)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.getheader("retry-after")
        except (OSError, HTTPException) as error:
            raise DeliveryFailed(f"the receiver does not answer: {type(error).__name__}") from error
        finally:
            connection.close()

    def _retry_in(self, asked: str | None) -> int | None:
        """Read how many seconds a receiver asks to wait: a count of them, or a date."""
        if asked is None:
            return None
        text = asked.strip()
        if text.isascii() and text.isdigit():
            return int(text[:9]) or None
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        return _seconds_between(self._clock.now(), until if until.tzinfo else until.replace(tzinfo=UTC))


def _seconds_between(now: datetime, until: datetime) -> int | None:
    seconds = int((until - now).total_seconds())
    return seconds if seconds > 0 else None


def body_of(delivery: Delivery) -> bytes:
    """Give the body of a notice: the same at every attempt, and without anything personal.

    Source: Standard Webhooks 1.0 (payload structure: type, timestamp, data).

    Example:
        >>> from datetime import UTC, datetime
        >>> from loyalcore import Delivery, Notice, NoticeRef, Recipient
        >>> told = Notice(
        ...     ref=NoticeRef("live", "h1", "h1:beans:1:"),
        ...     kind="points_added",
        ...     program_id="beans",
        ...     at=datetime(2026, 1, 31, tzinfo=UTC),
        ...     details={"points": 5},
        ... )
        >>> print(body_of(Delivery(notice=told, recipient=Recipient(customer_id="ada"), attempt=1)).decode())
        {"data":{"customer_id":"ada","details":{"points":5},"environment":"live","program":"beans"},"timestamp":"2026-01-31T00:00:00.000000Z","type":"points_added"}
    """
    notice = delivery.notice
    told = {
        "type": notice.kind,
        "timestamp": notice.at,
        "data": {
            "environment": notice.ref.environment,
            "program": notice.program_id,
            "customer_id": delivery.recipient.customer_id,
            "details": dict(notice.details),
        },
    }
    return canonical(told).encode()
