"""Attributes: what their names and values may be, how many there may be, and how changes are laid over them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

import loyalcore.values.attributes as room
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.attributes import bytes_of, check_changes, merged_attributes


def test_the_module_shows_its_names() -> None:
    """`dir()` of the module is its list of public names."""
    assert dir(room) == sorted(room.__all__)


def test_changes_are_read_from_any_mapping() -> None:
    """Any mapping is taken; values are kept in normal form, and None is kept as what takes away."""
    given = MappingProxyType({"shoe.size_eu-1": "42", "a": "e\u0301", "b": None})
    assert check_changes(given, "attributes") == {"shoe.size_eu-1": "42", "a": "\u00e9", "b": None}
    assert check_changes({}, "attributes") == {}


@pytest.mark.parametrize(
    ("bad", "error", "path"),
    [
        (None, InvalidInput, "x"),
        ([("a", "x")], InvalidInput, "x"),
        ({"A": "x"}, InvalidInput, "x"),
        ({"": "x"}, InvalidInput, "x"),
        ({"a b": "x"}, InvalidInput, "x"),
        ({5: "x"}, InvalidInput, "x"),
        ({"a" * 65: "x"}, LimitExceeded, "x"),
        ({"a": ""}, InvalidInput, "x.a"),
        ({"a": True}, InvalidInput, "x.a"),
        ({"a": "b\nc"}, InvalidInput, "x.a"),
        ({"a": "x" * 1_001}, LimitExceeded, "x.a"),
    ],
)
def test_what_is_no_change(bad: Any, error: type[Exception], path: str) -> None:
    """A fault of a name stands where the attributes do, and one of a value at its name."""
    with pytest.raises(error) as caught:
        check_changes(bad, "x")
    found: Any = caught.value
    assert found.path == path


def test_bytes_are_counted_in_utf_8() -> None:
    """Names and values count, each character by its bytes."""
    assert bytes_of({}) == 0
    assert bytes_of({"a": "\u00e9\U0001fad8", "bc": "x"}) == 1 + 2 + 4 + 2 + 1


def test_changes_of_attributes_are_laid_over_those_kept() -> None:
    """What is not named stays, None takes away what is there or is not, and names are sorted."""
    kept = {"b": "2", "d": "4"}
    assert merged_attributes(kept, {"c": "3", "a": "1", "d": None, "x": None}) == {"a": "1", "b": "2", "c": "3"}
    assert list(merged_attributes(kept, {"a": "1"})) == ["a", "b", "d"]
    assert kept == {"b": "2", "d": "4"}


def test_there_are_up_to_100_attributes() -> None:
    """A hundred are kept, one more is refused, and one in the place of another is not one more."""
    full = {f"a-{number}": "x" for number in range(100)}
    assert merged_attributes({}, full) == full
    with pytest.raises(LimitExceeded) as caught:
        merged_attributes(full, {"b": "x"})
    assert (caught.value.path, caught.value.limit) == ("attributes", 100)
    assert len(merged_attributes(full, {"b": "x", "a-1": None})) == 100


def test_attributes_have_up_to_16_kib() -> None:
    """Names and values are counted as bytes of UTF-8: 16,384 are kept, one more is refused."""
    kept = {f"{number:04}": "x" * 996 for number in range(16)} | {"0": "\u00e9" * 191, "1": "y"}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in kept.items())
    assert size == 16_384 + 1
    with pytest.raises(LimitExceeded) as caught:
        merged_attributes({}, kept)
    assert (caught.value.path, caught.value.limit) == ("attributes", 16_384)
    exact = {**kept, "0000": "x" * 995}
    assert merged_attributes({}, exact) == dict(sorted(exact.items()))
