"""The executor: one way through for every command."""

from loyalcore.execution._executor import ATTEMPTS_MAX, Executor

__all__ = ["ATTEMPTS_MAX", "Executor"]


def __dir__() -> list[str]:
    return __all__
