"""What the contract classes share: a shop on the host's store, single writes and reads, and races of threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.decision import ChangeSet
from loyalcore.domain.programs import Program
from loyalcore.errors import ConcurrencyConflict, StaleVersion, StoreUnavailable
from loyalcore.services import Loyalty
from loyalcore.testing._clock import CountedIds, FixedClock
from loyalcore.testing._crew import together
from loyalcore.testing._delivery import Deliver

# A host's test that fails shows both sides of the assertion: pytest rewrites only what it is told of.
pytest.register_assert_rewrite(
    *(
        f"{__package__}.{name}"
        for name in (
            "_lots",
            "append",
            "concurrency",
            "crashes",
            "differential",
            "expiry",
            "holds",
            "honesty",
            "idempotency",
            "immutability",
            "listing",
            "lots",
            "orders",
            "outbox",
            "reference",
            "referrals",
            "removal",
            "reversal",
            "streaming",
            "unit",
            "version",
        )
    )
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from loyalcore.domain.decision import Ref
    from loyalcore.domain.flows import Command
    from loyalcore.services.points import Points
    from loyalcore.store import Store
    from loyalcore.testing._delivery import Answer

START = "2026-01-31T12:00:00.123456Z"
THREADS = 16
BEANS = Program("beans", currency="EUR", timezone="Europe/Berlin")


class Contract:
    """One part of the contract: a host subclasses it with a fixture `store` that gives a new store for each test."""

    @pytest.fixture
    def store(self) -> Store:
        """Give a new store that holds nothing; a host's subclass gives its own."""
        raise NotImplementedError("override the fixture `store`: it gives a new store for each test")

    @property
    def tried(self) -> dict[str, int]:
        """What a test did so often that the report shows the number, by a name such as `crash points`."""
        found: dict[str, int] = vars(self).setdefault("_tried", {})
        return found

    def count(self, what: str, times: int) -> None:
        """Add to what the report shows."""
        self.tried[what] = self.tried.get(what, 0) + times

    def most(self, what: str, times: int) -> None:
        """Tell the report how much of something there was at most; it shows the most of all tests."""
        self.tried[f"{what} at most"] = times

    def deliver(self, shop: Shop, deliveries: Sequence[Sequence[Command]]) -> list[Answer]:
        """Let each worker hand in its commands, all at once.

        Returns:
            All answers.

        Raises:
            AssertionError: A worker broke off, or a raw error of the database came through.
        """
        at = shop.clock.now()
        found = together(shop.store, [Deliver(tuple(commands), at, shop.program) for commands in deliveries])
        lost = [answers for answers in found if not isinstance(answers, list)]
        assert not lost, f"a worker broke off: {lost[0]!r}"
        answers: list[Answer] = [answer for each in found for answer in each]
        raw = [answer.foreign for answer in answers if answer.foreign is not None]
        assert not raw, f"an error of the database came through: {raw[0]}"
        self.count(
            f"commands raced by {'processes' if 'processes' in shop.store.abilities else 'threads'}", len(answers)
        )
        return answers


class Shop:
    """A shop on a store: one program, a clock that stands where it is put, and customers `ada` and `bob`.

    Args:
        store: The store.
        at: Where the clock stands, ISO 8601.
        policy: Settings of the program's points, as its document names them.
    """

    def __init__(self, store: Store, at: str = START, **policy: Any) -> None:
        self.store: Store = store
        self.clock: FixedClock = FixedClock(at)
        self.program: Program = Program.from_document(BEANS.to_document() | {"points": policy}) if policy else BEANS
        self.loyalty: Loyalty = Loyalty(store, [self.program], clock=self.clock, ids=CountedIds(), actor="contract")
        self.points: Points = self.loyalty.points
        for name in ("ada", "bob"):
            self.loyalty.customers.register(name)

    def figures(self, customer_id: str = "ada", at: datetime | None = None) -> tuple[int, int, int, int]:
        """Give active, held, spent and expired points."""
        shown = self.points.balance(customer_id, at=at)
        return shown.active, shown.held, shown.spent, shown.expired

    def fill(self, customer_id: str, points: int, *, lots: int = 1) -> str:
        """Register a customer with lots of so many points each, and give its id."""
        self.loyalty.customers.register(customer_id)
        for number in range(lots):
            self.points.award(customer_id, points, reason="fill", expiry=f"{number + 1}Y", key=f"fill-{number}")
        return customer_id


def write(store: Store, *changes: ChangeSet) -> None:
    """Apply change sets in one unit and commit it."""
    with store.unit() as unit:
        for change in changes:
            unit.apply(change)
        unit.commit()


def read(store: Store, ref: Ref) -> Any:
    """Give the record of a ref in a unit of its own."""
    with store.unit(readonly=True) as unit:
        return unit.load([ref])[ref]


def refused(store: Store, changes: ChangeSet) -> None:
    """Check that a change set is refused as stale, at `apply` or at `commit`.

    Raises:
        AssertionError: It was taken.
    """
    try:
        write(store, changes)
    except StaleVersion:
        return
    raise AssertionError("the change set was taken; it had to be refused with StaleVersion")


def need(store: Store, ability: str) -> None:
    """Skip a test of what the store does not declare."""
    if ability not in store.abilities:
        pytest.skip(f"the store does not declare the ability {ability!r}: this stays unproven")


def need_workers(store: Store) -> None:
    """Skip a test of several workers where the store can be used by one only."""
    if not {"processes", "threads"} & store.abilities:
        pytest.skip("the store declares neither the ability 'processes' nor 'threads': this stays unproven")


def patiently(act: Callable[[], Any]) -> Callable[[], Any]:
    """Make an act that is tried again where the library says that it may be."""

    def acting() -> Any:
        while True:
            try:
                return act()
            except (ConcurrencyConflict, StoreUnavailable):
                continue

    return acting


def race(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run acts in as many threads at once; give what each returned or raised."""
    gate = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        gate.wait(timeout=30)
        try:
            found[index] = act()
        except BaseException as error:  # noqa: BLE001 - whatever a store raises is shown by the test
            found[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "a thread did not come to an end"
    return found
