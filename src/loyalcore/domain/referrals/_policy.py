"""What a program says about referrals: links and codes, who may come by them, rewards, and what looks wrong."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.customers import CUSTOMERS
from loyalcore.domain.orders import CARTS
from loyalcore.domain.referrals._campaign import Campaign
from loyalcore.domain.referrals._checks import counts, list_of, refuse
from loyalcore.domain.referrals._rewards import ReferralReward, RewardEvent, RewardSide
from loyalcore.domain.referrals._rules import DAYS_MAX, DEFAULT_FRAUD, FraudRule
from loyalcore.errors import Fault, InvalidInput
from loyalcore.query import check_condition
from loyalcore.values.calendar import parse_duration
from loyalcore.values.checks import gather, maybe
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.query import Condition
    from loyalcore.values.checks import Check

URL_MAX: Final = 1_000
CAMPAIGNS_MAX: Final = 100
REWARDS_MAX: Final = 50
RULES_MAX: Final = 50
SUM_MAX: Final = 1_000_000

_URL: Final = re.compile(r"https?://[^\s/?#{}@]+[/?#](?:[^\s{}]|\{code\})*")


class ReferralNotice(StrEnum):
    """What people can be told about referrals.

    Source: DOMAIN 3.11 (invitation; referral completed, blocked).
    """

    INVITATION = "invitation"
    """A customer is asked to become a referrer."""
    COMPLETED = "referral_completed"
    """The referee has ordered."""
    BLOCKED = "referral_blocked"
    """The referral is not valid."""


@attrs.frozen(kw_only=True)
class ReferralPolicy:
    """What a program says about referrals.

    Args:
        url: The link of a referrer, with `{code}` where the code stands; None: there are codes and no links.
        campaigns: The campaigns that codes can be of.
        claim_expiry: How long a claim waits for its order, a span such as `30D`; None: for ever.
        code_expiry: How long a new code lasts where nothing else is said, a span; None: for ever.
        code_limit: How many referrals of one referrer's own link may stand; 0 for no limit.
        customer_limit: How many referees one referrer may ever have; 0 for no limit.
        who: Who may come by a code: a condition over `loyalcore.fields.CUSTOMERS`, met by the referee at the claim.
        where: What completes a referral: a condition over `loyalcore.fields.CARTS`, met by the order.
        rewards: The rewards, ids unique.
        fraud: What looks wrong, ids unique.
        review_at: From which sum of weights on a person decides, 1 to 1,000,000.
        block_at: From which sum on a referral is blocked at once, not less than `review_at`.
        review_days: In how many days a review is due, 1 to 366.
        invite_again_days: After how many days a member may be invited again, 1 to 366; None: never.
        notices: What people are told of.

    Raises:
        InvalidDocument: One or more settings are of another type, out of range, or contradict each other.

    Source: DOMAIN 3.6; the thresholds of review and block are house decisions.

    Example:
        >>> ReferralPolicy(url="https://shop.example/?ref={code}").link("ABCDE-23456")
        'https://shop.example/?ref=ABCDE-23456'
    """

    url: str | None = None
    campaigns: tuple[Campaign, ...] = ()
    claim_expiry: str | None = None
    code_expiry: str | None = None
    code_limit: int = 0
    customer_limit: int = 0
    who: Condition | None = attrs.field(default=None, eq=repr, hash=False)
    where: Condition | None = attrs.field(default=None, eq=repr, hash=False)
    rewards: tuple[ReferralReward, ...] = ()
    fraud: tuple[FraudRule, ...] = DEFAULT_FRAUD
    review_at: int = 50
    block_at: int = 100
    review_days: int = 14
    invite_again_days: int | None = None
    notices: frozenset[ReferralNotice] = frozenset()

    def __attrs_post_init__(self) -> None:
        faults = gather(self, CHECKS)
        refuse(faults, self._contradictions(faults))

    def _contradictions(self, faults: list[Fault]) -> Iterator[Fault]:
        if {"review_at", "block_at"}.isdisjoint(fault.path for fault in faults) and self.review_at > self.block_at:
            yield Fault("review_at", "must be at most block_at: what is blocked needs no review")

    def campaign(self, id: str) -> Campaign | None:
        """Return a campaign, None where there is no such one.

        Args:
            id: Its id.
        """
        return next((each for each in self.campaigns if each.id == id), None)

    def link(self, code: str) -> str | None:
        """Return the link that leads to a code, None where there are no links.

        Args:
            code: The code as `read_code` returns it.

        Source: DOMAIN 2 (BLP referral link), 3.6.
        """
        return None if self.url is None else self.url.replace("{code}", code)

    def claim_ends(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first instant at which a claim is over, None where it waits for ever.

        Args:
            at: When it was made, UTC.
            zone: The program's zone.

        Raises:
            LimitExceeded: The instant is beyond the year 9990.
        """
        return _end(self.claim_expiry, at, zone)

    def code_ends(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first instant at which a new code may be used no more, None where it lasts for ever.

        Args:
            at: When it starts, UTC.
            zone: The program's zone.

        Raises:
            LimitExceeded: The instant is beyond the year 9990.
        """
        return _end(self.code_expiry, at, zone)


def rewards_for(policy: ReferralPolicy, event: RewardEvent) -> tuple[tuple[ReferralReward, RewardSide], ...]:
    """Return the rewards of an event in the order of the document, one that both sides have once for each.

    Args:
        policy: What the program says.
        event: What is rewarded; a first order is an `every_order` too, and is asked for as both.

    Source: DOMAIN 3.6.

    Example:
        >>> from loyalcore.domain.referrals import ReferralPolicy, ReferralReward, RewardEvent, RewardSide
        >>> both = ReferralReward("hello", points=100, side=RewardSide.BOTH, on=RewardEvent.CLAIMED)
        >>> [side.value for _, side in rewards_for(ReferralPolicy(rewards=(both,)), RewardEvent.CLAIMED)]
        ['referrer', 'referee']
    """
    return tuple((reward, side) for reward in policy.rewards if reward.on is event for side in reward.sides)


def _end(span: str | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    return None if span is None else from_micros(parse_duration(span, "span").resolve(to_micros(at), zone))


def _url(value: object, path: str) -> str:
    text = check_text(value, path, length_max=URL_MAX)
    if "{code}" not in text or _URL.fullmatch(text) is None:
        raise InvalidInput("must be an address such as https://shop.example/?ref={code}", path=path)
    return text


def _span(value: object, path: str) -> str:
    return parse_duration(check_text(value, path), path).text


def check_notices(value: object, path: str) -> frozenset[ReferralNotice]:
    """Return the kinds of notice that a program sends."""
    if not isinstance(value, frozenset) or not all(isinstance(kind, ReferralNotice) for kind in value):
        raise InvalidInput("must be a frozenset of ReferralNotice", path=path)
    return value


CHECKS: Final[Mapping[str, Check]] = {
    "url": maybe(_url),
    "campaigns": list_of(Campaign, CAMPAIGNS_MAX),
    "claim_expiry": maybe(_span),
    "code_expiry": maybe(_span),
    "code_limit": counts(0),
    "customer_limit": counts(0),
    "who": maybe(lambda value, path: check_condition(value, CUSTOMERS, path)),
    "where": maybe(lambda value, path: check_condition(value, CARTS, path)),
    "rewards": list_of(ReferralReward, REWARDS_MAX),
    "fraud": list_of(FraudRule, RULES_MAX),
    "review_at": counts(1, SUM_MAX),
    "block_at": counts(1, SUM_MAX),
    "review_days": counts(1, DAYS_MAX),
    "invite_again_days": maybe(counts(1, DAYS_MAX)),
    "notices": check_notices,
}
"""What each setting must be."""
