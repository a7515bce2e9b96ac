"""The tables of a document about orders: `[orders]`, and the earning rules `[[earning]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.earning import NOUNS, EarningRule, Steps
from loyalcore.domain.orders import OrderPolicy, PartialRestore, RollbackBasis
from loyalcore.domain.programs._check import earning_faults
from loyalcore.domain.programs._forms import condition, instant, plain, unusual
from loyalcore.domain.programs._table import as_it_is, choice, exact
from loyalcore.errors import InvalidDocument
from loyalcore.values.calendar import parse_duration
from loyalcore.values.periods import Period

if TYPE_CHECKING:
    from loyalcore.domain.programs._table import Read, Table

_CONDITIONS: Final = {"where": NOUNS["cart"], "who": NOUNS["customer"], "items": NOUNS["item"]}
_WAYS: Final = ("points", "per", "by_tier", "function", "multiplier")


_RULE: Final[dict[str, Read]] = {
    "id": as_it_is,
    "points": exact,
    "per": exact,
    "by_tier": as_it_is,
    "function": as_it_is,
    "multiplier": exact,
    "steps": choice(Steps),
    **{name: condition(noun) for name, noun in _CONDITIONS.items()},
    "starts_at": instant,
    "ends_at": instant,
    "priority": as_it_is,
    "stacks": as_it_is,
    "max_per_order": exact,
    "max_per_customer": exact,
    "max_per_period": exact,
    "period": choice(Period),
    "activation": as_it_is,
    "expiry": as_it_is,
    "ledger": as_it_is,
}
"""How each key of a rule is read; what is read as it is, the rule itself judges."""

ORDERS: Final[dict[str, Read]] = {
    "earns_on_tax": as_it_is,
    "earns_on_shipping": as_it_is,
    "earns_on_redeemed": as_it_is,
    "point_value": exact,
    "redeem_step": exact,
    "redeem_min": exact,
    "redeem_cap": exact,
    "rollback_basis": choice(RollbackBasis),
    "partial_restore": choice(PartialRestore),
    "restore_grace": parse_duration,
}
"""How each key of `[orders]` is read."""


def read_orders(table: Table) -> OrderPolicy:
    """Return the policy that an `[orders]` table describes; its faults go to the document's."""
    given = {key: table.read(key) for key in ORDERS if key in table.values}
    given = {key: value for key, value in given.items() if key not in table.wrong}
    policy = OrderPolicy(**given)
    for error in policy.faults():
        table.adopt(InvalidDocument([error]))
    return policy


def read_rules(program: Table) -> tuple[EarningRule, ...]:
    """Return the rules of `[[earning]]`; their faults go to the document's."""
    rules: list[EarningRule | None] = []
    for table in program.tables("earning", _RULE, "write [[earning]]"):
        rules.append(None)
        if table.wrong:  # no table at all
            continue
        given = {key: table.read(key) for key in _RULE if key in table.values}
        given = {key: value for key, value in given.items() if key not in table.wrong}
        said = set(table.values)
        if said.isdisjoint(_WAYS):
            given["per"] = 1
        if said.isdisjoint({*_WAYS} - {"per"}):
            given["points"] = 1
        given.setdefault("id", f"rule-{len(rules)}")
        for key in table.wrong.intersection(_WAYS):
            given[key] = _HARMLESS[key]
        try:
            rule = EarningRule(**given)
        except InvalidDocument as error:
            table.adopt(error)
        else:
            rules[-1] = None if "id" in table.wrong else rule
    program.faults += earning_faults(rules)
    return tuple(rule for rule in rules if rule is not None)


# What stands for a way to grant that has a fault of its own, so that no second fault comes of it.
_HARMLESS: Final[dict[str, Any]] = {"points": 1, "per": 1, "by_tier": {"": 1}, "function": "f", "multiplier": 1}


def orders_document(policy: OrderPolicy) -> dict[str, Any]:
    """Return the `[orders]` table of a policy; what is not said is left out."""
    return {name: plain(value) for name in ORDERS if (value := getattr(policy, name)) is not None}


def rule_document(rule: EarningRule) -> dict[str, Any]:
    """Return the `[[earning]]` table of a rule: what is not its default."""
    return unusual(rule, _CONDITIONS)
