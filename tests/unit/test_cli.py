"""The command line."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from loyalcore import cli
from loyalcore.cli import main

PROGRAM = """
id = "beans"
version = 3
currency = "EUR"
timezone = "Europe/Berlin"

[points]
expiry = "end_of_month(2M)"

[[earning]]
id = "base"
points = 1
per = "1.00"

[tiers]
measure = "points_earned"
levels = [{ name = "Basic", at = 0 }, { name = "Gold", at = 100 }]
"""
ORDERS = """order_id,customer_id,ordered_at,total,shop
o-1,ada,2024-10-01,120.90,north
o-2,ada,2024-10-05T09:30:00,19.99,south
o-3,bob,2024-12-31T23:59:59+01:00,0.50,south
o-4,ada,2025-01-02,5.00,south
"""
BAD = "o-5,ada,never,1,\no-1,ada,2024-10-01,-1,x\n"


class Shop:
    """A folder with a program and orders, and the command that replays them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.write("p.toml", PROGRAM)
        self.write("o.csv", ORDERS)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def words(self, **changed: str | None) -> list[str]:
        """Give the words of the command, with some changed, added or left out."""
        given: dict[str, str | None] = {
            "program": str(self.folder / "p.toml"),
            "orders": str(self.folder / "o.csv"),
            "as_of": "2025-01-01",
            "out": str(self.out),
        }
        given.update(changed)
        return ["replay", *(word for name, value in given.items() for word in _option(name, value))]

    def replay(self, *flags: str, **changed: str | None) -> int:
        """Run the command."""
        return main([*self.words(**changed), *flags])

    def summary(self) -> dict[str, Any]:
        """Read what came of it."""
        found: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return found


def _option(name: str, value: str | None) -> list[str]:
    return [] if value is None else [f"--{name.replace('_', '-')}", value]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop in an empty folder."""
    return Shop(tmp_path)


def test_the_replay_writes_three_tables_and_a_store(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder gets summary, customers and transactions and a SQLite file, and it is said in few words.

    Ada: 120 points on 1 October, of which 100 go on the order of 5 October; that earns 19; all 39 lapse with December.
    """
    assert shop.replay(redeem="50") == 0
    assert sorted(path.name for path in shop.out.iterdir()) == [
        "customers.csv",
        "loyalty.db",
        "programs.json",
        "summary.json",
        "transactions.csv",
    ]
    summary = shop.summary()
    assert summary.pop("seconds") > 0
    assert summary == {
        "program_id": "beans",
        "program_version": 3,
        "as_of": "2024-12-31T23:00:00Z",
        "customers": 2,
        "orders": 3,
        "skipped": 0,
        "after_as_of": 1,
        "points": {
            "awarded": 139,
            "active": 0,
            "pending": 0,
            "held": 0,
            "spent": 100,
            "expired": 39,
            "reversed": 0,
            "deficit": 0,
        },
        "tiers": {"Basic": 1, "Gold": 1},
        "checks": {"conservation": True, "nothing_negative": True, "log_adds_up": True, "stored_is_recomputed": True},
    }
    told = capsys.readouterr()
    assert told.err == "loyalcore: columns that were not looked at: shop\n"
    assert told.out.splitlines()[:2] == [
        "3 orders of 2 customers, 3 of them new",
        "left out: 1 after 2024-12-31T23:00:00Z",
    ]
    assert "all checks hold" in told.out


