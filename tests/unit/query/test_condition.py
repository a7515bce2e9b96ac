"""The tree: how parts combine, what is refused, the limits."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import And, Compare, Condition, Every, Not, Op, Or
from tests.unit.query._people import P

A, B, C = (P.points.active == number for number in range(3))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: A and B,
        lambda: A or B,
        lambda: not A,
        lambda: 1 <= P.points.active <= 5,
        lambda: P.tier in ["gold"],
        lambda: bool(A),
    ],
)
def test_the_words_of_python_are_refused_with_a_hint(ask: Any) -> None:
    """`and`, `or`, `not`, `in` and chained comparisons say what to write instead."""
    with pytest.raises(InvalidInput, match=r"combine with &, \| and ~"):
        ask()


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda: P.tags == "vip", r"write has\("),
        (lambda: P.tags != "vip", r"write ~has\("),
        (lambda: "gold" in P.tier, r"write in_\("),  # type: ignore[operator]
    ],
    ids=["set ==", "set !=", "in a field"],
)
def test_what_a_field_is_not_asked_by_is_refused_with_a_hint(ask: Any, hint: str) -> None:
    """A set is no text, and a field holds nothing by itself; a set is a key like any other field."""
    with pytest.raises(InvalidInput, match=hint):
        ask()
    assert {P.tags: 1}[P.tags] == 1


@pytest.mark.parametrize("other", [True, None, 1, "tier:gold"])
def test_only_conditions_combine(other: Any) -> None:
    """What is no condition cannot stand beside one, on either side: mostly parentheses are missing."""
    for combine in (operator.and_, operator.or_):
        for sides in ((A, other), (other, A)):
            with pytest.raises(InvalidInput, match=r"put each side of & and \| in parentheses"):
                combine(*sides)


def test_groups_are_flat() -> None:
    """Groups of one kind melt into each other, and `Every` vanishes from a group where all are met."""
    assert (A & (B & C)) == And((A, B, C)) == ((A & B) & C)
    assert (A | (B | C)) == Or((A, B, C)) == ((A | B) | C)
    assert A & Every() == A == Every() & A
    assert Every() & Every() == Every()


def test_the_complement_of_the_complement_is_the_condition() -> None:
    """`~` twice is nothing."""
    assert ~~A == A
    assert Not(A) == ~A
    assert (P.points.active != 0) == ~A


def test_fifty_clauses_are_the_most() -> None:
    """The clause after the fiftieth is refused, wherever it stands."""
    fifty = A
    for _ in range(49):
        fifty = fifty & B
    assert fifty.clauses == 50
    with pytest.raises(LimitExceeded, match="at most 50"):
        fifty & C
    with pytest.raises(LimitExceeded, match="at most 50"):
        fifty | C


def test_five_levels_are_the_most() -> None:
    """A clause is one level; each group and each complement adds one; the sixth is refused."""
    deep: Condition = A
    for _ in range(2):
        deep = ~(deep & B)
    assert deep.depth == 5
    with pytest.raises(LimitExceeded, match="at most 5"):
        deep & B


def test_an_endless_nesting_ends_early() -> None:
    """A loop that nests is stopped by the limit, not by the stack."""
    with pytest.raises(LimitExceeded):
        reduce(lambda deep, _: ~(deep & B), range(100_000), A)


def test_conditions_are_values() -> None:
    """Equal conditions are equal and hash alike; the name, the question and the value tell them apart."""
    assert hash(P.tier == "gold") == hash(P.tier.is_("gold"))
    others = [
        P.tier == "Gold",
        P.name == "gold",
        P.tier.in_(["gold", "gold"]),
        P.tier.contains("gold"),
        ~(P.tier == "gold"),
    ]
    assert len({P.tier == "gold", *others}) == 6
    assert (P.points.active == 1) == Compare(P.points.active, Op.EQ, 1)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (P.points.active >= 5, "Compare(points.active, '>=', 5)"),
        (~P.tier.starts_with("g") | Every(), "Or(Not(Match(tier, 'starts_with', 'g')), Every())"),
        (P.name == "Ada", "Compare(name, ...)"),
        (P.name.in_(["Ada", "Eve"]), "In(name, ...)"),
        (P.name.is_missing(), "Missing(name)"),
    ],
)
def test_a_repr_hides_what_is_personal(condition: Condition, shown: str) -> None:
    """The repr shows the tree, without the values of personal fields."""
    assert repr(condition) == shown
