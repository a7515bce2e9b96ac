from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.sqlalchemy._statements import INDEX_OF_ALL, Statements
from loyalcore.adapters.sqlalchemy._tables import TABLE_OF
from loyalcore.domain.customers import CUSTOMERS, Customer, Membership
from loyalcore.domain.decision import Notice
from loyalcore.domain.ledger import ENTRIES, Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.orders import ORDERS, Order
from loyalcore.domain.referrals import CODES, REFERRALS, Referral, ReferralCode
from loyalcore.query import All, Listing, column_of, parse
from tests.unit.adapters.sqlalchemy._samples import NOW

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.adapters.sqlalchemy._dialects import Ask, Row
    from loyalcore.query import Noun

LEDGER_KEY = "(environment=? AND holder_id=? AND program_id=? AND ledger=?"


def plan(store: SqlStore, statement: str) -> list[str]:
    """Give the steps in which SQLite would run a statement."""
    with store.unit() as unit:
        values = ("",) * statement.count("?")
        return [row[3] for row in unit._working().cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)]


@pytest.fixture
def statements(in_memory: SqlStore) -> Statements:
    """The statements of a store."""
    return in_memory._statements


@pytest.mark.parametrize("kind", TABLE_OF, ids=lambda kind: kind.__name__)
def test_loads_search_by_the_whole_name(in_memory: SqlStore, statements: Statements, kind: type[Any]) -> None:
    """A record is looked up by every column of its name."""
    (step,) = plan(in_memory, statements.load[kind])
    assert step.count("=?") == len(TABLE_OF[kind].primary_key.columns)


@pytest.mark.parametrize(
    ("kind", "index"), [(Lot, "loyal_lot_open"), (PointsHold, "loyal_hold_open"), (Debt, "loyal_debt_open")]
)
def test_open_parts_do_not_cost_the_history(
    in_memory: SqlStore, statements: Statements, kind: type[Any], index: str
) -> None:
    """What is open in a ledger is found through an index over open parts only, in order without sorting."""
    assert plan(in_memory, statements.open[kind]) == [
        f"SEARCH loyal_{index.split('_')[1]} USING INDEX {index} {LEDGER_KEY})"
    ]


@pytest.mark.parametrize(("by", "index"), [("order_id", "loyal_entry_order"), ("corrects", "loyal_entry_corrects")])
def test_entries_are_found_by_index(in_memory: SqlStore, statements: Statements, by: str, index: str) -> None:
    """Entries of an order, or that correct one, are found through their index, in order without sorting."""
    assert plan(in_memory, statements.entries[by]) == [
        f"SEARCH loyal_entry USING INDEX {index} {LEDGER_KEY} AND {by}=?)"
    ]


@pytest.mark.parametrize(("kind", "column"), INDEX_OF_ALL, ids=lambda part: getattr(part, "__name__", part))
def test_all_of_a_holder_is_found_by_index(
    in_memory: SqlStore, statements: Statements, kind: type[Any], column: str
) -> None:
    """All orders, codes or referrals that have a holder in a column are found through an index of that column."""
    first, *_ = plan(in_memory, statements.all_of[kind, column])
    assert first.endswith(f"USING INDEX {INDEX_OF_ALL[kind, column]} (environment=? AND {column}=?)")


@pytest.mark.parametrize(
    ("noun", "text", "index"),
    [
        (REFERRALS, "referrer_holder_id:(h1,h2) sort:-created_at", "loyal_referral_referrer"),
        (REFERRALS, "referrer_holder_id:h1 state:pending", "loyal_referral_referrer"),
        (REFERRALS, "referee_holder_id:h1 sort:-completed_at", "loyal_referral_referee"),
        (REFERRALS, "sort:-created_at", "loyal_referral_created"),
        (REFERRALS, "sort:completed_at", "loyal_referral_completed"),
        (REFERRALS, "sort:review_due_at", "loyal_referral_review"),
        (REFERRALS, "code:ABCDE23456", "loyal_referral_used"),
        (REFERRALS, "state:pending expires_at:<2026-01-01T00:00:00Z sort:expires_at", "loyal_referral_state"),
        (CODES, "holder_id:h1 sort:used", "loyal_referral_code_holder"),
        (CODES, "sort:-created_at", "loyal_referral_code_created"),
        (ORDERS, "holder_id:(h1,h2) sort:-net", "loyal_order_holder"),
        (ORDERS, "sort:-net", "loyal_order_net"),
    ],
)
def test_a_list_is_read_by_what_it_names_or_in_its_order(
    in_memory: SqlStore, statements: Statements, noun: Noun, text: str, index: str
) -> None:
    """What a few holders have is found through their index and then sorted; all else is read in the order asked.

    Where the condition asks for one value that stands in front of that order, nothing else is read.
    """
    asked = Listing(parse(text, noun), environment="live", program_id="beans", count=51)
    seen: list[str] = []

    def look(ask: Ask) -> list[Row]:
        with in_memory.unit() as unit:
            rows = unit._working().cursor.execute(f"EXPLAIN QUERY PLAN {ask[0]}", ask[1]).fetchall()
        seen.append(rows[0][3])
        return []

    statements.listings.page(look, asked, NOW)
    assert seen
    assert all(f"USING INDEX {index} (" in step for step in seen)


