"""What stands behind a place, in clauses; and the columns of fields."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.errors import CapabilityMissing
from loyalcore.query import (
    Compare,
    Every,
    Listing,
    Op,
    Position,
    Query,
    Text,
    behind,
    column_of,
    keys_of,
    nearest,
    reach,
    value_of,
    walked,
)
from loyalcore.query._evaluate import test_of as evaluated
from tests.unit.query._people import NOW, PEOPLE, P, Person

if TYPE_CHECKING:
    from loyalcore.query import Condition, Order

CROWD = [
    Person(
        id=f"p-{number}",
        name=(None, "Ada", "ADA", "bob")[number % 4],
        tier=("gold", None, "Gold")[number % 3],
        points=(None, 0, 5, 5, -1)[number % 5],
        spent=(None, Decimal("9.9"), Decimal(10))[number % 3],
        is_member=(None, False, True)[number // 2 % 3],
        joined_at=(NOW, None, NOW + timedelta(microseconds=1))[number // 3 % 3],
        born_on=(None, date(2000, 2, 29))[number % 2],
        city_id=(None, "a", "B")[number // 4 % 3],
    )
    for number in range(16)
]
SORTS: list[list[Order]] = [
    [],
    [P.id.desc()],
    *([field.asc(), P.id.desc()] for field in (P.name, P.points.active, P.joined_at, P.is_member)),
    *([field.desc()] for field in (P.name, P.spent, P.born_on, P.city_id)),
    *([field.asc(missing_first=True)] for field in (P.tier, P.points.active)),
    [P.is_member.desc(missing_first=True), P.tier.asc(), P.points.active.desc()],
]


def is_met(group: tuple[Condition, ...], person: Person) -> bool:
    """Say whether a record meets all clauses of a group."""
    return all(evaluated(clause)(person) for clause in group)


@pytest.mark.parametrize("is_inclusive", [False, True], ids=["behind", "from"])
@pytest.mark.parametrize("is_backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: str(Query(PEOPLE, sort=sort)) or "ids")
def test_a_row_from_a_place_on_meets_one_group(sort: list[Order], is_backward: bool, is_inclusive: bool) -> None:
    """The rows that meet a group, sorted as they are walked, are those of the page; each meets one, and the reach."""
    query = Query(PEOPLE, sort=sort)
    for place in CROWD:
        position = Position(keys_of(query, place), is_backward, is_inclusive)
        groups = behind(query, position)
        met = [person for person in CROWD if any(is_met(group, person) for group in groups)]
        assert all(sum(is_met(group, person) for group in groups) == 1 for person in met)
        assert all(evaluated(reach(query, position))(person) for person in met)
        wanted = nearest(Listing(query, environment="live", position=position, count=99), CROWD, NOW)
        read = Listing(Query(PEOPLE, sort=walked(query, position)), environment="live", count=99)
        assert nearest(read, met, NOW) == wanted


def test_a_list_is_walked_as_it_is_sorted() -> None:
    """Only a backward place turns the orders round."""
    query = Query(PEOPLE, sort=[P.tier.asc(missing_first=True)])
    assert walked(query, None) == walked(query, Position(("gold", "p-1"))) == query.orders()
    turned = walked(query, Position(("gold", "p-1"), is_backward=True))
    assert [(order.is_descending, order.is_missing_first) for order in turned] == [(True, False), (True, True)]


def test_missing_values_leave_no_reach() -> None:
    """Where rows without a value are behind the place too, there is nowhere to enter an index."""
    query = Query(PEOPLE, sort=[P.tier.asc()])
    assert reach(query, Position(("gold", "p-1"))) == Every()
    assert reach(query, Position((None, "p-1"))) == Every()
    assert reach(query, Position(("gold", "p-1"), is_backward=True)) == Compare(P.tier, Op.LE, "gold")


@pytest.mark.parametrize(
    ("field", "column", "person", "value"),
    [
        (P.id, "id", Person(id="A"), "A"),
        (P.points.active, "points_active", Person(points=3), 3),
        (P.name, "name_fold", Person(name="Zo\u00cb"), "zo\u00eb"),
        (P.name, "name_fold", Person(), None),
        (P.tags, "tags_fold", Person(tags=frozenset({"VIP", "vip", "new"})), ["new", "vip"]),
        (P.tags, "tags_fold", Person(), None),
        (P.attributes, "attributes_fold", Person(attributes={"color": "Red"}), {"color": "red"}),
        (P.attributes, "attributes_fold", Person(), None),
    ],
)
def test_fields_stand_in_columns(field: Any, column: str, person: Person, value: Any) -> None:
    """A store compares a text, a set and a table folded, in a column of their own."""
    assert (column_of(field), value_of(field, person)) == (column, value)


def test_an_attribute_stands_in_the_column_of_its_table() -> None:
    """One attribute has no column of its own."""
    assert column_of(P.attributes["color"]) == "attributes_fold"


def test_what_is_worked_out_has_no_column() -> None:
    """A field without a column is refused."""
    with pytest.raises(CapabilityMissing, match="shout"):
        column_of(Text("shout", lambda person: person.name, column=None))
