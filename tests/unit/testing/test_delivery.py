from __future__ import annotations

import pickle
import sqlite3
from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Register
from loyalcore.domain.ledger import Award, Spend
from loyalcore.errors import StaleVersion, StoreUnavailable
from loyalcore.testing import FixedClock, _delivery, example
from loyalcore.testing._delivery import CountingStore, Deliver
from loyalcore.testing.contract._contract import BEANS, START

if TYPE_CHECKING:
    from loyalcore.adapters.memory._store import MemoryUnit

AT = FixedClock(START).now()


class Failing(MemoryStore):
    """Fails to open as often as it is told."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    def unit(self, *, readonly: bool = False) -> MemoryUnit:
        """Open a unit, or fail."""
        if self.errors:
            raise self.errors.pop(0)
        return super().unit(readonly=readonly)


def test_commands_are_answered_in_order() -> None:
    """Each command has its answer: a receipt, or the error that refused it."""
    commands = (Register("ada"), Award("ada", 5, reason="a", key="k-1"), Spend("ada", 9, key="k-2"))
    answers = Deliver(commands, AT, BEANS)(MemoryStore())
    assert [answer.command for answer in answers] == [*commands]
    assert [answer.code for answer in answers] == ["ok", "ok", "insufficient_points"]
    assert [answer.attempts for answer in answers] == [1, 1, 1]


def test_a_busy_store_is_asked_again() -> None:
    """A command that found the store unavailable is given again, and its answer says how often."""
    store = Failing(StoreUnavailable("busy"), StoreUnavailable("busy"))
    (answer,) = Deliver((Register("ada"),), AT, BEANS)(store)
    assert (answer.code, answer.busy) == ("ok", 2)


def test_a_store_that_stays_busy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while the error is the answer."""
    monkeypatch.setattr(_delivery, "BUSY_SECONDS_MAX", 0.0)
    (answer,) = Deliver((Register("ada"),), AT, BEANS)(Failing(StoreUnavailable("busy")))
    assert (answer.code, answer.receipt) == ("store_unavailable", None)


def test_a_raw_error_is_told_by_its_name() -> None:
    """An error that is none of the library's is an answer of its own kind."""
    (answer,) = Deliver((Register("ada"),), AT, BEANS)(Failing(sqlite3.OperationalError("database is locked")))
    assert answer.code == "sqlite3.OperationalError: database is locked"


def test_attempts_are_counted() -> None:
    """Units that the executor opened for one command are counted."""
    counted = CountingStore(Failing())
    shop = example(counted)
    assert counted.units == 1
    assert counted.abilities == {"pages", "threads"}
    shop.points.award("ada", 5, reason="a", key="k-1")
    assert counted.units == 2


def test_a_delivery_can_be_sent() -> None:
    """A delivery and its answers can be pickled."""
    delivery = Deliver((Register("ada"), Spend("ada", 9, key="k-2")), AT, BEANS)
    assert pickle.loads(pickle.dumps(delivery)) == delivery  # noqa: S301 - our own bytes
    answers = delivery(MemoryStore())
    sent = pickle.loads(pickle.dumps(answers))  # noqa: S301 - our own bytes
    assert [(each.code, each.receipt) for each in sent] == [(each.code, each.receipt) for each in answers]


def test_another_writer_costs_an_attempt() -> None:
    """A commit that met another writer is a further attempt of the same command."""

    class Once(MemoryStore):
        met = False

        def unit(self, *, readonly: bool = False) -> MemoryUnit:
            unit = super().unit(readonly=readonly)
            if not self.met:
                self.met = True
                unit.commit = _stale  # type: ignore[method-assign]
            return unit

    (answer,) = Deliver((Register("ada"),), AT, BEANS)(Once())
    assert (answer.code, answer.attempts) == ("ok", 2)


def _stale() -> None:
    raise StaleVersion("customer")
