"""Every call of the facade with arguments that are good, so that one at a time can be spoiled."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from loyalcore.domain.customers import Register
from loyalcore.domain.decision import NoticeRef
from loyalcore.domain.flows import COMMANDS
from loyalcore.domain.ledger import Award, PointsNotice, PointsPolicy, Spend
from loyalcore.domain.outbox import ClaimNotice, FailNotice
from loyalcore.domain.programs import Program
from loyalcore.domain.referrals import (
    Campaign,
    FraudKind,
    FraudRule,
    ReferralPolicy,
    ReferralReward,
    RewardEvent,
    RewardSide,
)
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.errors import LoyaltyError
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.store import KINDS, Store
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_duration
from tests.corpus._values import MEGABYTE

BEANS = Program(
    "beans",
    currency="EUR",
    timezone="Europe/Berlin",
    points=PointsPolicy(
        notices=frozenset({PointsNotice.ADDED}), expiring_notices=(parse_duration("5W", "expiring_notices"),)
    ),
    tiers=TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 5), Level("Gold", 500))),
    referrals=ReferralPolicy(
        rewards=(ReferralReward("friend", points=5, side=RewardSide.BOTH, on=RewardEvent.FIRST_ORDER),),
        fraud=(FraudRule("mailbox", FraudKind.SAME_EMAIL, weight=50),),
        campaigns=(Campaign("spring", limit=10),),
    ),
)
LATER = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECONDS_MAX: Final = 20.0
"""No value may hang a call: far above what a busy machine needs for any of them."""
MESSAGE_MAX: Final = 2000
PERSONAL: Final = frozenset({"note"})

# The names that the ids of a shop which counts them come to: a link, and referrals by where they stand.
LINK: Final = "22222-22226"
WAITING, HELD, COMPLETED = "referral-7", "referral-9", "referral-11"

EVERYBODY: Final = {"version": 1, "noun": "customer", "where": {"all": []}}

# What each method needs beside its defaults; `key` is made for each call.
GOOD: Final[dict[str, dict[str, Any]]] = {
    "acting_as": {"actor": "office"},
    "run": {"command": Register("new")},
    "run_many": {"commands": [Register("new"), Spend("ada", 1, key="many")]},
    "preview": {"command": Award("ada", 1, reason="test", key="preview")},
    "customers.register": {"customer_id": "new"},
    "customers.join": {"customer_id": "bob"},
    "customers.merge": {"customer_id": "guest", "into": "ada"},
    "customers.update": {"customer_id": "ada", "email": "ada@example.org", "tags": ["vip"], "attributes": {"a": "b"}},
    "customers.tag": {"customer_id": "ada", "add": ["vip"], "remove": ["new"]},
    "customers.deactivate": {"customer_id": "bob"},
    "customers.reactivate": {"customer_id": "bob"},
    "customers.erase": {"customer_id": "guest"},
    "customers.page": {"query": "points:>=0 sort:-points", "size": 1},
    "customers.stream": {"query": "points:>=0"},
    "customers.count": {"query": "points:>=0"},
    "entries.page": {"query": "kind:award", "customer_id": "ada", "size": 1},
    "entries.stream": {"query": "kind:award"},
    "entries.count": {"query": "kind:award"},
    "customers.get": {"customer_id": "ada"},
    "customers.membership": {"customer_id": "ada", "at": LATER},
    "orders.open": {"customer_id": "ada", "order_id": "new", "cart": {"total": "9.90"}},
    "orders.update": {"order_id": "open", "cart": {"total": "9.90"}},
    "orders.close": {"customer_id": "ada", "order_id": "new", "cart": {"total": "9.90"}},
    "orders.cancel": {"order_id": "closed"},
    "orders.reopen": {"order_id": "closed"},
    "orders.return_items": {"order_id": "closed", "items": {"1": 1}, "return_id": "r-1", "refund": "2"},
    "orders.get": {"order_id": "open"},
    "orders.quote": {"customer_id": "ada", "cart": {"total": "9.90"}},
    "orders.page": {"query": "state:open", "customer_id": "ada", "size": 1},
    "orders.stream": {"query": "state:open"},
    "orders.count": {"query": "state:open"},
    "points.award": {"customer_id": "ada", "points": 5, "reason": "test", "rule": "base", "source_id": "s-1"},
    "points.activate": {"customer_id": "ada", "order_id": "o-2"},
    "points.spend": {"customer_id": "ada", "points": 5},
    "points.deduct": {"customer_id": "ada", "points": 5, "reason": "test"},
    "points.adjust": {"customer_id": "ada", "points": -5, "reason": "test"},
    "points.hold": {"customer_id": "ada", "points": 5},
    "points.capture": {"customer_id": "ada", "hold_id": "held"},
    "points.release": {"customer_id": "ada", "hold_id": "held"},
    "points.reverse": {"customer_id": "ada", "order_id": "o-1"},
    "points.restore": {"customer_id": "ada", "order_id": "o-3"},
    "points.transfer": {"customer_id": "ada", "points": 5, "to": "bob", "reason": "test"},
    "points.extend": {"customer_id": "ada", "by": "1M", "reason": "test"},
    "points.activity": {"customer_id": "ada", "reason": "test"},
    "points.balance": {"customer_id": "ada", "at": LATER},
    "points.schedule": {"customer_id": "ada"},
    "points.explain": {"customer_id": "ada"},
    "points.verify": {"customer_id": "ada"},
    "points.entries": {"customer_id": "ada"},
    "points.post_many": {"commands": [Spend("ada", 1, key="many")]},
    "points.sweep": {"customer_id": "ada"},
    "points.tell_expiring": {"program": "beans"},
    "bulk.adjust": {"who": "customer_id:bob", "points": 5, "reason": "test"},
    "bulk.deactivate": {"who": ["bob"]},
    "bulk.invite": {"who": ["bob"]},
    "bulk.extend": {"who": ["ada"], "by": "1M", "reason": "test"},
    "bulk.reactivate": {"who": "customer_id:bob"},
    "bulk.tag": {"who": ["bob"], "add": ["vip"], "remove": ["new"]},
    "outbox.deliver": {"handler": id, "limit": 5, "program": "beans"},
    "outbox.retry": {"notices": [NoticeRef("live", "holder-1", "holder-1:beans:2:")]},
    "outbox.set_aside": {"program": "beans"},
    "outbox.waiting": {"program": "beans"},
    "tiers.set": {"customer_id": "ada", "tier": "Gold", "reason": "test"},
    "tiers.clear": {"customer_id": "ada", "reason": "test"},
    "tiers.report": {"customer_id": "ada", "at": LATER},
    "tiers.review": {"program": "beans"},
    "referrals.link": {"customer_id": "ada"},
    "referrals.invite": {"customer_id": "bob"},
    "referrals.refer": {"customer_id": "ada", "contact": "eve@example.org"},
    "referrals.claim": {"customer_id": "bob", "code": LINK, "tokens": ("device:1",)},
    "referrals.expire": {"program": "beans"},
    "referrals.get": {"referral_id": WAITING},
    "referrals.page": {"query": "status:pending", "referrer": "ada", "size": 1},
    "referrals.stream": {"query": "status:pending", "referrer": "ada"},
    "referrals.count": {"query": "status:pending", "referrer": "ada"},
    "referrals.approve": {"referral_id": HELD, "reason": "test"},
    "referrals.reject": {"referral_id": WAITING, "reason": "test"},
    "referrals.cancel": {"referral_id": WAITING, "reason": "test"},
    "referrals.reverse": {"referral_id": COMPLETED, "reason": "test"},
    "referrals.ban": {"customer_id": "ada", "reason": "test"},
    "referrals.unban": {"customer_id": "ada", "reason": "test"},
    "referral_codes.create": {"customer_id": "ada", "campaign": "spring", "limit": 5},
    "referral_codes.disable": {"code": LINK, "reason": "test"},
    "referral_codes.get": {"code": LINK},
    "referral_codes.page": {"query": "uses:>=0", "referrer": "ada", "size": 1},
    "referral_codes.stream": {"query": "uses:>=0", "referrer": "ada"},
    "segments.all": {},
    "segments.count": {"segment_id": "friends", "query": "customer_id:ada"},
    "segments.get": {"segment_id": "friends"},
    "segments.has": {"segment_id": "friends", "customer_id": "ada"},
    "segments.page": {"segment_id": "friends", "query": "customer_id:ada"},
    "segments.remove": {"segment_id": "friends", "version": 1},
    "segments.save": {"segment_id": "friends", "title": "Friends", "where": EVERYBODY, "version": 1},
}

# Where another way of saying the same thing stands in the good arguments, it makes room for the one that is spoiled.
INSTEAD_OF: Final = {
    "entry_id": ("order_id",),
    "entry_ids": ("order_id",),
    "expiry": ("by",),
    "expires_at": ("by",),
    "expires_on": ("by",),
}
_ASIDE: Final[dict[str, Any]] = {"holder_id": "holder-1", "notice_id": "holder-1:beans:2:"}
"""A notice that was set aside."""
_FAILED: Final[dict[str, Any]] = {
    "by": "d-1",
    "error": "OSError",
    "attempts_max": 3,
    "delay_seconds": 60,
    "delay_seconds_max": 600,
}
_NOTICE: Final[dict[str, Any]] = {"holder_id": "holder-1", "notice_id": "holder-1:beans:1:"}
GOOD_COMMANDS: Final[dict[str, dict[str, Any]]] = {
    **{name: fields for name, fields in GOOD.items() if name in COMMANDS},
    "points.sweep": {"holder_id": "holder-1"},
    "points.tell_expiring": {"holder_id": "holder-1"},
    "outbox.claim": {**_NOTICE, "by": "d-1", "lease_seconds": 600, "attempts_max": 3},
    "outbox.settle": _NOTICE,
    "outbox.fail": {**_NOTICE, **_FAILED},
    "outbox.retry": _ASIDE,
    "referrals.create_code": GOOD["referral_codes.create"],
    "referrals.disable_code": GOOD["referral_codes.disable"],
    "referrals.expire_one": {"referral_id": WAITING},
}


LENT: Final = "within"
"""The method whose argument is an open connection of the host's: its values are tried beside its own tests."""


