"""What is kept of referring: the codes of referrers, and each referral with its evidence and rewards."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import ReferralCodeRef, ReferralRef
from loyalcore.domain.referrals._states import SHOWN, STANDING, ReferralState

if TYPE_CHECKING:
    from datetime import datetime

NO_MONEY = Decimal(0)


@attrs.frozen(kw_only=True)
class ReferralCode:
    """A code by which one referrer refers: a row of the directory.

    Args:
        environment: `live` or `sandbox`; the same code in both is two unrelated ones.
        code: The code as `read_code` returns it, unique in its environment.
        program_id: The program.
        holder_id: The referrer, or a holder that was merged into the referrer.
        campaign: The campaign that it belongs to, `""` for none.
        created_at: When it was made, UTC.
        starts_at: From when on it may be used, UTC; None: at once.
        expires_at: The first instant at which it may be used no more, UTC; None: never.
        limit: How many referrals may stand that used it; 0 for no limit.
        used: How many stand: pending, on review or completed.
        referee_id: The only customer who may use it; None for everybody.
        referral_id: The referral of the friend for whom it was made; None where it is for everybody.
        disabled_at: Since when it is switched off, UTC; None while it is on.
        version: 1 when it is first written, then one more with every change.

    Source: DOMAIN 2 (TAL referral codes), 3.6.
    """

    environment: str
    code: str
    program_id: str
    holder_id: str
    campaign: str = ""
    created_at: datetime
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    limit: int = 0
    used: int = 0
    referee_id: str | None = None
    referral_id: str | None = None
    disabled_at: datetime | None = None
    version: int = 1

    @property
    def ref(self) -> ReferralCodeRef:
        """The name it is kept under."""
        return ReferralCodeRef(self.environment, self.code)

    def is_open_at(self, at: datetime) -> bool:
        """Say whether it is switched on and its time has come and is not over; limits are not looked at.

        Args:
            at: The instant, UTC.

        Source: DOMAIN 3.1 (windows are half-open), 3.6 (start, expiry, link off).
        """
        return self.disabled_at is None and not self.is_early_at(at) and not self.is_late_at(at)

    def is_early_at(self, at: datetime) -> bool:
        """Say whether its time has not come.

        Args:
            at: The instant, UTC.

        Source: DOMAIN 3.1, 3.6 (start).
        """
        return self.starts_at is not None and at < self.starts_at

    def is_late_at(self, at: datetime) -> bool:
        """Say whether its time is over.

        Args:
            at: The instant, UTC.

        Source: DOMAIN 3.1, 3.6 (expiry).
        """
        return self.expires_at is not None and at >= self.expires_at


@attrs.frozen(kw_only=True)
class Evidence:
    """What a fraud rule found.

    Args:
        rule: The rule.
        weight: How much it counts, 1 to 1,000.
        detail: What it saw, in words without personal data.
        passed_at: When a person let it pass, so that it counts no more, UTC.

    Source: DOMAIN 3.6.
    """

    rule: str
    weight: int
    detail: str = ""
    passed_at: datetime | None = None


@attrs.frozen(kw_only=True)
class ReferralGrant:
    """One reward that a referral has brought to one side.

    Args:
        reward: The reward's id in its program.
        side: `referrer` or `referee`.
        event: `claimed`, `first_order` or `every_order`.
        order_id: The order that brought it; None for none.
        entry_id: The award; None where nothing was booked, because a cap or the ban of the referrer refused it.
        points: How many points were granted; 0 where none were.
        waived: Of these, the points that taking back let go.
        refused: Why nothing was booked: `had` before, `capped`, `banned`, `ineligible`, or `over` before it
            begins; None where something was.
        taken_back_at: When it was taken back, UTC; None while it stands.

    Source: DOMAIN 3.6.
    """

    reward: str
    side: str
    event: str
    order_id: str | None = None
    entry_id: str | None = None
    points: int = 0
    waived: int = 0
    refused: str | None = None
    taken_back_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Referral:
    """One referee and one referrer, in one program.

    Args:
        environment: `live` or `sandbox`.
        referral_id: Minted when it is first written.
        program_id: The program.
        code: The code that was used; of a friend who was invited by name, the one that was made for the friend.
        campaign: The campaign of the code, `""` for none.
        state: Where it stands.
        referrer_holder_id: Who refers, or a holder that was merged into who does.
        referrer_id: The customer id of the referrer when it began; None once erased.
        referee_holder_id: Who was referred; None while only invited.
        referee_id: The customer id of the referee when the claim was made; None while only invited, and once erased.
        created_at: When it was first written, UTC.
        updated_at: When it was last changed, UTC.
        claimed_at: When the referee came, UTC.
        expires_at: The first instant at which a referral that is not completed is over, UTC; None: never.
        review_due_at: Until when a person should have decided, UTC; None where nobody has to.
        completed_at: When it was completed, UTC.
        order_id: The order that completed it, or is held back by a review; None where a person has reversed it.
        revenue: What orders placed with the code cost, as in `OrderFigures.revenue`.
        evidence: What fraud rules found.
        grants: The rewards that it has brought.
        earlier: The referral that this one goes on from: of the same two, and over; None for a first one.
        unrecovered: (reward, side, order, points) that referrals before this one have left with a side: so many less
            are granted. The order is None but for a reward of every order.
        contact: The e-mail address of a friend who was invited by name; personal.
        version: 1 when it is first written, then one more with every change.

    Source: DOMAIN 2 (BLP referral rows, TAL referred customers), 3.6.
    """

    environment: str
    referral_id: str
    program_id: str
    code: str
    campaign: str = ""
    state: ReferralState
    referrer_holder_id: str
    referrer_id: str | None
    referee_holder_id: str | None = None
    referee_id: str | None = None
    created_at: datetime
    updated_at: datetime
    claimed_at: datetime | None = None
    expires_at: datetime | None = None
    review_due_at: datetime | None = None
    completed_at: datetime | None = None
    order_id: str | None = None
    revenue: Decimal = NO_MONEY
    evidence: tuple[Evidence, ...] = ()
    grants: tuple[ReferralGrant, ...] = ()
    earlier: str | None = None
    unrecovered: tuple[tuple[str, str, str | None, int], ...] = ()
    contact: str | None = attrs.field(default=None, repr=False)
    version: int = 1

    @property
    def ref(self) -> ReferralRef:
        """The name it is kept under."""
        return ReferralRef(self.environment, self.referral_id)

    def is_over_at(self, at: datetime) -> bool:
        """Say whether its time is over at an instant, though nobody may have written that down yet.

        Args:
            at: The instant, UTC.
        """
        is_waiting = self.state in {ReferralState.INVITED, ReferralState.PENDING}
        return is_waiting and self.expires_at is not None and self.expires_at <= at

    @property
    def status(self) -> str:
        """What BLOOP shows of the state: `pending`, `blocked` or `completed`.

        Source: BLP (referral rows), DOMAIN 3.6.
        """
        return SHOWN[self.state]

    @property
    def stands(self) -> bool:
        """Whether it uses up its code: pending, on review or completed."""
        return self.state in STANDING
