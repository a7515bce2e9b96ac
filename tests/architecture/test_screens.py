"""What the page of screens names is there."""

from __future__ import annotations

import re

import pytest

from tests.architecture._tree import ROOT

FOLDER = ROOT / "tests" / "unit" / "services"
PAGE = (ROOT / "docs" / "reference" / "screens.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| What ")]


def test_there_are_rows() -> None:
    """The page has tables."""
    assert len(ROWS) >= 29


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_names_a_test_that_exists(row: str) -> None:
    """The last column of each row names a test in its file."""
    name = row.rstrip("| ").rpartition("|")[2].strip().strip("`")
    file, _, test = name.rpartition("::")
    source = (FOLDER / (file or "test_customer_screens.py")).read_text(encoding="utf-8")
    assert re.search(rf"^def {test}\(", source, re.MULTILINE), name