def methods() -> Iterator[str]:
    """Name every public method of the facade: its own, but for `within`, and those of its parts."""
    for name, _member in inspect.getmembers(Loyalty, inspect.isfunction):
        if not name.startswith("_") and name != LENT:
            yield name
    shop = Loyalty.__new__(Loyalty)
    shop._open(_NoExecutor(), None)  # type: ignore[arg-type]
    for part_name, part in sorted(vars(shop).items()):
        if not part_name.startswith("_"):
            for name, _member in inspect.getmembers(type(part), inspect.isfunction):
                if not name.startswith("_"):
                    yield f"{part_name}.{name}"


class _NoExecutor:
    pass


def parameters(name: str) -> list[str]:
    """Name the parameters of a method."""
    owner: Any = Loyalty
    if "." in name:
        part, name = name.split(".")
        owner = _parts()[part]
    return [each for each in inspect.signature(getattr(owner, name)).parameters if each != "self"]


def _parts() -> dict[str, Any]:
    shop = Loyalty.__new__(Loyalty)
    shop._open(_NoExecutor(), None)  # type: ignore[arg-type]
    return {name: type(part) for name, part in vars(shop).items() if not name.startswith("_")}


class Counter:
    """Makes a key for each call."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"key-{self.count}"


def open_shop(store: Store) -> Loyalty:
    """Open a shop in which something of everything has happened."""
    shop = Loyalty(store, [BEANS], clock=FixedClock("2026-01-01T12:00:00Z"), ids=CountedIds(), actor="till")
    for customer_id in ("ada", "bob", "guest"):
        shop.customers.register(customer_id)
    points = shop.points
    points.award("ada", 1000, reason="order", order_id="o-1", key="a-1")
    points.award("ada", 1000, reason="order", order_id="o-2", activation="on_action", key="a-2")
    points.award("ada", 1000, reason="gift", expiry="30D", key="a-3")
    points.award("guest", 10, reason="gift", key="a-4")
    points.spend("ada", 500, order_id="o-3", key="s-1")
    points.hold("ada", 100, key="held")
    shop.orders.open("ada", "open", {"total": "9.90"}, key="o-1")
    items = [{"line_id": "1", "unit_price": "5", "quantity": 3}]
    shop.orders.close("ada", "closed", {"items": items}, key="o-2")
    _refer(shop)
    shop.segments.save("friends", "Friends", "customer_id:(ada,bob)")
    shop.run(ClaimNotice(**_ASIDE, by="d-1", lease_seconds=600, attempts_max=3))
    shop.run(FailNotice(**_ASIDE, is_permanent=True, **_FAILED))
    return shop


def _refer(shop: Loyalty) -> None:
    """Let one friend of ada's wait, one be held back, and one have ordered."""
    shop.customers.update("ada", email="ada@example.com", key="e-1")
    for name, email in (("waiting", "w@example.com"), ("held", "ada@example.com"), ("ordered", "o@example.com")):
        shop.customers.register(name)
        shop.customers.update(name, email=email, key="e-1")
        shop.referrals.claim(name, LINK, key="c-1")
    shop.orders.close("ordered", "referred", {"total": "9.90", "referral_code": LINK}, key="o-1")


