"""Every parameter of every facade method, with every nasty value, on every store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import InvalidInput, LimitExceeded, LoyaltyError, NotFound
from loyalcore.services import Loyalty
from tests.corpus._calls import (
    BEANS,
    GOOD,
    Commits,
    Counter,
    arguments,
    bound,
    dump,
    good_arguments,
    methods,
    open_shop,
    parameters,
    tried,
)
from tests.corpus._values import NASTY

METHODS = sorted(methods())


def test_every_method_is_covered() -> None:
    """A method that is new to the facade needs good arguments here."""
    assert sorted(GOOD) == METHODS


@pytest.mark.parametrize("name", METHODS)
def test_good_arguments_are_good(name: str, make_store: Callable[[], Any]) -> None:
    """The arguments that are spoiled one by one are taken as they stand."""
    kept = make_store()
    bound(open_shop(kept), name)(**good_arguments(name, Counter()))


@pytest.mark.parametrize("name", METHODS)
def test_a_nasty_value_is_taken_or_refused(name: str, make_store: Callable[[], Any]) -> None:
    """A call returns or raises an error of the documented tree, soon, in few words, and with nothing written."""
    faults, refused = [], []
    kept = make_store()
    commits = Commits(kept)
    method, key = bound(open_shop(commits), name), Counter()
    for parameter in parameters(name):
        for label, value in NASTY.items():
            given = arguments(name, parameter, value, key)
            refusal, wrong = tried(lambda given=given: method(**given), parameter, value, commits)  # type: ignore[misc]
            if wrong:
                faults.append(f"{parameter}={label}: {wrong}")
            if is_about(refusal, parameter, name):
                refused.append((parameter, label))
    assert faults == []
    assert refused != [] or not parameters(name)
    assert_nothing_written(name, make_store, refused)


def is_about(refusal: LoyaltyError | None, parameter: str, name: str) -> bool:
    """Tell a refusal of the value itself from one of what the shop is like by now: an erasure has emptied it."""
    if isinstance(refusal, InvalidInput | LimitExceeded):
        return refusal.path.startswith(parameter)
    return isinstance(refusal, NotFound) and name != "customers.erase"


def assert_nothing_written(name: str, make_store: Callable[[], Any], refused: list[tuple[str, str]]) -> None:
    """Repeat what was refused for itself in a shop where nothing else happens, and compare all that it holds."""
    kept = make_store()
    method, key = bound(open_shop(kept), name), Counter()
    before = dump(kept)
    for parameter, label in refused:
        with pytest.raises(LoyaltyError):
            method(**arguments(name, parameter, NASTY[label], key))
    assert dump(kept) == before


@pytest.mark.parametrize("parameter", ["store", "programs", "environment", "clock", "ids", "registry", "actor"])
def test_a_facade_is_opened_or_refused(parameter: str) -> None:
    """Opening a facade with a nasty argument gives a facade that works, or a typed error."""
    faults = []
    for label, value in NASTY.items():
        given: dict[str, Any] = {"store": MemoryStore(), "programs": [BEANS], "actor": "till", parameter: value}

        def opened(given: dict[str, Any] = given) -> None:
            Loyalty(**given).customers.register("ada")

        _refusal, wrong = tried(opened, parameter, value)
        if wrong:
            faults.append(f"{label}: {wrong}")
    assert faults == []
