"""Who holds points: the directory row of a customer, and the membership of a holder in a program."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.decision import CustomerRef, MembershipRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

NO_MONEY: Final = Decimal(0)


@attrs.frozen(kw_only=True)
class Customer:
    """A customer as the shop knows one: a profile, and the row of the directory that leads to the holder of ledgers.

    What is personal is in no repr, and goes when the customer is erased.

    Args:
        environment: `live` or `sandbox`; the same id in both is two unrelated customers.
        customer_id: The host's own id, opaque.
        holder_id: The holder minted at registration.
        registered_at: When it was registered, UTC.
        updated_at: When the profile was last changed, UTC: the "last activity" of TAL, not the inactivity of points.
        merged_into: The customer id of the survivor, once merged.
        absorbed: Holders that were merged into this one; their keys and facts count here too.
        programs: The programs in which the holder has a membership.
        first_name: The given name; personal, as all others are up to `attributes`.
        last_name: The family name.
        email: The e-mail address.
        street: The street and number of the postal address.
        postal_code: The postal code.
        city: The city.
        region: The region, state or province.
        country: The ISO 3166 code of the country, such as `FR`.
        birth_on: The birth date.
        language: The BCP 47 tag of the language, such as `pt-BR`.
        shop_url: Where the shop's admin shows the customer.
        attributes: Texts of the host's own, by their names.
        tags: Words that the host groups customers by; not personal.
        has_newsletter: Whether the newsletter was consented to; None where nobody asked.
        shop_created_at: When the account in the shop was made, UTC.
        is_guest: Whether there is no account in the shop.
        is_excluded: Whether the customer may neither earn nor spend.
        deactivated_at: Since when the customer may not sign in, earn or spend, UTC; None while active.
        version: The version of this row.

    Source: DOMAIN 1, 3.7.
    """

    environment: str
    customer_id: str
    holder_id: str
    registered_at: datetime
    updated_at: datetime | None = None
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    first_name: str | None = attrs.field(default=None, repr=False)
    last_name: str | None = attrs.field(default=None, repr=False)
    email: str | None = attrs.field(default=None, repr=False)
    street: str | None = attrs.field(default=None, repr=False)
    postal_code: str | None = attrs.field(default=None, repr=False)
    city: str | None = attrs.field(default=None, repr=False)
    region: str | None = attrs.field(default=None, repr=False)
    country: str | None = attrs.field(default=None, repr=False)
    birth_on: date | None = attrs.field(default=None, repr=False)
    language: str | None = attrs.field(default=None, repr=False)
    shop_url: str | None = attrs.field(default=None, repr=False)
    attributes: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    tags: tuple[str, ...] = ()
    has_newsletter: bool | None = None
    shop_created_at: datetime | None = None
    is_guest: bool = False
    is_excluded: bool = False
    deactivated_at: datetime | None = None
    version: int = 1

    @property
    def ref(self) -> CustomerRef:
        """The name it is kept under."""
        return CustomerRef(self.environment, self.customer_id)

    @property
    def holders(self) -> tuple[str, ...]:
        """The holder, and those that were merged into it: keys, facts, orders and referrals of all count here."""
        return (self.holder_id, *self.absorbed)

    @property
    def name(self) -> str | None:
        """The whole name; None where no part of it is known."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None

    def age_on(self, day: date) -> int | None:
        """Give the age in whole years on a day; None where the birth date is not known or later.

        Args:
            day: The day in the zone in which the birthday counts.

        Source: DOMAIN 3.7 (derived, never stored); who was born on 29 February is a year older on 1 March, a house
            decision.
        """
        born = self.birth_on
        if born is None or born > day:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@attrs.frozen(kw_only=True)
class ByHand:
    """A tier that a person has set: who and why, and the tier beneath it, which goes on by the rules of the program.

    Args:
        actor: Who set it.
        reason: Why.
        tier: The tier beneath, None for none.
        since: When that one was reached or last renewed, UTC.
        expires_at: When that one ends unless qualified for again, UTC.
        previous: The tier held before that one.

    Source: DOMAIN 3.5 (by hand).
    """

    actor: str
    reason: str
    tier: str | None = None
    since: datetime | None = None
    expires_at: datetime | None = None
    previous: str | None = None


@attrs.frozen(kw_only=True)
class Standing:
    """Where a member stands in the tiers of a program or of one of its ledgers.

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
        by_hand: Who has set this tier by hand, and what stands beneath it; None where the measure gives the tier.
        completed: What the measure was when the tier's time was over, while a grace lasts; None outside of one.
        renewed: What was counted since the last renewal when this tier was reached, where it can be renewed early.
        anchored_on: The day that terms are counted from, where an attribute of the customer says it.
        is_warned: Whether this tier is about to be lost; None where it was not looked at yet.
        version: The version of the program under which it was last worked out; 0 where there was never another one.
    """

    tier: str | None = None
    since: datetime | None = None
    expires_at: datetime | None = None
    previous: str | None = None
    measured: int | Decimal | None = None
    gains: tuple[tuple[int, int | Decimal], ...] = ()
    by_hand: ByHand | None = None
    completed: int | Decimal | None = None
    renewed: int | Decimal | None = None
    anchored_on: date | None = None
    is_warned: bool | None = None
    version: int = 0


