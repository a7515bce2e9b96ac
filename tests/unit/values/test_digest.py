"""Canonical JSON and digests."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from enum import Enum, IntEnum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import digest as module
from loyalcore.values.digest import canonical, differing, digest, digests


class Mode(StrEnum):
    floor = "floor"


class Level(IntEnum):
    gold = 3


class Since(Enum):
    start = date(2024, 1, 1)


def nested(depth: int) -> object:
    """Lists inside lists."""
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-17, "-17"),
        ("", '""'),
        ('a"b\\c\n', '"a\\"b\\\\c\\n"'),
        ("é", '"\\u00e9"'),
        ("😀", '"\\ud83d\\ude00"'),
        ("\ud800", '"\\ud800"'),
        (Decimal("10.00"), '"10"'),
        (Decimal("10.50"), '"10.5"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("1E-7"), '"0.0000001"'),
        (Decimal("-0.0"), '"0"'),
        (Decimal(100), '"100"'),
        (date(2024, 2, 29), '"2024-02-29"'),
        (datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC), '"2024-10-12T07:20:50.000000Z"'),
        (datetime(2024, 10, 12, 9, 20, 50, 1, tzinfo=timezone(timedelta(hours=2))), '"2024-10-12T07:20:50.000001Z"'),
        (Mode.floor, '"floor"'),
        (Level.gold, "3"),
        (Since.start, '"2024-01-01"'),
        ([], "[]"),
        ((1, [2, ()]), "[1,[2,[]]]"),
        ({}, "{}"),
        ({"b": 1, "a": {"d": None, "c": "x"}}, '{"a":{"c":"x","d":null},"b":1}'),
    ],
)
def test_each_value_has_one_text(value: object, text: str) -> None:
    """Keys are sorted, blanks left out, numbers in their shortest form, instants in UTC; any JSON reader reads it."""
    assert canonical(value) == text
    json.loads(canonical(value))


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        [1.0],
        {"a": float("nan")},
        {1: "a"},
        {"a": 1, None: 2},
        b"bytes",
        {1, 2},
        object(),
        datetime(2024, 1, 1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
    ],
)
def test_what_has_no_one_text_is_refused(value: object) -> None:
    """Floats, other types, keys that are no texts, naive datetimes and numbers that are none are refused."""
    with pytest.raises(InvalidInput):
        canonical(value)
    with pytest.raises(InvalidInput):
        digest(value)


@pytest.mark.parametrize(
    "value",
    [
        2**256,
        -(2**256),
        pytest.param(10**10_000, id="a number of 10,000 digits"),
        Decimal("1E+101"),
        Decimal("1E-101"),
        Decimal("1" * 101),
        pytest.param(nested(33), id="33 lists"),
    ],
)
def test_what_is_out_of_all_measure_exceeds_a_limit(value: object) -> None:
    """Huge numbers and deep nesting exceed a limit instead of the stack."""
    with pytest.raises(LimitExceeded):
        canonical(value)


def test_what_is_within_measure_is_taken() -> None:
    """Depth 32, 256 bits and 100 digits are inside the limits."""
    assert canonical(nested(32)).count("[") == 32
    assert canonical(2**256 - 1) == str(2**256 - 1)
    assert canonical(Decimal("1E+100")) == f'"{10**100}"'


def test_the_context_of_decimal_makes_no_difference() -> None:
    """A host that computes with two digits gets the same text."""
    with localcontext(prec=2):
        assert canonical(Decimal("123456.7890")) == '"123456.789"'


def test_a_digest_is_16_hexadecimal_digits() -> None:
    """A digest is 64 bits, and the same in every process."""
    assert digest("order-17") == "865a62dfdbfcf4fa"
    assert digest({"points": 5}) == digest({"points": 5})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, True),
        (0, False),
        (1, "1"),
        (None, "null"),
        (None, False),
        ("a", "A"),
        ("", None),
        ([], {}),
        ([1, 2], [2, 1]),
        (Level.gold, "3"),
    ],
)
def test_different_values_have_different_digests(first: object, second: object) -> None:
    """What compares equal in Python but is another value has another digest, in either order of asking."""
    assert digest(first) != digest(second)
    assert digest(second) == digest(second)
    assert digest(first) == digest(first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Decimal("10.0"), Decimal("10.00")),
        ([1, 2], (1, 2)),
        (Mode.floor, "floor"),
        (Level.gold, 3),
        (datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), datetime(2024, 1, 1, tzinfo=UTC)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_equal_values_have_equal_digests(first: object, second: object) -> None:
    """How a value was written makes no difference."""
    assert digest(first) == digest(second)


def test_the_two_passes_of_an_hour_have_two_digests() -> None:
    """Datetimes that differ in `fold` alone compare equal in Python; as instants they differ."""
    twice = datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert digest(twice) != digest(twice.replace(fold=1))


def test_long_texts_are_not_kept() -> None:
    """A text of more than 255 characters is digested without entering the cache."""
    kept: Any = module._KEPT[str]
    before = kept.cache_info().currsize
    assert digest("x" * 256) == digest("x" * 256)
    assert kept.cache_info().currsize == before


def test_the_digests_of_fields_keep_their_order() -> None:
    """Each field of a payload has its digest."""
    found = digests({"points": 5, "reason": "gift"})
    assert list(found.items()) == [("points", digest(5)), ("reason", digest("gift"))]


@pytest.mark.parametrize(
    ("second", "names"),
    [
        ({"points": 5, "reason": "gift"}, ()),
        ({"points": 6, "reason": "gift"}, ("points",)),
        ({"points": 6, "reason": "joy"}, ("points", "reason")),
        ({"reason": "gift"}, ("points",)),
        ({"points": 5, "reason": "gift", "actor": None}, ("actor",)),
        ({}, ("points", "reason")),
    ],
)
def test_the_fields_that_differ_are_named(second: dict[str, object], names: tuple[str, ...]) -> None:
    """Fields of other values and fields that only one payload has differ; they are named in alphabetical order."""
    first = digests({"points": 5, "reason": "gift"})
    assert differing(first, digests(second)) == differing(digests(second), first) == names


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(module) == sorted(module.__all__)
