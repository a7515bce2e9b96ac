"""What the fields of the commands about referrals accept, each by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import check_email
from loyalcore.domain.referrals._checks import ID_MAX, counts
from loyalcore.domain.referrals._rules import TOKEN_KIND_MAX
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.checks import maybe
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.values.checks import Check

TOKENS_MAX: Final = 20
TOKEN_MAX: Final = 200
CODE_MAX: Final = 64

_TOKEN: Final = re.compile(rf"[a-z_]{{1,{TOKEN_KIND_MAX}}}:.+")


def _tokens(value: object, path: str) -> tuple[str, ...]:
    """Return tokens, each of them once."""
    if not isinstance(value, tuple | list):
        raise InvalidInput(f"must be a list, not {type(value).__name__}", path=path)
    if len(value) > TOKENS_MAX:
        raise LimitExceeded("holds too many", path=path, limit=TOKENS_MAX)
    return tuple(dict.fromkeys(_token(each, f"{path}[{index}]") for index, each in enumerate(value)))


def _token(value: object, path: str) -> str:
    text = check_text(value, path, length_max=TOKEN_MAX)
    if _TOKEN.fullmatch(text) is None:
        raise InvalidInput("must be a kind of a-z and _, a colon, and an HMAC of your own, as device:3f9a", path=path)
    return text


_CHECKS: Final[Mapping[str, Check]] = {
    "customer_id": check_text,
    "key": check_text,
    "program": maybe(check_text),
    "reason": check_text,
    "referral_id": check_text,
    "referee_id": maybe(check_text),
    "contact": check_email,
    "code": lambda value, path: check_text(value, path, length_max=CODE_MAX),
    "tokens": _tokens,
    "campaign": lambda value, path: check_text(value, path, length_min=0, length_max=ID_MAX),
    "limit": maybe(counts(0)),
    "occurred_at": maybe(check_instant),
    "starts_at": maybe(check_instant),
    "expires_at": maybe(check_instant),
}


def check_command(command: Any) -> None:
    """Check every field of a command by its name, and put what a check makes of it in its place.

    Raises:
        InvalidInput: A value of the wrong type or out of range; `path` is the field.
        LimitExceeded: A text or a number beyond its limit.
    """
    for field in attrs.fields(type(command)):
        given = getattr(command, field.name)
        checked = _CHECKS[field.name](given, field.name)
        if checked is not given:
            object.__setattr__(command, field.name, checked)
