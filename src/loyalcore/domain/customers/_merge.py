"""What a merge makes of two profiles: the survivor's, with its gaps filled, and a row that only leads on."""

from __future__ import annotations

from typing import Final

import attrs

from loyalcore.domain.customers._model import Customer
from loyalcore.domain.customers._profile import TAGS_MAX
from loyalcore.values.attributes import ATTRIBUTES_BYTES_MAX, ATTRIBUTES_MAX, bytes_of

_TOGETHER: Final = (
    ("first_name", "last_name"),
    ("street", "postal_code", "city", "region", "country"),
    ("email",),
    ("birth_on",),
    ("language",),
    ("shop_url",),
    ("shop_created_at",),
    ("has_newsletter",),
)
"""The parts of a profile that are filled together, so that no name or address is made of two people's."""


def merged_profile(survivor: Customer, merged: Customer) -> Customer:
    """Give the survivor with the profile that both had.

    What the survivor has is kept; what only the other one had is filled in: of a name or an address all parts or none,
    and only where the survivor's own do not contradict; tags and attributes as long as there is room. Who was excluded
    stays so. A guest is one who had no account under either id.

    Args:
        survivor: Who goes on.
        merged: Who ends.

    Source: DOMAIN 3.2 (merge), 3.7; house decisions.

    Example:
        >>> from loyalcore.values.clock import EPOCH
        >>> ada, guest = (
        ...     Customer(environment="live", customer_id=name, holder_id=name, registered_at=EPOCH, city=city)
        ...     for name, city in (("ada", None), ("guest-7", "Paris"))
        ... )
        >>> merged_profile(ada, guest).city
        'Paris'
    """
    found = {
        name: getattr(merged, name)
        for names in _TOGETHER
        if all(getattr(survivor, name) in (None, getattr(merged, name)) for name in names)
        for name in names
    }
    return attrs.evolve(
        survivor,
        **found,
        tags=tuple(dict.fromkeys((*survivor.tags, *merged.tags)))[:TAGS_MAX],
        attributes=_filled(survivor, merged),
        is_guest=survivor.is_guest and merged.is_guest,
        is_excluded=survivor.is_excluded or merged.is_excluded,
    )


def _filled(survivor: Customer, merged: Customer) -> dict[str, str]:
    found = dict(survivor.attributes)
    size = bytes_of(found)
    for name, value in merged.attributes.items():
        more = bytes_of({name: value})
        if name not in found and len(found) < ATTRIBUTES_MAX and size + more <= ATTRIBUTES_BYTES_MAX:
            found[name] = value
            size += more
    return {name: found[name] for name in sorted(found)}


def only_leading(merged: Customer, into: str) -> Customer:
    """Give the row of who ended: it leads to the survivor, and tells nothing of a person.

    Args:
        merged: Who ends.
        into: The customer id of the survivor.

    Source: House decision.

    Example:
        >>> from loyalcore.values.clock import EPOCH
        >>> guest = Customer(environment="live", customer_id="g", holder_id="h", registered_at=EPOCH, city="Paris")
        >>> only_leading(guest, "ada").city is None
        True
    """
    return Customer(
        environment=merged.environment,
        customer_id=merged.customer_id,
        holder_id=merged.holder_id,
        registered_at=merged.registered_at,
        updated_at=merged.updated_at,
        merged_into=into,
        absorbed=merged.absorbed,
        programs=merged.programs,
        version=merged.version + 1,
    )
