"""Deliveries: commands that one worker hands in one after the other, and what became of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import attrs

from loyalcore.errors import LoyaltyError, StoreUnavailable
from loyalcore.services import Loyalty
from loyalcore.testing._clock import FixedClock

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.store import Store, Unit

BUSY_SECONDS_MAX = 30.0
"""How long a command is repeated that finds the store busy."""


@attrs.frozen(kw_only=True)
class Answer:
    """What became of a command.

    Args:
        command: The command.
        receipt: What it answered; None where it was refused.
        error: Why it was refused, or what the library raised.
        foreign: The type and the text of an exception that is none of the library's.
        attempts: How many units the executor opened for it.
        busy: How often the store was unavailable and the command was given again.
    """

    command: Command
    receipt: Receipt | None = None
    error: LoyaltyError | None = None
    foreign: str | None = None
    attempts: int = 0
    busy: int = 0

    @property
    def code(self) -> str:
        """The code of the error, the foreign exception, or `ok`."""
        return self.foreign or ("ok" if self.error is None else self.error.code)


class CountingStore:
    """A store that counts the units opened on it: the executor opens one for each attempt."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.units: int = 0

    @property
    def abilities(self) -> frozenset[str]:
        """What the store underneath offers."""
        return self._store.abilities

    def unit(self, *, readonly: bool = False) -> Unit:
        """Open a unit and count it."""
        self.units += 1
        return self._store.unit(readonly=readonly)


@attrs.frozen
class Deliver:
    """Hands in commands in order; picklable, so that a process can do it.

    Args:
        commands: What is wanted.
        at: Where the clock stands.
        program: The program that runs.
    """

    commands: tuple[Command, ...]
    at: datetime
    program: Program

    def __call__(self, store: Store) -> list[Answer]:
        """Run each command once; one that finds the store busy is given again, as a host does."""
        counted = CountingStore(store)
        shop = Loyalty(counted, [self.program], clock=FixedClock(self.at), actor="worker")
        return [_deliver(shop, counted, command) for command in self.commands]


def _deliver(shop: Loyalty, counted: CountingStore, command: Command) -> Answer:
    busy, end = 0, time.monotonic() + BUSY_SECONDS_MAX
    while True:
        counted.units = 0
        try:
            receipt = shop.run(command)
        except StoreUnavailable as error:
            if time.monotonic() < end:
                busy += 1
                continue
            return Answer(command=command, error=error, attempts=counted.units, busy=busy)
        except LoyaltyError as error:
            return Answer(command=command, error=error, attempts=counted.units, busy=busy)
        except Exception as error:  # noqa: BLE001 - a raw error of a database is what is looked for
            foreign = f"{type(error).__module__}.{type(error).__qualname__}: {error}"
            return Answer(command=command, foreign=foreign, attempts=counted.units, busy=busy)
        return Answer(command=command, receipt=receipt, attempts=counted.units, busy=busy)