def test_members_are_counted_by_indexes_alone(in_memory: SqlStore, statements: Statements) -> None:
    """How many have so many points an index says, and those whom time has changed are counted apart: they are few."""
    asked = Listing(parse("points:>=500", CUSTOMERS), environment="live", program_id="beans", count=1, is_settled=True)
    plans: list[str] = []

    def look(ask: Ask) -> list[Row]:
        with in_memory.unit() as unit:
            rows = unit._working().cursor.execute(f"EXPLAIN QUERY PLAN {ask[0]}", ask[1]).fetchall()
        plans.extend(row[3] for row in rows if "loyal" in row[3])
        return [(0,)]

    statements.listings.count(look, asked, NOW)
    all_of_them, due = plans
    assert "USING COVERING INDEX loyal_membership_points" in all_of_them
    assert "USING INDEX loyal_membership_due" in due


@pytest.mark.parametrize(
    ("noun", "tables"),
    [
        (CUSTOMERS, (Customer, Membership)),
        (ENTRIES, (Entry,)),
        (ORDERS, (Order,)),
        (REFERRALS, (Referral,)),
        (CODES, (ReferralCode,)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_field_that_is_kept_has_a_column(noun: Noun, tables: tuple[type[Any], ...]) -> None:
    """What a list can ask for stands in a table of its rows."""
    columns = {column.name for kind in tables for column in TABLE_OF[kind].columns}
    assert columns.issuperset(column_of(field) for field in noun.fields if field.column is not None)


def test_due_ledgers_are_found_by_their_date(in_memory: SqlStore, statements: Statements) -> None:
    """Due ledgers are found through the index on their next change, and their parts ledger by ledger."""
    query = All(Ledger, "live", due_by=NOW)
    (found,) = [step for step in plan(in_memory, statements.stream(Ledger, query)) if step.startswith("SEARCH")]
    assert "loyal_ledger_due (environment=? AND next_change_at<?)" in found
    for kind in (Lot, PointsHold, Debt):
        steps = plan(in_memory, statements.stream(kind, query, is_part=True))
        assert "loyal_ledger_due (environment=? AND next_change_at<?)" in steps[0]
        assert LEDGER_KEY in steps[1]


def test_due_notices_are_found_by_their_date(in_memory: SqlStore, statements: Statements) -> None:
    """Notices that are due are found through the index on it: what waits for later, or is set aside, is not read."""
    query = All(Notice, "live", due_by=NOW)
    (found,) = [step for step in plan(in_memory, statements.stream(Notice, query)) if step.startswith("SEARCH")]
    assert "loyal_outbox_due (environment=? AND next_change_at<?)" in found


def test_everything_is_streamed_without_sorting(in_memory: SqlStore, statements: Statements) -> None:
    """A stream of everything reads each table in the order of its names, and sorts nothing."""
    for kind in TABLE_OF:
        (step,) = plan(in_memory, statements.stream(kind, All(kind, "live")))
        assert step.startswith("SEARCH")
    for kind in (Lot, PointsHold, Debt):
        (step,) = plan(in_memory, statements.stream(kind, All(Ledger, "live"), is_part=True))
        assert "_open (environment=?)" in step


def test_customers_of_a_holder_are_found_by_index(in_memory: SqlStore, statements: Statements) -> None:
    """The customers of one holder are found without reading the directory."""
    (step,) = plan(in_memory, statements.stream(Customer, All(Customer, "live", holder_id="h")))
    assert "USING INDEX loyal_customer_holder (environment=? AND holder_id=?)" in step


def test_the_customer_of_a_holder_is_found_by_index(in_memory: SqlStore, statements: Statements) -> None:
    """Whose a holder is, is looked up without reading the directory."""
    assert plan(in_memory, statements.holder) == [
        "SEARCH loyal_customer USING INDEX loyal_customer_holder (environment=? AND holder_id=?)"
    ]


def test_what_goes_is_found_by_its_name(in_memory: SqlStore, statements: Statements) -> None:
    """A removal searches by the whole name, and a wipe by the holder: neither reads what stays."""
    for kind, statement in statements.remove.items():
        (step,) = plan(in_memory, statement)
        assert step.count("=?") == len(TABLE_OF[kind].primary_key.columns)
    for statement in statements.wipe.values():
        (step,) = plan(in_memory, statement)
        assert step.startswith("SEARCH")
        assert step.endswith("(environment=? AND holder_id=?)")


def test_streams_are_compiled_once(statements: Statements) -> None:
    """Two queries of one shape share one statement."""
    first = statements.stream(Lot, All(Lot, "live", holder_id="a"))
    assert statements.stream(Lot, All(Lot, "sandbox", holder_id="b")) is first
    assert statements.stream(Lot, All(Lot, "live")) is not first
