"""The protocols a host implements to keep loyalcore's records, with numbered promises."""

from loyalcore.store._columns import (
    ALL_OF,
    KIND_OF,
    KINDS_OF_ROW,
    from_columns,
    name_columns,
    names,
    narrowing,
    to_columns,
)
from loyalcore.store._listed import list_columns
from loyalcore.store._overlay import OverlayStore, with_repository
from loyalcore.store._protocol import KINDS, Lists, Repository, Store, Unit
from loyalcore.store._sortable import SORTABLE_LENGTH, read_sortable, sortable

__all__ = [
    "ALL_OF",
    "KINDS",
    "KINDS_OF_ROW",
    "KIND_OF",
    "SORTABLE_LENGTH",
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
    "read_sortable",
    "sortable",
    "to_columns",
    "with_repository",
]


def __dir__() -> list[str]:
    return __all__
