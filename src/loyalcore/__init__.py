"""Loyalty programs as a storage-agnostic domain library: ledgers, tiers, programs, and a replay over real orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer, Join, Membership, Register, Standing
    from loyalcore.domain.earning import EarningRule
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.ledger import (
        Activate,
        Activity,
        Adjust,
        Award,
        Balance,
        Capture,
        Deduct,
        Entry,
        EntryKind,
        Extend,
        Hold,
        LotStory,
        Merge,
        PointsHold,
        PointsPolicy,
        Release,
        Restore,
        Reverse,
        ScheduledChange,
        Spend,
        Sweep,
        Transfer,
        Verification,
    )
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.domain.tiers import Level, TierSet
    from loyalcore.errors import LoyaltyError
    from loyalcore.services import Loyalty, Outcome

_HOMES = {
    "loyalcore.domain.customers": ("Customer", "Join", "Membership", "Register", "Standing"),
    "loyalcore.domain.earning": ("EarningRule",),
    "loyalcore.domain.flows": ("Command", "Receipt"),
    "loyalcore.domain.ledger": (
        "Activate",
        "Activity",
        "Adjust",
        "Award",
        "Balance",
        "Capture",
        "Deduct",
        "Entry",
        "EntryKind",
        "Extend",
        "Hold",
        "LotStory",
        "Merge",
        "PointsHold",
        "PointsPolicy",
        "Release",
        "Restore",
        "Reverse",
        "ScheduledChange",
        "Spend",
        "Sweep",
        "Transfer",
        "Verification",
    ),
    "loyalcore.domain.programs": ("Program", "Registry"),
    "loyalcore.domain.tiers": ("Level", "TierSet"),
    "loyalcore.errors": ("LoyaltyError",),
    "loyalcore.services": ("Loyalty", "Outcome"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Activate",
    "Activity",
    "Adjust",
    "Award",
    "Balance",
    "Capture",
    "Command",
    "Customer",
    "Deduct",
    "EarningRule",
    "Entry",
    "EntryKind",
    "Extend",
    "Hold",
    "Join",
    "Level",
    "LotStory",
    "Loyalty",
    "LoyaltyError",
    "Membership",
    "Merge",
    "Outcome",
    "PointsHold",
    "PointsPolicy",
    "Program",
    "Receipt",
    "Register",
    "Registry",
    "Release",
    "Restore",
    "Reverse",
    "ScheduledChange",
    "Spend",
    "Standing",
    "Sweep",
    "TierSet",
    "Transfer",
    "Verification",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