@attrs.frozen(kw_only=True)
class PointFigures:
    """The figures of a member's main ledger, in points; all 0 where nothing was ever booked.

    Args:
        active: Points that can be spent.
        pending: Points whose time has not come.
        held: Points reserved by open holds.
        spent: Points spent, deducted, adjusted down or transferred out, less what was restored.
        expired: Points that lapsed.
        reversed: Points of awards that were taken back.
        deficit: Points owed.
        awarded: Points that came in.
        earned: Points that became active through awards, net of reversals.

    Source: DOMAIN 1 (membership), 3.7.
    """

    active: int = 0
    pending: int = 0
    held: int = 0
    spent: int = 0
    expired: int = 0
    reversed: int = 0
    deficit: int = 0
    awarded: int = 0
    earned: int = 0


@attrs.frozen(kw_only=True)
class OrderFigures:
    """The figures of a member's orders in the program's currency: of those closed or partially returned.

    Args:
        count: How many orders.
        products: Pieces bought, less those returned.
        revenue: What they cost after discounts, without tax and shipping; a returned piece leaves with its share.
        discounts: What discounts took off what is left.
        discounted: Orders with a discount.
        undiscounted: Orders without one.
        first_at: When the first of them was closed, UTC.
        last_at: When the last of them was closed, UTC.

    Source: DOMAIN 3.7.
    """

    count: int = 0
    products: int = 0
    revenue: Decimal = NO_MONEY
    discounts: Decimal = NO_MONEY
    discounted: int = 0
    undiscounted: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@attrs.frozen(kw_only=True)
class ReferralFigures:
    """The figures of a member as a referrer, money in the program's currency.

    Args:
        total: Referees that have come: referrals with a referee, whatever became of them.
        successful: Referrals that are completed now.
        revenue: What orders placed with one of the member's codes cost, as in `OrderFigures.revenue`.
        referrer_revenue: What the member spent on orders that used points earned by referring.
        referee_revenue: What referees spent on orders that used points they had for being referred.

    Source: DOMAIN 2 (BLP: three figures), 3.6.
    """

    total: int = 0
    successful: int = 0
    revenue: Decimal = NO_MONEY
    referrer_revenue: Decimal = NO_MONEY
    referee_revenue: Decimal = NO_MONEY


@attrs.frozen(kw_only=True)
class Membership:
    """One holder in one program; after a merge or an erasure the one who ended has an empty one.

    Args:
        environment: `live` or `sandbox`.
        holder_id: The holder.
        program_id: The program.
        customer_id: The customer whom it stands for; None once it has ended.
        known_at: Since when the program knows the holder: the first booking, UTC; a tier counts from it until joining.
        joined_at: When the holder joined, UTC; None while not a member.
        standing: The tier held.
        standings: (ledger, the tier held in it) of the subledgers that have tiers of their own, by their names.
        ledgers: The ids of the ledgers that exist, the main one (`""`) among them.
        points: The figures of the main ledger, as they were when it was last written.
        orders: The figures of the orders.
        caps: (rule, until, points) of what rules with a cap have granted; `until` is exclusive, in microseconds since
            1970, `NEVER` where the cap is for good.
        referral_code: The member's own link, None while there is none.
        referral_id: The referral by which the member came, the latest one; None where nobody referred.
        referrals: The figures as a referrer.
        reward_lots: (lot of the main ledger, referral) of the points had for being referred; of those had for
            referring the referral is `""`. In award order, the newest 1,000.
        invited_at: When the member was last invited to become a referrer, UTC; None for never.
        invitations: How many times.
        banned_at: Since when the member may not refer, UTC; None for who may.
        tokens: What the host can tell the member by: a kind such as `device`, a colon, and an HMAC of its own; the
            newest last. Personal.
        next_change_at: When time alone changes the figures or the tier, UTC, or earlier; None for never.
        version: The version of this record.
    """

    environment: str
    holder_id: str
    program_id: str
    customer_id: str | None = None
    known_at: datetime | None = None
    joined_at: datetime | None = None
    standing: Standing = Standing()
    standings: tuple[tuple[str, Standing], ...] = ()
    ledgers: tuple[str, ...] = ()
    points: PointFigures = PointFigures()
    orders: OrderFigures = OrderFigures()
    caps: tuple[tuple[str, int, int], ...] = ()
    referral_code: str | None = None
    referral_id: str | None = None
    referrals: ReferralFigures = ReferralFigures()
    reward_lots: tuple[tuple[int, str], ...] = ()
    invited_at: datetime | None = None
    invitations: int = 0
    banned_at: datetime | None = None
    tokens: tuple[str, ...] = attrs.field(default=(), repr=False)
    next_change_at: datetime | None = None
    version: int = 1

    @property
    def ref(self) -> MembershipRef:
        """The name it is kept under."""
        return MembershipRef(self.environment, self.holder_id, self.program_id)

    @property
    def has_ended(self) -> bool:
        """Whether a merge or an erasure took the customer: nothing is written on it any more."""
        return self.customer_id is None

    @property
    def tier(self) -> str | None:
        """The name of the tier held, None for none."""
        return self.standing.tier

    def standing_in(self, ledger: str) -> Standing:
        """Return where the member stands in the tiers of a ledger.

        Args:
            ledger: The ledger, `""` for the main one.
        """
        return self.standing if not ledger else dict(self.standings).get(ledger, _NOWHERE)

    def with_standing(self, ledger: str, standing: Standing) -> Membership:
        """Return the membership with another standing in the tiers of a ledger.

        Args:
            ledger: The ledger, `""` for the main one.
            standing: The standing; one in which nothing stands yet is left out.
        """
        if not ledger:
            return attrs.evolve(self, standing=standing)
        others = [(name, each) for name, each in self.standings if name != ledger]
        if standing != _NOWHERE:
            others.append((ledger, standing))
        return attrs.evolve(self, standings=tuple(sorted(others, key=lambda each: each[0])))


_NOWHERE = Standing()
