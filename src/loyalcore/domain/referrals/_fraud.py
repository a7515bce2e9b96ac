"""What fraud rules find: evidence about a claim or an order, and what follows from all of it."""

from __future__ import annotations

from bisect import insort
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.decision import Counter
from loyalcore.domain.referrals._model import Evidence
from loyalcore.domain.referrals._rules import CLAIMS_MAX, WEIGHT_MAX, FraudKind
from loyalcore.domain.referrals._signup import signed_up_at
from loyalcore.errors import InvalidInput
from loyalcore.values.clock import DAY, to_micros
from loyalcore.values.emails import email_match_key
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from loyalcore.domain.customers import CustomerRow
    from loyalcore.domain.decision import CounterRef
    from loyalcore.domain.orders import Cart
    from loyalcore.domain.referrals._policy import ReferralPolicy
    from loyalcore.domain.referrals._rules import FraudRule

_MINUTE: Final = 60_000_000


@attrs.frozen(kw_only=True)
class Suspicion:
    """What fraud rules look at: a claim, or an order that a referral is completed by.

    Args:
        referrer: Who refers; None where nobody is known any more.
        referee: Who was referred, with the membership as it stood before.
        tokens: What the host can tell the referee by, as given with this claim: a kind, a colon, an HMAC of its own.
        counters: The claims that were made before, by the token that they came with.
        cart: The order that was closed; None at a claim.
        claimed_at: When the claim was made, UTC; None where it is being made.
        at: The instant of the claim, or of closing the order, UTC.

    Source: DOMAIN 3.6.
    """

    referrer: CustomerRow | None
    referee: CustomerRow
    tokens: tuple[str, ...] = attrs.field(default=(), repr=False)
    counters: Mapping[str, Counter] = attrs.field(factory=dict, repr=False, hash=False)
    cart: Cart | None = None
    claimed_at: datetime | None = None
    at: datetime

    @property
    def is_claim(self) -> bool:
        """Whether a claim is looked at, not an order."""
        return self.cart is None


class Verdict(StrEnum):
    """What follows from evidence.

    Source: DOMAIN 3.6.
    """

    ALLOW = "allow"
    """Nothing is wrong."""
    REVIEW = "review"
    """A person decides."""
    BLOCK = "block"
    """It is not valid."""


def _same_email(rule: FraudRule, suspicion: Suspicion) -> str | None:
    key = email_match_key(suspicion.referee.customer.email)
    if key is None or suspicion.referrer is None or email_match_key(suspicion.referrer.customer.email) != key:
        return None
    return "the referee has the mailbox of the referrer"


def _same_token(rule: FraudRule, suspicion: Suspicion) -> str | None:
    if suspicion.referrer is None:
        return None
    theirs = {*suspicion.referee.membership.tokens, *suspicion.tokens}
    kinds = {kind_of_token(each) for each in theirs.intersection(suspicion.referrer.membership.tokens)}
    found = sorted(kind for kind in kinds if rule.token in (None, kind))
    return f"the referee shares with the referrer: {', '.join(found)}" if found else None


def _many_claims(rule: FraudRule, suspicion: Suspicion) -> str | None:
    since = to_micros(suspicion.at) - rule.days * DAY
    for token in suspicion.tokens:
        counter = suspicion.counters.get(token)
        if kind_of_token(token) == rule.token and counter is not None:
            before = sum(each > since for each in counter.times)
            if before >= rule.count:
                return f"{before + 1} claims came from one {rule.token} in {rule.days} days"
    return None


def _fast_order(rule: FraudRule, suspicion: Suspicion) -> str | None:
    minutes = (to_micros(suspicion.at) - to_micros(signed_up_at(suspicion.referee.customer))) // _MINUTE
    return f"the referee ordered {minutes} minutes after signing up" if 0 <= minutes < (rule.minutes or 0) else None


def _small_order(rule: FraudRule, suspicion: Suspicion) -> str | None:
    if suspicion.cart is None or rule.amount is None or suspicion.cart.amounts.net >= rule.amount:
        return None
    return f"the order is worth less than {rule.amount:f}"


_FINDS: Final[Mapping[FraudKind, Callable[[FraudRule, Suspicion], str | None]]] = {
    FraudKind.SAME_EMAIL: _same_email,
    FraudKind.SAME_TOKEN: _same_token,
    FraudKind.MANY_CLAIMS: _many_claims,
    FraudKind.FAST_ORDER: _fast_order,
    FraudKind.SMALL_ORDER: _small_order,
}
"""What each kind of rule finds, in words without personal data; None for nothing."""

