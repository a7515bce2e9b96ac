"""One short story for every command: what comes before it, so that it has something to do, and the command itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from loyalcore.domain.customers import Deactivate, Erase, Join, Reactivate, Register, Tag, Update
from loyalcore.domain.ledger import (
    Activate,
    Activity,
    Adjust,
    Award,
    Capture,
    Deduct,
    Extend,
    Hold,
    Merge,
    Release,
    Restore,
    Reverse,
    Spend,
    Sweep,
    TellExpiring,
    Transfer,
)
from loyalcore.domain.orders import (
    CancelOrder,
    Cart,
    CloseOrder,
    Discount,
    Item,
    OpenOrder,
    ReopenOrder,
    ReturnItems,
    UpdateOrder,
)
from loyalcore.domain.outbox import ClaimNotice, FailNotice, RetryNotice, SettleNotice
from loyalcore.domain.programs import Program
from loyalcore.domain.referrals import (
    ApproveReferral,
    Ban,
    CancelReferral,
    Claim,
    CreateCode,
    DisableCode,
    ExpireReferral,
    Invite,
    Refer,
    RejectReferral,
    ReverseReferral,
    Unban,
)
from loyalcore.domain.segments import RemoveSegment, SaveSegment
from loyalcore.domain.tiers import ClearTier, SetTier
from loyalcore.values.clock import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.flows import Command

PROGRAM = Program.from_document(
    {
        "id": "beans",
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "points": {
            "shortfall": "allow_negative",
            "return_policy": "unlimited",
            "hold_for": "1D",
            "notices": ["points_added", "points_deducted", "points_adjusted", "points_activated"],
            "expiring_notices": ["7D"],
        },
        "orders": {"point_value": "0.10"},
        "earning": [{"id": "shopping", "points": 1, "per": 1}, {"id": "first", "points": 5, "max_per_customer": 5}],
        "tiers": {
            "measure": "points_earned",
            "downgrade": "never",
            "levels": [{"name": "Base", "at": 0}, {"name": "Silver", "at": 40}],
            "notices": ["tier_up", "tier_down"],
        },
        "referrals": {
            "campaigns": [{"id": "spring", "limit": 100}],
            "claim_expiry": "1D",
            "rewards": [
                {"id": "hello", "points": 5, "side": "both", "on": "claimed", "max_total": 10000},
                {"id": "account", "points": 3, "side": "referee", "on": "registered"},
                {"id": "friend", "points": 30, "side": "both", "on": "first_order", "max_per_customer": 3},
                {"id": "each", "points": 2, "side": "referrer", "on": "every_order", "activation": "3D"},
            ],
            "fraud": [{"id": "small", "kind": "small_order", "amount": "10", "weight": 50}],
            "notices": ["invitation", "referral_completed", "referral_blocked"],
        },
    }
)
BEFORE_AT = parse_instant("2026-01-31T12:00:00.123456Z", "at")
"""When the things before happen."""
AT = BEFORE_AT + timedelta(days=2)
"""When the command is given: what lasts a day is over by then."""


_DAY = date(2026, 3, 1)


REFERRAL = "the referral"
"""Stands for the id of the referral that comes before the command."""


class Cast(NamedTuple):
    """Who plays, and with which names.

    The customers, the holder of the first one, a name that is new: of a customer, of an order, or of a segment; and the
    link of the first one.
    """

    ada: str
    bob: str
    holder: str
    new: str
    link: str


class Story(NamedTuple):
    """What comes before, and the command."""

    before: tuple[Command, ...]
    command: Command


def _full(cast: Cast) -> tuple[Command, ...]:
    """Make two lots of ada's, one of which is over when the command comes, and one of bob's."""
    return (
        Award(cast.ada, 50, rule="base", order_id="o-1", key="a-1"),
        Award(cast.ada, 20, reason="gift", expiry="1D", key="a-2"),
        Award(cast.bob, 10, reason="gift", key="a-1"),
    )


def _spent(cast: Cast) -> tuple[Command, ...]:
    return (*_full(cast), Spend(cast.ada, 30, order_id="o-2", key="s-1"))


def _held(cast: Cast) -> tuple[Command, ...]:
    return (*_full(cast), Hold(cast.ada, 30, order_id="o-2", hold_for="7D", key="h-1"))


def _owing(cast: Cast) -> tuple[Command, ...]:
    return (*_spent(cast), Spend(cast.ada, 60, key="s-2"))


def _waiting(cast: Cast) -> tuple[Command, ...]:
    return (Award(cast.ada, 50, reason="a", order_id="o-1", activation="on_action", expiry="12M", key="a-1"),)


def _told(cast: Cast) -> tuple[Command, ...]:
    """Leave something of every kind that an erasure takes: a profile, keys, notes and notices."""
    told = Update(cast.ada, city="Paris", tags=("vip",), key="u-1")
    return (told, *_held(cast), Award(cast.ada, 5, reason="gift", ledger="gift", note="by phone", key="a-4"))


def _friends(cast: Cast, title: str, version: int | None = None) -> SaveSegment:
    where = {"field": "customer_id", "op": "in", "value": [cast.ada, cast.bob]}
    return SaveSegment(cast.new, title, {"version": 1, "noun": "customer", "where": where}, version=version)


_CART = Cart(
    items=[
        Item("1", unit_price="10.50", quantity=3, sku="mug", discounts=[Discount(percent=10)]),
        Item("2", unit_price=4, category="tea"),
    ],
    coupons=["SPRING"],
    redeem=20,
)


def _bought(cast: Cast) -> tuple[Command, ...]:
    """Let ada buy something, some of it with points."""
    return (*_full(cast), CloseOrder(cast.ada, f"{cast.new}-1", _CART, key="c-1"))


def _returned(cast: Cast) -> tuple[Command, ...]:
    return (*_bought(cast), ReturnItems(f"{cast.new}-1", (("1", 1),), return_id="r-1", key="c-2"))


def _opened(cast: Cast) -> tuple[Command, ...]:
    return (*_full(cast), OpenOrder(cast.ada, f"{cast.new}-1", Cart.of_total(9), key="c-1"))


def _set(cast: Cast) -> tuple[Command, ...]:
    """Set a tier by hand that the measure does not give."""
    return (SetTier(cast.ada, "Silver", reason="h", key="t-1"),)


def _told_of(cast: Cast) -> str:
    """Name the notice of the first award."""
    return f"{cast.holder}:beans:1:"


def _claim(cast: Cast, by: str = "d-1") -> ClaimNotice:
    return ClaimNotice(cast.holder, _told_of(cast), by=by, lease_seconds=60, attempts_max=3)


def _fail(cast: Cast, *, is_permanent: bool = False) -> FailNotice:
    return FailNotice(
        cast.holder,
        _told_of(cast),
        by="d-1",
        error="OSError",
        attempts_max=3,
        delay_seconds=60,
        delay_seconds_max=600,
        is_permanent=is_permanent,
    )


def _joined(cast: Cast) -> tuple[Command, ...]:
    """Give ada a link."""
    return (Join(cast.ada),)


def _claimed(cast: Cast) -> tuple[Command, ...]:
    """Let bob claim it; the claim is over when the command comes."""
    return (*_joined(cast), Claim(cast.bob, cast.link, tokens=("device:1",), key="c-1"))


def _with_link(cast: Cast, total: int = 20) -> CloseOrder:
    return CloseOrder(cast.bob, f"{cast.new}-1", Cart.of_total(total, referral_code=cast.link), key="do")


def _referred(cast: Cast, total: int = 20) -> tuple[Command, ...]:
    """Let bob order with it; of a total below 10 the referral is held back."""
    return (*_joined(cast), _with_link(cast, total))


STORIES: dict[str, Callable[[Cast], Story]] = {
    "customers.register": lambda cast: Story((), Register(cast.new)),
    "customers.join": lambda cast: Story((), Join(cast.ada)),
    "customers.join, with points": lambda cast: Story(_full(cast), Join(cast.ada)),
    "customers.merge": lambda cast: Story(
        (*_held(cast), Transfer(cast.ada, 5, to=cast.ada, to_ledger="gift", reason="t", key="t-1")),
        Merge(cast.ada, into=cast.bob),
    ),
    "customers.update": lambda cast: Story(
        (),
        Update(
            cast.ada,
            version=1,
            first_name="Ada",
            birth_on=date(1990, 2, 28),
            has_newsletter=False,
            is_guest=True,
            tags=("vip",),
            attributes={"size": "38"},
            key="do",
        ),
    ),
    "customers.update, to what it is": lambda cast: Story(
        (Update(cast.ada, city="Paris", key="u-1"),), Update(cast.ada, city="Paris", key="do")
    ),
    "customers.tag": lambda cast: Story(
        (Tag(cast.ada, add=("new", "b2b"), key="t-1"),), Tag(cast.ada, add=("vip",), remove=("new",), key="do")
    ),
    "customers.deactivate": lambda cast: Story((), Deactivate(cast.ada, key="do")),
    "customers.reactivate": lambda cast: Story((Deactivate(cast.ada, key="d-1"),), Reactivate(cast.ada, key="do")),
    "customers.erase": lambda cast: Story(_told(cast), Erase(cast.ada)),
    "customers.erase, after a merge": lambda cast: Story(
        (*_told(cast), Merge(cast.ada, into=cast.bob)), Erase(cast.ada)
    ),
    "customers.erase, with orders": lambda cast: Story(_returned(cast), Erase(cast.ada)),
    "orders.open": lambda cast: Story((), OpenOrder(cast.ada, f"{cast.new}-1", _CART, key="do")),
    "orders.update": lambda cast: Story(_opened(cast), UpdateOrder(f"{cast.new}-1", _CART, key="do")),
    "orders.close": lambda cast: Story(_full(cast), CloseOrder(cast.ada, f"{cast.new}-1", _CART, key="do")),
    "orders.close, what was open": lambda cast: Story(
        _opened(cast), CloseOrder(cast.ada, f"{cast.new}-1", key="do", occurred_at=BEFORE_AT)
    ),
    "orders.cancel": lambda cast: Story(_returned(cast), CancelOrder(f"{cast.new}-1", key="do")),
    "orders.reopen": lambda cast: Story(_bought(cast), ReopenOrder(f"{cast.new}-1", key="do", reason="mistake")),
    "orders.return_items": lambda cast: Story(
        _bought(cast), ReturnItems(f"{cast.new}-1", (("1", 1),), return_id="r-1", refund=Decimal("9.45"), key="do")
    ),
    "orders.return_items, the rest": lambda cast: Story(
        _returned(cast), ReturnItems(f"{cast.new}-1", return_id="r-2", key="do")
    ),
    "orders.close, of a referee": lambda cast: Story(_claimed(cast), _with_link(cast)),
    "orders.reopen, of a referee": lambda cast: Story(_referred(cast), ReopenOrder(f"{cast.new}-1", key="again")),
    "orders.return_items, of a referee": lambda cast: Story(
        _referred(cast), ReturnItems(f"{cast.new}-1", return_id="r-1", key="again")
    ),
    "customers.update, of a referee": lambda cast: Story(
        (Update(cast.bob, is_guest=True, key="u-1"), *_referred(cast)), Update(cast.bob, is_guest=False, key="again")
    ),
    "customers.merge, of a referee": lambda cast: Story(_claimed(cast), Merge(cast.bob, into=cast.ada)),
    "customers.erase, of a referrer": lambda cast: Story(_referred(cast), Erase(cast.ada)),
    "referrals.invite": lambda cast: Story((), Invite(cast.ada, key="do")),
    "referrals.refer": lambda cast: Story(_joined(cast), Refer(cast.ada, contact="eve@example.org", key="do")),
    "referrals.claim": lambda cast: Story(
        _joined(cast), Claim(cast.bob, cast.link, tokens=("address:1",), occurred_at=BEFORE_AT, key="do")
    ),
    "referrals.create_code": lambda cast: Story((), CreateCode(cast.ada, campaign="spring", limit=5, key="do")),
    "referrals.disable_code": lambda cast: Story(_joined(cast), DisableCode(cast.link, reason="leak", key="do")),
    "referrals.approve": lambda cast: Story(_referred(cast, 5), ApproveReferral(REFERRAL, reason="known", key="ok")),
    "referrals.reject": lambda cast: Story(_referred(cast, 5), RejectReferral(REFERRAL, reason="farm", key="no")),
    "referrals.cancel": lambda cast: Story(_claimed(cast), CancelReferral(REFERRAL, reason="asked", key="end")),
    "referrals.reverse": lambda cast: Story(_referred(cast), ReverseReferral(REFERRAL, reason="farm", key="no")),
    "referrals.expire_one": lambda cast: Story(_claimed(cast), ExpireReferral(REFERRAL)),
    "referrals.ban": lambda cast: Story(_referred(cast), Ban(cast.ada, reason="farm", key="b-1")),
    "referrals.unban": lambda cast: Story(
        (*_joined(cast), Ban(cast.ada, reason="farm", key="b-1")), Unban(cast.ada, reason="appeal", key="b-2")
    ),
    "points.award": lambda cast: Story(
        (), Award(cast.ada, 50, rule="base", order_id="o-1", expiry="12M", note="a note", key="do")
    ),
    "points.award, to a debt": lambda cast: Story(_owing(cast), Award(cast.ada, 50, reason="a", key="do")),
    "points.activate": lambda cast: Story(_waiting(cast), Activate(cast.ada, order_id="o-1", key="do")),
    "points.spend": lambda cast: Story(_full(cast), Spend(cast.ada, 40, order_id="o-2", note="a note", key="do")),
    "points.deduct": lambda cast: Story(_full(cast), Deduct(cast.ada, 60, reason="d", key="do")),
    "points.adjust, up": lambda cast: Story(_full(cast), Adjust(cast.ada, 7, reason="j", key="do")),
    "points.adjust, down": lambda cast: Story(_full(cast), Adjust(cast.ada, -7, reason="j", key="do")),
    "points.hold": lambda cast: Story(_full(cast), Hold(cast.ada, 30, order_id="o-2", key="do")),
    "points.capture": lambda cast: Story(_held(cast), Capture(cast.ada, "h-1", points=20, key="do")),
    "points.release": lambda cast: Story(_held(cast), Release(cast.ada, "h-1", key="do")),
    "points.reverse": lambda cast: Story(_spent(cast), Reverse(cast.ada, order_id="o-1", key="do")),
    "points.restore": lambda cast: Story(_owing(cast), Restore(cast.ada, 25, order_id="o-2", key="do")),
    "points.transfer": lambda cast: Story(
        _full(cast), Transfer(cast.ada, 30, to=cast.bob, to_ledger="gift", reason="t", key="do")
    ),
    "points.extend": lambda cast: Story(
        (*_full(cast), Award(cast.ada, 5, reason="a", expiry="3D", key="a-3")),
        Extend(cast.ada, by="1M", reason="x", key="do"),
    ),
    "points.activity": lambda cast: Story(_full(cast), Activity(cast.ada, reason="visit", order_id="o-3", key="do")),
    "points.sweep": lambda cast: Story(_held(cast), Sweep(cast.holder)),
    "points.tell_expiring": lambda cast: Story(
        (*_full(cast), Award(cast.ada, 5, reason="a", expiry="5D", key="a-3")), TellExpiring(cast.holder)
    ),
    "outbox.claim": lambda cast: Story(_full(cast), _claim(cast)),
    "outbox.claim, after a lease": lambda cast: Story((*_full(cast), _claim(cast, "d-2")), _claim(cast)),
    "outbox.settle": lambda cast: Story((*_full(cast), _claim(cast)), SettleNotice(cast.holder, _told_of(cast))),
    "outbox.fail": lambda cast: Story((*_full(cast), _claim(cast)), _fail(cast)),
    "outbox.fail, for good": lambda cast: Story((*_full(cast), _claim(cast)), _fail(cast, is_permanent=True)),
    "outbox.retry": lambda cast: Story(
        (*_full(cast), _claim(cast), _fail(cast, is_permanent=True)), RetryNotice(cast.holder, _told_of(cast))
    ),
    "tiers.set": lambda cast: Story(_full(cast), SetTier(cast.ada, "Base", reason="h", expires_on=_DAY, key="do")),
    "tiers.set, to none": lambda cast: Story((), SetTier(cast.ada, None, reason="h", key="do")),
    "tiers.clear": lambda cast: Story(_set(cast), ClearTier(cast.ada, reason="h", key="do")),
    "segments.save": lambda cast: Story((), _friends(cast, "Friends")),
    "segments.save, again": lambda cast: Story((_friends(cast, "Friends"),), _friends(cast, "Old friends", version=1)),
    "segments.remove": lambda cast: Story((_friends(cast, "Friends"),), RemoveSegment(cast.new, version=1)),
}
"""The stories by the name of their command; after a comma stands what is special about one."""
