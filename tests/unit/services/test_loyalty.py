"""The facade's door: how it is opened, who acts, and how commands are run."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore import services
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Register
from loyalcore.domain.flows import Command
from loyalcore.domain.ledger import Award, PointsPolicy, Spend
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import (
    InsufficientPoints,
    InvalidInput,
    LimitExceeded,
    NotFound,
    StoreUnavailable,
)
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock

BEANS = Program("beans", currency="EUR", timezone="UTC")
TEA = Program("tea", currency="EUR", timezone="UTC")


def opened(store: Any = None, **fields: Any) -> Loyalty:
    """Open a facade on a store, with one customer."""
    store = MemoryStore() if store is None else store
    loyalty = Loyalty(store, [BEANS], clock=FixedClock("2026-01-01T12:00:00Z"), actor="till", **fields)
    loyalty.customers.register("ada")
    return loyalty


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(services) == sorted(services.__all__)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"store": None}, "store"),
        ({"store": "sqlite://"}, "store"),
        ({"store": MemoryStore}, "store"),
        ({"programs": None}, "programs"),
        ({"programs": []}, "programs"),
        ({"programs": BEANS}, "programs"),
        ({"programs": ["beans"]}, "programs[0]"),
        ({"programs": [BEANS, TEA, BEANS]}, "programs[2]"),
        ({"environment": "test"}, "environment"),
        ({"environment": None}, "environment"),
        ({"environment": ["live"]}, "environment"),
        ({"clock": "now"}, "clock"),
        ({"ids": 7}, "ids"),
        ({"registry": {}}, "registry"),
        ({"actor": ""}, "actor"),
        ({"actor": 7}, "actor"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_refused(fields: dict[str, Any], path: str) -> None:
    """What cannot be a store, programs, an environment, a clock, ids, a registry or an actor is refused by its name."""
    given = {"store": MemoryStore(), "programs": [BEANS], **fields}
    with pytest.raises(InvalidInput) as caught:
        Loyalty(given.pop("store"), given.pop("programs"), **given)
    assert caught.value.path == path


def test_a_program_may_only_name_functions_of_the_registry() -> None:
    """A consumption order that nobody wrote is refused at the door."""
    program = Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(consumption="largest_first"))
    with pytest.raises(InvalidInput, match="largest_first"):
        Loyalty(MemoryStore(), [program])
    registry = Registry(consumption={"largest_first": lambda lot: -int(lot.free)})
    assert Loyalty(MemoryStore(), [program], registry=registry).programs == (program,)


def test_a_facade_shows_what_it_runs() -> None:
    """Environment and programs can be read back; without being told it is `live`."""
    loyalty = Loyalty(MemoryStore(), [BEANS, TEA])
    assert (loyalty.environment, loyalty.programs) == ("live", (BEANS, TEA))


def test_nobody_acts_until_somebody_is_named() -> None:
    """Commands need an actor, questions do not; one facade may act as several."""
    store = MemoryStore()
    nobody = Loyalty(store, [BEANS], ids=CountedIds())
    for call in (
        lambda: nobody.customers.register("ada"),
        lambda: nobody.run_many([]),
        lambda: nobody.points.sweep("ada"),
    ):
        with pytest.raises((InvalidInput, NotFound)):
            call()
    with pytest.raises(InvalidInput) as caught:
        nobody.preview(Register("ada"))
    assert caught.value.path == "actor"
    till, office = nobody.acting_as("till"), nobody.acting_as("office")
    till.customers.register("ada")
    till.points.award("ada", 5, reason="test", key="k-1")
    office.points.award("ada", 5, reason="test", key="k-2")
    assert [entry.actor for entry in nobody.points.entries("ada")] == ["till", "office"]
    assert nobody.points.balance("ada").active == 10


@pytest.mark.parametrize(("actor", "error"), [("", InvalidInput), (None, InvalidInput), ("a" * 256, LimitExceeded)])
def test_an_actor_is_a_short_text(actor: Any, error: type[Exception]) -> None:
    """An actor is 1 to 255 printable characters."""
    with pytest.raises(error):
        Loyalty(MemoryStore(), [BEANS]).acting_as(actor)


def test_environments_are_two_worlds() -> None:
    """The same id in `live` and `sandbox` is two unrelated customers."""
    store = MemoryStore()
    live, sandbox = opened(store), opened(store, environment="sandbox")
    live.points.award("ada", 5, reason="test", key="k")
    assert sandbox.points.balance("ada").active == 0
    assert not sandbox.points.award("ada", 7, reason="test", key="k").replayed
    assert (live.points.balance("ada").active, sandbox.points.balance("ada").active) == (5, 7)


def test_programs_keep_their_own_points() -> None:
    """A customer has a membership in each program, and the program must be said where two run."""
    loyalty = Loyalty(MemoryStore(), [BEANS, TEA], actor="till")
    loyalty.customers.register("ada")
    loyalty.points.award("ada", 5, reason="test", key="k-1", program="beans")
    loyalty.points.award("ada", 7, reason="test", key="k-2", program="tea")
    with pytest.raises(InvalidInput, match="beans, tea"):
        loyalty.points.award("ada", 1, reason="test", key="k-3")
    assert loyalty.points.balance("ada", program="tea").active == 7
    assert loyalty.customers.get("ada").programs == ("beans", "tea")
    loyalty.customers.register("bob")
    loyalty.customers.merge("ada", into="bob")
    assert [loyalty.points.balance("bob", program=each).active for each in ("beans", "tea")] == [5, 7]
    only_tea = Loyalty(MemoryStore(), [TEA])
    with pytest.raises(NotFound, match="program"):
        only_tea.points.balance("ada", program="beans")


def test_a_merge_needs_all_programs_to_run() -> None:
    """A customer with points in a program that this host does not run cannot be merged here."""
    store = MemoryStore()
    both = Loyalty(store, [BEANS, TEA], actor="till")
    for customer_id in ("ada", "bob"):
        both.customers.register(customer_id)
    both.points.award("ada", 5, reason="test", key="k", program="tea")
    with pytest.raises(NotFound, match="program 'tea'"):
        Loyalty(store, [BEANS], actor="till").customers.merge("ada", into="bob")


def test_many_commands_run_each_on_its_own() -> None:
    """One that is refused does not stop the next; each has its outcome beside its command."""
    loyalty = opened()
    commands: list[Command] = [Register("bob"), Spend("bob", 5, key="s"), Award("bob", 5, reason="test", key="a")]
    outcomes = loyalty.run_many(commands)
    assert [outcome.command for outcome in outcomes] == commands
    assert [outcome.receipt is None for outcome in outcomes] == [False, True, False]
    assert isinstance(outcomes[1].error, InsufficientPoints)


def test_a_failing_store_stops_many_commands() -> None:
    """When the store fails, the commands before it are done and the error is raised."""

    class Failing(MemoryStore):
        units = 0

        def unit(self, *, readonly: bool = False) -> Any:
            self.units += 1
            if self.units == 3:
                self.close()
            return super().unit(readonly=readonly)

    loyalty = opened(Failing())
    commands = [Award("ada", 5, reason="test", key=key) for key in ("a", "b", "c")]
    with pytest.raises(StoreUnavailable):
        loyalty.run_many(commands)


@pytest.mark.parametrize(("count", "is_taken"), [(1_000, True), (1_001, False)])
def test_a_batch_has_a_limit(count: int, is_taken: bool) -> None:
    """1,000 commands are taken at once; of 1,001 none is run."""
    loyalty = opened()
    commands = [Register(f"c-{number}") for number in range(count)]
    if is_taken:
        assert len(loyalty.run_many(iter(commands))) == count
    else:
        with pytest.raises(LimitExceeded) as caught:
            loyalty.run_many(iter(commands))
        assert (caught.value.path, caught.value.limit) == ("commands", 1_000)
        with pytest.raises(NotFound):
            loyalty.customers.get("c-0")


@pytest.mark.parametrize("commands", [None, 7, Award("ada", 5, reason="test", key="a")])
def test_many_commands_come_as_a_list(commands: Any) -> None:
    """What cannot be gone through is refused."""
    with pytest.raises(InvalidInput) as caught:
        opened().run_many(commands)
    assert caught.value.path == "commands"


def test_a_preview_writes_nothing() -> None:
    """A preview answers as the command would, and refuses as it would."""
    loyalty = opened()
    assert loyalty.preview(Award("ada", 120, reason="welcome", key="x")).points == 120
    assert loyalty.points.balance("ada").active == 0
    with pytest.raises(InsufficientPoints):
        loyalty.preview(Spend("ada", 5, key="x"))
    assert not loyalty.run(Award("ada", 120, reason="welcome", key="x")).replayed
