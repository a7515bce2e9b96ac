"""The row: one customer in one program, as a line of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.customers._model import Customer, Membership


@attrs.frozen
class CustomerRow:
    """A line of a list of customers.

    Args:
        customer: The customer, with the profile.
        membership: The membership in the program that the list is of, with the figures of the main ledger.
        at: The instant that the list is of, UTC.

    Source: DOMAIN 2 (the lists of INF, WIZ, BLP and TAL).
    """

    customer: Customer
    membership: Membership
    at: datetime

    @property
    def next_change_at(self) -> datetime | None:
        """When time alone changes the figures or the tier, UTC, or earlier; None for never."""
        return self.membership.next_change_at

    @property
    def account_status(self) -> str:
        """`excluded`, else `guest` or `member`: what INF shows."""
        return "excluded" if self.customer.is_excluded else self.shop_status

    @property
    def shop_status(self) -> str:
        """`guest` or `member`: whether there is an account in the shop."""
        return "guest" if self.customer.is_guest else "member"

    @property
    def program_status(self) -> str:
        """`joined` or `not_joined`."""
        return "not_joined" if self.membership.joined_at is None else "joined"
