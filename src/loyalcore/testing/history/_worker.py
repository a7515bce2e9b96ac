"""The worker: asks for a mix of commands and writes everything down, until it has done so often, or is killed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from loyalcore.domain.customers import Register
from loyalcore.domain.flows import Receipt
from loyalcore.domain.ledger import Award, PointsNotice, PointsPolicy
from loyalcore.domain.programs import Program
from loyalcore.errors import StoreUnavailable
from loyalcore.testing.history._log import Log
from loyalcore.testing.history._mix import Mix
from loyalcore.testing.history._recorder import Recorder
from loyalcore.values.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loyalcore.store import Store

PAUSE: Final = 0.02
"""How long a worker waits when the store is out of reach, in seconds."""
CUSTOMERS: Final = ("ada", "bob", "cem", "dora")
PROGRAM: Final = Program(
    "beans", currency="EUR", timezone="Europe/Berlin", points=PointsPolicy(notices=frozenset(PointsNotice))
)
"""The program that the workers run, where none is given."""


@attrs.frozen(kw_only=True)
class Job:
    """What a worker does.

    Args:
        worker: Its name.
        folder: Where its log is made.
        seed: What chooses its commands.
        customers: The holders of the customers, by their ids.
        programs: The programs that run; the first one is the one that is used.
        calls_max: How many commands it asks for; None for ever.
    """

    worker: str
    folder: str
    seed: int
    customers: Mapping[str, str]
    programs: tuple[Program, ...] = (PROGRAM,)
    calls_max: int | None = None


def work(store: Store, job: Job) -> None:
    """Do a job: ask for command after command, and look at a ledger now and then.

    Args:
        store: Where the records are.
        job: What is to be done.

    Raises:
        InvalidInput: There is a log of that worker already.
    """
    clock = SystemClock()
    mix = Mix(job.worker, job.seed, job.customers)
    names = list(job.customers)
    with Log(job.worker, Path(job.folder)) as log:
        host = Recorder(store, job.programs, log, clock=clock)
        number = 0
        while job.calls_max is None or number < job.calls_max:
            number += 1
            command = mix.next(clock.now())
            answer = host.run(command)
            mix.learn(command, answer)
            seen = host.read(names[number % len(names)]) if number % 4 == 0 else None
            if isinstance(answer, StoreUnavailable) or isinstance(seen, StoreUnavailable):
                time.sleep(PAUSE)


def set_up(
    store: Store,
    folder: Path,
    *,
    customers: Sequence[str] = CUSTOMERS,
    programs: Sequence[Program] = (PROGRAM,),
    points: int = 200,
) -> dict[str, str]:
    """Register customers and give each of them points, all of it written down; give their holders.

    Args:
        store: Where the records are; it holds nothing yet.
        folder: Where the log `set-up` is made.
        customers: Their ids.
        programs: The programs that run.
        points: How many points each gets; 0 for none.

    Raises:
        LoyaltyError: What the store raises.
    """
    holders: dict[str, str] = {}
    with Log("set-up", folder) as log:
        host = Recorder(store, programs, log)
        for name in customers:
            answer = host.run(Register(name))
            if not isinstance(answer, Receipt):
                raise answer
            holders[name] = "" if answer.customer is None else answer.customer.holder_id
            if points:
                host.run(Award(name, points, reason="welcome", key="welcome"))
    return holders
