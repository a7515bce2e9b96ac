"""The protocols a host implements to keep loyalcore's records, with numbered promises."""

from loyalcore.store._columns import KIND_OF, KINDS_OF_ROW, from_columns, name_columns, names, narrowing, to_columns
from loyalcore.store._listed import list_columns
from loyalcore.store._overlay import OverlayStore, with_repository
from loyalcore.store._protocol import KINDS, Lists, Repository, Store, Unit

__all__ = [
    "KINDS",
    "KINDS_OF_ROW",
    "KIND_OF",
    "Lists",
    "OverlayStore",
    "Repository",
    "Store",
    "Unit",
    "from_columns",
    "list_columns",
    "name_columns",
    "names",
    "narrowing",
    "to_columns",
    "with_repository",
]


def __dir__() -> list[str]:
    return __all__
