"""Stores that mistake whose an order is, how many there are, or what the member has come to by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.customers import Membership
from loyalcore.domain.decision import OrdersRef
from loyalcore.domain.orders import Order
from loyalcore.testing.broken._gap import PATIENCE
from loyalcore.testing.broken._wrapped import Shelf, Unit, Wrapped

if TYPE_CHECKING:
    from loyalcore.domain.customers import Standing
    from loyalcore.domain.decision import ChangeSet, Put, Ref

PAGE = 20


class _NumberedShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Refuse an order id only where its own holder has it."""
        super().check(attrs.evolve(changes, puts=tuple(put for put in changes.puts if not self._is_anothers(put))))

    def _is_anothers(self, put: Put) -> bool:
        made, found = put.record, self.find(put.ref)
        if put.expected is not None or not isinstance(made, Order):
            return False
        return found is not None and found.holder_id != made.holder_id


class OwnNumbers(Wrapped):
    """Numbers the orders of each customer by themselves: an id that another one has is no hindrance.

    Source: HOUSE 4 (what must be unique beyond one holder has a key of its own, an order id among it).
    """

    shelf: ClassVar[type[Shelf]] = _NumberedShelf


class _PagedShelf(Shelf):
    def find(self, ref: Ref) -> Any:
        """Give of the orders of a holder the first page."""
        found = super().find(ref)
        return found[:PAGE] if isinstance(ref, OrdersRef) else found


class FirstPage(Wrapped):
    """Asks for the orders of a holder page by page, and is content with the first page: an erasure leaves the others.

    Source: DOMAIN 3.7 (every personal value goes, whatever there is of it).
    """

    shelf: ClassVar[type[Shelf]] = _PagedShelf


class _StaleOwnerShelf(Shelf):
    def _find_all_of(self, ref: Ref) -> tuple[Any, ...]:
        """Give every order that has ever been the holder's, if it is there still."""
        if not isinstance(ref, OrdersRef):
            return super()._find_all_of(ref)
        named = (self._record(name) for name in self._names_in(ref))
        return tuple(sorted((order for order in named if order is not None), key=lambda order: str(order.order_id)))


class StaleOwner(Wrapped):
    """Finds orders by an index of holders that is added to and never cleared: an order is shown to who had its id once.

    Source: sourcenetwork/defradb#5056 (entries of a secondary index stay behind).
    """

    shelf: ClassVar[type[Shelf]] = _StaleOwnerShelf


class _LaggingUnit(Unit):
    def apply(self, changes: ChangeSet) -> None:
        """Keep a tier with the next figures, not with those that have given it."""
        super().apply(attrs.evolve(changes, puts=tuple(self._lagging(put) for put in changes.puts)))

    def _lagging(self, put: Put) -> Put:
        if not isinstance(put.record, Membership) or put.expected is None:
            return put
        store: Any = self._store
        newest, found = put.record.standing, self.load([put.ref])[put.ref]
        standing = store.waiting.get(put.ref, found.standing)
        store.waiting[put.ref] = newest
        return attrs.evolve(put, record=attrs.evolve(put.record, standing=standing))


class StaleTier(Wrapped):
    """Writes the figures of a member at once, and the tier that they give with the next ones: it is always one behind.

    Source: erpnext#22167, erpnext#14930 (a tier that is worked out from other figures than those shown).
    """

    units: ClassVar[type[Unit]] = _LaggingUnit

    def __init__(self, patience: float = PATIENCE) -> None:
        super().__init__(patience)
        self.waiting: dict[Ref, Standing] = {}
