"""Who holds points: the directory row of a customer, and the membership of a holder in a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import CustomerRef, MembershipRef

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


@attrs.frozen(kw_only=True)
class Customer:
    """A row of the directory: it leads from the host's customer id to the holder of the ledgers.

    Args:
        environment: `live` or `sandbox`; the same id in both is two unrelated customers.
        customer_id: The host's own id, opaque.
        holder_id: The holder minted at registration.
        registered_at: When it was registered, UTC.
        merged_into: The customer id of the survivor, once merged.
        absorbed: Holders that were merged into this one; their keys and facts count here too.
        programs: The programs in which the holder has a membership.
        version: The version of this row.
    """

    environment: str
    customer_id: str
    holder_id: str
    registered_at: datetime
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    version: int = 1

    @property
    def ref(self) -> CustomerRef:
        """The name it is kept under."""
        return CustomerRef(self.environment, self.customer_id)


@attrs.frozen(kw_only=True)
class Standing:
    """Where a member stands in the tiers of a program.

    Args:
        tier: The name of the tier held, None for none.
        since: When it was reached or last renewed, UTC.
        expires_at: When it ends unless qualified for again, UTC; None where tiers do not end.
        previous: The tier held before this one.
        measured: The last value of the measure since the beginning, where a later change needs it: under a window,
            where tiers end or are lost, and before joining.
        gains: (until, amount) of what still counts in a measure over a window, in the order in which it stops to
            count; `until` is exclusive, in microseconds since 1970, `NEVER` where no clock ends it. Empty for a
            lifetime measure.
    """

    tier: str | None = None
    since: datetime | None = None
    expires_at: datetime | None = None
    previous: str | None = None
    measured: int | Decimal | None = None
    gains: tuple[tuple[int, int | Decimal], ...] = ()


@attrs.frozen(kw_only=True)
class Membership:
    """One holder in one program; after a merge the one who ended has an empty one.

    Args:
        environment: `live` or `sandbox`.
        holder_id: The holder.
        program_id: The program.
        known_at: Since when the program knows the holder: the first booking, UTC; a tier counts from it until joining.
        joined_at: When the holder joined, UTC; None while not a member.
        standing: The tier held.
        ledgers: The ids of the ledgers that exist, the main one (`""`) among them.
        version: The version of this record.
    """

    environment: str
    holder_id: str
    program_id: str
    known_at: datetime | None = None
    joined_at: datetime | None = None
    standing: Standing = Standing()
    ledgers: tuple[str, ...] = ()
    version: int = 1

    @property
    def ref(self) -> MembershipRef:
        """The name it is kept under."""
        return MembershipRef(self.environment, self.holder_id, self.program_id)

    @property
    def has_ended(self) -> bool:
        """Whether a merge took everything it had: nothing is written on it any more."""
        return self.known_at is None and self.joined_at is None and not self.ledgers and self.standing == Standing()

    @property
    def tier(self) -> str | None:
        """The name of the tier held, None for none."""
        return self.standing.tier
