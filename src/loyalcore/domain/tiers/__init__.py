"""Tiers: which level a member holds, by a measure over a window, and how time alone changes it."""

from loyalcore.domain.tiers._advance import advance, next_change
from loyalcore.domain.tiers._commands import ClearTier, SetTier
from loyalcore.domain.tiers._hand import beneath, set_by_hand
from loyalcore.domain.tiers._merge import merged
from loyalcore.domain.tiers._model import Anchor, Downgrade, Level, Measure, Resets, TierNotice, TierSet
from loyalcore.domain.tiers._names import check_attribute_name
from loyalcore.domain.tiers._notices import TIER_KINDS, tier_notices
from loyalcore.domain.tiers._report import TierReport, report, value_at_end, value_of
from loyalcore.domain.tiers._switch import switched
from loyalcore.domain.tiers._window import Window, WindowKind, parse_window

__all__ = [
    "TIER_KINDS",
    "Anchor",
    "ClearTier",
    "Downgrade",
    "Level",
    "Measure",
    "Resets",
    "SetTier",
    "TierNotice",
    "TierReport",
    "TierSet",
    "Window",
    "WindowKind",
    "advance",
    "beneath",
    "check_attribute_name",
    "merged",
    "next_change",
    "parse_window",
    "report",
    "set_by_hand",
    "switched",
    "tier_notices",
    "value_at_end",
    "value_of",
]


def __dir__() -> list[str]:
    return __all__
