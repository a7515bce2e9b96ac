"""Stores on which a key, a fact or a counter counts twice, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.decision import ChangeSet, Counter, FactRef, KeyRecord, KeyRef
from loyalcore.testing.broken._wrapped import Shelf, Unit, Wrapped, meet, write_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    from loyalcore.domain.decision import Ref


class _LookFirstShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Check no key and no fact."""
        kept = tuple(record for record in changes.inserts if not isinstance(record.ref, KeyRef | FactRef))
        super().check(attrs.evolve(changes, inserts=kept))


class LookFirst(Wrapped):
    """Looks whether a key was used before it writes, and has no unique name that would refuse the second one.

    Source: odoo#222372, OCA/pos#185, open-saas#688 (a delivery that comes twice is paid twice).
    """

    shelf: ClassVar[type[Shelf]] = _LookFirstShelf


class _Alike(str):
    """A digest that differs from none."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class _AnyDigests(dict[str, str]):
    def get(self, name: str, default: Any = None) -> Any:
        """Give a digest that fits whatever it is compared with."""
        return _Alike()


class _AnyPayloadUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load keys whose payload fits every command."""
        found = super().load(refs, lock)
        return {
            ref: attrs.evolve(record, digests=_AnyDigests()) if isinstance(record, KeyRecord) else record
            for ref, record in found.items()
        }


class AnyPayload(Wrapped):
    """Answers a key with what it was used for, whatever it is used for now.

    Source: msaad00/agent-bom#2969 (another payload gets the old answer).
    """

    units: ClassVar[type[Unit]] = _AnyPayloadUnit


class _UsedUpUnit(Unit):
    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Remember which keys were looked for."""
        found = super().load(refs, lock)
        missing = [ref for ref, record in found.items() if record is None and isinstance(ref, KeyRef)]
        self.__dict__.setdefault("missing", []).extend(missing)
        return found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            used = tuple(KeyRecord(ref, "refused", {}) for ref in self.__dict__.get("missing", []))
            write_now(self, ChangeSet(inserts=used))
        super().__exit__(kind, error, trace)


class UsedUpKey(Wrapped):
    """Writes down the key of a command that was refused.

    Source: ikyriak/IdempotentAPI#37 (a retry of what failed is refused).
    """

    units: ClassVar[type[Unit]] = _UsedUpUnit


class _FoldingUnit(Unit):
    """Compares keys by what `fold` makes of them."""

    @staticmethod
    def fold(key: str) -> str:
        """Fold nothing."""
        return key

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load by folded names."""
        found = super().load([_folded(ref, self.fold) for ref in refs], lock)
        return {ref: found[_folded(ref, self.fold)] for ref in refs}

    def apply(self, changes: ChangeSet) -> None:
        """Write under folded names."""
        inserts = tuple(
            attrs.evolve(record, ref=_folded(record.ref, self.fold)) if isinstance(record, KeyRecord) else record
            for record in changes.inserts
        )
        super().apply(attrs.evolve(changes, inserts=inserts))


def _folded(ref: Any, fold: Callable[[str], str]) -> Any:
    return attrs.evolve(ref, key=fold(ref.key)) if isinstance(ref, KeyRef) else ref


class _CaseUnit(_FoldingUnit):
    @staticmethod
    def fold(key: str) -> str:
        """Fold the case."""
        return key.casefold()


class CaseFolding(Wrapped):
    """Compares keys without case, as many collations do.

    Source: coleifer/peewee#2489, cloudwan/gohan#356 (the default collations of MySQL).
    """

    units: ClassVar[type[Unit]] = _CaseUnit


class _PaddingUnit(_FoldingUnit):
    @staticmethod
    def fold(key: str) -> str:
        """Drop the blanks at the end."""
        return key.rstrip()


class Padding(Wrapped):
    """Compares keys without the blanks at their end, as SQL's padding rule does.

    Source: cloudwan/gohan#356 (the padding collations of MySQL).
    """

    units: ClassVar[type[Unit]] = _PaddingUnit


class _EarlyCountUnit(Unit):
    def commit(self) -> None:
        """Check again what has a version, but not what was counted when it was applied."""
        meet(self)
        applied, self._applied = self._applied, []
        with self._store._lock:
            for changes in applied:
                checked = tuple(put for put in changes.puts if not isinstance(put.record, Counter))
                self._store._shelf.check(attrs.evolve(changes, puts=checked))
        for changes in applied:
            write_now(self, changes)


class EarlyCount(Wrapped):
    """Looks whether there is room, and raises the count without looking again.

    Source: saleor#544, django-oscar#2101, shopware#11245 (a voucher is used beyond its limit).
    """

    units: ClassVar[type[Unit]] = _EarlyCountUnit
