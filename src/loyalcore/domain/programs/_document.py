"""The document of a program, version 1: its keys, how each is read, and how each is written.

Reading goes on after a fault, so that all of them are found at once: a setting with a fault counts as not said, and is
left out where settings are checked against each other.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import CustomerPolicy
from loyalcore.domain.ledger import (
    EntryKind,
    ExpiryAnchor,
    ExpiryModel,
    JoinPolicy,
    PointsNotice,
    PointsPolicy,
    ReturnPolicy,
    Shortfall,
)
from loyalcore.domain.programs._check import (
    CUSTOMERS,
    check_activities,
    check_id,
    check_leads,
    check_marks,
    check_notices,
    check_points_name,
    check_scale,
    check_version,
    model_faults,
)
from loyalcore.domain.programs._levels import read_ledger_tiers, read_tiers
from loyalcore.domain.programs._referrals import read_referrals
from loyalcore.domain.programs._rules import ORDERS, read_orders, read_rules
from loyalcore.domain.programs._table import Table, as_it_is, choice, exact, kind_of
from loyalcore.errors import Fault, InvalidDocument, InvalidInput
from loyalcore.values.calendar import check_zone, parse_duration, parse_expiry, parse_start
from loyalcore.values.clock import check_instant, parse_instant
from loyalcore.values.ids import check_word
from loyalcore.values.money import check_currency
from loyalcore.values.points import Rounding, check_points

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.programs._table import Read
    from loyalcore.values.calendar import Duration


def _activities(value: object, path: str) -> frozenset[EntryKind]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of entry kinds, not {kind_of(value)}", path=path)
    read = choice(EntryKind)
    return check_activities(frozenset(read(each, path) for each in value), path)


def _notices(value: object, path: str) -> frozenset[PointsNotice]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of notices, not {kind_of(value)}", path=path)
    read = choice(PointsNotice)
    return check_notices(frozenset(read(each, path) for each in value), path)


def _instant(value: object, path: str) -> datetime:
    return parse_instant(value, path) if isinstance(value, str) else check_instant(value, path)


def _leads(value: object, path: str) -> tuple[Duration, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of leads, not {kind_of(value)}", path=path)
    return check_leads(tuple(parse_duration(each, f"{path}[{index}]") for index, each in enumerate(value)), path)


def _marks(value: object, path: str) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of points, not {kind_of(value)}", path=path)
    return check_marks(tuple(exact(each, path) for each in value), path)


_PROGRAM: Final[dict[str, Read]] = {
    "id": check_id,
    "version": check_version,
    "applies_from": _instant,
    "currency": check_currency,
    "timezone": lambda value, path: check_zone(value, path).key,
    "points": as_it_is,
    "customers": as_it_is,
    "orders": as_it_is,
    "earning": as_it_is,
    "tiers": as_it_is,
    "ledger_tiers": as_it_is,
    "referrals": as_it_is,
}
_POINTS: Final[dict[str, Read]] = {
    "name": check_points_name,
    "scale": check_scale,
    "activation": parse_start,
    "expiry": parse_expiry,
    "expiry_anchor": choice(ExpiryAnchor),
    "expiry_model": choice(ExpiryModel),
    "inactivity": parse_duration,
    "activities": _activities,
    "consumption": check_word,
    "shortfall": choice(Shortfall),
    "overdraft_max": lambda value, path: check_points(exact(value, path), path, minimum=0),
    "return_policy": choice(ReturnPolicy),
    "rounding": choice(Rounding),
    "join_policy": choice(JoinPolicy),
    "hold_for": parse_duration,
    "notices": _notices,
    "balance_marks": _marks,
    "expiring_notices": _leads,
}


def read_document(values: object) -> dict[str, Any]:
    """Return the fields of the program that a document describes.

    Args:
        values: The tables of the document.

    Raises:
        InvalidDocument: It has faults: all of them.
    """
    faults: list[Fault] = []
    table = Table(values, "", faults, _PROGRAM)
    fields = {
        "id": table.need("id"),
        "version": table.read("version", 1),
        "applies_from": table.read("applies_from"),
        "currency": table.need("currency"),
        "timezone": table.need("timezone"),
        "points": _read_points(Table(table.read("points", {}), "points", faults, _POINTS)),
        "customers": _read_customers(Table(table.read("customers", {}), "customers", faults, CUSTOMERS)),
        "orders": read_orders(Table(table.read("orders", {}), "orders", faults, ORDERS)),
        "earning": read_rules(table),
        "tiers": read_tiers(table.values["tiers"], "tiers", faults) if "tiers" in table.values else None,
        "ledger_tiers": read_ledger_tiers(table),
        "referrals": read_referrals(table.values["referrals"], faults) if "referrals" in table.values else None,
    }
    if faults:
        raise InvalidDocument(faults)
    return fields


def _read_points(table: Table) -> PointsPolicy:
    default = PointsPolicy()
    policy = PointsPolicy(**{key: table.read(key, getattr(default, key)) for key in _POINTS})
    table.faults += model_faults(policy, table.wrong)
    return policy


def _read_customers(table: Table) -> CustomerPolicy:
    default = CustomerPolicy()
    return CustomerPolicy(**{key: table.read(key, getattr(default, key)) for key in CUSTOMERS})


def points_document(policy: PointsPolicy) -> dict[str, Any]:
    """Return the `points` table of a policy; what is not limited or not set is left out."""
    table: dict[str, Any] = {}
    for key in _POINTS:
        value = getattr(policy, key)
        if isinstance(value, tuple):
            table[key] = [each if isinstance(each, int) else str(each) for each in value]
        elif isinstance(value, frozenset):
            table[key] = sorted(kind.value for kind in value)
        elif isinstance(value, Enum):
            table[key] = value.value
        elif value is not None:
            table[key] = value if isinstance(value, int) else str(value)
    return table


def customers_document(policy: CustomerPolicy) -> dict[str, Any]:
    """Return the `customers` table of a policy."""
    return {key: getattr(policy, key) for key in CUSTOMERS}
