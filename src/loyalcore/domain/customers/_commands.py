"""The commands about customers themselves."""

from __future__ import annotations

from typing import ClassVar

import attrs

from loyalcore.values.ids import check_text


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
