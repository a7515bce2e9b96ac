"""Scenario files: how they are read and told, and how a run leaves other people's records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore import Registry
from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import InvalidDocument, InvalidInput, LoyaltyError, NotFound
from loyalcore.testing import example
from loyalcore.testing.scenarios import Scenario, run, run_files
from tests.unit.testing._scenario import ADA, ASK, AWARD, BEANS, document

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario file."""

    def write(name: str, values: Any) -> Path:
        path = tmp_path / name
        path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
        return path

    return write


def test_files_are_told_one_by_one(written: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Each file is told as ok or with its first step that differs; the worst of them decides the answer."""
    good = written("good.json", document(ADA, {**ASK, "expect": {"active": 0}}))
    wrong = written("wrong.json", document(ADA, {**ASK, "expect": {"active": 1}}))
    broken = written("broken.json", '{"scenario": 1,\n "title": }')
    assert [run_files([good]), run_files([good, wrong]), run_files([broken, wrong, good], None)] == [0, 1, 2]
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        f"{good}: ok",
        f"{good}: ok",
        f"{wrong}: step 2, points.balance at 2026-01-01T00:00:00Z",
        "  active: expected 1, actual 0",
    ]
    assert (lines[4], lines[5].split(":")[0].strip()) == (f"{broken}: 1 fault in the document", "line 2")


@pytest.mark.parametrize(
    ("name", "kind"), [("missing.json", NotFound), ("notes.txt", InvalidInput), ("", InvalidInput)]
)
def test_a_file_that_is_none_is_a_typed_error(name: str, kind: type[LoyaltyError], tmp_path: Path) -> None:
    """A missing file and one of another kind are told by typed errors, and by the answer 2."""
    with pytest.raises(kind):
        Scenario.load(tmp_path / name)
    assert run_files([tmp_path / name]) == 2


def test_functions_of_the_hosts_are_given_in_python(
    written: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A program may name functions where a registry is given; a file alone cannot be run, and says which it lacks."""
    quote = {"ask": "earning.quote", "with": {"total": "5"}, "expect": {"points": 13}}
    values = document(quote, program={**BEANS, "earning": [{"id": "lucky", "function": "thirteen"}]})
    assert run(Scenario.from_document(values), registry=Registry(earning={"thirteen": lambda _: 13})) is None
    path = written("lucky.json", values)
    assert run_files([path, written("good.json", document(ADA))]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{path}: earning[lucky].function: thirteen is not in the registry's earning"
    assert lines[1].endswith("good.json: ok")


def test_a_faulty_file_names_itself(written: Callable[..., Path]) -> None:
    """The error of a file with faults says which file."""
    path = written("faulty.json", {"scenario": 1})
    with pytest.raises(InvalidDocument) as caught:
        Scenario.load(path)
    assert caught.value.path == str(path)


def test_a_toml_file_is_the_same_document(written: Callable[..., Path]) -> None:
    """A file may be TOML; its instants and dates are those of JSON's texts."""
    text = """
scenario = 1
title = "A try"
program = {id = "beans", currency = "EUR", timezone = "UTC"}
[[steps]]
at = 2026-01-01T12:00:00Z
do = "customers.register"
with = {customer_id = "ada"}
expect = {"customer.registered_at" = 2026-01-01T13:00:00+01:00}
[[steps]]
do = "points.award"
with = {customer_id = "ada", points = 5, reason = "welcome", key = "w-1", expires_on = 2026-12-31}
expect = {"entries[0].lots[0].expires_on" = 2026-12-31}
"""
    assert run(Scenario.load(written("try.toml", text))) is None


def test_no_file_is_ok() -> None:
    """Nothing to run is nothing that differs."""
    assert run_files([]) == 0


def test_a_store_url_that_is_none_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A store that cannot be opened is told, with the answer 2."""
    assert run_files([], "nonsense") == 2
    assert run_files([], f"sqlite:///{tmp_path}/missing/x.db") == 2
    assert len(capsys.readouterr().out.splitlines()) == 2


# Stores of others -----------------------------------------------------------------------------------------------------

EXPIRING = {**AWARD, "with": {**AWARD["with"], "expiry": "1D"}}
SWEEP: dict[str, Any] = {"at": "2026-03-01T00:00:00Z", "do": "points.sweep", "with": {}, "expect": 2}
BOB = [
    {"do": "customers.register", "with": {"customer_id": "bob"}},
    {**EXPIRING, "with": {**EXPIRING["with"], "customer_id": "bob"}},
]


def test_a_file_runs_again_in_a_file_store(written: Callable[..., Path], tmp_path: Path) -> None:
    """With a store's URL the tables are made, and the same file may run again in the same store."""
    path = written("again.json", document(ADA, EXPIRING, *BOB, SWEEP))
    url = f"sqlite:///{tmp_path}/try.db"
    assert [run_files([path, path], url), run_files([path], url)] == [0, 0]


def test_others_in_the_same_store_are_left_alone() -> None:
    """In a store that is given, the customers of a run are its own: nobody else is found, booked on or swept."""
    store = MemoryStore()
    shop = example(store)
    shop.points.award("ada", 7, reason="welcome", expiry="1D", key="w-1")
    before = shop.points.entries("ada")
    scenario = Scenario.from_document(document(ADA, EXPIRING, *BOB, SWEEP, {**ASK, "expect": {"awarded": 50}}))
    assert run(scenario, store) is None
    assert shop.points.entries("ada") == before


def test_lists_and_bulk_actions_show_and_touch_only_the_run() -> None:
    """In a store that is given, lists, bulk actions and what time has decided are about the run's own records."""
    rules = {"rewards": [{"id": "hello", "points": 5, "side": "referee", "on": "claimed"}], "claim_expiry": "1D"}
    program = {**BEANS, "points": {"notices": ["points_added"]}, "referrals": rules}
    paid = {"customer_id": "bob", "order_id": "o-1", "cart": {"total": "20"}, "key": "o-1"}
    own = {"version": 1, "noun": "customer", "where": {"field": "customer_id", "op": "in", "value": ["ada", "eve"]}}
    values = document(
        ADA,
        BOB[0],
        {"do": "customers.join", "with": {"customer_id": "ada"}, "save": {"code": "membership.referral_code"}},
        {"do": "referrals.claim", "with": {"customer_id": "bob", "code": "$code", "key": "c-1"}},
        {"do": "orders.close", "with": paid},
        {"ask": "customers.count", "expect": 2},
        {
            "ask": "customers.page",
            "expect": {"items": [{"customer.customer_id": "ada"}, {"customer.customer_id": "bob"}]},
        },
        {"ask": "customers.count", "with": {"query": "id:ada OR id:(bob,eve)"}, "expect": 2},
        {"ask": "customers.count", "with": {"query": "-id:^ad"}, "expect": 1},
        {"ask": "customers.count", "with": {"query": own}, "expect": 1},
        {"ask": "customers.count", "with": {"query": "teir:gold"}, "refused": "invalid_query"},
        {"ask": "customers.count", "with": {"query": 5}, "refused": "invalid_input"},
        {"ask": "orders.count", "with": {"query": "order_id:o-1 customer_id:bob"}, "expect": 1},
        {"ask": "entries.page", "with": {"query": "order:o-1"}, "expect": {"items": [{"points": 2}]}},
        {"ask": "referrals.count", "with": {"query": "referrer:ada"}, "expect": 1},
        {"ask": "referral_codes.page", "with": {"query": "used:1"}, "expect": {"items": [{"campaign": ""}]}},
        {"do": "segments.save", "with": {"segment_id": "s", "title": "S", "where": "id:ada"}},
        {"do": "segments.save", "with": {"segment_id": "t", "title": "T", "where": own}},
        {"ask": "segments.count", "with": {"segment_id": "s"}, "expect": 1},
        {"ask": "segments.has", "with": {"segment_id": "t", "customer_id": "ada"}, "expect": True},
        {"ask": "outbox.waiting", "expect": [{"kind": "points_added"}, {"kind": "points_added"}]},
        {"do": "bulk.tag", "with": {"who": "*", "add": ["here"], "key": "b-1"}, "expect": {"done": 2}},
        {"do": "bulk.tag", "with": {"who": ["bob"], "add": ["bob"], "key": "b-2"}, "expect": {"done": 1}},
        {"do": "bulk.tag", "with": {"who": None, "add": ["bob"], "key": "b-2"}, "refused": "invalid_input"},
        {"at": "2026-03-01T00:00:00Z", "do": "referrals.expire", "expect": 1},
        {"do": "tiers.review", "expect": 0},
        program=program,
    )
    store = MemoryStore()
    shop = example(store)
    scenario = Scenario.from_document(values)
    assert [run(scenario), run(scenario, store), run(scenario, store)] == [None, None, None]
    assert shop.customers.get("ada").tags == ()


def test_the_ids_of_a_run_do_not_show() -> None:
    """In a store that is given, answers show the customer ids of the file; ids that are none stay as they are."""
    scenario = Scenario.from_document(
        document(
            {**ADA, "expect": {"customer.customer_id": "ada"}, "save": {"who": "customer.customer_id"}},
            {"ask": "customers.get", "with": {"customer_id": "$who"}, "expect": {"customer_id": "ada"}},
            {**ASK, "with": {"customer_id": "eve"}, "refused": {"code": "not_found", "details": {"name": "eve"}}},
            {"do": "customers.register", "with": {"customer_id": ""}, "refused": "invalid_input"},
            {"do": "customers.register", "with": {"customer_id": 7}, "refused": "invalid_input"},
            {"do": "customers.register", "with": {"customer_id": "x" * 256}, "refused": "limit_exceeded"},
            {"do": "customers.register", "with": {"customer_id": "x" * 255}, "expect": {"replayed": False}},
        ),
    )
    assert run(scenario, MemoryStore()) is None
    mismatch = run(Scenario.from_document(document({**ASK, "expect": {}})), MemoryStore())
    assert "~" not in str(mismatch)
