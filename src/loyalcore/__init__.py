"""Loyalty programs as a storage-agnostic domain library: ledgers, tiers, programs, and a replay over real orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loyalcore.domain.customers import (
        Customer,
        CustomerPolicy,
        Deactivate,
        Erase,
        Join,
        Membership,
        PointFigures,
        Reactivate,
        Register,
        Standing,
        Tag,
        Update,
    )
    from loyalcore.domain.decision import Notice
    from loyalcore.domain.earning import EarningRule
    from loyalcore.domain.flows import (
        Command,
        Receipt,
        from_json,
        to_json,
    )
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
        ExpiryAnchor,
        ExpiryModel,
        Extend,
        Hold,
        JoinPolicy,
        LotStory,
        Merge,
        PointsHold,
        PointsNotice,
        PointsPolicy,
        Release,
        Restore,
        ReturnPolicy,
        Reverse,
        ScheduledChange,
        Shortfall,
        Spend,
        Sweep,
        Transfer,
        Verification,
    )
    from loyalcore.domain.programs import (
        Program,
        Registry,
    )
    from loyalcore.domain.segments import (
        RemoveSegment,
        SaveSegment,
        Segment,
    )
    from loyalcore.domain.tiers import (
        Anchor,
        Downgrade,
        Level,
        Measure,
        TierSet,
    )
    from loyalcore.errors import LoyaltyError
    from loyalcore.services import (
        BulkProgress,
        BulkResult,
        BulkRow,
        BulkStatus,
        Loyalty,
        Outcome,
        Posted,
    )
    from loyalcore.values.calendar import (
        Duration,
        Expiry,
        Start,
    )
    from loyalcore.values.points import Rounding

_HOMES = {
    "loyalcore.domain.customers": (
        "Customer",
        "CustomerPolicy",
        "Deactivate",
        "Erase",
        "Join",
        "Membership",
        "PointFigures",
        "Reactivate",
        "Register",
        "Standing",
        "Tag",
        "Update",
    ),
    "loyalcore.domain.decision": ("Notice",),
    "loyalcore.domain.earning": ("EarningRule",),
    "loyalcore.domain.flows": ("Command", "Receipt", "from_json", "to_json"),
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
        "ExpiryAnchor",
        "ExpiryModel",
        "Extend",
        "Hold",
        "JoinPolicy",
        "LotStory",
        "Merge",
        "PointsHold",
        "PointsNotice",
        "PointsPolicy",
        "Release",
        "Restore",
        "ReturnPolicy",
        "Reverse",
        "ScheduledChange",
        "Shortfall",
        "Spend",
        "Sweep",
        "Transfer",
        "Verification",
    ),
    "loyalcore.domain.programs": ("Program", "Registry"),
    "loyalcore.domain.segments": ("RemoveSegment", "SaveSegment", "Segment"),
    "loyalcore.domain.tiers": ("Anchor", "Downgrade", "Level", "Measure", "TierSet"),
    "loyalcore.errors": ("LoyaltyError",),
    "loyalcore.services": ("BulkProgress", "BulkResult", "BulkRow", "BulkStatus", "Loyalty", "Outcome", "Posted"),
    "loyalcore.values.calendar": ("Duration", "Expiry", "Start"),
    "loyalcore.values.points": ("Rounding",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Activate",
    "Activity",
    "Adjust",
    "Anchor",
    "Award",
    "Balance",
    "BulkProgress",
    "BulkResult",
    "BulkRow",
    "BulkStatus",
    "Capture",
    "Command",
    "Customer",
    "CustomerPolicy",
    "Deactivate",
    "Deduct",
    "Downgrade",
    "Duration",
    "EarningRule",
    "Entry",
    "EntryKind",
    "Erase",
    "Expiry",
    "ExpiryAnchor",
    "ExpiryModel",
    "Extend",
    "Hold",
    "Join",
    "JoinPolicy",
    "Level",
    "LotStory",
    "Loyalty",
    "LoyaltyError",
    "Measure",
    "Membership",
    "Merge",
    "Notice",
    "Outcome",
    "PointFigures",
    "PointsHold",
    "PointsNotice",
    "PointsPolicy",
    "Posted",
    "Program",
    "Reactivate",
    "Receipt",
    "Register",
    "Registry",
    "Release",
    "RemoveSegment",
    "Restore",
    "ReturnPolicy",
    "Reverse",
    "Rounding",
    "SaveSegment",
    "ScheduledChange",
    "Segment",
    "Shortfall",
    "Spend",
    "Standing",
    "Start",
    "Sweep",
    "Tag",
    "TierSet",
    "Transfer",
    "Update",
    "Verification",
    "from_json",
    "to_json",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("loyalcore")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
