"""The contract catches wrong stores: each by a named test, which the memory store passes."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import LoyaltyError
from loyalcore.store import _protocol
from loyalcore.testing import broken
from loyalcore.testing.broken import CATCHES
from loyalcore.testing.broken._wrapped import Wrapped
from loyalcore.testing.contract import ConcurrencyContract, Contract, StoreContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.testing.broken import Catch


@pytest.mark.parametrize("catch", CATCHES, ids=lambda each: f"{each.store.__name__}-{each.test}")
def test_a_wrong_store_is_caught(catch: Catch) -> None:
    """A store that breaks one promise fails the test that names it, and the memory store passes that test."""
    run: Callable[..., None] = getattr(catch.part(), catch.test)
    run(store=MemoryStore(), **catch.fields)
    with pytest.raises((AssertionError, LoyaltyError, pytest.fail.Exception)):
        run(store=catch.store(), **catch.fields)


def test_every_wrong_store_is_caught() -> None:
    """Each store of the package stands in the table, and none is wrapped that is not shown."""
    shown = {name for name in broken.__all__ if isinstance(getattr(broken, name), type)} - {"Catch"}
    assert {catch.store.__name__ for catch in CATCHES} == shown
    assert {kind.__name__ for kind in Wrapped.__subclasses__() if kind.__module__.startswith(broken.__name__)} == shown


@pytest.mark.parametrize("store", dict.fromkeys(catch.store for catch in CATCHES))
def test_every_wrong_store_says_where_it_was_seen(store: type[Wrapped]) -> None:
    """The docstring of each store says in one line what it does, and names who has reported or stated the fault."""
    what, _, source = (inspect.getdoc(store) or "").partition("\n\nSource: ")
    assert what.endswith(".")
    assert "\n" not in what
    assert source.endswith(").")


def test_stale_lots_show_in_the_lots_alone() -> None:
    """On a redeem with a stale snapshot the answers and the sums agree: only the look at each lot finds it."""
    with pytest.raises(AssertionError, match=r"lot \d+ is overdrawn by \d+ after"):
        ConcurrencyContract().test_contested_ledgers_are_not_overspent(broken.StaleLots())


PROMISES = re.findall(r"^ +(P\d+)  ", _protocol.__doc__ or "", re.MULTILINE)
TESTS = [name for name in dir(StoreContract) if name.startswith("test_")]


@pytest.mark.parametrize("name", TESTS)
def test_every_test_names_its_promise(name: str) -> None:
    """The docstring of each test of the contract begins with the number of the promise that it proves."""
    number, _, _fact = (inspect.getdoc(getattr(StoreContract, name)) or "").partition(":")
    assert number in PROMISES


def test_every_promise_is_proved() -> None:
    """Each promise of the protocol has a test."""
    named = {(inspect.getdoc(getattr(StoreContract, name)) or "").partition(":")[0] for name in TESTS}
    assert named == set(PROMISES)


def test_the_fixture_has_to_be_given() -> None:
    """A contract without a store says what to override."""
    fixture: Any = Contract.store
    with pytest.raises(NotImplementedError, match="fixture `store`"):
        fixture.__wrapped__(Contract())
