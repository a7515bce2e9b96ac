from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.testing.history.contention import Figures, Scale, contend, main

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Scale(processes=3, ledgers=4, spends=30, keys=10, transfers=5, swept=3)


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> list[Figures]:
    """The figures of small races on a file."""
    with SqlStore(f"sqlite:///{tmp_path_factory.mktemp('raced')}/shop.db", wait_seconds=60) as store:
        store.upgrade()
        return list(contend(store, SMALL))


def test_every_race_ends_as_it_must(raced: list[Figures]) -> None:
    """Of five races among processes each ends as it must, and every law of the history holds after it."""
    assert len(raced) == 5
    assert all(figures.is_ok for figures in raced), "\n".join(map(str, raced))


def test_the_figures_say_what_happened(raced: list[Figures]) -> None:
    """Contested ledgers give what they have, and each key that is delivered often has one effect."""
    contested, hot, redelivered = raced[:3]
    assert contested.answers == {"ok": 4, "insufficient_points": 8}
    assert (hot.effects, redelivered.effects, sum(redelivered.answers.values())) == (30, 10, 30)
    assert "10 keys × 3 deliveries: as it must be" in str(redelivered)


@pytest.mark.parametrize(
    "change",
    [
        {"answers": Counter(ok=5, insufficient_points=7)},
        {"attempts": Counter({1: 11, 6: 1})},
        {"overspent": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_wrong_is_said(raced: list[Figures], change: dict[str, Any]) -> None:
    """Other answers than expected, a sixth attempt or an overspent ledger is wrong, and is said so."""
    figures = attrs.evolve(raced[0], **change)
    assert not figures.is_ok
    assert "WRONG" in str(figures)


def test_the_command_line_races_on_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line runs the races on the database that it is given, and prints their figures."""
    words = [f"--{field.name}={getattr(SMALL, field.name)}" for field in attrs.fields(Scale)]
    assert main([f"sqlite:///{tmp_path}/shop.db", *words]) == 0
    assert "one hot ledger, 30 spends: as it must be" in capsys.readouterr().out
