"""Stores that take away too much, too little, or something else than was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.adapters.memory import _store as memory
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import HolderRef, Wipe
from loyalcore.errors import StaleVersion
from loyalcore.testing.broken._wrapped import Shelf, Wrapped

if TYPE_CHECKING:
    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.query import All


class _BlindShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Check no version of what goes."""
        super().check(attrs.evolve(changes, removes=()))


class BlindRemoval(Wrapped):
    """Takes a record away by its name, whatever was made of it since it was read.

    Source: oasp/oasp4j#303, open-mercato/open-mercato#3372 (the version is compared for a change, not for a deletion).
    """

    shelf: ClassVar[type[Shelf]] = _BlindShelf


class _WideShelf(Shelf):
    def write(self, changes: ChangeSet) -> None:
        """Wipe by how the name of a holder begins, in every environment."""
        named = {wipe for ref in self._all_refs() if (wipe := Wipe.of(ref)) is not None}
        wide = {
            wipe
            for wipe in named
            for asked in changes.wipes
            if wipe.kind is asked.kind and wipe.holder_id.startswith(asked.holder_id)
        }
        super().write(attrs.evolve(changes, wipes=(*changes.wipes, *wide)))


class WideWipe(Wrapped):
    """Deletes all of a holder by a pattern and without the whole key: what others have goes too.

    Source: smaramwbc/statewave#268, citusdata/activerecord-multi-tenant#30 (a bulk delete is not kept to its tenant).
    """

    shelf: ClassVar[type[Shelf]] = _WideShelf


class _ListingShelf(Shelf):
    def __init__(self, below: Shelf | None = None) -> None:
        super().__init__(below)
        self.marked: dict[Ref, Any] = dict(below.marked) if isinstance(below, _ListingShelf) else {}

    def write(self, changes: ChangeSet) -> None:
        """Keep what goes, with a mark that a look by name heeds."""
        self.marked.update((remove.ref, self.find(remove.ref)) for remove in changes.removes)
        super().write(changes)

    def matching(self, query: All) -> list[Any]:
        """Give what a query matches, whether it is marked or not."""
        marked = [record for record in self.marked.values() if type(record) is query.kind]
        return sorted([*super().matching(query), *marked], key=memory._name_of)


class StillListed(Wrapped):
    """Marks a record as deleted, and does not look at the mark when it streams.

    Source: nopCommerce#1906, kobotoolbox/kobocat#208, mattogodoy/nametag#128 (an export has what was deleted).
    """

    shelf: ClassVar[type[Shelf]] = _ListingShelf


class _TakenShelf(Shelf):
    def __init__(self, below: Shelf | None = None) -> None:
        super().__init__(below)
        self.left: set[Ref] = set(below.left) if isinstance(below, _TakenShelf) else set()

    def check(self, changes: ChangeSet) -> None:
        """Refuse a name that a record with a mark has still."""
        super().check(changes)
        if any(put.expected is None and put.ref in self.left for put in changes.puts):
            raise StaleVersion("record")

    def write(self, changes: ChangeSet) -> None:
        """Keep the names of what goes."""
        self.left.update(remove.ref for remove in changes.removes)
        super().write(changes)


class NameKept(Wrapped):
    """Marks a record as deleted, and leaves its name taken: nobody can be registered under it again.

    Source: Sylius/Sylius#2537, getodk/central-backend#54, openziti/zrok#1109 (a deleted user cannot come back).
    """

    shelf: ClassVar[type[Shelf]] = _TakenShelf


class _IndexedShelf(Shelf):
    def __init__(self, below: Shelf | None = None) -> None:
        super().__init__(below)
        self.index: dict[Ref, Any] = dict(below.index) if isinstance(below, _IndexedShelf) else {}

    def write(self, changes: ChangeSet) -> None:
        """Write customers into an index beside their table."""
        super().write(changes)
        rows = [put.record for put in changes.puts if isinstance(put.record, Customer)]
        self.index.update((HolderRef(row.environment, row.holder_id), row) for row in rows)

    def find(self, ref: Ref) -> Any:
        """Find the customer of a holder in the index alone."""
        return self.index.get(ref) if isinstance(ref, HolderRef) else super().find(ref)


class StaleIndex(Wrapped):
    """Takes a customer away, and leaves the entry by which the customer is found from the holder.

    Source: sourcenetwork/defradb#5056 (entries of a secondary index stay behind).
    """

    shelf: ClassVar[type[Shelf]] = _IndexedShelf


class _UndoneShelf(Shelf):
    def write(self, changes: ChangeSet) -> None:
        """Write first, and wipe what is there afterwards."""
        super().write(attrs.evolve(changes, wipes=()))
        super().write(type(changes)(wipes=changes.wipes))


class WipeLast(Wrapped):
    """Wipes after it has written: what the same change set says anew is gone as well.

    Source: HOUSE 4 (what a change set says is there when it was applied).
    """

    shelf: ClassVar[type[Shelf]] = _UndoneShelf
