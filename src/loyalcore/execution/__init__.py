"""The executor: one way through for every command."""

from loyalcore.execution._collector import without_collector
from loyalcore.execution._executor import ATTEMPTS_MAX, Executor

__all__ = ["ATTEMPTS_MAX", "Executor", "without_collector"]


def __dir__() -> list[str]:
    return __all__
