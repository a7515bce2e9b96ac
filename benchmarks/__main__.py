"""Run the benchmarks: `python -m benchmarks`, or `python -m benchmarks post_one …` for some of them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks._measure import Row, show, versions


def main(names: list[str]) -> int:
    """Run every module of this folder that has a `run`, or those that are named; 1 where a goal is missed."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    unknown = sorted(set(names) - set(found))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(found)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in names or found:
        module = import_module(f"benchmarks.{name}")
        if hasattr(module, "run"):
            print(f"{name} …", file=sys.stderr)
            rows += [Row(*row) for row in module.run()]
    print(versions(), end="\n\n")
    print(show(rows))
    return int(any(row.is_met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
