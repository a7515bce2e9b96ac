"""The protocols a host implements to keep loyalcore's records, with numbered promises."""

from loyalcore.store._overlay import OverlayStore, with_repository
from loyalcore.store._protocol import KINDS, Repository, Store, Unit

__all__ = ["KINDS", "OverlayStore", "Repository", "Store", "Unit", "with_repository"]


def __dir__() -> list[str]:
    return __all__
