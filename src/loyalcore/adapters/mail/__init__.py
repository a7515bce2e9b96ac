"""Notices by mail: templates for each kind and language, messages, and SMTP; over the standard library."""

from loyalcore.adapters.mail._built_in import TEMPLATES
from loyalcore.adapters.mail._handler import MailHandler
from loyalcore.adapters.mail._settings import MailSettings, Security
from loyalcore.adapters.mail._templates import Mail, MailTemplate, MailTemplates
from loyalcore.adapters.mail._transport import SmtpTransport

__all__ = [
    "TEMPLATES",
    "Mail",
    "MailHandler",
    "MailSettings",
    "MailTemplate",
    "MailTemplates",
    "Security",
    "SmtpTransport",
]


def __dir__() -> list[str]:
    return __all__
