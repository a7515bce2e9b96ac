"""The handler that mails notices: template, message, transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.adapters.mail._built_in import TEMPLATES
from loyalcore.adapters.mail._message import message_of, values_of
from loyalcore.adapters.mail._settings import MailSettings
from loyalcore.adapters.mail._templates import MailTemplates
from loyalcore.adapters.mail._transport import SmtpTransport
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

    from loyalcore.domain.outbox import Delivery


class MailHandler:
    """Mails each notice to the customer it is about.

    Args:
        settings: Where mail is handed in, and as whom.
        templates: What is written; the shipped ones are plain English.
        values: Gives more values for the templates, such as the name of the shop; they win over the notice's own.
        unsubscribe: Gives the address at which a recipient says that they want none of these, `https://…` or
            `mailto:…`; None where there is none.
        transport: What hands a message in; None is SMTP, as the settings say.

    Raises:
        InvalidInput: An argument of the wrong type; a template of a kind of notice that there is not, or, without
            `values`, one that names what its notices do not have.

    Source: DOMAIN 1 (notice: mail, webhook).

    Example:
        >>> from datetime import UTC, datetime
        >>> from loyalcore import Delivery, Notice, NoticeRef, Recipient
        >>> sent = []
        >>> settings = MailSettings(host="mail.example.org", sender="Beans <club@example.org>")
        >>> mail = MailHandler(settings, transport=sent.append)
        >>> told = Notice(
        ...     ref=NoticeRef("live", "h1", "h1:beans:1:"),
        ...     kind="points_added",
        ...     program_id="beans",
        ...     at=datetime(2026, 1, 31, tzinfo=UTC),
        ...     details={"points": 5},
        ... )
        >>> ada = Recipient(customer_id="ada", email="ada@example.org", first_name="Ada")
        >>> mail(Delivery(notice=told, recipient=ada, attempt=1))
        >>> sent[0]["To"], sent[0]["Subject"]
        ('Ada <ada@example.org>', 'You have new points')
    """

    def __init__(
        self,
        settings: MailSettings,
        *,
        templates: MailTemplates = TEMPLATES,
        values: Callable[[Delivery], Mapping[str, str]] | None = None,
        unsubscribe: Callable[[Delivery], str | None] | None = None,
        transport: Callable[[EmailMessage], object] | None = None,
    ) -> None:
        if not isinstance(settings, MailSettings):
            raise InvalidInput(f"give MailSettings, not {type(settings).__name__}", path="settings")
        if not isinstance(templates, MailTemplates):
            raise InvalidInput(f"give MailTemplates, not {type(templates).__name__}", path="templates")
        for name, given in (("values", values), ("unsubscribe", unsubscribe), ("transport", transport)):
            if given is not None and not callable(given):
                raise InvalidInput("give something to call", path=name)
        templates.check(has_more=values is not None)
        self._settings = settings
        self._templates = templates
        self._values = values
        self._unsubscribe = unsubscribe
        self._transport = transport or SmtpTransport(settings)

    def __call__(self, delivery: Delivery) -> None:
        """Mail a notice.

        Raises:
            DeliveryFailed: The server cannot be reached, or refuses for now, or refuses us.
            Undeliverable: There is no address or template, the message cannot be made, or the server refuses it for
                good.
        """
        template = self._templates.find(delivery.notice.kind, delivery.recipient.language)
        values = values_of(delivery) | dict(self._values(delivery) if self._values else {})
        unsubscribe = self._unsubscribe(delivery) if self._unsubscribe else None
        self._transport(message_of(delivery, template.mail(values), self._settings, unsubscribe))
