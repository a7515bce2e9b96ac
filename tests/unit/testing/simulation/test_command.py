"""The command of the simulation: what it prints, and what it ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryUnit
from loyalcore.testing.simulation import STORES, Script, make_script
from loyalcore.testing.simulation.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def test_every_law_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """It says how many steps it took, what happened, and that no law was broken."""
    assert main(["--steps", "300", "--seed", "5"]) == 0
    told = capsys.readouterr().out
    assert "violations: 0" in told
    assert "mishaps: " in told


def test_another_store_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """On another store it says how many records were compared with the memory store."""
    assert main(["--steps", "300", "--store", "sqlite"]) == 0
    assert "records compared with the memory store: " in capsys.readouterr().out


def test_a_failure_is_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure is told by its seed and a short script, which is saved and fails again."""
    path = tmp_path / "script.json"
    with monkeypatch.context() as planted:
        planted.setattr(MemoryUnit, "commit", lambda self: None)
        assert main(["--steps", "300", "--seed", "5", "--save", str(path)]) == 1
        assert "seed 5, act 1: stored: " in capsys.readouterr().out
        assert main(["--script", str(path)]) == 1
    assert len(Script.read(path.read_text(encoding="utf-8")).acts) == 1
    assert main(["--script", str(path)]) == 0
    assert "every law held" in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, "{}"])
def test_what_cannot_be_tried_is_told(text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is missing or no script ends with 2."""
    path = tmp_path / "script.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert main(["--script", str(path)]) == 2
    assert capsys.readouterr().out.startswith("cannot be tried: ")


@pytest.mark.parametrize("name", [name for name in STORES if name != "postgresql"])
def test_a_script_can_be_played_on_every_store(name: str, tmp_path: Path) -> None:
    """A saved script is played on the store that is named."""
    path = tmp_path / "script.json"
    path.write_text(make_script(9, acts=40).text(), encoding="utf-8")
    assert main(["--script", str(path), "--store", name]) == 0
