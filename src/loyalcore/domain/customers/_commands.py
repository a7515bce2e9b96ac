"""The commands about customers themselves."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from loyalcore.domain.customers._profile import CHECKS, REQUIRED, check_tags
from loyalcore.domain.decision import check_version
from loyalcore.errors import InvalidInput
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class Keep(Enum):
    """What stands for a part of the profile that is not given, and stays as it is."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = Keep.KEEP
"""A part of the profile that is not given."""


@attrs.frozen
class Register:
    """Register a customer; idempotent by the id.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters.

    Raises:
        InvalidInput: The id is not text, is empty, or holds unprintable characters.
        LimitExceeded: The id is longer than 255 characters.

    Source: DOMAIN 1, 3.2.

    Example:
        >>> Register("ada")
        Register(customer_id='ada')
    """

    name: ClassVar[str] = "customers.register"
    customer_id: str

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))


@attrs.frozen
class Join:
    """Make a customer a member of a program; idempotent by what it names.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters.
        program: The program's id; None where the host runs only one.

    Raises:
        InvalidInput: A text is not text, is empty, or holds unprintable characters.
        LimitExceeded: A text is longer than 255 characters.

    Source: DOMAIN 3.4 (join policy).

    Example:
        >>> Join("ada")
        Join(customer_id='ada', program=None)
    """

    name: ClassVar[str] = "customers.join"
    customer_id: str
    program: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))
        if self.program is not None:
            object.__setattr__(self, "program", check_text(self.program, "program"))


@attrs.frozen
class Update:
    """Change parts of a customer's profile; what is not given stays, and None takes a value away.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.
        version: The version of the customer that was read; None changes whatever version there is.
        first_name: The given name, up to 255 printable characters, as the other texts.
        last_name: The family name.
        email: An e-mail address, up to 254 characters.
        street: The street and number.
        postal_code: The postal code.
        city: The city.
        region: The region, state or province.
        country: An ISO 3166 code of two capital letters.
        birth_on: A date from 1900 on, not in the future.
        language: A BCP 47 tag.
        shop_url: Where the shop's admin shows the customer, up to 1,000 characters.
        shop_created_at: When the account in the shop was made, aware.
        has_newsletter: Whether the newsletter was consented to.
        is_guest: Whether there is no account in the shop.
        is_excluded: Whether the customer may neither earn nor spend.
        tags: All tags, at most 50.
        attributes: Attributes to change, by names of `[a-z0-9_.-]` up to 64 characters; texts up to 1,000, None takes
            one away. At most 100, and 16 KiB in all, are kept.

    Raises:
        InvalidInput: A value of the wrong type or out of range, or None for what always has a value.
        LimitExceeded: A value beyond its limit.

    Source: DOMAIN 3.7, 3.9.

    Example:
        >>> Update("ada", city="Paris", key="u-1")
        Update(customer_id='ada', key='u-1', version=None)
    """

    name: ClassVar[str] = "customers.update"
    customer_id: str
    key: str = attrs.field(kw_only=True)
    version: int | None = attrs.field(default=None, kw_only=True)
    first_name: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    last_name: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    email: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    street: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    postal_code: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    city: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    region: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    country: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    birth_on: date | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    language: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    shop_url: str | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    shop_created_at: datetime | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    has_newsletter: bool | Keep | None = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    is_guest: bool | Keep = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    is_excluded: bool | Keep = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    tags: tuple[str, ...] | Keep = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)
    attributes: Mapping[str, str | None] | Keep = attrs.field(default=KEEP, kw_only=True, repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))
        object.__setattr__(self, "key", check_text(self.key, "key"))
        if self.version is not None:
            object.__setattr__(self, "version", check_version(self.version, "version"))
        for name, check in CHECKS.items():
            value = getattr(self, name)
            if value is KEEP or (value is None and name not in REQUIRED):
                continue
            object.__setattr__(self, name, check(value, name))

    def parts(self) -> dict[str, Any]:
        """Give the parts that are given, by their names."""
        return {name: value for name in CHECKS if (value := getattr(self, name)) is not KEEP}


@attrs.frozen
class Tag:
    """Give a customer tags, and take some away.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters.
        add: Tags to give.
        remove: Tags to take away; those that are not there are passed over.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A value of the wrong type, no tag at all, or one that is given and taken away.
        LimitExceeded: A text beyond its limit, or more than 50 tags.

    Source: DOMAIN 3.7, 3.9.

    Example:
        >>> Tag("ada", add=("vip",), key="t-1").add
        ('vip',)
    """

    name: ClassVar[str] = "customers.tag"
    customer_id: str
    add: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    remove: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))
        object.__setattr__(self, "add", check_tags(self.add, "add"))
        object.__setattr__(self, "remove", check_tags(self.remove, "remove"))
        object.__setattr__(self, "key", check_text(self.key, "key"))
        if not self.add and not self.remove:
            raise InvalidInput("name a tag to give or to take away", path="add")
        if both := set(self.add) & set(self.remove):
            raise InvalidInput(f"names {len(both)} tag(s) that are to be given too", path="remove")


@attrs.frozen
class Deactivate:
    """Deactivate a customer: everything is kept, but there is no earning, spending or signing in.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A text is not text, is empty, or holds unprintable characters.
        LimitExceeded: A text is longer than 255 characters.

    Source: DOMAIN 3.7; WIZ customer list.

    Example:
        >>> Deactivate("ada", key="d-1")
        Deactivate(customer_id='ada', key='d-1')
    """

    name: ClassVar[str] = "customers.deactivate"
    customer_id: str
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))
        object.__setattr__(self, "key", check_text(self.key, "key"))


@attrs.frozen
class Reactivate:
    """Make a deactivated customer active again.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters.
        key: Idempotency key, 1 to 255 printable characters, case-sensitive.

    Raises:
        InvalidInput: A text is not text, is empty, or holds unprintable characters.
        LimitExceeded: A text is longer than 255 characters.

    Source: DOMAIN 3.7; WIZ customer list.

    Example:
        >>> Reactivate("ada", key="a-1")
        Reactivate(customer_id='ada', key='a-1')
    """

    name: ClassVar[str] = "customers.reactivate"
    customer_id: str
    key: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))
        object.__setattr__(self, "key", check_text(self.key, "key"))


@attrs.frozen
class Erase:
    """Erase a customer: every personal value goes, and the id leads to nobody until it is registered anew.

    The ledgers keep their entries and totals under a holder that no longer leads to a person.

    Args:
        customer_id: The host's own id, 1 to 255 printable characters; an id that was merged leads to the survivor.

    Raises:
        InvalidInput: The id is not text, is empty, or holds unprintable characters.
        LimitExceeded: The id is longer than 255 characters.

    Source: DOMAIN 3.7; WIZ customer list.

    Example:
        >>> Erase("ada")
        Erase(customer_id='ada')
    """

    name: ClassVar[str] = "customers.erase"
    customer_id: str

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "customer_id", check_text(self.customer_id, "customer_id"))
