"""The report: figures, tables and checks, read back from the store."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore import Loyalty
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import ChangeSet, Put
from loyalcore.domain.ledger import Ledger, Lot
from loyalcore.errors import NotFound
from loyalcore.exports import Outputs
from loyalcore.replay import Replayed, write_report, write_summary
from loyalcore.testing import FixedClock
from tests.unit.replay._shop import instant, order, program, records, run

if TYPE_CHECKING:
    from pathlib import Path

    from loyalcore.domain.programs import Program
    from loyalcore.replay import Report

AS_OF = "2025-01-01"
TIERS = {"measure": "points_earned", "levels": [{"name": "Basic", "at": 0}, {"name": "Gold", "at": 100}]}


def report(store: Any, rules: Program, folder: Path, *customers: str, as_of: str = AS_OF) -> Report:
    """Write a report into a folder."""
    with Outputs(folder) as files:
        return write_report(store, rules, customers, instant(as_of), files)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a table of a report."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_and_figures_of_a_small_history(store: Any, tmp_path: Path) -> None:
    """120 earned, 100 spent, 20 lapsed, 7 pending: the two tables and the totals, each to the point."""
    rules = program(points={"activation": "1D", "expiry": "2M", "expiry_anchor": "awarded"}, tiers=TIERS)
    orders = [
        order("o-1", "ada", "2024-10-01", "120"),
        order("o-2", "ada", "2024-10-05", "0"),
        order("o-3", "bob", "2024-12-31T12:00:00+00:00", "7"),
        order("o-4", "cleo", "2024-10-05", "0.10"),
    ]
    done = run(store, rules, orders, redeem=50)
    found = report(store, rules, tmp_path, *done.customers)
    assert found.points == {
        "awarded": 127,
        "active": 0,
        "pending": 7,
        "held": 0,
        "spent": 100,
        "expired": 20,
        "reversed": 0,
        "deficit": 0,
    }
    assert found.tiers == {"Basic": 2, "Gold": 1}
    assert found.is_sound
    assert list(found.checks) == ["conservation", "nothing_negative", "log_adds_up", "stored_is_recomputed"]
    members = [tuple(row.values())[:8] for row in table(tmp_path, "customers.csv")]
    assert members == [
        ("ada", "0", "0", "Gold", "120", "100", "20", "2024-10-01T00:00:00Z"),
        ("bob", "0", "7", "Basic", "7", "0", "0", "2024-12-31T12:00:00Z"),
        ("cleo", "0", "0", "Basic", "0", "0", "0", ""),
    ]
    log = [
        tuple(
            row[name] for name in ("customerprofileid", "customersessionid", "type", "name", "amount", "created", "id")
        )
        for row in table(tmp_path, "transactions.csv")
    ]
    assert log == [
        ("ada", "o-1", "addition", "base", "120", "2024-10-01T00:00:00Z", "1"),
        ("ada", "o-2", "subtraction", "redemption", "100", "2024-10-05T00:00:00Z", "3"),
        ("ada", "", "subtraction", "expired", "20", "2024-12-01T00:00:00Z", "4"),
        ("bob", "o-3", "addition", "base", "7", "2024-12-31T12:00:00Z", "1"),
    ]


def test_texts_are_guarded_in_both_tables(store: Any, tmp_path: Path) -> None:
    """Ids that a spreadsheet would run are written with an apostrophe, and sorted by what they are."""
    run(store, program(), [order("=1+1", "@ada", "2024-10-01", "5"), order("+2", "ada", "2024-10-01", "5")])
    report(store, program(), tmp_path, "@ada", "ada")
    assert [row["customer_id"] for row in table(tmp_path, "customers.csv")] == ["'@ada", "ada"]
    log = table(tmp_path, "transactions.csv")
    assert [(row["customerprofileid"], row["customersessionid"]) for row in log] == [("'@ada", "'=1+1"), ("ada", "'+2")]


def test_what_time_has_done_since_stands_in_the_log_as_it_will_be_written(store: Any, tmp_path: Path) -> None:
    """A report of a later instant shows what has lapsed by then, and writes nothing to the store."""
    rules = program(points={"expiry": "1M"})
    run(store, rules, [order("o-1", "ada", "2024-10-01", "5")], "2024-10-02")
    found = report(store, rules, tmp_path, "ada")
    assert (found.points["active"], found.points["expired"], found.is_sound) == (0, 5, True)
    assert table(tmp_path, "transactions.csv")[-1]["created"] == "2024-11-01T00:00:00Z"
    assert records(store, Ledger)[0].expired == 0


def test_subledgers_holds_debts_and_merges_of_the_host_are_added_up(store: Any, tmp_path: Path) -> None:
    """Whatever else a host has booked for these customers, the log adds up to what is active, pending and owed."""
    clock = FixedClock("2024-10-01T00:00:00Z")
    rules = program(points={"shortfall": "allow_negative", "return_policy": "unlimited"})
    shop = Loyalty(store, [rules], clock=clock, actor="till")
    for name in ("ada", "guest"):
        shop.customers.register(name)
        shop.points.award(name, 50, reason="gift", key="w-1")
        shop.points.award(name, 20, reason="gift", ledger="coffee", key="w-2")
        shop.points.hold(name, 10, key="h-1")
        shop.points.award(name, 5, reason="gift", activation="1M", key="w-3")
    shop.points.spend("ada", 60, key="s-1")
    shop.points.capture("ada", "h-1", points=4, key="c-1")
    shop.points.adjust("ada", -3, reason="mistake", key="a-1")
    shop.customers.merge("guest", into="ada")
    found = report(store, rules, tmp_path, "ada", as_of="2024-10-01")
    balances = [shop.points.balance("ada", ledger=name) for name in ("", "coffee")]
    assert found.points == {name: sum(getattr(each, name) for each in balances) for name in found.points}
    assert found.is_sound
    (row,) = table(tmp_path, "customers.csv")
    log = table(tmp_path, "transactions.csv")
    signs = {"addition": 1, "subtraction": -1}
    worth = sum(signs[each["type"]] * int(each["amount"]) for each in log)
    assert worth == int(row["points_active"]) + int(row["points_pending"]) - int(row["points_deficit"])
    assert {each["subledgerid"] for each in log} == {"", "coffee"}
    assert all(int(each["amount"]) > 0 for each in log)


def test_a_member_without_a_booking_has_zeros(store: Any, tmp_path: Path) -> None:
    """Who has joined by hand and never earned is listed with the joined date."""
    shop = Loyalty(store, [program(tiers=TIERS)], clock=FixedClock("2024-10-01T00:00:00Z"), actor="till")
    shop.customers.register("ada")
    shop.customers.join("ada")
    assert report(store, program(tiers=TIERS), tmp_path, "ada").is_sound
    (row,) = table(tmp_path, "customers.csv")
    assert (row["points_awarded"], row["tier"], row["joined_at"]) == ("0", "Basic", "2024-10-01T00:00:00Z")


def test_a_customer_who_is_not_there_is_an_error(store: Any, tmp_path: Path) -> None:
    """A report names whom it does not find, and leaves no file."""
    with pytest.raises(NotFound, match="nobody"):
        report(store, program(), tmp_path, "nobody")
    assert not list(tmp_path.iterdir())


def test_progress_is_told_customer_by_customer(store: Any, tmp_path: Path) -> None:
    """Who waits is told how many customers are done."""
    run(store, program(), [order("o-1", "ada", "2024-10-01", "5"), order("o-2", "bob", "2024-10-01", "5")])
    told: list[int] = []
    with Outputs(tmp_path) as files:
        write_report(store, program(), ["ada", "bob"], instant(AS_OF), files, progress=told.append)
    assert told == [1, 2]


@pytest.mark.parametrize(
    ("damage", "checks"),
    [
        ({"awarded": 6}, {"conservation", "stored_is_recomputed"}),
        ({"active": 4}, {"conservation", "log_adds_up", "stored_is_recomputed"}),
        ({"active": 4, "pending": 1}, {"stored_is_recomputed"}),
        ({"spent": -1, "expired": 1}, {"nothing_negative", "stored_is_recomputed"}),
    ],
)
def test_a_damaged_ledger_fails_the_checks_that_see_it(
    tmp_path: Path, damage: dict[str, int], checks: set[str]
) -> None:
    """Figures that were changed behind the ledger's back do not hold, and the checks that fail say how."""
    store = MemoryStore()
    run(store, program(), [order("o-1", "ada", "2024-10-01", "5"), order("o-2", "bob", "2024-10-01", "5")])
    ledger = records(store, Ledger)[0]
    with store.unit() as unit:
        unit.apply(ChangeSet(puts=(Put(attrs.evolve(ledger, version=2, **damage), 1),)))
        unit.commit()
    found = report(store, program(), tmp_path, "ada", "bob")
    assert {name for name, holds in found.checks.items() if not holds} == checks
    assert not found.is_sound


