"""Files that appear together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.exports import Outputs

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    """List a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_files_appear_when_all_are_complete(tmp_path: Path) -> None:
    """Nothing has its name before the block ends; then all have, and nothing else is left."""
    folder = tmp_path / "new" / "folder"
    with Outputs(folder) as files:
        files.open("a.txt").write("one")
        files.open("b.txt").write("ä\r\n")
        assert not {"a.txt", "b.txt"} & set(names(folder))
    assert names(folder) == ["a.txt", "b.txt"]
    assert (folder / "b.txt").read_bytes() == "ä\r\n".encode()


def test_after_a_failure_the_old_files_are_there(tmp_path: Path) -> None:
    """A block that fails changes nothing and leaves nothing."""
    (tmp_path / "a.txt").write_text("old")

    def fail() -> None:
        with Outputs(tmp_path) as files:
            files.open("a.txt").write("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_name_that_cannot_be_replaced_leaves_no_temporary_file(tmp_path: Path) -> None:
    """Where a folder stands in the way the error is the system's, and the temporary files are gone."""
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OSError, match=r"a\.txt"), Outputs(tmp_path) as files:
        files.open("a.txt").write("new")
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_that_is_a_file_is_the_systems_error(tmp_path: Path) -> None:
    """A file where the folder should be is told by the system's error."""
    (tmp_path / "out").write_text("")
    with pytest.raises(FileExistsError), Outputs(tmp_path / "out"):
        pass
