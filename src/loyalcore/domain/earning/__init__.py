"""Earning: what an order is worth in points, rule by rule."""

from loyalcore.domain.earning._decide import Earned, earn
from loyalcore.domain.earning._model import EarningRule

__all__ = ["Earned", "EarningRule", "earn"]


def __dir__() -> list[str]:
    return __all__
