"""What many commands came to: an outcome for each, and the sum of a long stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.errors import InvalidInput, LoyaltyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loyalcore.domain.flows import Command, Receipt

REFUSALS_KEPT = 100
"""How many refused outcomes a sum keeps."""


@attrs.frozen
class Outcome:
    """What became of one command among many: its receipt, or the error that refused it.

    Where all or nothing was asked and another command was refused, it has neither.

    Args:
        command: The command.
        receipt: What it answered, None where it was not done.
        error: Why it was refused, None where it was not.
    """

    command: Command
    receipt: Receipt | None = None
    error: LoyaltyError | None = None

    @property
    def is_undone(self) -> bool:
        """Whether nothing was wrong with it, and nothing was written since another command was refused."""
        return self.receipt is None and self.error is None


@attrs.frozen(kw_only=True)
class Posted:
    """What a stream of postings came to.

    Args:
        done: How many were written.
        replayed: How many had been written before, and were answered with their first receipt.
        refused: How many were refused.
        undone: Where all or nothing was asked: how many were not written since others were refused.
        refusals: The outcomes of those refused, the first 100.
    """

    done: int = 0
    replayed: int = 0
    refused: int = 0
    undone: int = 0
    refusals: tuple[Outcome, ...] = ()

    def plus(self, outcomes: Iterable[Outcome]) -> Posted:
        """Give the sum with more outcomes."""
        done, replayed, refused, undone = self.done, self.replayed, self.refused, self.undone
        refusals = list(self.refusals)
        for outcome in outcomes:
            if outcome.receipt is not None:
                if outcome.receipt.replayed:
                    replayed += 1
                else:
                    done += 1
            elif outcome.error is None:
                undone += 1
            else:
                refused += 1
                if len(refusals) < REFUSALS_KEPT:
                    refusals.append(outcome)
        return Posted(done=done, replayed=replayed, refused=refused, undone=undone, refusals=tuple(refusals))


def commands_of(commands: object) -> Iterator[Any]:
    """Begin to read the commands that a host gives.

    Raises:
        InvalidInput: There is no list of commands.
    """
    if not isinstance(commands, Iterable) or isinstance(commands, str | bytes):
        raise InvalidInput("give a list of commands", path="commands")
    return iter(commands)


def check_atomic(value: object) -> bool:
    """Return whether all or nothing is asked.

    Raises:
        InvalidInput: It is neither True nor False.
    """
    if not isinstance(value, bool):
        raise InvalidInput("give True or False", path="atomic")
    return value


def outcomes_of(
    commands: Sequence[Command], answers: Sequence[Receipt | LoyaltyError], *, atomic: bool
) -> Iterator[Outcome]:
    """Put the answers of commands that ran together beside them."""
    is_undone = atomic and any(isinstance(answer, LoyaltyError) for answer in answers)
    for command, answer in zip(commands, answers, strict=True):
        if isinstance(answer, LoyaltyError):
            yield Outcome(command, None, answer)
        else:
            yield Outcome(command, None if is_undone else answer)
