"""Scenario files: a program, steps, and what each must answer, as data that any language can write.

The format is described in `docs/reference/scenarios.md`.
"""

from loyalcore.testing.scenarios._document import Scenario
from loyalcore.testing.scenarios._files import run_files
from loyalcore.testing.scenarios._match import Difference
from loyalcore.testing.scenarios._run import Mismatch, run
from loyalcore.testing.scenarios._steps import Step

__all__ = ["Difference", "Mismatch", "Scenario", "Step", "run", "run_files"]


def __dir__() -> list[str]:
    return __all__
