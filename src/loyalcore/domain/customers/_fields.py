"""The field table of customers: what lists, segments and exports of them are made of."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from loyalcore.domain.customers._policy import CustomerPolicy
from loyalcore.domain.customers._row import CustomerRow
from loyalcore.query import (
    Amount,
    Choice,
    Day,
    Field,
    Flag,
    Id,
    Instant,
    Noun,
    Text,
    TextMap,
    TextSet,
    Whole,
    days_ago,
    matches,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_UTC: Final = ZoneInfo("UTC")


def _of_customer(name: str) -> Callable[[Any], Any]:
    return attrgetter(f"customer.{name}")


def _personal(name: str) -> Text:
    return Text(name, _of_customer(name), is_personal=True)


def _figure(name: str) -> Whole:
    return Whole(f"points.{name}", attrgetter(f"membership.points.{name}"), is_required=True, moves=True)


def _order_count(name: str, figure: str) -> Whole:
    read = attrgetter(f"membership.orders.{figure}")
    return Whole(name, read, is_required=True, column=f"orders_{figure}")


def _order_money(name: str) -> Amount:
    read = attrgetter(f"membership.orders.{name}")
    return Amount(name, read, is_required=True, column=f"orders_{name}")


def _order_instant(name: str, figure: str) -> Instant:
    return Instant(name, attrgetter(f"membership.orders.{figure}"), column=f"orders_{figure}")


class PointsFields:
    """The figures of the main ledger, in points.

    Source: DOMAIN 3.7.
    """

    active: Whole = _figure("active")
    pending: Whole = _figure("pending")
    held: Whole = _figure("held")
    spent: Whole = _figure("spent")
    expired: Whole = _figure("expired")
    reversed: Whole = _figure("reversed")
    deficit: Whole = _figure("deficit")
    awarded: Whole = _figure("awarded")
    earned: Whole = _figure("earned")


def _referral_money(name: str) -> Amount:
    return Amount(f"referrals.{name}", attrgetter(f"membership.referrals.{name}"), is_required=True)


class ReferralsFields:
    """The figures of a member as a referrer; money is in the program's currency.

    Source: DOMAIN 2 (BLP), 3.7.
    """

    total: Whole = Whole("referrals.total", attrgetter("membership.referrals.total"), is_required=True)
    successful: Whole = Whole("referrals.successful", attrgetter("membership.referrals.successful"), is_required=True)
    revenue: Amount = _referral_money("revenue")
    referrer_revenue: Amount = _referral_money("referrer_revenue")
    referee_revenue: Amount = _referral_money("referee_revenue")


class CustomerFields:
    """The fields of customers, by their names; a record is a `CustomerRow`.

    Source: DOMAIN 2, 3.7, 3.8.

    Example:
        >>> from loyalcore.query import Query
        >>> c = CustomerFields
        >>> str(Query(CUSTOMERS, (c.points.active >= 500) & c.tags.has("vip") & ~c.tier.in_(["gold"])))
        'points.active:>=500 tags:vip -tier:gold'
    """

    customer_id: Id = Id("customer_id", _of_customer("customer_id"), is_required=True)
    holder_id: Id = Id("holder_id", _of_customer("holder_id"), is_required=True)
    registered_at: Instant = Instant("registered_at", _of_customer("registered_at"), is_required=True)
    updated_at: Instant = Instant("updated_at", _of_customer("updated_at"))
    shop_created_at: Instant = Instant("shop_created_at", _of_customer("shop_created_at"))
    name: Text = _personal("name")
    first_name: Text = _personal("first_name")
    last_name: Text = _personal("last_name")
    email: Text = _personal("email")
    street: Text = _personal("street")
    postal_code: Text = _personal("postal_code")
    city: Text = _personal("city")
    region: Text = _personal("region")
    country: Text = _personal("country")
    language: Text = _personal("language")
    shop_url: Text = _personal("shop_url")
    birth_on: Day = Day("birth_on", _of_customer("birth_on"), is_personal=True)
    attributes: TextMap = TextMap("attributes", _of_customer("attributes"), is_personal=True)
    tags: TextSet = TextSet("tags", _of_customer("tags"))
    has_newsletter: Flag = Flag("has_newsletter", _of_customer("has_newsletter"))
    is_guest: Flag = Flag("is_guest", _of_customer("is_guest"), is_required=True)
    is_excluded: Flag = Flag("is_excluded", _of_customer("is_excluded"), is_required=True)
    deactivated_at: Instant = Instant("deactivated_at", _of_customer("deactivated_at"))
    orders: Whole = _order_count("orders", "count")
    products: Whole = _order_count("products", "products")
    discounted_orders: Whole = _order_count("discounted_orders", "discounted")
    undiscounted_orders: Whole = _order_count("undiscounted_orders", "undiscounted")
    revenue: Amount = _order_money("revenue")
    discounts: Amount = _order_money("discounts")
    first_order_at: Instant = _order_instant("first_order_at", "first_at")
    last_order_at: Instant = _order_instant("last_order_at", "last_at")
    known_at: Instant = Instant("known_at", attrgetter("membership.known_at"))
    joined_at: Instant = Instant("joined_at", attrgetter("membership.joined_at"))
    tier: Text = Text("tier", attrgetter("membership.tier"), moves=True)
    tier_since: Instant = Instant("tier_since", attrgetter("membership.standing.since"), moves=True)
    tier_expires_at: Instant = Instant("tier_expires_at", attrgetter("membership.standing.expires_at"), moves=True)
    referral_code: Id = Id("referral_code", attrgetter("membership.referral_code"))
    invited_at: Instant = Instant("invited_at", attrgetter("membership.invited_at"))
    invitations: Whole = Whole("invitations", attrgetter("membership.invitations"), is_required=True)
    banned_at: Instant = Instant("banned_at", attrgetter("membership.banned_at"))
    points: type[PointsFields] = PointsFields
    referrals: type[ReferralsFields] = ReferralsFields
    account_status: Choice = Choice(
        "account_status",
        attrgetter("account_status"),
        choices={
            "member": is_excluded.is_(False) & is_guest.is_(False),
            "guest": is_excluded.is_(False) & is_guest.is_(True),
            "excluded": is_excluded.is_(True),
        },
    )
    shop_status: Choice = Choice(
        "shop_status",
        attrgetter("shop_status"),
        choices={"member": is_guest.is_(False), "guest": is_guest.is_(True)},
    )
    program_status: Choice = Choice(
        "program_status",
        attrgetter("program_status"),
        choices={"joined": ~joined_at.is_missing(), "not_joined": joined_at.is_missing()},
    )


@lru_cache(maxsize=64)
def customers_noun(policy: CustomerPolicy, zone: ZoneInfo = _UTC) -> Noun:
    """Return customers as queries of one program see them.

    Args:
        policy: The thresholds of the program, from which `lifecycle` follows: `deactivated`; and of those who are not,
            `new` while the first closed order is recent, `loyal` with many, `customer` with one, `potential` without.
        zone: The program's zone.

    Source: DOMAIN 3.7 (WIZ names), 3.8.

    Example:
        >>> customers_noun(CustomerPolicy(loyal_orders=5)).field("lifecycle").is_sortable
        False
    """
    fields, is_active = CustomerFields, CustomerFields.deactivated_at.is_missing()
    stages = {
        "deactivated": ~is_active,
        "new": is_active & (fields.first_order_at >= days_ago(policy.new_days)),
        "loyal": is_active & (fields.orders >= policy.loyal_orders),
        "customer": is_active & (fields.orders >= 1),
        "potential": is_active & (fields.orders == 0),
    }

    def stage(row: CustomerRow) -> str | None:
        """The most telling of the stages of a row."""
        return next((name for name, condition in stages.items() if matches(condition, row, row.at, zone)), None)

    own = [field for field in vars(CustomerFields).values() if isinstance(field, Field)]
    figures = [
        field for table in (PointsFields, ReferralsFields) for field in vars(table).values() if isinstance(field, Field)
    ]
    return Noun(
        "customer",
        [*own, Choice("lifecycle", stage, choices=stages), *figures],
        ids=[CustomerFields.customer_id],
        kind=CustomerRow,
        aliases=_ALIASES,
    )


_ALIASES: Final = {
    "points": "points.active",
    "referrals": "referrals.successful",
    "orders.count": "orders",
    "orders.products": "products",
    "orders.revenue": "revenue",
    "orders.discounts": "discounts",
    "invited": "invited_at",
    "banned": "banned_at",
    "id": "customer_id",
    "registered": "registered_at",
    "joined": "joined_at",
    "created": "shop_created_at",
    "last_activity": "updated_at",
    "tag": "tags",
    "newsletter": "has_newsletter",
    "status": "account_status",
}

CUSTOMERS: Final[Noun] = customers_noun(CustomerPolicy())
"""Customers as queries see them where a program leaves the thresholds as they are; `points` means the active ones."""
