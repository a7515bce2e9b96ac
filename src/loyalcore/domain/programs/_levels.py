"""The tables of tiers in a program's document: `tiers`, and `ledger_tiers` with one for each subledger."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.programs._check import check_ledger_id
from loyalcore.domain.programs._table import Table, as_it_is, choice, exact, kind_of
from loyalcore.domain.tiers import (
    Anchor,
    Downgrade,
    Level,
    Measure,
    Resets,
    TierNotice,
    TierSet,
    Window,
    check_attribute_name,
    parse_window,
)
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.calendar import Duration, parse_duration
from loyalcore.values.checks import fault_of
from loyalcore.values.ids import check_word

if TYPE_CHECKING:
    from loyalcore.domain.programs._table import Read


def _notices(value: object, path: str) -> frozenset[TierNotice]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of notices, not {kind_of(value)}", path=path)
    read = choice(TierNotice)
    return frozenset(read(each, path) for each in value)


_TIERS: Final[dict[str, Read]] = {
    "measure": choice(Measure),
    "function": check_word,
    "window": parse_window,
    "resets": choice(Resets),
    "downgrade": choice(Downgrade),
    "expires_in": parse_duration,
    "anchor": choice(Anchor),
    "anchor_attribute": check_attribute_name,
    "grace": parse_duration,
    "notices": _notices,
    "ending_days": exact,
    "levels": as_it_is,
}
_LEVEL: Final[dict[str, Read]] = {"name": as_it_is, "at": exact}
_DEFAULTS: Final[dict[str, Any]] = {
    "function": None,
    "window": Window(),
    "resets": Resets.NEVER,
    "downgrade": Downgrade.NEVER,
    "expires_in": None,
    "anchor": Anchor.TIER_START_DATE,
    "anchor_attribute": None,
    "grace": None,
    "notices": frozenset(),
    "ending_days": 30,
}
# What stands for a setting with a fault of its own, so that no second fault comes of it.
_HARMLESS: Final[dict[str, Any]] = {
    "measure": Measure.MONEY_SPENT,
    "expires_in": parse_duration("1Y", "expires_in"),
    "function": None,
    "anchor_attribute": None,
}


def read_tiers(values: object, path: str, faults: list[Fault]) -> TierSet | None:
    """Return the tier set of a table; None where it has faults, which are gathered.

    Args:
        values: The table.
        path: Where it stands.
        faults: The one list of the document.
    """
    table = Table(values, path, faults, _TIERS)
    settings = {"measure": table.need("measure")}
    settings.update((key, table.read(key, default)) for key, default in _DEFAULTS.items())
    settings.update((key, value) for key, value in _HARMLESS.items() if key in table.wrong)
    _settle_pairs(table, settings)
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


def _settle_pairs(table: Table, settings: dict[str, Any]) -> None:
    """Let settings that need each other be, where one of them has a fault of its own."""
    if not {"measure", "function"}.isdisjoint(table.wrong):
        settings.update(measure=Measure.MONEY_SPENT, function=None)
    if not {"anchor", "anchor_attribute"}.isdisjoint(table.wrong):
        settings.update(anchor=Anchor.TIER_START_DATE, anchor_attribute=None)
    if not {"grace", "downgrade"}.isdisjoint(table.wrong):
        settings["grace"] = None
    if not {"resets", "window", "downgrade"}.isdisjoint(table.wrong):
        settings["resets"] = Resets.NEVER


def read_ledger_tiers(table: Table) -> dict[str, TierSet]:
    """Return the tier sets of the subledgers of a program.

    Args:
        table: The document.
    """
    values = table.values.get("ledger_tiers", {})
    if not isinstance(values, Mapping):
        table.faults.append(Fault("ledger_tiers", f"must be a table of ledgers, not {kind_of(values)}"))
        return {}
    found: dict[str, TierSet] = {}
    for ledger, each in values.items():
        try:
            name = check_ledger_id(ledger, "ledger_tiers")
        except (InvalidInput, LimitExceeded) as error:
            table.faults.append(fault_of(error))
            continue
        tiers = read_tiers(each, f"ledger_tiers.{name}", table.faults)
        if tiers is not None:
            found[name] = tiers
    return found


def tiers_document(tiers: TierSet) -> dict[str, Any]:
    """Return the table of a tier set; what is not set is left out."""
    table: dict[str, Any] = {"measure": tiers.measure.value}
    for key in _DEFAULTS:
        value = getattr(tiers, key)
        if isinstance(value, Enum):
            table[key] = value.value
        elif isinstance(value, frozenset):
            table[key] = sorted(each.value for each in value)
        elif isinstance(value, Window | Duration):
            table[key] = value.text
        elif value is not None:
            table[key] = value
    table["levels"] = [
        {"name": level.name, "at": level.at if isinstance(level.at, int) else f"{level.at:f}"} for level in tiers.levels
    ]
    return table
