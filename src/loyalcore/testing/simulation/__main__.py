"""The command of the simulation: `python -m loyalcore.testing.simulation --steps 100000`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import LoyaltyError
from loyalcore.testing.simulation import STORES, Report, Script, Turns, replay_script, shrink, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalcore.testing.simulation import Opens

EVERY = 10.0
"""Seconds between two lines of progress."""


def main(argv: Sequence[str] | None = None) -> int:
    """Play scripts, or one script of a file; 0 when every law held, 1 when one did not, 2 when it cannot be tried."""
    parser = argparse.ArgumentParser(prog="python -m loyalcore.testing.simulation", description=simulate.__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Play commands of several hosts, with faults, and check every law after every commit."
    parser.add_argument("--seed", type=int, default=1, help="the first seed; the next script has the next one")
    parser.add_argument("--steps", type=int, default=100_000, help="the least number of acts and store calls")
    parser.add_argument("--store", choices=list(STORES), default="memory", help="the store that is tried")
    parser.add_argument("--turns", choices=list(Turns), help="how long a host keeps the store for itself")
    parser.add_argument("--script", type=Path, metavar="FILE", help="play this script instead")
    parser.add_argument("--save", type=Path, metavar="FILE", help="where the script of a failure is written")
    given = parser.parse_args(argv)
    turns = None if given.turns is None else Turns(given.turns)
    try:
        with STORES[given.store]() as opens:
            if given.script is not None:
                return _replay(Script.read(given.script.read_text(encoding="utf-8")), given.store, opens, turns)
            return _simulate(given, opens, turns)
    except (LoyaltyError, OSError) as error:
        _say(f"cannot be tried: {error}")
        return 2


def _replay(script: Script, name: str, opens: Opens, turns: Turns | None) -> int:
    with opens() as store:
        outcome = replay_script(script, store, turns or (Turns.CALLS if name == "memory" else Turns.UNITS))
    if outcome.violation is None:
        _say("every law held")
        return 0
    _say(f"act {outcome.violation.act}: {outcome.violation}")
    return 1


def _simulate(given: argparse.Namespace, opens: Opens, turns: Turns | None) -> int:
    began = told = time.perf_counter()

    def tell(report: Report) -> None:
        nonlocal told
        if time.perf_counter() - told >= EVERY:
            told = time.perf_counter()
            _say(f"{report.counts.steps} steps, {report.counts.steps / (told - began):.0f} a second")

    is_memory = given.store == "memory"
    report = simulate(
        seed=given.seed, steps=given.steps, opens=None if is_memory else opens, turns=turns, progress=tell
    )
    _tell_all(report, time.perf_counter() - began)
    if report.violation is None or report.script is None:
        return 0
    _say(f"\nseed {report.script.seed}, act {report.violation.act}: {report.violation}")
    script = report.script
    if is_memory:
        script = shrink(script, MemoryStore, turns or Turns.CALLS)
        _say(f"the shortest script found has {len(script.acts)} acts; --script FILE plays it again:")
    _say(script.text())
    if given.save is not None:
        given.save.write_text(script.text(), encoding="utf-8")
    return 1


def _tell_all(report: Report, seconds: float) -> None:
    counts = report.counts
    _say(f"{counts.steps} steps in {seconds:.0f} s, {counts.steps / seconds:.0f} a second")
    _say(f"{report.scripts} scripts, {sum(counts.acts.values())} acts, {counts.commits} commits")
    for title, found in (
        ("store calls", counts.calls),
        ("acts", counts.acts),
        ("answers", counts.answers),
        ("mishaps", counts.mishaps),
    ):
        _say(f"{title}: " + ", ".join(f"{name} {count}" for name, count in found.most_common()))
    _say(f"in doubt and settled at the end: {counts.settled}")
    if report.compared:
        _say(f"records compared with the memory store: {report.compared}")
    _say(f"violations: {0 if report.violation is None else 1}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
