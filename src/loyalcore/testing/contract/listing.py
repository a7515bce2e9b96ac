"""Lists are what the in-memory evaluation gives over the same records (P20)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from loyalcore.domain.customers import (
    CUSTOMERS,
    Customer,
    CustomerRow,
    Membership,
    PointFigures,
    ReferralFigures,
    Standing,
)
from loyalcore.domain.decision import ChangeSet, LedgerRef, Put
from loyalcore.domain.ledger import ENTRIES, Entry, EntryKind
from loyalcore.errors import CapabilityMissing
from loyalcore.query import Listing, Noun, Position, Query, Whole, counted, keys_of, nearest, parse, resolve
from loyalcore.testing._play import records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import Contract, need, write
from loyalcore.values.calendar import check_zone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loyalcore.store import Lists, Store

AT: Final = samples.AT
DUE: Final = AT - timedelta(seconds=1)
LATER: Final = AT + timedelta(seconds=1)
UTC: Final = check_zone("UTC", "zone")

_PEOPLE: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "ada": (
        {
            "first_name": "Ada",
            "last_name": "Łovelace",
            "tags": ("VIP", "b2b"),
            "attributes": {"size": "42", "a.b-c": "Ä"},
        },
        {
            "points": PointFigures(active=300, earned=900),
            "joined_at": AT,
            "standing": Standing(tier="Gold"),
            "referral_code": "ADA-1",
            "referrals": ReferralFigures(total=3, successful=2, revenue=Decimal("63.50"), referee_revenue=Decimal(9)),
        },
    ),
    "Bob": (
        {"first_name": "BOB", "country": "FR", "tags": ("vip",), "has_newsletter": True, "shop_created_at": AT},
        {
            "points": PointFigures(active=300, earned=300),
            "joined_at": LATER,
            "next_change_at": LATER,
            "referral_code": "ada-1",
            "referrals": ReferralFigures(total=2, successful=2, revenue=Decimal("63.5"), referrer_revenue=Decimal(5)),
            "invited_at": DUE,
            "invitations": 2,
        },
    ),
    "cem ": (
        {"first_name": "", "email": "cem@example.org", "has_newsletter": False, "is_guest": True},
        {"points": PointFigures(active=-5, deficit=5), "standing": Standing(tier="gold", since=AT)},
    ),
    "dot%": (
        {"is_excluded": True, "shop_created_at": DUE},
        {"next_change_at": DUE, "joined_at": DUE, "banned_at": AT, "referrals": ReferralFigures(total=1)},
    ),
    "éva": ({"first_name": "éva", "deactivated_at": AT, "updated_at": AT}, {"points": PointFigures(active=10**15)}),
    "eva": ({"first_name": "e\u0301va", "city": "100 %_'\""}, {"points": PointFigures(active=0), "joined_at": AT}),
}
"""Customers with their profiles and memberships: ties, case, accents, blanks, wildcards, and what is missing."""

ASKED: Final = (
    "",
    "sort:-points",
    "sort:points",
    "sort:-joined_at",
    "sort:joined_at",
    "sort:shop_created_at sort:-points",
    "sort:-updated_at",
    "sort:name",
    "sort:tier sort:-name",
    "sort:-customer_id",
    "points:300 sort:-points.earned",
    "points:-5..300 sort:joined_at",
    "-points:300",
    "tier:GOLD",
    "-tier:gold",
    "no:tier",
    "tag:vip",
    "-tag:vip",
    "name:~\u00c9VA",
    "name:^ada",
    'city:"100 %_\'\\""',
    "city:~%",
    "id:(ada,Bob,bob)",
    'id:"cem "',
    "attributes.size:42",
    "attributes.a.b-c:\u00e4",
    "-attributes.size:42",
    "newsletter:true OR country:fr",
    "-newsletter:true",
    "status:guest",
    "-status:member",
    "lifecycle:deactivated",
    "program_status:not_joined",
    "joined_at:<2026-02-01",
    "sort:-referrals",
    "sort:referrals.revenue sort:-referrals.total",
    "referrals:2 sort:-referrals.revenue",
    "referrals.revenue:63.5",
    "referrals.referee_revenue:>0 OR referrals.referrer_revenue:>0",
    "referral_code:ADA-1",
    "no:referral_code sort:-invited_at",
    "invitations:>=1 sort:invited_at",
    "-no:banned_at",
)
"""Search strings over customers: every type of field, both ways, with what is missing."""

ASKED_OF_ENTRIES: Final = (
    "",
    "sort:-recorded_at",
    "sort:recorded_at",
    "sort:-seq",
    "kind:award sort:-points",
    "kind:(award,spend) points:>=2",
    "no:order_id",
    "-order_id:o-1",
    "order_id:o-1",
    "reason:^te",
    "sort:occurred_at sort:-points",
)


def _fill(store: Store) -> None:
    """Write the customers, and others whom no list may show: merged, of another environment, of another program."""
    for number, (name, (profile, member)) in enumerate(_PEOPLE.items()):
        _person(store, name, f"holder-{number}", profile, member)
    _person(store, "merged", "holder-8", {"merged_into": "ada"}, {"customer_id": None})
    _person(store, "ada", "holder-9", {"environment": "sandbox"}, {"environment": "sandbox"})
    other = samples.membership(customer_id="ada", points=PointFigures(active=7))
    write(store, samples.put(attrs.evolve(other, holder_id="holder-0", program_id="tea")))


def _person(store: Store, name: str, holder: str, profile: dict[str, Any], member: dict[str, Any]) -> None:
    customer = attrs.evolve(samples.customer(name, holder_id=holder), **profile)
    membership = attrs.evolve(samples.membership(customer_id=name), **{"holder_id": holder, **member})
    write(store, ChangeSet(puts=(Put(customer, None), Put(membership, None))))


def _book(store: Store) -> None:
    """Write entries on three ledgers of two holders."""
    for holder, program, ledger in (("holder-1", "beans", ""), ("holder-1", "beans", "gift"), ("holder-2", "tea", "")):
        ref = LedgerRef("live", holder, program, ledger)
        for seq in range(1, 12):
            entry = attrs.evolve(
                samples.entry(seq, ref),
                kind=EntryKind.AWARD if seq % 3 else EntryKind.SPEND,
                points=seq % 4,
                recorded_at=AT + timedelta(microseconds=seq // 2),
                occurred_at=AT if seq % 5 == 0 else None,
                order_id=f"o-{seq % 3}" if seq % 2 else None,
            )
            write(store, ChangeSet(inserts=(entry,)))


def _members(store: Store) -> list[CustomerRow]:
    """Give the rows of the program `beans`, from all records."""
    by_id = {each.customer_id: each for each in records(store, Customer)}
    return [
        CustomerRow(by_id[each.customer_id], each, AT)
        for each in records(store, Membership)
        if each.program_id == "beans" and each.customer_id is not None
    ]


def _entries(store: Store, **scope: str) -> list[Entry]:
    return [each for each in records(store, Entry) if all(getattr(each.ledger, name) == scope[name] for name in scope)]


def _listing(noun: Noun, text: str, **fields: Any) -> Listing:
    query = parse(text, noun)
    resolved = Query(noun, resolve(query.where, AT, UTC), query.sort)
    return Listing(resolved, environment="live", count=100, **fields)


def _page(store: Store, listing: Listing, at: datetime = AT) -> Sequence[Any]:
    with store.unit(readonly=True) as unit:
        lists: Lists = unit  # type: ignore[assignment]
        return lists.page(listing, at)


def _count(store: Store, listing: Listing, at: datetime = AT) -> int:
    with store.unit(readonly=True) as unit:
        lists: Lists = unit  # type: ignore[assignment]
        return lists.count(listing, at)


def _walk(store: Store, listing: Listing, rows: Sequence[Any]) -> None:
    """Go through a list by pages of two, forwards and back, and compare each with the reference."""
    for is_backward in (False, True):
        place: Position | None = Position(keys_of(listing.query, rows[-1]), True, True) if is_backward else None
        while True:
            asked = attrs.evolve(listing, position=place, count=2)
            expected = nearest(asked, rows, AT)
            assert list(_page(store, asked)) == expected, f"{listing.query}, from {place}"
            if not expected:
                break
            place = Position(keys_of(listing.query, expected[-1]), is_backward)


class ListingContract(Contract):
    """A list is the reference's."""

    @pytest.mark.parametrize("text", ASKED)
    def test_a_list_of_customers_is_the_reference(self, store: Store, text: str) -> None:
        """P20: customers come as the in-memory evaluation gives them, page by page, both ways, and in their number."""
        need(store, "pages")
        _fill(store)
        listing, rows = _listing(CUSTOMERS, text, program_id="beans"), _members(store)
        assert len(rows) == len(_PEOPLE)
        expected = nearest(listing, rows, AT)
        assert list(_page(store, listing)) == expected
        assert _count(store, listing) == counted(listing, rows, AT) == len(expected)
        if expected:
            _walk(store, listing, expected)

    @pytest.mark.parametrize("text", ASKED_OF_ENTRIES)
    @pytest.mark.parametrize("scope", [{}, {"holder_id": "holder-1"}, {"holder_id": "holder-1", "ledger": ""}])
    def test_a_list_of_entries_is_the_reference(self, store: Store, text: str, scope: dict[str, str]) -> None:
        """P20: entries of a program, a holder or a ledger come as the in-memory evaluation gives them."""
        need(store, "pages")
        _book(store)
        whole = {"program_id": "beans", **scope}
        listing, rows = _listing(ENTRIES, text, **whole), _entries(store, **whole)
        expected = nearest(listing, rows, AT)
        assert list(_page(store, listing)) == expected
        assert _count(store, listing) == len(expected)
        if expected and not scope:
            _walk(store, listing, expected)

    @pytest.mark.parametrize("text", ["", "points:>=0", "-points:300", "-tag:vip", "name:^a OR points:<0"])
    def test_a_settled_list_leaves_out_what_is_due(self, store: Store, text: str) -> None:
        """P20: with `is_settled` a row whose next change has come is left out, from its very instant on."""
        need(store, "pages")
        _fill(store)
        rows = _members(store)
        for at in (DUE - timedelta(microseconds=1), DUE, AT, LATER):
            listing = _listing(CUSTOMERS, f"{text} sort:-points", program_id="beans", is_settled=True)
            expected = nearest(listing, rows, at)
            found = [attrs.evolve(row, at=AT) for row in _page(store, listing, at)]
            assert found == expected
            assert _count(store, listing, at) == len(expected)

    def test_who_is_merged_is_in_no_list(self, store: Store) -> None:
        """P20: a list of customers has nobody of another environment or program, and nobody who was merged."""
        need(store, "pages")
        _fill(store)
        listing = _listing(CUSTOMERS, "", program_id="tea")
        assert [row.membership.points.active for row in _page(store, listing)] == [7]
        found = [row.customer.customer_id for row in _page(store, _listing(CUSTOMERS, "", program_id="beans"))]
        assert found == sorted(_PEOPLE)

    def test_a_field_without_a_column_is_refused(self, store: Store) -> None:
        """P20: what a store does not keep is refused, whether it is filtered or sorted by; so are unknown rows."""
        need(store, "pages")
        length: Whole = Whole("length", lambda row: len(row.customer.customer_id), column=None)
        noun = CUSTOMERS.extended([length])
        for text in ("length:3", "sort:length"):
            with pytest.raises(CapabilityMissing):
                _page(store, _listing(noun, text, program_id="beans"))
            with pytest.raises(CapabilityMissing):
                _count(store, _listing(noun, text, program_id="beans"))
        unknown = Noun("row", CUSTOMERS.fields, ids=CUSTOMERS.ids)
        with pytest.raises(CapabilityMissing):
            _page(store, _listing(unknown, "", program_id="beans"))

    def test_a_unit_lists_what_it_has_applied(self, store: Store) -> None:
        """P20: a unit lists what it has applied itself; others do until the commit what was there before."""
        need(store, "pages")
        listing = _listing(CUSTOMERS, "", program_id="beans")
        with store.unit() as unit:
            lists: Lists = unit  # type: ignore[assignment]
            puts = (Put(samples.customer(), None), Put(samples.membership(customer_id="ada"), None))
            unit.apply(ChangeSet(puts=puts))
            assert [row.customer.customer_id for row in lists.page(listing, AT)] == ["ada"]
        assert list(_page(store, listing)) == []
