"""Handing a message in over SMTP, and what the server's answers mean for a notice.

A code of the 500s about the recipient or the message is final. One about us, the sender or the password, is mended in
the settings: the notices wait for that.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from loyalcore.adapters.mail._settings import MailSettings, Security
from loyalcore.errors import DeliveryFailed, Undeliverable

if TYPE_CHECKING:
    from email.message import EmailMessage

_FINAL: Final = 500


class SmtpTransport:
    """Hands each message in over a connection of its own.

    Args:
        settings: Where, and as whom.
        context: How certificates are checked; None is as the system does.
    """

    def __init__(self, settings: MailSettings, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._context = context

    def __call__(self, message: EmailMessage) -> None:
        """Hand a message in.

        Raises:
            DeliveryFailed: The server cannot be reached, or refuses for now, or refuses us.
            Undeliverable: The server refuses the recipient or the message for good.
        """
        try:
            server = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(f"no session with the mail server: {type(error).__name__}") from error
        try:
            server.send_message(message)
        except smtplib.SMTPSenderRefused as error:
            raise DeliveryFailed("the mail server refuses the sender") from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            raise _refusal(min(codes), "the recipient") from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, "the message") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Undeliverable("the mail server does not know addresses beyond ASCII") from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(f"the mail server broke off: {type(error).__name__}") from error
        finally:
            with suppress(OSError, smtplib.SMTPException):  # the message is handed in, whatever becomes of the farewell
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        timeout, port = settings.timeout_seconds, settings.port or 0
        server: smtplib.SMTP
        if settings.security is Security.TLS:
            server = smtplib.SMTP_SSL(settings.host, port, timeout=timeout, context=self._ssl())
        else:
            server = smtplib.SMTP(settings.host, port, timeout=timeout)
        try:
            if settings.security is Security.STARTTLS:
                server.starttls(context=self._ssl())
            if settings.username is not None and settings.password is not None:
                server.login(settings.username, settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def _ssl(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def _refusal(code: int, what: str) -> DeliveryFailed | Undeliverable:
    if code >= _FINAL:
        return Undeliverable(f"the mail server refuses {what}: {code}")
    return DeliveryFailed(f"the mail server refuses {what} for now: {code}")
