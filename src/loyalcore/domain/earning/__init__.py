"""Earning: what an order is worth in points, rule by rule, and how many points may pay for it."""

from loyalcore.domain.earning._checks import NOUNS, check_functions, check_row
from loyalcore.domain.earning._decide import Earned, earn
from loyalcore.domain.earning._model import EarningRule, Steps
from loyalcore.domain.earning._plan import Plan, plans_of
from loyalcore.domain.earning._purchase import Purchase
from loyalcore.domain.earning._quote import barred, lessened, quote, without_over
from loyalcore.domain.earning._redeem import Redemption, price_in_points, redeemable, value_of
from loyalcore.domain.earning._trace import Quote, QuotedAward, Step, Why

__all__ = [
    "NOUNS",
    "Earned",
    "EarningRule",
    "Plan",
    "Purchase",
    "Quote",
    "QuotedAward",
    "Redemption",
    "Step",
    "Steps",
    "Why",
    "barred",
    "check_functions",
    "check_row",
    "earn",
    "lessened",
    "plans_of",
    "price_in_points",
    "quote",
    "redeemable",
    "value_of",
    "without_over",
]


def __dir__() -> list[str]:
    return __all__
