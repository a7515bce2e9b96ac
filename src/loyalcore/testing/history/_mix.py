"""The mix: what a worker asks for, chosen by a seed: a few busy customers, and every command that moves points."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from loyalcore.domain.flows import Receipt
from loyalcore.domain.ledger import (
    Award,
    Capture,
    Deduct,
    EntryKind,
    Hold,
    Release,
    Restore,
    Reverse,
    Spend,
    Sweep,
    Transfer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from loyalcore.domain.flows import Command

_WEIGHTS: Final[Mapping[str, int]] = {
    "award": 24,
    "fact": 5,
    "shared": 10,
    "again": 12,
    "spend": 18,
    "deduct": 4,
    "hold": 8,
    "capture": 5,
    "release": 3,
    "transfer": 7,
    "reverse": 4,
    "restore": 4,
    "sweep": 4,
}
"""How often each is asked for. `again` delivers an earlier command once more, `shared` one that all workers send."""

_AWARDS: Final = frozenset({EntryKind.AWARD})
_SPENDS: Final = frozenset({EntryKind.SPEND, EntryKind.CAPTURE})
_HOLDS: Final = frozenset({EntryKind.HOLD})


class Mix:
    """An endless series of commands.

    Args:
        worker: Who asks; it stands in the keys.
        seed: What chooses.
        customers: The holders of the customers, by their ids; few, so that workers meet.

    Example:
        >>> from datetime import UTC, datetime
        >>> mix = Mix("w-1", 7, {"ada": "holder-1", "bob": "holder-2"})
        >>> mix.next(datetime(2026, 1, 1, tzinfo=UTC)).key
        'w-1-1'
    """

    def __init__(self, worker: str, seed: int, customers: Mapping[str, str]) -> None:
        self._worker = worker
        self._seed = seed
        self._holders = dict(customers)
        self._names = list(customers)
        self._dice = random.Random(f"{seed}/{worker}")  # noqa: S311 - a run is told by its seed
        self._count = 0
        self._sent: list[Command] = []
        self._known: dict[str, list[Any]] = defaultdict(list)

    def next(self, now: datetime) -> Command:
        """Give the next command.

        Args:
            now: What time it is; some points lapse and some holds end soon after it.
        """
        self._count += 1
        (kind,) = self._dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        command = self._make(kind, now)
        self._sent.append(command)
        return command

    def learn(self, command: Command, answer: object) -> None:
        """Take what came of a command: what it wrote can be named from now on."""
        if isinstance(answer, Receipt) and not answer.replayed:
            self._known[getattr(command, "customer_id", "")] += answer.entries

    def _make(self, kind: str, now: datetime) -> Command:
        dice = self._dice
        name = dice.choice(self._names)
        key = f"{self._worker}-{self._count}"
        points = dice.randint(1, 50)
        if kind == "again" and self._sent:
            return dice.choice(self._sent[-20:])
        if kind == "shared":
            return shared(self._seed, dice.randint(1, 1 + self._count // 4), self._names)
        if kind == "fact":
            source = dice.randint(1, 1 + self._count)
            return Award(name, 1 + source % 7, rule="base", source_type="order", source_id=f"o-{source}", key=key)
        if kind == "sweep":
            return Sweep(self._holders[name])
        return (
            self._taking(kind, name, key, points, now)
            or self._correction(kind, name, key, points)
            or self._award(name, key, now)
        )

    def _taking(self, kind: str, name: str, key: str, points: int, now: datetime) -> Command | None:
        dice = self._dice
        if kind == "spend":
            return Spend(name, points, reason="mug", key=key)
        if kind == "deduct":
            return Deduct(name, points, reason="mistake", key=key)
        if kind == "hold":
            ends = None if dice.random() < 0.5 else now + timedelta(milliseconds=dice.randint(5, 2_000))
            return Hold(name, points, lapses_at=ends, reason="payment", key=key)
        if kind == "transfer":
            other = dice.choice([each for each in self._names if each != name])
            return Transfer(name, points, to=other, reason="gift", key=key)
        return None

    def _award(self, name: str, key: str, now: datetime) -> Award:
        soon = now + timedelta(milliseconds=self._dice.randint(5, 2_000))
        terms: list[dict[str, Any]] = [{}, {}, {"expires_at": soon}, {"active_from": soon}]
        return Award(name, self._dice.randint(1, 60), reason="order", key=key, **self._dice.choice(terms))

    def _correction(self, kind: str, name: str, key: str, points: int) -> Command | None:
        """Make a command about what is known; None where nothing is."""
        dice = self._dice
        kinds = {"capture": _HOLDS, "release": _HOLDS, "reverse": _AWARDS, "restore": _SPENDS}.get(kind, frozenset())
        known = [entry for entry in self._known[name][-60:] if entry.kind in kinds]
        if not known:
            return None
        entry = dice.choice(known)
        some = None if dice.random() < 0.5 else min(points, entry.points)
        if kind == "capture":
            return Capture(name, entry.hold_id, points=some, key=key)
        if kind == "release":
            return Release(name, entry.hold_id, key=key)
        return (Reverse if kind == "reverse" else Restore)(name, points=some, entry_id=entry.id, key=key)


def shared(seed: int, number: int, names: Sequence[str]) -> Command:
    """Give a command that every worker of a seed makes the same, whoever sends it first.

    Example:
        >>> shared(1, 2, ["ada", "bob"]) == shared(1, 2, ["ada", "bob"])
        True
    """
    dice = random.Random(f"{seed}#{number}")  # noqa: S311 - the same for all workers
    name, points, key = dice.choice(names), dice.randint(1, 40), f"shared-{number}"
    return Award(name, points, reason="order", key=key) if number % 3 else Spend(name, points, reason="mug", key=key)
