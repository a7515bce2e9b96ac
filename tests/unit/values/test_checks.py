"""What the checks of several rooms have in common."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values import checks
from loyalcore.values.checks import check_flag, fault_of, gather, maybe, read_maybe_money, read_money


@attrs.frozen
class Box:
    one: Any = None
    two: Any = None


def _short(value: str, path: str) -> str:
    if len(value) > 2:
        raise LimitExceeded("is too long", path=path, limit=2)
    return value.upper()


def _document(_value: object, path: str) -> object:
    raise InvalidDocument([Fault(f"{path}.a", "is wrong"), Fault(f"{path}.b", "is wrong too")])


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value: bool) -> None:
    """A bool is a flag."""
    assert check_flag(value, "stacks") is value


@pytest.mark.parametrize("value", [1, 0, "yes", None])
def test_nothing_else_is_a_flag(value: object) -> None:
    """Neither a number nor a text nor None is one."""
    with pytest.raises(InvalidInput, match=r"^stacks: must be true or false, not "):
        check_flag(value, "stacks")


def test_a_value_that_may_be_none_is_checked_where_it_is_there() -> None:
    """None passes, anything else is for the check."""
    assert maybe(check_flag)(None, "stacks") is None
    with pytest.raises(InvalidInput):
        maybe(check_flag)(0, "stacks")


def test_what_is_no_amount_is_left_for_the_check_of_the_field() -> None:
    """A text is read, and one that cannot be is kept as it is."""
    assert [str(read_money("12.50")), read_money("much")] == ["12.50", "much"]
    assert [read_maybe_money(None), read_maybe_money("1e3")] == [None, "1e3"]


def test_a_fault_names_its_place_once() -> None:
    """The path of an error stands beside its message, not in it too."""
    assert fault_of(InvalidInput("is required", path="a.b")) == Fault("a.b", "is required")


def test_all_faults_of_a_value_are_gathered() -> None:
    """Each field is told on its own, and what a check finds inside of a field with its path."""
    assert gather(Box("long", "long"), {"one": _short, "two": _document}) == [
        Fault("one", "is too long (at most 2)"),
        Fault("two.a", "is wrong"),
        Fault("two.b", "is wrong too"),
    ]


def test_what_a_check_makes_of_a_field_takes_its_place() -> None:
    """The other fields are as they were, also one with a fault."""
    box = Box("ab", "long")
    assert len(gather(box, {"one": _short, "two": _short})) == 1
    assert box == Box("AB", "long")


def test_the_module_shows_what_it_exports() -> None:
    """`dir` lists what `__all__` names."""
    assert dir(checks) == sorted(checks.__all__)
