from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import InvalidInput, StoreUnavailable
from loyalcore.testing.history import History, What, check
from loyalcore.testing.history.__main__ import main
from loyalcore.testing.history._mix import Mix
from loyalcore.testing.history._worker import PROGRAM, Job, set_up, work

if TYPE_CHECKING:
    from pathlib import Path

    from loyalcore.store import Unit

AT = datetime(2026, 1, 1, tzinfo=UTC)
HOLDERS = {"ada": "holder-1", "bob": "holder-2"}


def test_a_seed_gives_the_same_commands() -> None:
    """Two workers of one name and seed ask for the same; another name or seed asks for something else."""
    series = [
        [mix.next(AT) for _ in range(50)]
        for mix in (Mix("w-1", 7, HOLDERS), Mix("w-1", 7, HOLDERS), Mix("w-2", 7, HOLDERS), Mix("w-1", 8, HOLDERS))
    ]
    assert series[0] == series[1]
    assert series[0] != series[2]
    assert series[0] != series[3]


def test_racing_workers_leave_a_true_history(tmp_path: Path) -> None:
    """Four threads that ask for the whole mix on one store leave a history in which every law holds."""
    store = MemoryStore()
    holders = set_up(store, tmp_path)
    jobs = [
        Job(worker=f"w-{each}", folder=str(tmp_path), seed=5, customers=holders, calls_max=150) for each in range(4)
    ]
    threads = [threading.Thread(target=work, args=(store, job)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = History.read(tmp_path)
    report = check(history, store, [PROGRAM])
    assert report.is_ok, str(report)
    done = Counter(call.command.name for call in history.calls if call.what is What.OK)
    asked = {"award", "spend", "deduct", "hold", "capture", "release", "transfer", "reverse", "restore", "sweep"}
    assert {f"points.{each}" for each in asked} <= set(done)
    assert any(call.is_replayed for call in history.calls)
    assert len(history.reads) > 100


def test_a_worker_goes_on_when_the_store_is_out_of_reach(tmp_path: Path) -> None:
    """A worker whose store cannot be reached writes its calls down as refused, and asks for the next."""

    class Away(MemoryStore):
        def unit(self, *, readonly: bool = False) -> Unit:  # type: ignore[override]
            raise StoreUnavailable("out of reach")

    work(Away(), Job(worker="w-1", folder=str(tmp_path), seed=5, customers=HOLDERS, calls_max=5))
    calls = History.read(tmp_path).calls
    assert [(call.what, call.answer("code")) for call in calls] == [(What.REFUSED, "store_unavailable")] * 5
    with pytest.raises(StoreUnavailable):
        set_up(Away(), tmp_path)


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    """A worker does not begin under a name that has a log already."""
    job = Job(worker="w-1", folder=str(tmp_path), seed=5, customers=HOLDERS, calls_max=0)
    work(MemoryStore(), job)
    with pytest.raises(InvalidInput, match="there is a log of w-1"):
        work(MemoryStore(), job)


def test_the_command_line_works_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`work` writes to a database and a log, a second worker joins, and `check` holds both against it."""
    url, folder = f"sqlite:///{tmp_path}/shop.db", tmp_path / "logs"
    for worker in ("w-1", "w-2"):
        assert main(["work", url, str(folder), "--worker", worker, "--seed", "3", "--calls", "20"]) == 0
    assert main(["check", url, str(folder)]) == 0
    assert capsys.readouterr().out.startswith("every law holds: ")
    assert main(["work", url, str(folder), "--worker", "w-1", "--calls", "1"]) == 1
    assert "there is a log of w-1 already" in capsys.readouterr().err


def test_the_command_line_shows_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check` of a folder that lacks a log ends with 1 and shows what is not explained."""
    url, folder = f"sqlite:///{tmp_path}/shop.db", tmp_path / "logs"
    assert main(["work", url, str(folder), "--calls", "5"]) == 0
    (folder / "w-1.jsonl").unlink()
    assert main(["check", url, str(folder)]) == 1
    assert "that nobody sent" in capsys.readouterr().out