_AT_CLAIMS: Final = frozenset({FraudKind.SAME_EMAIL, FraudKind.SAME_TOKEN, FraudKind.MANY_CLAIMS})
"""The kinds that look at claims; the other ones of the library look at orders, and functions at both."""


def evidence_of(
    rules: Iterable[FraudRule], suspicion: Suspicion, functions: Mapping[str, Callable[[Suspicion], Any]]
) -> tuple[Evidence, ...]:
    """Return what the rules find, in their order.

    Args:
        rules: The fraud rules of a program.
        suspicion: A claim, or an order.
        functions: The host's own rules, as the registry's `fraud` has them.

    Raises:
        InvalidInput: A function gave something that is no evidence; the path names it.

    Source: DOMAIN 3.6 (each returns evidence and a weight).
    """
    found: list[Evidence] = []
    for rule in rules:
        if rule.function is not None:
            found += _asked(rule, functions[rule.function](suspicion))
        elif (rule.kind in _AT_CLAIMS) is suspicion.is_claim:
            detail = _FINDS[rule.kind](rule, suspicion)
            found += [] if detail is None else [Evidence(rule=rule.id, weight=rule.weight, detail=detail)]
    return tuple(found)


def _asked(rule: FraudRule, answer: object) -> list[Evidence]:
    """Return what a function of the host's has found."""
    weight: object = rule.weight if answer is True else answer
    detail: object = ""
    if isinstance(answer, Evidence):
        weight, detail = answer.weight, answer.detail
    if weight is None or weight is False or (type(weight) is int and weight == 0):
        return []
    path = str(rule.function)
    if type(weight) is not int or not 0 < weight <= WEIGHT_MAX:
        raise InvalidInput(
            f"must give None, a bool, a weight of 0 to {WEIGHT_MAX} or Evidence, not {type(answer).__name__}", path=path
        )
    return [Evidence(rule=rule.id, weight=weight, detail=check_text(detail, path, length_min=0))]


def verdict(evidence: Iterable[Evidence], policy: ReferralPolicy) -> Verdict:
    """Return what follows from evidence: from the sum of its weights.

    Args:
        evidence: All that was found about a referral.
        policy: What the program says.

    Source: DOMAIN 3.6 (allow, review, block); the sum is a house decision.

    Example:
        >>> from loyalcore.domain.referrals import Evidence, ReferralPolicy
        >>> verdict([Evidence(rule="small", weight=60)], ReferralPolicy()).value
        'review'
    """
    total = sum(each.weight for each in evidence)
    if total >= policy.block_at:
        return Verdict.BLOCK
    return Verdict.REVIEW if total >= policy.review_at else Verdict.ALLOW


def kind_of_token(token: str) -> str:
    """Return the kind of a token, what stands before its colon.

    Args:
        token: Such as `device:3f9a`.
    """
    return token.partition(":")[0]


def counted_tokens(rules: Iterable[FraudRule], tokens: Iterable[str]) -> list[tuple[str, int]]:
    """Return the tokens of a claim that are counted, each with the days for which it is.

    Args:
        rules: The fraud rules of a program.
        tokens: The tokens that were given with the claim.

    Source: DOMAIN 3.6 (more than n claims from one address token in d days).

    Example:
        >>> from loyalcore.domain.referrals import DEFAULT_FRAUD
        >>> counted_tokens(DEFAULT_FRAUD, ["device:1", "address:2"])
        [('address:2', 7)]
    """
    days: dict[str, int] = {}
    for rule in rules:
        if rule.kind is FraudKind.MANY_CLAIMS:
            days[str(rule.token)] = max(rule.days, days.get(str(rule.token), 0))
    counted = [(token, days.get(kind_of_token(token), 0)) for token in dict.fromkeys(tokens)]
    return [(token, each) for token, each in counted if each]


def counter_after(counter: Counter | None, ref: CounterRef, at: datetime, days: int) -> Counter:
    """Return a counter with one more time; times older than its days are dropped, and all but the latest 1,000.

    Args:
        counter: The counter before; None where nothing was counted yet.
        ref: The name that it is kept under.
        at: The time, UTC; it may be earlier than the latest one.
        days: For how many days times are kept.

    Source: DOMAIN 3.6.
    """
    before = Counter(ref=ref, version=0) if counter is None else counter
    times = [*before.times]
    insort(times, to_micros(at))
    since = times[-1] - days * DAY
    kept = tuple(each for each in times if each > since)[-CLAIMS_MAX:]
    return Counter(ref=ref, count=before.count + 1, times=kept, version=before.version + 1)
