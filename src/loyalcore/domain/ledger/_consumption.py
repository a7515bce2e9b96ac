"""In which order lots are spent: one sort key per order, each ending with the lot's number so that it is total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.ledger._kernel import OpenLot


def _soonest_expiry(lot: OpenLot) -> tuple[int, int, int]:
    return (lot.expires_at, lot.active_from, lot.lot)


def _oldest_first(lot: OpenLot) -> int:
    return lot.lot


def _newest_first(lot: OpenLot) -> int:
    return -lot.lot


CONSUMPTION: dict[str, Callable[[OpenLot], Any]] = {
    "soonest_expiry": _soonest_expiry,
    "oldest_first": _oldest_first,
    "newest_first": _newest_first,
}