def test_the_tables_have_the_columns_of_the_issue(shop: Shop) -> None:
    """The header of the customers holds the columns that are promised, that of the log TAL's."""
    shop.replay()
    with (shop.out / "customers.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    promised = "customer_id points_active points_pending tier points_awarded points_spent points_expired joined_at"
    assert set(promised.split()) <= set(rows[0])
    assert [row[0] for row in rows[1:]] == ["ada", "bob"]
    header = (shop.out / "transactions.csv").read_bytes().split(b"\r\n")[0].decode()
    assert header.startswith("customerprofileid,customersessionid,rulesetid,")
    assert header.endswith(",flags,transactionUUID")


def test_running_it_again_adds_nothing_and_says_so(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The second run leaves the store as it is, byte for byte in its rows, and gives the same results."""
    shop.replay(redeem="50")
    first, rows = shop.summary(), _rows(shop.out / "loyalty.db")
    tables = [(shop.out / name).read_bytes() for name in ("customers.csv", "transactions.csv")]
    capsys.readouterr()
    assert shop.replay(redeem="50") == 0
    assert "none of them new: nothing was added" in capsys.readouterr().out
    assert _rows(shop.out / "loyalty.db") == rows
    assert {**shop.summary(), "seconds": 0} == {**first, "seconds": 0}
    assert tables == [(shop.out / name).read_bytes() for name in ("customers.csv", "transactions.csv")]


def _rows(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}  # noqa: S608


def test_a_store_of_ones_own_is_used(shop: Shop) -> None:
    """With a URL the store is there, and none is made in the folder."""
    assert shop.replay(store=f"sqlite:///{shop.folder / 'mine.db'}") == 0
    assert (shop.folder / "mine.db").exists()
    assert not (shop.out / "loyalty.db").exists()


@pytest.mark.parametrize("as_of", ["2024-12-31T23:00:00Z", "2025-01-01T00:00", "2025-01-01 00:00:00+01:00"])
def test_the_instant_is_read_in_the_programs_zone(shop: Shop, as_of: str) -> None:
    """A date, a wall time and an instant with its offset name the same instant."""
    assert shop.replay(as_of=as_of) == 0
    assert shop.summary()["as_of"] == "2024-12-31T23:00:00Z"


def test_bad_rows_stop_everything(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """All bad rows are told at once by line, column and reason, and not even the folder is made."""
    shop.write("o.csv", ORDERS + BAD)
    assert shop.replay() == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[1:] == [
        "  line 6, column ordered_at: must be an ISO 8601 date or datetime, such as 2024-10-12 or 2024-10-12T07:20:50",
        "  line 7, column order_id: is the order_id of line 2 already",
        "  line 7, column total: must be 0 or more",
    ]
    assert "o.csv" in lines[0]
    assert not shop.out.exists()


def test_bad_rows_change_no_store_that_is_there(shop: Shop) -> None:
    """A store and results that exist stay as they are."""
    shop.replay()
    before = {path.name: path.read_bytes() for path in shop.out.iterdir()}
    shop.write("o.csv", ORDERS + BAD)
    assert shop.replay() == 2
    assert {path.name: path.read_bytes() for path in shop.out.iterdir()} == before


def test_bad_rows_may_be_left_out(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """With --skip-bad they are told and counted, and the others are replayed."""
    shop.write("o.csv", ORDERS + BAD)
    assert shop.replay("--skip-bad") == 0
    assert (shop.summary()["skipped"], shop.summary()["orders"]) == (2, 3)
    told = capsys.readouterr()
    assert "loyalcore: left out: line 7, column total: must be 0 or more" in told.err.splitlines()
    assert "left out: 1 after 2024-12-31T23:00:00Z, 2 bad" in told.out.splitlines()


@pytest.mark.parametrize("redeem", ["0", "-1", "1.5", "1e3", "1_000", "\u0665", "", "ten", " 5", "1" * 19, "True"])
def test_what_is_redeemed_is_a_whole_number_of_at_least_1(
    shop: Shop, redeem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anything else is refused before anything is written."""
    assert main([*shop.words(), f"--redeem={redeem}"]) == 2
    assert "--redeem" in capsys.readouterr().err
    assert not shop.out.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"program": "nowhere.toml"}, "nowhere.toml"),
        ({"orders": "nowhere.csv"}, "nowhere.csv"),
        ({"orders": "."}, "orders: cannot be read"),
        ({"as_of": "tomorrow"}, "--as-of: must be an ISO 8601 date"),
        ({"as_of": "2024-02-30"}, "--as-of: names a day that does not exist"),
        ({"store": "nonsense"}, "sqlite:///"),
        ({"redeem": str(10**15 + 1)}, "redeem"),
    ],
)
def test_wrong_input_is_told_and_ends_with_2(
    shop: Shop, changed: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of wrong input is a message that names it."""
    assert shop.replay(**changed) == 2
    assert said in capsys.readouterr().err
    assert not shop.out.exists()


def test_a_wrong_program_is_told_with_all_its_faults(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The faults of the document stand below each other."""
    shop.write("p.toml", PROGRAM.replace('"EUR"', '"euro"').replace('"1.00"', "1.5"))
    assert shop.replay() == 2
    told = capsys.readouterr().err
    assert "currency" in told
    assert "earning[0].per" in told


def test_a_folder_that_is_a_file_is_wrong_input(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The results cannot go where a file is."""
    shop.out.write_text("")
    assert shop.replay() == 2
    assert "--out: is no folder" in capsys.readouterr().err


def test_a_folder_with_a_question_mark_needs_a_store(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A URL cannot name a file in such a folder; with a store of one's own the results may go there."""
    out = str(shop.folder / "out?")
    assert shop.replay(out=out) == 2
    assert "--store" in capsys.readouterr().err
    assert shop.replay(out=out, store="sqlite://") == 0


@pytest.mark.parametrize(
    ("store", "said"),
    [("sqlite:///{0}/nowhere/x.db", "does not exist"), ("oracle://localhost/x", "oracle")],
)
def test_a_store_that_cannot_be_used_ends_with_1(
    shop: Shop, store: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that is missing or of a kind that is not built is told."""
    assert shop.replay(store=store.format(shop.folder)) == 1
    assert said in capsys.readouterr().err


def test_a_store_that_holds_other_orders_ends_with_1(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """An order whose total has changed since it was booked is a conflict that names the key and the field."""
    shop.replay()
    shop.write("o.csv", ORDERS.replace("120.90", "99"))
    assert shop.replay() == 1
    assert "replay:beans:award:4:base:o-1" in (told := capsys.readouterr().err)
    assert "other values of: points" in told
    assert "--store" in told


CHANGED = PROGRAM.replace("at = 100", "at = 120").replace("points = 1", "points = 2")
NEWER = PROGRAM.replace("version = 3", "version = 4").replace("points = 1", "points = 10")


@pytest.mark.parametrize("is_whole", [True, False])
def test_changed_rules_of_the_same_version_need_a_new_folder(
    shop: Shop, capsys: pytest.CaptureFixture[str], is_whole: bool
) -> None:
    """What a folder's store has booked stays, so that it would pass for the result of the changed rules."""
    if not is_whole:
        (shop.out / "customers.csv").mkdir(parents=True)
    assert shop.replay() == (0 if is_whole else 1)
    before = {path.name: path.read_bytes() for path in shop.out.iterdir() if path.is_file()}
    capsys.readouterr()
    shop.write("p.toml", CHANGED)
    assert shop.replay() == 2
    told = capsys.readouterr().err
    assert "--out: has orders booked by version 3 of beans with other rules (earning, tiers): give a new" in told
    assert {path.name: path.read_bytes() for path in shop.out.iterdir() if path.is_file()} == before


def test_a_newer_version_pays_what_comes_after(shop: Shop) -> None:
    """Rules of a higher version run into the same folder; those of the one before are still known there."""
    shop.replay()
    shop.write("p.toml", NEWER)
    shop.write("o.csv", "\n".join([ORDERS.splitlines()[0], ORDERS.splitlines()[-1]]) + "\n")
    assert shop.replay(as_of="2025-01-03") == 0
    assert shop.summary()["points"]["active"] == 50
    assert [each["version"] for each in json.loads((shop.out / "programs.json").read_bytes())] == [3, 4]
    shop.write("p.toml", CHANGED)
    assert shop.replay(as_of="2025-01-03") == 2


def test_of_a_store_of_ones_own_nobody_says_who_booked_it(shop: Shop) -> None:
    """A run into another database says nothing of the folder's, and is not asked about it."""
    assert shop.replay(store="sqlite://") == 0
    assert not (shop.out / "programs.json").exists()
    assert shop.replay() == 0
    shop.write("p.toml", CHANGED)
    assert shop.replay(store="sqlite://") == 0
    assert shop.replay() == 2
    (shop.out / "loyalty.db").unlink()
    assert shop.replay() == 0


@pytest.mark.parametrize("text", ["", "5", "[5]", '[{"id": "beans"}]', None])
def test_a_list_of_programs_that_is_none_is_told(
    shop: Shop, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    """What nobody wrote by hand is told with how to mend it."""
    shop.replay()
    (shop.out / "programs.json").unlink()
    if text is None:
        (shop.out / "programs.json").mkdir()
    else:
        (shop.out / "programs.json").write_text(text, encoding="utf-8")
    assert shop.replay() == 2
    assert "programs.json does not say which programs booked loyalty.db: delete both" in capsys.readouterr().err


def test_an_instant_before_what_the_store_holds_is_wrong_input(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A store is not set back in time."""
    shop.replay()
    assert shop.replay(as_of="2024-10-03") == 2
    assert "as_of: the store holds entries up to" in capsys.readouterr().err


def test_results_that_cannot_be_written_end_with_1(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a folder stands in the place of a table the system's error is told."""
    (shop.out / "customers.csv").mkdir(parents=True)
    assert shop.replay() == 1
    assert "customers.csv" in capsys.readouterr().err


def test_a_check_that_does_not_hold_ends_with_1(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The results are written, and what failed is said."""
    monkeypatch.setattr("loyalcore.replay._report.moved", lambda _entry: 1)
    assert shop.replay() == 1
    assert "checks that FAILED: log_adds_up" in capsys.readouterr().out
    assert shop.summary()["checks"]["log_adds_up"] is False


def test_without_the_sql_adapters_libraries_it_is_told_what_to_install(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing library is named with the extra that brings it."""
    monkeypatch.delitem(sys.modules, "loyalcore.adapters.sqlalchemy")
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    for name in [name for name in sys.modules if name.startswith("loyalcore.adapters.sqlalchemy.")]:
        monkeypatch.delitem(sys.modules, name)
    assert shop.replay() == 1
    assert "pip install 'loyalcore[sqlalchemy]'" in capsys.readouterr().err
    assert not shop.out.exists()


def test_a_bar_is_shown_on_a_terminal_only(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a bar grows and goes away; elsewhere standard error stays quiet."""
    shop.write("o.csv", ORDERS.replace(",shop", "").replace(",north", "").replace(",south", ""))
    shop.replay()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shop.replay(store="sqlite://")
    told = capsys.readouterr().err
    assert f"\r[{'#' * 30}] 3 of 3 orders" in told
    assert f"\r[{'#' * 15}{'.' * 15}] 1 of 2 customers" in told
    assert told.endswith("\r")
    assert "\n" not in told


def test_words_that_make_no_command_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    """No command, an unknown one, or one without what it needs is told with how to use it."""
    for words in ([], ["play"], ["replay"], ["scenario"]):
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 2
        assert "usage: python -m loyalcore" in capsys.readouterr().err


def test_scenarios_go_to_the_scenario_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """`scenario` hands its files and its store over, and ends as the runner says."""
    called: list[Any] = []

    def run_files(paths: list[Path], store_url: str | None = None) -> int:
        called.append((paths, store_url))
        return 1

    monkeypatch.setattr("loyalcore.testing.scenarios.run_files", run_files, raising=False)
    assert main(["scenario", "a.toml", "b.json", "--store", "sqlite://"]) == 1
    assert main(["scenario", "a.toml"]) == 1
    assert called == [([Path("a.toml"), Path("b.json")], "sqlite://"), ([Path("a.toml")], None)]


def test_the_module_is_the_command(shop: Shop) -> None:
    """`python -m loyalcore` runs it, and its code is that of the process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "loyalcore", *shop.words()], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "loyalcore: columns that were not looked at: shop\n")
    assert (
        subprocess.run([sys.executable, "-m", "loyalcore", "replay"], capture_output=True, check=False).returncode == 2
    )


def test_the_command_line_names_what_it_offers() -> None:
    """The module shows its two functions and nothing else."""
    assert dir(cli) == ["main", "run_replay"]
