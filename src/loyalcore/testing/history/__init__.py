"""The history checker: workers write down what they asked and were told, and a check holds it against the store.

`Recorder` runs commands and writes a `Log`; `History` reads the logs of all workers; `check` says whether everything
that was acknowledged is stored, everything stored was attempted, and nothing happened twice.
"""

from loyalcore.testing.history._check import LAWS, Report, check, examine
from loyalcore.testing.history._history import Call, History
from loyalcore.testing.history._line import Line, What
from loyalcore.testing.history._log import Log
from loyalcore.testing.history._recorder import Recorder
from loyalcore.testing.history._violation import Violation

__all__ = ["LAWS", "Call", "History", "Line", "Log", "Recorder", "Report", "Violation", "What", "check", "examine"]


def __dir__() -> list[str]:
    return __all__
