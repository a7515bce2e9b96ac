"""A store with some kinds of record kept elsewhere: the host's customers in the host's own table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import ChangeSet
from loyalcore.errors import CapabilityMissing, InvalidInput
from loyalcore.store._columns import KIND_OF, KINDS_OF_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.domain.decision import Ref
    from loyalcore.query import All, Listing
    from loyalcore.store._protocol import Lists, Repository, Store, Unit


def with_repository(store: Store, kind: type[Any], repository: Callable[[Unit], Repository]) -> OverlayStore:
    """Keep one kind of record in a repository of the host's own, and the rest in a store.

    Args:
        store: The store for everything else.
        kind: The class of the records, such as `Customer`.
        repository: Makes the repository for a unit of `store`; it writes within that unit's transaction.

    Returns:
        A store that sends each record to where it is kept.

    Raises:
        InvalidInput: It is no kind of record.

    Source: HOUSE decision (a host may keep customers in its own table).

    Example:
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> from loyalcore.domain.customers import Customer
        >>> mine, rest = MemoryStore(), MemoryStore()
        >>> kept = with_repository(rest, Customer, lambda unit: mine.unit())
        >>> sorted(rest.abilities - kept.abilities)  # a function says nothing of lists; a class with `page` does
        ['pages']
    """
    if not any(kind is known for known in KIND_OF.values()):
        raise InvalidInput("give the class of a record, such as Customer", path="kind")
    return OverlayStore(store, kind, repository)


@attrs.frozen
class OverlayStore:
    """A store whose records of one kind are kept by a host's repository."""

    store: Store
    kind: type[Any]
    repository: Callable[[Unit], Repository]

    @property
    def abilities(self) -> frozenset[str]:
        """What the store underneath offers; no `pages` where the repository lacks those of its records."""
        has_pages = hasattr(self.repository, "page") or not any(self.kind in kinds for kinds in KINDS_OF_ROW.values())
        return self.store.abilities - (frozenset() if has_pages else {"pages"})

    def within(self, connection: object) -> OverlayStore:
        """Work inside the transaction of a connection of the host's, where the store underneath offers that."""
        lending: Any = self.store
        return OverlayStore(lending.within(connection), self.kind, self.repository)

    def unit(self, *, readonly: bool = False) -> Unit:
        """Open a unit of the store underneath, with the repository beside it."""
        return _OverlayUnit(self, self.store.unit(readonly=readonly))


class _OverlayUnit:
    def __init__(self, overlay: OverlayStore, unit: Unit) -> None:
        self._kind = overlay.kind
        self._make = overlay.repository
        self._unit = unit

    def __enter__(self) -> Self:
        self._unit.__enter__()
        try:
            self._own = self._make(self._unit)
        except BaseException as error:
            self._unit.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._unit.__exit__(kind, error, trace)

    def commit(self) -> None:
        self._unit.commit()

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        own = [ref for ref in refs if KIND_OF[type(ref)] is self._kind]
        rest = [ref for ref in refs if KIND_OF[type(ref)] is not self._kind]
        found: dict[Ref, Any] = dict(self._own.load(own, lock)) if own else {}
        if rest:
            found.update(self._unit.load(rest, lock))
        return found

    def apply(self, changes: ChangeSet) -> None:
        own = ChangeSet(
            puts=tuple(put for put in changes.puts if isinstance(put.record, self._kind)),
            parts=tuple(part for part in changes.parts if isinstance(part, self._kind)),
            inserts=tuple(record for record in changes.inserts if isinstance(record, self._kind)),
            removes=tuple(remove for remove in changes.removes if KIND_OF[type(remove.ref)] is self._kind),
            wipes=tuple(wipe for wipe in changes.wipes if wipe.kind is self._kind),
        )
        rest = ChangeSet(
            puts=tuple(put for put in changes.puts if not isinstance(put.record, self._kind)),
            parts=tuple(part for part in changes.parts if not isinstance(part, self._kind)),
            inserts=tuple(record for record in changes.inserts if not isinstance(record, self._kind)),
            removes=tuple(remove for remove in changes.removes if KIND_OF[type(remove.ref)] is not self._kind),
            wipes=tuple(wipe for wipe in changes.wipes if wipe.kind is not self._kind),
        )
        if own:
            self._own.apply(own)
        if rest:
            self._unit.apply(rest)

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        source = self._own if query.kind is self._kind else self._unit
        return source.stream(query, at)

    def page(self, listing: Listing, at: datetime) -> Sequence[Any]:
        return self._lists(listing).page(listing, at)

    def count(self, listing: Listing, at: datetime) -> int:
        return self._lists(listing).count(listing, at)

    def _lists(self, listing: Listing) -> Lists:
        """Give who has the rows of a list: the host's repository, where they are made of its records."""
        noun = listing.query.noun
        has_own = self._kind in KINDS_OF_ROW.get(noun.kind, ())
        found: Any = self._own if has_own else self._unit
        if not hasattr(found, "page"):
            raise CapabilityMissing(f"pages of {noun.name} in the repository of {self._kind.__name__}")
        lists: Lists = found
        return lists