def bound(shop: Loyalty, name: str) -> Callable[..., Any]:
    """Find a method by its path; what it gives one by one is asked for to the end."""
    found: Any = shop
    for each in name.split("."):
        found = getattr(found, each)

    def call(**given: Any) -> Any:
        answer = found(**given)
        return list(answer) if isinstance(answer, Iterator) else answer

    return call


def arguments(name: str, parameter: str, value: Any, key: Callable[[], str]) -> dict[str, Any]:
    """Give the good arguments of a call with one of them spoiled."""
    given = {each: good for each, good in GOOD[name].items() if each not in INSTEAD_OF.get(parameter, ())}
    if "key" in parameters(name):
        given["key"] = key()
    given[parameter] = value
    return given


def good_arguments(name: str, key: Callable[[], str]) -> dict[str, Any]:
    """Give the good arguments of a call."""
    given = dict(GOOD[name])
    if "key" in parameters(name):
        given["key"] = key()
    return given


def command_with(name: str, field: str, value: Any, key: Callable[[], str]) -> Any:
    """Make a command with one field spoiled."""
    kind = COMMANDS[name]
    given = {each: good for each, good in GOOD_COMMANDS[name].items() if each not in INSTEAD_OF.get(field, ())}
    if any(each.name == "key" for each in attrs.fields(kind)):
        given["key"] = key()
    given[field] = value
    return kind(**given)


