"""Tiers: which level a member holds, by a measure over a window, and how time alone changes it."""

from loyalcore.domain.tiers._advance import advance, next_change
from loyalcore.domain.tiers._merge import merged
from loyalcore.domain.tiers._model import Anchor, Downgrade, Level, Measure, TierSet
from loyalcore.domain.tiers._window import Window, WindowKind, parse_window

__all__ = [
    "Anchor",
    "Downgrade",
    "Level",
    "Measure",
    "TierSet",
    "Window",
    "WindowKind",
    "advance",
    "merged",
    "next_change",
    "parse_window",
]


def __dir__() -> list[str]:
    return __all__
