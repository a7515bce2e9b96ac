"""A shop in which friends refer friends, and the events that reach it in any order and number."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Update
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import Merge, PointsPolicy, ReturnPolicy, Spend
from loyalcore.domain.orders import CancelOrder, Cart, CloseOrder, Item, OrderPolicy, ReopenOrder, ReturnItems
from loyalcore.domain.programs import Program
from loyalcore.domain.referrals import (
    ApproveReferral,
    Ban,
    Campaign,
    CancelReferral,
    Claim,
    ExpireReferral,
    FraudKind,
    FraudRule,
    ReferralPolicy,
    ReferralReward,
    RejectReferral,
    ReverseReferral,
    RewardEvent,
    RewardSide,
    Unban,
)
from loyalcore.errors import LoyaltyError
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import everything
from loyalcore.testing.laws import check_referrals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.domain.flows import Command, Receipt

CUSTOMERS: Final = ("ada", "bob", "cem")
ADA, BOB, CEM = range(3)

REWARDS: Final = (
    ReferralReward("hello", points=10, side=RewardSide.BOTH, on=RewardEvent.CLAIMED),
    ReferralReward("account", points=20, side=RewardSide.REFEREE, on=RewardEvent.REGISTERED),
    ReferralReward("first", points=100, side=RewardSide.BOTH, on=RewardEvent.FIRST_ORDER, max_total=3),
    ReferralReward("late", points=50, side=RewardSide.REFERRER, on=RewardEvent.FIRST_ORDER, activation="2D"),
    ReferralReward("each", points=7, side=RewardSide.REFERRER, on=RewardEvent.EVERY_ORDER, max_per_customer=3),
)
"""Something at every event, for both sides; some of it later, and some of it only so often."""

FRAUD: Final = (
    FraudRule("small", FraudKind.SMALL_ORDER, amount="10", weight=50),
    FraudRule("mailbox", FraudKind.SAME_EMAIL, weight=100),
)
"""A small order is held back, a claim from the referrer's own mailbox is blocked."""


def program(return_policy: ReturnPolicy = ReturnPolicy.UNLIMITED, **referrals: Any) -> Program:
    """Make a program whose referrals bring something at every event."""
    settings: dict[str, Any] = {
        "rewards": REWARDS,
        "fraud": FRAUD,
        "claim_expiry": "30D",
        "campaigns": (Campaign("spring", limit=2),),
        "customer_limit": 2,
        **referrals,
    }
    return Program(
        "beans",
        currency="EUR",
        timezone="Europe/Berlin",
        points=PointsPolicy(return_policy=return_policy),
        orders=OrderPolicy(point_value="0.05"),
        earning=(EarningRule("base", points=1, per=1),),
        referrals=ReferralPolicy(**settings),
    )


class Friends:
    """Three customers, each of whom has a link and a code of a campaign."""

    def __init__(self, rules: Program) -> None:
        self.program = rules
        self.store = MemoryStore()
        self.clock = FixedClock("2026-03-27T12:00:00Z")
        self.ids = CountedIds()
        self.shop = Loyalty(self.store, [rules], clock=self.clock, ids=self.ids, actor="till")
        self.links: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        for name in CUSTOMERS:
            self.shop.customers.register(name)
            self.shop.customers.update(name, is_guest=True, email=f"{name}@gmail.com", key="guest")
            self.links[name] = _link(self.shop.customers.join(name))
            made = self.shop.referral_codes.create(name, campaign="spring", limit=1, key="code").code
            self.codes[name] = "" if made is None else made.code

    def code(self, who: int, *, is_campaign: bool = False) -> str:
        """Give the link of a customer, or the code of the campaign."""
        return (self.codes if is_campaign else self.links)[CUSTOMERS[who]]

    def referral_of(self, who: int) -> str:
        """Name the latest referral of a referee; one that is not there where there is none."""
        found = self.shop.customers.membership(CUSTOMERS[who]).referral_id
        return "nothing" if found is None else found

    def fork(self) -> Friends:
        """Give a shop that stands where this one stands, and goes on by itself."""
        other = copy(self)
        other.store = MemoryStore()
        with other.store.unit() as unit:
            unit.apply(everything(self.store))
            unit.commit()
        other.clock = FixedClock(self.clock.now())
        other.shop = Loyalty(other.store, [self.program], clock=other.clock, ids=self.ids, actor="till")
        return other

    def give(self, command: Command) -> Receipt | LoyaltyError:
        """Deliver a command: it is answered, or refused by a typed error."""
        try:
            return self.shop.run(command)
        except LoyaltyError as error:
            return error

    def check(self) -> None:
        """Hold every law against what is stored."""
        check_referrals(self.store, self.program)
        for name in CUSTOMERS:
            assert self.shop.points.verify(name).difference is None
            shown = self.shop.points.balance(name)
            left = shown.active + shown.pending + shown.held + shown.spent + shown.expired + shown.reversed
            assert shown.awarded == left - shown.deficit

    def points(self) -> dict[str, int]:
        """Say what everybody has, active and pending, less what is owed."""
        found = {name: self.shop.points.balance(name) for name in CUSTOMERS}
        return {name: each.active + each.pending - each.deficit for name, each in found.items()}


def _link(receipt: Receipt) -> str:
    return "" if receipt.membership is None else str(receipt.membership.referral_code)


# Events ---------------------------------------------------------------------------------------------------------------


def cart(friends: Friends, amount: str, referrer: int | None = ADA, *, is_campaign: bool = False) -> Cart:
    """Make a cart of two pieces, with the code of a referrer; None for none."""
    code = None if referrer is None else friends.code(referrer, is_campaign=is_campaign)
    return Cart(items=[Item("1", unit_price=amount, quantity=2)], referral_code=code)


