"""The types that a host's checker sees; pyright and mypy check each `assert_type`, and running it does no harm."""

from __future__ import annotations

from typing import assert_type

from loyalcore import (
    Award,
    Balance,
    BulkProgress,
    BulkResult,
    BulkRow,
    BulkStatus,
    Command,
    Customer,
    Entry,
    LotStory,
    Loyalty,
    Membership,
    Outcome,
    PointsHold,
    Program,
    Receipt,
    SaveSegment,
    ScheduledChange,
    Segment,
    Verification,
    from_json,
    to_json,
)
from loyalcore.domain.customers import CUSTOMERS, CustomerRow
from loyalcore.query import parse
from loyalcore.testing import example


def test_movements_answer_with_receipts() -> None:
    """Every movement gives a receipt, whose hold is a hold and whose entries are entries."""
    shop = example()
    assert_type(shop, Loyalty)
    assert_type(shop.points.award("ada", 120, reason="welcome", key="w-1"), Receipt)
    assert_type(shop.points.hold("ada", 20, key="h-1").hold, PointsHold)
    assert_type(shop.points.capture("ada", "h-1", key="h-2").entries, tuple[Entry, ...])
    assert_type(shop.run_many([Award("ada", 1, reason="more", key="w-2")]), tuple[Outcome, ...])


def test_questions_answer_with_values() -> None:
    """Each question has one type of answer."""
    shop = example()
    assert_type(shop.points.balance("ada"), Balance)
    assert_type(shop.points.schedule("ada"), tuple[ScheduledChange, ...])
    assert_type(shop.points.explain("ada"), tuple[LotStory, ...])
    assert_type(shop.points.verify("ada"), Verification)
    assert_type(shop.points.entries("ada"), tuple[Entry, ...])
    assert_type(shop.points.sweep(), int)
    assert_type(shop.customers.get("ada"), Customer)
    assert_type(shop.customers.membership("ada"), Membership)
    assert_type(shop.customers.membership("ada").tier, str | None)
    assert_type(shop.segments.all(), tuple[Segment, ...])


def test_bulk_actions_take_ids_and_queries() -> None:
    """Ids, a search string, a condition and a query are whom a bulk action is about; its rows have a status."""
    shop = example()
    for who in (["ada"], "points:0", parse("points:0", CUSTOMERS), parse("points:0", CUSTOMERS).where):
        assert_type(shop.bulk.tag(who, add=["vip"], key="t-1"), BulkResult)

    def told(row: BulkRow) -> None:
        assert_type(row.status, BulkStatus)
        assert_type(row.receipt, Receipt | None)

    def progress(now: BulkProgress) -> None:
        assert_type(now.rows, int)

    shop.bulk.adjust(
        {"version": 1, "noun": "customer", "where": {"all": []}},
        5,
        reason="gift",
        key="g-1",
        each=told,
        progress=progress,
    )


def test_segments_are_saved_in_four_ways() -> None:
    """A segment is saved with a search string, a condition, a query or a document; a command takes a document."""
    shop = example()
    bob = parse("customer_id:bob", CUSTOMERS)
    document = {"version": 1, "noun": "customer", "where": {"all": []}}
    for where in ("customer_id:ada", bob.where, bob, document):
        assert_type(shop.segments.save("friends", "Friends", where).segment, Segment | None)
        assert_type(shop.segments.get("friends"), Segment)
        assert_type(shop.segments.page("friends").items, tuple[CustomerRow, ...])
        assert_type(shop.segments.count("friends"), int)
        assert_type(shop.segments.has("friends", "ada"), bool)
        assert_type(shop.segments.remove("friends", version=1), Receipt)
    assert_type(SaveSegment("friends", "Friends", {"version": 1, "noun": "customer"}).version, int | None)


def test_commands_have_a_json_form_with_a_type() -> None:
    """A command goes to JSON and comes back as a command; a program's document makes a program."""
    assert_type(from_json(to_json(Award("ada", 1, reason="more", key="w-2"))), Command)
    assert_type(Program.from_document({"id": "beans", "currency": "EUR", "timezone": "UTC"}), Program)
