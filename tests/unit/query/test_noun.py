"""Nouns and queries: what a table of fields must be, and what a query may name."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query import Choice, Id, Noun, Query, Text, Whole, parse
from tests.unit.query._people import FIELDS, PEOPLE, P, Person

OTHER = Text("nickname", lambda record: record, is_personal=True)


def test_a_field_is_found_by_name_alias_and_attribute() -> None:
    """A name, an alias and an attribute, also by the alias of its table, lead to a field."""
    noun = Noun("person", FIELDS, ids=[P.id], aliases={"a": "attributes", "points": "points.active"})
    assert noun.field("points.active") is noun.field("points") is P.points.active
    assert noun.field("a.color").name == "attributes.color"


def test_a_host_adds_fields_of_its_own() -> None:
    """An extended noun has the fields that were added; the noun itself has not."""
    extended = PEOPLE.extended([OTHER])
    assert parse("nickname:ada", extended).where == (OTHER == "ada")
    with pytest.raises(InvalidInput, match="no field of person"):
        PEOPLE.field("nickname")
    with pytest.raises(InvalidInput, match="two fields of one name"):
        PEOPLE.extended([Text("tier", lambda record: record)])


def test_several_fields_tell_records_apart() -> None:
    """The orders end with those of the ids that they do not name, in the direction of the order before."""
    a, b = (Id(name, lambda record: record, is_required=True) for name in "ab")
    number = Whole("n", lambda record: record, is_required=True)
    noun = Noun("line", [a, b, number], ids=[a, b, number])
    cases = {
        (): (a.asc(), b.asc(), number.asc()),
        (number.desc(),): (number.desc(), a.desc(), b.desc()),
        (b.desc(), a.asc()): (b.desc(), a.asc(), number.asc()),
        (number.asc(), b.asc(), a.desc()): (number.asc(), b.asc(), a.desc()),
    }
    for sort, orders in cases.items():
        assert Query(noun, sort=sort).orders() == orders


def test_a_choice_is_about_fields_of_its_noun() -> None:
    """A choice whose condition names a field of another noun, or of another type, is refused."""
    for other, words in ((OTHER, "'nickname' is no field"), (Whole("tier", int), "tier is of another noun")):
        stage = Choice("stage", lambda record: None, choices={"new": P.tier.is_missing(), "old": other.is_missing()})
        with pytest.raises(InvalidInput, match=f"stage.old: {words}"):
            Noun("person", [P.id, P.tier, stage], ids=[P.id])


def test_an_extended_noun_keeps_its_kind() -> None:
    """What a host adds changes neither the class of the records nor what tells them apart."""
    extended = PEOPLE.extended([OTHER])
    assert (extended.kind, extended.ids) == (Person, (P.id,))
    assert Noun("person", [P.id], ids=[P.id]).kind is object


def test_the_id_is_one_of_the_fields() -> None:
    """A table without its id is refused."""
    with pytest.raises(InvalidInput, match=r"ids\[0\]: must be one of the fields"):
        Noun("person", [P.tier], ids=[P.id])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": 5}, "name: must be a text"),
        ({"fields": "tier"}, "fields: must be a list"),
        ({"fields": None}, "fields: must be a list"),
        ({"fields": [P.id, "tier"]}, r"fields\[1\]: must be a field"),
        ({"ids": "id"}, "ids: must be a list"),
        ({"ids": P.id}, "ids: must be a list"),
        ({"ids": ["id"]}, r"ids\[0\]: must be a field"),
        ({"ids": []}, "ids: must name at least one field"),
        ({"ids": [P.id, P.id]}, "ids: must name at least one field, and none twice"),
        ({"ids": [P.id, P.points.active]}, r"ids\[1\]: must be sortable, never missing"),
        ({"ids": [P.tags]}, r"ids\[0\]: must be sortable"),
        ({"ids": [Text("tier", str, is_required=True)]}, r"ids\[0\]: .* compared exactly"),
        ({"ids": [Whole("w", int, is_required=True, is_sortable=False)]}, r"ids\[0\]: must be sortable"),
        ({"kind": "person"}, "kind: must be a class"),
        ({"aliases": ["tag"]}, "aliases: must be a table"),
        ({"aliases": {"tag": 5}}, "aliases: must be a text"),
    ],
)
def test_each_part_of_a_noun_has_a_type(more: Any, words: str) -> None:
    """A part of another type is refused by its name."""
    with pytest.raises(InvalidInput, match=words):
        Noun(**{"name": "person", "fields": FIELDS, "ids": [P.id], **more})


@pytest.mark.parametrize("aliases", [{"tier": "name"}, {"x": "nix"}])
def test_an_alias_leads_from_a_new_name_to_a_field(aliases: Any) -> None:
    """An alias that hides a field or leads nowhere is refused."""
    with pytest.raises(InvalidInput, match="aliases"):
        Noun("person", FIELDS, ids=[P.id], aliases=aliases)


@pytest.mark.parametrize("noun", [None, "person", Noun])
def test_a_query_is_of_a_noun(noun: Any) -> None:
    """What is no noun is refused."""
    with pytest.raises(InvalidInput, match="noun: must be a noun"):
        Query(noun)


@pytest.mark.parametrize("where", [True, None, "tier:gold", P.tier])
def test_a_query_asks_by_a_condition(where: Any) -> None:
    """What is no condition is refused."""
    with pytest.raises(InvalidInput, match="where: must be a condition"):
        Query(PEOPLE, where)


@pytest.mark.parametrize(
    "where",
    [OTHER == "a", ~(OTHER == "a"), (P.tier == "a") & ~((OTHER == "a") | (P.tier == "b")), OTHER.is_missing()],
    ids=repr,
)
def test_a_field_of_another_noun_is_refused(where: Any) -> None:
    """A field that the noun does not have is found wherever it stands."""
    with pytest.raises(InvalidInput, match="where: 'nickname' is no field of person"):
        Query(PEOPLE, where)


def test_a_field_of_another_type_is_refused() -> None:
    """A field of the same name but of another type is of another noun."""
    with pytest.raises(InvalidInput, match="where: tier is of another noun"):
        Query(PEOPLE, Whole("tier", lambda record: record) == 5)


@pytest.mark.parametrize(
    ("sort", "words"),
    [
        ([P.tier], r"sort\[0\]: must be an order such as"),
        (["tier"], r"sort\[0\]: must be an order"),
        ([P.tier.asc(), OTHER.asc()], r"sort\[1\]: 'nickname' is no field"),
        ([P.attributes["color"].asc()], r"sort\[0\]: cannot be sorted by attributes.color"),
        ([P.tier.asc(), P.tier.desc()], "sort: names a field twice"),
    ],
)
def test_orders_are_checked(sort: Any, words: str) -> None:
    """An order is by a field of the noun that can be sorted by, once."""
    with pytest.raises(InvalidInput, match=words):
        Query(PEOPLE, sort=sort)


def test_five_orders_are_the_most() -> None:
    """The sixth order is refused."""
    orders = [P.tier.asc(), P.name.asc(), P.spent.asc(), P.joined_at.asc(), P.born_on.asc(), P.id.asc()]
    assert len(Query(PEOPLE, sort=orders[:5]).orders()) == 6
    with pytest.raises(LimitExceeded, match="at most 5"):
        Query(PEOPLE, sort=orders)


def test_a_repr_hides_what_is_personal_and_the_search_string_shows_it() -> None:
    """A repr goes to logs; the string goes to whoever asked."""
    query = Query(PEOPLE, P.name == "Ada", [P.name.asc()])
    assert "Ada" not in repr(query)
    assert "Noun person" in repr(query)
    assert str(query) == "name:Ada sort:name"
