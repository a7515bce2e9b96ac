"""No example of the docs escapes being run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture._tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([*ROOT.glob("*.md"), *(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)])
FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,}|:{3,})[ \t]*(\S.*)$", re.MULTILINE)
UNSEEN = re.compile(r"py|python3|pycon|ipython3?|\{(?:code|code-block|doctest|literalinclude|testcode)\}.*")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_block_hides_python_under_another_name(page: Path) -> None:
    """The examples of a page stand in fences of `python`, which are run, and in no other form."""
    fences = [info.strip() for info in FENCE.findall(page.read_text(encoding="utf-8"))]
    assert [info for info in fences if UNSEEN.fullmatch(info)] == []


def test_skipped_blocks_say_why() -> None:
    """A block that is passed over is passed over with a reason."""
    comments = [
        (page.name, comment)
        for page in PAGES
        for comment in re.findall(r"<!--+\s*;?\s*(skip\b.*?)--+>", page.read_text(encoding="utf-8"), re.DOTALL)
    ]
    assert [each for each in comments if '"' not in each[1] and "end" not in each[1]] == []
