"""Fields: what each type takes, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from loyalcore.errors import InvalidDocument, InvalidInput, InvalidQuery, LimitExceeded
from loyalcore.query import (
    TODAY,
    AnyOf,
    Compare,
    Condition,
    Field,
    Flag,
    Id,
    In,
    Match,
    Noun,
    Op,
    Text,
    TextMap,
    TextSet,
    Whole,
    from_document,
    matches,
    parse,
)
from tests.unit.query._people import BERLIN, NOW, PEOPLE, P, Person

NAIVE = datetime(2024, 1, 1)
WRONG: list[tuple[Any, Any]] = [
    (P.tier, 5),
    (P.tier, None),
    (P.tier, b"gold"),
    (P.tier, True),
    (P.tier, "a\x00b"),
    (P.tier, "\ud800"),
    (P.tier, "a\nb"),
    (P.points.active, True),
    (P.points.active, None),
    (P.points.active, 5.0),
    (P.points.active, "5"),
    (P.points.active, Decimal(5)),
    (P.spent, 5.0),
    (P.spent, True),
    (P.spent, "5"),
    (P.spent, Decimal("NaN")),
    (P.spent, Decimal("Infinity")),
    (P.spent, Fraction(1, 3)),
    (P.is_member, 1),
    (P.is_member, None),
    (P.is_member, "yes"),
    (P.joined_at, NAIVE),
    (P.joined_at, "today"),
    (P.joined_at, None),
    (P.joined_at, 5),
    (P.born_on, NAIVE),
    (P.born_on, datetime(2024, 1, 1, tzinfo=UTC)),
    (P.born_on, "2024-01-01"),
    (P.born_on, None),
]


@pytest.mark.parametrize(("field", "value"), WRONG, ids=lambda each: ascii(getattr(each, "name", each)))
def test_a_value_of_another_type_is_refused(field: Any, value: Any) -> None:
    """A wrong value is refused by each comparison, with the name of the field."""
    asks: list[Any] = [
        lambda: field == value,
        lambda: field != value,
        lambda: field.is_(value),
        lambda: field.in_([value]),
    ]
    if not isinstance(field, (Text, Flag)):
        asks += [lambda: field < value, lambda: field <= value, lambda: field > value, lambda: field >= value]
        asks += [lambda: field.between(value, value)]
    for ask in asks:
        with pytest.raises(InvalidInput) as caught:
            ask()
        assert caught.value.path.partition("[")[0] == field.name


TICKET = Id("id", lambda ticket: ticket["id"], is_required=True)
WORDS = Noun(
    "ticket",
    [
        TICKET,
        Text("state", lambda ticket: ticket["state"], words=["open", "closed"]),
        Id("kind", lambda ticket: ticket["kind"], words=["bug", "wish"]),
    ],
    ids=[TICKET],
)


def test_a_value_that_there_is_not_is_refused() -> None:
    """Where there are only some words another one is refused, with the nearest; a part of one is asked for as ever."""
    assert str(parse("state:Open kind:bug", WORDS)) == "state:open kind:bug"
    assert str(parse("state:~lo kind:^wi", WORDS)) == "state:~lo kind:^wi"
    for text, message in (
        ("state:opened", "at column 7: state: must be one of open, closed; did you mean open?"),
        ("kind:(bug,Wish)", "at column 11: kind: must be one of bug, wish; did you mean wish?"),
        ("state:zzz", "at column 7: state: must be one of open, closed"),
    ):
        with pytest.raises(InvalidQuery) as caught:
            parse(text, WORDS)
        assert str(caught.value) == message
    part = {"field": "state", "op": "contains", "value": "lo"}
    assert str(from_document({"version": 1, "noun": "ticket", "where": part}, WORDS)) == "state:~lo"
    with pytest.raises(InvalidDocument, match="must be one of open, closed"):
        from_document({"version": 1, "noun": "ticket", "where": {**part, "op": "="}}, WORDS)
    with pytest.raises(InvalidInput, match="words: must be a list"):
        Text("state", lambda ticket: ticket["state"], words="open")


@pytest.mark.parametrize("ask", ["has", "contains", "starts_with"])
@pytest.mark.parametrize("value", [5, None, b"a", "\x00", "\ud800"])
def test_a_part_of_a_text_is_a_text(ask: str, value: Any) -> None:
    """What is looked for in texts is a text."""
    field: Any = P.tags if ask == "has" else P.tier
    with pytest.raises(InvalidInput):
        getattr(field, ask)(value)


@pytest.mark.parametrize("values", ["gold", b"gold", 5, None, P.tier])
def test_a_list_is_no_single_value(values: Any) -> None:
    """A text is not taken for a list of its letters."""
    for ask in (P.tier.in_, P.tier.not_in, P.tags.any_of, P.tags.all_of):
        with pytest.raises(InvalidInput, match="must be a list"):
            ask(values)


def test_a_list_has_at_most_five_hundred_values() -> None:
    """The value after the five hundredth is refused, before an endless list is read to its end."""

    def endless() -> Any:
        while True:
            yield 1

    assert isinstance(P.points.active.in_(range(500)), In)
    for values in (range(501), endless()):
        with pytest.raises(LimitExceeded, match="at most 500"):
            P.points.active.in_(values)


def test_all_of_counts_each_text() -> None:
    """Each text of `all_of` is a clause, so fifty are the most."""
    assert P.tags.all_of(map(str, range(50))).clauses == 50
    with pytest.raises(LimitExceeded, match="at most 50"):
        P.tags.all_of(map(str, range(51)))


@pytest.mark.parametrize(
    ("field", "value"),
    [(P.tier, "a" * 1_001), (P.points.active, 2**63), (P.points.active, -(2**63)), (P.spent, 10**15)],
    ids=["text", "whole", "negative", "amount"],
)
def test_a_value_has_its_limit(field: Any, value: Any) -> None:
    """A value that no column could hold is refused."""
    with pytest.raises(LimitExceeded):
        field.is_(value)


def test_values_are_kept_as_plain_ones() -> None:
    """An instant is kept in UTC, and a subclass as its plain type."""

    class Number(int):
        pass

    class Letters(str):
        __slots__ = ()

    class Date(date):
        pass

    at = datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert (P.joined_at == at) == Compare(P.joined_at, Op.EQ, datetime(2024, 1, 1, tzinfo=UTC))
    for clause, plain in (
        (P.points.active == Number(5), int),
        (P.tier == Letters("a"), str),
        (P.born_on == Date(2024, 1, 1), date),
        (P.spent == 5, Decimal),
    ):
        assert isinstance(clause, Compare)
        assert type(clause.value) is plain


@pytest.mark.parametrize("name", ["", "A", "a b", "a:b", "a.", ".a", "1a", "no", "sort", "a" * 129, "é", "a;b", None])
def test_a_name_is_dotted_and_small(name: Any) -> None:
    """A name that a search string could not hold is refused."""
    with pytest.raises(InvalidInput, match="name: "):
        Text(name, lambda record: record)


@pytest.mark.parametrize("key", ["", "A", "a b", "a:b", "a" * 65, "é", "a'b", "a\x00", None, 5])
def test_the_name_of_an_attribute_is_checked(key: Any) -> None:
    """What is no name of an attribute is refused."""
    with pytest.raises(InvalidInput, match="attributes: must be a name"):
        P.attributes[key]


def test_an_attribute_is_as_personal_as_its_table() -> None:
    """The mark of the table goes to each of its attributes; none is sorted by."""
    secret = TextMap("secret", lambda record: record, is_personal=True)["color"]
    assert secret.is_personal
    assert not secret.is_sortable
    assert not P.attributes["color"].is_personal


def test_an_attribute_of_no_table_is_missing() -> None:
    """A record whose table is None has no attribute."""
    assert P.attributes.get(type("Bare", (), {"attributes": None})) is None
    assert TextMap("a", lambda record: None)["color"].get(object()) is None


def test_a_table_takes_no_value() -> None:
    """A table of attributes is compared with nothing; the name of an attribute is asked for."""
    with pytest.raises(InvalidInput, match=r"attributes\.NAME"):
        P.attributes.check("red", "attributes")


def test_a_set_is_asked_for_its_texts() -> None:
    """`has` is `any_of` with one text."""
    assert P.tags.has("vip") == P.tags.any_of(["vip"]) == AnyOf(P.tags, ("vip",))
    assert not TextSet("x", lambda record: record).is_sortable
    assert isinstance(P.tier.contains("x"), Match)


def test_a_field_can_be_kept_in_a_set() -> None:
    """Fields have an identity beside their comparisons."""
    assert len({P.tier, P.tier, P.name, P.attributes["a"]}) == 3


def test_a_field_shows_no_getter() -> None:
    """The repr of a field is short and says what it is."""
    assert repr(Whole("points", lambda record: record)) == (
        "Whole(name='points', is_personal=False, is_sortable=True, is_required=False, moves=False, column='points')"
    )


def test_an_id_is_compared_as_it_is() -> None:
    """Case and the way of typing an accent count, in comparisons, lists and beginnings; no part of it is asked for."""
    cases: list[tuple[Condition, str, bool]] = [
        (P.city_id == "A", "A", True),
        (P.city_id == "A", "a", False),
        (P.city_id.in_(["\u00e9", "b"]), "\u00e9", True),
        (P.city_id.in_(["\u00e9", "b"]), "e\u0301", False),
        (P.city_id.starts_with("Ab"), "Abc", True),
        (P.city_id.starts_with("Ab"), "abc", False),
        (P.city_id != "A", "a", True),
    ]
    for condition, city_id, is_met in cases:
        assert matches(condition, Person(city_id=city_id), NOW, BERLIN) is is_met
        assert not matches(condition, Person(), NOW, BERLIN) or condition == (P.city_id != "A")
    with pytest.raises(InvalidInput, match="cannot be asked by contains"):
        parse("city_id:~a", PEOPLE)
    assert parse("city_id:^Ab", PEOPLE).where == P.city_id.starts_with("Ab")


@pytest.mark.parametrize("column", ["", "A", "a b", "a.b", "1a", "a-b", "a;b", "\u00e9", 5, "a" * 129])
def test_the_name_of_a_column_is_checked(column: Any) -> None:
    """What could be more than a name is refused."""
    with pytest.raises(InvalidInput, match="column: must be a name"):
        Text("x", lambda record: record, column=column)


def test_a_field_says_how_it_is_kept() -> None:
    """A column is named after its field unless told; a field may have none; an attribute has its table's."""
    assert (P.tier.column, P.points.active.column) == ("tier", "points_active")
    assert Text("a.b-c.d", lambda record: record).column == "a_b_c_d"
    assert Text("x", lambda record: record, column="y").column == "y"
    assert Text("x", lambda record: record, column=None).column is None
    moving = TextMap("x", lambda record: record, column="y", moves=True)["color"]
    assert (moving.column, moving.key, moving.moves) == ("y", "color", True)
    assert (P.tier.is_required, P.tier.moves, P.id.is_required) == (False, False, True)


def test_the_root_of_fields_takes_no_value() -> None:
    """What a field takes, its type says."""
    with pytest.raises(NotImplementedError):
        Field("x", lambda record: record).check(TODAY, "x")
