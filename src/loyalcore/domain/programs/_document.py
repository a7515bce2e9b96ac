"""The document of a program, version 1: its keys, how each is read, and how each is written.

Reading goes on after a fault, so that all of them are found at once: a setting with a fault counts as not said, and is
left out where settings are checked against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import CustomerPolicy
from loyalcore.domain.earning import EarningRule
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
    earning_faults,
    fault_of,
    model_faults,
)
from loyalcore.domain.tiers import Anchor, Downgrade, Level, Measure, TierSet, Window, parse_window
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.calendar import check_zone, parse_duration, parse_expiry, parse_start
from loyalcore.values.money import check_currency
from loyalcore.values.points import Rounding, check_points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Read = Callable[[object, str], Any]

_SHOWN_MAX: Final = 40
_INDEX = re.compile(r"\[([0-9]+)\]")
_LATER: Final = {"customer_attribute": "is not built yet: use tier_start_date, program_join_date or absolute"}


class _Table:
    """A table of a document that is being read; its faults go to the one list of the document."""

    def __init__(self, values: object, path: str, faults: list[Fault], keys: Mapping[str, Read]) -> None:
        self.path = path
        self.faults = faults
        self.keys = keys
        self.wrong: set[str] = set()
        self.values: Mapping[Any, Any] = {}
        if isinstance(values, Mapping):
            self.values = values
            faults += [self._unknown(key) for key in values if key not in keys]
        else:
            faults.append(Fault(path, f"must be a table, not {_kind(values)}"))
            self.wrong.update(keys)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _unknown(self, key: object) -> Fault:
        if not isinstance(key, str):
            return Fault(self.path, f"has a key that is no text but {_kind(key)}")
        shown = ascii(key[:_SHOWN_MAX])[1:-1]
        close = get_close_matches(shown, [*self.keys], n=1)
        return Fault(self.at(shown), "is no key of this table" + (f"; did you mean {close[0]}?" if close else ""))

    def read(self, key: str, default: Any = None) -> Any:
        """Return a setting; the default where it is not said or has a fault."""
        if key not in self.values:
            return default
        try:
            return self.keys[key](self.values[key], self.at(key))
        except (InvalidInput, LimitExceeded) as error:
            self.faults.append(fault_of(error))
            self.wrong.add(key)
            return default

    def need(self, key: str) -> Any:
        """Return a setting that must be said; None where it is not or has a fault."""
        if key not in self.values and key not in self.wrong:
            self.faults.append(Fault(self.at(key), "is required"))
            self.wrong.add(key)
        return self.read(key)

    def tables(self, key: str, keys: Mapping[str, Read], form: str) -> list[_Table]:
        """Return the tables of a list of tables."""
        items = self.values.get(key, [])
        if isinstance(items, list | tuple):
            return [_Table(item, f"{self.at(key)}[{index}]", self.faults, keys) for index, item in enumerate(items)]
        self.faults.append(Fault(self.at(key), f"must be a list of tables: {form}"))
        self.wrong.add(key)
        return []

    def adopt(self, error: InvalidDocument, places: Sequence[int] = ()) -> None:
        """Take the faults of a value built from this table; `places` says which of its levels are which of ours."""
        for path, message in error.faults:
            here = _INDEX.sub(lambda match: f"[{places[int(match[1])]}]", path) if places else path
            self.faults.append(Fault(self.at(here), message))


def _kind(value: object) -> str:
    return {dict: "a table", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(
        type(value), f"{type(value).__name__}"
    )


def _choice(kind: type[Enum]) -> Read:
    values = {each.value: each for each in kind}

    def read(value: object, path: str) -> Enum:
        if isinstance(value, str):
            if value in values:
                return values[value]
            if value in _LATER and kind is Anchor:
                raise InvalidInput(_LATER[value], path=path)
            close = get_close_matches(value[:_SHOWN_MAX], values, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
        else:
            hint = f", not {_kind(value)}"
        raise InvalidInput(f"must be one of {', '.join(values)}{hint}", path=path)

    return read


def _activities(value: object, path: str) -> frozenset[EntryKind]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of entry kinds, not {_kind(value)}", path=path)
    read = _choice(EntryKind)
    return check_activities(frozenset(read(each, path) for each in value), path)


def _notices(value: object, path: str) -> frozenset[PointsNotice]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of notices, not {_kind(value)}", path=path)
    read = _choice(PointsNotice)
    return check_notices(frozenset(read(each, path) for each in value), path)


def _as_it_is(value: object, path: str) -> Any:
    return value


def _exact(value: object, path: str) -> Any:
    """Say of a float how to write it, where money or points are meant; all else is judged by the rule that it is of."""
    if isinstance(value, float):
        raise InvalidInput(
            'must not be a float: write money as text, such as "1.50", and points as a whole number', path=path
        )
    return value


_PROGRAM: Final[dict[str, Read]] = {
    "id": check_id,
    "version": check_version,
    "currency": check_currency,
    "timezone": lambda value, path: check_zone(value, path).key,
    "points": _as_it_is,
    "customers": _as_it_is,
    "earning": _as_it_is,
    "tiers": _as_it_is,
}
_POINTS: Final[dict[str, Read]] = {
    "name": check_points_name,
    "scale": check_scale,
    "activation": parse_start,
    "expiry": parse_expiry,
    "expiry_anchor": _choice(ExpiryAnchor),
    "expiry_model": _choice(ExpiryModel),
    "inactivity": parse_duration,
    "activities": _activities,
    "consumption": check_function_name,
    "shortfall": _choice(Shortfall),
    "overdraft_max": lambda value, path: check_points(_exact(value, path), path, minimum=0),
    "return_policy": _choice(ReturnPolicy),
    "rounding": _choice(Rounding),
    "join_policy": _choice(JoinPolicy),
    "hold_for": parse_duration,
    "notices": _notices,
}
_RULE: Final[dict[str, Read]] = {"id": _as_it_is, "points": _exact, "per": _exact}
_TIERS: Final[dict[str, Read]] = {
    "measure": _choice(Measure),
    "window": parse_window,
    "downgrade": _choice(Downgrade),
    "expires_in": parse_duration,
    "anchor": _choice(Anchor),
    "levels": _as_it_is,
}
_LEVEL: Final[dict[str, Read]] = {"name": _as_it_is, "at": _exact}


def read_document(values: object) -> dict[str, Any]:
    """Return the fields of the program that a document describes.

    Args:
        values: The tables of the document.

    Raises:
        InvalidDocument: It has faults: all of them.
    """
    faults: list[Fault] = []
    table = _Table(values, "", faults, _PROGRAM)
    fields = {
        "id": table.need("id"),
        "version": table.read("version", 1),
        "currency": table.need("currency"),
        "timezone": table.need("timezone"),
        "points": _read_points(_Table(table.read("points", {}), "points", faults, _POINTS)),
        "customers": _read_customers(_Table(table.read("customers", {}), "customers", faults, CUSTOMERS)),
        "earning": _read_rules(table),
        "tiers": None,
    }
    if "tiers" in table.values:
        fields["tiers"] = _read_tiers(_Table(table.values["tiers"], "tiers", faults, _TIERS))
    if faults:
        raise InvalidDocument(faults)
    return fields


def _read_points(table: _Table) -> PointsPolicy:
    default = PointsPolicy()
    policy = PointsPolicy(**{key: table.read(key, getattr(default, key)) for key in _POINTS})
    table.faults += model_faults(policy, table.wrong)
    return policy


def _read_customers(table: _Table) -> CustomerPolicy:
    default = CustomerPolicy()
    return CustomerPolicy(**{key: table.read(key, getattr(default, key)) for key in CUSTOMERS})


def _read_rules(program: _Table) -> tuple[EarningRule, ...]:
    rules: list[EarningRule | None] = []
    for table in program.tables("earning", _RULE, "write [[earning]]"):
        rules.append(None)
        number = len(rules)
        try:
            rule = EarningRule(
                table.read("id", f"rule-{number}"),
                points=table.read("points", 1),
                per=table.read("per", 1),
            )
        except InvalidDocument as error:
            table.adopt(error)
        else:
            rules[-1] = None if "id" in table.wrong else rule
    program.faults += earning_faults(rules)
    return tuple(rule for rule in rules if rule is not None)


# What stands for a tier setting with a fault of its own, so that no second fault comes of it.
_HARMLESS: Final = {"measure": Measure.MONEY_SPENT, "expires_in": parse_duration("1Y", "expires_in")}


def _read_tiers(table: _Table) -> TierSet | None:
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


def rule_document(rule: EarningRule) -> dict[str, Any]:
    """Return the `earning` table of a rule."""
    return {"id": rule.id, "points": rule.points, "per": f"{rule.per:f}"}


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
