"""The transaction log with TAL's columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import Entry, EntryKind
from loyalcore.domain.ledger._entry import NewLot
from loyalcore.screens import TRANSACTIONS, moved, row_maker, transaction

AT = datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)
LATER = AT + timedelta(days=30)


def entry(kind: EntryKind, points: int, **fields: Any) -> Entry:
    """Give an entry of the ledger `coffee`."""
    ref = LedgerRef("live", "h1", "beans", "coffee")
    return Entry(ledger=ref, seq=3, kind=kind, points=points, recorded_at=LATER, effective_at=AT, **fields)


def test_the_headers_are_as_the_api_prints_them() -> None:
    """Seventeen columns, in TAL's spelling and order."""
    assert ",".join(column.header for column in TRANSACTIONS) == (
        "customerprofileid,customersessionid,rulesetid,rulename,programid,type,name,subledgerid,startdate,expirydate,"
        "id,created,amount,archived,campaignid,flags,transactionUUID"
    )


def test_an_award_is_an_addition_with_its_dates() -> None:
    """Who, for which order, by which rule, in which program and ledger, when, how many, and from when to when."""
    award = entry(
        EntryKind.AWARD,
        40,
        order_id="o-1",
        rule="base",
        reason="base",
        lots=(NewLot(1, 40, AT, LATER),),
    )
    assert row_maker(TRANSACTIONS)(transaction("ada", award, moved(award))) == (
        *("ada", "o-1", None, "base", "beans", "addition", "base", "coffee"),
        *("2024-10-12T07:20:50Z", "2024-11-11T07:20:50Z", 3, "2024-10-12T07:20:50Z", 40),
        *(None, None, None, "h1:beans:3:coffee"),
    )


def test_a_spend_is_a_subtraction_of_a_positive_amount() -> None:
    """What takes has no dates of its own, and its amount has no sign."""
    spend = entry(EntryKind.SPEND, 40)
    row = dict(
        zip(
            [column.header for column in TRANSACTIONS],
            row_maker(TRANSACTIONS)(transaction("ada", spend, moved(spend))),
            strict=True,
        )
    )
    assert (row["type"], row["amount"], row["startdate"], row["expirydate"]) == ("subtraction", 40, None, None)


@pytest.mark.parametrize(
    ("kind", "points", "way"),
    [
        (EntryKind.AWARD, 5, 5),
        (EntryKind.RESTORE, 5, 5),
        (EntryKind.RELEASE, 5, 5),
        (EntryKind.TRANSFER_IN, 5, 5),
        (EntryKind.ADJUST, 5, 5),
        (EntryKind.ADJUST, -5, -5),
        (EntryKind.SPEND, 5, -5),
        (EntryKind.DEDUCT, 5, -5),
        (EntryKind.EXPIRE, 5, -5),
        (EntryKind.HOLD, 5, -5),
        (EntryKind.REVERSE, 5, -5),
        (EntryKind.TRANSFER_OUT, 5, -5),
        (EntryKind.ACTIVATE, 5, 0),
        (EntryKind.CAPTURE, 5, 0),
        (EntryKind.EXTEND, 0, 0),
        (EntryKind.ACTIVITY, 0, 0),
        (EntryKind.MERGE, 5, 0),
    ],
)
def test_each_kind_of_entry_has_its_way(kind: EntryKind, points: int, way: int) -> None:
    """What brings points is positive, what takes them negative, the rest moves nothing."""
    assert moved(entry(kind, points)) == way


def test_every_kind_of_entry_is_listed_above() -> None:
    """The table above knows every kind that there is."""
    (mark,) = test_each_kind_of_entry_has_its_way.pytestmark  # type: ignore[attr-defined]
    assert {kind for kind, *_ in mark.args[1]} == set(EntryKind)


def test_several_lots_have_dates_only_where_they_agree() -> None:
    """One line tells the dates of all its lots, or none."""
    same = entry(EntryKind.TRANSFER_IN, 9, lots=(NewLot(1, 4, AT, LATER), NewLot(2, 5, AT, LATER)))
    other = entry(EntryKind.TRANSFER_IN, 9, lots=(NewLot(1, 4, AT, LATER), NewLot(2, 5, AT, None)))
    assert transaction("ada", same, 9)[3:] == (AT, LATER)
    assert transaction("ada", other, 9)[3:] == (None, None)
