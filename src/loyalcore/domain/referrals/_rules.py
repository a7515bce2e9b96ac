"""Fraud rules as values: what is looked at, and how much it counts."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.referrals._checks import check_id, counts, refuse
from loyalcore.errors import Fault, InvalidInput
from loyalcore.values.checks import gather, maybe, member_of, read_maybe_money
from loyalcore.values.ids import check_text, check_word
from loyalcore.values.money import check_amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loyalcore.values.checks import Check

WEIGHT_MAX: Final = 1_000
CLAIMS_MAX: Final = 1_000
DAYS_MAX: Final = 366
MINUTES_MAX: Final = DAYS_MAX * 24 * 60
TOKEN_KIND_MAX: Final = 32

_TOKEN_KIND: Final = re.compile(r"[a-z_]+")


class FraudKind(StrEnum):
    """What a fraud rule looks at.

    Source: DOMAIN 3.6.
    """

    SAME_EMAIL = "same_email"
    """Referrer and referee have one mailbox, however it is written."""
    SAME_TOKEN = "same_token"  # noqa: S105 - a kind of rule, no secret
    """Referrer and referee have a device, a means of payment or an address in common."""
    MANY_CLAIMS = "many_claims"
    """More than so many claims came from one of them in so many days."""
    FAST_ORDER = "fast_order"
    """The referee ordered too soon after signing up."""
    SMALL_ORDER = "small_order"
    """The order is worth too little."""
    FUNCTION = "function"
    """What a function of the host's finds."""


def check_token_kind(value: object, path: str) -> str:
    """Return a kind of token, such as `device`: 1 to 32 of a-z and _."""
    text = check_text(value, path, length_max=TOKEN_KIND_MAX)
    if _TOKEN_KIND.fullmatch(text) is None:
        raise InvalidInput("must be lower-case letters and _", path=path)
    return text


def _least(value: object, path: str) -> Decimal:
    amount = check_amount(value, path)
    if amount <= 0:
        raise InvalidInput("must be more than 0", path=path)
    return amount


@attrs.frozen
class FraudRule:
    """One thing that makes a referral look wrong, and how much it counts.

    Args:
        id: Its name in the program, 1 to 64 printable characters; it stands in the evidence.
        kind: What it looks at.
        weight: How much it counts, 1 to 1,000.
        token: The kind of token that it looks at, such as `device`, `payment` or `address`; of `same_token` None means
            every kind, of `many_claims` `address`.
        count: How many claims from one token are right (`many_claims`), 1 to 1,000: the next one is not.
        days: In how many days (`many_claims`), 1 to 366.
        minutes: Sooner than this after signing up is too fast (`fast_order`), 1 to 527,040; needed there.
        amount: Less than this is too little (`small_order`), in the program's currency; needed there.
        function: The name of a function of the host's, in the registry's `fraud` (`function`); needed there.

    Raises:
        InvalidDocument: One or more of them are of another type, out of range, or contradict each other; all are named.

    Source: DOMAIN 3.6.

    Example:
        >>> FraudRule("small", FraudKind.SMALL_ORDER, amount="10.00", weight=60).amount
        Decimal('10.00')
    """

    id: str
    kind: FraudKind
    weight: int = attrs.field(default=100, kw_only=True)
    token: str | None = attrs.field(default=None, kw_only=True)
    count: int = attrs.field(default=10, kw_only=True)
    days: int = attrs.field(default=7, kw_only=True)
    minutes: int | None = attrs.field(default=None, kw_only=True)
    amount: Decimal | None = attrs.field(default=None, kw_only=True, converter=read_maybe_money)
    function: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = gather(self, CHECKS)
        refuse(faults, self._contradictions() if isinstance(self.kind, FraudKind) else ())
        if self.kind is FraudKind.MANY_CLAIMS and self.token is None:
            object.__setattr__(self, "token", "address")

    def _contradictions(self) -> Iterator[Fault]:
        needed = _NEEDED.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            yield Fault(needed, f"is needed: the kind is {self.kind}")
        for name, (kinds, unsaid) in _OF.items():
            if self.kind not in kinds and getattr(self, name) != unsaid:
                yield Fault(name, f"must not be said unless the kind is {' or '.join(kinds)}")


_NEEDED: Final[Mapping[FraudKind, str]] = {
    FraudKind.FAST_ORDER: "minutes",
    FraudKind.SMALL_ORDER: "amount",
    FraudKind.FUNCTION: "function",
}
"""What a kind cannot do without."""

_OF: Final[Mapping[str, tuple[tuple[FraudKind, ...], Any]]] = {
    "token": ((FraudKind.SAME_TOKEN, FraudKind.MANY_CLAIMS), None),
    "count": ((FraudKind.MANY_CLAIMS,), 10),
    "days": ((FraudKind.MANY_CLAIMS,), 7),
    "minutes": ((FraudKind.FAST_ORDER,), None),
    "amount": ((FraudKind.SMALL_ORDER,), None),
    "function": ((FraudKind.FUNCTION,), None),
}
"""Of each setting the kinds that it is of, and what stands there where it is not said."""

CHECKS: Final[Mapping[str, Check]] = {
    "id": check_id,
    "kind": member_of(FraudKind),
    "weight": counts(1, WEIGHT_MAX),
    "token": maybe(check_token_kind),
    "count": counts(1, CLAIMS_MAX),
    "days": counts(1, DAYS_MAX),
    "minutes": maybe(counts(1, MINUTES_MAX)),
    "amount": maybe(_least),
    "function": maybe(check_word),
}
"""What each setting of a fraud rule must be."""

DEFAULT_FRAUD: Final = (
    FraudRule("same-email", FraudKind.SAME_EMAIL),
    FraudRule("same-token", FraudKind.SAME_TOKEN),
    FraudRule("many-claims", FraudKind.MANY_CLAIMS),
)
"""The rules of a program that says none: one mailbox, a token in common, more than 10 claims in 7 days."""
