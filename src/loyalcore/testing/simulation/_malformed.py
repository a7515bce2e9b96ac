"""Malformed calls: every method of the facade with one value that no program could accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

_TEXTS: tuple[Any, ...] = ("", 5, 1.5, True, [], {}, "a\u0000b", "line\nbreak", "\ud800", "x" * 1001)
_MAYBE_EMPTY = _TEXTS[1:]
_POINTS: tuple[Any, ...] = (-1, 0, "5", 5.0, True, 10**15 + 1, 10**30, [5], "")
_INSTANTS: tuple[Any, ...] = ("2024-01-01", "2024-01-01T00:00:00Z", 5, True, [])
_RULES: tuple[Any, ...] = ("", "5d", "5 D", "-1D", "1.5D", "5W_D", "immediately", 5, True)

BAD: dict[str, tuple[Any, ...]] = {
    "customer_id": (*_TEXTS, None),
    "key": (*_TEXTS, None),
    "points": _POINTS,
    "reason": _MAYBE_EMPTY,
    "ledger": (*_MAYBE_EMPTY, None),
    "order_id": _TEXTS,
    "rule": _TEXTS,
    "note": _TEXTS,
    "program": ("", 5, True, [], "\ud800"),
    "occurred_at": _INSTANTS,
    "active_from": _INSTANTS,
    "expires_at": _INSTANTS,
    "lapses_at": _INSTANTS,
    "expires_on": _INSTANTS,
    "activation": _RULES,
    "expiry": _RULES,
    "by": (*_RULES, "unlimited", None),
    "hold_for": (*_RULES, "unlimited"),
    "cycle": (0, -1, True, "1", 1.0, 10**7),
    "entry_id": (*_TEXTS, None),
    "hold_id": (*_TEXTS, None),
    "entry_ids": (5, "h1:beans:1:", [5], [""], [None], {}),
    "to": (*_TEXTS, None),
    "to_ledger": (*_MAYBE_EMPTY, None),
    "into": (*_TEXTS, None),
    "at": _INSTANTS,
    "cart": (
        5,
        "x",
        [],
        {},
        {"items": 5},
        {"items": []},
        {"total": "-1"},
        {"total": 1.5},
        {"total": "1", "prize": "1"},
    ),
}
"""By field: values that it has to refuse, as JSON has them."""

_POSTING = {"key": "k-bad", "reason": "because"}
_FIELDS = ("customer_id", "key", "reason", "ledger", "program", "occurred_at", "note")
_OF_ORDERS = ("customer_id", "key", "order_id", "program", "occurred_at")
_CALLS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "points.award": (
        {**_POSTING, "points": 5},
        (
            *_FIELDS,
            "points",
            "order_id",
            "rule",
            "activation",
            "active_from",
            "expiry",
            "expires_at",
            "expires_on",
            "cycle",
        ),
    ),
    "points.spend": ({**_POSTING, "points": 5}, (*_FIELDS, "points", "order_id")),
    "points.deduct": ({**_POSTING, "points": 5}, (*_FIELDS, "points")),
    "points.adjust": ({**_POSTING, "points": 5}, (*_FIELDS, "expiry", "expires_at", "expires_on")),
    "points.hold": ({**_POSTING, "points": 5}, (*_FIELDS, "points", "order_id", "hold_for", "lapses_at")),
    "points.capture": ({**_POSTING, "hold_id": "k-1"}, (*_FIELDS, "points", "hold_id", "order_id")),
    "points.release": ({**_POSTING, "hold_id": "k-1"}, (*_FIELDS, "hold_id")),
    "points.reverse": ({**_POSTING, "entry_id": "h:beans:1:"}, (*_FIELDS, "points", "entry_id", "order_id")),
    "points.restore": ({**_POSTING, "entry_id": "h:beans:1:"}, (*_FIELDS, "points", "entry_id", "order_id")),
    "points.activate": ({**_POSTING, "entry_ids": ["h:beans:1:"]}, (*_FIELDS, "entry_ids", "order_id")),
    "points.extend": ({**_POSTING, "by": "1D"}, (*_FIELDS, "by", "expiry", "expires_at", "expires_on", "entry_ids")),
    "points.transfer": ({**_POSTING, "points": 5, "to": "bob"}, (*_FIELDS, "points", "to", "to_ledger")),
    "points.activity": (_POSTING, (*_FIELDS, "order_id")),
    "orders.open": ({"key": "k-bad", "order_id": "b-1", "cart": {"total": "1"}}, (*_OF_ORDERS, "cart")),
    "orders.close": ({"key": "k-bad", "order_id": "b-1", "cart": {"total": "1"}}, (*_OF_ORDERS, "cart")),
    "tiers.set": ({**_POSTING, "tier": "Base"}, ("customer_id", "key", "ledger", "program", "expires_at")),
    "points.balance": ({}, ("customer_id", "ledger", "program", "at")),
    "points.schedule": ({}, ("customer_id", "ledger", "program")),
    "points.verify": ({}, ("customer_id", "ledger", "program")),
    "customers.register": ({}, ("customer_id",)),
    "customers.join": ({}, ("customer_id", "program")),
    "customers.merge": ({"into": "bob"}, ("customer_id", "into", "reason")),
}


def make_malformed(random: Random, customer_id: str) -> dict[str, Any]:
    """Make a call of the facade with one bad value.

    Args:
        random: Where chance comes from.
        customer_id: The customer.
    """
    name = random.choice(sorted(_CALLS))
    fields, names = _CALLS[name]
    field = random.choice(names)
    return {"command": name, "customer_id": customer_id, **fields, field: random.choice(BAD[field])}