class Commits:
    """Counts what is committed to a store's units, whichever store it is."""

    def __init__(self, store: Any) -> None:
        self.count = 0
        self._open = store.unit

    def unit(self, *, readonly: bool = False) -> Any:
        unit = self._open(readonly=readonly)
        commit = unit.commit

        def counted() -> None:
            commit()
            self.count += 1

        return _Counted(unit, counted)

    @property
    def abilities(self) -> frozenset[str]:
        return frozenset()


class _Counted:
    def __init__(self, unit: Any, commit: Callable[[], None]) -> None:
        self._unit = unit
        self.commit = commit
        self.load, self.apply, self.stream = unit.load, unit.apply, unit.stream

    def __enter__(self) -> _Counted:
        self._unit.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._unit.__exit__(*error)


def tried(
    call: Callable[[], Any], parameter: str, value: Any, commits: Commits | None = None
) -> tuple[LoyaltyError | None, str]:
    """Call, and give the refusal, if it was refused, and what was wrong with how it behaved, if anything."""
    began, committed = time.perf_counter(), 0 if commits is None else commits.count
    refusal, wrong = None, ""
    try:
        call()
    except LoyaltyError as error:
        refusal, wrong = error, _wrong_with(error, parameter, value)
        if commits is not None and commits.count != committed:
            wrong = "was refused and has written"
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        wrong = f"raised {type(error).__name__}: {str(error)[:200]}"
    took = time.perf_counter() - began
    return refusal, wrong or (f"took {took:.1f} seconds" if took > SECONDS_MAX else "")


def _wrong_with(error: LoyaltyError, parameter: str, value: Any) -> str:
    shown = f"{error} {error.details}"
    if len(shown) > MESSAGE_MAX:
        return f"said {len(shown)} characters"
    if type(value) is str and len(value) > 5 and (len(value) == MEGABYTE or parameter in PERSONAL) and value in shown:
        return "said the value"
    return ""


def dump(store: Store) -> list[str]:
    """Write down everything that a store holds."""
    with store.unit(readonly=True) as unit:
        return [
            repr(record)
            for environment in ("live", "sandbox")
            for kind in KINDS
            for record in unit.stream(All(kind, environment), LATER)
        ]
