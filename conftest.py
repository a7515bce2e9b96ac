"""What every test run shares: the fixtures on PostgreSQL, and how the examples of README.md and docs/ are run.

Each document is run from top to bottom, in an empty folder of its own.

- A block of `python` is run; one that begins with `>>>` is compared with the output that it shows. All blocks of a
  document share one namespace.
- A block of any language whose fence goes on with a file name, such as `toml beans.toml`, is written to that file.
- In a block of `console` the lines that begin with `$ python -m loyalcore` are run and must end well.
- An HTML comment `<!-- skip: next "reason" -->` passes over the block that follows.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sybil import Document, Example, Region

# A failing test shows both sides of an assertion in what the library ships for tests, too.
pytest.register_assert_rewrite("loyalcore.testing")

pytest_plugins = ("loyalcore.testing.contract.report", "tests._postgres")

COMMAND = "$ python -m loyalcore "
NAMED = re.compile(r"[\w-]+ (?P<name>[\w./-]+)[ \t]*\n")


def write(example: Example) -> None:
    """Write a named block to its file in the document's folder."""
    name, text = example.parsed
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def named_files(document: Document) -> Iterable[Region]:
    """Find the blocks that name a file."""
    for region in RawFencedCodeBlockLexer(NAMED)(document):
        region.parsed = (region.lexemes["name"], str(region.lexemes["source"]))
        region.evaluator = write
        yield region


def command(example: Example) -> str | None:
    """Run the library's own commands of a block; say which one failed, and how."""
    for line in example.parsed.replace("\\\n", " ").splitlines():
        if line.startswith(COMMAND):
            words = [sys.executable, "-m", "loyalcore", *shlex.split(line.removeprefix(COMMAND))]
            done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - from our own docs
            if done.returncode:
                return f"{line}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return None


def enter(namespace: dict[str, Any]) -> None:
    """Go to an empty folder before the first example of a document."""
    namespace["_folder"] = tempfile.TemporaryDirectory(prefix="loyalcore-docs-")
    namespace["_home"] = Path.cwd()
    os.chdir(namespace["_folder"].name)


def leave(namespace: dict[str, Any]) -> None:
    """Come back after the last example of a document."""
    os.chdir(namespace["_home"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE),
        CodeBlockParser("console", command),
        named_files,
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
