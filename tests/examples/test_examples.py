"""Every scenario file below this folder, over memory and SQLite."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.ledger import Entry, Ledger, verify
from loyalcore.query import All
from loyalcore.testing.scenarios import Scenario, run

if TYPE_CHECKING:
    from loyalcore.store import Store

HERE = Path(__file__).parent
FILES = sorted(path for path in HERE.rglob("*") if path.suffix in {".json", ".toml"})
GOLDEN = [path for path in FILES if path.parent.name == "golden"]
LATE = datetime(9000, 1, 1, tzinfo=UTC)

# The published cases that the ledger, the calendar, the tiers, earning, orders, referrals and queries cover so far.
CASES = {
    "D": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    "E": (1, 2, 6, 8, 9, 11, 13, 14, 17, 19, 20, 21),
    "F": (1, 3, 5, 7, 9, 11, 12),
    "L": (1, 2, 4, 6, 8, 9, 10, 13, 14, 18, 19, 20, 21, 22),
    "C": (1, 2, 3, 6, 8, 11, 14, 16, 18, 22, 23, 26),
    "Q": (1, 3, 4),
    "R": (1, 4, 6, 8, 11, 14),
    "T": (1, 3, 4, 9, 10, 12, 16, 19, 22),
}
COVERED = {f"{area}{number:02}" for area, numbers in CASES.items() for number in numbers}


def name_of(path: Path) -> str:
    """Name a file below this folder."""
    return path.relative_to(HERE).with_suffix("").as_posix()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_each_step_answers_as_the_file_says(path: Path, store: Store) -> None:
    """Each step of the file is answered as it says; afterwards the law holds and each ledger is its entries."""
    scenario = Scenario.load(path)
    mismatch = run(scenario, store)
    assert mismatch is None, f"{name_of(path)}: {mismatch}"
    with store.unit(readonly=True) as unit:
        for ledger in list(unit.stream(All(Ledger, scenario.environment), LATE)):
            gone = ledger.spent + ledger.expired + ledger.reversed
            assert ledger.awarded == ledger.active + ledger.pending + ledger.held + gone - ledger.deficit
            ref = ledger.ref
            mine = All(Entry, ref.environment, holder_id=ref.holder_id, program_id=ref.program_id, ledger=ref.ledger)
            assert verify(unit.stream(mine, LATE), ledger, ref).difference is None


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_says_the_same_twice_in_one_store(path: Path) -> None:
    """A file runs a second time in a store that holds what its first run left."""
    store = MemoryStore()
    scenario = Scenario.load(path)
    assert (run(scenario, store), run(scenario, store)) == (None, None)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_each_file_runs_without_a_store_of_ours(path: Path) -> None:
    """A file needs no store: it runs in a fresh one of its own."""
    assert run(Scenario.load(path)) is None


def test_each_covered_case_has_its_file() -> None:
    """Each published case that is covered stands in the file of its id, and no file stands for another one."""
    assert {path.stem for path in GOLDEN} == COVERED
    assert [Scenario.load(path).ids for path in GOLDEN] == [(path.stem,) for path in GOLDEN]
