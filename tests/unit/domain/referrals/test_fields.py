"""The field tables of referrals and codes: what each field says of a record, and what people are told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from loyalcore import fields
from loyalcore.domain.customers import ReferralFigures
from loyalcore.domain.decision import NoticeRef
from loyalcore.domain.orders import Cart, Order, OrderReferral, OrderState
from loyalcore.domain.referrals import (
    CODES,
    REFERRALS,
    SHOWN,
    ReferralNotice,
    ReferralState,
    blocked_notice,
    completed_notice,
    invitation,
    typed_code,
)
from loyalcore.query import matches, parse, to_document, value_of
from tests.unit.domain.referrals._people import AT, LONG_AGO, code, member, referral, row

FULL = referral(
    ReferralState.COMPLETED,
    campaign="spring",
    claimed_at=AT,
    expires_at=AT,
    review_due_at=AT,
    completed_at=AT,
    order_id="o-1",
    revenue=Decimal("40.50"),
    contact="Grace@Example.org",
)
BARE = referral(ReferralState.INVITED, referrer_id=None, referee_id=None, referee_holder_id=None)
CODE = code(
    campaign="spring",
    starts_at=AT,
    expires_at=AT,
    limit=10,
    used=3,
    referee_id="grace",
    referral_id="f-1",
    disabled_at=AT,
)


def said(noun: Any, record: Any) -> dict[str, Any]:
    """Give what each stored field says of a record."""
    return {field.name: value_of(field, record) for field in noun.fields}


def test_what_a_referral_says() -> None:
    """Every field gives what the record has."""
    assert said(REFERRALS, FULL) == {
        "referral_id": "f-1",
        "program_id": "beans",
        "code": "ABCDE-23456",
        "campaign": "spring",
        "state": "completed",
        "referrer_id": "ada",
        "referrer_holder_id": "h-ada",
        "referee_id": "grace",
        "referee_holder_id": "h-grace",
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        "claimed_at": AT,
        "expires_at": AT,
        "review_due_at": AT,
        "completed_at": AT,
        "order_id": "o-1",
        "revenue": Decimal("40.50"),
        "contact": "grace@example.org",
        "status": "completed",
    }


def test_what_a_code_says() -> None:
    """Every field gives what the record has."""
    assert said(CODES, CODE) == {
        "code": "ABCDE-23456",
        "program_id": "beans",
        "holder_id": "h-ada",
        "campaign": "spring",
        "created_at": LONG_AGO,
        "starts_at": AT,
        "expires_at": AT,
        "limit": 10,
        "used": 3,
        "referee_id": "grace",
        "referral_id": "f-1",
        "disabled_at": AT,
    }


@pytest.mark.parametrize(("noun", "record"), [(REFERRALS, BARE), (CODES, code())])
def test_what_is_always_there(noun: Any, record: Any) -> None:
    """A field that says so has a value also in a record that has only what it must."""
    missing = {name for name, value in said(noun, record).items() if value is None}
    assert missing == {field.name for field in noun.fields if not field.is_required} - {"status"}


def test_only_the_friend_is_personal() -> None:
    """The address of a friend is personal, ids are not; no list is sorted by it, and no store keeps it for lists."""
    assert [field.name for field in REFERRALS.fields if field.is_personal] == ["contact"]
    assert [field.name for field in CODES.fields if field.is_personal] == []
    contact = REFERRALS.field("contact")
    assert (contact.column, contact.is_sortable) == (None, False)


@pytest.mark.parametrize("state", ReferralState)
def test_the_status_is_what_is_shown(state: ReferralState) -> None:
    """A status is met by the states that it is shown for, and by no others."""
    for name in ("pending", "blocked", "completed"):
        asked = parse(f"status:{name}", REFERRALS)
        assert matches(asked, referral(state), AT, ZoneInfo("UTC")) is (SHOWN[state] == name)


@pytest.mark.parametrize(
    ("text", "noun", "record"),
    [
        ("referrer:ada friend:grace order:o-1 sort:-created", REFERRALS, FULL),
        ("state:completed revenue:>=40.5 has:due", REFERRALS, FULL),
        ("campaign:spring uses:<10 limit:10 friend:grace", CODES, CODE),
        ("id:ABCDE-23456", CODES, CODE),
    ],
)
def test_the_words_of_searching(text: str, noun: Any, record: Any) -> None:
    """Fields are found by their names and by what others call them."""
    query = parse(text.replace("has:due", "-no:due"), noun)
    assert matches(query, record, AT, ZoneInfo("UTC"))
    assert to_document(query)["noun"] == noun.name


def test_the_tables_stand_among_all_others() -> None:
    """The tables of referrals and codes are found where those of customers and orders are."""
    assert fields.REFERRALS is REFERRALS
    assert fields.CODES is CODES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("referral_code", "ABCDE-23456"),
        ("invited_at", AT),
        ("invitations", 2),
        ("banned_at", AT),
        ("referrals.total", 5),
        ("referrals.successful", 4),
        ("referrals.revenue", Decimal(30)),
        ("referrals.referrer_revenue", Decimal(20)),
        ("referrals.referee_revenue", Decimal(10)),
    ],
)
def test_what_a_customer_says_of_referring(name: str, value: Any) -> None:
    """The figures of a referrer are fields of customers, stored under plain names."""
    figures = ReferralFigures(
        total=5,
        successful=4,
        revenue=Decimal(30),
        referrer_revenue=Decimal(20),
        referee_revenue=Decimal(10),
    )
    ada = row(
        "ada",
        of_member={
            "referral_code": "ABCDE-23456",
            "invited_at": AT,
            "invitations": 2,
            "banned_at": AT,
            "referrals": figures,
        },
    )
    field = fields.CUSTOMERS.field(name)
    assert value_of(field, ada) == value
    assert field.column == name.replace(".", "_")


def test_referrals_alone_are_the_successful_ones() -> None:
    """In a search string `referrals` means those that are completed."""
    assert fields.CUSTOMERS.field("referrals") is fields.CustomerFields.referrals.successful


def test_what_an_order_says_of_its_referral() -> None:
    """An order says to which referral it counts, or why its code was refused."""
    order = Order(
        environment="live",
        order_id="o-1",
        holder_id="h-grace",
        customer_id="grace",
        program_id="beans",
        state=OrderState.CLOSED,
        cart=Cart.of_total(40),
        created_at=AT,
        updated_at=AT,
        referral=OrderReferral(referral_id="f-1"),
    )
    refused = attrs.evolve(order, referral=OrderReferral(refused="expired"))
    of = fields.OrderFields
    assert (of.referral_id.get(order), of.referral_refused.get(order)) == ("f-1", None)
    assert (of.referral_id.get(refused), of.referral_refused.get(refused)) == (None, "expired")


# Notices --------------------------------------------------------------------------------------------------------------


def test_an_invitation() -> None:
    """An invitation goes to the member, and each has a name of its own."""
    told = invitation(member("ada", invitations=2), AT)
    assert told.ref == NoticeRef("live", "h-ada", "invitation:beans:2")
    assert (told.kind, told.program_id, told.at) == (ReferralNotice.INVITATION, "beans", AT)
    assert dict(told.details) == {"invitations": 2}


@pytest.mark.parametrize(
    ("tell", "kind"),
    [(completed_notice, ReferralNotice.COMPLETED), (blocked_notice, ReferralNotice.BLOCKED)],
)
def test_the_referrer_is_told(tell: Any, kind: ReferralNotice) -> None:
    """What becomes of a referral is told to the referrer, without a word of who was referred or why."""
    told = tell(attrs.evolve(FULL, version=3), AT)
    assert told.ref == NoticeRef("live", "h-ada", f"{kind.value}:beans:f-1:3")
    assert (told.kind, told.at) == (kind.value, AT)
    assert dict(told.details) == {"referral_id": "f-1", "code": "ABCDE-23456", "order_id": "o-1"}
    assert tell(attrs.evolve(FULL, version=3), AT) == told


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("abcde23456", "ABCDE-23456"),
        ("ABCDE-23456", "ABCDE-23456"),
        ("a-b-c-d-e-2-3-4-5-6", "ABCDE-23456"),
        ("ABCDE-O3456", None),
        ("ABCDE", None),
        ("", None),
    ],
)
def test_a_code_as_it_was_typed(typed: str, found: str | None) -> None:
    """Case and dashes make no difference; what no code can be is none."""
    assert typed_code(typed) == found
