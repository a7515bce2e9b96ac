"""The checks of a program's settings: of each on its own, and of those that must go together.

A document and a program built in Python pass the same checks; each gathers all faults before it says no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import (
    EntryKind,
    ExpiryAnchor,
    ExpiryModel,
    JoinPolicy,
    PointsNotice,
    PointsPolicy,
    ReturnPolicy,
    Shortfall,
)
from loyalcore.domain.tiers import TierSet
from loyalcore.errors import Fault, InvalidInput, LimitExceeded
from loyalcore.values.calendar import Duration, Expiry, Start, parse_duration, parse_expiry
from loyalcore.values.checks import check_flag, fault_of
from loyalcore.values.clock import check_instant
from loyalcore.values.hints import did_you_mean
from loyalcore.values.ids import check_text, check_word
from loyalcore.values.points import SCALE_MAX, Rounding, check_points

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from loyalcore.domain.orders import Cart


VERSION_MAX: Final = 2**31 - 1
POINTS_NAME_MAX: Final = 64
MARKS_MAX: Final = 20
LEADS_MAX: Final = 10
LEAD_DAYS_MAX: Final = 366
NEW_DAYS_MAX: Final = 3_650
LOYAL_ORDERS_MAX: Final = 1_000_000
NAME_MAX: Final = 64
UNLIMITED: Final = parse_expiry("unlimited", "expiry")
# What time itself writes: a sweep must not be the activity that keeps points alive.
BY_TIME: Final = frozenset({EntryKind.EXPIRE, EntryKind.ACTIVATE, EntryKind.RELEASE})

_LEAD = re.compile(r"([1-9][0-9]*)([DW])")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


def check_id(value: object, path: str) -> str:
    """Return a program's id: lower-case ASCII letters, digits, `_` and `-`, 1 to 64 of them."""
    text = check_text(value, path, length_max=NAME_MAX)
    if _ID.fullmatch(text) is None:
        raise InvalidInput("must be lower-case letters, digits, - and _, beginning with a letter or digit", path=path)
    return text


def check_version(value: object, path: str) -> int:
    """Return a program's version, 1 to 2,147,483,647."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be a whole number, not {type(value).__name__}", path=path)
    if value < 1:
        raise InvalidInput("must be at least 1", path=path)
    if value > VERSION_MAX:
        raise LimitExceeded("is too high a version", path=path, limit=VERSION_MAX)
    return value


def check_scale(value: object, path: str) -> int:
    """Return the number of decimal places at which points are shown, 0 to 4."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= SCALE_MAX:
        raise InvalidInput(f"must be a whole number of 0 to {SCALE_MAX}", path=path)
    return value


def check_points_name(value: object, path: str) -> str:
    """Return what the points are called, 1 to 64 printable characters."""
    return check_text(value, path, length_max=POINTS_NAME_MAX)


def check_overdraft(value: object, path: str) -> int | None:
    """Return the most points that may be owed, 0 or more; None sets no limit."""
    return None if value is None else check_points(value, path, minimum=0)


def check_activities(value: object, path: str) -> frozenset[EntryKind]:
    """Return the entry kinds that count as activity: at least one, none of those that time itself writes."""
    if not isinstance(value, frozenset) or not all(isinstance(kind, EntryKind) for kind in value):
        raise InvalidInput("must be a frozenset of EntryKind", path=path)
    if not value:
        raise InvalidInput("must name at least one kind", path=path)
    if wrong := sorted(value & BY_TIME):
        raise InvalidInput(f"must not name {', '.join(wrong)}: time itself writes such entries", path=path)
    return value


def check_notices(value: object, path: str) -> frozenset[PointsNotice]:
    """Return the kinds of notice that a program sends."""
    if not isinstance(value, frozenset) or not all(isinstance(kind, PointsNotice) for kind in value):
        raise InvalidInput("must be a frozenset of PointsNotice", path=path)
    return value


