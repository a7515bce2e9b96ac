"""Running a scenario: its steps one after the other, up to the first whose answer differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.programs import Registry
from loyalcore.errors import LoyaltyError
from loyalcore.services import Loyalty
from loyalcore.testing._clock import CountedIds, FixedClock
from loyalcore.testing.scenarios._doors import DOORS
from loyalcore.testing.scenarios._match import Difference, Matcher, NotThereError, show
from loyalcore.testing.scenarios._own import Owner
from loyalcore.testing.scenarios._questions import Asked
from loyalcore.values.ids import SystemIds

if TYPE_CHECKING:
    from loyalcore.store import Store
    from loyalcore.testing.scenarios._document import Scenario
    from loyalcore.testing.scenarios._steps import Step

BEGINNING: Final = "2026-01-01T00:00:00Z"
"""Where the clock stands before the first step that puts it."""
_MARK_LENGTH: Final = 12


@attrs.frozen(kw_only=True)
class Mismatch:
    """The first step of a scenario that differs.

    Args:
        number: The step's number, from 1.
        path: What it does or asks.
        at: The instant of it, ISO.
        differences: Where its answer differs, in the order of what it expects.
    """

    number: int
    path: str
    at: str
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        lines = [f"step {self.number}, {self.path} at {self.at}"]
        for path, expected, actual in self.differences:
            lines.append(f"  {path or 'answer'}: expected {expected}, actual {actual}")
        return "\n".join(lines)


def run(scenario: Scenario, store: Store | None = None, *, registry: Registry | None = None) -> Mismatch | None:
    """Run a scenario up to the first step that differs.

    Args:
        scenario: The scenario.
        store: Where it runs; None is a new memory store. In a store that is given the customers, orders, segments and
            programs get ids of this run, so that it may hold others, and the same scenario may run in it again.
        registry: The functions of the host's that the programs name.

    Returns:
        The first step that differs, None where none does.

    Raises:
        InvalidInput: A program names a function that is not in the registry.

    Source: HOUSE 5.

    Example:
        >>> from loyalcore.testing.scenarios import Scenario, run
        >>> program = {"id": "beans", "currency": "EUR", "timezone": "UTC"}
        >>> ask = {"ask": "calendar.expiry", "with": {"expr": "1M", "base": "2024-01-31"}}
        >>> steps = [{**ask, "expect": {"wall": "2024-02-28T00:00:00"}}]
        >>> scenario = Scenario.from_document({"scenario": 1, "title": "Leap", "program": program, "steps": steps})
        >>> print(run(scenario))
        step 1, calendar.expiry at 2026-01-01T00:00:00Z
          wall: expected "2024-02-28T00:00:00", actual "2024-02-29T00:00:00"
    """
    stage = _Stage(scenario, store, registry)
    for number, step in enumerate(scenario.steps, start=1):
        if step.at is not None:
            stage.clock.put(step.at)
        differences = tuple(stage.play(step))
        if differences:
            at = stage.clock.now().replace(tzinfo=None).isoformat() + "Z"
            return Mismatch(number=number, path=step.path, at=at, differences=differences)
    return None


class _Stage:
    """Where a scenario runs: a facade, a clock, and what was saved so far."""

    def __init__(self, scenario: Scenario, store: Store | None, registry: Registry | None) -> None:
        self.clock = FixedClock(BEGINNING)
        self.mark = "" if store is None else f"{SystemIds().new('run')[:_MARK_LENGTH]}-"
        self.owner = Owner(self.mark)
        self.matcher = Matcher(self.mark)
        self.saved: dict[str, Any] = {}
        self.registry = Registry() if registry is None else registry
        self.loyalty = Loyalty(
            MemoryStore() if store is None else store,
            [self.owner.program(each) for each in scenario.programs],
            environment=scenario.environment,
            clock=self.clock,
            ids=CountedIds() if store is None else SystemIds(),
            registry=self.registry,
        )

    def play(self, step: Step) -> list[Difference]:
        """Play one step, and name where its answer differs."""
        shop = self.loyalty.acting_as(step.actor)
        try:
            answer = self._answer(step, Asked(shop, self.clock.now(), self.registry))
        except LoyaltyError as error:
            return self._refused(step, error)
        except Exception as error:  # noqa: BLE001 - a fault of the library is a difference too, never a traceback
            return [Difference("", _wanted(step), f"the unexpected error {type(error).__name__}: {error}")]
        if step.code is not None:
            return [Difference("", _wanted(step), show(answer, self.mark))]
        found = list(self.matcher.differences(self._filled(step.expect), answer)) if step.has_expectation else []
        return found or self._save(step, answer)

    def _answer(self, step: Step, asked: Asked) -> Any:
        door = DOORS[step.path]
        values = {name: self._filled(value) for name, value in step.values.items()}
        return door.answer(asked, self.owner.values(step.path, values, door.types))

    def _filled(self, value: Any) -> Any:
        """Put what was saved for its name."""
        if isinstance(value, Mapping):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if isinstance(value, str) and value.startswith("$"):
            return value[1:] if value.startswith("$$") else self.saved[value[1:]]
        return value

    def _refused(self, step: Step, error: LoyaltyError) -> list[Difference]:
        if step.code != error.code:
            message = error.message.replace(self.mark, "") if self.mark else error.message
            return [Difference("", _wanted(step), f"refused {error.code}: {message}")]
        return list(self.matcher.differences(self._filled(step.details), error, "refused.details"))

    def _save(self, step: Step, answer: Any) -> list[Difference]:
        for name, path in step.save.items():
            try:
                self.saved[name] = self.matcher.value(self.matcher.find(answer, path))
            except NotThereError as missing:
                return [Difference(f"save.{name}", path, str(missing))]
        return []


def _wanted(step: Step) -> str:
    if step.code is not None:
        return f"refused {step.code}"
    return show(step.expect) if step.has_expectation else "an answer"
