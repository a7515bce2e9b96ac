"""The package as files: its modules, their names and their syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "loyalcore"


def is_shipped_script(path: Path) -> bool:
    """Tell the modules that are run, never imported: `__main__` and the migrations."""
    return path.name == "__main__.py" or "migrations" in path.parts


def paths(*rooms: str) -> list[Path]:
    """List the modules of some rooms (a folder or a single module each), or of the whole package."""
    if not rooms:
        return sorted(PACKAGE.rglob("*.py"))
    found = [path for room in rooms for path in (PACKAGE / room).rglob("*.py")]
    return sorted(found + [path for room in rooms if (path := PACKAGE / f"{room}.py").is_file()])


def name_of(path: Path) -> str:
    """Give the dotted name of a module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
