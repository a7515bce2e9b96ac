"""Stores that do not keep an instant, or do not find what is due by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

import attrs

from loyalcore.domain.ledger import Ledger
from loyalcore.testing.broken._wrapped import Unit, Wrapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from loyalcore.domain.decision import Ref
    from loyalcore.query import All

BERLIN = ZoneInfo("Europe/Berlin")


class _KeepingUnit(Unit):
    """Gives instants as `keep` has kept them."""

    @staticmethod
    def keep(at: datetime) -> datetime:
        """Keep an instant as it is."""
        return at

    def load(self, refs: Collection[Ref], lock: bool = False) -> dict[Ref, Any]:
        """Load records with the instants that were kept."""
        return {ref: self._kept(found) for ref, found in super().load(refs, lock).items()}

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Stream records with the instants that were kept."""
        return (self._kept(record) for record in super().stream(query, at))

    def _kept(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.keep(value)
        if type(value) is tuple:
            return tuple(self._kept(each) for each in value)
        if not attrs.has(type(value)):
            return value
        fields = {field.alias or field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        return type(value)(**{name: self._kept(each) for name, each in fields.items()})


class _TruncatingUnit(_KeepingUnit):
    @staticmethod
    def keep(at: datetime) -> datetime:
        """Keep the milliseconds."""
        return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Truncating(Wrapped):
    """Keeps instants to the millisecond.

    Source: NCI-Agency/anet#397, openhatch/oh-mainline#1341 (instants come back cut or rounded).
    """

    units: ClassVar[type[Unit]] = _TruncatingUnit


class _NaiveUnit(_KeepingUnit):
    @staticmethod
    def keep(at: datetime) -> datetime:
        """Keep no zone."""
        return at.replace(tzinfo=None)


class Naive(Wrapped):
    """Gives datetimes without a zone.

    Source: Opentrons/opentrons#10053, schireson/pytest-mock-resources#29 (aware on the way in, naive on the way out).
    """

    units: ClassVar[type[Unit]] = _NaiveUnit


class _LocalTimeUnit(_KeepingUnit):
    @staticmethod
    def keep(at: datetime) -> datetime:
        """Keep the wall time."""
        return at.astimezone(BERLIN).replace(tzinfo=UTC)


class LocalTime(Wrapped):
    """Writes the wall time of its own zone, and reads it as if it were UTC: points end an hour or two late.

    Source: s2member#612, lifterlms#552, odoo#222428, pretix#296 (a last day ends early, by the zone of a server).
    """

    units: ClassVar[type[Unit]] = _LocalTimeUnit


class _LabellingUnit(Unit):
    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Pass over due ledgers without a lot that expires."""
        for record in super().stream(query, at):
            is_ledger = query.due_by is not None and query.kind is Ledger
            if not is_ledger or any(lot.expires_at is not None for lot in record.lots):
                yield record


class Labelling(Wrapped):
    """Finds what is due by a label that only some lots have: what is due for another reason stays.

    Source: liberu ecommerce-laravel#1056 (points of another label never lapse).
    """

    units: ClassVar[type[Unit]] = _LabellingUnit
