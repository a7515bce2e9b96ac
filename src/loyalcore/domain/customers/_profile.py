"""The profile: what each part of it accepts, said once for the command, imports and documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.attributes import check_changes
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_name, check_text

NAME_MAX: Final = 255
EMAIL_MAX: Final = 254
URL_MAX: Final = 1_000
TAGS_MAX: Final = 50

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_LANGUAGE_MAX: Final = 35


def _name(value: object, path: str) -> str:
    return check_name(value, path, length_max=NAME_MAX)


def check_email(value: object, path: str) -> str:
    """Return an e-mail address as it was typed.

    Args:
        value: An address of up to 254 characters without blanks, with something on both sides of its last `@`.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is no such text.
        LimitExceeded: It is too long.

    Source: DOMAIN 3.7; that no more is asked of an address is a house decision: only mail that arrives proves one.

    Example:
        >>> check_email("ada@example.org", "email")
        'ada@example.org'
    """
    text = check_text(value, path, length_max=EMAIL_MAX)
    local, _, domain = text.rpartition("@")
    if not local or not domain or " " in text:
        raise InvalidInput("must be an address such as ada@example.org", path=path)
    return text


def _country(value: object, path: str) -> str:
    text = check_text(value, path)
    if _COUNTRY.fullmatch(text) is None:
        raise InvalidInput("must be an ISO 3166 code of two capital letters, such as FR", path=path)
    return text


def _language(value: object, path: str) -> str:
    text = check_text(value, path, length_max=_LANGUAGE_MAX)
    if _LANGUAGE.fullmatch(text) is None:
        raise InvalidInput("must be a BCP 47 tag such as pt-BR", path=path)
    return text


def _url(value: object, path: str) -> str:
    return check_text(value, path, length_max=URL_MAX)


def _birth_on(value: object, path: str) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidInput(f"give a date without a time, not {type(value).__name__}", path=path)
    if value.year < 1900:
        raise InvalidInput("give a day from 1900 on", path=path)
    return date(value.year, value.month, value.day)


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(f"must be True or False, not {type(value).__name__}", path=path)
    return value


def check_tags(value: object, path: str) -> tuple[str, ...]:
    """Return tags, each of them once, in the order given.

    Args:
        value: A list of names of 1 to 255 printable characters.
        path: Where they stand, for the message.

    Raises:
        InvalidInput: It is no list, or one is no such name.
        LimitExceeded: One is too long, or there are more than 50.

    Source: DOMAIN 3.9.

    Example:
        >>> check_tags(["vip", "vip", "b2b"], "tags")
        ('vip', 'b2b')
    """
    if not isinstance(value, tuple | list):
        raise InvalidInput(f"must be a list, not {type(value).__name__}", path=path)
    tags = tuple(dict.fromkeys(_name(each, f"{path}[{index}]") for index, each in enumerate(value)))
    if len(tags) > TAGS_MAX:
        raise LimitExceeded("holds too many tags", path=path, limit=TAGS_MAX)
    return tags


CHECKS: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "first_name": _name,
    "last_name": _name,
    "email": check_email,
    "street": _name,
    "postal_code": _name,
    "city": _name,
    "region": _name,
    "country": _country,
    "birth_on": _birth_on,
    "language": _language,
    "shop_url": _url,
    "shop_created_at": check_instant,
    "has_newsletter": _flag,
    "is_guest": _flag,
    "is_excluded": _flag,
    "tags": check_tags,
    "attributes": check_changes,
}
"""What each part of the profile accepts."""

REQUIRED: Final = frozenset({"is_guest", "is_excluded", "tags", "attributes"})
"""The parts that always have a value."""
