"""The commands about profiles, decided: update, tag, deactivate and reactivate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import (
    Customer,
    Deactivate,
    Reactivate,
    Tag,
    Update,
    check_tags,
)
from loyalcore.domain.decision import ChangeSet, Decision, KeyRef, Put
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._claiming import signed_up
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.errors import InvalidInput, VersionConflict
from loyalcore.values.attributes import merged_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._referring import Referring

_EARLIEST_ZONE: Final = timedelta(hours=14)


def decide_update(command: Update, case: Case) -> Decision:
    """Change what is given of a profile, where it is still the one that was read."""

    def change(customer: Customer) -> Customer:
        if command.version not in (None, customer.version):
            raise VersionConflict("customer", found=customer.version, given=command.version)
        parts: dict[str, Any] = command.parts()
        born = parts.get("birth_on")
        if born is not None and born > (case.now + _EARLIEST_ZONE).date():
            raise InvalidInput("give a day that has come", path="birth_on")
        if "attributes" in parts:
            parts["attributes"] = merged_attributes(customer.attributes, parts["attributes"])
        return attrs.evolve(customer, **parts)

    return _changed(command, case, change, signed_up)


def decide_tag(command: Tag, case: Case) -> Decision:
    """Give tags and take some away."""

    def change(customer: Customer) -> Customer:
        kept = tuple(tag for tag in customer.tags if tag not in command.remove)
        return attrs.evolve(customer, tags=check_tags((*kept, *command.add), "add"))

    return _changed(command, case, change)


def decide_deactivate(command: Deactivate, case: Case) -> Decision:
    """Deactivate; who is deactivated stays so since then."""
    return _changed(
        command,
        case,
        lambda customer: attrs.evolve(customer, deactivated_at=customer.deactivated_at or case.now),
    )


def decide_reactivate(command: Reactivate, case: Case) -> Decision:
    """Make active again."""
    return _changed(command, case, lambda customer: attrs.evolve(customer, deactivated_at=None))


def _changed(
    command: Any,
    case: Case,
    change: Callable[[Customer], Customer],
    follow: Callable[[Case, Customer, Customer], list[Referring]] = lambda case, before, after: [],
) -> Decision:
    """Answer a key that was used before with the customer as is; else change the row, and keep the key.

    Args:
        command: The command.
        case: The case.
        change: Gives the customer as it is to be.
        follow: Says which referrals follow from it.
    """
    customer = case.customer(command.customer_id)
    environment = case.world.environment
    holders = customer.holders
    case.world.need(*(KeyRef(environment, holder, command.key) for holder in holders))
    replayed = case.replay(customer, command)
    if replayed is not None:
        return Decision(ChangeSet(), attrs.evolve(replayed, customer=customer))
    after = change(customer)
    is_unchanged = after == customer
    # The row is written even so, for nothing else keeps an erasure from coming between its wipe and this key.
    after = attrs.evolve(
        after, updated_at=customer.updated_at if is_unchanged else case.now, version=customer.version + 1
    )
    desks, puts, inserts, entries = [], [Put(after, customer.version)], [], []
    for referring in follow(case, customer, after):
        referring.settle()
        desks += referring.desks()
        puts += referring.puts()
        inserts += referring.inserts
        entries += referring.entries
    written = tuple(entries)
    key = case.key_record(command, customer, written)
    receipt = Receipt(command=command.name, entries=written, customer=after, is_unchanged=is_unchanged)
    return Decision(gather(desks, puts, [key, *inserts]), receipt)
