"""Time, chance and ids come in as arguments: nothing below the executor reads them for itself."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture._tree import PACKAGE, name_of, paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BELOW_THE_EXECUTOR = ("errors", "values", "query", "domain", "store", "fields", "screens", "imports", "exports")
SYSTEM_FORMS = {"values/clock.py": "SystemClock", "values/ids.py": "SystemIds", "values/codes.py": "SystemCodes"}

METHODS = {"now", "today", "utcnow"}
CLASSES = {"date", "datetime", "pendulum"}
MODULES = {"random", "secrets"}
NAMES = {
    "os": {"getrandom", "urandom"},
    "pendulum": {"now", "today", "tomorrow", "yesterday"},
    "time": {
        "clock_gettime",
        "clock_gettime_ns",
        "gmtime",
        "localtime",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "time",
        "time_ns",
    },
    "uuid": {"getnode", "uuid1", "uuid4", "uuid6", "uuid7"},
}


def reads(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find where a module reads the clock or chance, or names one of the system forms; (line, what)."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update({alias.asname or alias.name: alias.name for alias in node.names})
    for node in ast.walk(tree):
        for what in _read(node, modules):
            yield getattr(node, "lineno", 0), what


def _read(node: ast.AST, modules: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in MODULES)
    elif isinstance(node, ast.ImportFrom):
        if node.module in MODULES:
            yield str(node.module)
        for alias in node.names:
            if alias.name in NAMES.get(node.module or "", ()):
                yield f"{node.module}.{alias.name}"
            elif alias.name in SYSTEM_FORMS.values():
                yield alias.name
    elif isinstance(node, ast.Attribute):
        last = _last_name(node.value)
        if node.attr in METHODS and last in CLASSES:
            yield f"{last}.{node.attr}"
        elif isinstance(node.value, ast.Name) and node.attr in NAMES.get(modules.get(node.value.id, ""), ()):
            yield f"{modules[node.value.id]}.{node.attr}"
        elif node.attr in SYSTEM_FORMS.values():
            yield node.attr


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id.strip("_") if isinstance(node, ast.Name) else ""


def system_form_of(path: Path) -> str | None:
    """Name the system form that a module is the home of."""
    return SYSTEM_FORMS.get(path.relative_to(PACKAGE).as_posix())


@pytest.mark.parametrize(
    "path", [path for path in paths(*BELOW_THE_EXECUTOR) if system_form_of(path) is None], ids=name_of
)
def test_no_module_below_the_executor_reads_the_clock_or_chance(path: Path) -> None:
    """A module below the executor neither reads the clock, nor draws a random number or id, nor takes a system form."""
    found = list(reads(ast.parse(path.read_text(encoding="utf-8"))))
    assert [f"line {line}: {what}" for line, what in found] == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now(tz)",
        "from datetime import datetime\nat = datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "from datetime import datetime\nmake = datetime.now",
        "import time\ntime.time()",
        "import time as t\nt.monotonic()",
        "from time import perf_counter",
        "import random",
        "from random import choice",
        "import secrets",
        "import os\nos.urandom(8)",
        "import uuid\nuuid.uuid4()",
        "from uuid import uuid4",
        "import pendulum\npendulum.now()",
        "from loyalcore.values.clock import SystemClock",
        "from loyalcore.values import ids\nids.SystemIds()",
    ],
)
def test_the_check_finds_each_way_of_reading(source: str) -> None:
    """Each known way to the clock or to chance is found."""
    assert list(reads(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "command.now",
        "world.clock.now()",
        "from datetime import datetime, time\ntime(0, 0)",
        "import os\nos.fspath(path)",
    ],
)
def test_the_check_passes_over_what_came_in_as_an_argument(source: str) -> None:
    """A clock that was handed in may be asked, and harmless names of the same modules may be used."""
    assert not list(reads(ast.parse(source)))
