"""Deterministic simulation: one seed gives a program, several hosts, what they do, and what goes wrong.

    python -m loyalcore.testing.simulation --steps 100000 --seed 1

Hosts with clocks of their own run commands against one store and change places at every store call. Calls fail,
answers are lost, commands come twice, reads are stale, clocks jump, sweeps run at any time, and some calls are
malformed. After every commit every law is checked; every answer is held against what was written. A failure is a seed
and a short script, plain data that can be played on any store.
"""

from typing import TYPE_CHECKING

from loyalcore.testing.simulation._baton import Turns
from loyalcore.testing.simulation._campaign import Report, simulate
from loyalcore.testing.simulation._counts import Counts
from loyalcore.testing.simulation._generator import make_script
from loyalcore.testing.simulation._run import Outcome, replay_script
from loyalcore.testing.simulation._script import Act, Fault, Mishap, Script, Way
from loyalcore.testing.simulation._shrink import shrink
from loyalcore.testing.simulation._stores import STORES
from loyalcore.testing.simulation._watch import Violation

if TYPE_CHECKING:
    from loyalcore.testing.simulation._campaign import Opens as Opens

__all__ = [
    "STORES",
    "Act",
    "Counts",
    "Fault",
    "Mishap",
    "Outcome",
    "Report",
    "Script",
    "Turns",
    "Violation",
    "Way",
    "make_script",
    "replay_script",
    "shrink",
    "simulate",
]


def __dir__() -> list[str]:
    return __all__
