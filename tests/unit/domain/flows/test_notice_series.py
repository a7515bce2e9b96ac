"""Steps of a delivery in one unit with what makes, or takes away, the notice."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore import (
    Award,
    ClaimNotice,
    Erase,
    FailNotice,
    Loyalty,
    PointsNotice,
    PointsPolicy,
    Program,
    RetryNotice,
    SettleNotice,
)
from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.decision import CustomerRef, LedgerRef, MembershipRef, World
from loyalcore.domain.flows import decide
from loyalcore.domain.ledger import TellExpiring
from loyalcore.domain.programs import Registry
from loyalcore.store import Store
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_duration

BEANS = Program(
    "beans",
    currency="EUR",
    timezone="UTC",
    points=PointsPolicy(
        notices=frozenset({PointsNotice.ADDED}), expiring_notices=(parse_duration("7D", "expiring_notices"),)
    ),
)
NAME = ("holder-1", "holder-1:beans:1:")
AWARD = Award("ada", 5, reason="gift", key="k-1")
CLAIM = ClaimNotice(*NAME, by="d-1", lease_seconds=60, attempts_max=3)
WAITS: dict[str, Any] = {"attempts_max": 3, "delay_seconds": 60, "delay_seconds_max": 600}
FAIL = FailNotice(*NAME, by="d-1", error="OSError", is_permanent=True, **WAITS)
SETTLE, RETRY, ERASE = SettleNotice(*NAME), RetryNotice(*NAME), Erase("ada")


def shop(store: Store) -> Loyalty:
    """Open a shop with a customer."""
    opened = Loyalty(store, [BEANS], clock=FixedClock("2026-01-31T12:00:00Z"), ids=CountedIds(), actor="till")
    opened.customers.register("ada")
    return opened


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest) -> Any:
    """Give a shop in memory, and one in SQL."""
    if request.param == "memory":
        yield shop(MemoryStore())
        return
    with SqlStore("sqlite://") as store:
        yield shop(store)


@pytest.mark.parametrize(
    "commands",
    [
        [AWARD, CLAIM],
        [AWARD, CLAIM, FAIL],
        [AWARD, CLAIM, FAIL, RETRY],
        [AWARD, CLAIM, SETTLE],
        [AWARD, SETTLE],
        [AWARD, CLAIM, ERASE],
    ],
    ids=lambda commands: " ".join(command.name for command in commands),
)
@pytest.mark.parametrize("begun", [0, 1, 2])
def test_in_one_unit_is_like_one_by_one(opened: Loyalty, commands: list[Any], begun: int) -> None:
    """What a series makes of a notice that it has made itself, or found, is what the commands make alone."""
    alone = shop(MemoryStore())
    for command in commands:
        alone.run(command)
    for command in commands[:begun]:
        opened.run(command)
    outcomes = opened.run_many(commands[begun:], atomic=True)
    assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
    for listed in ("waiting", "set_aside"):
        mine, theirs = getattr(opened.outbox, listed)(), getattr(alone.outbox, listed)()
        assert mine == theirs


def test_who_is_gone_by_the_second_look_is_told_nothing() -> None:
    """A membership that was read before an erasure, and a customer who was looked for after it."""
    told = shop(MemoryStore())
    told.points.award("ada", 5, reason="gift", expiry="3D", key="k-1")
    with told._executor.store.unit(readonly=True) as unit:
        member = MembershipRef("live", "holder-1", "beans")
        ledger = LedgerRef("live", "holder-1", "beans")
        records = {**unit.load([member, ledger]), CustomerRef("live", "ada"): None}
    world = World("live", "till", records)
    command = TellExpiring("holder-1", program="beans")
    decision = decide(command, world, {"beans": BEANS}, told._executor.now(), CountedIds(), Registry())
    assert not decision.changes
    assert decision.receipt.is_unchanged