def test_a_lot_below_0_is_seen(tmp_path: Path) -> None:
    """A negative lot is found though the sums still agree."""
    store = MemoryStore()
    run(store, program(), [order("o-1", "ada", "2024-10-01", "5"), order("o-2", "ada", "2024-10-01", "5")])
    first, second = records(store, Lot)
    ledger = records(store, Ledger)[0]
    bare = attrs.evolve(ledger, version=2)
    with store.unit() as unit:
        parts = (attrs.evolve(first, free=-1), attrs.evolve(second, free=11))
        unit.apply(ChangeSet(puts=(Put(bare, 1),), parts=parts))
        unit.commit()
    assert not report(store, program(), tmp_path, "ada").checks["nothing_negative"]


def test_the_summary_has_its_keys_in_their_order(tmp_path: Path) -> None:
    """`summary.json` says what was done and found, with the seconds it took."""
    store = MemoryStore()
    done = run(store, program(tiers=TIERS), [order("o-1", "ada", "2024-10-01", "5")])
    with Outputs(tmp_path) as files:
        found = write_report(store, program(tiers=TIERS), done.customers, instant(AS_OF), files)
        write_summary(
            files,
            program(tiers=TIERS),
            attrs.evolve(done, after_as_of=4),
            found,
            as_of=instant(AS_OF),
            skipped=3,
            seconds=1.23456,
        )
    assert isinstance(done, Replayed)
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8")) == {
        "program_id": "beans",
        "program_version": 1,
        "as_of": "2025-01-01T00:00:00Z",
        "customers": 1,
        "orders": 1,
        "skipped": 3,
        "after_as_of": 4,
        "points": {
            "awarded": 5,
            "active": 5,
            "pending": 0,
            "held": 0,
            "spent": 0,
            "expired": 0,
            "reversed": 0,
            "deficit": 0,
        },
        "tiers": {"Basic": 1, "Gold": 0},
        "checks": {
            "conservation": True,
            "nothing_negative": True,
            "log_adds_up": True,
            "stored_is_recomputed": True,
        },
        "seconds": 1.235,
    }
