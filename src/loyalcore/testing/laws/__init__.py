"""The laws: what holds of every history, whatever the policy.

Each law plays a history on a memory store and raises `AssertionError` where it is broken. The property tests draw the
histories, and the planted faults show that each law can be broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.testing.laws._members import check_member, members
from loyalcore.testing.laws._movement import check_answer, check_merge, check_moved, difference_of, movement
from loyalcore.testing.laws._once import once, preview
from loyalcore.testing.laws._referrals import check_referrals
from loyalcore.testing.laws._standing import (
    FIGURES,
    check_corrections,
    check_debts,
    check_figures,
    check_parts,
    conservation,
    corrections,
    deficit,
    lots,
    most_owed,
    verification,
)
from loyalcore.testing.laws._time import advanced, prefix, sweeps, two_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step

LAWS: dict[str, Callable[[Program, Sequence[Step]], None]] = {
    law.__name__: law
    for law in (
        conservation,
        corrections,
        deficit,
        lots,
        members,
        movement,
        once,
        prefix,
        preview,
        sweeps,
        two_steps,
        verification,
    )
}
"""Every law by its name."""

__all__ = [
    "FIGURES",
    "LAWS",
    "advanced",
    "check_answer",
    "check_corrections",
    "check_debts",
    "check_figures",
    "check_member",
    "check_merge",
    "check_moved",
    "check_parts",
    "check_referrals",
    "conservation",
    "corrections",
    "deficit",
    "difference_of",
    "lots",
    "members",
    "most_owed",
    "movement",
    "once",
    "prefix",
    "preview",
    "sweeps",
    "two_steps",
    "verification",
]


def __dir__() -> list[str]:
    return __all__