def check_ledger_id(value: object, path: str) -> str:
    """Return the id of a subledger, 1 to 255 printable characters."""
    return check_text(value, path)


def check_marks(value: object, path: str) -> tuple[int, ...]:
    """Return the balances of which a customer is told when they are reached: rising, 1 or more, at most 20."""
    if not isinstance(value, tuple):
        raise InvalidInput(f"must be a tuple of points, not {type(value).__name__}", path=path)
    if len(value) > MARKS_MAX:
        raise LimitExceeded("has too many marks", path=path, limit=MARKS_MAX)
    marks = [check_points(each, f"{path}[{index}]") for index, each in enumerate(value)]
    if marks != sorted(set(marks)):
        raise InvalidInput("must rise, and name each mark once", path=path)
    return value


def check_leads(value: object, path: str) -> tuple[Duration, ...]:
    """Return how long before points expire a customer is told: days or weeks, rising, at most 10."""
    if not isinstance(value, tuple) or not all(isinstance(each, Duration) for each in value):
        raise InvalidInput("must be a tuple of Duration", path=path)
    if len(value) > LEADS_MAX:
        raise LimitExceeded("has too many leads", path=path, limit=LEADS_MAX)
    days = []
    for index, each in enumerate(value):
        found = _LEAD.fullmatch(each.text)
        if found is None:
            raise InvalidInput("must be a count of days or weeks, such as 30D or 2W", path=f"{path}[{index}]")
        days.append(int(found[1]) * (7 if found[2] == "W" else 1))
    if days != sorted(set(days)):
        raise InvalidInput("must rise, and name each lead once", path=path)
    if days and days[-1] > LEAD_DAYS_MAX:
        raise LimitExceeded("is too long before", path=path, limit=LEAD_DAYS_MAX)
    return value


def check_applies_from(value: object, path: str) -> datetime | None:
    """Return the instant from which a version applies; None says none."""
    return None if value is None else check_instant(value, path)


def _one_of(*kinds: type) -> Callable[[object, str], object]:
    def check(value: object, path: str) -> object:
        if not isinstance(value, kinds):
            message = f"must be {' or '.join(_noun(kind) for kind in kinds)}, not {type(value).__name__}"
            raise InvalidInput(message + (_how(kinds[0]) if isinstance(value, str) else ""), path=path)
        return value

    return check


def _noun(kind: type) -> str:
    if kind is type(None):
        return "None"
    if issubclass(kind, Enum):
        return f"one of {', '.join(each.value for each in kind)}"
    return f"{'an' if kind is Expiry else 'a'} {kind.__name__}"


def _how(kind: type) -> str:
    """Say how a text of the document is written in Python."""
    named = kind.__name__
    value = (
        f"write {named}.{next(iter(kind)).name}"
        if issubclass(kind, Enum)
        else f"call values.calendar.parse_{named.lower()}"
    )
    return f": in Python {value}"


def check_cart(cart: Cart, currency: str) -> Cart:
    """Return a cart whose money is the program's.

    Raises:
        InvalidInput: It names another currency.
    """
    if cart.currency not in (None, currency):
        raise InvalidInput(
            f"must be {currency}, the currency of the program: convert the money first", path="cart.currency"
        )
    return cart


def check_count(limit: int) -> Callable[[object, str], int]:
    """Return the check of a whole number from 1 to a limit."""

    def check(value: object, path: str) -> int:
        count = check_points(value, path)
        if count > limit:
            raise LimitExceeded("is too many", path=path, limit=limit)
        return count

    return check


# What each setting about customers must be; a document says it in the same words.
CUSTOMERS: Final[dict[str, Callable[[object, str], Any]]] = {
    "has_guests": check_flag,
    "new_days": check_count(NEW_DAYS_MAX),
    "loyal_orders": check_count(LOYAL_ORDERS_MAX),
}

