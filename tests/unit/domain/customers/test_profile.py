"""The parts of a profile: what each accepts, at and beyond its limits."""

from __future__ import annotations

from collections import UserDict
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import (
    KEEP,
    Customer,
    Deactivate,
    Erase,
    Reactivate,
    Tag,
    Update,
    check_tags,
)
from loyalcore.domain.customers._profile import CHECKS, REQUIRED
from loyalcore.errors import InvalidInput, LimitExceeded, LoyaltyError

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROW = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=DAY_0)
NAMES = ("first_name", "last_name", "street", "postal_code", "city", "region")
TEXTS = (*NAMES, "email", "country", "language", "shop_url")
FLAGS = ("has_newsletter", "is_guest", "is_excluded")


class Words(StrEnum):
    VIP = "vip"


def updated(**parts: Any) -> dict[str, Any]:
    """Give the parts of an update as they are kept."""
    return Update("ada", key="u", **parts).parts()


def refusal(**parts: Any) -> tuple[type[LoyaltyError], str]:
    """Give the kind of refusal, and where it stands."""
    with pytest.raises((InvalidInput, LimitExceeded)) as caught:
        updated(**parts)
    error: Any = caught.value
    return type(error), error.path


def test_every_part_can_be_given_and_is_a_field() -> None:
    """An update takes every part of the profile, and a customer has each under the same name."""
    fields = {field.name for field in attrs.fields(Customer)}
    assert set(CHECKS) <= fields & {field.name for field in attrs.fields(Update)}
    assert updated() == {}
    assert {getattr(Update("ada", key="u"), name) for name in CHECKS} == {KEEP}
    assert repr(KEEP) == "KEEP"


# Texts


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_up_to_255_characters(name: str) -> None:
    """A name or a part of an address has 1 to 255 printable characters."""
    for text in ("A", "A" * 255, "名前 🫘", " O'Hara-Łącki "):
        assert updated(**{name: text}) == {name: text}
    assert refusal(**{name: "A" * 256}) == (LimitExceeded, name)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("bad", ["", "a\nb", "a\x00b", "\ud800", "\u202e", 7, 1.5, True, b"x", ["x"], date(2026, 1, 1)])
def test_a_text_is_a_text(name: str, bad: Any) -> None:
    """What is no text, empty or unprintable is refused by the name of the part, without being shown."""
    with pytest.raises(InvalidInput) as caught:
        updated(**{name: bad})
    assert caught.value.path == name
    assert "a\nb" not in caught.value.message


def test_names_are_kept_in_normal_form() -> None:
    """Two ways of typing a letter are one name; of a tag and an attribute too."""
    assert updated(first_name="Zoe\u0308") == {"first_name": "Zo\u00eb"}
    assert updated(tags=["Cafe\u0301", "Caf\u00e9"]) == {"tags": ("Caf\u00e9",)}
    assert updated(attributes={"a": "e\u0301"}) == {"attributes": {"a": "\u00e9"}}
    assert updated(city="e\u0301" * 255) == {"city": "\u00e9" * 255}


@pytest.mark.parametrize("good", ["a@b", "ada@example.org", "a+b.c@x.y", "ä@ü.de", '"a@b"@c', "a" * 252 + "@b"])
def test_an_address(good: str) -> None:
    """An e-mail address has something before and after its last @, and up to 254 characters."""
    assert updated(email=good) == {"email": good}


@pytest.mark.parametrize("bad", ["ada", "@b", "a@", "@", "a b@c", "a@b c", " a@b", "a@b "])
def test_no_address(bad: str) -> None:
    """What cannot be an address is refused."""
    assert refusal(email=bad) == (InvalidInput, "email")


def test_an_address_that_is_too_long() -> None:
    """The longest address has 254 characters."""
    assert refusal(email="a" * 253 + "@b") == (LimitExceeded, "email")


