"""Stores that are wrong in one way each, as real ones have been, and the test of the contract that catches each.

They prove the contract suite, and show what a mistake looks like there: a store of yours that fails the same test has
probably the same fault. None is meant to be used.
"""

from loyalcore.testing.broken._catches import CATCHES, Catch
from loyalcore.testing.broken.keys import AnyPayload, CaseFolding, EarlyCount, LookFirst, Padding, UsedUpKey
from loyalcore.testing.broken.listings import AnyProgram, DueListed, RepeatedRow
from loyalcore.testing.broken.lots import NewestFirst, SpendBlind, StaleLots, UncappedReversal
from loyalcore.testing.broken.notices import Hasty, LostLease, StuckClaim
from loyalcore.testing.broken.orders import FirstPage, OwnNumbers, StaleOwner, StaleTier
from loyalcore.testing.broken.referrals import EitherSide, FirstWrite, OwnCodes
from loyalcore.testing.broken.removals import BlindRemoval, NameKept, StaleIndex, StillListed, WideWipe, WipeLast
from loyalcore.testing.broken.returns import PricedReversal, SharedReversal, TodaysRule, UndatedRestore
from loyalcore.testing.broken.times import Labelling, LocalTime, Naive, Truncating
from loyalcore.testing.broken.units import (
    CountedSequence,
    Forgetting,
    Leaky,
    OutboxApart,
    ProjectionApart,
    RacyRead,
    SwallowedCommit,
)
from loyalcore.testing.broken.versions import BlindWrite, Careless, EarlyCheck, LateLock, RowCountIgnored, StaleRetry

__all__ = [
    "CATCHES",
    "AnyPayload",
    "AnyProgram",
    "BlindRemoval",
    "BlindWrite",
    "Careless",
    "CaseFolding",
    "Catch",
    "CountedSequence",
    "DueListed",
    "EarlyCheck",
    "EarlyCount",
    "EitherSide",
    "FirstPage",
    "FirstWrite",
    "Forgetting",
    "Hasty",
    "Labelling",
    "LateLock",
    "Leaky",
    "LocalTime",
    "LookFirst",
    "LostLease",
    "Naive",
    "NameKept",
    "NewestFirst",
    "OutboxApart",
    "OwnCodes",
    "OwnNumbers",
    "Padding",
    "PricedReversal",
    "ProjectionApart",
    "RacyRead",
    "RepeatedRow",
    "RowCountIgnored",
    "SharedReversal",
    "SpendBlind",
    "StaleIndex",
    "StaleLots",
    "StaleOwner",
    "StaleRetry",
    "StaleTier",
    "StillListed",
    "StuckClaim",
    "SwallowedCommit",
    "TodaysRule",
    "Truncating",
    "UncappedReversal",
    "UndatedRestore",
    "UsedUpKey",
    "WideWipe",
    "WipeLast",
]


def __dir__() -> list[str]:
    return __all__
