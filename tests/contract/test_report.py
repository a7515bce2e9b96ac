"""The report says what the contract proved of a store, and what not."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from loyalcore.testing.contract.report import PROPERTY, parts_of

if TYPE_CHECKING:
    from pathlib import Path

HOST = """
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.testing.contract import ConcurrencyContract, HonestyContract


class Alone(MemoryStore):
    abilities = frozenset()


class TestAlone(ConcurrencyContract, HonestyContract):
    @pytest.fixture
    def store(self):
        return Alone()


class TestShared(HonestyContract):
    @pytest.fixture(scope="class")
    def store(self):
        return MemoryStore()


def test_something_else():
    pass
"""


def test_a_host_sees_what_is_proved_and_what_not(tmp_path: Path) -> None:
    """A run with the plugin ends with the parts, the cases and the facts that an ability left unproven."""
    path = tmp_path / "test_host.py"
    path.write_text(HOST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "loyalcore.testing.contract.report", path.name]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    told = done.stdout.partition("the contract of a store")[2]
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_host.py::TestAlone: Alone, which declares no ability\n  2 parts, 2 passed, 10 unproven" in told
    assert "'durable': this stays unproven:\n    P15: what a `durable` store committed is there" in told
    assert "neither the ability 'processes' nor 'threads': this stays unproven:\n    P" in told
    assert "P16: of 16 workers on one ledger each gets through" in told
    assert "test_host.py::TestShared: MemoryStore, which declares pages, threads\n" in told
    assert "found records of another one" in done.stdout


def test_what_was_tried_is_summed_up() -> None:
    """Numbers of the tests of one class are added, but for those that say the most of something."""

    def report(outcome: str, tried: dict[str, int]) -> Any:
        told = {"name": "T", "store": "S", "abilities": ["threads"], "part": "Part", "fact": "P1: so", "tried": tried}
        return SimpleNamespace(outcome=outcome, longrepr=None, user_properties=[(PROPERTY, told), ("other", 1)])

    reports = [
        report("passed", {"crash points": 3, "attempts at most": 2}),
        report("passed", {"crash points": 4, "attempts at most": 1}),
        report("failed", {}),
    ]
    (part,) = parts_of(reports)
    assert part.lines() == [
        "T: S, which declares threads",
        "  1 parts, 2 passed, 1 failed",
        "  2 attempts at most, 7 crash points",
    ]
