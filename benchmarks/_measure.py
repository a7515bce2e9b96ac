"""Measuring: contestants take turns in one process, a figure is the median of five rounds, a goal is a ratio."""

from __future__ import annotations

import sqlite3
import statistics
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROUNDS = 5


class Row(NamedTuple):
    """One figure.

    Args:
        benchmark: The name of the benchmark, as in the table of goals.
        figure: What was measured.
        value: How much.
        unit: Of what: `x` for a ratio, `µs` and the like for an absolute figure.
        goal: What to reach, such as `≤ 1.5`; empty where the figure is only shown.
        is_met: Whether it was reached; None where there is no goal.
    """

    benchmark: str
    figure: str
    value: float
    unit: str
    goal: str = ""
    is_met: bool | None = None


def at_most(benchmark: str, figure: str, value: float, limit: float) -> Row:
    """Give the row of a ratio that must not be above a limit."""
    return Row(benchmark, figure, value, "x", f"≤ {limit:g}", value <= limit)


def at_least(benchmark: str, figure: str, value: float, limit: float) -> Row:
    """Give the row of a ratio that must not be below a limit."""
    return Row(benchmark, figure, value, "x", f"≥ {limit:g}", value >= limit)


def take_turns(
    stages: Mapping[str, Mapping[str, Callable[[int], None]]], *, blocks: int
) -> dict[str, dict[str, list[float]]]:
    """Let contestants do the same blocks of work in turn, another one first in every block.

    Args:
        stages: For each stage of a block, what does it, by the contestant's name; it gets the block's number, from 0.
        blocks: How many blocks make a round.

    Returns:
        For each stage and contestant the seconds of each of the five rounds.
    """
    seconds = {stage: {name: [0.0] * ROUNDS for name in contestants} for stage, contestants in stages.items()}
    for block in range(blocks * ROUNDS):
        for stage, contestants in stages.items():
            names = list(contestants)
            first = block % len(names)
            for name in (*names[first:], *names[:first]):
                begin = time.perf_counter()
                contestants[name](block)
                seconds[stage][name][block // blocks] += time.perf_counter() - begin
    return seconds


def ratio(above: Iterable[float], below: Iterable[float]) -> float:
    """Give the median of the ratios of rounds that were run in turn."""
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


def versions() -> str:
    """Name what the figures depend on."""
    named = [f"Python {sys.version.split()[0]}", f"SQLite {sqlite3.sqlite_version}"]
    for name in ("sqlalchemy", "django", "attrs"):
        module = sys.modules.get(name)
        if module is not None:
            named.append(f"{name} {getattr(module, '__version__', '')}".strip())
    return ", ".join(named)


def show(rows: Iterable[Row]) -> str:
    """Write rows as a Markdown table."""
    lines = ["| Benchmark | Figure | Measured | Goal | Met |", "|---|---|---|---|---|"]
    words = {None: "", True: "yes", False: "**no**"}
    for row in rows:
        benchmark, figure, value, unit, goal, is_met = row
        measured = f"{value:.2f} x" if unit == "x" else f"{value:,.0f} {unit}"
        lines.append(f"| {benchmark} | {figure} | {measured} | {goal} | {words[is_met]} |")
    return "\n".join(lines)
