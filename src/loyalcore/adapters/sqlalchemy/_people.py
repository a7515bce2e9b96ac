"""Between people and rows: customers and memberships become tuples in the order of their tables' columns, and back."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import fields

from loyalcore.adapters.sqlalchemy._columns import NOTHING
from loyalcore.adapters.sqlalchemy._nested import (
    day,
    dump,
    iso,
    listed,
    maybe_instant,
    micros,
    names,
    plain_names,
    read,
)
from loyalcore.adapters.sqlalchemy._schema import FOLDED
from loyalcore.adapters.sqlalchemy._standings import (
    NO_STANDING,
    plain_rest,
    plain_standing,
    plain_standings,
    read_standings,
    standing,
)
from loyalcore.domain.customers import Customer, Membership, OrderFigures, PointFigures, ReferralFigures
from loyalcore.query import fold
from loyalcore.store import read_sortable, sortable
from loyalcore.values.clock import from_micros, to_micros
from loyalcore.values.drafts import draft_of

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy._dialects import Row
    from loyalcore.domain.decision import CustomerRef, MembershipRef

_FIGURE_NAMES = tuple(field.name for field in fields(PointFigures))
_FIGURES = attrgetter(*_FIGURE_NAMES)


# Customers ----------------------------------------------------------------------------------------------------------


def customer_row(record: Customer) -> Row:
    """Give a customer as a row."""
    tags, attributes = record.tags, record.attributes
    return (
        record.environment,
        record.customer_id,
        record.holder_id,
        to_micros(record.registered_at),
        record.merged_into,
        listed(record.absorbed),
        plain_names(record.programs),
        record.version,
        micros(record.updated_at),
        micros(record.shop_created_at),
        micros(record.deactivated_at),
        record.first_name,
        record.last_name,
        record.email,
        record.street,
        record.postal_code,
        record.city,
        record.region,
        record.country,
        record.language,
        record.shop_url,
        dump(dict(attributes)) if attributes else None,
        listed(tags),
        iso(record.birth_on),
        record.has_newsletter,
        record.is_guest,
        record.is_excluded,
        *(_folded(getattr(record, name)) for name in _FOLDED_TEXTS),
        listed(tuple(fold(tag) for tag in tags)),
        dump({name: fold(value) for name, value in attributes.items()}) if attributes else None,
    )


_FOLDED_TEXTS = FOLDED[:-2]


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


def customer(ref: CustomerRef, row: Row) -> Customer:
    """Give the customer of a row."""
    return whole_customer((ref.environment, ref.customer_id, *row))


def whole_customer(row: Row) -> Customer:
    """Give the customer of a row that has its name too."""
    made: Any = _CustomerDraft()
    (
        made.environment,
        made.customer_id,
        made.holder_id,
        registered_at,
        made.merged_into,
        absorbed,
        programs,
        made.version,
        updated_at,
        shop_created_at,
        deactivated_at,
        made.first_name,
        made.last_name,
        made.email,
        made.street,
        made.postal_code,
        made.city,
        made.region,
        made.country,
        made.language,
        made.shop_url,
        attributes,
        tags,
        birth_on,
        has_newsletter,
        is_guest,
        is_excluded,
    ) = row
    made.registered_at = from_micros(registered_at)
    made.updated_at = None if updated_at is None else from_micros(updated_at)
    made.shop_created_at = None if shop_created_at is None else from_micros(shop_created_at)
    made.deactivated_at = None if deactivated_at is None else from_micros(deactivated_at)
    made.absorbed = tuple(read(absorbed)) if absorbed else ()
    made.programs = names(programs) if programs else ()
    made.birth_on = None if birth_on is None else day(birth_on)
    made.attributes = read(attributes) if attributes else {}
    made.tags = tuple(read(tags)) if tags else ()
    made.has_newsletter = None if has_newsletter is None else bool(has_newsletter)
    made.is_guest = is_guest != 0
    made.is_excluded = is_excluded != 0
    made.__class__ = Customer
    record: Customer = made
    return record


_CustomerDraft = draft_of(Customer)


# Memberships --------------------------------------------------------------------------------------------------------


def membership_row(record: Membership) -> Row:
    """Give a membership as a row."""
    return (
        record.environment,
        record.holder_id,
        record.program_id,
        micros(record.known_at),
        micros(record.joined_at),
        *plain_standing(record.standing),
        plain_names(record.ledgers),
        record.version,
        record.customer_id,
        *_FIGURES(record.points),
        micros(record.next_change_at),
        _folded(record.tier),
        *(_NO_FIGURES if record.orders is _NO_ORDERS else _order_figures(record.orders)),
        listed(record.caps),
        plain_rest(record.standing),
        plain_standings(record.standings),
        *_referral_figures(record.referrals),
        record.referral_code,
        record.referral_id,
        listed(record.reward_lots),
        micros(record.invited_at),
        record.invitations,
        micros(record.banned_at),
        listed(record.tokens),
    )


def _referral_figures(figures: ReferralFigures) -> Row:
    if figures is _NO_REFERRALS:
        return _NO_REFERRAL_FIGURES
    return (
        figures.total,
        figures.successful,
        sortable(figures.revenue),
        sortable(figures.referrer_revenue),
        sortable(figures.referee_revenue),
    )


def _order_figures(figures: OrderFigures) -> Row:
    return (
        figures.count,
        figures.products,
        figures.discounted,
        figures.undiscounted,
        sortable(figures.revenue),
        sortable(figures.discounts),
        micros(figures.first_at),
        micros(figures.last_at),
    )


def membership(ref: MembershipRef, row: Row) -> Membership:
    """Give the membership of a row."""
    return whole_membership((ref.environment, ref.holder_id, ref.program_id, *row))


def whole_membership(row: Row) -> Membership:
    """Give the membership of a row that has its name too."""
    made: Any = _MembershipDraft()
    points: Any = _PointsDraft()
    (
        made.environment,
        made.holder_id,
        made.program_id,
        known_at,
        joined_at,
        tier,
        since,
        expires_at,
        previous,
        measured,
        gains,
        ledgers,
        made.version,
        made.customer_id,
        points.active,
        points.pending,
        points.held,
        points.spent,
        points.expired,
        points.reversed,
        points.deficit,
        points.awarded,
        points.earned,
        next_change_at,
        orders,
        products,
        discounted,
        undiscounted,
        revenue,
        discounts,
        first_at,
        last_at,
        caps,
        rest,
        standings,
        referees,
        successful,
        referred,
        by_referrer,
        by_referees,
        made.referral_code,
        made.referral_id,
        reward_lots,
        invited_at,
        made.invitations,
        banned_at,
        tokens,
    ) = row
    points.__class__ = PointFigures
    made.points = points
    made.known_at = None if known_at is None else from_micros(known_at)
    made.joined_at = None if joined_at is None else from_micros(joined_at)
    if tier is since is expires_at is previous is measured is gains is rest is None:
        made.standing = NO_STANDING
    else:
        made.standing = standing(tier, since, expires_at, previous, measured, gains, rest)
    made.standings = read_standings(standings) if standings else ()
    made.ledgers = names(ledgers) if ledgers else ()
    figures = (orders, products, discounted, undiscounted, revenue, discounts, first_at, last_at)
    made.orders = _NO_ORDERS if figures == _NO_FIGURES else _read_figures(*figures)
    made.caps = tuple([tuple(each) for each in read(caps)]) if caps else ()
    referrals = (referees, successful, referred, by_referrer, by_referees)
    made.referrals = _NO_REFERRALS if referrals == _NO_REFERRAL_FIGURES else _read_referrals(*referrals)
    made.reward_lots = tuple([(lot, referral) for lot, referral in read(reward_lots)]) if reward_lots else ()
    made.invited_at = None if invited_at is None else from_micros(invited_at)
    made.banned_at = None if banned_at is None else from_micros(banned_at)
    made.tokens = tuple(read(tokens)) if tokens else ()
    made.next_change_at = None if next_change_at is None else from_micros(next_change_at)
    made.__class__ = Membership
    record: Membership = made
    return record


_MembershipDraft = draft_of(Membership)
_PointsDraft = draft_of(PointFigures)


def _read_figures(
    count: int,
    products: int,
    discounted: int,
    undiscounted: int,
    revenue: str,
    discounts: str,
    first_at: int | None,
    last_at: int | None,
) -> OrderFigures:
    return OrderFigures(
        count=count,
        products=products,
        revenue=read_sortable(revenue),
        discounts=read_sortable(discounts),
        discounted=discounted,
        undiscounted=undiscounted,
        first_at=maybe_instant(first_at),
        last_at=maybe_instant(last_at),
    )


def _read_referrals(
    total: int, successful: int, revenue: str, referrer_revenue: str, referee_revenue: str
) -> ReferralFigures:
    return ReferralFigures(
        total=total,
        successful=successful,
        revenue=read_sortable(revenue),
        referrer_revenue=read_sortable(referrer_revenue),
        referee_revenue=read_sortable(referee_revenue),
    )


_NO_REFERRALS: Any = fields(Membership).referrals.default
"""What most members have: the very figures of a membership that was made without any."""
_NO_REFERRAL_FIGURES: Row = (0, 0, NOTHING, NOTHING, NOTHING)
_NO_ORDERS = OrderFigures()
_NO_FIGURES = _order_figures(_NO_ORDERS)
