"""A campaign: scripts from one seed after the other, until so many steps are done or a law does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.adapters.memory import MemoryStore
from loyalcore.testing._play import dump
from loyalcore.testing.simulation._baton import Turns
from loyalcore.testing.simulation._counts import Counts
from loyalcore.testing.simulation._generator import ACTS, make_script
from loyalcore.testing.simulation._run import replay_script
from loyalcore.testing.simulation._watch import Violation

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from loyalcore.store import Store
    from loyalcore.testing.simulation._run import Outcome
    from loyalcore.testing.simulation._script import Script

    Opens = Callable[[], AbstractContextManager[Store]]
    """Opens a store that holds nothing, for one script."""


@attrs.define
class Report:
    """What a campaign came to.

    Args:
        counts: What happened on the store that is tried.
        scripts: How many scripts were played.
        compared: How many records of two stores were compared, all equal unless there is a violation.
        violation: The law that did not hold, None where all did.
        script: The script that broke it.
    """

    counts: Counts = attrs.field(factory=Counts)
    scripts: int = 0
    compared: int = 0
    violation: Violation | None = None
    script: Script | None = None

    @property
    def is_ok(self) -> bool:
        """Whether every law held."""
        return self.violation is None


def simulate(
    *,
    seed: int,
    steps: int,
    opens: Opens | None = None,
    turns: Turns | None = None,
    acts: int = ACTS,
    progress: Callable[[Report], object] | None = None,
) -> Report:
    """Play scripts until so many steps are done.

    A step is one act or one store call. The first script is that of `seed`, the next that of `seed + 1`, and so on.

    Args:
        seed: The first seed.
        steps: The least number of steps.
        opens: Opens a new store for each script; None is the memory store. Another store is compared with the memory
            store, on which the same script is played in the same order: answer by answer, and record by record.
        turns: How long a host keeps the store; None is `calls` on the memory store and `units` on another.
        acts: How many acts each script has.
        progress: Called after each script.

    Returns:
        What happened, and the first violation with its script.

    Example:
        >>> report = simulate(seed=1, steps=500)
        >>> report.is_ok, report.counts.steps >= 500
        (True, True)
    """
    report = Report()
    while report.violation is None and report.counts.steps < steps:
        script = make_script(seed + report.scripts, acts=acts)
        if opens is None:
            outcome = replay_script(script, MemoryStore(), Turns.CALLS if turns is None else turns)
            report.violation = outcome.violation
        else:
            outcome = _compare(script, opens, Turns.UNITS if turns is None else turns, report)
        report.counts.add(outcome.counts)
        report.scripts += 1
        if report.violation is not None:
            report.script = script
        if progress is not None:
            progress(report)
    return report


def _compare(script: Script, opens: Opens, turns: Turns, report: Report) -> Outcome:
    """Play a script on the memory store and on another, and compare what they answered and what they hold."""
    mine = MemoryStore()
    expected = replay_script(script, mine, turns)
    with opens() as theirs:
        outcome = replay_script(script, theirs, turns)
        report.violation = expected.violation or outcome.violation or _other_answer(expected, outcome)
        if report.violation is None:
            report.violation = _other_records(mine, theirs, report)
    return outcome


def _other_records(mine: Store, theirs: Store, report: Report) -> Violation | None:
    expected, found = dump(mine), dump(theirs)
    report.compared += sum(map(len, expected.values()))
    for kind, records in expected.items():
        if records != found[kind]:
            return Violation("equal", f"{kind} differ: {_first(records, found[kind])}")
    return None


def _other_answer(expected: Outcome, outcome: Outcome) -> Violation | None:
    if expected.answers == outcome.answers:
        return None
    return Violation("equal", f"answers differ: {_first(expected.answers, outcome.answers)}")


def _first(one: list[Any], other: list[Any]) -> str:
    """Show the first pair that differs."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return f"{left} in memory, {right} here"
    return f"{len(one)} in memory, {len(other)} here"
