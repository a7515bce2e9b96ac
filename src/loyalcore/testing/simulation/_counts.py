"""What happened in a run, counted."""

from __future__ import annotations

from collections import Counter

import attrs


@attrs.define
class Counts:
    """What happened in one run, or in many.

    Args:
        steps: Acts and store calls.
        commits: Commits that were made.
        settled: Commands that stayed in doubt, and were given once more at the end.
        calls: Store calls by name; `lock` is a load under lock, so a try that met another writer.
        acts: Acts by way and name.
        answers: What came back: `done`, or the code of an error.
        mishaps: What went wrong, by kind.
    """

    steps: int = 0
    commits: int = 0
    settled: int = 0
    calls: Counter[str] = attrs.field(factory=Counter)
    acts: Counter[str] = attrs.field(factory=Counter)
    answers: Counter[str] = attrs.field(factory=Counter)
    mishaps: Counter[str] = attrs.field(factory=Counter)

    def add(self, other: Counts) -> None:
        """Add what happened in another run."""
        for field in attrs.fields(Counts):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
