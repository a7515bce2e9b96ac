"""The furniture that every module has."""

from __future__ import annotations

import ast
import importlib
from typing import TYPE_CHECKING

import pytest

from tests.architecture._tree import PACKAGE, is_shipped_script, name_of, paths, tree_of

if TYPE_CHECKING:
    from pathlib import Path

MODULES = paths()
IMPORTABLE = [name_of(path) for path in MODULES if not is_shipped_script(path)]
FORBIDDEN_NAMES = {"base", "common", "helpers", "manager", "utils"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_has_a_docstring(path: Path) -> None:
    """Each module says in its first lines what it is for."""
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("name", IMPORTABLE)
def test_every_exported_name_exists(name: str) -> None:
    """Each name of an `__all__` can be had from its module, and stands there once."""
    module = importlib.import_module(name)
    exported = list(getattr(module, "__all__", []))
    assert [each for each in exported if not hasattr(module, each)] == []
    assert len(exported) == len(set(exported))


@pytest.mark.parametrize("name", [name for name in IMPORTABLE if (PACKAGE.parent / name.replace(".", "/")).is_dir()])
def test_a_package_shows_what_it_exports(name: str) -> None:
    """`dir()` of a package that exports names lists those names and nothing else."""
    package = importlib.import_module(name)
    if hasattr(package, "__all__"):
        assert sorted(package.__dir__()) == sorted(package.__all__)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_named_after_nothing(path: Path) -> None:
    """No module or package is called utils, helpers, common, base or manager."""
    parts = {part.strip("_") for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert parts & FORBIDDEN_NAMES == set()


def test_the_package_says_that_it_is_typed() -> None:
    """The marker that tells type checkers to read the annotations is shipped."""
    assert (PACKAGE / "py.typed").is_file()
