"""What implementers and hosts test with: a clock that stands still, counted ids, scenarios, the contract suite."""

from loyalcore.testing._clock import CountedIds, FixedClock
from loyalcore.testing._example import example

__all__ = ["CountedIds", "FixedClock", "example"]


def __dir__() -> list[str]:
    return __all__
