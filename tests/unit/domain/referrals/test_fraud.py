"""What fraud rules find, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from loyalcore.domain.decision import Counter, CounterRef
from loyalcore.domain.orders import Cart
from loyalcore.domain.referrals import (
    DEFAULT_FRAUD,
    Evidence,
    FraudKind,
    FraudRule,
    ReferralPolicy,
    Suspicion,
    Verdict,
    counted_tokens,
    counter_after,
    evidence_of,
    kind_of_token,
    verdict,
)
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.clock import from_micros, to_micros
from tests.unit.domain.referrals._people import AT, LONG_AGO, row

DEVICE, PAYMENT = "device", "payment"
REF = CounterRef("live", "beans", "token:address:1")
EMAIL = FraudRule("email", FraudKind.SAME_EMAIL)
TOKEN = FraudRule("token", FraudKind.SAME_TOKEN)
MANY = FraudRule("many", FraudKind.MANY_CLAIMS)
FAST = FraudRule("fast", FraudKind.FAST_ORDER, minutes=30)
SMALL = FraudRule("small", FraudKind.SMALL_ORDER, amount="10")
TICK = timedelta(microseconds=1)


def suspicion(**fields: Any) -> Suspicion:
    """Make a claim by Grace, whom Ada refers."""
    return Suspicion(**{"referrer": row("ada"), "referee": row("grace"), "at": AT, **fields})


def found(rule: FraudRule, **fields: Any) -> list[str]:
    """Give the words of what a rule finds."""
    evidence = evidence_of([rule], suspicion(**fields), {})
    assert all((each.rule, each.weight) == (rule.id, rule.weight) for each in evidence)
    return [each.detail for each in evidence]


def times(*ago: timedelta) -> Counter:
    """Make a counter of claims made so long ago."""
    return Counter(ref=REF, count=len(ago), times=tuple(sorted(to_micros(AT - each) for each in ago)))


@pytest.mark.parametrize(
    ("referrer", "referee", "is_found"),
    [
        ("ada@gmail.com", "a.d.a+x@googlemail.com", True),
        ("ada@example.org", "ADA@example.org", True),
        ("ada@example.org", "ada+x@example.org", False),
        (None, None, False),
        ("ada@example.org", None, False),
        (None, "ada@example.org", False),
        ("no address", "no address", False),
    ],
)
def test_same_email(referrer: str | None, referee: str | None, is_found: bool) -> None:
    """Two ways of writing one mailbox are found; who has no address has none in common."""
    told = found(EMAIL, referrer=row("ada", email=referrer), referee=row("grace", email=referee))
    assert told == (["the referee has the mailbox of the referrer"] if is_found else [])


@pytest.mark.parametrize(
    ("rule", "ada", "grace", "given", "kinds"),
    [
        (TOKEN, ("device:1",), ("device:1",), (), "device"),
        (TOKEN, ("device:1", "payment:2"), (), ("payment:2", "device:1"), "device, payment"),
        (TOKEN, ("device:1",), ("device:2",), ("payment:1",), ""),
        (TOKEN, (), (), (), ""),
        (FraudRule("token", FraudKind.SAME_TOKEN, token=PAYMENT), ("device:1",), ("device:1",), (), ""),
        (FraudRule("token", FraudKind.SAME_TOKEN, token=DEVICE), ("device:1",), (), ("device:1",), "device"),
    ],
)
def test_same_token(rule: FraudRule, ada: Any, grace: Any, given: Any, kinds: str) -> None:
    """A token in common is found, kept or given with the claim; the words name its kind, never the token."""
    people = {"referrer": row("ada", of_member={"tokens": ada}), "referee": row("grace", of_member={"tokens": grace})}
    told = found(rule, **people, tokens=given)
    assert told == ([f"the referee shares with the referrer: {kinds}"] if kinds else [])


@pytest.mark.parametrize("rule", [EMAIL, TOKEN])
def test_nobody_shares_anything_with_nobody(rule: FraudRule) -> None:
    """Where the referrer is not known any more, nothing is in common."""
    grace = row("grace", email="grace@example.org", of_member={"tokens": ("device:1",)})
    assert found(rule, referrer=None, referee=grace) == []


@pytest.mark.parametrize(
    ("ago", "is_found"),
    [
        ([timedelta(0)] * 9, False),
        ([timedelta(0)] * 10, True),
        ([timedelta(days=7) - TICK] * 10, True),
        ([timedelta(days=7)] * 10, False),
        ([timedelta(days=7), *[timedelta(days=1)] * 9], False),
        ([timedelta(hours=-1)] * 10, True),
    ],
)
def test_the_eleventh_claim_in_seven_days(ago: list[timedelta], is_found: bool) -> None:
    """Ten claims from one address in seven days are right, the eleventh is not; what is older counts no more."""
    told = found(MANY, tokens=("address:1",), counters={"address:1": times(*ago)})
    assert told == (["11 claims came from one address in 7 days"] if is_found else [])


def test_claims_of_other_tokens_do_not_count() -> None:
    """Only tokens of the kind are looked at, each by itself, and only those that were given with the claim."""
    many, few = times(*[timedelta(0)] * 10), times(*[timedelta(0)] * 5)
    assert found(MANY, tokens=("device:1",), counters={"device:1": many}) == []
    assert found(MANY, tokens=("address:1",), counters={"address:2": many}) == []
    assert found(MANY, tokens=("address:1", "address:2"), counters={"address:1": few, "address:2": few}) == []
    assert len(found(MANY, tokens=("address:2", "address:1"), counters={"address:1": many})) == 1


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(0), ["the referee ordered 0 minutes after signing up"]),
        (timedelta(minutes=30) - TICK, ["the referee ordered 29 minutes after signing up"]),
        (timedelta(minutes=30), []),
        (-TICK, []),
    ],
)
@pytest.mark.parametrize("signed_up", ["registered_at", "shop_created_at"])
def test_an_order_too_soon_after_signing_up(after: timedelta, words: list[str], signed_up: str) -> None:
    """Sooner than so many minutes after signing up is too fast; an order from before signing up is not."""
    signed: dict[str, Any] = {signed_up: AT - after}
    grace = row("grace", **signed)
    assert found(FAST, referee=grace, cart=Cart.of_total(10)) == words


@pytest.mark.parametrize(("total", "words"), [("9.99", ["the order is worth less than 10"]), ("10", []), (11, [])])
def test_an_order_worth_too_little(total: Any, words: list[str]) -> None:
    """Less than the least amount is too little, the amount itself is enough."""
    assert found(SMALL, cart=Cart.of_total(total)) == words


def test_claims_and_orders_have_their_own_rules() -> None:
    """Of a claim is asked what is about claims, of an order what is about orders."""
    grace = row("grace", email="ada@example.org", registered_at=AT, of_member={"tokens": ("device:1",)})
    ada = row("ada", email="ada@example.org", of_member={"tokens": ("device:1",)})
    rules = [SMALL, FAST, MANY, TOKEN, EMAIL]
    fields = {
        "referrer": ada,
        "referee": grace,
        "tokens": ("address:1",),
        "counters": {"address:1": times(*[timedelta(0)] * 10)},
    }
    claim, order = suspicion(**fields), suspicion(**fields, cart=Cart.of_total(1), claimed_at=LONG_AGO)
    assert (claim.is_claim, order.is_claim) == (True, False)
    assert [each.rule for each in evidence_of(rules, claim, {})] == ["many", "token", "email"]
    assert [each.rule for each in evidence_of(rules, order, {})] == ["small", "fast"]


# The host's functions -------------------------------------------------------------------------------------------------

SCAN = FraudRule("scan-1", FraudKind.FUNCTION, function="scan", weight=70)


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        (None, []),
        (False, []),
        (0, []),
        (True, [Evidence(rule="scan-1", weight=70)]),
        (1, [Evidence(rule="scan-1", weight=1)]),
        (1_000, [Evidence(rule="scan-1", weight=1_000)]),
        (
            Evidence(rule="theirs", weight=5, detail="seen before"),
            [Evidence(rule="scan-1", weight=5, detail="seen before")],
        ),
    ],
)
@pytest.mark.parametrize("cart", [None, Cart.of_total(10)])
def test_a_function_of_the_host(answer: Any, evidence: list[Evidence], cart: Cart | None) -> None:
    """A function is asked of claims and of orders, and answers nothing, yes, a weight, or evidence."""
    asked: list[Suspicion] = []

    def scan(seen: Suspicion) -> Any:
        asked.append(seen)
        return answer

    assert evidence_of([SCAN], suspicion(cart=cart), {"scan": scan}) == tuple(evidence)
    assert asked == [suspicion(cart=cart)]


@pytest.mark.parametrize(
    "answer",
    [-1, 1_001, 0.5, "yes", [], Evidence(rule="x", weight=0.5), Evidence(rule="x", weight=-1)],  # type: ignore[arg-type]
)
def test_an_answer_that_is_none(answer: Any) -> None:
    """Any other answer is refused, naming the function."""
    with pytest.raises(InvalidInput) as caught:
        evidence_of([SCAN], suspicion(), {"scan": lambda _: answer})
    assert caught.value.path == "scan"
    assert caught.value.message.startswith("scan: must give None, a bool, a weight of 0 to 1000 or Evidence, not ")


@pytest.mark.parametrize(("detail", "kind"), [("a" * 256, LimitExceeded), ("\n", InvalidInput), (3, InvalidInput)])
def test_the_words_of_a_function_have_a_limit(detail: Any, kind: type[InvalidInput | LimitExceeded]) -> None:
    """The detail of evidence is a printable text of up to 255 characters."""
    answer = Evidence(rule="x", weight=1, detail=detail)
    with pytest.raises((InvalidInput, LimitExceeded)) as caught:
        evidence_of([SCAN], suspicion(), {"scan": lambda _: answer})
    assert type(caught.value) is kind
    assert getattr(caught.value, "path", None) == "scan"


# What follows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "policy", "outcome"),
    [
        ([], ReferralPolicy(), Verdict.ALLOW),
        ([49], ReferralPolicy(), Verdict.ALLOW),
        ([50], ReferralPolicy(), Verdict.REVIEW),
        ([49, 1], ReferralPolicy(), Verdict.REVIEW),
        ([99], ReferralPolicy(), Verdict.REVIEW),
        ([60, 40], ReferralPolicy(), Verdict.BLOCK),
        ([100], ReferralPolicy(), Verdict.BLOCK),
        ([1_000], ReferralPolicy(block_at=1_001), Verdict.REVIEW),
        ([10], ReferralPolicy(review_at=10, block_at=10), Verdict.BLOCK),
    ],
)
def test_what_follows_from_evidence(weights: list[int], policy: ReferralPolicy, outcome: Verdict) -> None:
    """The sum of the weights decides; both thresholds are inclusive."""
    assert verdict([Evidence(rule=str(each), weight=each) for each in weights], policy) is outcome


# Counters -------------------------------------------------------------------------------------------------------------


def test_which_tokens_are_counted() -> None:
    """Tokens of the kinds that rules count, each once, for the longest of their spans."""
    rules = [
        *DEFAULT_FRAUD,
        FraudRule("long", FraudKind.MANY_CLAIMS, days=30),
        FraudRule("short", FraudKind.MANY_CLAIMS, days=1),
        FraudRule("device", FraudKind.MANY_CLAIMS, token=DEVICE, days=2),
    ]
    tokens = ["payment:1", "device:1", "address:1", "device:1"]
    assert counted_tokens(rules, tokens) == [("device:1", 2), ("address:1", 30)]
    assert counted_tokens([EMAIL], tokens) == []


def test_a_first_claim_makes_a_counter() -> None:
    """Where nothing was counted yet, the counter has one time and is of version 1."""
    assert counter_after(None, REF, AT, 7) == Counter(ref=REF, count=1, times=(to_micros(AT),), version=1)


@pytest.mark.parametrize(
    ("before", "at", "after"),
    [
        ([-7], 0, [0]),
        ([-8, -6, -1], 0, [-6, -1, 0]),
        ([-6, -1], -3, [-6, -3, -1]),
        ([0], -7, [0]),
        ([-3], -3, [-3, -3]),
    ],
)
def test_times_that_are_too_old_are_dropped(before: list[int], at: int, after: list[int]) -> None:
    """The times stay in order, also when a claim comes late, and go when they are seven days older than the latest."""

    def instant(days: int) -> datetime:
        return AT + timedelta(days=days)

    counter = Counter(ref=REF, count=20, times=tuple(to_micros(instant(each)) for each in before), version=4)
    counted = counter_after(counter, REF, instant(at), 7)
    assert [from_micros(each) for each in counted.times] == [instant(each) for each in after]
    assert (counted.ref, counted.count, counted.version) == (REF, 21, 5)


def test_a_counter_stays_small() -> None:
    """No more than the latest 1,000 times are kept."""
    counter = Counter(ref=REF, count=1_000, times=tuple(to_micros(AT) - each for each in range(1_000, 0, -1)))
    counted = counter_after(counter, REF, AT, 7)
    assert (len(counted.times), counted.times[0], counted.times[-1]) == (1_000, to_micros(AT) - 999, to_micros(AT))


def test_tokens_stand_in_no_repr() -> None:
    """A suspicion shows no token, and a token's kind is what stands before its first colon."""
    assert "secret" not in repr(suspicion(tokens=("device:secret",), counters={"address:secret": times()}))
    assert kind_of_token("device:a:b") == "device"
