"""The host's functions by name."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.ledger import PointsPolicy
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import InvalidDocument, InvalidInput


def largest_first(lot: Any) -> int:
    """Sort lots by size."""
    return -int(lot.free)


def program(consumption: str) -> Program:
    """Make a program with a consumption order."""
    return Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(consumption=consumption))


@pytest.mark.parametrize("name", ["soonest_expiry", "oldest_first", "newest_first", "largest_first"])
def test_a_known_order_passes(name: str) -> None:
    """The library's orders and the registered ones may be named by a program."""
    Registry(consumption={"largest_first": largest_first}).check(program(name))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("largest_frist", "did you mean largest_first?"), ("oldest", "did you mean oldest_first?"), ("zzz", "registry")],
)
def test_an_unknown_order_is_refused(name: str, hint: str) -> None:
    """An order that neither the library nor the host has is refused, with the one that is close to it."""
    with pytest.raises(InvalidInput) as caught:
        Registry(consumption={"largest_first": largest_first}).check(program(name))
    assert caught.value.path == "points.consumption"
    assert caught.value.message.endswith(hint)


def test_an_empty_registry_knows_the_library() -> None:
    """Without host functions the library's own orders are known, and no other."""
    Registry().check(program("newest_first"))
    with pytest.raises(InvalidInput):
        Registry().check(program("largest_first"))


def test_the_registry_is_frozen() -> None:
    """What the host passed in can change later without changing the registry, which cannot be changed."""
    functions = {"largest_first": largest_first}
    registry = Registry(consumption=functions)
    functions.clear()
    assert registry.consumption["largest_first"] is largest_first
    with pytest.raises(TypeError):
        registry.consumption["other"] = largest_first  # type: ignore[index]


@pytest.mark.parametrize(
    ("consumption", "paths"),
    [
        (None, ["consumption"]),
        ([1], ["consumption"]),
        (["abc"], ["consumption"]),
        ({"Largest": largest_first}, ["consumption[0]"]),
        ({"": largest_first}, ["consumption[0]"]),
        ({"x" * 65: largest_first}, ["consumption[0]"]),
        ({3: largest_first}, ["consumption[0]"]),
        ({"oldest_first": largest_first}, ["consumption[0]"]),
        ({"a": largest_first, "b": "largest_first", "": None}, ["consumption[1]", "consumption[2]", "consumption[2]"]),
    ],
)
def test_a_registry_names_all_its_faults(consumption: Any, paths: list[str]) -> None:
    """A registry with names or functions that cannot be is refused with the places of all faults."""
    with pytest.raises(InvalidDocument) as caught:
        Registry(consumption=consumption)
    assert [fault.path for fault in caught.value.faults] == paths