@pytest.mark.parametrize("bad", ["fr", "Fr", "F", "FRA", "F1", " FR", "ÄÖ"])
def test_a_country_is_two_capital_letters(bad: str) -> None:
    """A country is its ISO 3166 code."""
    assert updated(country="FR") == {"country": "FR"}
    assert refusal(country=bad) == (InvalidInput, "country")


@pytest.mark.parametrize("good", ["de", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske-1994", "abcdefgh"])
def test_a_language_is_a_tag(good: str) -> None:
    """A language is a BCP 47 tag."""
    assert updated(language=good) == {"language": good}


@pytest.mark.parametrize("bad", ["d", "d-DE", "de_DE", "de-", "-de", "de--DE", "1e", "de-123456789", "ä"])
def test_no_language(bad: str) -> None:
    """What is no such tag is refused."""
    assert refusal(language=bad) == (InvalidInput, "language")


def test_a_language_that_is_too_long() -> None:
    """The longest tag has 35 characters."""
    assert updated(language="de" + "-abcdefgh" * 3 + "-abcde") == {"language": "de" + "-abcdefgh" * 3 + "-abcde"}
    assert refusal(language="de" + "-abcdefgh" * 3 + "-abcdef") == (LimitExceeded, "language")


def test_a_reference_has_up_to_1000_characters() -> None:
    """A reference into the shop's admin is any text, up to 1,000 characters."""
    assert updated(shop_url="x" * 1_000) == {"shop_url": "x" * 1_000}
    assert refusal(shop_url="x" * 1_001) == (LimitExceeded, "shop_url")


# Dates, instants and flags


class Day(date):
    """A date of a class of its own."""


@pytest.mark.parametrize("good", [date(1900, 1, 1), date(1904, 2, 29), date(2026, 1, 1)])
def test_a_birth_date(good: date) -> None:
    """A birth date is a date from 1900 on, kept as a plain one."""
    assert updated(birth_on=good) == {"birth_on": good}
    assert type(updated(birth_on=Day(1990, 2, 28))["birth_on"]) is date


@pytest.mark.parametrize("bad", [date(1899, 12, 31), DAY_0, "1990-02-28", 1990, True])
def test_no_birth_date(bad: Any) -> None:
    """An instant, a text and what lies before 1900 are no birth dates."""
    assert refusal(birth_on=bad) == (InvalidInput, "birth_on")


def test_an_instant_is_kept_in_utc() -> None:
    """When the account in the shop was made is aware, and kept in UTC."""
    there = datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    kept = updated(shop_created_at=there)["shop_created_at"]
    assert (kept.isoformat(), kept) == ("2019-12-31T23:00:00+00:00", there)
    for bad in (datetime(2020, 1, 1), date(2020, 1, 1), "2020-01-01T00:00:00Z", 0):
        assert refusal(shop_created_at=bad) == (InvalidInput, "shop_created_at")


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("bad", [0, 1, "", "true", 1.0, ()])
def test_a_flag_is_true_or_false(name: str, bad: Any) -> None:
    """No number and no text stands for a flag."""
    assert [updated(**{name: value}) for value in (True, False)] == [{name: True}, {name: False}]
    assert refusal(**{name: bad}) == (InvalidInput, name)


@pytest.mark.parametrize("name", CHECKS)
def test_none_takes_away_what_may_be_missing(name: str) -> None:
    """None is the absence of a value; flags of the two axes, tags and attributes always have one."""
    if name in REQUIRED:
        assert refusal(**{name: None}) == (InvalidInput, name)
    else:
        assert updated(**{name: None}) == {name: None}


# Tags


def test_tags_come_once_in_their_order() -> None:
    """A tag that is given twice is one tag; a list and a tuple are taken."""
    assert check_tags(["b", "a", "b"], "tags") == ("b", "a")
    assert check_tags((), "tags") == ()
    assert check_tags(["a", "A"], "tags") == ("a", "A")
    assert [type(tag) for tag in check_tags([Words.VIP], "tags")] == [str]


def test_there_are_up_to_50_tags() -> None:
    """Fifty tags are taken and one more is refused; what is given twice counts once."""
    fifty = [f"t-{number}" for number in range(50)]
    assert updated(tags=[*fifty, "t-7"]) == {"tags": tuple(fifty)}
    with pytest.raises(LimitExceeded) as caught:
        updated(tags=[*fifty, "more"])
    assert (caught.value.path, caught.value.limit) == ("tags", 50)


@pytest.mark.parametrize("bad", ["vip", None, 7, {"vip": 1}, {"vip"}, iter(["vip"])])
def test_tags_are_a_list(bad: Any) -> None:
    """A text is no list of tags, and a set has no order."""
    with pytest.raises(InvalidInput, match="list") as caught:
        check_tags(bad, "tags")
    assert caught.value.path == "tags"


@pytest.mark.parametrize(("bad", "error"), [("", InvalidInput), (7, InvalidInput), ("x" * 256, LimitExceeded)])
def test_a_bad_tag_is_named_by_its_place(bad: Any, error: type[LoyaltyError]) -> None:
    """The path says which of the tags is meant."""
    assert refusal(tags=["vip", bad]) == (error, "tags[1]")
    assert updated(tags=["x" * 255]) == {"tags": ("x" * 255,)}


# Attributes


def test_names_of_attributes() -> None:
    """A name has 1 to 64 characters of a-z, 0-9, `_`, `.` and `-`."""
    for name in ("a", "shoe.size", "x_1-y", "0", "a" * 64):
        assert updated(attributes={name: "x"}) == {"attributes": {name: "x"}}
    for bad in ("", "A", "a b", "ä", "a\n", "a/b", "\u0661", 7, None):
        assert refusal(attributes={bad: "x"}) == (InvalidInput, "attributes")
    assert refusal(attributes={"a" * 65: "x"}) == (LimitExceeded, "attributes")


def test_values_of_attributes() -> None:
    """A value is a text of 1 to 1,000 characters, None takes it away; the path names the attribute."""
    assert updated(attributes={"a": "x" * 1_000, "b": None}) == {"attributes": {"a": "x" * 1_000, "b": None}}
    assert refusal(attributes={"a": "x" * 1_001}) == (LimitExceeded, "attributes.a")
    for bad in ("", 7, True, 1.5, ["x"], {"x": "y"}, "a\x00"):
        assert refusal(attributes={"a": bad}) == (InvalidInput, "attributes.a")


def test_attributes_are_a_mapping() -> None:
    """Any mapping is taken and kept as a plain one; a list of pairs is none."""
    assert type(updated(attributes=UserDict(a="x"))["attributes"]) is dict
    for bad in ([("a", "x")], "a", 7):
        assert refusal(attributes=bad) == (InvalidInput, "attributes")


# Commands


@pytest.mark.parametrize("make", [Update, Deactivate, Reactivate, lambda who, key: Tag(who, add=("a",), key=key)])
@pytest.mark.parametrize(
    ("customer_id", "key", "error", "path"),
    [
        ("", "k", InvalidInput, "customer_id"),
        (None, "k", InvalidInput, "customer_id"),
        ("a" * 256, "k", LimitExceeded, "customer_id"),
        ("ada", "", InvalidInput, "key"),
        ("ada", 7, InvalidInput, "key"),
        ("ada", "k\n", InvalidInput, "key"),
        ("ada", "k" * 256, LimitExceeded, "key"),
    ],
)
def test_a_command_names_a_customer_and_a_key(
    make: Any, customer_id: Any, key: Any, error: type[LoyaltyError], path: str
) -> None:
    """The customer and the key are texts of 1 to 255 printable characters."""
    with pytest.raises(error) as caught:
        make(customer_id, key=key)
    assert caught.value.path == path  # type: ignore[attr-defined]
    assert make("a" * 255, key="k" * 255).key == "k" * 255


@pytest.mark.parametrize("customer_id", ["", None, 7, "a\x00"])
def test_an_erasure_names_a_customer(customer_id: Any) -> None:
    """The customer to erase is a text of 1 to 255 printable characters."""
    with pytest.raises(InvalidInput) as caught:
        Erase(customer_id)
    assert caught.value.path == "customer_id"
    with pytest.raises(LimitExceeded):
        Erase("a" * 256)
    assert Erase("a" * 255).customer_id == "a" * 255


@pytest.mark.parametrize("bad", [0, -1, True, 1.0, "1"])
def test_a_version_is_a_number_from_1_on(bad: Any) -> None:
    """The version that was read is a whole number, or None for whatever is there."""
    with pytest.raises(InvalidInput) as caught:
        Update("ada", key="u", version=bad)
    assert caught.value.path == "version"
    with pytest.raises(LimitExceeded):
        Update("ada", key="u", version=10**18 + 1)
    assert [Update("ada", key="u", version=version).version for version in (None, 1, 10**18)] == [None, 1, 10**18]


def test_a_tagging_gives_or_takes_away() -> None:
    """One that does neither, or both with one tag, is refused; each list has its own limit."""
    fifty = tuple(f"t-{number}" for number in range(50))
    assert Tag("ada", add=fifty, key="t").add == fifty
    assert Tag("ada", remove=["a", "a"], key="t").remove == ("a",)  # type: ignore[arg-type]
    for fields, path in (({}, "add"), ({"add": ("a", "b"), "remove": ("b",)}, "remove"), ({"add": "vip"}, "add")):
        with pytest.raises(InvalidInput) as caught:
            Tag("ada", **fields, key="t")
        assert caught.value.path == path
    for name in ("add", "remove"):
        with pytest.raises(LimitExceeded) as exceeded:
            Tag("ada", **{name: (*fifty, "more")}, key="t")
        assert exceeded.value.path == name


def test_nothing_personal_is_in_a_repr() -> None:
    """Neither the command nor the row shows a value of the profile."""
    values: dict[str, Any] = dict.fromkeys(NAMES, "CANARY")
    values |= {"email": "CANARY@b", "shop_url": "CANARY", "language": "CANARY", "attributes": {"canary": "CANARY"}}
    values |= {"birth_on": date(1987, 6, 5), "country": "QQ"}
    command, row = Update("ada", key="u", **values), attrs.evolve(ROW, **values)
    for shown in (repr(command), repr(row), str(command), f"{row}"):
        assert not any(canary in shown for canary in ("CANARY", "canary", "1987", "QQ"))
    assert hash(command) == hash(Update("ada", key="u"))
    assert hash(attrs.evolve(row, attributes={})) == hash(row)


# What is derived


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Ada", "Lovelace", "Ada Lovelace"), ("Ada", None, "Ada"), (None, "Lovelace", "Lovelace"), (None, None, None)],
)
def test_the_whole_name(first: str | None, last: str | None, name: str | None) -> None:
    """The name is what is known of it, given name first."""
    assert attrs.evolve(ROW, first_name=first, last_name=last).name == name


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ((2000, 6, 15), (2026, 6, 14), 25),
        ((2000, 6, 15), (2026, 6, 15), 26),
        ((2004, 2, 29), (2026, 2, 28), 21),
        ((2004, 2, 29), (2026, 3, 1), 22),
        ((2004, 2, 29), (2028, 2, 29), 24),
        ((2026, 1, 1), (2026, 1, 1), 0),
        ((2026, 1, 2), (2026, 1, 1), None),
    ],
)
def test_the_age(born: tuple[int, int, int], on: tuple[int, int, int], age: int | None) -> None:
    """The age grows on the birthday; who was born on 29 February is older on 1 March."""
    assert attrs.evolve(ROW, birth_on=date(*born)).age_on(date(*on)) == age


def test_no_birth_date_is_no_age() -> None:
    """Whose birth date is not known has no age."""
    assert ROW.age_on(date(2026, 1, 1)) is None
