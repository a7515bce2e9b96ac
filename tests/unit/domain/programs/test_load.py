"""The file of a program's document."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from loyalcore.domain.programs import Program
from loyalcore.errors import InvalidDocument, InvalidInput, NotFound

TOML = 'id = "beans"\ncurrency = "EUR"\ntimezone = "UTC"\n'
JSON = '{"id": "beans", "currency": "EUR", "timezone": "UTC"}'
BEANS = Program("beans", currency="EUR", timezone="UTC")


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a document."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(("name", "text"), [("beans.toml", TOML), ("beans.json", JSON), ("BEANS.TOML", TOML)])
def test_a_document_is_toml_or_json(tmp_path: Path, name: str, text: str) -> None:
    """A program is read from a TOML or a JSON file, by a path or its text."""
    path = written(tmp_path, name, text)
    assert Program.load(path) == BEANS
    assert Program.load(str(path)) == BEANS


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    """A file that an editor has marked as UTF-8 is read like any other."""
    assert Program.load(written(tmp_path, "beans.toml", b"\xef\xbb\xbf" + TOML.encode())) == BEANS


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(NotFound) as caught:
        Program.load(tmp_path / "no.toml")
    assert (caught.value.kind, caught.value.name) == ("program document", str(tmp_path / "no.toml"))


@pytest.mark.parametrize(
    "source",
    [
        None,
        3,
        True,
        b"beans.toml",
        ["beans.toml"],
        "",
        "beans",
        "beans.yaml",
        ".toml",
        "\0.toml",
        "x\0y.toml",
        "\ud800.json",
    ],
)
def test_what_is_no_path_of_a_document_is_refused(source: Any) -> None:
    """What is no path, or names neither TOML nor JSON, is refused before anything is opened."""
    with pytest.raises(InvalidInput, match="source"):
        Program.load(source)


def test_a_path_of_bytes_is_refused() -> None:
    """A path object that gives bytes is refused."""

    class Bytes(os.PathLike[bytes]):
        def __fspath__(self) -> bytes:
            return b"beans.toml"

    with pytest.raises(InvalidInput, match="source"):
        Program.load(Bytes())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text", "path", "words"),
    [
        ("a.toml", TOML + "[points\n", "line 4", "line 4"),
        ("a.toml", 'id = "a"\nid = "b"\n', "line 2", "overwrite"),
        ("a.toml", TOML + "[earning]\nper = 1..5\n", "line 5", "line 5"),
        ("a.json", '{"id": "beans",\n "currency" "EUR"}', "line 2", "delimiter"),
        ("a.json", "", "line 1", "Expecting value"),
        ("a.json", '{"id": "a", "id": "b"}', "", "twice"),
        ("a.json", '{"version": ' + "1" * 5000 + "}", "", "digits"),
        ("a.json", "[" * 200_000, "", "nested too deeply"),
        ("a.toml", b'id = "\xff"', "", "UTF-8"),
    ],
)
def test_a_file_that_is_not_well_formed_says_where(
    tmp_path: Path, name: str, text: str | bytes, path: str, words: str
) -> None:
    """What is no TOML or JSON is one fault with the line at which reading stopped, where there is one."""
    source = written(tmp_path, name, text)
    with pytest.raises(InvalidDocument) as caught:
        Program.load(source)
    (fault,) = caught.value.faults
    assert fault.path == path
    assert words in fault.message
    assert caught.value.path == str(source)


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    """What stands at the path but is no readable file is a fault of the document."""
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(InvalidDocument, match="cannot be read"):
        Program.load(tmp_path / "a.toml")


def test_too_long_a_path_is_not_repeated() -> None:
    """A path that no system takes is refused without being printed."""
    with pytest.raises(InvalidDocument, match="cannot be read") as caught:
        Program.load("x" * 1_000_000 + ".toml")
    assert len(str(caught.value)) < 200


def test_the_faults_of_a_file_name_it(tmp_path: Path) -> None:
    """The faults of a file carry its name, and survive being sent to another process."""
    source = written(tmp_path, "a.toml", 'id = "Beans"\nverson = 1\n')
    with pytest.raises(InvalidDocument) as caught:
        Program.load(source)
    assert caught.value.path == str(source)
    assert [fault.path for fault in caught.value.faults] == ["verson", "id", "currency", "timezone"]
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (again.faults, again.message) == (caught.value.faults, caught.value.message)


@pytest.mark.parametrize("text", ["[1]", '"beans"', "null", "3"])
def test_a_file_of_json_holds_a_table(tmp_path: Path, text: str) -> None:
    """A JSON file whose value is no table is refused."""
    with pytest.raises(InvalidDocument, match="must be a table"):
        Program.load(written(tmp_path, "a.json", text))
