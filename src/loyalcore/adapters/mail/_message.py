"""A notice as a mail: what the templates come to, and headers that nothing in a profile can add to."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from loyalcore.adapters.mail._settings import read_address
from loyalcore.errors import Undeliverable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.adapters.mail._settings import MailSettings
    from loyalcore.adapters.mail._templates import Mail
    from loyalcore.domain.outbox import Delivery

_BEYOND_ASCII: Final = re.compile(r"[^\W\x00-\x7f]")
_UNSUBSCRIBE: Final = re.compile(r"(?:https://|mailto:)[!-;=?-~]+")


def values_of(delivery: Delivery) -> dict[str, str]:
    """Give what a template may name: the details of the notice, and who it goes to.

    Source: House decision; what is not there is an empty text, but for a first name: the id of the customer.
    """
    notice, recipient = delivery.notice, delivery.recipient
    values = {name: "" if value is None else str(value) for name, value in notice.details.items()}
    return values | {
        "kind": notice.kind,
        "program": notice.program_id,
        "customer_id": recipient.customer_id,
        "first_name": recipient.first_name or recipient.customer_id,
        "last_name": recipient.last_name or "",
    }


def message_of(delivery: Delivery, mail: Mail, settings: MailSettings, unsubscribe: str | None = None) -> EmailMessage:
    """Make the message of a notice.

    Args:
        delivery: The notice, and who it goes to.
        mail: What the templates came to.
        settings: Who it is from.
        unsubscribe: Where the recipient says that they want none of these, `https://…` or `mailto:…`.

    Raises:
        Undeliverable: The recipient has no e-mail address, or it is none; or `unsubscribe` is no such address.

    Source: RFC 5322; RFC 2369 and 8058 (List-Unsubscribe); RFC 3834 (Auto-Submitted).
    """
    sender = read_address(settings.sender, "sender")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _recipient(delivery)
    if settings.reply_to is not None:
        message["Reply-To"] = read_address(settings.reply_to, "reply_to")
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(delivery.notice.at)
    message["Message-ID"] = f"<{delivery.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in _unsubscribing(unsubscribe).items():
        message[name] = value
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    return message


def _recipient(delivery: Delivery) -> Address:
    recipient = delivery.recipient
    if recipient.email is None:
        raise Undeliverable("the customer has no e-mail address")
    name = " ".join(filter(None, (recipient.first_name, recipient.last_name)))
    username, _, domain = recipient.email.rpartition("@")
    try:  # letters beyond ASCII, which some servers take, stand for themselves; the rest is checked
        Address(addr_spec=_BEYOND_ASCII.sub("x", recipient.email))
    except (MessageError, ValueError, IndexError):
        domain = ""
    if not username or not domain or not recipient.email.isprintable() or " " in recipient.email:
        raise Undeliverable("the customer's e-mail address is none")
    return Address(name if name.isprintable() else "", username, domain)


def _unsubscribing(address: str | None) -> Mapping[str, str]:
    if address is None:
        return {}
    if not isinstance(address, str) or not _UNSUBSCRIBE.fullmatch(address):
        raise Undeliverable("the address to unsubscribe at is neither https:// nor mailto:")
    headers = {"List-Unsubscribe": f"<{address}>"}
    if address.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
