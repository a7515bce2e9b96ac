"""Records as columns, and back."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import Customer, Membership, Standing
from loyalcore.domain.decision import (
    EntriesRef,
    Fact,
    KeyRecord,
    LedgerRef,
    Notice,
    OrdersRef,
    Ref,
    ReferralCodesRef,
    ReferralsRef,
)
from loyalcore.domain.ledger import Entry, Ledger, Lot, PointsHold
from loyalcore.errors import StoreError
from loyalcore.query import All
from loyalcore.store import ALL_OF, KIND_OF, KINDS, from_columns, name_columns, names, narrowing, to_columns
from loyalcore.testing.contract import _samples as samples

RECORDS: dict[str, Any] = {**samples.FULL, "ledger": samples.ledger(next_change_at=samples.FAR)}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_comes_back_from_its_columns(name: str) -> None:
    """Every field of every kind is the same after `to_columns` and `from_columns`."""
    record = RECORDS[name]
    assert from_columns(type(record), to_columns(record)) == record


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_comes_back_from_json(name: str) -> None:
    """Columns written as JSON, instants and dates as texts, make the same record."""
    record = RECORDS[name]
    found = from_columns(type(record), json.loads(json.dumps(to_columns(record), default=str)))
    assert found == record
    for field in attrs.fields(type(record)):
        assert type(getattr(found, field.name)) is type(getattr(record, field.name))


@pytest.mark.parametrize("name", RECORDS)
def test_columns_are_plain(name: str) -> None:
    """A column is an instant, a date, or what JSON can write."""
    columns = to_columns(RECORDS[name])
    scalars = {column: value for column, value in columns.items() if not isinstance(value, date)}
    assert json.loads(json.dumps(scalars)) == scalars


@pytest.mark.parametrize("name", RECORDS)
def test_the_columns_of_the_name_come_first(name: str) -> None:
    """The first columns of a record are those of its name, in their order, and they find it by its ref."""
    record = RECORDS[name]
    columns, found_by = to_columns(record), name_columns(record.ref)
    assert list(columns)[: len(found_by)] == list(found_by) == list(names(type(record)))
    assert {column: columns[column] for column in found_by} == found_by


def test_every_kind_is_named() -> None:
    """Every kind of record that a store keeps has a ref that leads to it, and the columns of a name."""
    assert set(KIND_OF.values()) == set(KINDS)
    assert set(KIND_OF) == set(Ref.__args__)
    assert all(names(kind)[0] == "environment" for kind in KINDS)


@pytest.mark.parametrize(
    ("ref", "column"),
    [
        (OrdersRef("live", "h1"), "holder_id"),
        (ReferralCodesRef("live", "h1"), "holder_id"),
        (ReferralsRef("live", "h1", "referrer"), "referrer_holder_id"),
        (ReferralsRef("live", "h1", "referee"), "referee_holder_id"),
    ],
)
def test_all_of_a_holder_is_found_by_a_column(ref: Any, column: str) -> None:
    """A ref that leads to all that a holder has gives the column of those records in which the holder stands."""
    assert type(ref) in ALL_OF
    assert name_columns(ref) == {"environment": "live", column: "h1"}
    record = next(each for each in samples.FULL.values() if type(each) is KIND_OF[type(ref)])
    assert column in to_columns(record)


def test_a_ledger_is_written_without_its_parts() -> None:
    """Lots, holds and debts are records of their own: the columns of a ledger hold none, and take them when read."""
    lots = (samples.lot(), samples.lot(2))
    head = samples.ledger(lots=lots)
    columns = to_columns(head)
    assert {"lots", "holds", "debts"} & set(columns) == set()
    assert from_columns(Ledger, columns) == samples.ledger()
    assert from_columns(Ledger, columns, lots=lots) == head


def test_amounts_stay_what_they_are() -> None:
    """A whole number stays one, and a decimal number keeps its digits."""
    for measured in (7, Decimal("7.10"), None):
        record = samples.membership(standing=Standing(measured=measured, gains=((1, 3), (2, Decimal("0.50")))))
        found = from_columns(Membership, json.loads(json.dumps(to_columns(record), default=str)))
        assert repr(found) == repr(record)


def test_instants_of_any_zone_are_read_as_utc() -> None:
    """An instant of another zone is the same instant in UTC."""
    columns = to_columns(samples.customer()) | {"registered_at": "2026-01-31T13:00:00.123456+01:00"}
    assert from_columns(Customer, columns).registered_at == samples.AT


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Customer, {"registered_at": datetime(2026, 1, 31)}),
        (Customer, {"registered_at": "yesterday"}),
        (Customer, {"registered_at": 5}),
        (Customer, {"absorbed": 5}),
        (Membership, {"standing": {"measured": "many"}}),
        (Membership, {"standing": {"colour": "red"}}),
        (Membership, {"standing": {"gains": [[1, 2, 3]]}}),
        (PointsHold, {"state": "lost"}),
    ],
)
def test_what_is_no_record_is_refused(kind: type[Any], wrong: dict[str, Any]) -> None:
    """Columns that are not of their type are a fault of the store; a naive instant is one."""
    made: dict[type[Any], Any] = {
        Customer: samples.customer(),
        Membership: samples.membership(),
        PointsHold: samples.hold(),
    }
    with pytest.raises(StoreError, match=f"of the kind {kind.__name__}"):
        from_columns(kind, {**to_columns(made[kind]), **wrong})


@pytest.mark.parametrize("column", ["holder_id", "lot", "granted", "origin"])
def test_a_missing_column_is_refused(column: str) -> None:
    """Every column of a record has to be there, so that a forgotten one does not become its default."""
    columns = to_columns(samples.lot())
    del columns[column]
    with pytest.raises(StoreError):
        from_columns(Lot, columns)
    assert from_columns(Lot, {**to_columns(samples.lot()), "id": 3}) == samples.lot()


@pytest.mark.parametrize(("by", "value"), [("seq", 3), ("order_id", "o-1"), ("corrects", "e")])
def test_entries_are_found_by_a_column(by: Any, value: Any) -> None:
    """The columns of an `EntriesRef` are those of its ledger, and the one by which entries are looked up."""
    found = name_columns(EntriesRef(samples.REF, by, value))
    assert found == {**name_columns(samples.REF), by: value}


def test_a_query_narrows_the_columns_that_there_are() -> None:
    """A query fixes those of its columns that the kind of record has."""
    query: dict[str, Any] = {"holder_id": "h", "program_id": "p", "ledger": ""}
    assert narrowing(All(Entry, "live", **query)) == {"environment": "live", **query}
    assert narrowing(All(KeyRecord, "live", **query)) == {"environment": "live", "holder_id": "h"}
    assert narrowing(All(Customer, "live", **query)) == {"environment": "live", "holder_id": "h"}
    assert narrowing(All(Notice, "live", **query)) == {"environment": "live", "holder_id": "h", "program_id": "p"}
    assert narrowing(All(Fact, "live", **query)) == {"environment": "live", "holder_id": "h", "program_id": "p"}
    assert narrowing(All(Entry, "live")) == {"environment": "live"}


def test_a_nested_name_keeps_its_fields() -> None:
    """A name within a record is an object: the ledger in which a fact was paid, those that a key wrote to."""
    assert to_columns(samples.fact())["ledger"] == attrs.asdict(samples.REF)
    other = LedgerRef("live", "h", "p", "g")
    assert to_columns(samples.key(entries=((other, (1, 2)),)))["entries"] == [[attrs.asdict(other), [1, 2]]]
