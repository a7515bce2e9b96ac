"""post_one_sqlite: one operation in one transaction on a file: the facade, hand-written code, and Django's ORM."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks._floor import Floor, rows_of
from benchmarks._measure import Row, at_least, at_most, ratio, take_turns
from benchmarks._orm import Orm, in_file
from benchmarks._workload import Facade, Posting, posting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "post_one_sqlite"
BLOCK = 50
"""How many postings of one kind a contestant does at a stretch."""
BLOCKS = 8
"""How many such stretches make a round."""
DJANGO_GOALS = {"FULL": 3.0, "NORMAL": 8.0}


class Contestant(Protocol):
    """Who can award and spend."""

    def award(self, work: Posting) -> object:
        """Award the points of an order."""

    def spend(self, work: Posting) -> object:
        """Spend points on an order."""


def run() -> list[Row]:
    """Measure at `synchronous` FULL, where the goal by hand stands, and at NORMAL."""
    with tempfile.TemporaryDirectory() as folder:
        return [row for synchronous in DJANGO_GOALS for row in _run(Path(folder), synchronous)]


def _run(folder: Path, synchronous: str) -> Iterator[Row]:
    paths = {name: folder / f"{name}_{synchronous.lower()}.db" for name in ("facade", "floor", "orm")}
    with (
        closing(Facade(f"sqlite:///{paths['facade']}", synchronous)) as facade,
        closing(Orm(paths["orm"].stem, in_file(paths["orm"], synchronous))) as orm,
    ):
        facade.open_accounts()
        orm.open_accounts()
        copy(paths["facade"], paths["floor"])
        with closing(Floor(paths["floor"], synchronous)) as floor:
            contestants: dict[str, Contestant] = {"facade": facade, "floor": floor, "orm": orm}
            stages: dict[str, dict[str, Callable[[int], None]]] = {
                "award": {name: awards(each) for name, each in contestants.items()},
                "spend": {name: spends(each) for name, each in contestants.items()},
            }
            with closing(_Disk(folder / f"disk_{synchronous.lower()}.db", synchronous)) as disk:
                seconds = take_turns({**stages, "disk": {"disk": disk.commits}}, blocks=BLOCKS)
        _compare(paths["facade"], paths["floor"], orm)
    waited = statistics.median(seconds.pop("disk")["disk"]) / (BLOCK * BLOCKS)
    yield Row(NAME, f"{synchronous}: one number, one commit (the disk)", waited * 1e6, "µs")
    for kind, by in seconds.items():
        what = f"{kind}, {synchronous}"
        by_hand, by_orm = ratio(by["facade"], by["floor"]), ratio(by["orm"], by["facade"])
        if synchronous == "FULL":
            yield at_most(NAME, f"{what}: facade / hand-written", by_hand, 1.5)
        else:
            yield Row(NAME, f"{what}: facade / hand-written", by_hand, "x")
        yield at_least(NAME, f"{what}: Django / facade", by_orm, DJANGO_GOALS[synchronous])
        for name, label in (("floor", "hand-written"), ("facade", "facade"), ("orm", "Django")):
            each = statistics.median(by[name]) / (BLOCK * BLOCKS)
            yield Row(NAME, f"{what}: {label}, per operation", each * 1e6, "µs")


class _Disk:
    """The least that a transaction costs on this disk: one number written over."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            f"PRAGMA synchronous={synchronous}",
            "CREATE TABLE one (number INT)",
        ):
            self._connection.execute(statement)
        self._connection.execute("INSERT INTO one VALUES (0)")

    def commits(self, block: int) -> None:
        """Commit as often as a contestant does in a block."""
        for number in range(BLOCK):
            self._connection.execute("UPDATE one SET number = ?", (block + number,))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def awards(contestant: Contestant) -> Callable[[int], None]:
    """Give what lets a contestant do a block of awards."""

    def do(block: int) -> None:
        for number in range(block * BLOCK, (block + 1) * BLOCK):
            contestant.award(posting(number, is_award=True))

    return do


def spends(contestant: Contestant) -> Callable[[int], None]:
    """Give what lets a contestant do a block of spends."""

    def do(block: int) -> None:
        for number in range(block * BLOCK, (block + 1) * BLOCK):
            contestant.spend(posting(number, is_award=False))

    return do


def copy(source: Path, target: Path) -> None:
    """Copy a database, open or not."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _compare(facade: Path, floor: Path, orm: Orm) -> None:
    by_facade, by_hand = rows_of(facade), rows_of(floor)
    for table, rows in by_facade.items():
        if rows != by_hand[table]:
            one, other = next(pair for pair in zip(rows, by_hand[table], strict=False) if pair[0] != pair[1])
            raise RuntimeError(f"{table} differs: facade {one}, hand-written {other}")
    with closing(sqlite3.connect(facade)) as connection:
        for question, answer in orm.answers():
            if connection.execute(question).fetchall() != answer:
                raise RuntimeError(f"Django has other rows than the facade: {question}")