EVENTS: Final[Mapping[str, Callable[[Friends, str], Command]]] = {
    "claim": lambda friends, key: Claim("bob", friends.code(ADA), key=key),
    "claim, another's": lambda friends, key: Claim("bob", friends.code(CEM), key=key),
    "account": lambda friends, key: Update("bob", is_guest=False, key=key),
    "close": lambda friends, key: CloseOrder("bob", "o-1", cart(friends, "20"), key=key),
    "close, small": lambda friends, key: CloseOrder("bob", "o-1", cart(friends, "2"), key=key),
    "close, more": lambda friends, key: CloseOrder("bob", "o-2", cart(friends, "30"), key=key),
    "close, no code": lambda friends, key: CloseOrder("bob", "o-1", cart(friends, "20", None), key=key),
    "return one": lambda _, key: ReturnItems("o-1", (("1", 1),), return_id="r-1", key=key),
    "return all": lambda _, key: ReturnItems("o-1", return_id="r-2", key=key),
    "cancel": lambda _, key: CancelOrder("o-1", key=key),
    "cancel, more": lambda _, key: CancelOrder("o-2", key=key),
    "reopen": lambda _, key: ReopenOrder("o-1", key=key),
    "approve": lambda friends, key: ApproveReferral(friends.referral_of(BOB), reason="known", key=key),
    "reject": lambda friends, key: RejectReferral(friends.referral_of(BOB), reason="farm", key=key),
    "end": lambda friends, key: CancelReferral(friends.referral_of(BOB), reason="asked", key=key),
    "reverse": lambda friends, key: ReverseReferral(friends.referral_of(BOB), reason="farm", key=key),
    "expire": lambda friends, _: _late(friends, ExpireReferral(friends.referral_of(BOB))),
    "mailbox": lambda _, key: Update("bob", email="A.da+1@gmail.com", key=key),
    "spend": lambda _, key: Spend("ada", 10, key=key),
    "ban": lambda _, key: Ban("ada", reason="farm", key=key),
    "unban": lambda _, key: Unban("ada", reason="appeal", key=key),
}
"""What reaches the shop about bob, whom ada has referred."""


def _late(friends: Friends, command: Command) -> Command:
    """Let the time of every claim be over before a command comes."""
    friends.clock.move(days=31)
    return command


# Moves of anybody -----------------------------------------------------------------------------------------------------

Move = Callable[["Friends", int, int, int, str], "Command | None"]


def _close(friends: Friends, who: int, other: int, more: int, key: str) -> Command:
    """Close an order of somebody's, often with a code, large or small, some of it paid by points."""
    bought = cart(friends, "2" if more == 1 else "20", None if more == 0 else other, is_campaign=more == 3)
    return CloseOrder(CUSTOMERS[who], f"o-{who}-{more % 2}", evolve(bought, redeem=15 if more == 2 else 0), key=key)


def _wait(friends: Friends, _who: int, _other: int, more: int, _key: str) -> None:
    friends.clock.move(days=(0.1, 1, 3, 31)[more])


def _merge(_: Friends, who: int, other: int, more: int, _key: str) -> Command | None:
    return Merge(CUSTOMERS[who], into=CUSTOMERS[other]) if more == 0 and who != other else None


MOVES: Final[Mapping[str, Move]] = {
    "claim": lambda friends, who, other, more, key: Claim(
        CUSTOMERS[who], friends.code(other, is_campaign=more == 3), key=key
    ),
    "close": _close,
    "close again": lambda _, who, _other, more, key: CloseOrder(CUSTOMERS[who], f"o-{who}-{more % 2}", key=key),
    "return one": lambda _, who, _other, more, key: ReturnItems(
        f"o-{who}-{more % 2}", (("1", 1),), return_id=key, key=key
    ),
    "return all": lambda _, who, _other, more, key: ReturnItems(f"o-{who}-{more % 2}", return_id=key, key=key),
    "cancel": lambda _, who, _other, more, key: CancelOrder(f"o-{who}-{more % 2}", key=key),
    "reopen": lambda _, who, _other, more, key: ReopenOrder(f"o-{who}-{more % 2}", key=key),
    "approve": lambda friends, who, _other, _more, key: ApproveReferral(
        friends.referral_of(who), reason="known", key=key
    ),
    "reject": lambda friends, who, _other, _more, key: RejectReferral(friends.referral_of(who), reason="farm", key=key),
    "end": lambda friends, who, _other, _more, key: CancelReferral(friends.referral_of(who), reason="asked", key=key),
    "reverse": lambda friends, who, _other, _more, key: ReverseReferral(
        friends.referral_of(who), reason="farm", key=key
    ),
    "expire": lambda friends, who, _other, _more, _key: ExpireReferral(friends.referral_of(who)),
    "ban": lambda _, who, _other, _more, key: Ban(CUSTOMERS[who], reason="farm", key=key),
    "unban": lambda _, who, _other, _more, key: Unban(CUSTOMERS[who], reason="appeal", key=key),
    "account": lambda _, who, _other, more, key: Update(CUSTOMERS[who], is_guest=more == 0, key=key),
    "mailbox": lambda _, who, other, _more, key: Update(
        CUSTOMERS[who], email=f"{CUSTOMERS[other]}+2@gmail.com", key=key
    ),
    "spend": lambda _, who, _other, more, key: Spend(CUSTOMERS[who], (10, 50, 100, 7)[more], key=key),
    "merge": _merge,
    "wait": _wait,
}
"""What can happen to anybody: who, whose code or mailbox, and one number more."""
