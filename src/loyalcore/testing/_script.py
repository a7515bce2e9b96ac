"""A fixed script of commands with everything in it: refusals, repeated keys, clock jumps, holds, merges, erasures."""

from __future__ import annotations

from datetime import date
from typing import Any

from loyalcore.domain.programs import Program
from loyalcore.testing._play import LINK, Step
from loyalcore.values.clock import DAY

HOUR = DAY // 24
MINUTE = HOUR // 60
GIFT = "gift"

POLICIES: dict[str, dict[str, Any]] = {
    "per lot, with tiers": {
        "points": {
            "expiry": "10D",
            "hold_for": "2D",
            "notices": ["points_added", "points_activated"],
            "expiring_notices": ["2D", "12D"],
        },
        "tiers": {
            "measure": "points_earned",
            "downgrade": "never",
            "levels": [{"name": "Base", "at": 0}, {"name": "Silver", "at": 40}, {"name": "Gold", "at": 90}],
        },
    },
    "rolling, with debts": {
        "points": {
            "expiry_model": "rolling",
            "expiry": "5D",
            "consumption": "oldest_first",
            "shortfall": "allow_negative",
            "return_policy": "unlimited",
            "hold_for": "1D",
            "notices": ["points_deducted", "points_adjusted"],
        }
    },
    "inactivity, cut short": {
        "points": {
            "expiry_model": "inactivity",
            "expiry": "3D",
            "activation": "1D",
            "consumption": "newest_first",
            "shortfall": "clamp",
            "return_policy": "only_pending",
        }
    },
}
"""The points and the tiers of a program, by a name."""


def program_of(policy: str) -> Program:
    """Give the program of a policy.

    Example:
        >>> program_of("rolling, with debts").points.shortfall.value
        'allow_negative'
    """
    return Program.from_document({**_SHOPPING, **POLICIES[policy]})


_SHOPPING: dict[str, Any] = {
    "id": "beans",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "orders": {"point_value": "0.10", "partial_restore": "pro_rata", "restore_grace": "1D"},
    "earning": [
        {"id": "shopping", "points": 1, "per": 1},
        {"id": "tea", "points": 3, "items": "category:tea", "max_per_period": 4, "period": "monthly"},
    ],
    "referrals": {
        "url": "https://beans.example/r/{code}",
        "campaigns": [{"id": "spring", "limit": 1}],
        "claim_expiry": "3D",
        "rewards": [
            {"id": "hello", "points": 5, "side": "both", "on": "claimed", "max_total": 3},
            {"id": "friend", "points": 30, "side": "both", "on": "first_order", "activation": "1D"},
            {"id": "each", "points": 2, "side": "referrer", "on": "every_order", "max_per_customer": 2},
        ],
        "fraud": [{"id": "small", "kind": "small_order", "amount": "10", "weight": 50}],
        "notices": ["invitation", "referral_completed", "referral_blocked"],
        "invite_again_days": 1,
    },
}


def _do(do: str, points: int | None = None, **fields: Any) -> Step:
    known = {name: fields.pop(name) for name in tuple(fields) if name in Step.__annotations__}
    return Step(do=do if "." in do or do in _BARE else f"points.{do}", points=points, terms=fields, **known)


_BARE = {"again", "clash", "wait"}

