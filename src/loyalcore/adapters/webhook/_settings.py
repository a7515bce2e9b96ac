"""Where webhooks go, and the secrets they are signed with: settings that do not show them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import attrs

from loyalcore.adapters.webhook._signature import read_secret
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.ids import check_text

URL_LENGTH_MAX: Final = 2_048
SECRETS_MAX: Final = 5
TIMEOUT_SECONDS_MAX: Final = 300


def _secrets(given: object) -> tuple[bytes, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise InvalidInput("give a list of secrets", path="secrets")
    if len(given) > SECRETS_MAX:
        raise LimitExceeded("has too many secrets", path="secrets", limit=SECRETS_MAX)
    return tuple(read_secret(each, f"secrets[{index}]") for index, each in enumerate(given))


@attrs.frozen(kw_only=True)
class WebhookSettings:
    """Where webhooks go, and the secrets they are signed with.

    Args:
        url: The receiver's address, `https://…`.
        secrets: One secret, or at most 5 while they are changed: each signs. `whsec_` and base64, or bytes; not shown.
        timeout_seconds: How long the receiver may take for one answer, 1 to 300.
        has_plain_http: Whether `http://…` is taken too: within a machine or a closed network.

    Raises:
        InvalidInput: A value of the wrong type or out of range, an address that is none, or a secret that is none.
        LimitExceeded: An address of more than 2,048 characters, too many secrets, or too long a time-out.

    Source: Standard Webhooks 1.0 (secret rotation, time-outs of 15 to 30 seconds, https).

    Example:
        >>> WebhookSettings(url="https://example.org/hook", secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        WebhookSettings(url='https://example.org/hook', timeout_seconds=20, has_plain_http=False)
    """

    url: str
    secrets: tuple[bytes, ...] = attrs.field(converter=_secrets, repr=False)
    timeout_seconds: int = 20
    has_plain_http: bool = False

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.has_plain_http, bool):
            raise InvalidInput("must be true or false", path="has_plain_http")
        _check_url(self.url, has_plain_http=self.has_plain_http)
        seconds = self.timeout_seconds
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
            raise InvalidInput("give whole seconds, at least 1", path="timeout_seconds")
        if seconds > TIMEOUT_SECONDS_MAX:
            raise LimitExceeded("is too long", path="timeout_seconds", limit=TIMEOUT_SECONDS_MAX)


def _check_url(value: object, *, has_plain_http: bool) -> None:
    text = check_text(value, "url", length_max=URL_LENGTH_MAX)
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput("must be an address such as https://example.org/hook", path="url") from None
    if not text.isascii() or " " in text or not host or parts.fragment:
        raise InvalidInput("must be an address such as https://example.org/hook", path="url")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("must not hold a user name or password", path="url")
    if parts.scheme != "https" and not (has_plain_http and parts.scheme == "http"):
        raise InvalidInput(
            "must begin with https://; has_plain_http lets http through, for a receiver on the same machine", path="url"
        )
