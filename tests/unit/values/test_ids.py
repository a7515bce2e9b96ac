"""Ids and the check of texts."""

from __future__ import annotations

from enum import StrEnum

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import ids
from loyalcore.values.ids import Ids, SystemIds, check_name, check_text, check_word


class Colour(StrEnum):
    red = "red"


@pytest.mark.parametrize("text", ["a", "A", " ", "0", "order #17", "ключ", "鍵", "a" * 255, "😀"])
def test_a_printable_text_is_taken_as_it_is(text: str) -> None:
    """A key may hold any printable characters, up to 255 of them, in either case and of any script."""
    assert check_text(text, "key") == text


@pytest.mark.parametrize("value", [None, 5, True, b"key", ["key"], object()])
def test_only_a_text_is_a_text(value: object) -> None:
    """Nothing but a `str` is a text: no number, no bytes, no None."""
    with pytest.raises(InvalidInput, match=r"^key: must be a text, not ") as caught:
        check_text(value, "key")
    assert caught.value.path == "key"


@pytest.mark.parametrize("text", ["a\n", "\x00", "\t", "\x7f", "\x85", "\u2028", "\ud800", "a\udfffb", "\u200b"])
def test_control_characters_and_surrogates_are_refused(text: str) -> None:
    """Control characters, line separators, lone surrogates and invisible characters are refused."""
    with pytest.raises(InvalidInput, match="unprintable"):
        check_text(text, "key")


def test_the_length_has_both_bounds() -> None:
    """An empty key is invalid, one of 256 characters exceeds a limit that the error names."""
    with pytest.raises(InvalidInput, match="at least 1 character"):
        check_text("", "key")
    with pytest.raises(LimitExceeded) as caught:
        check_text("a" * 256, "key")
    assert caught.value.limit == 255


def test_the_bounds_can_be_set() -> None:
    """A text may be asked to be empty, longer or shorter than a key."""
    assert check_text("", "ledger", length_min=0) == ""
    assert check_text("n" * 500, "note", length_max=500) == "n" * 500
    with pytest.raises(InvalidInput, match="at least 3 characters"):
        check_text("ab", "name", length_min=3)


def test_the_length_is_judged_before_the_characters() -> None:
    """A text that is too long and unprintable exceeds the limit: a megabyte is not searched."""
    with pytest.raises(LimitExceeded):
        check_text("\x00" * 1_000_000, "key")


def test_a_message_never_repeats_the_text() -> None:
    """What the host sent is not in the message, for it may be personal data."""
    for secret in ("ann@example.org\n", "ann@example.org" * 20):
        with pytest.raises((InvalidInput, LimitExceeded)) as caught:
            check_text(secret, "key")
        assert "ann" not in str(caught.value)


def test_a_subclass_of_str_becomes_a_plain_text() -> None:
    """A text of another type, such as an enum's member, is stored as a plain `str`."""
    assert type(check_text(Colour.red, "key")) is str
    assert check_text(Colour.red, "key") == "red"


def test_keys_are_not_normalised() -> None:
    """Two ways of typing é are two keys: keys compare character for character."""
    assert check_text("e\u0301", "key") != check_text("\u00e9", "key")


def test_names_are_normalised() -> None:
    """Two ways of typing é are one name, in normal form C."""
    assert check_name("e\u0301", "name") == "\u00e9"


@pytest.mark.parametrize("text", ["\ufb01", "\u2460", "\uff21"])
def test_a_name_keeps_the_characters_that_were_chosen(text: str) -> None:
    """Normal form C replaces no ligature, circled digit or wide letter by a plain one, as form KC would."""
    assert check_name(text, "name") == text


def test_a_name_is_measured_in_normal_form() -> None:
    """A name of 255 characters may be typed with 510, and one that grows beyond 255 is refused."""
    assert check_name("e\u0301" * 255, "name") == "\u00e9" * 255
    with pytest.raises(LimitExceeded):
        check_name("\ufb2c" * 255, "name")  # one code point that becomes three


@pytest.mark.parametrize("value", [None, 5])
def test_only_a_text_is_a_name(value: object) -> None:
    """Nothing but a `str` is a name."""
    with pytest.raises(InvalidInput):
        check_name(value, "name")


def test_a_megabyte_is_not_normalised() -> None:
    """A name that is far too long is refused as it is."""
    with pytest.raises(LimitExceeded):
        check_name("e\u0301" * 1_000_000, "name")


@pytest.mark.parametrize("value", ["a", "largest_first", "a1", "a_", "a" * 64])
def test_a_word_is_given_as_it_is(value: str) -> None:
    """Letters, digits and `_`, 1 to 64 of them, beginning with a letter."""
    assert check_word(value, "consumption") == value


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, InvalidInput),
        ("", InvalidInput),
        ("_a", InvalidInput),
        ("1a", InvalidInput),
        ("A", InvalidInput),
        ("a-b", InvalidInput),
        ("a\n", InvalidInput),
        ("\u00e4", InvalidInput),
        ("a" * 65, LimitExceeded),
    ],
)
def test_what_is_no_word(value: object, error: type[Exception]) -> None:
    """Another text is refused, and the message names where it stands."""
    with pytest.raises(error, match="consumption"):
        check_word(value, "consumption")


def test_system_ids_are_32_hexadecimal_digits_and_differ() -> None:
    """Each id of `SystemIds` is new, and a valid text."""
    new = SystemIds().new
    made = {new("entry") for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(each) == 32 and int(each, 16) >= 0 and check_text(each, "id") for each in made)


def test_system_ids_are_ids() -> None:
    """`SystemIds` has the shape that a host's own ids need."""
    assert isinstance(SystemIds(), Ids)


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(ids) == sorted(ids.__all__)