_GRANTS = [
    _do("customers.join", who=2),
    _do("award", 20, order=1, expiry="10D"),
    _do("award", 15, order=1, after=HOUR, note="for the order"),
    _do("award", 9, order=2, activation="on_action", expiry="3D"),
    _do("award", 7, rule="base", source_id="f-1", reason=""),
    _do("award", 7, rule="base", source_id="f-1", reason=""),
    _do("award", 8, rule="base", source_id="f-1", reason=""),
    _do("again", pick=1),
    _do("clash", pick=4),
    _do("activate", order=2),
    _do("activate", order=2),
    _do("adjust", 6),
    _do("adjust", -4),
    _do("award", 5, who=1),
]
_WAITS = {"attempts_max": 2, "delay_seconds": 60, "delay_seconds_max": 600}
_NOTICES = [
    _do("outbox.claim", by="d-1", lease_seconds=600, attempts_max=2),
    _do("again", after=MINUTE),
    _do("outbox.claim", by="d-2", lease_seconds=600, attempts_max=2),
    _do("outbox.fail", by="d-2", error="OSError", **_WAITS),
    _do("outbox.fail", by="d-1", error="OSError", **_WAITS),
    _do("again"),
    _do("outbox.claim", by="d-2", lease_seconds=600, attempts_max=2),
    _do("outbox.claim", by="d-2", lease_seconds=600, attempts_max=2, after=MINUTE),
    _do("outbox.fail", by="d-2", error="OSError", **_WAITS),
    _do("outbox.claim", by="d-1", lease_seconds=600, attempts_max=2),
    _do("outbox.retry"),
    _do("again"),
    _do("outbox.claim", by="d-1", lease_seconds=600, attempts_max=2, pick=1),
    _do("outbox.fail", by="d-1", error="OSError", retry_in=3_600, pick=1, **_WAITS),
    _do("outbox.settle"),
    _do("again"),
    _do("again", pick=3),
]
_TAKES = [
    _do("spend", 12, order=1, after=HOUR, note="a mug"),
    _do("spend", 500),
    _do("again"),
    _do("deduct", 3),
    _do("transfer", 5),
    _do("transfer", 3, other=0, to_ledger=GIFT),
    _do("spend", 2, ledger=GIFT, order=3),
    _do("spend", 1, ledger="nowhere"),
    _do("award", 4, ledger=GIFT, expiry="1D"),
    _do("activity", order=2),
]
_HOLDS = [
    _do("hold", 5, order=2, hold_for="2D"),
    _do("hold", 3, after=HOUR),
    _do("hold", 2, hold_for="1h"),
    _do("capture", 1, pick=1),
    _do("capture", pick=1),
    _do("release", pick=2),
    _do("capture", 9, pick=2),
    _do("wait", edge=-1),
    _do("points.sweep", edge=0),
    _do("release"),
    _do("points.sweep", edge=1),
]
_CORRECTIONS = [
    _do("reverse", 4, pick=1),
    _do("reverse", order=1),
    _do("reverse", order=1),
    _do("restore", 2),
    _do("restore", order=1),
    _do("restore", 99, order=1),
    _do("extend", by="1D", pick=1),
    _do("extend", expiry="20D"),
    _do("customers.join"),
    _do("customers.join"),
    _do("award", 11, after=-2 * HOUR),
    _do("spend", 4, after=-DAY, order=4),
]
_ENDS = [
    _do("points.sweep", edge=0),
    _do("points.sweep"),
    _do("spend", 1, edge=0),
    _do("points.sweep", edge=1, ledger=GIFT),
    _do("award", 30, after=4 * DAY, order=5),
    _do("points.tell_expiring"),
    _do("points.tell_expiring", after=HOUR),
    _do("points.sweep", edge=-1),
    _do("points.sweep", edge=0),
    _do("points.sweep", who=1, after=11 * DAY),
]
_MERGES = [
    _do("award", 14, order=6, expiry="30D"),
    _do("hold", 4, hold_for="20D"),
    _do("spend", 3, order=6),
    _do("award", 6, who=1),
    _do("hold", 2, who=1, hold_for="6D"),
    _do("customers.merge"),
    _do("customers.merge"),
    _do("customers.merge", who=1, other=0),
    _do("again", pick=4),
    _do("capture", 3, pick=1),
    _do("restore", order=6),
    _do("reverse", order=6),
    _do("award", 8, who=2),
    _do("customers.merge", who=2, other=0),
    _do("transfer", 2, who=1, other=2),
]
_MUGS = {
    "items": [
        {"line_id": "1", "unit_price": "10.50", "quantity": 3, "sku": "mug", "discounts": [{"percent": "10"}]},
        {"line_id": "2", "unit_price": "4", "category": "tea", "attributes": {"for": "Zoë"}},
    ],
    "coupons": ["SPRING"],
    "discounts": [{"amount": "1"}],
}
_ORDERS = [
    _do("orders.open", order=1, cart={"total": "9"}),
    _do("again"),
    _do("clash"),
    _do("orders.open", order=1, cart=_MUGS),
    _do("orders.close", order=1, who=1),
    _do("orders.update", order=1, cart=_MUGS, after=HOUR),
    _do("orders.reopen", order=1),
    _do("orders.return_items", order=1, return_id="r-1"),
    _do("orders.close", order=1, after=HOUR),
    _do("orders.close", order=1),
    _do("orders.close", order=2, cart={**_MUGS, "redeem": 7}),
    _do("orders.close", order=3, cart={"total": "3", "currency": "USD"}),
    _do("orders.close", order=3),
    _do("orders.return_items", order=1, items={"1": 1}, return_id="r-1"),
    _do("again", after=HOUR),
    _do("orders.return_items", order=1, items={"1": 1}, return_id="r-1"),
    _do("orders.return_items", order=1, items={"1": 2}, return_id="r-1"),
    _do("orders.return_items", order=1, items={"1": 3}, return_id="r-2"),
    _do("orders.return_items", order=1, items={"9": 1}, return_id="r-2"),
    _do("orders.reopen", order=2, reason="mistake"),
    _do("spend", 3),
    _do("orders.close", order=2, after=HOUR),
    _do("orders.return_items", order=2, items={"2": 1}, return_id="r-1", refund="2", restore=1),
    _do("orders.cancel", order=2, reason="payment expired"),
    _do("orders.cancel", order=2),
    _do("orders.return_items", order=1, return_id="r-3", after=4 * DAY),
    _do("orders.close", order=4, who=1, cart={"total": "12.34"}),
    _do("orders.open", order=5, who=1, cart={"total": "5"}),
    _do("orders.cancel", order=5),
    _do("orders.cancel", order=6),
]
_EVERYBODY = {"version": 1, "noun": "customer", "where": {"all": []}}
_NOBODY = {"version": 1, "noun": "customer", "where": {"field": "customer_id", "op": "in", "value": []}}
_SEGMENTS = [
    _do("segments.save", segment_id="all", title="Everybody", where=_EVERYBODY),
    _do("segments.save", segment_id="all", title="Everybody", where=_EVERYBODY, after=HOUR),
    _do("segments.save", segment_id="all", title="All", where=_EVERYBODY),
    _do("segments.save", segment_id="all", title="All", where=_EVERYBODY, version=1),
    _do("again", after=-2 * HOUR),
    _do("segments.save", segment_id="all", title="Nobody", where=_NOBODY, version=1),
    _do("segments.save", segment_id="none", title="Nobody", where=_NOBODY, version=1),
    _do("segments.save", segment_id="none", title="Nobody", where=_NOBODY),
    _do("segments.remove", segment_id="none", version=2),
    _do("segments.remove", segment_id="none", version=1),
    _do("again"),
    _do("segments.remove", segment_id="nothing"),
    _do("segments.save", segment_id="none", title="Nobody at all", where=_NOBODY),
    _do("segments.save", segment_id="none", title="Nobody", where={"version": 2}, version=1),
]
_PROFILES = [
    _do("customers.update", first_name="Ada", email="ada@example.org", birth_on=date(1990, 2, 28), version=1),
    _do("again", after=HOUR),
    _do("customers.update", city="Paris", tags=("vip", "new"), attributes={"size": "38", "old": "x"}),
    _do("customers.update", email=None, attributes={"old": None, "size": "39"}),
    _do("customers.update", city="Lyon", version=1),
    _do("customers.update"),
    _do("clash"),
    _do("customers.tag", add=("b2b",), remove=("new", "never")),
    _do("customers.tag", add=tuple(f"t-{number}" for number in range(49))),
    _do("customers.update", who=1, city="Rome", country="IT", is_guest=True, has_newsletter=False),
    _do("customers.update", who=1, is_excluded=True),
    _do("award", 5, who=1),
    _do("adjust", 5, who=1),
    _do("spend", 1, who=1),
    _do("transfer", 1, other=1),
    _do("customers.update", who=1, is_excluded=False),
    _do("customers.deactivate"),
    _do("spend", 1),
    _do("hold", 1),
    _do("customers.deactivate", after=HOUR),
    _do("customers.reactivate"),
    _do("again", pick=2),
    _do("award", 5),
]
_WITH_LINK = {"total": "20", "referral_code": LINK}
_SMALL = {"total": "4", "referral_code": LINK}
_REFERRALS = [
    _do("referrals.invite", who=2),
    _do("referrals.invite", who=2),
    _do("customers.join", who=0),
    _do("customers.join", who=1),
    _do("referrals.claim", who=1, other=0, tokens=("address:1",)),
    _do("again"),
    _do("referrals.claim", who=1, other=0),
    _do("referrals.claim", who=0, other=1),
    _do("referrals.claim", who=0, other=0),
    _do("orders.close", order=9, who=1, other=0, cart=_SMALL),
    _do("referrals.reject", who=1, reason="farm"),
    _do("referrals.approve", who=1, reason="known"),
    _do("referrals.approve", who=1, reason="known"),
    _do("orders.reopen", order=9),
    _do("orders.close", order=9, who=1, other=0, cart=_WITH_LINK),
    _do("referrals.reverse", who=1, reason="farm"),
    _do("orders.cancel", order=9),
    _do("referrals.refer", contact="eve@example.org"),
    _do("referrals.create_code", campaign="spring", limit=1),
    _do("referrals.claim", who=1, other=0),
    _do("referrals.expire_one", who=1),
    _do("referrals.expire_one", who=1, after=4 * DAY),
    _do("referrals.claim", who=1, other=0),
    _do("referrals.cancel", who=1, reason="asked"),
    _do("orders.close", order=10, who=1, other=0, cart=_WITH_LINK),
    _do("orders.close", order=11, who=1, other=0, cart={**_WITH_LINK, "redeem": 5}, after=2 * DAY),
    _do("referrals.ban", reason="farm"),
    _do("referrals.ban", reason="farm"),
    _do("referrals.unban", reason="appeal"),
    _do("referrals.disable_code", other=0, reason="leaked"),
    _do("orders.return_items", order=10, return_id="r-1"),
]
_TIERS = [
    _do("tiers.set", reason="test", tier="Gold"),
    _do("again", after=HOUR),
    _do("clash"),
    _do("tiers.set", reason="test", tier="Gold", expires_on=date(2027, 1, 1)),
    _do("tiers.set", reason="test", tier="Glod"),
    _do("tiers.set", reason="test", tier="Base", expires_on=date(2020, 1, 1)),
    _do("award", 5, after=HOUR),
    _do("tiers.set", reason="test", who=1, tier=None),
    _do("tiers.clear", reason="test"),
    _do("tiers.clear", reason="test", after=HOUR),
]
_ERASURES = [
    _do("award", 12, order=7, note="for the party"),
    _do("hold", 2, hold_for="2D"),
    _do("customers.erase"),
    _do("customers.erase"),
    _do("award", 3),
    _do("again", pick=4),
    _do("points.sweep", edge=0),
    _do("customers.register"),
    _do("customers.register"),
    _do("customers.register", who=1),
    _do("customers.register", who=2),
    _do("again", pick=5),
    _do("award", 9, order=7, note="for somebody new"),
    _do("spend", 2),
    _do("restore", order=7),
    _do("award", 5, who=1, order=8),
    _do("customers.merge", who=1, other=2),
    _do("customers.erase", who=1),
    _do("award", 4, who=2),
    _do("customers.register", who=2),
    _do("award", 4, who=2),
]

SCRIPT: tuple[Step, ...] = (
    *_SEGMENTS,
    *_REFERRALS,
    *_GRANTS,
    *_PROFILES,
    *_TIERS,
    *_ORDERS,
    *_TAKES,
    *_HOLDS,
    *_CORRECTIONS,
    *_ENDS,
    *_GRANTS,
    *_HOLDS,
    *_TAKES,
    *_ENDS,
    *_NOTICES,
    *_GRANTS,
    *_MERGES,
    *_HOLDS,
    *_CORRECTIONS,
    *_ENDS,
    _do("orders.return_items", order=4, return_id="r-1"),
    _do("orders.close", order=7, cart={"total": "8"}),
    *_ERASURES,
    _do("orders.cancel", order=7),
    _do("orders.close", order=8, who=2, cart=_MUGS),
    *_HOLDS,
    *_ENDS,
)
"""The steps, in order."""
