"""The columns that lists ask for beside those of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Customer, CustomerRow, Membership
from loyalcore.domain.ledger import Entry
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import CODES, REFERRALS, Referral, ReferralCode
from loyalcore.fields import CUSTOMERS, ENTRIES, ORDERS
from loyalcore.query import column_of, value_of
from loyalcore.store import KINDS_OF_ROW, list_columns, to_columns
from loyalcore.testing.contract import _samples as samples

if TYPE_CHECKING:
    from loyalcore.query import Field


def of_kind(kind: type[Any]) -> Any:
    """Give a record of a kind in which every field has a value."""
    return next(record for record in samples.FULL.values() if type(record) is kind)


@pytest.mark.parametrize("field", [field for field in CUSTOMERS.fields if field.column], ids=lambda field: field.name)
def test_every_field_of_customers_has_its_column(field: Field) -> None:
    """Whatever a list of customers asks for stands in a column of one of the two records, as it is compared."""
    customer = of_kind(Customer)
    member = attrs.evolve(of_kind(Membership), customer_id=customer.customer_id, holder_id=customer.holder_id)
    columns = {**to_columns(member), **list_columns(member), **to_columns(customer), **list_columns(customer)}
    assert columns[column_of(field)] == value_of(field, CustomerRow(customer, member, samples.AT))


@pytest.mark.parametrize("field", ENTRIES.fields, ids=lambda field: field.name)
def test_every_field_of_entries_is_a_column_of_them(field: Field) -> None:
    """Entries need no other columns than they have."""
    entry = of_kind(Entry)
    assert list_columns(entry) == {}
    assert to_columns(entry)[column_of(field)] == value_of(field, entry)


@pytest.mark.parametrize("field", ORDERS.fields, ids=lambda field: field.name)
def test_every_field_of_orders_has_its_column(field: Field) -> None:
    """Whatever a list of orders asks for stands in a column of the record, or in one beside it."""
    order = of_kind(Order)
    columns = {**to_columns(order), **list_columns(order)}
    assert columns[column_of(field)] == value_of(field, order)


@pytest.mark.parametrize("field", [field for field in REFERRALS.fields if field.column], ids=lambda field: field.name)
def test_every_field_of_referrals_has_its_column(field: Field) -> None:
    """Whatever a list of referrals asks for stands in a column of the record, or in one beside it."""
    referral = of_kind(Referral)
    columns = {**to_columns(referral), **list_columns(referral)}
    assert columns[column_of(field)] == value_of(field, referral)


@pytest.mark.parametrize("field", CODES.fields, ids=lambda field: field.name)
def test_every_field_of_codes_is_a_column_of_them(field: Field) -> None:
    """Referral codes need no other columns than they have."""
    code = of_kind(ReferralCode)
    assert list_columns(code) == {}
    assert to_columns(code)[column_of(field)] == value_of(field, code)


@pytest.mark.parametrize("name", samples.FULL)
def test_only_what_lists_are_made_of_has_such_columns(name: str) -> None:
    """A record of another kind has none, and none of them is a column of the record."""
    record = samples.FULL[name]
    listed = {kind for kinds in KINDS_OF_ROW.values() for kind in kinds} - {Entry, ReferralCode}
    assert bool(list_columns(record)) is (type(record) in listed)
    assert to_columns(record).keys().isdisjoint(list_columns(record))