# What each setting of the points must be, once it is a value of Python.
POLICY: Final[dict[str, Callable[[object, str], Any]]] = {
    "name": check_points_name,
    "scale": check_scale,
    "activation": _one_of(Start),
    "expiry": _one_of(Expiry),
    "expiry_anchor": _one_of(ExpiryAnchor),
    "expiry_model": _one_of(ExpiryModel),
    "inactivity": _one_of(Duration, type(None)),
    "activities": check_activities,
    "consumption": check_word,
    "shortfall": _one_of(Shortfall),
    "overdraft_max": check_overdraft,
    "return_policy": _one_of(ReturnPolicy),
    "rounding": _one_of(Rounding),
    "join_policy": _one_of(JoinPolicy),
    "hold_for": _one_of(Duration),
    "notices": check_notices,
    "balance_marks": check_marks,
    "expiring_notices": check_leads,
}


def span_of(expiry: Expiry) -> Duration | None:
    """Return a relative expiry as a duration; None for one of another form."""
    try:
        return parse_duration(expiry.text, "expiry")
    except InvalidInput:
        return None


def model_faults(policy: PointsPolicy, wrong: Collection[str] = ()) -> Iterator[Fault]:
    """Name what an expiry model lacks or forbids; a setting named in `wrong` has a fault of its own and is let be.

    Source: DOMAIN 3.2 (expiry models).
    """
    model = policy.expiry_model
    if model is ExpiryModel.PER_LOT or not {"expiry_model", "expiry", "inactivity"}.isdisjoint(wrong):
        return
    if policy.inactivity is None:
        if span_of(policy.expiry) is None:
            yield Fault("points.inactivity", f"is needed by the expiry model {model}, or a relative expiry such as 12M")
    elif model is ExpiryModel.INACTIVITY and policy.expiry != UNLIMITED:
        yield Fault("points.expiry", "must be unlimited beside inactivity: under that model all points expire together")


def settled(policy: PointsPolicy) -> PointsPolicy:
    """Return a policy in which what follows from its settings is said in its settings.

    Source: DOMAIN 3.1 (`activated` is forced for `on_action`), 3.2 (expiry models).
    """
    if policy.activation.text == "on_action" and policy.expiry_anchor is not ExpiryAnchor.ACTIVATED:
        policy = attrs.evolve(policy, expiry_anchor=ExpiryAnchor.ACTIVATED)
    if policy.expiry_model is ExpiryModel.INACTIVITY and policy.inactivity is None:
        policy = attrs.evolve(policy, inactivity=span_of(policy.expiry), expiry=UNLIMITED)
    return policy


def earning_faults(rules: Sequence[EarningRule | None]) -> Iterator[Fault]:
    """Name the rules that repeat an id; None stands for a rule with faults of its own."""
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule is not None:
            if rule.id in seen:
                yield Fault(f"earning[{index}].id", "is the id of an earlier rule; ids are unique")
            seen.add(rule.id)


def tier_faults(rules: Sequence[EarningRule], tiers: TierSet | None) -> Iterator[Fault]:
    """Name the tiers that a rule grants by and the program does not have."""
    known = [] if tiers is None else [level.name for level in tiers.levels]
    for index, rule in enumerate(rules):
        for tier in rule.by_tier or ():
            if tier and tier not in known:
                what = f"is no tier of the program{did_you_mean(tier, known)}"
                yield Fault(f"earning[{index}].by_tier.{tier}", what)


def ledger_tier_faults(tiers: object) -> Iterator[Fault]:
    """Name what is wrong with the tiers of subledgers, by the ids of the ledgers."""
    if not isinstance(tiers, Mapping):
        yield Fault("ledger_tiers", f"must be a mapping of ledgers to TierSets, not {type(tiers).__name__}")
        return
    for ledger, each in tiers.items():
        try:
            check_ledger_id(ledger, "ledger_tiers")
        except (InvalidInput, LimitExceeded) as error:
            yield fault_of(error)
            continue
        if not isinstance(each, TierSet):
            yield Fault(f"ledger_tiers.{ledger}", f"must be a TierSet, not {type(each).__name__}")
