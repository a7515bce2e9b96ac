"""The reference store: records in dictionaries, for tests, simulations and notebooks."""

from loyalcore.adapters.memory._store import MemoryStore, MemoryUnit

__all__ = ["MemoryStore", "MemoryUnit"]


def __dir__() -> list[str]:
    return __all__
