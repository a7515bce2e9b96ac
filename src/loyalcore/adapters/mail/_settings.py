"""Where mail is handed in, and as whom: settings that do not show their password."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from typing import Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.ids import check_text

TIMEOUT_SECONDS_MAX: Final = 300


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    """It begins in the clear and is encrypted before anything is said: port 587."""
    TLS = "tls"
    """It is encrypted from its beginning: port 465."""
    NONE = "none"
    """It is not: a relay on the same machine, port 25. No password is sent over it."""


_PORTS: Final = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


def read_address(value: object, path: str) -> Address:
    """Read an address such as `Beans <club@example.org>`.

    Raises:
        InvalidInput: It is no text, holds a line break, or is no single address with a domain.
        LimitExceeded: It is longer than 255 characters.
    """
    text = check_text(value, path)
    name, addr_spec = parseaddr(text)
    try:
        address = Address(display_name=name, addr_spec=addr_spec)
    except (MessageError, ValueError, IndexError):
        address = Address()
    if not address.username or not address.domain:
        raise InvalidInput("must be one e-mail address, such as Beans <club@example.org>", path=path)
    return address


def check_timeout(value: object, path: str) -> int:
    """Return a time-out in whole seconds, from 1 to 300.

    Raises:
        InvalidInput: It is no whole number, or below 1.
        LimitExceeded: It is above 300.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInput("give whole seconds, at least 1", path=path)
    if value > TIMEOUT_SECONDS_MAX:
        raise LimitExceeded("is too long", path=path, limit=TIMEOUT_SECONDS_MAX)
    return value


@attrs.frozen(kw_only=True)
class MailSettings:
    """Where mail is handed in, and as whom.

    Args:
        host: The mail server.
        sender: Who the mail is from, such as `Beans <club@example.org>`.
        security: How the connection is protected.
        port: The server's port; None is the usual one: 587, 465 or 25.
        username: As whom to sign in; None is nobody.
        password: With which password; not shown.
        reply_to: Where answers go, if not to the sender.
        timeout_seconds: How long the server may take for one answer, 1 to 300.

    Raises:
        InvalidInput: A value of the wrong type or out of range, only one of user name and password, or a password over
            a connection that is not encrypted.
        LimitExceeded: A text or a number beyond its limit.

    Source: House decision.

    Example:
        >>> MailSettings(host="mail.example.org", sender="Beans <club@example.org>", username="u", password="secret")
        MailSettings(host='mail.example.org', sender='Beans <club@example.org>', security=<Security.STARTTLS: 'starttls'>, port=587, username='u', reply_to=None, timeout_seconds=30)
    """  # noqa: E501 - what is shown

    host: str
    sender: str
    security: Security = Security.STARTTLS
    port: int | None = None
    username: str | None = None
    password: str | None = attrs.field(default=None, repr=False)
    reply_to: str | None = None
    timeout_seconds: int = 30

    def __attrs_post_init__(self) -> None:
        check_text(self.host, "host")
        read_address(self.sender, "sender")
        if self.reply_to is not None:
            read_address(self.reply_to, "reply_to")
        if not isinstance(self.security, Security):
            raise InvalidInput("give a Security", path="security")
        if self.port is None:
            object.__setattr__(self, "port", _PORTS[self.security])
        elif isinstance(self.port, bool) or not isinstance(self.port, int) or not 0 < self.port < 2**16:
            raise InvalidInput("give a port from 1 to 65535", path="port")
        check_timeout(self.timeout_seconds, "timeout_seconds")
        for name in ("username", "password"):
            if getattr(self, name) is not None:
                check_text(getattr(self, name), name)
        if (self.username is None) is not (self.password is None):
            raise InvalidInput("give both a user name and a password, or neither", path="password")
        if self.password is not None and self.security is Security.NONE:
            raise InvalidInput("is sent over an encrypted connection only: STARTTLS or TLS", path="password")
