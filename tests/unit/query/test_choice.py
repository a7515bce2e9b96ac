"""Choices: names that stand for conditions, in a query and when it is resolved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import (
    Choice,
    Compare,
    Condition,
    Every,
    In,
    Noun,
    Query,
    days_ago,
    from_document,
    matches,
    parse,
    resolve,
    to_document,
)
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P, Person

NEW = P.joined_at >= days_ago(30)
LOYAL = (P.points.active >= 500) & ~P.tier.in_(["bronze", "none"])
CASES: list[tuple[Condition, Condition]] = [
    (P.stage == "new", NEW),
    (P.stage.is_("loyal"), LOYAL),
    (P.stage != "loyal", ~LOYAL),
    (P.stage.in_(["new", "loyal"]), NEW | LOYAL),
    (P.stage.in_(["all", "loyal"]), Every() | LOYAL),
    (P.stage.not_in(["new", "loyal"]), ~(NEW | LOYAL)),
    (P.stage.in_([]), ~Every()),
    (P.stage.not_in([]), Every()),
    (P.stage.is_missing(), ~(NEW | LOYAL | Every())),
    ((P.stage == "loyal") & (P.tier == "gold"), LOYAL & (P.tier == "gold")),
    ((P.stage == "all") & (P.tier == "gold"), P.tier == "gold"),
]


@pytest.mark.parametrize(("asked", "meant"), CASES, ids=[repr(asked)[:50] for asked, _ in CASES])
def test_a_name_stands_for_its_condition(asked: Condition, meant: Condition) -> None:
    """What is resolved is the condition, flat within the one around it."""
    assert resolve(asked, NOW, BERLIN) == resolve(meant, NOW, BERLIN)


def test_a_record_can_meet_several_choices_or_none() -> None:
    """Each name is a question of its own; missing is who meets none."""
    ada = Person(joined_at=datetime(2024, 10, 1, tzinfo=UTC), points=500)
    assert [matches(P.stage == name, ada, NOW, BERLIN) for name in ("new", "loyal", "all")] == [True, True, True]
    few = Choice("stage", lambda person: None, choices={"new": NEW, "loyal": LOYAL})
    assert not matches(few.is_missing(), ada, NOW, BERLIN)
    assert matches(few.is_missing(), Person(), NOW, BERLIN)


def test_the_name_stays_in_the_query() -> None:
    """The tree, the document and the search string hold the name, so that a saved filter follows its meaning."""
    query = Query(PEOPLE, P.stage.in_(["new", "loyal"]) & ~(P.stage == "all"))
    assert query.where == In(P.stage, ("new", "loyal")) & ~Compare(P.stage, "=", "all")  # type: ignore[arg-type]
    assert str(query) == "stage:(new,loyal) -stage:all"
    assert parse(str(query), PEOPLE) == query
    assert from_document(to_document(query), PEOPLE) == query


@pytest.mark.parametrize("value", ["New", "nix", "", 5, None, True])
def test_another_name_is_refused(value: Any) -> None:
    """A value is one of the names, as it is written, and the message offers them."""
    for ask in (lambda: P.stage == value, lambda: P.stage.in_([value])):
        with pytest.raises(InvalidInput, match="must be one of new, loyal, all"):
            ask()


@pytest.mark.parametrize("text", ["stage:>new", "stage:~new", "stage:^new", "stage:new..loyal", "sort:stage"])
def test_a_choice_is_only_compared(text: str) -> None:
    """It has no order, no range and no parts."""
    with pytest.raises(InvalidInput, match="cannot"):
        parse(text, PEOPLE)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (None, "choices: must be a table"),
        ({5: Every()}, "choices: must be a text"),
        ({"new": True}, "choices.new: must be a condition"),
    ],
)
def test_choices_are_conditions_by_names(choices: Any, words: str) -> None:
    """Anything else is refused."""
    with pytest.raises(InvalidInput, match=words):
        Choice("stage", lambda record: record, choices=choices)


def test_a_choice_counts_for_what_it_stands_for() -> None:
    """Its clauses and levels count, so that what is resolved is within the limits as well."""
    wide = Choice("wide", lambda record: None, choices={"a": P.tags.all_of(map(str, range(26))), "b": NEW})
    assert ((wide == "a").clauses, (wide == "a").depth) == (26, 2)
    assert ((wide == "b").clauses, (wide == "b").depth) == (1, 1)
    assert (wide.in_(["a", "b"]).clauses, wide.in_(["a", "b"]).depth) == (27, 3)
    with pytest.raises(LimitExceeded, match="at most 50"):
        (wide == "a") & (wide == "a")
    deep = Choice("deep", lambda record: None, choices={"a": ~(NEW & ~(NEW | (wide == "b")))})
    with pytest.raises(LimitExceeded, match="at most 5"):
        ~((deep == "a") & NEW)


def test_a_choice_can_be_about_another_choice() -> None:
    """Names within a condition are resolved as well."""
    outer = Choice("outer", lambda record: None, choices={"fresh": (P.stage == "new") & ~(P.stage == "loyal")})
    noun = Noun("person", [*PEOPLE.fields, outer], ids=[P.id])
    resolved = resolve(parse("outer:fresh", noun).where, NOW, BERLIN)
    assert resolved == resolve(NEW & ~LOYAL, NOW, BERLIN)


def test_a_choice_is_kept_in_no_column() -> None:
    """It is worked out of other fields, and may be missing."""
    assert (P.stage.column, P.stage.is_sortable, P.stage.is_required) == (None, False, False)
