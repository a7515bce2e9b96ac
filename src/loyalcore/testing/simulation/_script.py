"""Scripts: a whole run as plain data, so that it can be printed, shortened and played again on any store."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Way(StrEnum):
    """How an act goes through the door, and what may come back."""

    COMMAND = "command"
    """A command in its JSON form; a receipt, or an error and nothing written."""
    PREVIEW = "preview"
    """A command in its JSON form, which is decided and not done."""
    QUESTION = "question"
    """A method of the facade that writes nothing."""
    SWEEP = "sweep"
    """The sweep over every ledger."""
    MALFORMED = "malformed"
    """A method of the facade with a value that it has to refuse."""


class Mishap(StrEnum):
    """What goes wrong at a store call."""

    DOWN = "down"
    """The call is not made; the store says so."""
    UNSENT = "unsent"
    """The call is not made, and at a commit the host cannot tell."""
    LOST = "lost"
    """The call is made and its answer is lost."""
    DELAY = "delay"
    """The host stands still before the call, for so many ticks."""
    STALE = "stale"
    """An unlocked load answers what was committed so many commits ago, but nothing older than its unit has seen; and so
    do the later ones of the unit."""
    CLOCK = "clock"
    """The host's clock jumps by so many microseconds."""


@attrs.frozen
class Fault:
    """One mishap of an act.

    Args:
        call: The number of the store call within the act, from 1.
        kind: What goes wrong.
        amount: Ticks, commits or microseconds, by its kind.
    """

    call: int
    kind: Mishap
    amount: int = 0


@attrs.frozen(kw_only=True)
class Act:
    """What one host does: one command or one question, with what goes wrong on the way.

    Args:
        number: Its number, from 1, which stays the same when other acts are taken out; 0 is the end of a run.
        host: Which host does it.
        tick: When it begins, on the clock of the scheduler.
        at: What the host's own clock shows then, ISO 8601.
        way: How it goes through the door.
        do: The command in its JSON form, or a method of the facade under `command` and its arguments. `@k-7` stands for
            the first entry of the command with the key `k-7`, `@ada` for the holder of the customer `ada`.
        faults: What goes wrong.
    """

    number: int
    host: int
    tick: int
    at: str
    way: Way = Way.COMMAND
    do: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()


@attrs.frozen(kw_only=True)
class Script:
    """A program, hosts, and what they do.

    Args:
        seed: The seed that it was made from.
        program: The document of the program.
        hosts: How many hosts there are.
        acts: What they do; a host does its acts in the order of their ticks.

    Example:
        >>> act = Act(number=1, host=0, tick=0, at="2026-01-31T12:00:00Z", do={"command": "customers.register"})
        >>> script = Script(seed=7, program={"id": "beans"}, hosts=1, acts=(act,))
        >>> Script.read(script.text()) == script
        True
    """

    seed: int
    program: Mapping[str, Any]
    hosts: int
    acts: tuple[Act, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the script as JSON values."""
        return {
            "seed": self.seed,
            "program": self.program,
            "hosts": self.hosts,
            "acts": [_act_json(act) for act in self.acts],
        }

    def text(self) -> str:
        """Give the script as JSON text, one line for each act."""
        data = self.to_json()
        acts = ",\n  ".join(json.dumps(act) for act in data.pop("acts"))
        return f'{json.dumps(data)[:-1]}, "acts": [\n  {acts}\n]}}'

    @classmethod
    def read(cls, text: str) -> Script:
        """Read a script from its text.

        Raises:
            InvalidInput: It is no script.
        """
        try:
            data = json.loads(text)
            return cls(**{**data, "acts": tuple(map(_act_of, data["acts"]))})
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInput(f"is no script of a simulation: {error}", path="script") from error

    def with_acts(self, acts: Iterable[Act]) -> Script:
        """Give the script with other acts."""
        return attrs.evolve(self, acts=tuple(acts))


def _act_json(act: Act) -> dict[str, Any]:
    data = attrs.asdict(act, recurse=False) | {
        "way": act.way.value,
        "faults": [[fault.call, fault.kind.value, fault.amount] for fault in act.faults],
    }
    return {name: value for name, value in data.items() if name != "faults" or value}


def _act_of(data: Mapping[str, Any]) -> Act:
    faults = tuple(Fault(call, Mishap(kind), amount) for call, kind, amount in data.get("faults", ()))
    return Act(**{**data, "way": Way(data["way"]), "faults": faults})
