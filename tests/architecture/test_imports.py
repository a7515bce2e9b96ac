"""What an import costs, and what it may not bring along."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("alembic", "cattrs", "dateutil", "hypothesis", "lark", "pendulum", "pytest", "sqlalchemy")


def loaded_by(statement: str) -> set[str]:
    """Name the top-level modules that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_probe_sees_what_an_import_loads() -> None:
    """The probe of this file reports a module that the statement loads."""
    assert "attr" in loaded_by("import attrs")


@pytest.mark.parametrize("module", HEAVY)
def test_importing_the_package_loads_nothing_heavy(module: str) -> None:
    """`import loyalcore` loads none of the heavy libraries."""
    assert module not in loaded_by("import loyalcore")


def test_the_grammar_is_read_with_the_first_search_string() -> None:
    """`loyalcore.query` loads lark when a search string is parsed, not before."""
    name = "from loyalcore.query import *\nname = Id('name', str, is_required=True)"
    noun = f"{name}\nnoun = Noun('word', [name], ids=[name])"
    assert "lark" not in loaded_by(noun)
    assert "lark" in loaded_by(f"{noun}\nparse('name:ada', noun)")


@pytest.mark.parametrize("module", ["hypothesis", "pytest"])
def test_the_scenario_runner_needs_no_test_library(module: str) -> None:
    """`loyalcore.testing` and its scenario runner import neither pytest nor hypothesis."""
    assert module not in loaded_by("import loyalcore.testing\nimport loyalcore.testing.scenarios")
