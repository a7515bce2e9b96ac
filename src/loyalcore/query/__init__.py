"""Queries: for now the one that matches everything, within a prefix of the records' names."""

from loyalcore.query._tree import All

__all__ = ["All"]


def __dir__() -> list[str]:
    return __all__
