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
    check_function_name,
    check_id,
    check_notices,
    check_points_name,
    check_scale,
    check_version,
    model_faults,
)
from loyalcore.domain.programs._rules import ORDERS, read_orders, read_rules
from loyalcore.domain.programs._table import Table, as_it_is, choice, exact, kind_of
from loyalcore.domain.tiers import Anchor, Downgrade, Level, Measure, TierSet, Window, parse_window
from loyalcore.errors import Fault, InvalidDocument, InvalidInput
from loyalcore.values.calendar import check_zone, parse_duration, parse_expiry, parse_start
from loyalcore.values.money import check_currency
from loyalcore.values.points import Rounding, check_points

if TYPE_CHECKING:
    from loyalcore.domain.programs._table import Read


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


_PROGRAM: Final[dict[str, Read]] = {
    "id": check_id,
    "version": check_version,
    "currency": check_currency,
    "timezone": lambda value, path: check_zone(value, path).key,
    "points": as_it_is,
    "customers": as_it_is,
    "orders": as_it_is,
    "earning": as_it_is,
    "tiers": as_it_is,
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
    "consumption": check_function_name,
    "shortfall": choice(Shortfall),
    "overdraft_max": lambda value, path: check_points(exact(value, path), path, minimum=0),
    "return_policy": choice(ReturnPolicy),
    "rounding": choice(Rounding),
    "join_policy": choice(JoinPolicy),
    "hold_for": parse_duration,
    "notices": _notices,
}
_TIERS: Final[dict[str, Read]] = {
    "measure": choice(Measure),
    "window": parse_window,
    "downgrade": choice(Downgrade),
    "expires_in": parse_duration,
    "anchor": choice(Anchor),
    "levels": as_it_is,
}
_LEVEL: Final[dict[str, Read]] = {"name": as_it_is, "at": exact}


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
        "currency": table.need("currency"),
        "timezone": table.need("timezone"),
        "points": _read_points(Table(table.read("points", {}), "points", faults, _POINTS)),
        "customers": _read_customers(Table(table.read("customers", {}), "customers", faults, CUSTOMERS)),
        "orders": read_orders(Table(table.read("orders", {}), "orders", faults, ORDERS)),
        "earning": read_rules(table),
        "tiers": None,
    }
    if "tiers" in table.values:
        fields["tiers"] = _read_tiers(Table(table.values["tiers"], "tiers", faults, _TIERS))
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


# What stands for a tier setting with a fault of its own, so that no second fault comes of it.
_HARMLESS: Final = {"measure": Measure.MONEY_SPENT, "expires_in": parse_duration("1Y", "expires_in")}


def _read_tiers(table: Table) -> TierSet | None:
    settings = {
        "measure": table.need("measure"),
        "window": table.read("window", Window()),
        "downgrade": table.read("downgrade", Downgrade.NEVER),
        "expires_in": table.read("expires_in"),
        "anchor": table.read("anchor", Anchor.TIER_START_DATE),
    }
    settings.update({key: value for key, value in _HARMLESS.items() if key in table.wrong})
    table.need("levels")
    places, levels = [], []
    for index, item in enumerate(table.tables("levels", _LEVEL, 'write [{name = "Gold", at = 500}]')):
        level = Level(item.need("name"), item.need("at"))
        if not item.wrong:
            places.append(index)
            levels.append(level)
    if "levels" in table.wrong or (not levels and table.values["levels"]):
        # There is nothing to check in them: a level that is never read makes the rest complete.
        levels = [Level("-", 0)]
    try:
        return TierSet(**settings, levels=tuple(levels))
    except InvalidDocument as error:
        table.adopt(error, places)
        return None


def points_document(policy: PointsPolicy) -> dict[str, Any]:
    """Return the `points` table of a policy; what is not limited or not set is left out."""
    table: dict[str, Any] = {}
    for key in _POINTS:
        value = getattr(policy, key)
        if isinstance(value, frozenset):
            table[key] = sorted(kind.value for kind in value)
        elif isinstance(value, Enum):
            table[key] = value.value
        elif value is not None:
            table[key] = value if isinstance(value, int) else str(value)
    return table


def customers_document(policy: CustomerPolicy) -> dict[str, Any]:
    """Return the `customers` table of a policy."""
    return {key: getattr(policy, key) for key in CUSTOMERS}


def tiers_document(tiers: TierSet) -> dict[str, Any]:
    """Return the `tiers` table of a tier set."""
    table: dict[str, Any] = {
        "measure": tiers.measure.value,
        "window": tiers.window.text,
        "downgrade": tiers.downgrade.value,
        "anchor": tiers.anchor.value,
        "levels": [
            {"name": level.name, "at": level.at if isinstance(level.at, int) else f"{level.at:f}"}
            for level in tiers.levels
        ],
    }
    if tiers.expires_in is not None:
        table["expires_in"] = tiers.expires_in.text
    return table
