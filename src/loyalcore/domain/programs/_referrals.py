"""The table `[referrals]` of a document, with its lists of campaigns, rewards and fraud rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.customers import CUSTOMERS
from loyalcore.domain.orders import CARTS
from loyalcore.domain.programs._forms import condition, condition_document, instant, plain, unusual
from loyalcore.domain.programs._table import Table, as_it_is, choice, exact, kind_of
from loyalcore.domain.referrals import (
    SUM_MAX,
    Campaign,
    FraudKind,
    FraudRule,
    ReferralNotice,
    ReferralPolicy,
    ReferralReward,
    RewardEvent,
    RewardSide,
    repeated,
)
from loyalcore.errors import Fault, InvalidDocument, InvalidInput
from loyalcore.values.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loyalcore.domain.earning import EarningRule
    from loyalcore.domain.programs._table import Read

_NOUNS: Final = {"who": CUSTOMERS, "where": CARTS}


def _notices(value: object, path: str) -> frozenset[ReferralNotice]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(f"must be a list of notices, not {kind_of(value)}", path=path)
    read = choice(ReferralNotice)
    return frozenset(read(each, path) for each in value)


_SETTINGS: Final[dict[str, Read]] = {
    "url": as_it_is,
    "claim_expiry": as_it_is,
    "code_expiry": as_it_is,
    "code_limit": exact,
    "customer_limit": exact,
    **{name: condition(noun) for name, noun in _NOUNS.items()},
    "review_at": exact,
    "block_at": exact,
    "review_days": exact,
    "invite_again_days": exact,
    "notices": _notices,
}
_CAMPAIGN: Final[dict[str, Read]] = {
    "id": as_it_is,
    "name": as_it_is,
    "is_running": as_it_is,
    "starts_at": instant,
    "ends_at": instant,
    "limit": exact,
}
_REWARD: Final[dict[str, Read]] = {
    "id": as_it_is,
    "points": exact,
    "side": choice(RewardSide),
    "on": choice(RewardEvent),
    "ledger": as_it_is,
    "activation": as_it_is,
    "expiry": as_it_is,
    "max_per_customer": exact,
    "period": choice(Period),
    "max_total": exact,
}
_FRAUD: Final[dict[str, Read]] = {
    "id": as_it_is,
    "kind": choice(FraudKind),
    "weight": exact,
    "token": as_it_is,
    "count": exact,
    "days": exact,
    "minutes": exact,
    "amount": exact,
    "function": as_it_is,
}
_LISTS: Final[dict[str, tuple[type[Any], dict[str, Read], tuple[str, ...]]]] = {
    "campaigns": (Campaign, _CAMPAIGN, ("id",)),
    "rewards": (ReferralReward, _REWARD, ("id", "points", "side", "on")),
    "fraud": (FraudRule, _FRAUD, ("id", "kind")),
}
"""Of each list what it holds, how each key is read, and which keys must be said."""
_KEYS: Final[dict[str, Read]] = {**_SETTINGS, **dict.fromkeys(_LISTS, as_it_is)}


def read_referrals(values: object, faults: list[Fault]) -> ReferralPolicy | None:
    """Return the policy that a `[referrals]` table describes; None where it has faults, which are gathered.

    Args:
        values: The table.
        faults: The one list of the document.
    """
    table = Table(values, "referrals", faults, _KEYS)
    given = {key: table.read(key) for key in _SETTINGS if key in table.values}
    given = {key: value for key, value in given.items() if key not in table.wrong}
    if "block_at" in table.wrong:
        given["block_at"] = SUM_MAX  # so that nothing is said of review_at, which may be right
    for key in _LISTS:
        if key in table.values:
            given[key] = _read_list(table, key)
    policy: ReferralPolicy | None = _built(ReferralPolicy, given, table)
    return policy


def _read_list(table: Table, key: str) -> tuple[Any, ...]:
    """Return the values of a list that are right in themselves, each id once."""
    kind, keys, required = _LISTS[key]
    found: list[Any] = []
    for item in table.tables(key, keys, f"write [[referrals.{key}]]"):
        given = {name: item.need(name) for name in required}
        given.update((name, item.read(name)) for name in keys if name in item.values and name not in given)
        # What is wrong counts as not said; what must be said is then found to be missing, which is said already.
        given = {name: value for name, value in given.items() if name not in item.wrong or name in required}
        found.append(_built(kind, given, item))
    table.faults += [Fault(f"referrals.{path}", message) for path, message in repeated(found, key)]
    return tuple({each.id: each for each in found if each is not None}.values())


def _built(kind: type[Any], given: Mapping[str, Any], table: Table) -> Any:
    """Return the value that a table describes; None where anything of it is wrong."""
    try:
        value = kind(**given)
    except InvalidDocument as error:
        # What could not be read is named already.
        table.adopt(InvalidDocument([fault for fault in error.faults if fault.path not in table.wrong]))
        return None
    return None if table.wrong else value


def referral_faults(policy: object, rules: Sequence[EarningRule]) -> Iterator[Fault]:
    """Name what is wrong with a policy of referrals: another type, or a reward that has the name of an earning rule.

    Args:
        policy: The policy as the host gave it.
        rules: The earning rules; an entry must say which of them or of the rewards granted it.
    """
    if policy is None:
        return
    if not isinstance(policy, ReferralPolicy):
        yield Fault("referrals", f"must be a ReferralPolicy or None, not {type(policy).__name__}")
        return
    taken = {rule.id for rule in rules}
    for index, reward in enumerate(policy.rewards):
        if not taken.isdisjoint({reward.id, reward.cap_name}):
            yield Fault(f"referrals.rewards[{index}].id", "is the id of an earning rule; choose another one")


def referrals_document(policy: ReferralPolicy) -> dict[str, Any]:
    """Return the `[referrals]` table of a policy; what is not set is left out."""
    table: dict[str, Any] = {}
    for key in _SETTINGS:
        value = getattr(policy, key)
        if key in _NOUNS:
            if value is not None:
                table[key] = condition_document(_NOUNS[key], value)
        elif value is not None:
            table[key] = plain(value)
    for key in _LISTS:
        table[key] = [unusual(each, {}) for each in getattr(policy, key)]
    return table
